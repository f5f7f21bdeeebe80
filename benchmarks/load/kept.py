"""What Earpiece has kept of the calls: the rows of their windows and the files of their legs."""

import time
from pathlib import Path
from typing import Any, NamedTuple, Protocol

import redis

from benchmarks.load.caller import Caller
from benchmarks.load.sound import Window

STORE_SECONDS = 30.0  # for the last rows, after the last words

Place = tuple[str, str, int]
"""Call, speaker, number of the window."""


class Row(NamedTuple):
    """A window as the database has it."""

    start: int
    end: int
    text: str


class Database(Protocol):
    """Answers queries."""

    def rows(self, query: str, *arguments: object) -> list[tuple[Any, ...]]: ...


class EarpieceKept:
    """Reads the rows once, the files as they are asked for."""

    def __init__(self, database: Database, data: Path) -> None:
        self._rows, self._data = rows_of(database), data

    def __call__(self, caller: Caller, speaker: str, window: Window, start: int) -> bool:
        """As `Kept`."""
        name = str(caller.call_id)
        row = self._rows.get((name, speaker, window.number))
        file = self._data / "audio" / name[:2] / name / f"{speaker}.pcm"
        return (
            row is not None
            and row[:2] == (start, start + window.size)
            and (window.crc in row.text or not window.spoken)
            and _part_of(file, start, window.size) == caller.legs[speaker].bytes(start, window.size)
        )


def rows_of(database: Database) -> dict[Place, Row]:
    """Every window that has a row, with its words."""
    query = """
        SELECT w.call_id::text, w.speaker::text, w.number, w.start_byte, w.end_byte, coalesce(t.text, '')
        FROM windows w LEFT JOIN transcripts t USING (call_id, speaker, start_byte)"""
    return {(call, speaker, number): Row(*row) for call, speaker, number, *row in database.rows(query)}


def wait_until_stored(redis_url: str) -> None:
    """The ledger holds every window and suggestion without its row."""
    store = redis.Redis.from_url(redis_url)
    deadline = time.monotonic() + STORE_SECONDS
    while time.monotonic() < deadline and any(
        item[:2] in (b"w:", b"s:") for item in store.zrange("ledger", 0, -1)
    ):
        time.sleep(0.1)


def _part_of(file: Path, start: int, size: int) -> bytes:
    if not file.exists():
        return b""
    with file.open("rb") as sound:
        sound.seek(start)
        return sound.read(size)
