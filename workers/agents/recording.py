"""A call's recording: the legs' files side by side in one stereo FLAC, left agent, right customer.

Read, resampled and written block by block: an hour of a call takes no more memory than its first second.
"""

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, repeat
from pathlib import Path
from typing import NamedTuple
from uuid import uuid4

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

BLOCK = 1 << 16  # samples

Samples = NDArray[np.int16]
SILENCE: Samples = np.zeros(BLOCK, np.int16)


class Track(NamedTuple):
    """A leg's file of raw PCM16 (which may be missing), and the second of the call at which it begins."""

    path: Path
    rate: int
    starts_at: float


def write_recording(path: Path, tracks: Sequence[Track | None], seconds: float) -> None:
    """Write `tracks` as the channels of a FLAC that is exactly so many seconds long, at the highest of their
    rates. The file appears whole or not at all.

    Raises `OSError`, or `soundfile.SoundFileError`, of which a full disk is the likeliest cause.
    """
    rate = max(track.rate for track in tracks if track)
    frames = round(seconds * rate)
    unfinished = path.with_name(f"{path.name}.{uuid4().hex}")
    path.parent.mkdir(parents=True, exist_ok=True)
    unfinished.touch(0o600)
    try:
        with soundfile.SoundFile(unfinished, "w", rate, len(tracks), "PCM_16", format="FLAC") as file:
            channels = [_blocks(_pieces(track, rate) if track else (), frames) for track in tracks]
            for blocks in zip(*channels, strict=True):
                file.write(np.column_stack(blocks))
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def _pieces(track: Track, rate: int) -> Iterator[Samples]:
    """A track from the call's first second on, at `rate`, in pieces of any length."""
    lead = round(track.starts_at * rate)
    for at in range(0, lead, BLOCK):
        yield SILENCE[: min(BLOCK, lead - at)]
    if not track.path.exists():
        return
    resampler = soxr.ResampleStream(track.rate, rate, 1, dtype="int16") if track.rate != rate else None
    with track.path.open("rb") as file:
        while data := file.read(2 * BLOCK):
            samples = np.frombuffer(data, "<i2", len(data) // 2)
            yield resampler.resample_chunk(samples) if resampler else samples
    if resampler:
        yield resampler.resample_chunk(SILENCE[:0], last=True)


def _blocks(pieces: Iterable[Samples], frames: int) -> Iterator[Samples]:
    """The same in blocks of one length, cut or filled up with silence to so many `frames`."""
    waiting = SILENCE[:0]
    for piece in chain(pieces, repeat(SILENCE)):
        waiting = np.concatenate((waiting, piece))
        while frames and len(waiting) >= min(BLOCK, frames):
            block, waiting = np.split(waiting, [min(BLOCK, frames)])
            frames -= len(block)
            yield block
        if not frames:
            return
