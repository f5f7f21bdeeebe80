"""A summary that was given up is asked for again by who has the call."""

from uuid import UUID, uuid4

import redis
from flask import Flask
from flask.testing import FlaskClient

from app.models import CallStatus
from app.queue import POSTCALL_QUEUE
from app.settings import load_settings
from tests.integration.api.conftest import SignIn, add_call
from tests.running import eventually


def path(call_id: UUID) -> str:
    return f"/api/calls/{call_id}/summary"


def hints() -> int:
    """How often a worker was told to finish a call."""
    with redis.Redis.from_url(load_settings().celery_broker_url) as broker:
        return int(broker.llen(POSTCALL_QUEUE))


def test_its_agent_asks_again_and_a_worker_is_told_once(sign_in: SignIn) -> None:
    ann = sign_in()
    call_id = add_call(agent="Ann", status=CallStatus.WRAP_UP, summary_failure="400 too_long")
    assert (ann.get(f"/api/calls/{call_id}").json or {})["summary_failure"] == "400 too_long"
    for _ in range(2):
        answer = ann.post(path(call_id))
        assert (answer.status_code, (answer.json or {})["summary_failure"]) == (202, None)
    assert eventually("the hint", hints) == 1
    assert (ann.get(f"/api/calls/{call_id}").json or {})["summary_failure"] is None


def test_a_summary_that_is_there_is_not_asked_for(machine: FlaskClient) -> None:
    call_id = add_call(summary="By hand.", summary_failure="400")
    answer = machine.post(path(call_id)).json or {}
    assert (answer["summary"], answer["summary_failure"]) == ("By hand.", "400")
    assert hints() == 0


def test_another_agents_call_is_not_there(sign_in: SignIn) -> None:
    ann, _ = sign_in(), sign_in(name="Bob")
    for call_id in (add_call(agent="Bob", summary_failure="400"), uuid4()):
        assert ann.post(path(call_id)).status_code == 404


def test_operators_see_what_was_given_up_and_ask_for_all_of_it(app: Flask, machine: FlaskClient) -> None:
    call_id = add_call(summary_failure="400")
    add_call(summary="By hand.", summary_failure="400")
    run = app.test_cli_runner().invoke
    assert run(args=["summaries", "list"]).output.splitlines() == [
        f"{call_id} began 2026-03-01 09:00: 400",
        "1 summary given up.",
    ]
    run(args=["summaries", "retry"])
    assert hints() == 1
    assert run(args=["summaries", "list"]).output == "0 summaries given up.\n"
