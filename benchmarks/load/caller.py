"""One call: sends its sound in frames, and writes down what it is told and when."""

import asyncio
import json
import re
import time
from collections import defaultdict
from collections.abc import Sequence
from typing import NamedTuple
from uuid import UUID, uuid4

import numpy as np
from picows import WSFrame, WSListener, WSMsgType, WSTransport

from benchmarks.load.sound import Leg
from data.sample_calls import SAMPLE_RATE, SPEAKERS

HEARD = re.compile(r"crc=([0-9a-f]{8}) bytes=(\d+) took=([\d.]+)")
TOOK = re.compile(r"took=([\d.]+)")
ACCOUNT = "ACC00007"


class Told(NamedTuple):
    """A transcript event: what the engine heard, how long it took, and when we were told."""

    window: int
    crc: str
    size: int
    engine_seconds: float
    at: float


class FirstWord(NamedTuple):
    """The first piece of a suggestion."""

    engine_seconds: float
    at: float


class Caller(WSListener):
    """A call of one or two legs, which are interleaved on its socket. Times are of `time.monotonic`."""

    def __init__(self, legs: Sequence[Leg], frame_samples: int) -> None:
        self.call_id: UUID = uuid4()
        self.legs = dict(zip(SPEAKERS if len(legs) == 2 else SPEAKERS[1:], legs, strict=True))
        self.frame_bytes = 2 * frame_samples
        self.sent_at: list[float] = []
        self.transcripts: dict[str, list[Told]] = defaultdict(list)
        self.first_words: dict[int, FirstWord] = {}
        self.complete: set[int] = set()
        self.complaints: list[str] = []
        self.started, self.ended = asyncio.Event(), asyncio.Event()
        self._windows: dict[str, int] = {}  # of suggestions
        self._transport: WSTransport | None = None

    def on_ws_connected(self, transport: WSTransport) -> None:
        self._transport = transport
        speaker = {"speaker": "customer"} if len(self.legs) == 1 else {}
        form = {"channels": len(self.legs), "sample_rate": SAMPLE_RATE, "encoding": "pcm_s16le"}
        self._say({"type": "start_call", **speaker, **form, "account_number": ACCOUNT, "agent_name": "Dana"})

    def on_ws_disconnected(self, transport: WSTransport) -> None:
        self._transport = None
        if not self.ended.is_set():
            self.complaints.append("the socket was closed")
        self.ended.set()

    def on_ws_frame(self, transport: WSTransport, frame: WSFrame) -> None:
        if frame.msg_type == WSMsgType.TEXT:
            self._hear(json.loads(frame.get_payload_as_bytes()), time.monotonic())
        elif frame.msg_type == WSMsgType.CLOSE:
            transport.disconnect()

    def send_frame(self) -> None:
        """The next frame of every leg."""
        at = len(self.sent_at) * self.frame_bytes
        parts = [leg.bytes(at, self.frame_bytes) for leg in self.legs.values()]
        frame = (
            parts[0]
            if len(parts) == 1
            else np.column_stack([np.frombuffer(part, "<i2") for part in parts]).tobytes()
        )
        self.sent_at.append(time.monotonic())
        if self._transport is not None:
            self._transport.send(WSMsgType.BINARY, frame)

    def end(self) -> None:
        """Hang up."""
        self._say({"type": "end_call"})

    def close(self) -> None:
        """Leave."""
        if self._transport is not None:
            self._transport.disconnect()

    def _say(self, message: dict[str, object]) -> None:
        if self._transport is not None:
            self._transport.send(WSMsgType.TEXT, json.dumps(message).encode())

    def _hear(self, message: dict[str, object], now: float) -> None:
        match message:
            case {
                "type": "transcript",
                "final": True,
                "speaker": str(speaker),
                "window": int(window),
                "text": str(text),
            }:
                found = HEARD.search(text)
                if found is None:
                    self.complaints.append("a transcript that the engine did not write")
                else:
                    self.transcripts[speaker].append(
                        Told(window, found[1], int(found[2]), float(found[3]), now)
                    )
            case {"type": "suggestion_started", "suggestion_id": str(name), "window": int(window)}:
                self._windows[name] = window
            case {"type": "suggestion_delta", "suggestion_id": str(name), "content": str(content)}:
                if found := TOOK.search(content):
                    self.first_words.setdefault(self._windows[name], FirstWord(float(found[1]), now))
            case {"type": "suggestion", "suggestion_id": str(name), "status": "complete"}:
                self.complete.add(self._windows[name])
            case {"type": "call_started"}:
                self.started.set()
            case {"type": "call_ended"}:
                self.ended.set()
            case {"type": "error" | "gap" | "status"}:
                self.complaints.append(
                    f"{message.get('code') or message.get('reason') or message.get('message')}"
                )
            case _:
                pass
