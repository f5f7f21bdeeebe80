"""A suggestion while it is made: leased, shown piece by piece, recorded, settled."""

import json
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
import redis
from redis.client import PubSub

from app.streaming import keys
from app.streaming.suggestions import (
    LEASE_SECONDS,
    Overtaken,
    SuggestionClaim,
    claim_suggestion,
    finish_suggestion,
    settle_suggestion,
    show_delta,
    show_lookup,
    shown_so_far,
)
from tests.integration.streaming.scene import Scene


@pytest.fixture
def asked(scene: Scene) -> str:
    """A suggestion that a customer's turn calls for."""
    scene.take()
    (suggestion_id,) = scene.say("Where is my order?")
    return suggestion_id


def made(suggestion_id: str, message: str) -> dict[str, Any]:
    """The last event of a suggestion."""
    return {"type": "suggestion", "suggestion_id": suggestion_id, "message": message, "status": "complete"}


def lose_lease(scene: Scene, claim: SuggestionClaim) -> SuggestionClaim:
    """The worker was too slow; another has the suggestion now."""
    scene.turn_back(keys.suggestion(scene.call_id, claim.suggestion_id), "until", LEASE_SECONDS)
    return scene.claim_suggestion(claim.suggestion_id)


def types(scene: Scene) -> list[str]:
    return [event["type"] for event in scene.events()[1:]]


def test_of_many_who_claim_it_one_gets_it(scene: Scene, store: redis.Redis, asked: str) -> None:
    with ThreadPoolExecutor(8) as pool:
        claims = list(pool.map(lambda _: claim_suggestion(store, scene.call_id, asked), range(8)))
    assert len([claim for claim in claims if claim]) == 1


def test_a_suggestion_that_was_dropped_is_struck_off_when_somebody_asks_for_it(
    scene: Scene, store: redis.Redis
) -> None:
    store.zadd(keys.LEDGER, {f"s:{scene.call_id}:gone": 0})
    assert claim_suggestion(store, scene.call_id, "gone") is None
    assert scene.ledger() == []


def test_it_begins_with_what_is_shown_first(scene: Scene, store: redis.Redis, asked: str) -> None:
    claim = scene.claim_suggestion(asked)
    assert types(scene) == []
    show_lookup(store, claim, "lookup_orders", {"status": "shipped"}, 2)
    show_delta(store, claim, 0, "It is", "tip")
    assert types(scene) == ["suggestion_started", "lookup"]
    started, lookup = scene.events()[1:]
    assert started == {
        "id": 2, "type": "suggestion_started", "call_id": str(scene.call_id), "suggestion_id": asked,
        "window": 0, "speaker": "customer", "trigger": "Where is my order?",
    }  # fmt: skip
    assert lookup == {
        "id": 3, "type": "lookup", "call_id": str(scene.call_id), "suggestion_id": asked,
        "tool": "lookup_orders", "arguments": {"status": "shipped"}, "found": 2,
    }  # fmt: skip


def test_deltas_are_told_at_their_offsets_and_not_recorded(
    scene: Scene, store: redis.Redis, asked: str
) -> None:
    claim = scene.claim_suggestion(asked)
    show_lookup(store, claim, "lookup_orders", {}, 0)
    with PubSub(store.connection_pool, ignore_subscribe_messages=True) as heard:
        heard.subscribe(keys.feed(scene.call_id))
        heard.get_message(timeout=5)
        show_delta(store, claim, 0, 'Say "désolé"', "tip")
        show_delta(store, claim, 12, "\n/ now", "tip")
        messages = [
            json.loads(message["data"]) for _ in range(2) if (message := heard.get_message(timeout=5))
        ]
    assert [(message["type"], message["offset"], message["content"]) for message in messages] == [
        ("suggestion_delta", 0, 'Say "désolé"'),
        ("suggestion_delta", 12, "\n/ now"),
    ]
    assert {message["suggestion_id"] for message in messages} == {asked}
    assert types(scene) == ["suggestion_started", "lookup"]


def test_who_joins_in_the_middle_gets_all_so_far(scene: Scene, store: redis.Redis, asked: str) -> None:
    claim = scene.claim_suggestion(asked)
    assert shown_so_far(store, scene.call_id) == []
    show_delta(store, claim, 0, "It is ", "tip")
    show_delta(store, claim, 6, "late.", "tip")
    assert json.loads(shown_so_far(store, scene.call_id)[0]) == {
        "type": "suggestion_delta", "call_id": str(scene.call_id), "suggestion_id": asked,
        "offset": 0, "content": "It is late.",
    }  # fmt: skip
    finish_suggestion(store, claim, made(asked, "It is late."), {})
    assert shown_so_far(store, scene.call_id) == []


def test_a_second_try_begins_anew(scene: Scene, store: redis.Redis, asked: str) -> None:
    claim = scene.claim_suggestion(asked)
    show_delta(store, claim, 0, "It is", "tip")
    show_delta(store, claim, 0, "Your lamp ", "tip")
    show_delta(store, claim, 10, "is late.", "tip")
    assert json.loads(shown_so_far(store, scene.call_id)[0])["content"] == "Your lamp is late."
    assert types(scene) == ["suggestion_started"]


def test_the_next_worker_begins_anew(scene: Scene, store: redis.Redis, asked: str) -> None:
    dead = scene.claim_suggestion(asked)
    show_delta(store, dead, 0, "It is", "tip")
    alive = lose_lease(scene, dead)
    assert alive.attempts == 2
    assert shown_so_far(store, scene.call_id) == []
    show_delta(store, alive, 0, "Your lamp", "tip")
    assert json.loads(shown_so_far(store, scene.call_id)[0])["content"] == "Your lamp"
    assert types(scene) == ["suggestion_started"], "it was begun before"


def test_who_lost_the_lease_is_stopped(scene: Scene, store: redis.Redis, asked: str) -> None:
    slow = scene.claim_suggestion(asked)
    quick = lose_lease(scene, slow)
    with pytest.raises(Overtaken):
        show_delta(store, slow, 0, "Too late", "tip")
    with pytest.raises(Overtaken):
        show_lookup(store, slow, "lookup_orders", {}, 1)
    with pytest.raises(Overtaken):
        finish_suggestion(store, slow, made(asked, "Too late"), {})
    settle_suggestion(store, slow)
    assert types(scene) == []
    assert finish_suggestion(store, quick, made(asked, "In time"), {}) == "made"


def test_one_that_is_made_is_recorded_and_waits_for_its_row(
    scene: Scene, store: redis.Redis, asked: str
) -> None:
    claim = scene.claim_suggestion(asked)
    show_delta(store, claim, 0, "It is late.", "tip")
    assert finish_suggestion(store, claim, made(asked, "It is late."), {"id": asked}) == "made"
    assert types(scene) == ["suggestion_started", "suggestion"]
    assert f"s:{asked}" in scene.ledger()
    again = lose_lease(scene, claim)
    assert (again.state, again.result, again.text) == ("made", {"id": asked}, "It is late.")
    assert finish_suggestion(store, again, made(asked, "It is late."), {"id": asked}) == "made"
    assert types(scene) == ["suggestion_started", "suggestion"], "it is recorded once"


def test_one_that_failed_before_a_word_still_begins_and_ends(
    scene: Scene, store: redis.Redis, asked: str
) -> None:
    claim = scene.claim_suggestion(asked)
    finish_suggestion(store, claim, {**made(asked, "The engine is busy."), "status": "failed"}, {})
    assert types(scene) == ["suggestion_started", "suggestion"]
    assert scene.events("suggestion")[0]["status"] == "failed"


def test_a_settled_one_leaves_nothing(scene: Scene, store: redis.Redis, asked: str) -> None:
    claim = scene.claim_suggestion(asked)
    finish_suggestion(store, claim, made(asked, "It is late."), {})
    settle_suggestion(store, claim)
    assert f"s:{asked}" not in scene.ledger()
    assert store.exists(keys.suggestion(scene.call_id, asked)) == 0
    assert claim_suggestion(store, scene.call_id, asked) is None


def test_what_a_dead_worker_had_shown_of_a_superseded_one_is_found(
    scene: Scene, store: redis.Redis, asked: str
) -> None:
    claim = scene.claim_suggestion(asked)
    show_delta(store, claim, 0, "It is", "tip")
    scene.pause(2)
    scene.say("I want my money back.")
    found = lose_lease(scene, claim)
    assert (found.state, found.text, found.result) == ("superseded", "It is", {})
    settle_suggestion(store, found)
    assert f"s:{asked}" not in scene.ledger()


def test_while_it_is_being_shown_its_lease_does_not_run_out(
    scene: Scene, store: redis.Redis, asked: str
) -> None:
    claim = scene.claim_suggestion(asked)
    scene.turn_back(keys.suggestion(scene.call_id, asked), "until", LEASE_SECONDS - 1)
    show_delta(store, claim, 0, "A long", "tip")
    scene.turn_back(keys.suggestion(scene.call_id, asked), "until", 2)
    assert claim_suggestion(store, scene.call_id, asked) is None
    show_delta(store, claim, 6, " answer", "tip")
