"""The calls that go on, as supervisors see them; looked up once for all who follow them in this process."""

import json
import time
from threading import Lock
from typing import Any, cast
from uuid import UUID

from redis.exceptions import RedisError
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import joinedload

from app.database import db_session
from app.models import Call, CallStatus
from app.representation import CallRow
from app.streaming import keys
from app.streaming.connection import store
from app.streaming.events import read_after
from app.telemetry import get_logger

log = get_logger(__name__)

LOOK_SECONDS = 1.0
MOST_CALLS = 1000
ACTIVE = CallStatus.ACTIVE.value.encode()


class Glance:
    """What a call's record has come to. `add` takes its events in order, each once."""

    def __init__(self) -> None:
        self.seen = 0
        self._last_line: dict[str, Any] | None = None
        self._mood: dict[str, Any] | None = None
        self._alerts = 0
        self._last_alert: dict[str, Any] | None = None

    def add(self, number: int, event: dict[str, Any]) -> None:
        """Take the next event of the record."""
        self.seen = number
        match event["type"]:
            case "transcript":
                self._last_line = {name: event[name] for name in ("speaker", "text", "end")}
            case "sentiment":
                self._mood = {name: event[name] for name in ("label", "score")}
            case "alert":
                self._alerts += 1
                self._last_alert = {name: event[name] for name in ("kind", "message", "trigger")}

    def shown(self) -> dict[str, Any]:
        """As a live call has it."""
        return {
            "last_line": self._last_line,
            "mood": self._mood,
            "alerts": self._alerts,
            "last_alert": self._last_alert,
        }


class LiveCalls:
    """Reads rows, and of each record only what is new."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._glances: dict[UUID, Glance] = {}
        self._calls: dict[str, str] = {}
        self._looked_at = -LOOK_SECONDS

    def latest(self) -> dict[str, str]:
        """Each live call as JSON, by its id; as they were last while the database or Redis is away."""
        with self._lock:
            if time.monotonic() - self._looked_at >= LOOK_SECONDS:
                self._looked_at = time.monotonic()
                try:
                    self._calls = self._look()
                except (SQLAlchemyError, RedisError) as error:
                    log.warning("live_calls_unknown", error=type(error).__name__)
            return self._calls

    def _look(self) -> dict[str, str]:
        with db_session() as db:
            rows = db.scalars(
                select(Call)
                .where(Call.status == CallStatus.ACTIVE)
                .options(joinedload(Call.customer))
                .order_by(Call.start_time.desc())
                .limit(MOST_CALLS)
            ).all()
        pipeline = store().pipeline(transaction=False)
        for row in rows:
            pipeline.hmget(keys.call(row.call_id), "status", "seq")
        kept = cast("list[tuple[bytes | None, bytes | None]]", pipeline.execute())
        glances: dict[UUID, Glance] = {}
        for row, (status, last) in zip(rows, kept, strict=True):
            if status in (None, ACTIVE):  # its row is a moment behind
                glances[row.call_id] = self._glance(row.call_id, int(last or 0))
        self._glances = glances
        return {
            str(row.call_id): json.dumps(
                CallRow.model_validate(row).model_dump(mode="json") | glances[row.call_id].shown()
            )
            for row in rows
            if row.call_id in glances
        }

    def _glance(self, call_id: UUID, last: int) -> Glance:
        glance = self._glances.get(call_id)
        if glance is None or last < glance.seen:  # new, or its record was lost and begun anew
            glance = Glance()
        if last > glance.seen:
            for number, text in read_after(store(), call_id, glance.seen):
                glance.add(number, json.loads(text))
        return glance
