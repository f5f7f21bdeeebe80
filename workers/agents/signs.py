"""What a customer's final words show beside their sense: an alert for the agent, a change of mood."""

from typing import Any

import redis

from app import clock
from app.sentiment import Sentiment, sentiment
from app.streaming.events import read_latest
from app.streaming.ledger import Claim
from workers.agents.alerts import alerts_in

EVENTS_READ = 40
LINES_WEIGHED = 6  # of the customer's last ones: the mood of now, not of the whole call
SAME_TURN_SECONDS = 1.5  # of silence, as in PASS of lua/prelude.lua
SHIFT = 0.1  # of the score, below which nobody is told


def signs_of(store: redis.Redis, claim: Claim, spoken: dict[str, Any]) -> list[dict[str, Any]]:
    """The events behind a customer's transcript, `spoken`: alerts, then the mood if it has changed.

    Reads the end of the record: the same price at minute 60 as at minute 1.
    """
    record = read_latest(store, claim.call_id, EVENTS_READ)
    lines = [event for event in record if event["type"] == "transcript" and event["speaker"] == "customer"]
    same_turn = bool(lines) and 0 <= spoken["start"] - lines[-1]["end"] < SAME_TURN_SECONDS
    call = {"call_id": str(claim.call_id)}
    alerts = [
        {"type": "alert", **call, **alert._asdict(), "window": claim.number, "speaker": claim.speaker,
         "end": spoken["end"]}
        for alert in alerts_in(spoken["text"], lines[-1]["text"] if same_turn else "")
    ]  # fmt: skip
    if not sentiment([spoken["text"]]).score:  # words without a mood do not change it
        return alerts
    told = next((event for event in reversed(record) if event["type"] == "sentiment"), None)
    before = Sentiment(told["label"], told["score"]) if told else Sentiment("neutral", 0.0)
    now = sentiment([line["text"] for line in lines[1 - LINES_WEIGHED :]] + [spoken["text"]])
    if now.label == before.label and abs(now.score - before.score) < SHIFT:
        return alerts
    mood = {"type": "sentiment", **call, **now._asdict(), "at": clock.iso(clock.now()), "end": spoken["end"]}
    return [*alerts, mood]
