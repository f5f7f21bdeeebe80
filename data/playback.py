"""Plays a sample call into sockets at the pace of speech, or faster."""

import random
import time
from collections.abc import Callable, Iterator, Mapping
from itertools import repeat
from uuid import UUID

from data.call_client import CallClient, Message
from data.sample_calls import SPEAKERS, SampleCall
from data.start_call import Start


class Playback:
    """One call on one socket that carries both legs, or on two sockets, the agent's first.

    `frame_bytes` is the size of the frames, None for random sizes of an odd number of samples. The sound is
    resampled to `rate` first, and `pcm` is what each client sends.
    """

    def __init__(
        self,
        call: SampleCall,
        socket_url: str,
        call_id: UUID,
        headers: Mapping[str, str],
        *,
        two_sockets: bool = False,
        rate: int = 16_000,
        frame_bytes: int | None = 8192,
        on_message: Callable[[Message], None] = lambda message: None,
    ) -> None:
        samples = call.resampled(rate)
        self.seconds = len(samples) / rate
        self.clients: list[CallClient] = []
        self.pcm: list[bytes] = []
        self.began = 0.0  # by `time.monotonic`, when the first sample was spoken
        self._frame_bytes = frame_bytes
        for channel, speaker in enumerate(SPEAKERS if two_sockets else (None,)):
            start = Start(speaker, rate, call.account_number, call.agent_name)
            hear = on_message if channel == 0 else lambda message: None  # both sockets tell the same
            self.clients.append(CallClient(socket_url, call_id, headers, start, hear))
            self.pcm.append((samples[:, channel] if two_sockets else samples).tobytes())

    def dial(self) -> None:
        """Connect every socket. Raises `CallFailed`."""
        for client in self.clients:
            client.dial()

    def play(self, speed: float = 1.0, on_progress: Callable[[float], None] = lambda seconds: None) -> None:
        """Say everything; a frame is sent when its last sample has been spoken, at `speed` times the pace of
        life. `on_progress` gets the seconds played. Raises `CallFailed`.
        """
        self.began = time.monotonic()
        for due, client, frame in self._frames():
            time.sleep(max(0.0, self.began + due / speed - time.monotonic()))
            client.send(frame)
            on_progress(due)

    def hang_up(self) -> None:
        """End the call after the last byte of every leg. Raises `CallFailed`."""
        agent, *others = self.clients
        for other in others:
            other.settle()
        agent.end_call()

    def _frames(self) -> Iterator[tuple[float, CallClient, bytes]]:
        """Every client's frames in the order in which they are due, in seconds."""
        frames = [
            (due, index, frame)
            for index, (client, pcm) in enumerate(zip(self.clients, self.pcm, strict=True))
            for due, frame in _cut(pcm, client.start, self._frame_bytes)
        ]
        for due, index, frame in sorted(frames, key=lambda entry: entry[:2]):
            yield due, self.clients[index], frame


def _cut(pcm: bytes, start: Start, frame_bytes: int | None) -> Iterator[tuple[float, bytes]]:
    at = 0
    for size in _odd_sizes(start.frame_bytes) if frame_bytes is None else repeat(frame_bytes):
        frame = pcm[at : at + size]
        if not frame:
            return
        at += len(frame)
        yield at / start.bytes_per_second, frame


def _odd_sizes(sample_bytes: int) -> Iterator[int]:
    chance = random.Random(1)
    while True:
        yield chance.randrange(1, 8000, 2) * sample_bytes
