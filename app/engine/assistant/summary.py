"""The record of a finished call: who called about what, what was done and promised, how it ended."""

import re
from collections.abc import Sequence
from typing import Any

from app.engine.assistant.conversation import Conversation, Turn
from app.engine.assistant.hearing import strength
from app.engine.assistant.intents import ALERTS, TOPICS
from app.sentiment import Sentiment, sentiment
from app.spoken import words_of

CHECKED = "can see, have looked, see here, see your, see both, see two, found, there are, according"
PROMISED = (
    "i will, i'll, we will, we'll, will be, have cancel*, have sent, have opened, have refunded, can send, "
    "money goes, put you through"
)
CONTENT = "thank*, perfect, wonderful, it works, that was everything, that is all"
MOST_WORDS = 40
"""Of what is quoted."""
FADING = 0.8
"""A turn tells this much less of the reason for the call than the one before it."""


def summarise(conversation: Conversation) -> dict[str, Any]:
    """`{"summary": two to four sentences, "sentiment": {"label", "score"}}` of the conversation's turns."""
    said = [turn.text for turn in conversation.turns if turn.speaker == "customer"]
    mood = sentiment(said)
    checked = _quote(conversation.turns, CHECKED)
    promised = _quote(conversation.turns, PROMISED, but=checked)
    sentences = [
        _reason(conversation, said),
        f"The agent looked into it: “{checked}”" if checked else "",
        f"The agent said what happens next: “{promised}”" if promised else "",
        _outcome(said, mood),
    ]
    return {
        "summary": " ".join(sentence for sentence in sentences if sentence),
        "sentiment": {"label": mood.label, "score": mood.score},
    }


def _reason(conversation: Conversation, said: Sequence[str]) -> str:
    """Who called about what: the two clearest topics, those raised early first, and any alert."""
    name = conversation.customer.get("name") or "The customer"
    if not said:
        return f"{name} did not say anything."
    words = [words_of(text) for text in said]
    clear = {
        intent.name: sum(strength(intent.hears, turn) * FADING**place for place, turn in enumerate(words))
        for intent in TOPICS
    }
    most = max(clear.values())
    topics = sorted((n for n in clear if clear[n] and clear[n] >= most / 2), key=lambda n: -clear[n])[:2]
    about = " and ".join(topics) or "a question of their own"
    raised = [intent.name for intent in ALERTS if any(strength(intent.hears, turn) for turn in words)]
    also = f", and spoke of {raised[0]}" if raised else ""
    return f"{name} called about {about}{also}."


def _quote(turns: Sequence[Turn], patterns: str, but: str = "") -> str:
    """What an agent said to that effect, in the turn that has most of it, the last of equals."""
    best: list[str] = []
    for turn in turns:
        sentences = re.split(r"(?<=[.?!])\s+", turn.text.strip()) if turn.speaker == "agent" else []
        fitting = [part for part in sentences if part not in but and strength(patterns, words_of(part))]
        if fitting and len(fitting) >= len(best):
            best = fitting
    words = " ".join(best).split()
    if not words:
        return ""
    quoted = " ".join(words[:MOST_WORDS]) + ("…" if len(words) > MOST_WORDS else "")
    return quoted[0].upper() + quoted[1:] + ("" if quoted[-1] in ".?!…" else ".")


def _outcome(said: Sequence[str], mood: Sentiment) -> str:
    """How the customer's last words sounded."""
    if not said:
        return "There is no outcome to record."
    last = sentiment(said[-2:])
    thanked = any(strength(CONTENT, words_of(text)) for text in said[-2:])
    if last.label == "negative":
        return "The customer was still unhappy at the end."
    if thanked or last.label == "positive":
        mended = mood.label == "negative"
        return (
            "The customer was satisfied at the end, after a difficult call."
            if mended
            else "The customer was satisfied at the end."
        )
    return "The call ended without a clear outcome."
