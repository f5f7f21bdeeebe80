"""What can be measured: a running system with the stub behind it, ours or a peer."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple, Protocol
from uuid import UUID

from benchmarks.load.caller import Caller
from benchmarks.load.sound import Leg, Window

Kept = Callable[[Caller, str, Window, int], bool]
"""Whether the system has kept a window: of this call, this speaker, which begins at this byte of the leg."""


class Counts(NamedTuple):
    """Since it started: commands of Redis by name, transactions of PostgreSQL."""

    commands: dict[str, int]
    transactions: int


class Watched(NamedTuple):
    """What was asked meanwhile: of Redis, by name (see commands.py), and how often of PostgreSQL."""

    commands: Counter[str]
    statements: int


NOTHING = Watched(Counter(), 0)


class Measured(Protocol):
    """Ready for calls."""

    name: str

    @property
    def parts(self) -> Mapping[str, int]:
        """The process at the head of each part of it."""

    @property
    def stub(self) -> int:
        """The process of the stub engine."""

    @property
    def headers(self) -> dict[str, str]:
        """What a socket's handshake says."""

    def address(self, call_id: UUID) -> str:
        """Of a call's socket."""

    def caller(self, legs: Sequence[Leg], frame_samples: int) -> Caller:
        """One who speaks its protocol."""

    def give_past(self, callers: Sequence[Caller]) -> None:
        """Have what their legs' past has left, before they come."""

    def counts(self) -> Counts:
        """What it has asked of its servers so far."""

    def watch(self, seconds: float) -> Watched:
        """Listen to what its servers are asked. Costs much."""

    def kept(self) -> Kept:
        """What it has kept, once all of it is written."""


class DoesNotStart(Exception):
    """A system was not ready in time. Has what its processes said last."""
