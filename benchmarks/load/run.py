"""One run: calls come and speak at the pace of life; the system's use is read around the measured span."""

import asyncio
import gc
import random
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from picows import ws_connect

from benchmarks.load.caller import Caller
from benchmarks.load.measured import NOTHING, Measured, Watched
from benchmarks.load.meter import Meter, Reading
from benchmarks.load.sound import WINDOW_SECONDS, Leg, Policy, beginning
from data.sample_calls import SAMPLE_RATE, SPEAKERS

TICK_SECONDS = 0.002  # the grid on which frames leave
RAMP_SECONDS = 5.0  # in which calls begin to speak, so that their windows do not end together
JOINING = 20  # calls that connect at the same time
START_SECONDS = 30.0
TAIL_SECONDS = 3.0  # in which calls go on, so that no measured window waits for the end of all of them
WATCH_SECONDS = 3.0
DRAIN_SECONDS = 20.0  # for the last words, after the sound


@dataclass(frozen=True)
class Load:
    """What is asked of the system. `frame_samples` per leg; `age` is how many minutes old the calls are."""

    calls: int
    seconds: float
    policy: Policy = "fixed"
    legs: int = 1
    frame_samples: int = 4096
    age: int = 0

    def __str__(self) -> str:
        legs = f"{self.legs} leg{'s' * (self.legs > 1)}"
        milliseconds = 1000 * self.frame_samples // SAMPLE_RATE
        age = f", {self.age} minute{'s' * (self.age > 1)} old" if self.age else ""
        return f"{self.calls} calls, {legs}, frames of {milliseconds} ms, {self.policy}{age}"


@dataclass(frozen=True)
class Taken:
    """What a run brought about.

    `idle` is the memory before it, `memory` that at its end; `late` is how late frames left, in seconds;
    `asked` is what the servers were asked in `WATCH_SECONDS`, where that was watched.
    """

    load: Load
    callers: list[Caller]
    measured_from: float
    used: Reading
    idle: dict[str, float]
    memory: dict[str, float]
    late: list[float]
    asked: Watched


async def run(
    load: Load,
    system: Measured,
    during: Callable[[], Awaitable[None]] | None = None,
    *,
    watched: bool = False,
) -> Taken:
    """Carry the load. `during` starts with the measured span, which follows the ramp; `watched` for three
    seconds after it, Redis and PostgreSQL are listened to.
    """
    lots = random.Random(1)
    meter = Meter(system)
    idle = meter.memory()
    callers = [_caller(load, system, lots) for _ in range(load.calls)]
    if load.age:
        system.give_past(callers)
    for first in range(0, load.calls, JOINING):
        await asyncio.gather(*(_join(caller, system) for caller in callers[first : first + JOINING]))
    gc.collect()
    gc.freeze()
    pace = _Pace(callers, load.frame_samples, lots)
    await pace.until(pace.began + RAMP_SECONDS)
    before = meter.read()
    beside = asyncio.ensure_future(during()) if during else None
    await pace.until(before.at + load.seconds)
    used = meter.read().since(before)
    memory = meter.memory()
    if beside is not None:
        await beside
    late = list(pace.late)
    await pace.until(before.at + load.seconds + TAIL_SECONDS)
    asked = NOTHING
    if watched:
        watching = asyncio.ensure_future(asyncio.to_thread(system.watch, WATCH_SECONDS))
        await pace.until(time.monotonic() + WATCH_SECONDS)
        asked = await watching
    await _hang_up(callers)
    return Taken(load, callers, before.at, used, idle, memory, late, asked)


def _caller(load: Load, system: Measured, lots: random.Random) -> Caller:
    past = round(60 * load.age / WINDOW_SECONDS)
    legs = [
        Leg(load.policy, beginning(load.policy, lots), past, speaker=speaker)
        for speaker in SPEAKERS[-load.legs :]
    ]
    return system.caller(legs, load.frame_samples)


async def _join(caller: Caller, system: Measured) -> None:
    await ws_connect(
        lambda: caller,
        system.address(caller.call_id),
        extra_headers=system.headers,
        websocket_handshake_timeout=START_SECONDS,
        enable_auto_pong=True,
    )
    await asyncio.wait_for(caller.started.wait(), START_SECONDS)


class _Pace:
    """Sends every call's frames when they are due: each call on its own tick of the length of a frame."""

    def __init__(self, callers: list[Caller], frame_samples: int, lots: random.Random) -> None:
        self.began = time.monotonic() + 0.1
        self.late: list[float] = []
        self._period = round(frame_samples / SAMPLE_RATE / TICK_SECONDS)
        self._slots: list[list[tuple[int, Caller]]] = [[] for _ in range(self._period)]
        self._tick = 0
        for caller in callers:
            first = lots.randrange(round(RAMP_SECONDS / TICK_SECONDS))
            self._slots[first % self._period].append((first, caller))

    async def until(self, end: float) -> None:
        while (due := self.began + self._tick * TICK_SECONDS) < end:
            if (wait := due - time.monotonic()) > 0:
                await asyncio.sleep(wait)
            for first, caller in self._slots[self._tick % self._period]:
                if first <= self._tick:
                    caller.send_frame()
                    self.late.append(caller.sent_at[-1] - due)
            self._tick += 1


async def _hang_up(callers: list[Caller]) -> None:
    for caller in callers:
        caller.end()
        await asyncio.sleep(TICK_SECONDS)
    deadline = time.monotonic() + DRAIN_SECONDS
    while not all(caller.ended.is_set() for caller in callers) and time.monotonic() < deadline:
        await asyncio.sleep(0.05)
    for caller in callers:
        caller.close()
