"""What goes wrong during calls. Each function breaks one thing, when the calls have come to the point where
it hurts, and mends it again, unless the system is to mend itself.
"""

import asyncio
import time
from collections.abc import Callable
from signal import SIGCONT, SIGSTOP
from typing import Any

import redis
from celery import Celery
from kombu.exceptions import OperationalError

from app.queue import CLOSE_ABANDONED, SWEEP_QUEUE, TRANSCRIBE, TRANSCRIBE_QUEUE
from app.streaming import keys
from app.streaming.items import Item
from app.streaming.line import line_up
from tests.faults.audio import words_in
from tests.faults.caller import Caller
from tests.faults.scenario import LOOK_SECONDS, PATIENCE_SECONDS, Scenario

TRANSCRIBERS = ("transcribe-1", "transcribe-2")
WORKERS = (*TRANSCRIBERS, "suggest", "postcall")
ENGINE_FAULTS = ["429", "500", "html", "half", "hang"]
ALL_PARTS = ("recogniser", "assistant", "summary")
LEASE_SECONDS = 30
SHOUT = b'{"type":"status","part":"test","state":"ok","message":"' + b"x" * 60000 + b'"}'
HOLES = """
    SELECT 1 FROM windows AS w WHERE call_id = ANY(%s::uuid[]) AND start_byte > 0 AND NOT EXISTS (
        SELECT 1 FROM windows WHERE call_id = w.call_id AND speaker = w.speaker AND end_byte = w.start_byte)
"""  # final windows whose predecessors are not

in_thread = asyncio.to_thread


async def until_redis_takes(action: Callable[..., object], *arguments: object, **options: Any) -> None:
    """Do it again for as long as Redis does not answer, since another trouble may have it down just now."""
    deadline = time.monotonic() + PATIENCE_SECONDS
    while True:
        try:
            await in_thread(action, *arguments, **options)
        except (redis.RedisError, OperationalError):
            assert time.monotonic() < deadline, "Redis takes nothing any more"
            await asyncio.sleep(LOOK_SECONDS)
        else:
            return


async def nothing(scenario: Scenario) -> None:
    """The calls are trouble enough."""


# -- workers


async def kill_workers_mid_window(scenario: Scenario) -> None:
    """The engine is asked, and whoever asked is gone: the whole process (its pool are threads)."""
    system = scenario.system
    await in_thread(system.break_engine, "recogniser", "hold", times=2)
    await scenario.until_asked("recogniser", fault="hold")
    await replace_workers(scenario)
    await in_thread(system.order_engine, {"release": True})


async def kill_workers_before_commit(scenario: Scenario) -> None:
    """Words are heard and told, and whoever was about to write them down is gone."""
    system = scenario.system
    await scenario.until_asked("recogniser", outcome="answered")
    system.signal_all("postgres", SIGSTOP)
    told = len(scenario.callers[0].record)
    await scenario.until(lambda: len(scenario.callers[0].record) > told + 1)
    await replace_workers(scenario)
    system.signal_all("postgres", SIGCONT)


async def kill_worker_mid_summary(scenario: Scenario) -> None:
    """Whoever has asked for a summary is gone; its lease stays a while."""
    system = scenario.system
    await in_thread(system.break_engine, "summary", "hold", times=1)
    await scenario.until_asked("summary", fault="hold")
    await in_thread(system.kill, "postcall")
    system.start("postcall")
    await in_thread(system.order_engine, {"release": True})


async def replace_workers(scenario: Scenario) -> None:
    """SIGKILL to those who transcribe; new ones start."""
    for worker in TRANSCRIBERS:
        await in_thread(scenario.system.kill, worker)
    scenario.system.start(*TRANSCRIBERS)


async def freeze_workers_beyond_their_leases(scenario: Scenario) -> None:
    """Workers stand still with windows in hand, wake when these have become another's, and go on."""
    system = scenario.system
    await in_thread(system.break_engine, "recogniser", "hold", times=2)
    await scenario.until_asked("recogniser", times=2, fault="hold")
    for worker in TRANSCRIBERS:
        system.signal_all(worker, SIGSTOP)
    system.start("transcribe-3")
    await in_thread(system.order_engine, {"release": True})
    held = await scenario.asked("recogniser", fault="hold")
    words = {word for asked in held for word in asked["words"]}
    await scenario.until(lambda: words <= scenario.words_told(), 90)
    for worker in TRANSCRIBERS:
        system.signal_all(worker, SIGCONT)
    await scenario.until(lambda: all(caller.finished for caller in scenario.callers), 90)
    await in_thread(system.stop, "transcribe-3")


async def die_of_a_window(scenario: Scenario, poison: str, deaths: int) -> None:
    """Whoever hears a certain word dies of it, as often as somebody tries."""
    await in_thread(scenario.system.order_engine, {"poison": poison, "fault": "hold"})
    for death in range(1, deaths + 1):
        await scenario.until_asked("recogniser", times=death, fault="hold", seconds=90)
        await replace_workers(scenario)


async def spoil_a_window(scenario: Scenario, poison: str, fault: str) -> None:
    """Every request that holds a certain word goes wrong."""
    await in_thread(scenario.system.order_engine, {"poison": poison, "fault": fault})
    await scenario.until_asked("recogniser", fault=fault)


async def skew_a_clock(scenario: Scenario, library: str) -> None:
    """One of the workers lives ten minutes ahead of the others."""
    system = scenario.system
    await in_thread(system.kill, "transcribe-2")
    ahead = {"LD_PRELOAD": library, "FAKETIME": "+600s", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
    system.start("transcribe-2", environment=ahead)
    await scenario.until(lambda: scenario.callers[0].finished, 120)
    await in_thread(system.kill, "transcribe-2")
    system.start("transcribe-2")


# -- Redis


async def pause_redis(scenario: Scenario, seconds: float) -> None:
    """It takes connections, and answers nothing."""
    await scenario.until(lambda: scenario.callers[0].acked > 0)
    scenario.system.signal_all("redis", SIGSTOP)
    await asyncio.sleep(seconds)
    scenario.system.signal_all("redis", SIGCONT)


async def restart_redis(scenario: Scenario, away: float = 0) -> None:
    """Killed, and started again with the file it had."""
    await scenario.until(lambda: scenario.callers[0].acked > 0)
    await in_thread(scenario.system.kill_server, "redis")
    await asyncio.sleep(away)
    await in_thread(scenario.system.start_server, "redis")


async def empty_redis(scenario: Scenario) -> None:
    """Its memory and its file are gone."""
    await scenario.until(lambda: len(scenario.callers[0].events("transcript")) > 3)
    await in_thread(scenario.system.empty_redis)


async def empty_redis_behind_a_window(scenario: Scenario) -> None:
    """Its memory is gone when a window is with the engine whose successor is final already."""
    system = scenario.system
    await in_thread(system.break_engine, "recogniser", "hold", times=1)
    await scenario.until_asked("recogniser", fault="hold")
    await scenario.until(lambda: bool(system.rows(HOLES, [str(c.call_id) for c in scenario.callers])))
    await in_thread(system.empty_redis)
    await in_thread(system.order_engine, {"release": True})


async def fill_redis(scenario: Scenario, seconds: float) -> None:
    """It is full: it answers, and takes nothing that needs memory."""
    await scenario.until(lambda: scenario.callers[0].acked > 0)
    with scenario.system.redis_client as store:
        most = store.config_get("maxmemory")["maxmemory"]
        await in_thread(store.config_set, "maxmemory", 1)
        await asyncio.sleep(seconds)
        await in_thread(store.config_set, "maxmemory", most)


async def lose_replies_of_redis(scenario: Scenario, times: int) -> None:
    """Appends arrive and the answers do not: their sender cannot know, and sends the bytes again."""
    caller = scenario.callers[0]
    for _ in range(times):
        acked = caller.acked
        await scenario.until(lambda acked=acked: caller.acked > acked)  # type: ignore[misc]
        scenario.system.web_to_redis.drop_replies()
        await asyncio.sleep(0.3)
        scenario.system.web_to_redis.heal()


async def deafen_the_feed(scenario: Scenario, times: int) -> None:
    """The connection that hears of events is killed; what is said meanwhile is not heard."""
    caller = scenario.callers[0]
    with scenario.system.redis_client as store:
        for _ in range(times):
            heard = len(caller.record)
            await scenario.until(lambda heard=heard: len(caller.record) > heard)  # type: ignore[misc]
            await until_redis_takes(store.client_kill_filter, _type="pubsub")


# -- the web process and its clients


async def kill_web(scenario: Scenario) -> None:
    """SIGKILL, with all its sockets."""
    await scenario.until(lambda: scenario.callers[0].acked > 64000)
    await in_thread(scenario.system.kill, "web")
    scenario.system.start("web")


async def roll_web(scenario: Scenario) -> None:
    """SIGTERM: when another takes work it sends its clients away, and ends."""
    await scenario.until(lambda: scenario.callers[0].acked > 64000)
    await in_thread(scenario.system.roll_web)


async def cut_every_line(scenario: Scenario, seconds: float) -> None:
    """Nobody reaches the web process."""
    await scenario.until(lambda: scenario.callers[0].acked > 32000)
    scenario.system.to_web.cut()
    await asyncio.sleep(seconds)
    scenario.system.to_web.heal()


async def freeze_every_line(scenario: Scenario, seconds: float) -> None:
    """The cables are pulled: nobody is told, nothing passes."""
    await scenario.until(lambda: scenario.callers[0].acked > 32000)
    scenario.system.to_web.freeze()
    await asyncio.sleep(seconds)
    scenario.system.to_web.heal()


async def stop_reading(scenario: Scenario, reader: Caller, pause: float) -> None:
    """A client reads nothing (or a message every `pause` seconds), while its call has much to tell."""
    await scenario.until(lambda: reader.acked > 0)
    reader.reads, reader.read_pause = pause > 0, pause
    with scenario.system.redis_client as store:
        for _ in range(150):
            await until_redis_takes(store.publish, keys.feed(reader.call_id), SHOUT)
    await scenario.until(lambda: all(c.finished for c in scenario.callers if c is not reader), 120)
    reader.reads, reader.read_pause = True, 0.0


# -- tasks


async def give_hints_five_times(scenario: Scenario, windows: range) -> None:
    """Hints may be given more often than once; here they are for sure, and each to another worker."""
    caller = scenario.callers[0]
    await scenario.until(lambda: caller.acked > 0)
    items = [Item("w", caller.call_id, (leg, str(number))) for number in windows for leg in caller.audio]
    with scenario.system.redis_client as store, Celery(broker=scenario.system.broker_url) as celery:
        for _ in range(5):
            for item in items:
                await until_redis_takes(line_up, store, item)
                await until_redis_takes(celery.send_task, TRANSCRIBE, queue=TRANSCRIBE_QUEUE)


async def two_beats_and_none(scenario: Scenario) -> None:
    """Two schedulers run, then none while workers die: what they held waits for the next beat."""
    system = scenario.system
    system.start("beat-2")
    await scenario.until(lambda: scenario.callers[0].acked > 64000)
    await in_thread(system.kill, "beat-2")
    await in_thread(system.kill, "beat")
    await kill_workers_mid_window(scenario)
    await asyncio.sleep(10)
    system.start("beat")


async def abandon(scenario: Scenario) -> None:
    """A client vanishes without `end_call`; two minutes later, which are not waited for, the sweep comes."""
    caller = scenario.callers[0]
    await scenario.until(lambda: caller.vanished)
    with scenario.system.redis_client as store, Celery(broker=scenario.system.broker_url) as celery:
        await asyncio.sleep(2)  # the pulse of the socket's last second
        await until_redis_takes(store.zadd, keys.CALLS_SEEN, {str(caller.call_id): 1})
        await until_redis_takes(celery.send_task, CLOSE_ABANDONED, queue=SWEEP_QUEUE)


# -- engine and database


async def trouble_the_engine(scenario: Scenario, part: str, faults: list[str]) -> None:
    """The next requests of a part go wrong, each in its own way."""
    await in_thread(scenario.system.order_engine, {"part": part, "coming": faults})
    for fault in faults:
        await scenario.until_asked(part, fault=fault)


async def break_the_engine(scenario: Scenario, fault: str, seconds: float) -> None:
    """Every request goes wrong for so long; then the recogniser recovers, so that there is something to
    advise, and last the assistant. The first summary fails as well.
    """
    for part in ("recogniser", "assistant"):
        await in_thread(scenario.system.break_engine, part, fault)
    await in_thread(scenario.system.break_engine, "summary", fault, times=1)
    await scenario.until_asked("recogniser", fault=fault)
    await asyncio.sleep(seconds)
    await in_thread(scenario.system.break_engine, "recogniser", "")
    await scenario.until_asked("assistant", fault=fault)
    await in_thread(scenario.system.break_engine, "assistant", "")


async def roll_workers(scenario: Scenario) -> None:
    """SIGTERM to every worker, mid-window: what is begun is finished, or given back."""
    system = scenario.system
    await in_thread(system.order_engine, {"part": "recogniser", "latency": [1, 2]})
    await scenario.until_asked("recogniser", outcome="open")
    for worker in WORKERS:
        await in_thread(system.stop, worker)
        system.start(worker)


async def answer_in_any_order(scenario: Scenario) -> None:
    """The engine takes between nothing and three seconds."""
    await in_thread(scenario.system.order_engine, {"part": "recogniser", "latency": [0, 3]})
    await scenario.until(lambda: scenario.callers[0].finished, 120)


async def end_before_the_last_word(scenario: Scenario) -> None:
    """Nothing is heard before the call has ended."""
    await in_thread(scenario.system.break_engine, "recogniser", "hold")
    await scenario.until(lambda: scenario.callers[0].asked_to_end)
    await asyncio.sleep(1)
    await in_thread(scenario.system.mend_engine)


async def stop_postgres(scenario: Scenario, seconds: float) -> None:
    """The database is killed, and comes back later."""
    await scenario.until(lambda: len(scenario.callers[0].events("transcript")) > 0)
    await in_thread(scenario.system.kill_server, "postgres")
    await asyncio.sleep(seconds)
    await in_thread(scenario.system.start_server, "postgres")


def a_word_of(caller: Caller, second: float) -> str:
    """A word that the customer says about there."""
    sound = caller.audio["customer"]
    at = round(second * 16000) * 2
    return words_in(sound[at:])[0].text
