"""The tasks of the queue `transcribe`: open a call; hear a window. A task is a hint: it claims, works,
publishes, saves, settles.
"""

import time
from contextlib import ExitStack
from functools import partial
from typing import Any
from uuid import UUID, uuid5

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from app import clock
from app.queue import OPEN_CALL, TRANSCRIBE, celery, send_hint
from app.settings import load_settings
from app.streaming import keys
from app.streaming.archive import write_span
from app.streaming.connection import store
from app.streaming.events import emit, read_unsaved
from app.streaming.items import Item
from app.streaming.ledger import (
    Claim,
    Fault,
    claim_window,
    finish_window,
    release_window,
    settle_window,
    strike,
)
from app.streaming.legs import AudioMissing, read_audio
from app.streaming.parts import Part
from app.streaming.untold import NOT_HEARD
from app.telemetry import get_logger
from workers.agents import record
from workers.agents.context import remember_customer
from workers.agents.engine import EngineBusy, EngineClosed, EngineError, EngineRefused
from workers.agents.filler import is_filler
from workers.agents.guards import Words
from workers.agents.loudspeaker import ADVISED_SECONDS, AgentSound, advise_headset, without_customer
from workers.agents.numbers import write_digits
from workers.agents.outcome import report, report_database
from workers.agents.profile import profile_of
from workers.agents.rows import Add, Lease, LeaseLost, write_rows
from workers.agents.signs import signs_of
from workers.agents.transcriber import ECHO, engine_hears, hear
from workers.in_hand import hands
from workers.shift import work_of

log = get_logger(__name__)

ATTEMPTS = 4  # after so many a window is dead: it is failed, and kept for an operator to retry
SAVE_RETRY_SECONDS = 5.0


@celery().task(name=OPEN_CALL)
def open_call(call_id: str) -> None:
    """Give a new call its row, find its customer, and tell who it is."""
    call = UUID(call_id)
    try:
        customer_id, profile = write_rows(store(), call, partial(_write_call, call))
    except record.CallUnknown:
        strike(store(), f"o:{call_id}")
        return
    except SQLAlchemyError as error:
        log.warning("call_not_opened", call_id=call_id, error=type(error).__name__)
        return
    if profile is not None:
        remember_customer(store(), call, profile)
        emit(store(), call, {"type": "customer", "customer": profile}, once="customer")
    elif store().hmget(keys.call(call), "account_number", "customer_id") != [None, None]:
        store().publish(keys.feed(call), "!unknown_customer")
    record.row_written(store(), call)
    strike(store(), f"o:{call_id}")
    log.info("call_opened", call_id=call_id, customer_id=customer_id)


def _write_call(call_id: UUID, session: Session, add: Add) -> tuple[int | None, dict[str, Any] | None]:
    """The customer's id and profile."""
    customer_id = record.save_call(store(), session, call_id, add)
    return customer_id, profile_of(session, customer_id)


@celery().task(name=TRANSCRIBE)
def transcribe_what_waits() -> None:
    """Hear windows, one after the other."""
    for item in work_of("w"):
        transcribe(str(item.call_id), *item.rest)


def transcribe(call_id: str, speaker: str, number: str) -> None:
    """Hear one window, if nobody else does, and with it the late ones that came with the lease."""
    claim = claim_window(store(), UUID(call_id), speaker, int(number))
    if claim is not None:
        with ExitStack() as stack:
            for window in (claim, *claim.followers):
                stack.enter_context(hands.holding(_item(window), partial(_give_back, window)))
            _work_on(claim)


def _item(claim: Claim) -> Item:
    return Item("w", claim.call_id, (claim.speaker, str(claim.number)))


def _give_back(claim: Claim) -> None:
    release_window(store(), claim, 0, "the worker ends", fault="nobody")


def _work_on(claim: Claim) -> None:
    sounds: list[tuple[Claim, bytes]] = []
    for window in (claim, *claim.followers):
        pcm = _sound_of(window)
        if window.result:
            _save(window, window.result, pcm or b"")
        elif pcm is None:
            _save(window, _fail(window, "its sound is not stored"), b"")
        elif window.heard:
            _save(window, _result(window.kind, window.reason), pcm)
        elif window.attempts > ATTEMPTS:
            log.error("window_dead", **_name(window), attempts=window.attempts)
            _save(window, _fail(window, "tried too often"), pcm)
        else:
            sounds.append((window, pcm))
    if sounds:
        _listen(sounds)


def _sound_of(claim: Claim) -> bytes | None:
    """The bytes of a window; None when they are lost."""
    if claim.kind == "gap":
        return b""
    try:
        return read_audio(store(), claim.call_id, claim.speaker, claim.start, claim.end)
    except AudioMissing:
        log.error("audio_missing", **_name(claim))
        return None


def _listen(sounds: list[tuple[Claim, bytes]]) -> None:
    """Ask the engine for the words of windows, all in one request; publish and save them, or give the
    windows back.
    """
    first = sounds[0][0]
    voices = _own_voices(sounds)
    asked = time.monotonic()
    try:
        heard = hear([voice.pcm for voice in voices], first.rate, first.hints, first.wordless)
    except EngineRefused as error:
        report(store(), Part.RECOGNISER, error)
        for claim, pcm in sounds:
            log.error("window_refused", **_name(claim), error=str(error), together=len(sounds))
            if len(sounds) > 1:  # one of them is at fault: each is heard by itself
                release_window(store(), claim, 0, str(error), fault="window")
            else:
                _save(claim, _fail(claim, str(error)), pcm)
    except EngineError as error:
        fault = _whose_fault(error)
        report(store(), Part.RECOGNISER, None if fault == "window" else error)
        for claim, _ in sounds:
            log.warning("window_released", **_name(claim), error=str(error), fault=fault)
            release_window(store(), claim, error.retry_after, str(error), fault=fault)
    else:
        engine_ms = (time.monotonic() - asked) * 1000
        results = [
            _finish(claim, *outcome(claim, words, voice.echo), voice=words.doubt == ECHO, engine_ms=engine_ms)
            for (claim, _), voice, words in zip(sounds, voices, heard, strict=True)
        ]
        for (claim, pcm), result in zip(sounds, results, strict=True):
            _save(claim, result, pcm)


def _whose_fault(error: EngineError) -> Fault:
    """An engine that fails at a window and hears silence right after is not down: it fails at this window."""
    if isinstance(error, EngineBusy | EngineClosed):
        return "nobody"
    return "window" if engine_hears() else "nobody"


def _own_voices(sounds: list[tuple[Claim, bytes]]) -> list[AgentSound]:
    """What to hear of windows of one leg."""
    voices = [without_customer(store(), claim, pcm) for claim, pcm in sounds]
    if max(voice.echo for voice in voices) >= ADVISED_SECONDS:
        advise_headset(store(), sounds[0][0].call_id)
    return voices


def outcome(claim: Claim, words: Words, echo: float = 0.0) -> tuple[dict[str, Any], dict[str, Any] | None]:
    """What the row and the record say of a window's words, and of the seconds of `echo` left out of it."""
    doubted = {"disbelieved": words.disbelieved} if words.disbelieved else {}
    if not words.text:
        state = "rejected" if words.disbelieved or words.doubt == ECHO else "silent"
        return {**_result(state, words.doubt or "no words"), **doubted}, None
    start, end = claim.seconds(claim.start), claim.seconds(claim.end)
    spoken = {
        "text": write_digits(words.text, claim.hints, load_settings().language),
        "start": round(min(start + words.start, end), 3),
        "end": round(min(start + words.end, end), 3) if words.end else end,
        "confidence": words.confidence,
    }
    who = {"type": "transcript", "call_id": str(claim.call_id), "speaker": claim.speaker}
    event = {**who, **spoken, "window": claim.number, "final": True}
    reason = f"{claim.reason}, without {echo:.1f} s of the customer's voice" if echo else claim.reason
    return {**_result("done", reason), **spoken, **doubted}, event


def _result(state: str, reason: str) -> dict[str, Any]:
    return {"state": state, "reason": reason, "at": clock.iso(clock.now())}


def _fail(claim: Claim, reason: str) -> dict[str, Any] | None:
    """Give a window up, in a line of the transcript. It waits for an operator: `flask windows retry`."""
    gap = {
        "type": "gap", "call_id": str(claim.call_id), "speaker": claim.speaker, "window": claim.number,
        "start": claim.seconds(claim.start), "end": claim.seconds(claim.end), "reason": NOT_HEARD,
    }  # fmt: skip
    store().incr(keys.WINDOWS_FAILED)
    return _finish(claim, _result("failed", reason), gap)


def _finish(
    claim: Claim,
    result: dict[str, Any],
    event: dict[str, Any] | None,
    *,
    voice: bool = False,
    engine_ms: float | None = None,
) -> dict[str, Any] | None:
    suggestion_id = str(uuid5(claim.call_id, f"suggestion:{claim.speaker}:{claim.start}"))
    words = event if event is not None and "text" in event else None
    filler = words is not None and is_filler(words["text"])
    signs = signs_of(store(), claim, words) if words and claim.speaker == "customer" else []
    heard = finish_window(
        store(),
        claim,
        result,
        event,
        filler=filler,
        suggestion_id=suggestion_id,
        signs=signs,
        voice=voice,
        engine_ms=engine_ms,
    )
    if not heard.kept:
        log.warning("lease_lost", **_name(claim))
        return None
    log.info("window_heard", **_name(claim), state=result["state"])
    for suggestion in heard.asked:
        send_hint(Item("s", claim.call_id, (suggestion,)))
    if heard.held is not None:
        send_hint(Item("w", claim.call_id, (claim.speaker, str(heard.held))))
    return result


def _name(claim: Claim) -> dict[str, Any]:
    """The fields by which a log line names a window."""
    return {"call_id": str(claim.call_id), "speaker": claim.speaker, "window": claim.number}


def _save(claim: Claim, result: dict[str, Any] | None, pcm: bytes) -> None:
    """File, rows, and only then off the ledger. While the database is away the window waits there, heard.

    Without a result the lease was lost: the window is another's.
    """
    if result is None:
        return
    try:
        if pcm:
            write_span(claim.call_id, claim.speaker, claim.start, pcm)
        lease = Lease(keys.window(claim.call_id, claim.speaker, str(claim.number)), claim.token)
        saved = write_rows(store(), claim.call_id, partial(_write_window, claim, result), lease)
    except (record.CallUnknown, LeaseLost):
        log.warning("lease_lost", **_name(claim))
        return
    except (SQLAlchemyError, OSError) as error:
        log.warning("window_not_saved", **_name(claim), error=type(error).__name__)
        report_database(store(), error)
        release_window(store(), claim, SAVE_RETRY_SECONDS, type(error).__name__, fault="window")
        return
    if settle_window(store(), claim, saved):
        send_hint(Item("f", claim.call_id, ()))


def _write_window(claim: Claim, result: dict[str, Any], session: Session, add: Add) -> int:
    """Returns the number of the last event that has its row then."""
    unsaved = read_unsaved(store(), claim.call_id, (claim.speaker, claim.number, claim.token))
    if unsaved is None:
        raise LeaseLost(str(claim.call_id))
    if not unsaved.has_row:
        record.save_call(store(), session, claim.call_id, add)
    elif claim.number == 0:  # the leg's place in time is known by now
        record.save_leg(store(), session, claim.call_id, claim.speaker, unsaved.epoch, add)
    record.save_window(session, claim, result, add)
    return record.save_events(session, unsaved, add, claim)
