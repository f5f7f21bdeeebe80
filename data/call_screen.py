"""A call on the terminal: who says what, what is looked up, what is suggested word by word, how it ends."""

import shutil
from typing import Any

from tqdm import tqdm

from data.call_client import Message

MARGIN = 17
WIDEST = 110


class CallScreen:
    """Prints the messages of a call above a bar that shows how much of it has been played.

    Without a terminal there is no bar, and a suggestion comes line by line instead of word by word.
    """

    def __init__(self, title: str, seconds: float) -> None:
        self._width = min(shutil.get_terminal_size().columns, WIDEST) - MARGIN - 1
        self._pending: tqdm[Any] = tqdm(bar_format="{desc}", position=0, leave=False, disable=None)
        self._bar: tqdm[Any] = tqdm(
            desc=title,
            total=seconds,
            bar_format="{desc} {bar} {n:.0f} of {total:.0f} s",
            position=1,
            leave=False,
            disable=None,
        )
        self._suggestion = ""  # what has come of it
        self._line = ""  # what of that has not filled a line yet

    def play(self, seconds: float) -> None:
        """So much of the call has been played."""
        self._bar.update(seconds - self._bar.n)

    def close(self) -> None:
        """Take the bar away."""
        self._pending.close()
        self._bar.close()

    def show(self, message: Message) -> None:
        """Print what a person wants to see of it."""
        match message:
            case {"type": "customer", "customer": person}:
                counts = f"orders: {len(person['orders'])}, tickets: {len(person['tickets'])}"
                self._print("calling", f"{person['name']}, {person['tier']} customer; {counts}")
            case {"type": "transcript", "final": True}:
                self._print(f"{clock(message['start'])} {message['speaker']}", message["text"])
            case {"type": "gap"}:
                lost = message["end"] - message["start"]
                self._print(f"{clock(message['start'])} {message['speaker']}", f"[{lost:.1f} s not heard]")
            case {"type": "status"} | {"type": "error"}:
                self._print("  notice", message["message"])
            case {"type": "call_ended"}:
                self._print("call ended", f"{message['status']} after {message['duration_seconds']:.1f} s")
            case {"type": "sentiment", "label": label, "score": score}:
                self._print("sentiment", f"{label} ({score:+.2f})")
            case {"type": "summary"}:
                self._print("summary", message["summary"] or f"none: {message.get('failure')}")
            case _:
                self._show_advice(message)

    def _show_advice(self, message: Message) -> None:
        match message:
            case {"type": "suggestion_started"}:
                self._suggestion = self._line = ""
                self._print("", "")
                self._print("  suggestion", f"on “{message['trigger']}”")
            case {"type": "lookup"}:
                arguments = ", ".join(f"{name} {value}" for name, value in message["arguments"].items())
                self._print("  looked up", f"{message['tool']}({arguments}): {message['found']} found")
            case {"type": "suggestion_delta"}:
                self._add(message["offset"], message["content"])
            case {"type": "suggestion"}:
                self._finish(message)

    def _add(self, offset: int, content: str) -> None:
        """The text from `offset` on is now `content`."""
        if offset != len(self._suggestion):
            self._end_line("… (begun again)")
            content, self._suggestion = self._suggestion[:offset] + content, ""
        self._suggestion += content
        self._line += content
        while len(self._line) > self._width or "\n" in self._line:
            room = self._line[: self._width + 1]
            at = room.find("\n") if "\n" in room else max(room.rfind(" "), 0) or self._width
            self._print_line("", self._line[:at])
            self._line = self._line[at:].lstrip()
        self._pending.set_description_str(" " * MARGIN + self._line)

    def _finish(self, message: Message) -> None:
        if message["message"] != self._suggestion:
            known = len(self._suggestion) if message["message"].startswith(self._suggestion) else 0
            self._add(known, message["message"][known:])
        self._end_line("")
        for source in message["citations"]:
            self._print("  source", f"[{source['ref']}] {source['title']}, {source['section']}")
        if message["status"] != "complete":
            self._print("", f"({message['status']})")
        self._print("", "")

    def _end_line(self, more: str) -> None:
        self._pending.set_description_str("")
        if self._line or more:
            self._print_line("", self._line + more)
        self._line = ""

    def _print(self, margin: str, text: str) -> None:
        """Print a paragraph, with a word in its margin."""
        line = ""
        for word in text.split():
            if line and len(line) + 1 + len(word) > self._width:
                self._print_line(margin, line)
                margin, line = "", word
            else:
                line = f"{line} {word}".strip()
        self._print_line(margin, line)

    def _print_line(self, margin: str, text: str) -> None:
        tqdm.write(f"{margin:<{MARGIN}}{text}".rstrip())


def clock(seconds: float) -> str:
    """Seconds into a call as mm:ss."""
    return f"{int(seconds) // 60:02}:{int(seconds) % 60:02}"
