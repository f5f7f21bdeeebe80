"""What a client may say besides sound: a question for the assistant, hold, mute, a signal."""

import json
from collections.abc import Callable
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

from pydantic import (
    AfterValidator,
    BaseModel,
    ConfigDict,
    Field,
    StringConstraints,
    TypeAdapter,
    ValidationError,
)
from redis.exceptions import ResponseError

from app import clock
from app.api.media.pace import Pace
from app.api.media.process import MediaProcess
from app.api.media.start_call import one_line
from app.streaming import keys
from app.streaming.items import Item
from app.streaming.scripts import PUT_QUESTION, SWITCH, Argument, Script
from app.streaming.suggestions import (
    QUESTIONS_A_MINUTE,
    CallUnknown,
    TooManyQuestions,
    question_arguments,
    question_put,
)

LONGEST_QUESTION = 500
Question = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=LONGEST_QUESTION),
    AfterValidator(one_line),
]
LONGEST_SIGNAL = 16 * 1024
SIGNALS_A_MINUTE = 200
SWITCHES_A_MINUTE = 60  # hold and mute: each is an event of the record
HOLD = {
    True: ("on_hold", "The call is on hold."),
    False: ("off_hold", "The call goes on."),
}

Complain = Callable[[str, str], None]
"""Tells the client a code and words."""


class Ask(BaseModel):
    model_config = ConfigDict(strict=True)
    type: Literal["ask"]
    text: Question


class Switch(BaseModel):
    model_config = ConfigDict(strict=True)
    type: Literal["hold", "mute"]
    on: bool


class Signal(BaseModel):
    model_config = ConfigDict(strict=True)
    type: Literal["signal"]
    to: Literal["agent", "customer"]
    data: Any


Remark = Annotated[Ask | Switch | Signal, Field(discriminator="type")]
REMARKS = {"ask", "hold", "mute", "signal"}
READER: TypeAdapter[Ask | Switch | Signal] = TypeAdapter(Remark)


class Remarks:
    """Of one socket, which carries these legs; its client's name is `name`."""

    def __init__(
        self, process: MediaProcess, call_id: UUID, speakers: list[str], name: str, complain: Complain
    ) -> None:
        self._process, self._call_id = process, call_id
        self._speakers, self._name, self._complain = speakers, name, complain
        self._signals, self._switches = Pace(SIGNALS_A_MINUTE), Pace(SWITCHES_A_MINUTE)

    def hear(self, message: dict[str, Any]) -> None:
        """Do what a message of one of `REMARKS` says, or complain."""
        try:
            remark = READER.validate_python(message)
        except ValidationError as error:
            first = error.errors(include_url=False)[0]
            field = ".".join(map(str, first["loc"][1:])) or message["type"]
            self._complain("bad_message", f"{field}: {first['msg'].removeprefix('Value error, ')}")
            return
        match remark:
            case Ask(text=text):
                self._ask(text)
            case Switch(type=name, on=on):
                self._switch(name, on)
            case Signal(to=to, data=data):
                self._signal(to, data)

    def _ask(self, text: str) -> None:
        suggestion_id = str(uuid4())

        def put(answer: Any) -> None:
            try:
                question_put(answer)
                self._process.relay.hint(Item("s", self._call_id, (suggestion_id,)))
            except CallUnknown:
                self._complain("bad_message", "The call is not known any more.")
            except TooManyQuestions:
                self._complain(
                    "too_many", f"Only {QUESTIONS_A_MINUTE} questions a minute can be asked. Wait a little."
                )

        self._submit(PUT_QUESTION, question_arguments(suggestion_id, text, self._name), put)

    def _switch(self, name: str, on: bool) -> None:
        if not self._switches.allows():
            self._complain("too_many", f"Only {SWITCHES_A_MINUTE} times a minute.")
            return
        field = name if name == "hold" else f"{name}:{self._speakers[0]}"
        event = {
            "type": name, "call_id": str(self._call_id), "speaker": self._speakers[0], "on": on,
            "at": clock.iso(clock.now()),
        }  # fmt: skip
        state, words = HOLD[on]
        status = {"type": "status", "call_id": str(self._call_id), "part": "call", "state": state}
        told = json.dumps({**status, "message": words}) if name == "hold" else ""
        self._submit(SWITCH, [field, int(on), json.dumps(event), told], lambda _: None)

    def _signal(self, to: str, data: Any) -> None:
        """Browsers find each other by these; whoever is not there misses them, and asks again."""
        if not self._signals.allows():
            self._complain("too_many", f"Only {SIGNALS_A_MINUTE} signals a minute go through.")
        elif to in self._speakers:
            self._complain("bad_message", "to: A signal goes to the other leg.")
        elif len(json.dumps(data)) > LONGEST_SIGNAL:
            self._complain("bad_message", f"data: A signal holds at most {LONGEST_SIGNAL} bytes.")
        else:
            event = {"type": "signal", "call_id": str(self._call_id), "from": self._speakers[0], "data": data}
            self._process.store.publish(keys.feed(self._call_id), f"!signal {to} {json.dumps(event)}")

    def _submit(self, script: Script, arguments: list[Argument], done: Callable[[Any], None]) -> None:
        def stored(answer: Any) -> None:
            if isinstance(answer, ResponseError):
                self._complain("not_done", "The server could not store this just now. Try again in a moment.")
            else:
                done(answer)

        self._process.appender.submit(script, keys.call(self._call_id), arguments, stored)
