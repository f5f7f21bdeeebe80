"""The first message of a socket: what is taken, and what is refused in words for whoever wrote the client."""

from typing import Any

import pytest

from app.api.media.refusals import Refused
from app.api.media.start_call import SAMPLE_RATES, StartCall

ONE = {"type": "start_call", "speaker": "customer", "channels": 1, "sample_rate": 16000}
BOTH = {"type": "start_call", "channels": 2, "sample_rate": 16000}


def test_the_least_that_can_be_said() -> None:
    start = StartCall.read({"type": "start_call", "speaker": "agent"})
    assert (start.channels, start.sample_rate, start.encoding) == (1, 16000, "pcm_s16le")
    assert (start.customer_id, start.account_number, start.agent_name, start.last_event_id) == (None,) * 4


@pytest.mark.parametrize(
    ("message", "speakers"),
    [
        (ONE, ["customer"]),
        (ONE | {"speaker": "agent"}, ["agent"]),
        (BOTH, ["agent", "customer"]),
        (BOTH | {"speaker": None}, ["agent", "customer"]),
    ],
)
def test_the_legs_come_in_the_order_of_the_channels(message: dict[str, Any], speakers: list[str]) -> None:
    assert StartCall.read(message).speakers == speakers


@pytest.mark.parametrize("rate", SAMPLE_RATES)
def test_every_rate_of_the_contract_is_taken(rate: int) -> None:
    assert StartCall.read(ONE | {"sample_rate": rate}).sample_rate == rate


@pytest.mark.parametrize(
    "more",
    [
        {"customer_id": 7, "account_number": "ACC00007", "agent_name": "Zoë O'Neill", "last_event_id": 0},
        {"account_number": None, "customer_id": None, "agent_name": None, "last_event_id": None},
        {
            "account_number": "x" * 40,
            "agent_name": "名" * 200,
            "customer_id": 2**31 - 1,
            "last_event_id": 2**53,
        },
        {"a_field_of_a_later_release": {"anything": 1}},
    ],
)
def test_what_else_may_be_said(more: dict[str, Any]) -> None:
    start = StartCall.read(ONE | more)
    for name in set(more) & set(StartCall.model_fields):
        assert getattr(start, name) == more[name]


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ({"type": "start_call"}, "speaker"),
        (ONE | {"speaker": None}, "speaker"),
        (ONE | {"speaker": "supervisor"}, "speaker"),
        (ONE | {"speaker": ["agent"]}, "speaker"),
        (BOTH | {"speaker": "agent"}, "speaker"),
        (ONE | {"channels": 3}, "channels"),
        (ONE | {"channels": "1"}, "channels"),
        (ONE | {"sample_rate": 11025}, "sample_rate"),
        (ONE | {"sample_rate": 0}, "sample_rate"),
        (ONE | {"sample_rate": -16000}, "sample_rate"),
        (ONE | {"sample_rate": "16000"}, "sample_rate"),
        (ONE | {"sample_rate": 16000.5}, "sample_rate"),
        (ONE | {"sample_rate": None}, "sample_rate"),
        (ONE | {"encoding": "mulaw"}, "encoding"),
        (ONE | {"customer_id": "7"}, "customer_id"),
        (ONE | {"customer_id": True}, "customer_id"),
        (ONE | {"customer_id": -1}, "customer_id"),
        (ONE | {"customer_id": 2**31}, "customer_id"),
        (ONE | {"account_number": 7}, "account_number"),
        (ONE | {"account_number": "x" * 41}, "account_number"),
        (ONE | {"account_number": "ACC\0"}, "account_number"),
        (ONE | {"account_number": "ACC\ud800"}, "account_number"),
        (ONE | {"agent_name": "x" * 201}, "agent_name"),
        (ONE | {"agent_name": "Ann\0"}, "agent_name"),
        (ONE | {"agent_name": "Ann\nBob"}, "agent_name"),
        (ONE | {"agent_name": {"first": "Ann"}}, "agent_name"),
        (ONE | {"last_event_id": -1}, "last_event_id"),
        (ONE | {"last_event_id": "5"}, "last_event_id"),
        (ONE | {"last_event_id": 1.5}, "last_event_id"),
    ],
)
def test_what_cannot_be_taken_is_named(message: dict[str, Any], field: str) -> None:
    with pytest.raises(Refused) as refused:
        StartCall.read(message)
    words = refused.value.message
    assert field in words
    assert "\n" not in words
    assert "Value error" not in words
