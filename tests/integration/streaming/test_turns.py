"""When the assistant is asked: once the customer's turn pauses, or has gone on for long."""

import pytest

from app.streaming import keys, suggestions
from app.streaming.suggestions import Overtaken, show_delta
from tests.integration.streaming.scene import Scene


@pytest.fixture(autouse=True)
def call(scene: Scene) -> Scene:
    """Both have joined."""
    scene.take("agent", paired=True)
    scene.take("customer", paired=True)
    return scene


def shown(scene: Scene, suggestion_id: str, text: str = "Tell them") -> suggestions.SuggestionClaim:
    """A suggestion of which the agent has seen the beginning."""
    claim = scene.claim_suggestion(suggestion_id)
    show_delta(scene.store, claim, 0, text, "action")
    return claim


def known(scene: Scene, suggestion_id: str) -> bool:
    """Whether a suggestion is still to be made."""
    here = bool(scene.store.exists(keys.suggestion(scene.call_id, suggestion_id)))
    assert (f"s:{suggestion_id}" in scene.ledger()) == here
    return here


def test_a_turn_that_pauses_calls_for_a_suggestion(scene: Scene) -> None:
    assert scene.say("Where is my order?") == [scene.suggestion_of(0)]
    claim = scene.claim_suggestion(scene.suggestion_of(0))
    assert (claim.trigger, claim.window, claim.speaker) == ("Where is my order?", 0, "customer")


def test_the_agents_words_call_for_none(scene: Scene) -> None:
    assert scene.say("How can I help?", speaker="agent") == []
    assert scene.ledger() == ["o", "w:agent:0"]


def test_a_window_without_words_calls_for_none(scene: Scene) -> None:
    assert scene.say("") == []


def test_a_turn_that_goes_on_is_heard_out(scene: Scene) -> None:
    assert scene.say("I ordered a lamp", 4, reason="length") == []
    assert scene.say("and it never came.", 2) == [scene.suggestion_of(1)]
    claim = scene.claim_suggestion(scene.suggestion_of(1))
    assert (claim.trigger, claim.window) == ("I ordered a lamp and it never came.", 1)


def test_a_turn_is_not_heard_out_for_longer_than_ten_seconds(scene: Scene) -> None:
    assert scene.say("One", 4.9, reason="length") == []
    assert scene.say("two", 5, reason="length") == []
    assert scene.say("three", 4, reason="length") == [scene.suggestion_of(2)]
    assert scene.claim_suggestion(scene.suggestion_of(2)).trigger == "One two three"


def test_ten_seconds_are_enough(scene: Scene) -> None:
    assert scene.say("One", 10, reason="length") == [scene.suggestion_of(0)]


@pytest.mark.parametrize("reason", ["pause", "idle", "end", "gap", "onset"])
def test_only_a_cut_for_length_is_waited_out(scene: Scene, reason: str) -> None:
    assert scene.say("Where is my order?", reason=reason) == [scene.suggestion_of(0)]


def test_a_long_turn_that_ends_in_silence_is_not_forgotten(scene: Scene) -> None:
    assert scene.say("I ordered a lamp and it never came.", 5, reason="length") == []
    assert scene.say("", 2) == [scene.suggestion_of(0)]
    claim = scene.claim_suggestion(scene.suggestion_of(0))
    assert (claim.trigger, claim.window) == ("I ordered a lamp and it never came.", 0)
    assert scene.say("", 2) == [], "it was asked for once"


def test_a_long_turn_after_which_nobody_speaks_is_not_forgotten(scene: Scene) -> None:
    scene.say("I ordered a lamp and it never came.", 5, reason="length")
    scene.pause(2)
    assert known(scene, scene.suggestion_of(0))


def test_the_agents_silence_does_not_end_the_customers_turn(scene: Scene) -> None:
    scene.say("I ordered a lamp", 5, reason="length")
    scene.pause(2, speaker="agent")
    assert not known(scene, scene.suggestion_of(0))


def test_a_greeting_alone_calls_for_none(scene: Scene) -> None:
    assert scene.say("Hello, good morning.", filler=True) == []
    assert scene.say("Thank you.", 4, reason="length", filler=True) == []
    assert scene.say("", 2) == []


def test_a_thank_you_at_the_end_of_a_turn_does_not_hide_what_came_before(scene: Scene) -> None:
    scene.say("Where is my order", 3, reason="length")
    assert scene.say("please", filler=True) == [scene.suggestion_of(1)]
    assert scene.claim_suggestion(scene.suggestion_of(1)).trigger == "Where is my order please"


def test_silence_of_a_second_and_a_half_ends_a_turn(scene: Scene) -> None:
    scene.say("Where is my order?")
    scene.pause(1.5)
    scene.say("I want my money back.")
    assert scene.claim_suggestion(scene.suggestion_of(2)).trigger == "I want my money back."


def test_a_breath_does_not_end_a_turn(scene: Scene) -> None:
    scene.say("Where is my order?")
    scene.pause(1.4)
    scene.say("I paid for it.")
    assert scene.claim_suggestion(scene.suggestion_of(2)).trigger == "Where is my order? I paid for it."


def test_more_of_the_same_turn_replaces_a_suggestion_that_nobody_has_seen(scene: Scene) -> None:
    (first,) = scene.say("Where is my order?")
    claim = scene.claim_suggestion(first)
    (second,) = scene.say("I paid for it.")
    assert not known(scene, first)
    assert known(scene, second)
    assert scene.events("suggestion") == []
    with pytest.raises(Overtaken):
        show_delta(scene.store, claim, 0, "Tell them", "tip")


def test_more_of_the_same_turn_leaves_a_suggestion_that_is_being_shown(scene: Scene) -> None:
    (first,) = scene.say("Where is my order?")
    claim = shown(scene, first)
    assert scene.say("I paid for it.") == []
    show_delta(scene.store, claim, 9, " it is late.", "action")
    assert scene.events("suggestion") == []


def test_more_of_the_same_turn_asks_again_when_the_first_is_made(scene: Scene) -> None:
    (first,) = scene.say("Where is my order?")
    claim = shown(scene, first)
    suggestions.finish_suggestion(scene.store, claim, {"type": "suggestion"}, {"id": first})
    assert scene.say("I paid for it.") == [scene.suggestion_of(1)]
    assert len(scene.events("suggestion")) == 1, "what is made is not superseded"


def test_a_newer_turn_supersedes_what_is_being_shown(scene: Scene) -> None:
    (first,) = scene.say("Where is my order?")
    claim = shown(scene, first, 'Say "sorry" / blame the café')
    scene.pause(2)
    assert scene.say("I want my money back.") == [scene.suggestion_of(2)]
    (event,) = scene.events("suggestion")
    assert event == {
        "id": event["id"], "type": "suggestion", "call_id": str(scene.call_id), "suggestion_id": first,
        "suggestion_type": "action", "message": "Say \"sorry\" / blame the café", "citations": [],
        "status": "superseded",
    }  # fmt: skip
    with pytest.raises(Overtaken):
        show_delta(scene.store, claim, 9, " more", "action")
    assert suggestions.finish_suggestion(scene.store, claim, {"type": "suggestion"}, {}) == "superseded"
    assert len(scene.events("suggestion")) == 1


def test_a_newer_turn_drops_what_nobody_has_seen(scene: Scene) -> None:
    (first,) = scene.say("Where is my order?")
    scene.pause(2)
    scene.say("I want my money back.")
    assert not known(scene, first)
    assert suggestions.claim_suggestion(scene.store, scene.call_id, first) is None
    assert scene.events("suggestion") == []


def test_a_greeting_does_not_supersede(scene: Scene) -> None:
    (first,) = scene.say("Where is my order?")
    shown(scene, first)
    scene.pause(2)
    assert scene.say("Okay.", filler=True) == []
    assert scene.events("suggestion") == []


def test_a_newer_turn_of_the_agent_does_not_supersede(scene: Scene) -> None:
    (first,) = scene.say("Where is my order?")
    shown(scene, first)
    scene.say("Let me look.", speaker="agent")
    assert scene.events("suggestion") == []


def test_under_the_fixed_policy_every_window_calls_for_one(scene: Scene) -> None:
    call = Scene(scene.store)
    call.take(policy="fixed")
    for number in range(3):
        asked = call.say("Yes.", 5, reason="fixed", filler=True)
        assert asked == [call.suggestion_of(number)]
        claim = shown(call, asked[0])
        assert claim.trigger == "Yes."
        suggestions.finish_suggestion(call.store, claim, {"type": "suggestion"}, {})
    assert len(call.events("suggestion_started")) == 3


def test_windows_that_were_heard_out_of_order_make_one_turn(scene: Scene) -> None:
    first, second = scene.claim(scene.cut(4, reason="length")), scene.claim(scene.cut(2))
    assert scene.finish(second, "never came.").asked == []
    assert scene.finish(first, "My lamp").asked == [scene.suggestion_of(1)]
    assert scene.claim_suggestion(scene.suggestion_of(1)).trigger == "My lamp never came."
