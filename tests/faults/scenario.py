"""A scenario: calls that go on, trouble meanwhile, and the verdict when all is over."""

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Any

from tests.faults.caller import Caller, legs
from tests.faults.checker import Allowed, check, resources_are_back
from tests.faults.observation import Observation, Resources, observe, resources
from tests.faults.system import System, wait_for

Trouble = Callable[[], Awaitable[None]]
LOOK_SECONDS = 0.02
PATIENCE_SECONDS = 60.0


class Scenario:
    """Calls on a system from now on; what happened before is not looked at. `verdict` fills `seen`."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.since = time.time()
        self.baseline: Resources | None = resources(system)
        self._ended_before = Counter(system.ended_by_itself)
        self._web = system.server("web").pid
        self.callers: list[Caller] = []
        self.seen: Observation | None = None

    def caller(
        self, seconds: float, seed: int, speakers: tuple[str, ...] = ("agent", "customer"), **options: Any
    ) -> Caller:
        """A client on a call of its own (or on `call_id`)."""
        caller = Caller(self.system.to_web.port, self.system.token, legs(seconds, seed, speakers), **options)
        self.callers.append(caller)
        return caller

    def play(self, *troubles: Trouble) -> None:
        """Run every call to its end, and every trouble beside them."""

        async def all_of_it() -> None:
            async with asyncio.TaskGroup() as group:
                for caller in self.callers:
                    group.create_task(caller.run())
                for trouble in troubles:
                    group.create_task(_awaited(trouble))

        asyncio.run(all_of_it())

    def verdict(self, allowed: Allowed | None = None) -> list[str]:
        """What is wrong now that all is over; empty when nothing is."""
        self.seen = observe(self.system, self.callers, since=self.since)
        for name, times in (self.system.ended_by_itself - self._ended_before).items():
            self.seen.alarms[f"{name} ended by itself"] = times
        baseline = self.baseline if self.system.server("web").pid == self._web else None
        if baseline is not None:
            with suppress(AssertionError):  # sockets that are gone are noticed within seconds
                wait_for(lambda: not any(resources_are_back(resources(self.system), baseline)), 20, "calm")
            self.seen.resources = resources(self.system)
        return check(self.seen, self.callers, allowed or Allowed(), baseline)

    async def until(self, condition: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
        """Wait for something to hold, beside the calls."""
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, "it did not come to that"
            await asyncio.sleep(LOOK_SECONDS)

    async def until_asked(
        self, part: str, times: int = 1, seconds: float = PATIENCE_SECONDS, **fields: str
    ) -> None:
        """Wait until the engine has so many requests, since the scenario began, with these `fields` (see
        `engine.Asked`).
        """
        deadline = time.monotonic() + seconds
        while len(await self.asked(part, **fields)) < times:
            assert time.monotonic() < deadline, f"the {part} was not asked {times} times with {fields}"
            await asyncio.sleep(LOOK_SECONDS)

    async def asked(self, part: str, **fields: str) -> list[dict[str, Any]]:
        """The requests of the engine since the scenario began, with these `fields`."""
        log = await asyncio.to_thread(self.system.engine_log, self.since)
        wanted = {"part": part, **fields}
        return [asked for asked in log if wanted.items() <= {k: asked[k] for k in wanted}.items()]

    def words_told(self) -> set[str]:
        """Every word in a transcript that a client has seen."""
        return {word for c in self.callers for e in c.events("transcript") for word in e["text"].split()}


async def _awaited(trouble: Trouble) -> None:
    await trouble()
