"""A suggestion while it is being made: leased like a window, shown piece by piece, superseded by a newer
turn.
"""

import json
from dataclasses import dataclass
from typing import Any
from uuid import UUID, uuid4

import redis

from app.streaming import keys, scripts
from app.streaming.connection import text_of
from app.streaming.parts import RIGHT_AGAIN, Part

LEASE_SECONDS = 30
QUESTIONS_A_MINUTE = 10  # of one call: each costs what a suggestion costs


class Overtaken(Exception):
    """The suggestion was superseded: stop, and pay for no more."""


class LeaseLost(Overtaken):
    """Another worker has it: what becomes of it is for that one to say."""


@dataclass(frozen=True)
class SuggestionClaim:
    """A suggestion leased to us; `trigger` is the turn's words, `window` the one that completed it.

    Where somebody asked for it, `asked_by` is their name, `trigger` the question, and there is no window.
    `has_row` is known of the call; the assistant `rests` when it is in trouble and not to be asked now.
    """

    call_id: UUID
    suggestion_id: str
    token: str
    state: str
    window: int | None
    speaker: str
    trigger: str
    attempts: int
    result: dict[str, Any]
    text: str
    asked_by: str | None
    has_row: bool
    rests: bool

    @property
    def started_event(self) -> str:
        asked = {"asked_by": self.asked_by} if self.asked_by else {}
        return json.dumps({
            "type": "suggestion_started", "call_id": str(self.call_id), "suggestion_id": self.suggestion_id,
            "window": self.window, "speaker": self.speaker, "trigger": self.trigger, **asked,
        })  # fmt: skip


class TooManyQuestions(Exception):
    """The assistant was asked more than `QUESTIONS_A_MINUTE`. Retryable, after a minute."""


class CallUnknown(Exception):
    """Redis does not know the call: it has not begun, or it was over an hour ago. Permanent."""


def question_arguments(suggestion_id: str, text: str, asked_by: str) -> list[scripts.Argument]:
    """The arguments of `PUT_QUESTION`."""
    return [suggestion_id, text, asked_by, QUESTIONS_A_MINUTE]


def question_put(answer: int) -> None:
    """Read the answer of `PUT_QUESTION`. Raises `CallUnknown` or `TooManyQuestions`."""
    if answer == 0:
        raise CallUnknown
    if answer < 0:
        raise TooManyQuestions


def claim_suggestion(store: redis.Redis, call_id: UUID, suggestion_id: str) -> SuggestionClaim | None:
    """Lease a suggestion, or None: dropped, done, or leased to another."""
    token = uuid4().hex
    answer = scripts.CLAIM_SUGGESTION(store, keys.call(call_id), suggestion_id, token, LEASE_SECONDS * 1000)
    if not answer:
        return None
    state, window, speaker, trigger, attempts, result, text, asked_by, has_row, wait = answer
    return SuggestionClaim(
        call_id, suggestion_id, token, state.decode(), window if window >= 0 else None, speaker.decode(),
        trigger.decode(), attempts, json.loads(result) if result else {}, text.decode(),
        asked_by.decode() or None, bool(has_row), wait > 0,
    )  # fmt: skip


def show_lookup(
    store: redis.Redis, claim: SuggestionClaim, tool: str, arguments: dict[str, Any], found: int
) -> None:
    """Record that something was looked up. Raises `Overtaken`."""
    event = {
        "type": "lookup", "call_id": str(claim.call_id), "suggestion_id": claim.suggestion_id,
        "tool": tool, "arguments": arguments, "found": found,
    }  # fmt: skip
    _show(store, claim, json.dumps(event), 0, "", "", 0, 0)


def show_delta(
    store: redis.Redis,
    claim: SuggestionClaim,
    offset: int,
    content: str,
    suggestion_type: str,
    *,
    made_ms: int = 0,
    engine_ms: int = 0,
) -> None:
    """Stream the next characters, which stand at `offset`. Raises `Overtaken`.

    Of the first ones is told where their time went: they were made in `made_ms` since the claim, of which
    `engine_ms` were waited for the engine.
    """
    _show(store, claim, "", offset, content, suggestion_type, made_ms, engine_ms)


def _show(
    store: redis.Redis,
    claim: SuggestionClaim,
    lookup: str,
    offset: int,
    content: str,
    suggestion_type: str,
    made_ms: int,
    engine_ms: int,
) -> None:
    shown = scripts.SHOW_SUGGESTION(
        store,
        keys.call(claim.call_id),
        claim.suggestion_id,
        claim.token,
        claim.started_event,
        lookup,
        offset,
        content,
        suggestion_type,
        made_ms,
        engine_ms,
    )
    if shown < 0:
        raise LeaseLost
    if not shown:
        raise Overtaken


def finish_suggestion(
    store: redis.Redis,
    claim: SuggestionClaim,
    event: dict[str, Any],
    result: dict[str, Any],
    *,
    answered: bool = False,
) -> str:
    """Record a suggestion that is made, or has failed; whether the assistant has `answered`.

    Returns what it is now: made or superseded. Raises `LeaseLost`.
    """
    answer = scripts.FINISH_SUGGESTION(
        store,
        keys.call(claim.call_id),
        claim.suggestion_id,
        claim.token,
        claim.started_event,
        json.dumps(event),
        json.dumps(result),
        RIGHT_AGAIN[Part.ASSISTANT] if answered else "",
    )
    if not answer:
        raise LeaseLost
    return "made" if answer == 1 else "superseded"


def release_suggestion(store: redis.Redis, claim: SuggestionClaim) -> None:
    """Give it back: it is begun anew by another worker."""
    scripts.RELEASE_SUGGESTION(store, keys.call(claim.call_id), claim.suggestion_id, claim.token)


def told_of(store: redis.Redis, claim: SuggestionClaim) -> tuple[str, str] | None:
    """The words of a suggestion that were shown, and its type; None when it was dropped unseen."""
    key = keys.suggestion(claim.call_id, claim.suggestion_id)
    shown, text, kind = store.hmget(key, "shown", "text", "type")
    if shown is None:
        return None
    return text_of(text or b""), text_of(kind or b"tip")


def settle_suggestion(store: redis.Redis, claim: SuggestionClaim) -> None:
    """Its row is written: let go of it."""
    scripts.SETTLE_SUGGESTION(store, keys.call(claim.call_id), claim.suggestion_id, claim.token)


def shown_so_far(store: redis.Redis, call_id: UUID) -> list[str]:
    """The deltas, from offset 0, that bring one who joins now up to date with what is streaming."""
    current = store.hget(keys.call(call_id), "suggestion")
    streaming = (
        [current, *store.smembers(keys.questions(call_id))]
        if current
        else list(store.smembers(keys.questions(call_id)))
    )
    deltas = []
    for suggestion_id in map(text_of, streaming):
        state, text = store.hmget(keys.suggestion(call_id, suggestion_id), "state", "text")
        if state == b"leased" and text:
            delta = {
                "type": "suggestion_delta", "call_id": str(call_id), "suggestion_id": suggestion_id,
                "offset": 0, "content": text_of(text),
            }  # fmt: skip
            deltas.append(json.dumps(delta))
    return deltas
