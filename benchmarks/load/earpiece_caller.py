"""A call to Earpiece, as docs/protocol.md has it."""

import json
from collections.abc import Sequence

from picows import WSMsgType

from benchmarks.load.caller import Caller
from benchmarks.load.sound import Leg
from data.sample_calls import SAMPLE_RATE

ACCOUNT = "ACC00007"


class EarpieceCaller(Caller):
    """Is told which window a transcript and a suggestion belong to. Of a call with a past it has seen the
    record up to `last_event_id`.
    """

    def __init__(self, legs: Sequence[Leg], frame_samples: int) -> None:
        super().__init__(legs, frame_samples)
        self.last_event_id = 0
        self._windows: dict[str, int] = {}  # of suggestions

    def end(self) -> None:
        self._say({"type": "end_call"})

    def hear(self, message: bytes, now: float) -> None:
        match json.loads(message):
            case {
                "type": "transcript",
                "final": True,
                "speaker": str(speaker),
                "window": int(window),
                "text": str(text),
            }:
                self._note_words(speaker, window, text, now)
            case {"type": "suggestion_started", "suggestion_id": str(name), "window": int(window)}:
                self._windows[name] = window
            case {"type": "suggestion_delta", "suggestion_id": str(name), "content": str(content)}:
                self._note_advice(self._windows[name], content, now)
            case {"type": "suggestion", "suggestion_id": str(name), "status": "complete"}:
                self.complete.add(self._windows[name])
            case {"type": "call_started", "received_bytes": int(received)}:
                if received != len(self.legs) * next(iter(self.legs.values())).begin:
                    self.complaints.append(f"the server has {received} bytes of a call that begins now")
                self.started.set()
            case {"type": "call_ended"}:
                self.ended.set()
            case {"type": "error" | "gap" | "status"} as trouble:
                self.complaints.append(
                    f"{trouble.get('code') or trouble.get('reason') or trouble.get('message')}"
                )
            case _:
                pass

    def _greet(self) -> None:
        speaker = {"speaker": "customer"} if len(self.legs) == 1 else {}
        form = {"channels": len(self.legs), "sample_rate": SAMPLE_RATE, "encoding": "pcm_s16le"}
        who = {"account_number": ACCOUNT, "agent_name": "Dana"}
        seen = {"last_event_id": self.last_event_id} if self.last_event_id else {}
        self._say({"type": "start_call", **speaker, **form, **who, **seen})

    def _say(self, message: dict[str, object]) -> None:
        self._send(WSMsgType.TEXT, json.dumps(message).encode())
