"""What the recogniser makes of each turn whole: nothing that cuts a call up can do much better."""

from concurrent.futures import Executor
from typing import Final

import numpy as np
import openai

from data.sample_calls import SAMPLE_RATE, SPEAKERS, SampleCall
from workers.agents.transcriber import as_wav

MARGIN_SECONDS: Final = 0.3  # before and after a turn, of what the line holds there


def hear_turns(call: SampleCall, engine: openai.OpenAI, pool: Executor) -> dict[str, str]:
    """The words of each party: its turns by themselves, then in a row."""
    margin = round(MARGIN_SECONDS * SAMPLE_RATE)

    def hear(turn: dict[str, float], channel: int) -> str:
        start, end = (round(turn[edge] * SAMPLE_RATE) for edge in ("start", "end"))
        pcm = np.ascontiguousarray(call.samples[max(0, start - margin) : end + margin, channel]).tobytes()
        file = ("turn.wav", as_wav(pcm, SAMPLE_RATE), "audio/wav")
        return engine.audio.transcriptions.create(model="whisper-1", file=file, temperature=0).text

    futures = [
        (turn["speaker"], pool.submit(hear, turn, SPEAKERS.index(turn["speaker"]))) for turn in call.turns
    ]
    return {
        speaker: " ".join(future.result() for who, future in futures if who == speaker)
        for speaker in SPEAKERS
    }
