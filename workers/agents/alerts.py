"""What an agent must not miss in a customer's words: a plain rule, which works without an assistant too."""

import re
from typing import NamedTuple

from app.spoken import words_of


class Alert(NamedTuple):
    """`message` is for the agent, `trigger` the customer's words."""

    kind: str
    message: str
    trigger: str


class Rule(NamedTuple):
    kind: str
    message: str
    heard: re.Pattern[str]


def _rule(kind: str, message: str, *ways: str) -> Rule:
    return Rule(kind, message, re.compile(rf"\b(?:{'|'.join(ways)})\b"))


UP_TO = r"(?: [a-z0-9']+){0,%d}"  # so many words may stand between
RULES = (
    _rule(
        "leaving",
        "The customer is thinking of leaving. Offer to put it right before they decide.",
        rf"(?:close|closing|cancel|cancell?ing|delete|end){UP_TO % 2} (?:account|membership|contract)",
        r"(?:another|a different|some other|other) (?:company|provider|supplier|shop|store)",
        r"(?:go|going|buy|shop|take it) (?:somewhere else|elsewhere)",
        r"competitors?",
        rf"never (?:order|buy|shop|call|come){UP_TO % 3} again",
        r"take my business",
        r"(?:leave|leaving) (?:you|your company|the company|for good)",
        r"switch(?:ing)? (?:to|over|provider|company)",
        r"(?:lose|losing|lost) (?:me|a customer|your customer)",
        r"(?:i am|i'm) done with (?:you|this company)",
    ),
    _rule(
        "escalation",
        "The customer wants somebody above you. Say what you can do yourself, or bring a supervisor in.",
        rf"(?:(?:speak|talk|put me through|transfer me|get me){UP_TO % 5} )?(?:manager|supervisor|your boss)",
        rf"(?:speak|talk) (?:to|with) (?:someone|somebody){UP_TO % 1} (?:higher|above|senior|in charge)",
        rf"(?:make|making|file|filing|lodge|write){UP_TO % 2} complaint",
    ),
    _rule(
        "legal",
        "The customer speaks of legal steps. Promise nothing, admit nothing, and tell a supervisor.",
        r"(?:lawyer|lawyers|attorney|solicitor)",
        r"(?:legal action|legal steps|small claims|ombudsman|trading standards|consumer protection)",
        r"(?:sue|suing) (?:you|your|the|this|them)",
        rf"(?:see you|take you|go|going){UP_TO % 1} (?:in|to) court",
    ),
)
DENIED = re.compile(r"(?:\b(?:not|never|without|no)|n't)(?: (?!i\b|we\b|i'|we')[a-z0-9']+){0,2} ?$")
"""What stands before words that were said to say the opposite; with an I or a we another sentence begins."""


def alerts_in(text: str, before: str = "") -> list[Alert]:
    """What the words of a window raise, each kind once; `before` is how the same turn began, which has raised
    its own.
    """
    begun, new = " ".join(words_of(before)), " ".join(words_of(text))
    said = f"{begun} {new}".strip()
    return [
        Alert(rule.kind, rule.message, f"{before} {text}".strip())
        for rule in RULES
        if any(
            match.end() > len(begun) and not DENIED.search(said[: match.start()])
            for match in rule.heard.finditer(said)
        )
    ]
