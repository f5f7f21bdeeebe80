import io
import os
import threading
from pathlib import Path

import pytest

from app.local.console import Console, standard_console


class Terminal(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


def test_each_line_stands_after_the_name_of_who_wrote_it() -> None:
    out = io.StringIO()
    console = Console(out, ["web", "transcribe"])
    console.line("web", "listening")
    console.say("All is well.")
    assert out.getvalue() == "web        | listening\nearpiece   | All is well.\n"


def test_names_are_coloured_on_a_terminal_and_nowhere_else() -> None:
    out = Terminal()
    Console(out, ["web"]).line("web", "listening")
    assert out.getvalue() == "\x1b[36mweb     \x1b[0m | listening\n"


def test_lines_of_many_processes_are_never_torn() -> None:
    read, write = os.pipe()
    out = io.StringIO()
    console = Console(out, ["web", "beat"])
    pump = threading.Thread(target=console.pump, args=("web", os.fdopen(read, "rb")))
    pump.start()
    with os.fdopen(write, "wb") as pipe:
        for number in range(500):
            pipe.write(f"line {number}\n".encode())
            console.line("beat", "tick")
        pipe.write(b"half a line, \xff not even text")
    pump.join()
    lines = out.getvalue().splitlines()
    assert [line for line in lines if line.startswith("web")] == [
        *(f"web      | line {number}" for number in range(500)),
        "web      | half a line, \N{REPLACEMENT CHARACTER} not even text",
    ]
    assert lines.count("beat     | tick") == 500


def test_on_a_full_disk_lines_are_lost_and_nobody_waits() -> None:
    read, write = os.pipe()
    with Path("/dev/full").open("w") as out:
        console = Console(out, [])
        pump = threading.Thread(target=console.pump, args=("web", os.fdopen(read, "rb")))
        pump.start()
        with os.fdopen(write, "wb") as pipe:
            for _ in range(5000):
                pipe.write(b"a line that is longer than nothing\n")
        pump.join()
        assert not console.closed.is_set()
        # What is left in the stream's buffer has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())


def test_a_sign_that_the_locale_lacks_closes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    out = io.TextIOWrapper(io.BytesIO(), encoding="latin-1")
    monkeypatch.setattr("sys.stdout", out)
    console = standard_console([])
    console.say("“Go on speaking”")
    assert not console.closed.is_set()
    assert out.buffer.getvalue() == b"earpiece | ?Go on speaking?\n"


def test_a_reader_that_has_gone_is_noticed() -> None:
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "w") as out:
        console = Console(out, [])
        console.say("Is anybody there?")
        assert console.closed.is_set()
        # What is left in the stream's buffer has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), out.fileno())
