"""Recogniser processes die and are replaced; nothing outlives the engine."""

import signal
import subprocess
import sys
import threading

import numpy as np
import openai
import psutil
import pytest
import soundfile

from tests.integration.engine.process import ROOT, SPEECH, Engine, running, until
from tests.integration.engine.test_transcription import SAID, heard, wav

LOADING_SECONDS = 1.5
"""CPU a recogniser needs at most until it has loaded its model: after that it is at work."""


def recognising_half_a_minute(engine: Engine) -> tuple[threading.Thread, list[object]]:
    """Ask in the background for seconds of work; the words or the error are put into the list."""
    samples, _ = soundfile.read(SPEECH, dtype="int16")
    outcome: list[object] = []

    def ask() -> None:
        try:
            outcome.append(heard(engine, wav(np.tile(samples, 6))))
        except openai.OpenAIError as error:
            outcome.append(error)

    thread = threading.Thread(target=ask)
    thread.start()
    return thread, outcome


def until_at_work(recogniser: psutil.Process) -> None:
    before = recogniser.cpu_times().user
    until(lambda: recogniser.cpu_times().user > max(before + 0.3, LOADING_SECONDS))


def gone(process: psutil.Process) -> bool:
    return not process.is_running() or process.status() == psutil.STATUS_ZOMBIE


def test_a_recogniser_killed_at_work_costs_one_retryable_answer(engine: Engine) -> None:
    (recogniser,) = engine.recognisers()
    thread, outcome = recognising_half_a_minute(engine)
    until_at_work(recogniser)
    recogniser.kill()
    thread.join(60)
    (error,) = outcome
    assert isinstance(error, openai.InternalServerError)
    assert "retry" in error.message
    assert heard(engine, SPEECH) == SAID
    assert engine.recognisers() != [recogniser]


def test_a_recogniser_killed_between_requests_is_not_noticed(engine: Engine) -> None:
    (recogniser,) = engine.recognisers()
    recogniser.kill()
    until(lambda: gone(recogniser))
    assert heard(engine, SPEECH) == SAID


@pytest.mark.parametrize("stop", [signal.SIGTERM, signal.SIGINT])
def test_a_stopped_engine_leaves_no_process(stop: signal.Signals) -> None:
    with running() as engine:
        everything = engine.children()
        thread, _ = recognising_half_a_minute(engine)
        until_at_work(engine.recognisers()[0])
        engine.process.send_signal(stop)
        assert engine.process.wait(5) == 0
        until(lambda: all(gone(process) for process in everything), 5)
        thread.join()


def test_a_killed_engine_leaves_no_process_not_even_one_at_work() -> None:
    with running() as engine:
        everything = [psutil.Process(engine.process.pid), *engine.children()]
        (recogniser,) = engine.recognisers()
        thread, _ = recognising_half_a_minute(engine)
        until_at_work(recogniser)
        for process in everything:
            if process.pid != recogniser.pid:
                process.kill()
        until(lambda: gone(recogniser), 5)
        thread.join()


def test_a_further_process_starts_when_the_first_is_busy() -> None:
    with running(ENGINE_PROCESSES="2") as engine:
        (recogniser,) = engine.recognisers()
        recogniser.suspend()
        thread, outcome = recognising_half_a_minute(engine)
        until(lambda: engine.http.get("/healthz").json()["recogniser"]["busy"] == 1)
        assert heard(engine, SPEECH) == SAID
        assert len(engine.recognisers()) == 2
        recogniser.kill()
        thread.join(60)
        assert isinstance(outcome[0], openai.InternalServerError)


@pytest.mark.parametrize(
    ("arguments", "environment", "words"),
    [
        (["--port", "{taken}"], {}, "is taken"),
        ([], {"ENGINE_RECOGNISER": "parrot"}, "it can be pocketsphinx or hash."),
    ],
)
def test_what_keeps_it_from_starting_is_said_in_a_sentence(
    engine: Engine, arguments: list[str], environment: dict[str, str], words: str
) -> None:
    taken = engine.url.rpartition(":")[2]
    ended = subprocess.run(
        [sys.executable, "-m", "app.engine", *(argument.format(taken=taken) for argument in arguments)],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )
    assert ended.returncode == 2
    assert words in ended.stderr
    assert len(ended.stderr.splitlines()) == 1
