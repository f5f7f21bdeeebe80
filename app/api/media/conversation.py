"""The state of one media socket: what it may send now, and what each message of its client brings about."""

import json
import random
import time
from collections.abc import Callable, Sequence
from typing import Any
from uuid import UUID

from redis.exceptions import ResponseError
from simple_websocket import Server

from app import clock
from app.api.auth import Principal
from app.api.media.customer_side import CustomerSide
from app.api.media.entrance import enter
from app.api.media.leg_writer import FENCED, OVER, UNKNOWN
from app.api.media.outbox import Outbox
from app.api.media.process import MediaProcess
from app.api.media.refusals import BUSY, Fatal, Refused
from app.api.media.remarks import REMARKS, Remarks
from app.api.media.sound import Sound
from app.api.media.start_call import StartCall
from app.settings import load_settings
from app.streaming import keys
from app.streaming.items import Item
from app.streaming.legs import LegTaken
from app.streaming.parts import troubles
from app.streaming.scripts import END_CALL, Argument
from app.streaming.suggestions import shown_so_far
from app.telemetry import get_logger

log = get_logger(__name__)

PROTOCOL = 1
LINGER_SECONDS = 60.0  # a socket waits so long for the summary
COME_BACK_MS = (50, 500)  # spread, so that the sockets of a process do not all return at once
LONGEST_NAME = 40  # characters of a type that nobody knows are told back


class Conversation:
    """One client on one call.

    Its methods run in the socket's thread, except `hear`, `missed`, `pulse`, `tell_part` and `move_on`, which
    only pass things on.
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
        self._sound: Sound | None = None  # until `start_call`
        self._remarks: Remarks | None = None
        self._ended_at: float | None = None

    # -- what the client says

    def on_text(self, text: str) -> None:
        """A JSON message. Raises `Fatal`."""
        try:
            self._do(self._read(text))
        except Refused as refused:
            self._complain(refused.code, refused.message)

    def on_audio(self, data: bytes) -> None:
        """A frame of PCM. Raises `Fatal`."""
        try:
            sound = self._started("Send start_call before sound.")
            if self._ended_at is not None:
                raise Fatal("call_over", 4410, "The call is over: it takes no more sound.", sound.received)
            self._check_answered()
            sound.take(data)
        except Refused as refused:
            self._complain(refused.code, refused.message)

    def leave(self) -> None:
        """The socket is gone; its legs stay, with what has come of them."""
        if self._sound is not None:
            self._sound.send()
        self._process.feed.unfollow(self.call_id, self)
        self._outbox.leave()

    # -- what the call says

    def hear(self, message: str) -> None:
        """From the feed's thread."""
        if message.startswith("!taken "):
            _, speaker, fence = message.split()
            if self._sound is not None and self._sound.is_older(speaker, int(fence)):
                self._lost(FENCED)
        elif message == "!unknown_customer":
            if not self._customer:  # who calls in must not learn whose numbers there are
                self._complain(
                    "unknown_customer", "Nobody has this account number; the call goes on without a profile."
                )
        elif message.startswith("!signal "):
            _, to, signal = message.split(" ", 2)
            if self._sound is not None and to in self._sound.speakers:
                self._outbox.put(signal)
        else:
            self._outbox.put(message)

    def missed(self) -> None:
        """From the feed's thread: it was deaf."""
        self._outbox.catch_up()

    def pulse(self, events: int) -> None:
        """Once a second, from the pulse's thread."""
        if self._sound is not None and events > self._outbox.last:
            self._outbox.catch_up()
        if self._sound is not None and self._ended_at is None:
            self._sound.cut_when_idle()
        if self._ended_at is not None and time.monotonic() - self._ended_at > LINGER_SECONDS:
            self._outbox.close(1000, "the call is over")

    def move_on(self) -> None:
        """Have the client come back in a moment, to another process or to a call that was restored."""
        self._tell("reconnect", after_ms=random.randint(*COME_BACK_MS))  # noqa: S311
        if self._sound is None:
            self._ws.close(1012, "come back")
        else:
            self._outbox.close(1012, "come back")

    def tell_part(self, part: str, state: str, message: str) -> None:
        """How a part of the system is; a client that has not started is told when it does."""
        if self._sound is not None:
            self._tell("status", part=part, state=state, message=message)

    # -- steps

    def _read(self, text: str) -> dict[str, Any]:
        try:
            message = json.loads(text)
        except (ValueError, RecursionError):  # the latter: brackets in brackets, thousands deep
            raise Refused("bad_json", "This is not JSON.") from None
        if not isinstance(message, dict) or not isinstance(message.get("type"), str):
            raise Refused("unknown_type", "A message is an object with a type.")
        return message

    def _do(self, message: dict[str, Any]) -> None:
        match message["type"]:
            case "ping":
                self._tell("pong")
            case "start_call":
                self._on_start(message)
            case "end_call":
                self._on_end()
            case "gap":
                sound = self._started()
                self._check_answered()
                sound.lose(message.get("to"))
            case kind if kind in REMARKS:
                self._on_remark(message)
            case kind:
                raise Refused("unknown_type", f"No message has the type {kind[:LONGEST_NAME]!r}.")

    def _started(self, words: str = "Send start_call first.") -> Sound:
        if self._sound is None:
            raise Refused("not_started", words)
        return self._sound

    def _check_answered(self) -> None:
        if self._customer and not self._customer.is_accepted():
            raise Refused("not_started", "Nobody has answered yet.")

    def _on_start(self, message: dict[str, Any]) -> None:
        if self._sound is not None:
            raise Refused("bad_start", "This socket has started already.")
        start = StartCall.read(message)
        taken = enter(self._process, self.call_id, self.principal, start)
        sound = Sound(self._ws, self._process, self.call_id, start, taken, self._acknowledge, self._lost)
        seen = self._still_means_the_same(start, taken[0].epoch)
        self._sound, self.epoch = sound, str(taken[0].epoch).encode()
        self._greet(start, taken, sound, seen)
        if any(leg.to_open for leg in taken):
            self._process.relay.hint(Item("o", self.call_id, ()))
        log.info(
            "call_started",
            call_id=str(self.call_id),
            speakers=start.speakers,
            rate=start.sample_rate,
            received_bytes=sound.received,
        )

    def _greet(self, start: StartCall, taken: Sequence[LegTaken], sound: Sound, seen: int) -> None:
        """Tell the client where it stands: the answer to `start_call` first, then all after event `seen`."""
        self._outbox.put_event(
            type="call_started",
            call_id=str(self.call_id),
            protocol=PROTOCOL,
            epoch=taken[0].epoch,
            resumed=any(leg.resumed for leg in taken),
            speakers=start.speakers,
            received_bytes=sound.safe,
            last_event_id=seen,
            ice_servers=load_settings().ice_servers,
            **({"ticket": self._customer.next_ticket()} if self._customer else {}),
        )
        self._outbox.on_sent = self._after_sending
        self._process.feed.follow(self.call_id, self)
        for state in self._customer.states() if self._customer else ():
            self._outbox.put_event(**state)
        self._outbox.catch_up()
        for trouble in troubles(self._process.store):
            self.tell_part(*trouble)
        for delta in shown_so_far(self._process.store, self.call_id):
            self._outbox.put(delta)
        self._outbox.start(seen)

    def _still_means_the_same(self, start: StartCall, epoch: int) -> int:
        """The number of the last event that the client has seen of this record. After a loss of memory some
        numbers were given anew: who does not say that it was there since is told again what they mean now.
        """
        recorded, survived = self._process.store.hmget(self.call_key, "seq", "survived")
        lost = epoch > 1 and start.epoch != epoch
        seen, kept = start.last_event_id or 0, int(survived or 0)
        return kept if seen > int(recorded or 0) or (lost and seen > kept) else seen

    def _on_end(self) -> None:
        sound = self._started()
        if self._ended_at is not None:
            raise Fatal("call_over", 4410, "The call was ended before.", sound.received)
        sound.wait_until_stored()
        whole = self.principal.kind == "machine" or "agent" in sound.speakers
        self._ended_at = time.monotonic()
        speaker = "" if whole else sound.speakers[0]
        ending: list[Argument] = [speaker, "completed", clock.iso(clock.now())]
        self._process.appender.submit(END_CALL, self.call_key, ending, self._ended)

    def _on_remark(self, message: dict[str, Any]) -> None:
        sound = self._started()
        if self._customer and message["type"] in ("ask", "hold"):
            raise Refused("bad_message", "Only the agent can do this.")
        if self._remarks is None:
            name = sound.agent_name or self.principal.name
            self._remarks = Remarks(self._process, self.call_id, sound.speakers, name, self._complain)
        self._remarks.hear(message)

    # -- endings

    def _ended(self, items: Any) -> None:
        if isinstance(items, ResponseError):  # the client comes back, and says it again
            self._lost(0)
            return
        for item in items:
            self._process.relay.hint(Item.parse(item.decode()))
        self._acknowledge(self._received)
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
        self._tell("error", code=code, message=words, fatal=True, received_bytes=self._received)
        self._outbox.close(close_code, code)

    # -- telling

    @property
    def _received(self) -> int:
        return self._sound.received if self._sound is not None else 0

    def _acknowledge(self, received: int) -> None:
        self._tell("audio_ack", received_bytes=received)

    def _complain(self, code: str, message: str) -> None:
        self._tell("error", code=code, message=message, fatal=False, received_bytes=self._received)

    def _tell(self, kind: str, **fields: Any) -> None:
        event = {"type": kind, "call_id": str(self.call_id), **fields}
        if self._sound is None:
            self._ws.send(json.dumps(event))
        else:
            self._outbox.put_event(**event)
