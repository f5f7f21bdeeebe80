"""A call played into a running system, at the pace of life."""

import time
from typing import Final
from uuid import uuid4

import httpx2
import psutil

from benchmarks.transcription.engine_times import engine_times, final_requests
from benchmarks.transcription.lags import finals_in, interim_lags, screen_lags, turn_lags
from benchmarks.transcription.pieces import Piece
from data.playback import Playback
from data.sample_calls import SPEAKERS, SampleCall
from tests.running import RunningSystem

LAST_WORD_SECONDS: Final = 60.0


def play(system: RunningSystem, call: SampleCall) -> Piece:
    """Play the call and wait for its summary. Raises `CallFailed`."""
    call_id, headers = uuid4(), {"Authorization": f"Bearer {system.token}"}
    playback = Playback(call, system.socket_url, call_id, headers)
    client = playback.clients[0]
    with _Cores() as cores:
        playback.dial()
        playback.play()
        playback.hang_up()
        client.wait_until_over(LAST_WORD_SECONDS)
    answer = httpx2.get(f"{system.url}/api/calls/{call_id}", headers=headers, timeout=30).raise_for_status()
    engine = engine_times(
        finals_in(client.heard),
        answer.json()["windows"],
        client.start.sample_rate * 2,
        final_requests(list(system.output)),
    )
    return Piece(
        heard={speaker: client.words(speaker) for speaker in SPEAKERS},
        others=round(cores.others, 3),
        lags=turn_lags(call, client.heard, playback.began, engine),
        interim=interim_lags(client.heard, playback.began),
        screen=screen_lags(call, client.heard, playback.began),
    )


class _Cores:
    """How many cores, on average, work for processes that are neither we nor started by us."""

    others = 0.0

    def __enter__(self) -> "_Cores":
        self._before = self._look()
        return self

    def __exit__(self, *_: object) -> None:
        (began, machine, ours), (now, machine_now, ours_now) = self._before, self._look()
        self.others = max(0.0, (machine_now - machine - ours_now + ours) / (now - began))

    def _look(self) -> tuple[float, float, float]:
        """The time, and the seconds of work of the machine and of our own processes."""
        machine, ours, us = psutil.cpu_times(), 0.0, psutil.Process()
        for process in (us, *us.children(recursive=True)):
            try:
                ours += sum(process.cpu_times()[:4])  # user, system, and both of children that ended
            except psutil.NoSuchProcess:
                continue
        return time.monotonic(), sum(machine) - machine.idle - machine.iowait - machine.guest, ours
