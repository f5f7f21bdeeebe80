"""What must hold after every fault: I1 to I9, each a function from what was observed to the sentences that
say what is wrong.
"""

import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from uuid import UUID

from tests.faults.audio import RATE, text_of, words_in
from tests.faults.caller import Caller
from tests.faults.observation import Observation, Resources, Row

NOT_HEARD = {"gap", "failed"}
FINAL_CALL = {"completed", "abandoned"}
MOST_DRIFT = {"threads": 5, "descriptors": 1, "redis_clients": 260, "database_connections": 40}
"""The first two are the web process's own. A thread of a worker keeps the connection that it once needed:
after trouble, when many have work at once, that is up to 128 in each of the two large pools (Procfile).
"""
MOST_GROWTH = 0.2
HALF_A_SAMPLE = 0.001
SAMPLE_BYTES = 2


@dataclass
class Allowed:
    """What a scenario may leave behind that a calm day would not."""

    failed: set[str] = field(default_factory=set)
    """Words whose windows may have failed."""
    memory_lost: bool = False
    """What was not final is cut anew, under other numbers."""
    heard_again: int = 0
    """Answers of the engine beyond the attempts on record: the memory of these was lost, or a worker that was
    asked to end gave windows back that the engine was hearing.
    """
    unacked: bool = False
    """A worker was killed: its messages wait for their visibility timeout."""
    failed_suggestions: bool = False
    logs: set[str] = field(default_factory=set)
    """Lines that the fault must have caused."""


def check(
    seen: Observation, callers: list[Caller], allowed: Allowed, baseline: Resources | None
) -> list[str]:
    """Every violation, as a sentence that begins with the name of the rule."""
    found: list[str] = []
    for caller in callers:
        found += bytes_are_whole(seen, caller)
        found += windows_tile(seen, caller, allowed)
        found += texts_are_true(seen, caller)
        found += record_is_whole(seen, caller, allowed)
    for call in {caller.call_id for caller in callers}:
        found += ends_once(seen, call)
    found += is_drained(seen, allowed)
    found += resources_are_back(seen.resources, baseline) if baseline is not None else []
    found += money_is_accounted(seen, allowed)
    found += faults_are_visible(seen, callers, allowed)
    return found


def bytes_are_whole(seen: Observation, caller: Caller) -> Iterator[str]:
    """I1: the file of a leg is what the client sent, except for declared gaps, and all of it acknowledged: of
    a client that vanishes up to the last second, since acks come once a second.
    """
    yield from (f"I1 {wrong}" for wrong in caller.wrongs if not wrong.startswith("event"))
    sent = caller.channels * len(next(iter(caller.audio.values())))
    if not sent - (0 if caller.ends_call else RATE * caller.frame) <= caller.acked <= sent:
        yield f"I1 {caller.call_id}: {caller.acked} bytes acknowledged at the end"
    for speaker, sound in caller.audio.items():
        name = f"I1 {caller.call_id} {speaker}"
        leg = _leg(seen, caller.call_id, speaker)
        if leg is None:
            yield f"{name}: no leg"
            continue
        if leg["received_bytes"] != len(sound):
            yield f"{name}: {leg['received_bytes']} of {len(sound)} bytes on record"
        file = seen.files[caller.call_id, speaker]
        if leg["sha256"] != sha256(file).hexdigest():
            yield f"{name}: the file is not the one whose hash is on record"
        windows = _windows(seen, caller.call_id, speaker)
        yield from (f"{name}: {wrong}" for wrong in _strange_bytes(windows, file, sound, caller))
        yield from (f"{name}: {wrong}" for wrong in _unrecorded_gaps(windows, caller))


def _strange_bytes(windows: list[Row], file: bytes, sound: bytes, caller: Caller) -> Iterator[str]:
    for window in windows:
        start, end = window["start_byte"], window["end_byte"]
        if window["state"] != "gap":
            if file[start:end] != sound[start:end]:
                yield f"bytes {start} to {end} of the file are not what was sent"
        elif not any(first <= start and end <= last for first, last in _lost(caller)):
            yield f"bytes {start} to {end} are a gap that no client declared"


def _unrecorded_gaps(windows: list[Row], caller: Caller) -> Iterator[str]:
    gaps = [window for window in windows if window["state"] == "gap"]
    for start, end in _lost(caller):
        if not any(gap["start_byte"] <= start and end <= gap["end_byte"] for gap in gaps):
            yield f"the declared gap {start} to {end} is not on record"


def windows_tile(seen: Observation, caller: Caller, allowed: Allowed) -> Iterator[str]:
    """I2: the windows of a leg cover its bytes once, numbered without holes, and failed only where that was
    provoked.
    """
    for speaker, sound in caller.audio.items():
        name, at = f"I2 {caller.call_id} {speaker}", 0
        windows = _windows(seen, caller.call_id, speaker)
        for window in windows:
            if window["start_byte"] != at:
                yield f"{name}: a window begins at {window['start_byte']}, the one before ended at {at}"
            at = window["end_byte"]
            words = text_of(sound[window["start_byte"] : at]).split()
            if window["state"] == "failed" and allowed.failed.isdisjoint(words):
                yield f"{name}: window {window['number']} failed: {window['reason']}"
        if at != len(sound):
            yield f"{name}: the windows end at {at} of {len(sound)}"
        numbers = [window["number"] for window in windows]
        if len(set(numbers)) < len(numbers) or (
            numbers != [*range(len(numbers))] and not allowed.memory_lost
        ):
            yield f"{name}: the windows are numbered {numbers}"


def texts_are_true(seen: Observation, caller: Caller) -> Iterator[str]:
    """I3: the words of each window are what the engine hears in its sound, once."""
    for speaker, sound in caller.audio.items():
        name, leg = f"I3 {caller.call_id} {speaker}", (caller.call_id, speaker)
        rows = [row for row in seen.transcripts if (row["call_id"], row["speaker"]) == leg]
        texts = {row["start_byte"]: row["text"] for row in rows}
        if len(texts) != len(rows):
            yield f"{name}: a window has two transcripts"
        for window in _windows(seen, *leg):
            words = text_of(sound[window["start_byte"] : window["end_byte"]])
            text = texts.pop(window["start_byte"], None)
            if text != (words if window["state"] == "done" else None):
                yield f"{name}: window {window['number']} ({window['state']}) says {text!r}, not {words!r}"
            if words and window["reason"] == "no words":
                yield f"{name}: window {window['number']} is said to have no words, it has {words!r}"
        if texts:
            yield f"{name}: transcripts without a window at {sorted(texts)}"


def record_is_whole(seen: Observation, caller: Caller, allowed: Allowed) -> Iterator[str]:
    """I4: the client saw the record as it is stored, from 1, without a hole or a repeat; its words are those
    of the rows.
    """
    name = f"I4 {caller.call_id}"
    yield from (f"{name}: {wrong}" for wrong in caller.wrongs if wrong.startswith("event"))
    rows = [row for row in seen.events if row["call_id"] == caller.call_id]
    if [row["number"] for row in rows] != list(range(1, len(rows) + 1)):
        yield f"{name}: stored events have a hole: {[row['number'] for row in rows]}"
    stored = [{**row["payload"], "id": row["number"]} for row in rows]
    for mine, theirs in zip(caller.record, stored, strict=False):
        if mine != theirs:
            yield f"{name}: event {mine['id']} was seen as {mine['type']}, and stored as {theirs['type']}"
    if len(caller.record) != len(stored):
        yield f"{name}: {len(caller.record)} events seen, {len(stored)} stored"
    told = Counter((e["speaker"], e["window"], e["text"]) for e in stored if e["type"] == "transcript")
    written = Counter(
        (r["speaker"], r["window"], r["text"]) for r in seen.transcripts if r["call_id"] == caller.call_id
    )
    if told != written:
        yield f"{name}: told, not written {list(told - written)}; written, not told {list(written - told)}"
    gaps = sum(e["type"] == "gap" for e in stored)
    if gaps != sum(w["state"] in NOT_HEARD for w in seen.windows if w["call_id"] == caller.call_id):
        yield f"{name}: {gaps} gaps told, others on record"
    yield from (f"{name}: {wrong}" for wrong in _suggestions(seen, caller.call_id, stored, allowed))


def _suggestions(seen: Observation, call: UUID, stored: list[Row], allowed: Allowed) -> Iterator[str]:
    rows = {str(row["id"]): row for row in seen.suggestions if row["call_id"] == call}
    started = Counter(event["suggestion_id"] for event in stored if event["type"] == "suggestion_started")
    ended = Counter(event["suggestion_id"] for event in stored if event["type"] == "suggestion")
    if started != ended or any(count > 1 for count in started.values()):
        yield f"suggestions begun {started}, ended {ended}"
    for event in stored:
        if event["type"] != "suggestion":
            continue
        row = rows.pop(event["suggestion_id"], None)
        if row is None or (row["message"], row["status"]) != (event["message"], event["status"]):
            yield f"suggestion {event['suggestion_id']} was told as {event['status']}, its row is {row}"
        if event["status"] == "failed" and not allowed.failed_suggestions:
            yield f"suggestion {event['suggestion_id']} failed"
    if rows:
        yield f"suggestions that were never told: {list(rows)}"


def ends_once(seen: Observation, call: UUID) -> Iterator[str]:
    """I5: one end, one sentiment, one summary, of all the words there are."""
    payloads = [row["payload"] for row in seen.events if row["call_id"] == call]
    kinds = Counter(payload["type"] for payload in payloads if payload.get("end") is None)
    for kind in ("call_ended", "sentiment", "summary"):
        if kinds[kind] != 1:
            yield f"I5 {call}: {kinds[kind]} times {kind}"
    summary = next((row["summary"] for row in seen.calls if row["call_id"] == call), None)
    if [payload["summary"] for payload in payloads if payload["type"] == "summary"] != [summary]:
        yield f"I5 {call}: the summary told is not the one on record"
    lines = [{"speaker": t["speaker"], "text": t["text"]} for t in seen.transcripts if t["call_id"] == call]
    if lines and sha256(json.dumps(lines).encode()).hexdigest()[:20] not in str(summary):
        yield f"I5 {call}: the summary was made before all was heard"


def is_drained(seen: Observation, allowed: Allowed) -> Iterator[str]:
    """I6: nothing waits any more, anywhere."""
    if seen.ledger:
        yield f"I6 the ledger still holds {seen.ledger}"
    if seen.queued:
        yield f"I6 tasks are queued: {seen.queued}"
    if seen.unacked and not allowed.unacked:
        yield f"I6 tasks are taken and not acknowledged: {seen.unacked}"
    if seen.left_in_redis:
        yield f"I6 Redis still holds {seen.left_in_redis}"


def resources_are_back(now: Resources, before: Resources) -> Iterator[str]:
    """I7: what calls took was given back."""
    for name, most in MOST_DRIFT.items():
        if getattr(now, name) - getattr(before, name) > most:
            yield f"I7 {name}: {getattr(before, name)} before, {getattr(now, name)} now"
    if now.memory > before.memory * (1 + MOST_GROWTH):
        yield f"I7 memory: {before.memory >> 20} MB before, {now.memory >> 20} MB now"


def money_is_accounted(seen: Observation, allowed: Allowed) -> Iterator[str]:
    """I8: the engine was paid for no window more often than its attempts say, and for nothing else."""
    paid = Counter(
        word
        for asked in seen.engine
        if asked["part"] == "recogniser" and asked["outcome"] == "answered"
        for word in asked["words"]
    )
    surplus = 0
    for window in seen.windows:
        leg = window["call_id"], window["speaker"]
        words = words_in(seen.files[leg][window["start_byte"] : window["end_byte"]])
        times = max((paid.pop(word.text, 0) for word in words), default=0)
        if window["state"] == "gap":
            continue
        surplus += max(0, times - window["attempts"])
        if window["state"] == "done" and not times:
            yield f"I8 {leg}: window {window['number']} has words that nobody was paid for"
    if paid:
        yield f"I8 the engine was paid for {len(paid)} words that no window has"
    if surplus > allowed.heard_again:
        yield f"I8 the engine was paid {surplus} times too often"


def faults_are_visible(seen: Observation, callers: list[Caller], allowed: Allowed) -> Iterator[str]:
    """I9: the fault was logged, every call has ended, and what was heard, silence and gaps make up its
    length.
    """
    if missing := allowed.logs - seen.logged.keys():
        yield f"I9 the fault left no trace: {sorted(missing)} not logged"
    if len(seen.calls) != len({caller.call_id for caller in callers}):
        yield f"I9 {len(seen.calls)} calls on record"
    for call in seen.calls:
        if call["status"] not in FINAL_CALL:
            yield f"I9 {call['call_id']} is still {call['status']}"
            continue
        ends = [_end_of(seen, leg) for leg in seen.legs if leg["call_id"] == call["call_id"]]
        if ends and abs(max(ends) - (call["duration_seconds"] or 0)) > HALF_A_SAMPLE:
            yield f"I9 {call['call_id']} lasted {call['duration_seconds']} s, its windows {max(ends):.3f} s"


def _end_of(seen: Observation, leg: Row) -> float:
    """Seconds into the call at which the windows of a leg end."""
    windows = _windows(seen, leg["call_id"], leg["speaker"])
    length = sum(window["end_byte"] - window["start_byte"] for window in windows)
    return float(leg["starts_at"] + length / SAMPLE_BYTES / RATE)


def _leg(seen: Observation, call: UUID, speaker: str) -> Row | None:
    return next((leg for leg in seen.legs if (leg["call_id"], leg["speaker"]) == (call, speaker)), None)


def _windows(seen: Observation, call: UUID, speaker: str) -> list[Row]:
    return [window for window in seen.windows if (window["call_id"], window["speaker"]) == (call, speaker)]


def _lost(caller: Caller) -> list[tuple[int, int]]:
    """The gaps that a client declared, in bytes of each leg."""
    return [(start // caller.channels, end // caller.channels) for start, end in caller.lost]
