"""A recording goes to the call's agent and to supervisors, whole or in ranges."""

from pathlib import Path
from uuid import UUID, uuid4

import pytest
from flask.testing import FlaskClient

from app.models import CallStatus, Role
from app.streaming.archive import recording_path
from tests.integration.api.conftest import SignIn, add_call, forget_settings

SOUND = bytes(range(256)) * 40


@pytest.fixture(autouse=True)
def folder(environment: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where this test's files lie."""
    monkeypatch.setenv("DATA_DIR", str(tmp_path))
    forget_settings()


def recorded(agent: str | None = "Ann") -> UUID:
    """A call with a recording of these bytes."""
    call_id = add_call(agent=agent, recording_url="there is one")
    recording_path(call_id).parent.mkdir(parents=True)
    recording_path(call_id).write_bytes(SOUND)
    return call_id


def path(call_id: UUID) -> str:
    return f"/api/calls/{call_id}/recording"


def test_a_recording_is_served_whole_and_in_ranges(sign_in: SignIn) -> None:
    ann = sign_in()
    url = path(recorded())
    whole = ann.get(url, buffered=True)
    assert (whole.status_code, whole.mimetype, whole.data) == (200, "audio/flac", SOUND)
    assert whole.headers["Accept-Ranges"] == "bytes"
    assert "private" in whole.headers["Cache-Control"]
    for asked, start, end in (("100-199", 100, 200), ("10000-", 10_000, 10_240), ("-5", 10_235, 10_240)):
        part = ann.get(url, buffered=True, headers={"Range": f"bytes={asked}"})
        assert (part.status_code, part.data) == (206, SOUND[start:end])
        assert part.headers["Content-Range"] == f"bytes {start}-{end - 1}/10240"
    assert ann.get(url, buffered=True, headers={"Range": "bytes=20000-"}).status_code == 416
    assert ann.get(url, buffered=True, headers={"If-None-Match": whole.headers["ETag"]}).status_code == 304


def test_only_the_calls_agent_and_supervisors_hear_it(sign_in: SignIn, client: FlaskClient) -> None:
    ann, bob, boss = sign_in(), sign_in(name="Bob"), sign_in(Role.SUPERVISOR, "Zoe")
    url = path(recorded("Ann"))
    answers = [who.get(url, buffered=True).status_code for who in (ann, boss, bob, client)]
    assert answers == [200, 200, 404, 401]


def test_why_there_is_none_is_told(machine: FlaskClient) -> None:
    going_on = machine.get(path(add_call(status=CallStatus.ACTIVE))).json or {}
    assert going_on["detail"] == "The call still goes on. Its recording is written when it has ended."
    none = machine.get(path(add_call())).json or {}
    assert none["detail"] == "This call has no recording, or it is still being written."
    gone = recorded(None)
    recording_path(gone).unlink()
    assert (machine.get(path(gone)).json or {})["detail"] == "The recording of this call is no longer kept."
    assert machine.get(path(uuid4())).status_code == 404
