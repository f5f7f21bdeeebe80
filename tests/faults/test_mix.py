"""Twenty calls of a minute each, and whatever may happen, at random: `make faults SEED=7` plays one seed."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable
from random import Random
from signal import SIGCONT, SIGSTOP

import pytest

from tests.faults import nemesis, report
from tests.faults.caller import Caller
from tests.faults.checker import Allowed
from tests.faults.proxy import Proxy
from tests.faults.scenario import Scenario
from tests.faults.system import PROCESSES, System

SEEDS = [int(seed) for seed in (os.environ.get("SEED") or "1 2 3").split()]
CALLS, SECONDS = 20, 60
CALM_SECONDS = 1, 4
LONGEST_PAUSE_SECONDS = 4
LONGEST_ABSENCE_SECONDS = 12  # a client keeps 30 s: so much may come on top of it without loss

Trouble = tuple[str, Callable[[], Awaitable[None]]]


@pytest.mark.full
@pytest.mark.timeout(400)
@pytest.mark.parametrize("seed", SEEDS)
def test_twenty_calls_survive_whatever_happens(scenario: Scenario, seed: int) -> None:
    random = Random(seed)
    for number in range(CALLS):
        speakers = random.choice([("agent", "customer"), ("customer",), ("agent",)])
        scenario.caller(SECONDS, seed=100 * seed + number, speakers=speakers)
    happened: list[str] = []
    scenario.play(lambda: _all_sorts(scenario, random, happened))
    found = scenario.verdict(Allowed(unacked=True, failed_suggestions=True))
    print(report.note(f"random mix, seed {seed}: {len(happened)} faults", scenario))
    print("\n".join(happened))
    assert found == []


async def _all_sorts(scenario: Scenario, random: Random, happened: list[str]) -> None:
    """One trouble after the other while the calls go on."""
    began = time.monotonic()
    while time.monotonic() - began < SECONDS:
        await asyncio.sleep(random.uniform(*CALM_SECONDS))
        name, trouble = random.choice(_kinds(scenario.system, scenario.callers, random))
        happened.append(f"{time.monotonic() - began:4.1f} s {name}")
        await trouble()


def _kinds(system: System, callers: list[Caller], random: Random) -> list[Trouble]:
    """Every kind of trouble, its details drawn."""
    name = random.choice(PROCESSES)
    seconds = random.uniform(0.5, LONGEST_PAUSE_SECONDS)
    proxies = {
        "to web": system.to_web,
        "web to Redis": system.web_to_redis,
        "workers to Redis": system.workers_to_redis,
        "workers to PostgreSQL": system.workers_to_postgres,
    }
    where, proxy = random.choice(list(proxies.items()))
    part, fault = random.choice(nemesis.ALL_PARTS), random.choice(nemesis.ENGINE_FAULTS)
    caller, absence = random.choice(callers), random.uniform(1, LONGEST_ABSENCE_SECONDS)
    server = random.choice(("redis", "postgres"))

    async def kill() -> None:
        await asyncio.to_thread(system.kill, name)
        system.start(name)

    async def roll() -> None:
        await asyncio.to_thread(system.stop, name)
        system.start(name)

    async def pause(what: str) -> None:
        system.signal_all(what, SIGSTOP)
        await asyncio.sleep(seconds)
        system.signal_all(what, SIGCONT)

    async def restart() -> None:
        await asyncio.to_thread(system.kill_server, server)
        await asyncio.sleep(seconds)
        await asyncio.to_thread(system.start_server, server)

    async def disturb(how: Callable[[Proxy], None]) -> None:
        how(proxy)
        await asyncio.sleep(seconds)
        proxy.heal()

    async def trouble_engine() -> None:
        order = {"part": part, "coming": [fault] * 3}
        await asyncio.to_thread(system.order_engine, order)

    async def leave() -> None:
        caller.stay_away(absence)

    return [
        (f"{name} is killed", kill),
        (f"{name} is killed", kill),
        (f"{name} is rolled", roll),
        (f"{name} stands still for {seconds:.1f} s", lambda: pause(name)),
        (f"{server} stands still for {seconds:.1f} s", lambda: pause(server)),
        (f"{server} is killed, and is back after {seconds:.1f} s", restart),
        (f"{where} is cut for {seconds:.1f} s", lambda: disturb(Proxy.cut)),
        (f"{where} is frozen for {seconds:.1f} s", lambda: disturb(Proxy.freeze)),
        (f"{where} loses every reply for {seconds:.1f} s", lambda: disturb(Proxy.drop_replies)),
        (f"{where} is slow for {seconds:.1f} s", lambda: disturb(lambda proxy: proxy.delay(0.05))),
        (f"the engine answers {part} with {fault} three times", trouble_engine),
        (f"a client is away for {absence:.1f} s", leave),
    ]
