"""What is left of calls when all is over: rows, files, keys, and what the engine was asked."""

import json
import socket
from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import psutil

from tests.faults.caller import Caller
from tests.faults.system import ALARMS, System, wait_for

QUEUES = ("transcribe", "suggest", "postcall")
DRAIN_SECONDS = 60.0
SHIFT_SECONDS = 10.0
Row = dict[str, Any]


@dataclass
class Observation:
    """Rows by table, the legs' files by (call, speaker), what Redis still holds, and the engine's log;
    `logged` counts every event, `alarms` those from warning up.
    """

    calls: list[Row]
    legs: list[Row]
    windows: list[Row]
    transcripts: list[Row]
    suggestions: list[Row]
    events: list[Row]
    files: dict[tuple[UUID, str], bytes]
    engine: list[Row]
    ledger: list[str]
    queued: dict[str, int]
    unacked: list[str]
    left_in_redis: list[str]
    logged: Counter[str]
    alarms: Counter[str]
    resources: "Resources"


@dataclass(frozen=True)
class Resources:
    """Threads and descriptors of the web process, clients of Redis, connections of PostgreSQL, and the bytes
    of memory of the web process. Its connections to the two count where they end: its pools keep as many as
    were ever needed at once.
    """

    threads: int
    descriptors: int
    redis_clients: int
    database_connections: int
    memory: int


def observe(system: System, callers: list[Caller], *, since: float = 0) -> Observation:
    """Wait until the calls are finished and written down, then look at everything. `since` (Unix seconds)
    cuts the logs.
    """
    wanted = {caller.call_id for caller in callers}
    wait_for(
        lambda: _is_finished(system, wanted),
        DRAIN_SECONDS,
        f"the calls to be finished: {_unfinished(system, wanted)}",
    )
    wait_for(lambda: not _owed(system, wanted), DRAIN_SECONDS, "the ledger to be empty")
    wait_for(lambda: not _queued(system), DRAIN_SECONDS, f"the queues to be empty: {_queued(system)}")
    with suppress(
        AssertionError
    ):  # a task stands in line for seconds after its work; the checker looks again
        wait_for(lambda: not _unacked(system), SHIFT_SECONDS, "tasks to be acknowledged")
    legs = _rows(system, "legs", wanted, "speaker")
    with system.redis_client as store:
        return Observation(
            calls=_rows(system, "calls", wanted, "call_id"),
            legs=legs,
            windows=_rows(system, "windows", wanted, "speaker, start_byte"),
            transcripts=_rows(system, "transcripts", wanted, '"start", id'),
            suggestions=_rows(system, "ai_suggestions", wanted, "id"),
            events=_rows(system, "call_events", wanted, "number"),
            files={(leg["call_id"], leg["speaker"]): _file(system, leg) for leg in legs},
            engine=system.engine_log(since),
            ledger=[item.decode() for item in store.zrange("ledger", 0, -1)],
            queued=_queued(system),
            unacked=_unacked(system),
            left_in_redis=_left(store, wanted),
            logged=system.logged(since),
            alarms=system.logged(since, ALARMS),
            resources=resources(system),
        )


def resources(system: System) -> Resources:
    """What is in use now."""
    head = psutil.Process(system.server("web").pid)
    web = [head, *head.children(recursive=True)]
    with system.redis_client as store:
        clients = store.info("clients")["connected_clients"]
    (connections,) = system.rows(
        "SELECT count(*) FROM pg_stat_activity WHERE client_port = -1 AND pid <> pg_backend_pid()"
    )
    return Resources(
        threads=sum(process.num_threads() for process in web),
        descriptors=sum(process.num_fds() - _pooled(process, system) for process in web),
        redis_clients=clients,
        database_connections=connections["count"],
        memory=sum(process.memory_info().rss for process in web),
    )


def _pooled(process: psutil.Process, system: System) -> int:
    """Connections to Redis and to PostgreSQL, which alone listens on a socket of Unix."""
    return sum(
        connection.family == socket.AF_UNIX
        or getattr(connection.raddr, "port", None) == system.web_to_redis.port
        for connection in process.net_connections("all")
    )


def _rows(system: System, table: str, calls: set[UUID], order: str) -> list[Row]:
    return system.rows(
        f"SELECT * FROM {table} WHERE call_id::text = ANY(%s) ORDER BY call_id, {order}", _texts(calls)
    )


def _texts(calls: set[UUID]) -> list[str]:
    return [str(call) for call in calls]


def _file(system: System, leg: Row) -> bytes:
    name = str(leg["call_id"])
    path = system.data_dir / "audio" / name[:2] / name / f"{leg['speaker']}.pcm"
    return path.read_bytes() if path.exists() else b""


def _is_finished(system: System, calls: set[UUID]) -> bool:
    return not _unfinished(system, calls)


def _unfinished(system: System, calls: set[UUID]) -> set[UUID]:
    """The calls whose record is not written down to its last word."""
    done = system.rows(
        "SELECT call_id::text FROM call_events "
        "WHERE payload->>'type' = 'summary' AND call_id::text = ANY(%s)",
        _texts(calls),
    )
    return calls - {UUID(row["call_id"]) for row in done}


def _owed(system: System, calls: set[UUID]) -> bool:
    with system.redis_client as store:
        return any(
            any(str(call) in item.decode() for call in calls) for item in store.zrange("ledger", 0, -1)
        )


def _queued(system: System) -> dict[str, int]:
    """Hints that no worker has taken, by queue."""
    with system.broker_client as broker:
        return {name: waiting for name in QUEUES if (waiting := broker.llen(name))}


def _unacked(system: System) -> list[str]:
    """The tasks that a worker has taken and not acknowledged."""
    with system.broker_client as broker:
        return sorted(json.loads(message)[0]["headers"]["task"] for message in broker.hvals("unacked"))


def _left(store: Any, calls: set[UUID]) -> list[str]:
    """Windows, suggestions and sound that Redis still holds for calls that are over."""
    left: list[str] = []
    for key in store.scan_iter(count=1000):
        name = key.decode()
        if any(str(call) in name for call in calls) and (
            "}:w:" in name or "}:s:" in name or (name.endswith(":audio") and store.xlen(key))
        ):
            left.append(name)
    return left
