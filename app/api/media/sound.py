"""The sound that one socket sends: its frames, told apart by leg, and how much of it is safe."""

import time
from collections.abc import Callable, Sequence
from functools import partial
from uuid import UUID

import numpy as np
from simple_websocket import Server

from app.api.media.leg_writer import PENDING_BYTES, LegWriter
from app.api.media.memory import FOR_SOUND
from app.api.media.pace import Pace
from app.api.media.process import MediaProcess
from app.api.media.refusals import BUSY, Fatal, Refused
from app.api.media.start_call import StartCall
from app.settings import load_settings
from app.streaming import interim, keys
from app.streaming.fixed_windows import FixedWindower
from app.streaming.legs import LegTaken
from app.streaming.speech_windows import SpeechWindower
from app.streaming.windows import Windower

IDLE_SECONDS = 1.0  # without a byte, what is open is cut
GAPS_A_MINUTE = 20  # of a socket: each is a row, and comes after an interruption
LONGEST_GAP_SECONDS = 3600  # far beyond the 120 s in which a leg may resume; more is a client's mistake
STORE_SECONDS = 5.0  # an `end_call` waits so long for the bytes before it to be stored


class Sound:
    """Bytes are counted as the client counts them: over all channels, from the call's beginning."""

    def __init__(
        self,
        ws: Server,
        process: MediaProcess,
        call_id: UUID,
        start: StartCall,
        taken: Sequence[LegTaken],
        on_safe: Callable[[int], None],
        on_lost: Callable[[int], None],
    ) -> None:
        """`on_safe` is told the bytes that are safe, about once a second of sound; `on_lost` the status of an
        append that was refused for good. Both from other threads than the socket's, too.
        """
        self.speakers, self.agent_name = start.speakers, start.agent_name
        self._ws, self._memory, self._appender = ws, process.memory, process.appender
        self._call_key = keys.call(call_id)
        self._frame_bytes = 2 * start.channels
        self._second_bytes = start.sample_rate * self._frame_bytes
        self._on_safe = on_safe
        self._gaps = Pace(GAPS_A_MINUTE)
        self._came_at = time.monotonic()
        self._legs = [
            LegWriter(
                process.store,
                process.appender,
                call_id,
                speaker,
                leg,
                partial(_windower, start),
                on_stored=self._acknowledge,
                on_lost=on_lost,
                on_work=process.relay.hint,
                interim_bytes=interim.bytes_between(start.sample_rate)
                if load_settings().shows_interim
                else 0,
            )
            for speaker, leg in zip(start.speakers, taken, strict=True)
        ]
        self._acknowledged = self._offset = self.safe

    @property
    def safe(self) -> int:
        """The byte up to which all is safe: further than what has come, when more need not come again."""
        return min(leg.stored for leg in self._legs) * len(self._legs)

    @property
    def received(self) -> int:
        """The bytes of this socket that have come and are safe."""
        return min(self._offset, self.safe)

    def take(self, data: bytes) -> None:
        """Put a frame to its legs. Waits while a leg has too much to store: the socket is not read then, and
        the network slows the client. Raises `Refused` or `Fatal`.
        """
        if not data or len(data) % self._frame_bytes:
            words = f"A frame holds whole samples: a multiple of {self._frame_bytes} bytes."
            raise Refused("bad_audio", words)
        self._came_at = time.monotonic()
        if self._memory.filled >= FOR_SOUND:
            raise Fatal("busy", 1013, BUSY, self.received)
        offset = self._offset
        self._offset += len(data)
        if len(self._legs) == 1:
            self._legs[0].append(offset, data)
        else:
            stereo = np.frombuffer(data, "<i2").reshape(-1, 2)
            for channel in (1, 0):  # the customer is stored before anybody looks for her in the agent's sound
                self._legs[channel].append(offset // 2, stereo[:, channel].tobytes())
        self._acknowledge()  # what is final already is not stored again: nothing else says it has come
        while any(leg.pending > PENDING_BYTES for leg in self._legs) and self._ws.connected:
            time.sleep(0.02)

    def lose(self, to: object) -> None:
        """Go on at byte `to`: the client does not have what is before it. Raises `Refused`."""
        last = self._offset + LONGEST_GAP_SECONDS * self._second_bytes
        if not isinstance(to, int) or to % self._frame_bytes or not self._offset < to <= last:
            raise Refused(
                "bad_audio",
                f"A gap ends after {self._offset}, at {last} or before, at a multiple of"
                f" {self._frame_bytes} bytes.",
            )
        if not self._gaps.allows():
            raise Refused("too_many", f"Only {GAPS_A_MINUTE} gaps a minute can be declared.")
        self._offset = to
        for leg in self._legs:
            leg.lose(to // len(self._legs))

    def cut_when_idle(self) -> None:
        """Close the open windows when nothing comes: what was said last must not wait for more."""
        if time.monotonic() - self._came_at > IDLE_SECONDS:
            if load_settings().window_policy == "speech":
                for leg in self._legs:
                    leg.flush()
            self._came_at = time.monotonic()

    def send(self) -> None:
        """Have all that has come stored now."""
        for leg in self._legs:
            leg.send()

    def wait_until_stored(self) -> None:
        """Give Redis a moment with what has come, of whoever is on the call."""
        self._appender.hurry(self._call_key)
        deadline = time.monotonic() + STORE_SECONDS
        while any(leg.pending for leg in self._legs) and time.monotonic() < deadline:
            time.sleep(0.01)

    def is_older(self, speaker: str, fence: int) -> bool:
        """Whether this leg was ours before who has this `fence` took it."""
        return any(leg.speaker == speaker and leg.fence < fence for leg in self._legs)

    def _acknowledge(self) -> None:
        received = self.received
        if received - self._acknowledged >= self._second_bytes:
            self._acknowledged = received
            self._on_safe(received)


def _windower(start: StartCall, at: int) -> Windower:
    settings = load_settings()
    policy = FixedWindower if settings.window_policy == "fixed" else SpeechWindower
    return policy(start.sample_rate, settings.window_seconds, at)
