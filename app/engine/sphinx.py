"""pocketsphinx behind a small pool of processes: a crash costs one request, and cores work side by side."""

import contextlib
import json
import queue
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

from app.engine.audio import Audio
from app.engine.errors import Overloaded, RecogniserFailed
from app.engine.log import log
from app.engine.recognition import Segment, Word, in_segments

COMMAND = (sys.executable, "-m", "app.engine.sphinx_process")
FOLLOWER = (sys.executable, "-m", "app.engine.sphinx_follower")
ROOT = Path(__file__).parents[2]

WAIT_SECONDS = 10.0
"""How long a request waits for a free process. Refused in time, it is not recognised for nobody."""
FOLLOWER_WAIT_SECONDS = 1.0
"""Nobody waits longer for words that will be replaced."""
DEADLINE_SECONDS, DEADLINE_PER_SECOND = 20.0, 4.0
"""A recognition has 20 s and four times its audio, ten times what it takes on an idle machine."""
SILENCE = 0.6
"""Above this probability that nobody speaks nothing is recognised, and no word believed (Whisper's
threshold)."""


class SphinxRecogniser:
    """`size` processes: the first is started at once, each further one when all others are busy."""

    name = "earpiece-pocketsphinx"

    def __init__(self, size: int) -> None:
        self._processes = [SphinxProcess() for _ in range(size)]
        self._idle: queue.LifoQueue[SphinxProcess] = queue.LifoQueue()  # the one used last is the warm one
        for process in self._processes:
            self._idle.put(process)
        self._processes[-1].start()
        self._follower, self._following = SphinxProcess(FOLLOWER), threading.Lock()

    def recognise(self, audio: Audio, prompt: str) -> list[Segment]:
        """As `Recogniser.recognise`. What of `prompt` is a hint, the process knows (`sphinx_hints.py`)."""
        if audio.no_speech() > SILENCE:
            return []
        seconds = DEADLINE_SECONDS + DEADLINE_PER_SECOND * audio.seconds
        with self.borrowed() as process:
            words = process.hear(audio.samples.tobytes(), prompt, seconds)
        return [segment for segment in in_segments(words, audio) if segment.no_speech <= SILENCE]

    def follow(self, audio: Audio) -> list[Segment]:
        """As `Recogniser.follow`: by a process of its own, that never keeps a whole piece waiting, and that
        takes no hints: they need the whole piece.
        """
        if audio.no_speech() > SILENCE:
            return []
        if not self._following.acquire(timeout=FOLLOWER_WAIT_SECONDS):
            raise Overloaded("The engine is busy with other interim text.")
        try:
            words = self._follower.hear(audio.samples.tobytes(), "", DEADLINE_SECONDS)
        finally:
            self._following.release()
        return in_segments(words, audio)

    @contextlib.contextmanager
    def borrowed(self) -> Iterator["SphinxProcess"]:
        """A process for oneself. Raises Overloaded when none becomes free in time."""
        try:
            process = self._idle.get(timeout=WAIT_SECONDS)
        except queue.Empty:
            raise Overloaded("The engine is currently overloaded, please try again later.") from None
        try:
            yield process
        finally:
            self._idle.put(process)

    def readiness(self) -> dict[str, int]:
        """As `Recogniser.readiness`."""
        return {
            "processes": len(self._processes),
            "running": sum(process.running for process in self._processes),
            "busy": len(self._processes) - self._idle.qsize(),
        }

    def close(self) -> None:
        """As `Recogniser.close`."""
        for process in (*self._processes, self._follower):
            process.end()


class SphinxProcess:
    """One recogniser process (`sphinx_process.py`) and its pipes. `hear` is for one thread at a time."""

    def __init__(self, command: tuple[str, ...] = COMMAND) -> None:
        self._command = command
        self._process: subprocess.Popen[bytes] | None = None
        self._closed = False
        self._lock = threading.Lock()

    @property
    def running(self) -> bool:
        """Whether there is a process, ready or still loading its model."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> subprocess.Popen[bytes]:
        """The running process, or a new one, which takes requests from its first moment."""
        with self._lock:
            if self._process is None or self._process.poll() is not None:
                if self._closed:
                    raise RecogniserFailed("The engine is shutting down.")
                pipe = subprocess.PIPE
                self._process = subprocess.Popen(self._command, stdin=pipe, stdout=pipe, cwd=ROOT)
            return self._process

    def hear(self, samples: bytes, prompt: str, seconds: float) -> list[Word]:
        """The words in `samples` (16 kHz, 16 bit). Raises RecogniserFailed when the process dies over them,
        or has no answer after `seconds`; the next one is then on its way.
        """
        process = self.start()
        header = json.dumps({"bytes": len(samples), "prompt": prompt})
        deadline = threading.Timer(seconds, process.kill)  # ends a blocked write and a blocked read alike
        deadline.start()
        try:
            answer = _ask(process, header.encode() + b"\n" + samples)
        except OSError as failure:
            _dispose(process)
            log.error("recogniser_died", pid=process.pid, exit_code=process.returncode)
            with contextlib.suppress(RecogniserFailed):
                self.start()
            raise RecogniserFailed(
                "The recogniser failed on this audio. You can retry your request."
            ) from failure
        finally:
            deadline.cancel()
        return [Word(*word) for word in json.loads(answer)]

    def end(self) -> None:
        """Kill the process, also in the middle of a recognition, and start no other."""
        with self._lock:
            self._closed = True
            if self._process is not None:
                _dispose(self._process)


def _ask(process: subprocess.Popen[bytes], request: bytes) -> bytes:
    """The line that answers `request`. Raises OSError when the process has died."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(request)
    process.stdin.flush()
    answer = process.stdout.readline()
    if not answer.endswith(b"\n"):
        raise BrokenPipeError
    return answer


def _dispose(process: subprocess.Popen[bytes]) -> None:
    """Kill a process and give back its pipes."""
    process.kill()
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):  # bytes it will never read
                pipe.close()
