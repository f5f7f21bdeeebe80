"""A client of the media socket (docs/protocol.md): it sends sound, resumes by itself, keeps what it hears.

CallFailed
├── CallRefused   the server closed for good; `code` is its word for why      permanent
├── ServerGone    no connection for as long as a leg may be resumed           try later
└── NotHeard      what was waited for did not come in time
"""

import contextlib
import json
import random
import threading
import time
from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple, TypeVar
from uuid import UUID

from simple_websocket import ConnectionClosed
from simple_websocket import ConnectionError as HandshakeRefused

from data.line import Line
from data.sample_calls import Speaker
from data.start_call import Start
from data.tape import Tape

KEEP_SECONDS: Final = 30  # of sound, acknowledged or not: a server that lost its memory asks for it again
AHEAD_SECONDS: Final = 20  # of sound not acknowledged: who sends faster than life waits here
RESUME_SECONDS: Final = 120.0  # so long a leg may be resumed
ANSWER_SECONDS: Final = 30.0
PING_SECONDS: Final = 10.0
LOOK_SECONDS: Final = 0.1
FRAME_LIMIT_BYTES: Final = 64 * 1024

GONE_AWAY: Final = {1001, 1005, 1006, 1009, 1011, 1012, 1013}
"""The close codes after which a client resumes; a connection that was cut shows here as 1005."""
DONE: Final = 1000
BUSY_STATUS: Final = 500  # a handshake refused from here on up may be taken later

Message = dict[str, Any]
T = TypeVar("T")


class CallFailed(Exception):
    """The call could not go on."""


class CallRefused(CallFailed):
    """The server closed the socket and will not have it back."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class ServerGone(CallFailed):
    """Nobody answers."""


class NotHeard(CallFailed):
    """Something did not come in time."""


class Heard(NamedTuple):
    """A message, and when it came by `time.monotonic`."""

    at: float
    message: Message


class CallClient:
    """One socket of a call for as long as the call lasts, over any number of connections.

    `heard` is every message as it came; `record` what belongs to the call's record, from 1 without holes.
    """

    def __init__(
        self,
        socket_url: str,
        call_id: UUID,
        headers: Mapping[str, str],
        start: Start,
        on_message: Callable[[Message], None] = lambda message: None,
    ) -> None:
        """`socket_url` ends before the call_id; `on_message` is called in a thread of the client's own."""
        self.call_id = call_id
        self.start = start
        self.heard: list[Heard] = []
        self.record: list[Message] = []
        self.received_bytes = 0
        self._epoch: int | None = None
        self.connections = 0
        self.over = False
        self.failure: CallFailed | None = None
        self._url = f"{socket_url}/{call_id}"
        self._headers = dict(headers)
        self._on_message = on_message
        self._tape: Tape | None = None
        self._line: Line | None = None
        self._ended = False
        self._away_since = time.monotonic()
        self._come_back_after = 0.0
        self._sending = threading.RLock()  # held while something is put on the tape or sent
        self._changed = threading.Condition()  # notified of whatever is heard

    # -- what the caller does

    def dial(self) -> None:
        """Connect, and return when the server has answered `call_started`. Raises `CallFailed`."""
        self._away_since = time.monotonic()
        threading.Thread(target=self._run, name="call client", daemon=True).start()
        self.wait_for("call_started", lambda: self.connections or None)

    def send(self, data: bytes) -> None:
        """Say the next bytes of sound: whole samples, at most 64 KiB. While the line is cut they are kept."""
        self._wait_for_acknowledgement(len(data))
        with self._sending:
            assert self._tape is not None, "dial first"
            self._tape.add(data)
            self._say(data)

    def end_call(self) -> None:
        """Hang up. The server's last words still come: wait for `over`."""
        with self._sending:
            self._ended = True
            self._say('{"type": "end_call"}')

    def settle(self) -> None:
        """Return when the server has read everything sent so far. Raises `CallFailed`."""
        pongs = len(self.messages("pong"))
        asked_on = 0

        def answered() -> bool | None:
            nonlocal asked_on
            with self._sending:
                if asked_on < self.connections:  # again after a cut, with which the question was lost
                    asked_on = self.connections
                    self._say('{"type": "ping"}')
            return len(self.messages("pong")) > pongs or None

        self.wait_for("pong", answered)

    def cut(self) -> None:
        """Lose the connection without a word, as a network does."""
        if (line := self._line) is not None:
            line.cut()

    # -- what is heard

    @property
    def sent_bytes(self) -> int:
        """The offset after the last byte given to `send`."""
        return self._tape.end if self._tape else 0

    def messages(self, kind: str) -> list[Message]:
        """All messages of one type so far."""
        return [heard.message for heard in list(self.heard) if heard.message["type"] == kind]

    def words(self, speaker: Speaker) -> str:
        """What was understood of one party, in the order it was spoken."""
        finals = [said for said in self.record if said["type"] == "transcript" and said["speaker"] == speaker]
        return " ".join(said["text"] for said in sorted(finals, key=lambda said: float(said["start"])))

    def wait_for(self, what: str, look: Callable[[], T | None], seconds: float = ANSWER_SECONDS) -> T:
        """What `look` finds. It looks whenever something is heard, and now and then in between.

        Raises `NotHeard` naming `what`, or the reason why the call failed.
        """
        deadline = time.monotonic() + seconds
        with self._changed:
            while (found := look()) is None:
                if self.failure:
                    raise self.failure
                if time.monotonic() > deadline:
                    raise NotHeard(f"{what} did not come within {seconds:.0f} seconds")
                self._changed.wait(LOOK_SECONDS)
            return found

    def wait_until_over(self, seconds: float) -> None:
        """Return when the server has said its last word and closed. Raises `CallFailed`."""
        self.wait_for("the end of the call", lambda: self.over or None, seconds)

    # -- the connection, in a thread of its own

    def _run(self) -> None:
        tries = 0
        while not self._finished:
            connections = self.connections
            close_code, message = self._converse()
            tries = 0 if self.connections > connections else tries + 1
            self._hung_up(close_code, message)
            if not self._finished:
                time.sleep(max(self._come_back_after, min(5.0, 0.2 * 2**tries)) * random.uniform(0.5, 1.5))

    @property
    def _finished(self) -> bool:
        return self.over or self.failure is not None

    def _converse(self) -> tuple[int, str]:
        """Hold one connection; return the code and reason with which it ended, 1005 when it never began."""
        self._come_back_after = 0.0
        try:
            line = Line.connect(self._url, headers=self._headers, ping_interval=PING_SECONDS)
        except HandshakeRefused as refused:
            status = refused.status_code or BUSY_STATUS
            return 1005 if status >= BUSY_STATUS else status, f"The server answered {status}."
        except OSError:
            return 1005, ""
        try:
            # When it is closed again already, its reasons can still be read.
            with contextlib.suppress(ConnectionClosed, OSError):
                line.send(json.dumps(self.start.message(len(self.record), self._epoch)))
            while True:
                self._hear(line, json.loads(line.hear()))
        except ConnectionClosed as closed:
            return int(closed.reason), closed.message or ""
        except OSError:
            return 1005, ""
        finally:
            with self._sending:
                if self._line is not None:
                    self._line, self._away_since = None, time.monotonic()

    def _hear(self, line: Line, message: Message) -> None:
        match message["type"]:
            case "call_started":
                self._resume(line, message)
            case "audio_ack":
                self.received_bytes = message["received_bytes"]
            case "reconnect":
                self._come_back_after = message["after_ms"] / 1000
        with self._changed:
            self.heard.append(Heard(time.monotonic(), message))
            fresh = "id" not in message or message["id"] > len(self.record)
            if "id" in message and fresh:
                self.record.append(message)
            self._changed.notify_all()
        if fresh:
            self._on_message(message)

    def _resume(self, line: Line, started: Message) -> None:
        """Send again what the server does not have, and declare lost what is no longer on the tape."""
        with self._sending:
            self.received_bytes, self._epoch = started["received_bytes"], started.get("epoch")
            del self.record[started.get("last_event_id", len(self.record)) :]
            if self._tape is None:
                self._tape = Tape(self.received_bytes, KEEP_SECONDS * self.start.bytes_per_second)
            self._line = line
            if self.received_bytes < self._tape.start:
                self._say(json.dumps({"type": "gap", "to": self._tape.start}))
            missing = self._tape.since(self.received_bytes)
            piece = FRAME_LIMIT_BYTES - FRAME_LIMIT_BYTES % self.start.frame_bytes
            for at in range(0, len(missing), piece):
                self._say(missing[at : at + piece])
            if self._ended:
                self._say('{"type": "end_call"}')
            self.connections += 1

    def _hung_up(self, close_code: int, reason: str) -> None:
        with self._changed:
            errors = [message for message in self.messages("error") if message["fatal"]]
            code, words = (errors[-1]["code"], errors[-1]["message"]) if errors else (str(close_code), reason)
            ended = self._ended or any(message["type"] == "call_ended" for message in self.record)
            if close_code == DONE or (ended and code == "call_over"):
                self.over = True
            elif close_code not in GONE_AWAY:
                self.failure = CallRefused(code, words)
            elif time.monotonic() - self._away_since > RESUME_SECONDS:
                self.failure = ServerGone(
                    f"Nobody has answered at {self._url} for {RESUME_SECONDS:.0f} seconds."
                )
            self._changed.notify_all()

    def _say(self, data: str | bytes) -> None:
        """On the line, if there is one: what a cut line swallows is said again from the tape."""
        if self._line is not None:
            with contextlib.suppress(ConnectionClosed, OSError):
                self._line.send(data)

    def _wait_for_acknowledgement(self, more_bytes: int) -> None:
        ahead = AHEAD_SECONDS * self.start.bytes_per_second
        self.wait_for(
            "the acknowledgement of the sound sent so far",
            lambda: self._line is None or self.sent_bytes + more_bytes - self.received_bytes <= ahead or None,
        )
        if self.failure:
            raise self.failure
