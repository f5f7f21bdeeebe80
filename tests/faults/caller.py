"""A client of the media socket that keeps to docs/protocol.md, remembers all it sent and saw, and comes back
when it is cut off.
"""

import asyncio
import json
import random
import time
import urllib.error
import urllib.request
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

import numpy as np

from tests.faults.audio import RATE, speech
from tests.faults.wire import Closed, Wire

FRAME_SECONDS = 0.1
KEEP_SECONDS = 30.0
TICK_SECONDS = 0.02
FOR_GOOD = {1000, 4401, 4404, 4409, 4410, 4429}
OVER = 4410
GOODBYE = 1000  # also when the summary takes longer than a socket stays open
PATIENCE_SECONDS = 90.0


@dataclass
class Caller:
    """One client on one call.

    `audio` holds the sound of each leg it carries. It is recorded at `speed` times real time whether the line
    is up or not, and of what was recorded the last `keep_seconds` (of sound) are kept. `record` is the call's
    record as the client has it; `without` are the seconds that each absence lasted.
    """

    port: int
    token: str
    audio: dict[str, bytes]
    call_id: UUID = field(default_factory=uuid4)
    speed: float = 1.0
    keep_seconds: float = KEEP_SECONDS
    ends_call: bool = True
    patience_seconds: float = PATIENCE_SECONDS
    facts: dict[str, Any] = field(default_factory=dict)

    record: list[dict[str, Any]] = field(default_factory=list)
    heard_at: list[float] = field(default_factory=list)
    wrongs: list[str] = field(default_factory=list)
    acks: list[tuple[int, int]] = field(default_factory=list)
    ack_seconds: list[float] = field(default_factory=list)
    lost: list[tuple[int, int]] = field(default_factory=list)
    told: list[dict[str, Any]] = field(default_factory=list)
    closes: list[int] = field(default_factory=list)
    without: list[float] = field(default_factory=list)
    started: list[dict[str, Any]] = field(default_factory=list)
    reads: bool = True
    read_pause: float = 0.0

    def __post_init__(self) -> None:
        self.channels = len(self.audio)
        self.frame = 2 * self.channels
        self._sound = _interleaved(list(self.audio.values()))
        self._began = 0.0
        self._at = 0
        self._sent_at: list[tuple[int, float]] = []
        self._wire: Wire | None = None
        self._away_until = self._gone_at = 0.0
        self.asked_to_end = self.vanished = False
        self.finished = False
        self.late = 0.0  # seconds from the end of the sound to the last event of the record

    # -- what a test may do

    def cut_off(self) -> None:
        """The line breaks, this once."""
        if self._wire is not None:
            self._wire.drop()

    def stay_away(self, seconds: float) -> None:
        """The line breaks, and there is none for so long."""
        self._away_until = time.monotonic() + seconds
        self.cut_off()

    @property
    def epoch(self) -> int:
        """Of the server's memory, as this client last knew it."""
        return self.started[-1]["epoch"] if self.started else 0

    @property
    def acked(self) -> int:
        """Bytes of this socket that the server called safe last."""
        return self.acks[-1][1] if self.acks else 0

    @property
    def seconds(self) -> float:
        """The length of the sound."""
        return len(self._sound) / self.frame / RATE

    def events(self, kind: str) -> list[dict[str, Any]]:
        """The recorded events of a type."""
        return [event for event in self.record if event["type"] == kind]

    async def run(self) -> "Caller":
        """The whole call, from the first byte to the summary. Raises `AssertionError` when patience runs
        out.
        """
        self._began = time.monotonic()
        deadline = self._began + self.seconds / self.speed + self.patience_seconds
        while not self.finished:
            assert time.monotonic() < deadline, (
                f"call {self.call_id} was not finished: closes {self.closes}, told {self.told[-3:]}"
            )
            await asyncio.sleep(max(0.0, self._away_until - time.monotonic()))
            try:
                async with asyncio.timeout_at(
                    asyncio.get_running_loop().time() + deadline - time.monotonic()
                ):
                    await self._converse()
            except Closed as closed:
                await self._after(closed)
            except (OSError, TimeoutError):
                self.closes.append(0)
            finally:
                self.cut_off()
            self._gone_at = self._gone_at or time.monotonic()
            if not self.finished:
                await asyncio.sleep(random.uniform(0.1, 0.4))
        self.late = time.monotonic() - self._began - self.seconds / self.speed
        return self

    # -- one connection

    async def _converse(self) -> None:
        self._wire = wire = await Wire.open("127.0.0.1", self.port, f"/ws/call/{self.call_id}", self.token)
        start = {
            "type": "start_call",
            "channels": self.channels,
            "sample_rate": RATE,
            "encoding": "pcm_s16le",
            **self.facts,
        }
        if self.channels == 1:
            start["speaker"] = next(iter(self.audio))
        if self.started:
            start |= {"last_event_id": len(self.record), "epoch": self.epoch}
        await wire.send(start)
        while (message := await wire.receive())["type"] != "call_started":
            self._hear(message)
        self._begin(message)
        sending = asyncio.ensure_future(self._send(wire))
        try:
            while True:
                message = await wire.receive()
                self._hear(message)
                while not self.reads:
                    await asyncio.sleep(0.05)
                if self.read_pause:
                    await asyncio.sleep(self.read_pause)
        finally:
            sending.cancel()
            await asyncio.gather(sending, return_exceptions=True)

    def _begin(self, message: dict[str, Any]) -> None:
        received, same_memory = message["received_bytes"], self.started and message["epoch"] == self.epoch
        if same_memory and received < self.acked:
            self.wrongs.append(f"{self.acked} bytes were safe, and after a resume only {received}")
        if self.started and message["epoch"] < self.epoch:
            self.wrongs.append(f"epoch {message['epoch']} came after {self.epoch}")
        if self.started:
            self.without.append(time.monotonic() - self._gone_at)
        self._gone_at = 0.0
        del self.record[message["last_event_id"] :], self.heard_at[message["last_event_id"] :]
        self.started.append(message)
        self.acks.append((message["epoch"], received))
        self._at = received
        self._sent_at = []

    async def _send(self, wire: Wire) -> None:
        """Send what was recorded, as it is recorded; declare what is kept no longer; end the call."""
        size = self._sent_at_once
        while self._at < len(self._sound):
            recorded = self._recorded()
            oldest = int(max(0.0, recorded - self.keep_seconds * RATE * self.frame)) // size * size
            if self._at < oldest:
                await wire.send({"type": "gap", "to": oldest})
                self.lost.append((self._at, oldest))
                self._at = oldest
            end = min(self._at + size, len(self._sound))
            if recorded < end:
                await asyncio.sleep(TICK_SECONDS)
                continue
            await wire.send(self._sound[self._at : end])
            self._at = end
            self._sent_at.append((end, time.monotonic()))
        if self.ends_call:
            await wire.send({"type": "end_call"})
            self.asked_to_end = True
        else:
            await wire.send({"type": "ping"})  # answered behind the sound: part of a second has no ack
            while not any(message["type"] == "pong" for message in self.told):
                await asyncio.sleep(TICK_SECONDS)
            self.vanished = True
            wire.drop()

    @property
    def _sent_at_once(self) -> int:
        return round(RATE * FRAME_SECONDS) * self.frame

    def _recorded(self) -> float:
        return min(float(len(self._sound)), (time.monotonic() - self._began) * self.speed * RATE * self.frame)

    # -- what it is told

    def _hear(self, message: dict[str, Any]) -> None:
        if "id" in message:
            self._note(message)
        elif message["type"] == "audio_ack":
            self._note_ack(message["received_bytes"])
        else:
            self.told.append(message)

    def _note(self, event: dict[str, Any]) -> None:
        if event["id"] != len(self.record) + 1:
            what = "again" if event["id"] <= len(self.record) else "too early"
            self.wrongs.append(f"event {event['id']} came {what}, after {len(self.record)}")
            return
        self.record.append(event)
        self.heard_at.append(time.monotonic())

    def _note_ack(self, received: int) -> None:
        if received < self.acked:
            self.wrongs.append(f"ack {received} came after {self.acked}")
        if received > self._at:
            self.wrongs.append(f"ack {received} is more than the {self._at} that were sent")
        self.acks.append((self.epoch, received))
        while self._sent_at and self._sent_at[0][0] <= received:
            end, sent = self._sent_at.pop(0)
            if end == received:  # those before it were safe earlier: an ack comes once a second
                self.ack_seconds.append(time.monotonic() - sent)

    async def _after(self, closed: Closed) -> None:
        self.closes.append(closed.code)
        waited_in_vain = closed.code == GOODBYE and not self.events("summary")
        if closed.code == OVER or self.vanished or waited_in_vain:
            await asyncio.to_thread(self._read_the_rest)
        self.finished = closed.code in FOR_GOOD or self.vanished

    def _read_the_rest(self) -> None:
        """Of a call that has ended the rest of its record comes as server-sent events."""
        deadline = time.monotonic() + self.patience_seconds
        while not self.events("summary"):
            assert time.monotonic() < deadline, f"no summary of {self.call_id}"
            headers = {"Authorization": f"Bearer {self.token}", "Last-Event-ID": str(len(self.record))}
            url = f"http://127.0.0.1:{self.port}/api/stream/transcript/{self.call_id}"
            try:
                with urllib.request.urlopen(
                    urllib.request.Request(url, headers=headers), timeout=20
                ) as stream:
                    for line in stream:
                        if line.startswith(b"data: "):
                            self._hear(json.loads(line[6:]))
            except (urllib.error.URLError, OSError, ValueError):
                time.sleep(0.3)


def legs(seconds: float, seed: int, speakers: tuple[str, ...] = ("agent", "customer")) -> dict[str, bytes]:
    """Sound for each speaker, different for each and for each seed."""
    return {speaker: speech(seconds, 10 * seed + n) for n, speaker in enumerate(speakers)}


def _interleaved(tracks: list[bytes]) -> bytes:
    if len(tracks) == 1:
        return tracks[0]
    return np.stack([np.frombuffer(track, "<i2") for track in tracks], axis=1).tobytes()
