"""Past calls found by what was said in them."""

from collections.abc import Iterator
from random import Random
from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from app import found_calls, search
from app.call_words import add_late_words, keep_words
from app.database import db_session
from app.models import CallStatus, Role, Speaker, Transcript
from tests.integration.api.conftest import BEGINNING, SignIn, add_call, add_customer


def say(call_id: UUID, *lines: str, speaker: Speaker = Speaker.CUSTOMER) -> None:
    """Lines of a call, five seconds apart."""
    with db_session() as db:
        for n, text in enumerate(lines):
            db.add(
                Transcript(
                    call_id=call_id, speaker=speaker, text=text, timestamp=BEGINNING, window=n,
                    start_byte=n, start=5.0 * n, end=5.0 * n + 4,
                )
            )  # fmt: skip


def finish(call_id: UUID) -> None:
    """What the end of a call does for searches."""
    with db_session() as db:
        keep_words(db, call_id)


def found(client: FlaskClient, **query: Any) -> list[dict[str, Any]]:
    answer = client.get("/api/calls", query_string=query)
    assert answer.status_code == 200, answer.json
    items: list[dict[str, Any]] = (answer.json or {})["items"]
    return items


def ids(items: list[dict[str, Any]]) -> list[str]:
    return [item["call_id"] for item in items]


def test_a_call_is_found_by_what_was_said_with_the_line_and_its_marks(machine: FlaskClient) -> None:
    call_id = add_call()
    say(call_id, "Hello.", "The blue lamp isn't here, lamps!", "A lamp that is blue.")
    add_call(1, summary="Somebody spoke of tables.")
    (call,) = found(machine, q="LAM blu")
    assert call["call_id"] == str(call_id)
    line = call["hit"]
    assert (line["speaker"], line["start"], line["text"]) == (
        "customer", 5.0, "The blue lamp isn't here, lamps!",
    )  # fmt: skip
    assert [line["text"][a:b] for a, b in line["marks"]] == ["blue", "lamp", "lamps"]
    assert found(machine, q="isn't")[0]["hit"]["start"] == 5.0
    assert found(machine, q="hello tables") == [], "the words belong together"
    assert found(machine, q="amp") == [], "only beginnings"


def test_what_was_not_said_but_written_has_no_hit(machine: FlaskClient) -> None:
    call_id = add_call(customer=add_customer(7, "Maria Goldberg"), summary="She wants a lamp.")
    for q in ("lamp", "goldb"):
        (call,) = found(machine, q=q)
        assert (call["call_id"], call["hit"]) == (str(call_id), None)
    assert found(machine)[0]["hit"] is None


def test_each_filter_narrows_the_search(machine: FlaskClient) -> None:
    first = add_call(0, sentiment="negative", disposition="resolved")
    second = add_call(10, sentiment="positive", status=CallStatus.WRAP_UP)
    for call_id in (first, second):
        say(call_id, "My lamp.")
    for query, expected in (
        ({"sentiment": "negative"}, [first]),
        ({"disposition": "resolved"}, [first]),
        ({"status": "wrap_up"}, [second]),
        ({"since": "2026-03-01T09:10:00Z"}, [second]),
        ({"until": "2026-03-01T10:10:00+01:00"}, [first]),
        ({"since": "2026-03-01T09:00:00Z", "until": "2026-03-01T09:11:00Z"}, [second, first]),
    ):
        assert ids(found(machine, q="lamp", **query)) == [str(call_id) for call_id in expected]
        assert ids(found(machine, **query)) == [str(call_id) for call_id in expected]
    for query in ({"since": "2026-03-01T09:00:00"}, {"until": "soon"}, {"disposition": "nope"}):
        assert machine.get("/api/calls", query_string=query).status_code == 422


def test_words_of_several_lines_find_the_call_and_the_line_that_has_most_of_them(
    machine: FlaskClient,
) -> None:
    call_id = add_call(summary="About tables and lamps.")
    say(call_id, "Hello, the lamp.", "A blue lamp.", "The lamp is so blue.", "It came late.")
    other = add_call(1)
    say(other, "A blue lamp.", "No more.")
    for _ in range(2):
        (call,) = found(machine, q="blue lamp late")
        assert (call["call_id"], call["hit"]["start"]) == (str(call_id), 5.0)
        assert found(machine, q="tables lamps")[0]["hit"] is None, "not all of it was said"
        finish(call_id)


def test_a_line_that_comes_when_the_call_is_finished_is_found_too(machine: FlaskClient) -> None:
    call_id = add_call()
    say(call_id, "A blue lamp.")
    finish(call_id)
    say(call_id, "A red chair.", speaker=Speaker.AGENT)
    with db_session() as db:
        add_late_words(db, call_id)
    assert ids(found(machine, q="red lamp")) == [str(call_id)]


def test_a_late_line_of_a_call_that_goes_on_hides_none_of_the_next(machine: FlaskClient) -> None:
    call_id = add_call(status=CallStatus.ACTIVE)
    say(call_id, "A blue lamp.")
    with db_session() as db:
        add_late_words(db, call_id)
    say(call_id, "A red chair.", speaker=Speaker.AGENT)
    assert ids(found(machine, q="red lamp")) == [str(call_id)]


SAID = {"every": 1.0, "often": 0.5, "sometimes": 0.2, "seldom": 0.05, "elsewhere": 0.02}
"""How many calls have each word."""


@pytest.mark.parametrize("near", [(1,), (7, 20), (200, 1600)])
@pytest.mark.parametrize("few", [1, 1000])
def test_pages_of_a_search_have_each_call_once_newest_first_be_its_words_rare_or_frequent(
    machine: FlaskClient, monkeypatch: pytest.MonkeyPatch, near: tuple[int, ...], few: int
) -> None:
    monkeypatch.setattr(search, "FEW", few)
    monkeypatch.setattr(found_calls, "NEAR", near)
    monkeypatch.setattr(found_calls, "SAMPLE", 10)
    monkeypatch.setattr(found_calls, "RARE", 5)
    chance = Random(few)
    customers = [add_customer(number, name) for number, name in enumerate(("Ann Often", "Bob", "Seldom Lee"))]
    calls: list[tuple[int, int, str, CallStatus, list[set[str]]]] = []
    for _ in range(80):
        status = chance.choice([CallStatus.COMPLETED, CallStatus.ACTIVE])
        customer = chance.choice([None, *customers])
        spoken = {word for word, part in SAID.items() if chance.random() < part}
        summary = {word for word, part in SAID.items() if chance.random() < part / 5}
        minute = chance.randrange(40)
        call_id = add_call(minute, status=status, customer=customer, summary=" ".join(summary))
        say(call_id, *spoken)
        if status is CallStatus.COMPLETED:
            finish(call_id)
        names = set(customer.name.lower().split()) if customer else set()
        calls.append((minute, len(calls), str(call_id), status, [spoken, summary, names]))
    calls.sort(reverse=True)
    for q in ("every", "often", "e", "seldom", "elsewhere", "every seldom", "often some", "some seldom", "x"):
        for wanted in (None, CallStatus.COMPLETED):
            expected = [
                call_id
                for _, _, call_id, status, ways in calls
                if wanted in (None, status) and any(all_begin(q, words) for words in ways)
            ]
            for limit in (3, 50):
                assert list(paged(machine, q=q, status=wanted, limit=limit)) == expected, (q, wanted, limit)


def all_begin(q: str, words: set[str]) -> bool:
    return all(any(word.startswith(typed) for word in words) for typed in q.split())


def paged(client: FlaskClient, **query: Any) -> Iterator[str]:
    """The ids on all the pages of a search."""
    given = {name: value for name, value in query.items() if value is not None}
    cursor: str | None = ""
    while cursor is not None:
        page = client.get("/api/calls", query_string={**given, "cursor": cursor}).json or {}
        yield from ids(page["items"])
        cursor = page["next_cursor"]


def test_an_agent_finds_only_what_was_said_in_calls_of_their_own(sign_in: SignIn) -> None:
    ann, _, boss = sign_in(), sign_in(name="Bob"), sign_in(Role.SUPERVISOR, "Zoe")
    for minute, agent in enumerate(("Ann", "Bob")):
        say(add_call(minute, agent=agent), "My secret lamp.")
    assert len(found(ann, q="secret")) == 1
    assert len(found(boss, q="secret")) == 2
