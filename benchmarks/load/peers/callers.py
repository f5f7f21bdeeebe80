"""Calls to the peers: one leg, whose windows are told in order. Nobody says when a call is over."""

import json
from abc import abstractmethod
from typing import Any

from picows import WSMsgType

from benchmarks.load.caller import Caller
from benchmarks.load.sound import WINDOW_BYTES
from data.sample_calls import SAMPLE_RATE

ONLY_LEG = "customer"


class PeerCaller(Caller):
    """Over when every window that was sent has its words and its advice."""

    _sent: int | None = None  # windows, once the caller has hung up

    def end(self) -> None:
        self._sent = len(self.sent_at) * self.frame_bytes // WINDOW_BYTES
        self._look_whether_over()

    def hear(self, message: bytes, now: float) -> None:
        self._hear(message, now)
        self._look_whether_over()

    @abstractmethod
    def _hear(self, message: bytes, now: float) -> None:
        """Take note of a message in the peer's own form."""

    def _look_whether_over(self) -> None:
        if self._sent is not None and min(len(self.transcripts[ONLY_LEG]), len(self.complete)) >= self._sent:
            self.ended.set()


class SingleProcessCaller(PeerCaller):
    """Speaks with single_process.py: bare sound, answered in JSON that names the window."""

    def _greet(self) -> None:
        self.started.set()

    def _hear(self, message: bytes, now: float) -> None:
        match json.loads(message):
            case {"type": "transcript", "window": int(window), "text": str(text)}:
                self._note_words(ONLY_LEG, window, text, now)
            case {"type": "suggestion_delta", "window": int(window), "text": str(text)}:
                self._note_advice(window, text, now)
            case {"type": "suggestion_done", "window": int(window)}:
                self.complete.add(window)
            case other:
                self.complaints.append(f"{other}")


class PipecatCaller(PeerCaller):
    """Speaks pipecat's protobuf frames, whose messages are JSON of its client protocol (RTVI).

    It does not say which window a suggestion is about: the stub does, in its first piece and its last.
    """

    def _greet(self) -> None:
        about = {"version": "2.0.0", "about": {"library": "earpiece-bench"}}
        ready = {"id": "1", "label": "rtvi-ai", "type": "client-ready", "data": about}
        self._send(WSMsgType.BINARY, _field(4, _field(1, json.dumps(ready).encode())))

    def _wrapped(self, frame: bytes | memoryview) -> bytes:
        form = b"\x20" + _number(SAMPLE_RATE) + b"\x28\x01"  # fields 4 and 5: the rate, one channel
        return _field(2, _field(3, frame) + form)

    def _hear(self, message: bytes, now: float) -> None:
        begin = message.find(b"{")
        if message[:1] != b"\x22" or begin < 0:  # field 4: a message
            return
        match json.loads(message[begin:]):
            case {"type": "user-transcription", "data": {"text": str(text), "final": True}}:
                self._note_words(ONLY_LEG, len(self.transcripts[ONLY_LEG]), text, now)
            case {"type": "bot-llm-text", "data": {"text": str(text)}}:
                self._note_piece(text, now)
            case {"type": "bot-ready"}:
                self.started.set()
            case {"type": "error", **more}:
                self.complaints.append(f"{more.get('data')}")
            case _:
                pass

    def _note_piece(self, text: str, now: float) -> None:
        about: dict[str, Any] = {told.crc: told.window for told in self.transcripts[ONLY_LEG]}
        for word in text.split():
            name, _, crc = word.partition("=")
            if name == "about" and crc in about:
                self._note_advice(about[crc], text, now)
            elif name == "end" and crc in about:
                self.complete.add(about[crc])


def _field(number: int, content: bytes | memoryview) -> bytes:
    """A field of a protobuf message that holds bytes."""
    return bytes([number << 3 | 2]) + _number(len(content)) + bytes(content)


def _number(value: int) -> bytes:
    """As protobuf writes one: seven bits a byte, the lowest first."""
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    return bytes([*out, value])
