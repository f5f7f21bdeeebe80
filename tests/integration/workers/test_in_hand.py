"""A real worker that is asked to end: what it does not finish in a moment is another's at once."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import redis

from app.queue import celery, send_hint
from app.settings import load_settings
from app.streaming.items import Item
from app.streaming.ledger import LEASE_SECONDS
from tests.integration.streaming.scene import Scene
from tests.integration.workers.scripted_engine import Answer, ScriptedEngine, says, transcription
from tests.integration.workers.test_transcription import said
from tests.running import eventually
from workers.suggestions import suggest
from workers.transcription import transcribe

ROOT = Path(__file__).parents[3]
START_SECONDS = 60
GIVEN_BACK_SECONDS = LEASE_SECONDS / 2


@pytest.fixture
def worker(store: redis.Redis) -> Iterator[subprocess.Popen[bytes]]:
    """A worker of the queues of a call, on the tests' servers. It hears what the settings name."""
    command = "python -m workers.celery worker -n test@%h -Q transcribe,suggest -P threads -c 4 -l ERROR"
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"}
    process = subprocess.Popen(command.split(), cwd=ROOT, env=environment, start_new_session=True)
    eventually(
        "the worker", lambda: celery().control.ping(timeout=0.5, limit=1) or None, START_SECONDS
    )  # it answers nobody before it takes tasks
    yield process
    process.kill()
    process.wait()


class Slow:
    """An answer that does not come before `release`."""

    def __init__(self, answer: Answer) -> None:
        self._gate = threading.Event()
        self._parts = list(answer.parts)
        self.answer = Answer(self._wait(), content_type=answer.content_type)

    def release(self) -> None:
        self._gate.set()

    def _wait(self) -> Iterator[bytes]:
        self._gate.wait(60)
        yield from self._parts


def test_a_worker_that_ends_gives_back_what_it_has_in_hand(
    scene: Scene, engine: ScriptedEngine, worker: subprocess.Popen[bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    scene.take("agent")
    scene.take("customer")
    (suggestion,) = scene.say("Where is my order?")
    number = scene.cut(2, speaker="agent")
    slow_words, slow_advice = Slow(transcription("Too late.")), Slow(says("tip\nToo late."))
    engine.will(slow_words.answer)
    send_hint(Item("w", scene.call_id, ("agent", str(number))))
    eventually("the request for words", lambda: len(engine.requests) == 1)
    engine.will(slow_advice.answer)
    send_hint(Item("s", scene.call_id, (suggestion,)))
    eventually("the request for advice", lambda: len(engine.requests) == 2)

    asked = time.monotonic()
    worker.send_signal(signal.SIGTERM)
    eventually(
        "the window's lease to end",
        lambda: not scene.store.hexists(scene.window(number, "agent"), "until"),
        GIVEN_BACK_SECONDS,
    )
    took = time.monotonic() - asked
    broker = redis.Redis.from_url(load_settings().celery_broker_url)
    eventually("hints for others", lambda: broker.llen("transcribe") == 1 == broker.llen("suggest"))
    with capsys.disabled():
        print(f"\nA worker ends with work in hand: given back after {took:.2f} s")

    engine.will(transcription("Let me look."))
    transcribe(str(scene.call_id), "agent", str(number))
    engine.will(says("tip\nIt is on its way."))
    suggest(str(scene.call_id), suggestion)
    slow_words.release()
    slow_advice.release()
    assert worker.wait(30) == 0
    assert said(scene) == ["Let me look."]
    assert [event["message"] for event in scene.events("suggestion")] == ["It is on its way."]
    assert psutil.pid_exists(worker.pid) is False
