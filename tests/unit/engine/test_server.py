"""What the HTTP side does when something goes wrong that nobody foresaw."""

import io

import pytest
import soundfile
from flask.testing import FlaskClient

from app.engine.audio import Audio
from app.engine.recognition import Segment
from app.engine.server import create_app, urgency_of
from app.engine.settings import EngineSettings


class BrokenRecogniser:
    """It meets an error that is not in the engine's tree."""

    name = "broken"

    def recognise(self, audio: Audio, prompt: str) -> list[Segment]:
        raise ZeroDivisionError(prompt)

    def follow(self, audio: Audio) -> list[Segment]:
        raise ZeroDivisionError

    def readiness(self) -> dict[str, int]:
        return {}

    def close(self) -> None:
        pass


@pytest.fixture
def client() -> FlaskClient:
    return create_app(EngineSettings(faults=True), BrokenRecogniser()).test_client()


def test_an_unforeseen_error_is_answered_500_and_logged_without_what_was_sent(
    client: FlaskClient, capsys: pytest.CaptureFixture[str]
) -> None:
    file = io.BytesIO()
    soundfile.write(file, [0.0] * 16_000, 16_000, format="WAV")
    file.seek(0)
    form = {"model": "m", "file": (file, "a.wav")}
    response = client.post("/v1/audio/transcriptions", data=form)
    assert response.status_code == 500
    assert response.get_json()["error"]["type"] == "server_error"
    assert "request_failed" in capsys.readouterr().out


def test_a_request_that_flask_refuses_is_refused_in_openais_words(client: FlaskClient) -> None:
    response = client.post("/faults", data="kind=429")
    assert response.status_code == 400
    assert response.get_json()["error"]["type"] == "invalid_request_error"


@pytest.mark.parametrize(
    ("priority", "urgency"), [("", 3), ("u=6", 6), ("i, u=5", 5), ("u=1;x, i", 1), ("u=9", 3), ("menu=6", 3)]
)
def test_the_urgency_of_a_request_is_read_as_rfc_9218_writes_it(priority: str, urgency: int) -> None:
    assert urgency_of(priority) == urgency
