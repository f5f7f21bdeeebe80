"""The state of one media socket: what it may send now, and what each message of its client brings about."""

import json
import random
import time
from collections.abc import Callable
from functools import partial
from typing import Any
from uuid import UUID

import numpy as np
from redis.exceptions import ResponseError
from simple_websocket import Server

from app import clock
from app.api.auth import Principal
from app.api.media.customer_side import CustomerSide
from app.api.media.leg_writer import FENCED, OVER, PENDING_BYTES, UNKNOWN, LegWriter
from app.api.media.memory import FOR_NEW_CALLS, FOR_SOUND
from app.api.media.outbox import Outbox
from app.api.media.pace import Pace
from app.api.media.process import MediaProcess
from app.api.media.remarks import REMARKS, Remarks
from app.api.media.start_call import BadStart, StartCall
from app.settings import load_settings
from app.streaming import interim, keys
from app.streaming.connection import text_of
from app.streaming.items import Item
from app.streaming.legs import OTHER_RATE, TOO_MANY_CALLS, LegTaken, take_leg
from app.streaming.legs import OVER as CALL_OVER
from app.streaming.parts import troubles
from app.streaming.restore import CallIsOver, restore_call
from app.streaming.scripts import END_CALL, Argument
from app.streaming.speech_windows import SpeechWindower
from app.streaming.suggestions import shown_so_far
from app.streaming.windows import FixedWindower, Windower
from app.telemetry import get_logger

log = get_logger(__name__)

PROTOCOL = 1
BUSY = "The server cannot store sound right now. Keep it and come back."
IDLE_SECONDS = 1.0  # without a byte, what is open is cut
LINGER_SECONDS = 60.0  # a socket waits so long for the summary
COME_BACK_MS = (50, 500)  # spread, so that the sockets of a process do not all return at once
LONGEST_NAME = 40  # characters of a type that nobody knows are told back
GAPS_A_MINUTE = 20  # of a socket: each is a row, and comes after an interruption
LONGEST_GAP_SECONDS = 3600  # far beyond the 120 s in which a leg may resume; more is a client's mistake
STORE_SECONDS = 5.0  # an `end_call` waits so long for the bytes before it to be stored


class Fatal(Exception):
    """An error that ends the socket: `code` and `message` for the client, then a close with `close_code`."""

    def __init__(self, code: str, close_code: int, message: str, received_bytes: int = 0) -> None:
        super().__init__(code)
        self.code, self.close_code, self.message, self.received_bytes = (
            code,
            close_code,
            message,
            received_bytes,
        )


class Conversation:
    """One client on one call.

    Its methods run in the socket's thread, except `hear`, `missed`, `pulse` and `move_on`, which only pass
    things on.
    """

    def __init__(
        self,
        ws: Server,
        call_id: UUID,
        principal: Principal,
        process: MediaProcess,
        may_stay: Callable[[], bool] = lambda: True,
    ) -> None:
        """`may_stay` is asked now and then, in another thread."""
        self.may_stay = may_stay
        self.call_id, self.call_key = call_id, keys.call(call_id)
        self.epoch: bytes | None = None
        self._ws, self.principal, self._process = ws, principal, process
        self._customer = CustomerSide(process.store, call_id) if principal.kind == "customer" else None
        self._outbox = Outbox(
            ws, process.store, call_id, self._customer.may_hear if self._customer else lambda message: True
        )
        self._start: StartCall | None = None
        self._remarks: Remarks | None = None
        self._writers: list[LegWriter] = []
        self._offset = self._acked = 0
        self._audio_at = time.monotonic()
        self._ended_at: float | None = None
        self._gaps = Pace(GAPS_A_MINUTE)

    # -- what the client says

    def on_text(self, text: str) -> None:
        """A JSON message. Raises `Fatal`."""
        try:
            message = json.loads(text)
        except (ValueError, RecursionError):  # the latter: brackets in brackets, thousands deep
            self._complain("bad_json", "This is not JSON.")
            return
        match message.get("type") if isinstance(message, dict) else None:
            case "ping":
                self._outbox_event("pong")
            case "start_call":
                self._on_start(message)
            case "end_call":
                self._on_end()
            case "gap":
                self._on_gap(message)
            case str(kind) if kind in REMARKS:
                self._on_remark(message)
            case str(kind):
                self._complain("unknown_type", f"No message has the type {kind[:LONGEST_NAME]!r}.")
            case _:
                self._complain("unknown_type", "A message is an object with a type.")

    def on_audio(self, data: bytes) -> None:
        """A frame of PCM. Raises `Fatal`."""
        if self._start is None:
            self._complain("not_started", "Send start_call before sound.")
            return
        if self._ended_at is not None:
            raise self._fatal("call_over", 4410, "The call is over: it takes no more sound.")
        if self._customer and not self._customer.is_accepted():
            self._complain("not_started", "Nobody has answered yet.")
            return
        if not data or len(data) % (2 * self._start.channels):
            self._complain(
                "bad_audio", f"A frame holds whole samples: a multiple of {2 * self._start.channels} bytes."
            )
            return
        self._audio_at = time.monotonic()
        if self._process.memory.filled >= FOR_SOUND:
            raise self._fatal("busy", 1013, BUSY)
        offset = self._offset
        self._offset += len(data)
        if len(self._writers) == 1:
            self._writers[0].append(offset, data)
        else:
            stereo = np.frombuffer(data, "<i2").reshape(-1, 2)
            for channel, writer in enumerate(self._writers):
                writer.append(offset // 2, stereo[:, channel].tobytes())
        self._acknowledge()  # what is final already is not stored again: nothing else says it has come
        self._wait_for_room()

    def leave(self) -> None:
        """The socket is gone; its legs stay."""
        self._process.feed.unfollow(self.call_id, self)
        self._outbox.leave()

    # -- what the call says

    def hear(self, message: str) -> None:
        """From the feed's thread."""
        if message.startswith("!taken "):
            _, speaker, fence = message.split()
            if any(writer.speaker == speaker and writer.fence < int(fence) for writer in self._writers):
                self._lost(FENCED)
        elif message == "!unknown_customer":
            if not self._customer:  # who calls in must not learn whose numbers there are
                self._complain(
                    "unknown_customer", "Nobody has this account number; the call goes on without a profile."
                )
        elif message.startswith("!signal "):
            _, to, signal = message.split(" ", 2)
            if self._start is not None and to in self._start.speakers:
                self._outbox.put(signal)
        else:
            self._outbox.put(message)

    def missed(self) -> None:
        """From the feed's thread: it was deaf."""
        self._outbox.catch_up()

    def pulse(self, events: int) -> None:
        """Once a second, from the pulse's thread."""
        if events > self._outbox.last and self._start is not None:
            self._outbox.catch_up()
        now = time.monotonic()
        if self._start is not None and self._ended_at is None and now - self._audio_at > IDLE_SECONDS:
            if load_settings().window_policy == "speech":
                for writer in self._writers:
                    writer.flush()
            self._audio_at = now
        if self._ended_at is not None and now - self._ended_at > LINGER_SECONDS:
            self._outbox.close(1000, "the call is over")

    def move_on(self) -> None:
        """Have the client come back in a moment, to another process or to a call that was restored."""
        self._outbox_event("reconnect", after_ms=random.randint(*COME_BACK_MS))  # noqa: S311
        if self._start is None:
            self._ws.close(1012, "come back")
        else:
            self._outbox.close(1012, "come back")

    def tell_part(self, part: str, state: str, message: str) -> None:
        """How a part of the system is; a client that has not started is told when it does."""
        if self._start is not None:
            self._outbox_event("status", part=part, state=state, message=message)

    # -- steps

    def _on_start(self, message: dict[str, Any]) -> None:
        if self._start is not None:
            self._complain("bad_start", "This socket has started already.")
            return
        try:
            start = StartCall.read(message)
        except BadStart as error:
            self._complain("bad_start", str(error))
            return
        if self._customer and start.speakers != ["customer"]:
            self._complain("bad_start", "A ticket is for the customer's leg alone.")
            return
        epoch_known = self._check_owner()
        if self._process.memory.filled >= (FOR_SOUND if epoch_known else FOR_NEW_CALLS):
            raise self._fatal("busy", 1013, BUSY)
        policy = load_settings().window_policy
        if not epoch_known:
            try:
                restore_call(self._process.store, self.call_id, policy)
            except CallIsOver:
                raise self._fatal("call_over", 4410, "The call is over.") from None
            self._check_owner()  # the database may have known whose it is
        taken = [self._take(speaker, start, policy) for speaker in start.speakers]
        if any(leg.status == OTHER_RATE for leg in taken):
            self._complain("bad_start", "The leg was begun at another sample rate; go on with that one.")
            return
        if any(leg.status == TOO_MANY_CALLS for leg in taken):
            raise self._fatal("rate_limited", 4429, "The server already carries as many calls as it can.")
        if any(leg.status == CALL_OVER for leg in taken):
            raise self._fatal("call_over", 4410, "The call is over.")
        self._begin(start, taken)

    def _begin(self, start: StartCall, taken: list[LegTaken]) -> None:
        self._writers = [
            LegWriter(
                self._process.store,
                self._process.appender,
                self.call_id,
                speaker,
                leg,
                partial(self._windower, start),
                on_stored=self._acknowledge,
                on_lost=self._lost,
                on_work=self._process.relay.hint,
                interim_bytes=interim.bytes_between(start.sample_rate)
                if load_settings().shows_interim
                else 0,
            )
            for speaker, leg in zip(start.speakers, taken, strict=True)
        ]
        seen = self._still_means_the_same(start, taken[0].epoch)
        self._start, self.epoch = start, str(taken[0].epoch).encode()
        self._acked = self._offset = self._stored
        self._outbox.put_event(
            type="call_started",
            call_id=str(self.call_id),
            protocol=PROTOCOL,
            epoch=taken[0].epoch,
            resumed=any(leg.resumed for leg in taken),
            speakers=start.speakers,
            received_bytes=self._stored,
            last_event_id=seen,
            ice_servers=load_settings().ice_servers,
            **({"ticket": self._customer.next_ticket()} if self._customer else {}),
        )
        self._outbox.on_sent = self._after_sending
        self._process.feed.follow(self.call_id, self)  # not sooner: the answer to start_call comes first
        for state in self._customer.states() if self._customer else ():
            self._outbox.put_event(**state)
        self._outbox.catch_up()
        for trouble in troubles(self._process.store):
            self.tell_part(*trouble)
        for delta in shown_so_far(self._process.store, self.call_id):
            self._outbox.put(delta)
        self._outbox.start(seen)
        if any(leg.to_open for leg in taken):
            self._process.relay.hint(Item("o", self.call_id, ()))
        log.info(
            "call_started",
            call_id=str(self.call_id),
            speakers=start.speakers,
            rate=start.sample_rate,
            received_bytes=self._received,
        )

    def _still_means_the_same(self, start: StartCall, epoch: int) -> int:
        """The number of the last event that the client has seen of this record. After a loss of memory some
        numbers were given anew: who does not say that it was there since is told again what they mean now.
        """
        recorded, survived = self._process.store.hmget(self.call_key, "seq", "survived")
        lost = epoch > 1 and start.epoch != epoch
        seen, kept = start.last_event_id or 0, int(survived or 0)
        return kept if seen > int(recorded or 0) or (lost and seen > kept) else seen

    def _on_end(self) -> None:
        if self._start is None:
            self._complain("not_started", "Send start_call first.")
            return
        if self._ended_at is not None:
            raise self._fatal("call_over", 4410, "The call was ended before.")
        deadline = time.monotonic() + STORE_SECONDS
        while any(writer.pending for writer in self._writers) and time.monotonic() < deadline:
            time.sleep(0.01)
        whole = self.principal.kind == "machine" or "agent" in self._start.speakers
        self._ended_at = time.monotonic()
        speaker = "" if whole else self._start.speakers[0]
        ending: list[Argument] = [speaker, "completed", clock.iso(clock.now())]
        self._process.appender.submit(END_CALL, self.call_key, ending, self._ended)

    def _on_remark(self, message: dict[str, Any]) -> None:
        if self._start is None:
            self._complain("not_started", "Send start_call first.")
            return
        if self._customer and message["type"] in ("ask", "hold"):
            self._complain("bad_message", "Only the agent can do this.")
            return
        if self._remarks is None:
            name = self._start.agent_name or self.principal.name
            self._remarks = Remarks(self._process, self.call_id, self._start.speakers, name, self._complain)
        self._remarks.hear(message)

    def _on_gap(self, message: dict[str, Any]) -> None:
        if self._start is None or (self._customer and not self._customer.is_accepted()):
            self._complain("not_started", "Send start_call first.")
            return
        to, frame = message.get("to"), 2 * self._start.channels
        last = self._offset + LONGEST_GAP_SECONDS * self._start.sample_rate * frame
        if not isinstance(to, int) or to % frame or not self._offset < to <= last:
            self._complain(
                "bad_audio",
                f"A gap ends after {self._offset}, at {last} or before, at a multiple of {frame} bytes.",
            )
            return
        if not self._gaps.allows():
            self._complain("too_many", f"Only {GAPS_A_MINUTE} gaps a minute can be declared.")
            return
        self._offset = to
        for writer in self._writers:
            writer.lose(to // self._start.channels)

    def _take(self, speaker: str, start: StartCall, policy: str) -> LegTaken:
        given = {
            "account_number": start.account_number,
            "agent_name": start.agent_name,
            "customer_id": start.customer_id,
        }
        if self.principal.kind == "user":
            given["agent_id"] = self.principal.id
            given["agent_name"] = start.agent_name or self.principal.name
        facts = {} if self._customer else {n: str(value) for n, value in given.items() if value is not None}
        return take_leg(
            self._process.store,
            self.call_id,
            speaker,
            start.sample_rate,
            paired=start.channels == 2,
            policy=policy,
            epoch=1 + (start.epoch or 0),
            remembers=start.epoch is not None or start.last_event_id is not None,
            facts=facts,
        )

    def _check_owner(self) -> bool:
        """Whether Redis knows the call. Raises `Fatal` when it is somebody else's."""
        status, agent_id = self._process.store.hmget(self.call_key, "status", "agent_id")
        if self._customer:  # the ticket was for this call
            return status is not None
        if status == b"ringing":
            raise self._fatal("not_found", 4404, "Accept the call first.")
        if (
            agent_id is not None
            and not self.principal.sees_all_calls
            and text_of(agent_id) != str(self.principal.id)
        ):
            raise self._fatal("not_found", 4404, "There is no such call.")
        return status is not None

    def _windower(self, start: StartCall, at: int) -> Windower:
        settings = load_settings()
        policy = FixedWindower if settings.window_policy == "fixed" else SpeechWindower
        return policy(start.sample_rate, settings.window_seconds, at)

    # -- bytes

    @property
    def _received(self) -> int:
        """The bytes of this socket that have come and are safe."""
        return min(self._offset, self._stored)

    @property
    def _stored(self) -> int:
        """The byte up to which all is safe: further than what has come, when more need not come again."""
        return min((writer.stored for writer in self._writers), default=0) * len(self._writers)

    def _wait_for_room(self) -> None:
        """Let Redis catch up: while a leg has too much waiting the socket is not read, and the
        network slows the client.
        """
        while any(writer.pending > PENDING_BYTES for writer in self._writers) and self._ws.connected:
            time.sleep(0.02)

    def _acknowledge(self) -> None:
        start, received = self._start, self._received
        if start is not None and received - self._acked >= start.sample_rate * 2 * start.channels:
            self._acked = received
            self._outbox_event("audio_ack", received_bytes=received)

    # -- endings

    def _ended(self, items: Any) -> None:
        if isinstance(items, ResponseError):  # the client comes back, and says it again
            self._lost(0)
            return
        for item in items:
            self._process.relay.hint(Item.parse(item.decode()))
        self._outbox_event("audio_ack", received_bytes=self._received)
        log.info("call_end_asked", call_id=str(self.call_id), received_bytes=self._received)

    def _after_sending(self, message: str) -> None:
        """In the writer's thread: the summary is the last word, and a call that ended elsewhere has
        ended here too.
        """
        kind = message.split('"type":', 1)[-1][:20]
        if "call_ended" in kind and self._customer:
            self._outbox.close(1000, "the call is over")
        elif "call_ended" in kind and self._ended_at is None:
            self._ended_at = time.monotonic()
        elif '"summary"' in kind:
            self._outbox.close(1000, "the call is over")

    def _lost(self, status: int) -> None:
        """An append was refused for good, or the leg was taken: tell the client why, once."""
        reasons = {
            FENCED: ("leg_taken", 4409, "Another socket has taken this leg."),
            OVER: ("call_over", 4410, "The call is over."),
        }
        if status == UNKNOWN:
            self.move_on()
            return
        code, close_code, words = reasons.get(status, ("busy", 1013, BUSY))
        self._outbox_event("error", code=code, message=words, fatal=True, received_bytes=self._received)
        self._outbox.close(close_code, code)

    def _outbox_event(self, kind: str, **fields: Any) -> None:
        if self._start is None:
            self._ws.send(json.dumps({"type": kind, "call_id": str(self.call_id), **fields}))
        else:
            self._outbox.put_event(type=kind, call_id=str(self.call_id), **fields)

    def _complain(self, code: str, message: str) -> None:
        self._outbox_event("error", code=code, message=message, fatal=False, received_bytes=self._received)

    def _fatal(self, code: str, close_code: int, message: str) -> Fatal:
        return Fatal(code, close_code, message, self._received)
