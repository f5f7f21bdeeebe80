"""What a fake microphone hears: turns of the sample calls, with silence between them."""

from pathlib import Path

import numpy as np
import soundfile

from data.sample_calls import SAMPLE_RATE, SampleCall, Samples

Piece = float | tuple[str, int]
"""Seconds of silence, or the turn of a sample call, counted from 0."""


def write_microphone(path: Path, *pieces: Piece) -> Path:
    """A mono WAV of 16 kHz."""
    soundfile.write(path, np.concatenate([_sound(piece) for piece in pieces]), SAMPLE_RATE, subtype="PCM_16")
    return path


def _sound(piece: Piece) -> Samples:
    if isinstance(piece, float):
        return np.zeros(int(piece * SAMPLE_RATE), dtype=np.int16)
    name, index = piece
    call = SampleCall(name)
    turn = call.turns[index]
    start, end = int(turn["start"] * SAMPLE_RATE), int(turn["end"] * SAMPLE_RATE)
    return call.samples[start:end, 0 if turn["speaker"] == "agent" else 1]
