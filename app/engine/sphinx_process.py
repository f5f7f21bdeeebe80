"""A recogniser process: reads audio from standard input, writes the words it heard to standard output.

It holds one pocketsphinx decoder, which recognises one piece of audio at a time and keeps Python's lock while
it does. A request is a header line of JSON, `{"bytes": n, "prompt": "…"}`, and n bytes of 16 kHz 16-bit
samples; an answer is a line of JSON, `[[word, start, end, probability], …]`, in seconds. It ends when its
input does.
"""

import contextlib
import fcntl
import json
import os
import signal
import sys
from collections.abc import Callable
from functools import partial
from typing import BinaryIO

from pocketsphinx import Decoder

from app.engine.sphinx_hints import hear_hinted
from app.engine.sphinx_pass import SETTINGS, Heard


def serve(hear: Callable[[bytes, str], Heard]) -> None:
    """Serve requests until the other side closes the pipe or dies; `hear` is given 16 kHz 16-bit samples and
    the prompt.
    """
    requests, answers = sys.stdin.buffer, sys.stdout.buffer
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the owner ends us
    _die_with_the_owner(answers)
    while line := requests.readline():
        header = json.loads(line)
        samples = requests.read(header["bytes"])
        signal.signal(signal.SIGIO, signal.SIG_DFL)
        answer = json.dumps(hear(samples, header["prompt"]))
        signal.signal(signal.SIGIO, signal.SIG_IGN)
        answers.write(answer.encode() + b"\n")
        answers.flush()


def _die_with_the_owner(answers: BinaryIO) -> None:
    """Ask for SIGIO when the other side reads or closes our answers.

    While we recognise it can only close them, and SIGIO ends us then. (The requests would not do: the kernel
    may tell of a write after we have read it.) Where a system has no SIGIO for pipes, we end with the
    recognition.
    """
    signal.signal(signal.SIGIO, signal.SIG_IGN)
    with contextlib.suppress(OSError):
        fcntl.fcntl(answers, fcntl.F_SETOWN, os.getpid())
        fcntl.fcntl(answers, fcntl.F_SETFL, fcntl.fcntl(answers, fcntl.F_GETFL) | os.O_ASYNC)


if __name__ == "__main__":
    serve(partial(hear_hinted, Decoder(**SETTINGS)))
