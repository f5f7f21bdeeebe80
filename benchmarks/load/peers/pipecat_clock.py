"""A peer: pipecat with its own socket transport, serializer and OpenAI services, for comparable plumbing.

Sound is cut by the clock, not by its voice detection, so that it transcribes the same windows as the others,
and every transcript goes to the model at once, without its taking of turns. Both spare it work: Silero and
its turn model cost it more than all of this. Its log is at WARNING; its default, DEBUG, costs more.

Runs in its own environment: `uvicorn pipecat_clock:app`. `OPENAI_BASE_URL` is the engine.
"""

import os
import sys

from fastapi import FastAPI, WebSocket
from loguru import logger
from pipecat.frames.frames import (
    Frame,
    InputAudioRawFrame,
    LLMContextFrame,
    StartFrame,
    TranscriptionFrame,
    VADUserStartedSpeakingFrame,
    VADUserStoppedSpeakingFrame,
)
from pipecat.pipeline.pipeline import Pipeline
from pipecat.pipeline.worker import PipelineParams, PipelineWorker
from pipecat.processors.aggregators.llm_context import LLMContext
from pipecat.processors.frame_processor import FrameDirection, FrameProcessor
from pipecat.serializers.protobuf import ProtobufFrameSerializer
from pipecat.services.openai.llm import OpenAILLMService
from pipecat.services.openai.stt import OpenAISTTService
from pipecat.transports.websocket.fastapi import FastAPIWebsocketParams, FastAPIWebsocketTransport
from pipecat.workers.runner import WorkerRunner

RATE = 16000
WINDOW_BYTES = 5 * RATE * 2
LINES_TOLD = 10
TASK = "You assist an agent during a call. Suggest the next thing to say, briefly."
ENGINE = {"api_key": "stub", "base_url": os.environ["OPENAI_BASE_URL"]}

logger.remove()
logger.add(sys.stderr, level="WARNING")

app = FastAPI()


class Clock(FrameProcessor):
    """Every five seconds of sound count as one segment of speech; a frame across the border is split."""

    def __init__(self) -> None:
        super().__init__()
        self._room = WINDOW_BYTES

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Pass a frame on."""
        await super().process_frame(frame, direction)
        if not isinstance(frame, InputAudioRawFrame) or len(frame.audio) < self._room:
            await self.push_frame(frame, direction)
            if isinstance(frame, StartFrame):
                await self.push_frame(VADUserStartedSpeakingFrame())
            elif isinstance(frame, InputAudioRawFrame):
                self._room -= len(frame.audio)
            return
        first, rest = frame.audio[: self._room], frame.audio[self._room :]
        await self.push_frame(InputAudioRawFrame(first, frame.sample_rate, frame.num_channels), direction)
        await self.push_frame(VADUserStoppedSpeakingFrame())
        await self.push_frame(VADUserStartedSpeakingFrame())
        if rest:
            await self.push_frame(InputAudioRawFrame(rest, frame.sample_rate, frame.num_channels), direction)
        self._room = WINDOW_BYTES - len(rest)


class Advise(FrameProcessor):
    """Every transcript goes to the model, with those before it."""

    def __init__(self) -> None:
        super().__init__()
        self._lines: list[str] = []

    async def process_frame(self, frame: Frame, direction: FrameDirection) -> None:
        """Pass a frame on."""
        await super().process_frame(frame, direction)
        await self.push_frame(frame, direction)
        if isinstance(frame, TranscriptionFrame):
            self._lines = [*self._lines, frame.text][-LINES_TOLD:]
            context = LLMContext([{"role": "user", "content": "\n".join(self._lines)}])
            await self.push_frame(LLMContextFrame(context))


@app.websocket("/{call_id}")
async def call(socket: WebSocket, call_id: str) -> None:
    """A pipeline of its own."""
    await socket.accept()
    transport = FastAPIWebsocketTransport(
        socket,
        FastAPIWebsocketParams(
            audio_in_enabled=True, audio_out_enabled=False, serializer=ProtobufFrameSerializer()
        ),
    )
    ears = OpenAISTTService(
        **ENGINE, settings=OpenAISTTService.Settings(model="whisper-1"), trailing_silence_secs=0.0
    )
    model = OpenAILLMService.Settings(model="gpt-4o-mini", system_instruction=TASK)
    advisor = OpenAILLMService(**ENGINE, settings=model)
    pipeline = Pipeline([transport.input(), Clock(), ears, Advise(), advisor, transport.output()])
    worker = PipelineWorker(pipeline, params=PipelineParams(audio_in_sample_rate=RATE))
    runner = WorkerRunner(handle_sigint=False)

    @transport.event_handler("on_client_disconnected")
    async def gone(_transport: FastAPIWebsocketTransport, _client: WebSocket) -> None:
        await worker.cancel()

    await runner.add_workers(worker)
    await runner.run()
