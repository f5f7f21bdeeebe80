"""The pool itself: what happens when all are busy, and when one does not answer."""

from collections.abc import Iterator

import psutil
import pytest

from app.engine import sphinx
from app.engine.audio import Audio, read_audio
from app.engine.errors import Overloaded, RecogniserFailed
from app.engine.sphinx import SphinxRecogniser
from tests.integration.engine.process import SPEECH, until


@pytest.fixture
def recogniser() -> Iterator[SphinxRecogniser]:
    started = SphinxRecogniser(1)
    yield started
    started.close()


@pytest.fixture
def audio() -> Audio:
    return read_audio(SPEECH.read_bytes())


def process_of(recogniser: SphinxRecogniser) -> psutil.Process:
    (process,) = [p for p in psutil.Process().children() if "app.engine.sphinx_process" in p.cmdline()]
    return process


def test_a_process_that_does_not_answer_in_time_is_replaced(
    recogniser: SphinxRecogniser, audio: Audio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sphinx, "DEADLINE_SECONDS", 0.2)
    monkeypatch.setattr(sphinx, "DEADLINE_PER_SECOND", 0.0)
    stuck = until(lambda: process_of(recogniser))
    stuck.suspend()
    with pytest.raises(RecogniserFailed):
        recogniser.recognise(audio, "")
    assert not stuck.is_running()
    assert recogniser.readiness() == {"processes": 1, "running": 1, "busy": 0}
    assert process_of(recogniser).pid != stuck.pid


def test_where_no_process_becomes_free_in_time_the_request_is_refused(
    recogniser: SphinxRecogniser, audio: Audio, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sphinx, "WAIT_SECONDS", 0.05)
    with recogniser.borrowed(), pytest.raises(Overloaded) as refusal:
        recogniser.recognise(audio, "")
    assert refusal.value.status == 429


def test_nothing_is_recognised_once_it_is_closed(recogniser: SphinxRecogniser, audio: Audio) -> None:
    recogniser.close()
    with pytest.raises(RecogniserFailed):
        recogniser.recognise(audio, "")
