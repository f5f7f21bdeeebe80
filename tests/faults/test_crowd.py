"""A thousand sockets that say nothing, beside twenty calls that go on, and one socket too many."""

import asyncio
import tempfile
from pathlib import Path
from uuid import uuid4

import psutil
import pytest

from app.streaming import keys
from tests.faults.scenario import Scenario
from tests.faults.system import System
from tests.faults.wire import Closed, Wire

IDLE, LIVE, SECONDS = 1000, 20, 30
AT_ONCE = 20
LATE_SECONDS = 0.2
WEB_MEGABYTES = 300
TOO_MANY = 4429


@pytest.mark.full
@pytest.mark.timeout(400)
def test_idle_sockets_do_not_slow_live_calls() -> None:
    folder = Path(tempfile.mkdtemp(prefix="earpiece-faults-")) / "run"
    with System(folder, {"WINDOW_SECONDS": "5", "MAX_SOCKETS": str(IDLE + LIVE)}) as system:
        scenario = Scenario(system)
        scenario.baseline = None  # memory that a thousand sockets took is kept for the next thousand
        for number in range(LIVE):
            scenario.caller(SECONDS, seed=number, speakers=("customer",))
        megabytes = asyncio.run(_play_in_a_crowd(scenario))
        assert scenario.verdict() == []
    acks = sorted(seconds for caller in scenario.callers for seconds in caller.ack_seconds)
    p99 = acks[int(len(acks) * 0.99)]
    print(f"{len(acks)} acks, p50 {acks[len(acks) // 2] * 1000:.0f} ms, p99 {p99 * 1000:.0f} ms")
    print(f"the web process takes {megabytes} MB")
    assert p99 < LATE_SECONDS
    assert megabytes < WEB_MEGABYTES


async def _play_in_a_crowd(scenario: Scenario) -> int:
    """Open the idle sockets, then play the calls. Returns the megabytes of the web process at their end."""
    gate = asyncio.Semaphore(AT_ONCE)
    crowd: dict[Wire, asyncio.Task[None]] = {}

    async def take_a_seat() -> None:
        wire = await _sit_down(scenario.system, gate)
        crowd[wire] = asyncio.create_task(_listen(wire))  # at once: who answers no ping for 10 s is cut

    await asyncio.gather(*(take_a_seat() for _ in range(IDLE)))
    with scenario.system.redis_client as store:  # idle are they when each of their calls has its row
        await scenario.until(lambda: not store.exists(keys.LEDGER))
    await asyncio.gather(_come_too_late(scenario), *(caller.run() for caller in scenario.callers))
    head = psutil.Process(scenario.system.server("web").pid)
    megabytes = max(p.memory_info().rss >> 20 for p in [head, *head.children(recursive=True)])
    assert not any(task.done() for task in crowd.values()), "an idle socket was closed"
    for wire, task in crowd.items():
        task.cancel()
        wire.drop()
    await asyncio.gather(*crowd.values(), return_exceptions=True)
    return megabytes


async def _come_too_late(scenario: Scenario) -> None:
    """One more than there is room for is told so."""
    await scenario.until(lambda: all(caller.acked for caller in scenario.callers))
    with pytest.raises(Closed) as closed:
        await _sit_down(scenario.system, asyncio.Semaphore())
    assert closed.value.code == TOO_MANY


async def _sit_down(system: System, gate: asyncio.Semaphore) -> Wire:
    """A socket that starts a call and then says nothing."""
    async with gate:
        wire = await Wire.open("127.0.0.1", system.to_web.port, f"/ws/call/{uuid4()}", system.token)
        start = {"type": "start_call", "speaker": "agent", "channels": 1, "sample_rate": 16000}
        await wire.send(start | {"encoding": "pcm_s16le"})
        while (await wire.receive())["type"] != "call_started":
            pass
        return wire


async def _listen(wire: Wire) -> None:
    while True:
        await wire.receive()
