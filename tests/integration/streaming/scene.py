"""A call on a real Redis, played step by step: who speaks, where it is cut, who hears it, and when."""

import json
from typing import Any
from uuid import UUID, uuid4, uuid5

import redis

from app.streaming import events, keys, ledger, legs, scripts, suggestions
from app.streaming.connection import text_of
from tests.unit.streaming.sounds import voice

RATE = 8000
SECOND = 2 * RATE  # bytes

MOMENT = "2026-03-01T09:00:00.000Z"

Cut = tuple[int, str, str]
"""End (byte), kind and reason of a window, as the windower gives them."""


def sound(start: int, end: int, speaker: str = "customer") -> bytes:
    """The bytes of a leg between two offsets: a voice that is different in every place and mouth."""
    before = 47 * SECOND if speaker == "agent" else 0
    return voice(120, RATE)[before + start : before + end]


class Scene:
    """One call. Steps return what the Python faces of the scripts return."""

    def __init__(self, store: redis.Redis) -> None:
        self.store = store
        self.call_id: UUID = uuid4()
        self.key = keys.call(self.call_id)
        self.fences: dict[str, int] = {}

    # -- sound

    def take(
        self,
        speaker: str = "customer",
        rate: int = RATE,
        *,
        policy: str = "speech",
        paired: bool = False,
        remembers: bool = False,
        **facts: str,
    ) -> legs.LegTaken:
        taken = legs.take_leg(
            self.store,
            self.call_id,
            speaker,
            rate,
            paired=paired,
            policy=policy,
            remembers=remembers,
            facts=facts,
        )
        self.fences[speaker] = taken.fence
        return taken

    def length(self, speaker: str = "customer") -> int:
        return int(self.store.hget(keys.leg(self.call_id, speaker), "len") or 0)

    def append(self, data: bytes, *cuts: Cut, offset: int | None = None, fence: int | None = None,
               speaker: str = "customer", voiced: bool = True) -> legs.Appended:  # fmt: skip
        at = self.length(speaker) if offset is None else offset
        owner = self.fences.get(speaker, 1) if fence is None else fence
        flat = [item for cut in cuts for item in (*cut, 0)]
        answer = scripts.APPEND(self.store, self.key, speaker, owner, at, data, int(voiced), *flat)
        return legs.Appended(*answer)

    def cut(
        self, seconds: float = 1, kind: str = "speech", reason: str = "pause", speaker: str = "customer"
    ) -> int:
        """So much sound, which is a window; its number."""
        start = self.length(speaker)
        end = start + round(seconds * RATE) * 2
        added = self.append(sound(start, end, speaker), (end, kind, reason), speaker=speaker)
        assert (added.status, added.windows) == (1, 1)
        return added.first_window

    def end(self, speaker: str = "", status: str = "completed") -> list[str]:
        """The ledger items that this made."""
        return [item.decode() for item in scripts.END_CALL(self.store, self.key, speaker, status, MOMENT)]

    # -- work

    def claim(self, number: int, speaker: str = "customer") -> ledger.Claim:
        claim = ledger.claim_window(self.store, self.call_id, speaker, number)
        assert claim is not None
        return claim

    def finish(
        self, claim: ledger.Claim, text: str = "", *, filler: bool = False, engine_ms: float = 0
    ) -> ledger.Heard:
        """Heard these words; none means that nobody spoke."""
        event = {
            "type": "transcript", "call_id": str(self.call_id), "speaker": claim.speaker, "text": text,
            "start": claim.seconds(claim.start), "end": claim.seconds(claim.end), "window": claim.number,
        }  # fmt: skip
        result = {"state": "done" if text else "silent", "text": text}
        return ledger.finish_window(
            self.store, claim, result, event if text else None, filler=filler,
            suggestion_id=self.suggestion_of(claim.number, claim.speaker), engine_ms=engine_ms,
        )  # fmt: skip

    def hear(
        self, number: int, text: str = "", speaker: str = "customer", *, filler: bool = False
    ) -> list[str]:
        """Claim and finish a window; the suggestions that this calls for."""
        heard = self.finish(self.claim(number, speaker), text, filler=filler)
        assert heard.kept
        return heard.asked

    def say(self, text: str, seconds: float = 1, reason: str = "pause", speaker: str = "customer", *,
            filler: bool = False) -> list[str]:  # fmt: skip
        """A window with these words, cut and heard; the suggestions that it calls for."""
        return self.hear(self.cut(seconds, reason=reason, speaker=speaker), text, speaker, filler=filler)

    def pause(self, seconds: float, speaker: str = "customer") -> None:
        """A window of silence."""
        self.cut(seconds, kind="silent", reason="onset", speaker=speaker)

    def suggestion_of(self, number: int, speaker: str = "customer") -> str:
        """The id of the suggestion that a window may call for."""
        return str(uuid5(self.call_id, f"{speaker}:{number}"))

    def claim_suggestion(self, suggestion_id: str) -> suggestions.SuggestionClaim:
        claim = suggestions.claim_suggestion(self.store, self.call_id, suggestion_id)
        assert claim is not None
        return claim

    # -- what is to be seen

    def events(self, kind: str = "") -> list[dict[str, Any]]:
        """The record, or its events of one type."""
        record = [json.loads(event.text) for event in events.read_after(self.store, self.call_id, 0)]
        return [event for event in record if not kind or event["type"] == kind]

    def texts(self) -> list[str]:
        """The words of the record, in its order."""
        return [event["text"] for event in self.events("transcript")]

    def ledger(self) -> list[str]:
        """The call's items, without the call's id: `w:customer:0`."""
        items = [text_of(item).split(":") for item in self.store.zrange(keys.LEDGER, 0, -1)]
        return sorted(
            ":".join([kind, *rest]) for kind, call_id, *rest in items if call_id == str(self.call_id)
        )

    # -- time

    def turn_back(self, key: str, field: str, seconds: float) -> None:
        """Move a moment that the server wrote down into the past."""
        assert self.store.hexists(key, field), f"{key} has no {field}"
        self.store.hincrby(key, field, -round(seconds * 1000))

    def window(self, number: int, speaker: str = "customer") -> str:
        """The key of a window."""
        return f"{self.key}:w:{speaker}:{number}"

    def wait_behind(self, seconds: float, speaker: str = "customer") -> None:
        """So long has the leg's next window blocked those behind it."""
        self.turn_back(keys.leg(self.call_id, speaker), "waiting", seconds)
