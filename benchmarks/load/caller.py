"""One call: sends its sound in frames, and writes down what it is told and when. The words for that depend on
what is measured.
"""

import asyncio
import re
import time
from abc import ABC, abstractmethod
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID, uuid4

import numpy as np
from picows import WSFrame, WSListener, WSMsgType, WSTransport

from benchmarks.load.sound import Leg
from data.sample_calls import SPEAKERS

HEARD = re.compile(r"crc=([0-9a-f]{8}) bytes=(\d+) took=([\d.]+)")
TOOK = re.compile(r"took=([\d.]+)")


class Told(NamedTuple):
    """A transcript: what the engine heard, how long it took, and when we were told."""

    window: int
    crc: str
    size: int
    engine_seconds: float
    at: float


class FirstWord(NamedTuple):
    """The first piece of a suggestion."""

    engine_seconds: float
    at: float


class Caller(WSListener, ABC):
    """A call of one or two legs, which are interleaved on its socket. Times are of `time.monotonic`.

    `started` is set when it may speak, `ended` when nothing more is to be told.
    """

    def __init__(self, legs: Sequence[Leg], frame_samples: int) -> None:
        self.call_id: UUID = uuid4()
        self.legs: dict[str, Leg] = dict(zip(SPEAKERS if len(legs) == 2 else SPEAKERS[1:], legs, strict=True))
        self.frame_bytes = 2 * frame_samples
        self.sent_at: list[float] = []
        self.transcripts: dict[str, list[Told]] = defaultdict(list)
        self.first_words: dict[int, FirstWord] = {}
        self.complete: set[int] = set()
        self.complaints: list[str] = []
        self.started, self.ended = asyncio.Event(), asyncio.Event()
        self._transport: WSTransport | None = None

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._transport = transport
        self._greet()

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self._transport = None
        if not self.ended.is_set():
            self.complaints.append("the socket was closed")
        self.ended.set()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type in (WSMsgType.TEXT, WSMsgType.BINARY):
            self.hear(frame.get_payload_as_bytes(), time.monotonic())
        elif frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()

    def send_frame(self) -> None:
        """The next frame of every leg."""
        at = len(self.sent_at) * self.frame_bytes
        parts = [leg.bytes(leg.begin + at, self.frame_bytes) for leg in self.legs.values()]
        frame = (
            parts[0]
            if len(parts) == 1
            else np.column_stack([np.frombuffer(part, "<i2") for part in parts]).tobytes()
        )
        self.sent_at.append(time.monotonic())
        self._send(WSMsgType.BINARY, self._wrapped(frame))

    def close(self) -> None:
        """Leave."""
        if self._transport is not None:
            self._transport.disconnect()

    @abstractmethod
    def hear(self, message: bytes, now: float) -> None:
        """Take note of what came over the socket."""

    @abstractmethod
    def end(self) -> None:
        """Hang up."""

    @abstractmethod
    def _greet(self) -> None:
        """Begin the call; the socket is open."""

    def _wrapped(self, frame: bytes | memoryview) -> bytes | memoryview:
        return frame

    def _send(self, kind: WSMsgType, message: bytes | memoryview) -> None:
        if self._transport is not None:
            self._transport.send(kind, message)

    def _note_words(self, speaker: str, window: int, text: str, now: float) -> None:
        found = HEARD.search(text)
        if found is None:
            self.complaints.append("a transcript that the engine did not write")
        else:
            told = Told(window, found[1], int(found[2]), float(found[3]), now)
            self.transcripts[speaker].append(told)

    def _note_advice(self, window: int, text: str, now: float) -> None:
        if found := TOOK.search(text):
            self.first_words.setdefault(window, FirstWord(float(found[1]), now))
