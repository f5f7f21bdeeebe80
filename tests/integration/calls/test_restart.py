"""Restarts during a call: the client is asked to come back, and the call goes on within seconds."""

import threading
import time
from itertools import count
from uuid import uuid4

import pytest

from app.starter import SUCCESSOR_SECONDS
from data.call_client import CallClient, Message
from data.sample_calls import SampleCall
from data.start_call import Start
from tests.integration.calls.client import Line
from tests.running import RunningSystem, eventually

WITHOUT_TEXT_SECONDS = 30.0
"""On a machine that does other work beside it; what an agent waits on one that does not is printed, and in
docs/reliability.md."""
LAST_WORD_SECONDS = 60
FRAME_BYTES = 8192


class Caller:
    """A sample call, said over and over at the pace of life until `hang_up`."""

    def __init__(self, system: RunningSystem) -> None:
        self.client = CallClient(
            system.socket_url, uuid4(), {"Authorization": f"Bearer {system.token}"}, Start()
        )
        self.client.dial()
        self._stopped = threading.Event()
        self._talking = threading.Thread(target=self._talk)
        self._talking.start()

    def _talk(self) -> None:
        sound = SampleCall("late_order").samples.tobytes()
        began, second = time.monotonic(), self.client.start.bytes_per_second
        for said in count(0, FRAME_BYTES):
            if self._stopped.wait(max(0.0, began + said / second - time.monotonic())):
                return
            at = said % (len(sound) - FRAME_BYTES) // 4 * 4
            self.client.send(sound[at : at + FRAME_BYTES])

    def hang_up(self) -> None:
        self._stopped.set()
        self._talking.join()
        self.client.end_call()
        self.client.wait_until_over(LAST_WORD_SECONDS)

    def times(self, kind: str) -> list[float]:
        """When messages of this type came."""
        return [heard.at for heard in self.client.heard if heard.message["type"] == kind]

    def back(self, times: int) -> float:
        """When the call had been taken up so often."""
        return eventually(
            "the call to go on", lambda: self.times("call_started")[times - 1 :], LAST_WORD_SECONDS
        )[0]

    def words(self) -> list[Message]:
        return [event for event in self.client.record if event["type"] == "transcript"]


@pytest.mark.timeout(300)
def test_a_call_goes_on_over_restarts(system: RunningSystem, capsys: pytest.CaptureFixture[str]) -> None:
    idle = Line(system)
    caller = Caller(system)
    eventually("the first words", caller.words, LAST_WORD_SECONDS)

    web, ended = system.web(), time.monotonic()
    web.terminate()
    ended_back = caller.back(2)
    told = caller.times("reconnect")[0]
    assert idle.expect("reconnect")["after_ms"] > 0
    assert idle.expect_close() == 1012
    told_at = time.time() - (time.monotonic() - told)
    web.wait(LAST_WORD_SECONDS)
    assert system.web().create_time() < told_at, "the clients were sent away before a successor was there"
    words = len(caller.words())
    eventually("more words", lambda: len(caller.words()) > words, LAST_WORD_SECONDS)

    system.restart()
    replaced_back = caller.back(3)
    moved = next(at for at in caller.times("reconnect") if at > ended_back)
    words = len(caller.words())
    eventually("words of the new workers", lambda: len(caller.words()) > words, LAST_WORD_SECONDS)
    caller.hang_up()

    record = caller.client.record
    assert [event["id"] for event in record] == list(range(1, len(record) + 1))
    assert [event for event in record if event["type"] == "gap"] == []
    assert caller.client.received_bytes == caller.client.sent_bytes
    with capsys.disabled():
        print(
            f"\nThe web process is asked to end: its successor takes work after {told - ended:.2f} s, "
            f"then clients are without new text for {ended_back - told:.2f} s"
            f"\nWeb and workers are replaced: without new text for {replaced_back - moved:.2f} s"
        )
    assert told - ended < SUCCESSOR_SECONDS, "nobody relieved it"
    assert ended_back - told < WITHOUT_TEXT_SECONDS
    assert replaced_back - moved < WITHOUT_TEXT_SECONDS
