"""A leg's file: its bytes as sent, under the data folder. Each window is written at its own offset, so
writing twice is harmless.
"""

import hashlib
import os
from pathlib import Path
from uuid import UUID

from app.settings import load_settings

CHUNK_BYTES = 1 << 20


def leg_path(call_id: UUID, speaker: str) -> Path:
    """Where a leg's raw PCM16 is kept; folders by the first two digits of the call, so that none grows
    without end.
    """
    return _folder(call_id) / f"{speaker}.pcm"


def recording_path(call_id: UUID) -> Path:
    """Where a call's recording is kept, beside the legs that it was made of."""
    return _folder(call_id) / "call.flac"


def _folder(call_id: UUID) -> Path:
    name = str(call_id)
    return load_settings().data_dir / "audio" / name[:2] / name


def write_span(call_id: UUID, speaker: str, start: int, data: bytes) -> None:
    """Put `data` at byte `start`. Raises `OSError`, of which a full disk is the likeliest."""
    path = leg_path(call_id, speaker)
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        view, at = memoryview(data), start
        while view:
            written = os.pwrite(descriptor, view, at)
            view, at = view[written:], at + written
    finally:
        os.close(descriptor)


def read_part(call_id: UUID, speaker: str, start: int, end: int) -> bytes:
    """What is written of the bytes from `start` to `end`: zeros for a missing window, less at the end."""
    try:
        descriptor = os.open(leg_path(call_id, speaker), os.O_RDONLY)
    except FileNotFoundError:
        return b""
    try:
        return os.pread(descriptor, end - start, start)
    finally:
        os.close(descriptor)


def read_span(call_id: UUID, speaker: str, start: int, end: int) -> bytes | None:
    """What was written from byte `start` to `end`; None when the file has not all of it any more."""
    data = read_part(call_id, speaker, start, end)
    return data if len(data) == end - start else None


def digest(call_id: UUID, speaker: str) -> tuple[int, str]:
    """Length in bytes and SHA-256 of what is written; (0, that of nothing) when there is no file."""
    sha = hashlib.sha256()
    length = 0
    path = leg_path(call_id, speaker)
    if path.exists():
        with path.open("rb") as file:
            while chunk := file.read(CHUNK_BYTES):
                sha.update(chunk)
                length += len(chunk)
    return length, sha.hexdigest()
