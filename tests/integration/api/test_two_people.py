"""A customer calls in from a browser and an agent answers: what each socket may say, and what it hears."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import httpx2
import pytest
from flask import Flask

from tests.integration.api.conftest import add_customer
from tests.integration.calls.client import Line
from workers.transcription import open_call

SECOND = bytes(32000)


class Person:
    """A browser: a customer's without a cookie, an agent's with one."""

    token = ""

    def __init__(self, port: int, cookie: str = "") -> None:
        self.url, self.socket_url = f"http://127.0.0.1:{port}", f"ws://127.0.0.1:{port}/ws/call"
        self.headers = {"Origin": self.url} | ({"Cookie": cookie} if cookie else {})

    def post(self, path: str, **body: Any) -> httpx2.Response:
        return httpx2.post(self.url + path, json=body, headers=self.headers)

    def dial(self, call_id: str, ticket: str = "", **headers: str) -> Line:
        """Open a socket on a call."""
        return Line(self, f"{call_id}{ticket and '?ticket=' + ticket}", self.headers | headers)


@pytest.fixture
def agent(web: int, cookie: Callable[[str], str]) -> Person:
    return Person(web, cookie("Ann"))


@pytest.fixture
def customer(web: int, app: Flask) -> Person:
    add_customer(7, "Maria Goldberg")
    return Person(web)


def state(line: Line) -> str:
    """The next state of the call that a socket is told."""
    while True:
        status = line.expect("status")
        if status["part"] == "call":
            return str(status["state"])


def test_a_customer_rings_is_answered_talks_comes_back_and_hangs_up(agent: Person, customer: Person) -> None:
    call = customer.post("/api/customer-calls", account_number="ACC00007", name="Zoe").json()
    theirs = customer.dial(call["call_id"], call["ticket"])
    started = theirs.start(account_number="ACC00042", agent_name="Mallory", customer_id=3)
    assert (started["speakers"], started["ice_servers"]) == (["customer"], [])
    assert state(theirs) == "ringing"
    theirs.send(SECOND)
    assert theirs.expect("error")["code"] == "not_started"

    taken = agent.post(f"/api/calls/{call['call_id']}/accept")
    assert (taken.status_code, taken.json()["customer"]["account_number"]) == (200, "ACC00007")
    assert state(theirs) == "accepted"
    ours = agent.dial(call["call_id"])
    ours.start(speaker="agent")
    ours.send(SECOND)
    assert ours.expect("audio_ack")["received_bytes"] == 32000
    open_call(call["call_id"])
    assert ours.expect("customer")["customer"]["account_number"] == "ACC00007"
    theirs.send(SECOND)
    assert theirs.expect("audio_ack")["received_bytes"] == 32000

    offer = {"sdp": "v=0", "tricky": 'a " b'}
    theirs.say(type="signal", to="agent", data="here")
    assert ours.expect("signal")["from"] == "customer"
    ours.say(type="signal", to="customer", data=offer)
    assert theirs.expect("signal")["data"] == offer
    theirs.say(type="signal", to="customer", data=1)
    assert theirs.expect("error")["code"] == "bad_message"
    theirs.say(type="signal", to="agent", data="x" * 17_000)
    assert theirs.expect("error")["code"] == "bad_message"
    for kind in ({"type": "ask", "text": "Secrets?"}, {"type": "hold", "on": True}):
        theirs.say(**kind)
        assert theirs.expect("error")["code"] == "bad_message"
    ours.say(type="hold", on=True)
    assert state(theirs) == "on_hold"

    theirs.hang_up()
    back = customer.dial(call["call_id"], started["ticket"])
    resumed = back.start()
    assert (resumed["resumed"], resumed["received_bytes"]) == (True, 32000)
    assert [state(back), state(back)] == ["accepted", "on_hold"]
    again = customer.dial(call["call_id"], started["ticket"])
    assert again.expect("error")["code"] == "unauthorized"
    assert again.expect_close() == 4401

    ours.say(type="end_call")
    heard = []
    while (message := back.hear()) is not None:
        heard.append(message["type"])
    assert back.closed == 1000
    assert heard[-1] == "call_ended"
    assert set(heard) <= {"status", "call_ended", "audio_ack"}
    assert ours.expect("call_ended")["status"] == "wrap_up"


def test_a_ticket_is_for_one_call_one_leg_and_our_own_page(agent: Person, customer: Person) -> None:
    call = customer.post("/api/customer-calls").json()
    foreign = customer.dial(call["call_id"], call["ticket"], Origin="http://evil.example")
    assert foreign.expect_close() == 4401
    elsewhere = customer.dial(str(uuid4()), call["ticket"])
    assert elsewhere.expect_close() == 4401
    second = customer.post("/api/customer-calls").json()
    line = customer.dial(second["call_id"], second["ticket"])
    line.say(type="start_call", speaker="agent")
    assert line.expect("error")["code"] == "bad_start"
    unanswered = agent.dial(second["call_id"])
    unanswered.say(type="start_call", speaker="agent")
    assert unanswered.expect("error")["code"] == "not_found"
    line.start()
    line.say(type="end_call")
    assert line.expect("call_ended")["status"] == "abandoned"
    assert line.expect_close() == 1000
    late = agent.post(f"/api/calls/{second['call_id']}/accept")
    assert (late.status_code, late.json()["taken_by"]) == (409, None)
