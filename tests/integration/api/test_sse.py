"""How many streams a person may have open."""

from flask import Flask
from flask.testing import FlaskClient

from app.api.sse import MOST_STREAMS_PER_PERSON
from tests.integration.api.conftest import SignIn


def test_a_person_has_so_many_streams_and_one_more_when_one_is_closed(
    app: Flask, sign_in: SignIn, machine: FlaskClient
) -> None:
    ann, ben = sign_in(name="Ann"), sign_in(name="Ben")
    streams = [ann.get("/api/events", buffered=False) for _ in range(MOST_STREAMS_PER_PERSON)]
    for stream in streams:
        next(stream.response)  # type: ignore[call-overload]
    refused = ann.get("/api/events")
    assert refused.status_code == 429
    assert "close one" in (refused.json or {})["detail"]
    for other in (ben, machine):
        with other.get("/api/events", buffered=False) as allowed:
            assert allowed.status_code == 200
    streams.pop().close()
    streams.append(ann.get("/api/events", buffered=False))
    assert streams[-1].status_code == 200
    for stream in streams:
        stream.close()
