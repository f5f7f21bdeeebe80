"""Past calls found by what was said in them."""

from typing import Any
from uuid import UUID

import pytest
from flask.testing import FlaskClient

from app import search
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


@pytest.mark.parametrize("few", [1000, 1])
def test_pages_of_a_search_miss_nothing_whether_it_finds_few_or_many(
    machine: FlaskClient, monkeypatch: pytest.MonkeyPatch, few: int
) -> None:
    monkeypatch.setattr(search, "FEW", few)
    calls = [add_call(minute) for minute in range(5)]
    for call_id in calls:
        say(call_id, "My lamp.", "Lamp again.")
    say(add_call(9), "A table.")
    seen, cursor = [], None
    while True:
        page = (
            machine.get("/api/calls", query_string={"q": "lamp", "limit": 2, "cursor": cursor or ""}).json
            or {}
        )
        seen += [(item["call_id"], item["hit"]["start"]) for item in page["items"]]
        cursor = page["next_cursor"]
        if not cursor:
            break
    assert seen == [(str(call_id), 0.0) for call_id in reversed(calls)]


def test_an_agent_finds_only_what_was_said_in_calls_of_their_own(sign_in: SignIn) -> None:
    ann, _, boss = sign_in(), sign_in(name="Bob"), sign_in(Role.SUPERVISOR, "Zoe")
    for minute, agent in enumerate(("Ann", "Bob")):
        say(add_call(minute, agent=agent), "My secret lamp.")
    assert len(found(ann, q="secret")) == 1
    assert len(found(boss, q="secret")) == 2
