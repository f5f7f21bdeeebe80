"""A peer: everything in one asyncio process, nothing stored, nothing queued outside of it.

Runs in its own environment: `uvicorn single_process:app`. `OPENAI_BASE_URL` is the engine.
"""

import asyncio
import io
import wave
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from fastapi import FastAPI, WebSocket, WebSocketDisconnect
from openai import AsyncOpenAI

RATE = 16000
WINDOW_BYTES = 5 * RATE * 2
LINES_TOLD = 10
TASK = "You assist an agent during a call. Suggest the next thing to say, briefly."


@asynccontextmanager
async def lifespan(app: FastAPI) -> AsyncIterator[None]:
    """One client for all calls."""
    async with AsyncOpenAI(api_key="stub") as client:
        app.state.engine = client
        yield


app = FastAPI(lifespan=lifespan)


@app.websocket("/{call_id}")
async def call(socket: WebSocket, call_id: str) -> None:
    """Take in sound while a task of the call's own answers."""
    await socket.accept()
    frames: asyncio.Queue[bytes] = asyncio.Queue()
    answering = asyncio.create_task(answer(socket, frames, app.state.engine))
    try:
        while True:
            frames.put_nowait(await socket.receive_bytes())
    except WebSocketDisconnect:
        answering.cancel()


async def answer(socket: WebSocket, frames: asyncio.Queue[bytes], engine: AsyncOpenAI) -> None:
    """Hear each window, and advise, one after the other."""
    sound, lines, window = bytearray(), list[str](), 0
    while True:
        sound += await frames.get()
        while len(sound) >= WINDOW_BYTES:
            pcm = bytes(sound[:WINDOW_BYTES])
            del sound[:WINDOW_BYTES]
            try:
                lines.append(await transcribe(engine, pcm))
                await socket.send_json({"type": "transcript", "window": window, "text": lines[-1]})
                async for piece in suggest(engine, lines[-LINES_TOLD:]):
                    await socket.send_json({"type": "suggestion_delta", "window": window, "text": piece})
                await socket.send_json({"type": "suggestion_done", "window": window})
            except WebSocketDisconnect:
                return
            window += 1


async def transcribe(engine: AsyncOpenAI, pcm: bytes) -> str:
    """The words of a window."""
    file = io.BytesIO()
    with wave.open(file, "wb") as wav:
        wav.setnchannels(1)
        wav.setsampwidth(2)
        wav.setframerate(RATE)
        wav.writeframes(pcm)
    answered = await engine.audio.transcriptions.create(
        model="whisper-1", file=("window.wav", file.getvalue(), "audio/wav")
    )
    return answered.text


async def suggest(engine: AsyncOpenAI, lines: list[str]) -> AsyncIterator[str]:
    """What to say next, piece by piece."""
    stream = await engine.chat.completions.create(
        model="gpt-4o-mini",
        messages=[{"role": "system", "content": TASK}, {"role": "user", "content": "\n".join(lines)}],
        stream=True,
    )
    async for chunk in stream:
        if chunk.choices and (piece := chunk.choices[0].delta.content):
            yield piece
