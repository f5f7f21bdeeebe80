import re

import pytest
from flask.testing import FlaskClient

from app.streaming import keys
from app.streaming.connection import store
from app.streaming.parts import Part, Trouble, answered, failed
from tests.integration.api.conftest import forget_settings


def metrics(client: FlaskClient) -> dict[str, float]:
    """What Prometheus reads of what all processes share."""
    lines = re.findall(
        r"^(earpiece_(?:part|open|ledger|windows)\S+) (\S+)$", client.get("/metrics").text, re.MULTILINE
    )
    return {name: float(value) for name, value in lines}


def test_how_the_shared_parts_are_and_what_piles_up(client: FlaskClient) -> None:
    failed(store(), Trouble(Part.RECOGNISER, "down", "It is away."), times=1, rest_seconds=5)
    store().zadd(keys.CALLS_SEEN, {"a call": 1, "another": 2})
    store().zadd(keys.LEDGER, {"w:a call:agent:0": 1})
    store().incr(keys.WINDOWS_FAILED)
    shown = metrics(client)
    assert shown['earpiece_part_up{part="storage"}'] == 1
    assert shown['earpiece_part_up{part="recogniser"}'] == 0
    assert shown['earpiece_part_up{part="assistant"}'] == 1
    assert shown['earpiece_part_failures_total{part="recogniser"}'] == 1
    assert shown["earpiece_open_calls"] == 2
    assert shown["earpiece_ledger_items"] == 1
    assert shown["earpiece_windows_failed_total"] == 1
    answered(store(), Part.RECOGNISER)
    assert metrics(client)['earpiece_part_up{part="recogniser"}'] == 1


def test_methods_that_somebody_made_up_are_counted_as_one(client: FlaskClient) -> None:
    for number in range(3):
        client.open("/healthz", method=f"MADEUP{number}")
    shown = client.get("/metrics").text
    assert "MADEUP" not in shown
    assert 'earpiece_http_requests_total{method="other",route="unknown",status="405"}' in shown


def test_without_redis_that_is_what_they_say(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REDIS_URL", "redis://127.0.0.1:1/0")
    forget_settings()
    assert metrics(client) == {'earpiece_part_up{part="storage"}': 0}
