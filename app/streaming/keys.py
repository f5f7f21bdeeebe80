"""The names of things in Redis, as `lua/prelude.lua` lists them."""

from hashlib import sha256
from uuid import UUID

LEDGER = "ledger"
CALLS_SEEN = "calls:seen"
CALLS_RINGING = "calls:ringing"
CALLS_UNANSWERED = "calls:unanswered"
WINDOWS_FAILED = "windows:failed"


def line(kind: str) -> str:
    """The sorted set of items of a kind that wait for a hand, by the moment at which they came."""
    return f"line:{kind}"


def called(kind: str) -> str:
    """How many tasks were called to the line of a kind and have not come yet."""
    return f"called:{kind}"


def call(call_id: UUID) -> str:
    """The hash of a call, and the prefix of all its other keys; the braces keep them in one slot."""
    return f"call:{{{call_id}}}"


def finishing(call_id: UUID) -> str:
    """The lease of who finishes a call. Its keys are kept for an hour afterwards: this is none of them."""
    return f"finishing:{call_id}"


def ticket(secret: str) -> str:
    """Where a ticket is kept, by its hash: who reads Redis finds none that opens anything."""
    return f"ticket:{sha256(secret.encode()).hexdigest()}"


def events(call_id: UUID) -> str:
    """The stream of a call's recorded events."""
    return f"{call(call_id)}:events"


def feed(call_id: UUID) -> str:
    """The channel on which a call's events, deltas and interim words are told."""
    return f"{call(call_id)}:feed"


def leg(call_id: UUID, speaker: str) -> str:
    """The hash of a leg."""
    return f"{call(call_id)}:leg:{speaker}"


def audio(call_id: UUID, speaker: str) -> str:
    """The stream of a leg's bytes, each entry named by the offset of its end."""
    return f"{leg(call_id, speaker)}:audio"


def questions(call_id: UUID) -> str:
    """The set of a call's questions that are not answered."""
    return f"{call(call_id)}:questions"


def window(call_id: UUID, speaker: str, number: str) -> str:
    """The hash of a window that is not settled."""
    return f"{call(call_id)}:w:{speaker}:{number}"


def open_windows(call_id: UUID, speaker: str) -> str:
    """The sorted set of a leg's windows that are not settled, by first byte."""
    return f"{leg(call_id, speaker)}:open"


def missed(call_id: UUID) -> str:
    """Since when Redis is known not to know a call that goes on (Unix seconds)."""
    return f"{call(call_id)}:missed"


def suggestion(call_id: UUID, suggestion_id: str) -> str:
    """The hash of a suggestion that is not settled."""
    return f"{call(call_id)}:s:{suggestion_id}"
