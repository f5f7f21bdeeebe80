"""The task of the queue `suggest`: make one suggestion, piece by piece, until it is done or overtaken."""

import time
from functools import partial
from typing import Any
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import clock
from app.queue import SUGGEST, celery
from app.settings import load_settings
from app.streaming.connection import store
from app.streaming.items import Item
from app.streaming.parts import Part
from app.streaming.suggestions import (
    LeaseLost,
    Overtaken,
    SuggestionClaim,
    claim_suggestion,
    finish_suggestion,
    release_suggestion,
    settle_suggestion,
    show_delta,
    show_lookup,
    told_of,
)
from app.telemetry import get_logger
from workers.agents import prompts, record
from workers.agents.assistant import Draft, draft_suggestion
from workers.agents.context import read_context
from workers.agents.engine import EngineBusy, EngineClosed, EngineError, EngineRefused, EngineUnavailable
from workers.agents.fallback import fall_back
from workers.agents.outcome import report, report_database
from workers.agents.rows import ADD_SUGGESTION, Add, add_or_set_aside, write_rows
from workers.in_hand import hands
from workers.shift import work_of

log = get_logger(__name__)

TRIES = 2
ATTEMPTS = 3  # of workers that died of it
NO_DATABASE = "The customer's records cannot be read right now."
GIVEN_UP = "This suggestion could not be made."


@celery().task(name=SUGGEST)
def suggest_what_waits() -> None:
    """Make suggestions, one after the other."""
    for item in work_of("s"):
        suggest(str(item.call_id), *item.rest)


def suggest(call_id: str, suggestion_id: str) -> None:
    """Make one suggestion, if nobody else does and no newer turn has overtaken it."""
    claim = claim_suggestion(store(), UUID(call_id), suggestion_id)
    if claim is not None:
        item = Item("s", claim.call_id, (suggestion_id,))
        with hands.holding(item, lambda: release_suggestion(store(), claim)):
            _make(claim)


def _make(claim: SuggestionClaim) -> None:
    if claim.result or claim.state == "superseded":
        _save(claim, claim.result or _row(claim, Draft(message=claim.text), "superseded"))
        return
    draft = Draft()
    try:
        failure = _draft(claim, draft) if claim.attempts <= ATTEMPTS else GIVEN_UP
        status = "failed" if failure else "complete"
        made = _row(claim, draft, status, failure)
        finished = finish_suggestion(store(), claim, _event(claim, made), made, answered=draft.answered)
        row = _superseded(claim, draft) if finished == "superseded" else made
    except LeaseLost:
        log.warning("lease_lost", call_id=str(claim.call_id), suggestion_id=claim.suggestion_id)
        return
    except Overtaken:
        row = _superseded(claim, draft)
    if row is None:
        return
    log.info(
        "suggestion_ended",
        call_id=str(claim.call_id),
        suggestion_id=claim.suggestion_id,
        status=row["status"],
        lookups=len(draft.lookups),
    )
    _save(claim, row)


def _draft(claim: SuggestionClaim, draft: Draft) -> str:
    """Fill `draft`; the words for the agent where it could not be done. Raises `Overtaken`."""
    words, began = "", time.monotonic()

    def show(offset: int, content: str, kind: str) -> None:
        made_ms, engine_ms = round(1000 * (time.monotonic() - began)), round(1000 * draft.engine_seconds)
        show_delta(store(), claim, offset, content, kind, made_ms=made_ms, engine_ms=engine_ms)

    if claim.rests:
        return fall_back(claim.trigger, draft, EngineUnavailable.words)
    for attempt in range(TRIES):
        draft.message, draft.lookups = "", []
        try:
            draft_suggestion(
                read_context(store(), claim.call_id),
                claim.trigger,
                draft,
                is_question=claim.asked_by is not None,
                on_lookup=lambda tool, found: show_lookup(store(), claim, tool, found.arguments, found.rows),
                on_delta=show,
            )
            draft.answered = True
            return ""
        except EngineError as error:
            log.warning(
                "suggestion_failed",
                call_id=str(claim.call_id),
                attempt=attempt + 1,
                error=type(error).__name__,
                why=str(error),
            )
            if isinstance(error, EngineBusy | EngineClosed | EngineRefused) or attempt + 1 == TRIES:
                report(store(), Part.ASSISTANT, error)
                return fall_back(claim.trigger, draft, error.words)
        except SQLAlchemyError as error:
            log.warning(
                "suggestion_failed",
                call_id=str(claim.call_id),
                attempt=attempt + 1,
                error=type(error).__name__,
            )
            report_database(store(), error)
            words = NO_DATABASE
    return words


def _row(claim: SuggestionClaim, draft: Draft, status: str, failure: str = "") -> dict[str, Any]:
    return {
        "id": claim.suggestion_id,
        "suggestion_type": draft.type,
        "message": failure or draft.message,
        "timestamp": clock.iso(clock.now()),
        "window": claim.window,
        "speaker": claim.speaker,
        "trigger": claim.trigger,
        "asked_by": claim.asked_by,
        "status": status,
        "citations": draft.citations,
        "lookups": draft.lookups,
        "model": draft.model or load_settings().llm_model,
        "prompt_version": prompts.VERSION,
        "input_tokens": draft.usage["prompt_tokens"],
        "output_tokens": draft.usage["completion_tokens"],
        "cost": draft.cost,
    }


def _superseded(claim: SuggestionClaim, draft: Draft) -> dict[str, Any] | None:
    """The row of a suggestion that was overtaken: what people saw of it, which may be less than we have by
    now, or something else. None when they saw nothing.
    """
    told = told_of(store(), claim)
    if told is None:
        return None
    draft.message, draft.type = told
    return _row(claim, draft, "superseded")


def _event(claim: SuggestionClaim, row: dict[str, Any]) -> dict[str, Any]:
    fields = ("suggestion_type", "message", "citations", "status")
    return {
        "type": "suggestion",
        "call_id": str(claim.call_id),
        "suggestion_id": claim.suggestion_id,
        **{name: row[name] for name in fields},
    }


def _save(claim: SuggestionClaim, row: dict[str, Any]) -> None:
    """The row follows; while the database is away the suggestion waits on the ledger."""
    try:
        write_rows(store(), claim.call_id, partial(_write, claim, row))
    except record.CallUnknown:
        log.warning("lease_lost", call_id=str(claim.call_id), suggestion_id=claim.suggestion_id)
        return
    except SQLAlchemyError as error:
        log.warning("suggestion_not_saved", call_id=str(claim.call_id), error=type(error).__name__)
        report_database(store(), error)
        return
    settle_suggestion(store(), claim)


def _write(claim: SuggestionClaim, row: dict[str, Any], session: Session, add: Add) -> None:
    if not claim.has_row or add is add_or_set_aside:  # which may be for want of the call's row
        record.save_call(store(), session, claim.call_id, add)
    add(session, ADD_SUGGESTION, [{"call_id": claim.call_id, **row}])
