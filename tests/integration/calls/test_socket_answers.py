"""What the media socket answers to clients that make mistakes; the rest of their call is unharmed."""

import json
from typing import Any
from uuid import uuid4

import httpx2
import pytest

from tests.integration.calls.client import Line
from tests.running import RunningSystem, eventually

SECOND = bytes(32000)


def heard(line: Line) -> int:
    """Send one more second and return how many bytes are safe then: the call goes on."""
    line.send(SECOND)
    return int(line.expect("audio_ack")["received_bytes"])


def test_text_that_is_no_json_is_named_and_dropped(system: RunningSystem) -> None:
    line = Line(system)
    line.start()
    line.send("{nonsense")
    error = line.expect("error")
    assert (error["code"], error["fatal"], error["call_id"]) == ("bad_json", False, line.call_id)
    assert heard(line) == 32000


@pytest.mark.parametrize("message", [{"type": "sing" * 9000}, {"type": ["ask"]}, {"no": "type"}, 7])
def test_a_message_of_no_known_type_is_named_and_dropped(system: RunningSystem, message: object) -> None:
    line = Line(system)
    line.start()
    line.send(json.dumps(message))
    error = line.expect("error")
    assert error["code"] == "unknown_type"
    assert len(error["message"]) < 100
    assert heard(line) == 32000


def test_sound_before_start_call_is_refused_and_counts_nothing(system: RunningSystem) -> None:
    line = Line(system)
    line.send(SECOND)
    error = line.expect("error")
    assert (error["code"], error["received_bytes"]) == ("not_started", 0)
    assert line.start()["received_bytes"] == 0
    assert heard(line) == 32000


def test_half_a_sample_is_refused_and_counts_nothing(system: RunningSystem) -> None:
    line = Line(system)
    line.start()
    line.send(bytes(3))
    assert line.expect("error")["code"] == "bad_audio"
    assert heard(line) == 32000


def test_half_a_stereo_frame_is_refused(system: RunningSystem) -> None:
    line = Line(system)
    line.say(type="start_call", channels=2, sample_rate=16000)
    line.expect("call_started")
    line.send(bytes(6))
    assert line.expect("error")["code"] == "bad_audio"
    line.send(SECOND * 2)
    assert line.expect("audio_ack")["received_bytes"] == 64000


@pytest.mark.parametrize(
    "fields",
    [
        {"speaker": "robot"},
        {"speaker": None},
        {"speaker": "agent", "channels": 2},
        {"sample_rate": 11025},
        {"encoding": "mp3"},
        {"sample_rate": "16000"},
        {"last_event_id": -1},
    ],
)
def test_a_start_that_cannot_be_taken_says_why_and_a_better_one_is_taken(
    system: RunningSystem, fields: dict[str, object]
) -> None:
    line = Line(system)
    line.say(**{"type": "start_call", "speaker": "customer", "sample_rate": 16000, **fields})
    error = line.expect("error")
    assert error["code"] == "bad_start"
    assert len(error["message"]) > 10
    line.start()
    assert heard(line) == 32000


def test_a_second_start_on_one_socket_is_refused(system: RunningSystem) -> None:
    line = Line(system)
    line.start()
    line.say(type="start_call", speaker="agent")
    assert line.expect("error")["code"] == "bad_start"
    assert heard(line) == 32000


def test_a_frame_of_ten_megabytes_closes_with_1009_and_the_leg_resumes(system: RunningSystem) -> None:
    line = Line(system)
    line.start()
    assert heard(line) == 32000
    line.send(bytes(10_000_000))
    assert line.expect_close() == 1009
    again = Line(system, line.call_id)
    started = again.start()
    assert (started["resumed"], started["received_bytes"]) == (True, 32000)
    assert heard(again) == 64000


def test_a_call_id_that_is_no_uuid_is_not_found(system: RunningSystem) -> None:
    line = Line(system, "seventeen")
    error = line.expect("error")
    assert (error["code"], error["fatal"]) == ("not_found", True)
    assert line.expect_close() == 4404


def test_an_account_number_that_nobody_has_is_said_and_the_call_goes_on(system: RunningSystem) -> None:
    line = Line(system)
    line.start(account_number="ACC99999")
    error = line.expect("error")
    assert (error["code"], error["fatal"]) == ("unknown_customer", False)
    assert heard(line) == 32000


def test_a_known_account_number_brings_the_customer(system: RunningSystem) -> None:
    line = Line(system)
    line.start(account_number="acc00007")
    customer = line.expect("customer")["customer"]
    assert customer["account_number"] == "ACC00007"
    assert 1 <= len(customer["orders"]) <= 10


def test_words_after_the_end_are_answered_and_the_record_is_whole(system: RunningSystem) -> None:
    line = Line(system)
    line.start(speaker="agent")
    line.send(SECOND)
    line.say(type="end_call")
    line.say(type="end_call")
    assert line.expect("error")["code"] == "call_over"
    assert line.expect_close() == 4410

    def finished() -> bool:
        answer = httpx2.get(
            f"{system.url}/api/calls/{line.call_id}",
            headers={"Authorization": f"Bearer {system.token}"},
            timeout=5,
        )
        return answer.status_code == 200 and answer.json()["summary"] is not None

    eventually("the summary of a call whose client went on talking", finished)


def test_a_call_that_is_over_takes_no_new_socket(system: RunningSystem) -> None:
    line = Line(system)
    line.start(speaker="agent")
    line.say(type="end_call")
    line.expect("summary")
    assert line.expect_close() == 1000
    late = Line(system, line.call_id)
    late.say(type="start_call", speaker="agent")
    assert late.expect("error")["code"] == "call_over"
    assert late.expect_close() == 4410


def test_a_socket_that_is_silent_when_another_ends_the_call_hears_the_summary(system: RunningSystem) -> None:
    agent = Line(system)
    agent.start(speaker="agent")
    customer = Line(system, agent.call_id)
    customer.start(speaker="customer")
    customer.send(SECOND)
    customer.send(bytes(100))  # an open window, which nobody feeds any more
    customer.say(type="ping")
    customer.expect("pong")
    agent.say(type="end_call")
    customer.expect("summary")
    assert customer.expect_close() == 1000


def test_the_newest_socket_of_a_leg_wins_and_the_older_is_told(system: RunningSystem) -> None:
    older = Line(system)
    older.start()
    assert heard(older) == 32000
    newer = Line(system, older.call_id)
    assert newer.start()["received_bytes"] == 32000
    assert older.expect("error")["code"] == "leg_taken"
    assert older.expect_close() == 4409
    assert heard(newer) == 64000


def test_ping_is_answered_at_any_time(system: RunningSystem) -> None:
    line = Line(system)
    line.say(type="ping")
    line.expect("pong")
    line.start()
    line.say(type="ping")
    line.expect("pong")


def test_nobody_without_a_token_is_heard(system: RunningSystem) -> None:
    for headers in ({}, {"Authorization": "Bearer wrong"}, {"Origin": "https://evil.example"}):
        line = Line(system, headers=headers)
        assert line.expect("error")["code"] == "unauthorized"
        assert line.expect_close() == 4401


def test_handshakes_that_are_no_websocket_get_an_answer_not_a_stack_trace(system: RunningSystem) -> None:
    url = f"{system.url}/ws/call/{uuid4()}"
    upgrade = {"Connection": "Upgrade", "Upgrade": "websocket"}
    assert httpx2.get(url, headers=upgrade, timeout=5).status_code == 426
    assert httpx2.get(url, headers={**upgrade, "Sec-WebSocket-Version": "13"}, timeout=5).status_code == 400


def test_what_an_agent_says_besides_sound_is_recorded_once_and_bad_messages_are_explained(
    system: RunningSystem,
) -> None:
    line = Line(system)
    line.say(type="hold", on=True)
    assert line.expect("error")["code"] == "not_started"
    line.start(speaker="agent", agent_name="Ann")
    bad: tuple[dict[str, Any], ...] = (
        {"type": "hold", "on": "yes"},
        {"type": "ask", "text": "  "},
        {"type": "ask", "text": "x" * 501},
    )
    for message in bad:
        line.say(**message)
        assert line.expect("error")["code"] == "bad_message"
    for on in (True, True, False):
        line.say(type="hold", on=on)
    line.say(type="mute", on=True)
    line.say(type="ask", text=" What is our refund window? ")
    record: list[dict[str, Any]] = []
    while not record or record[-1]["type"] != "suggestion":
        told = line.hear()
        assert told is not None
        if "id" in told or told["type"] == "status":
            record.append(told)
    kinds = [(event["type"], event.get("on", event.get("state"))) for event in record]
    assert kinds[:5] == [
        ("hold", True), ("status", "on_hold"), ("hold", False), ("status", "off_hold"), ("mute", True),
    ]  # fmt: skip
    assert [event["speaker"] for event in record[:5] if "id" in event] == ["agent"] * 3
    started = next(event for event in record if event["type"] == "suggestion_started")
    assert (started["trigger"], started["asked_by"], started["window"]) == (
        "What is our refund window?", "Ann", None,
    )  # fmt: skip
    assert "within 30 days of delivery" in record[-1]["message"]
    assert "[1]" in record[-1]["message"]
    line.say(type="end_call")
    assert line.expect("call_ended")


def test_a_question_by_http_is_answered_and_its_answer_can_be_fetched(system: RunningSystem) -> None:
    headers = {"Authorization": f"Bearer {system.token}"}
    line = Line(system)
    line.start(speaker="agent")
    url = f"{system.url}/api/calls/{line.call_id}/questions"
    asked = httpx2.post(url, json={"text": "Can a customer return a broken lamp?"}, headers=headers)
    assert asked.status_code == 202
    suggestion_id = asked.json()["suggestion_id"]
    assert line.expect("suggestion")["suggestion_id"] == suggestion_id

    def stored() -> dict[str, object] | None:
        answer = httpx2.get(f"{system.url}/api/suggestions/{suggestion_id}", headers=headers)
        return answer.json() if answer.status_code == 200 else None

    assert eventually("the answer's row", stored, 20)["asked_by"]
    answers = [httpx2.post(url, json={"text": "And a table?"}, headers=headers) for _ in range(10)]
    assert [answer.status_code for answer in answers] == [202] * 9 + [429]
    assert answers[-1].headers["Retry-After"] == "60"
    nobodys = httpx2.post(url.replace(line.call_id, str(uuid4())), json={"text": "Hm?"}, headers=headers)
    assert nobodys.status_code == 404
    line.say(type="end_call")
