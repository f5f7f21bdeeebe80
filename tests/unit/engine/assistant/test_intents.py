import string

import pytest

from app.engine.assistant.hearing import stems
from app.engine.assistant.intents import ALERTS, ORDER, SMALL_TALK, TOPICS, Intent
from app.engine.assistant.lookups import order_fields, ticket_fields

EVERY = [*ALERTS, *TOPICS, ORDER, *SMALL_TALK]
ORDER_KEYS = {"processing", "shipped", "delivered", "cancelled", "returned", "pair", "found", "none"}
TICKET_KEYS = {"open", "pending", "none"}


@pytest.mark.parametrize("intent", EVERY, ids=lambda intent: intent.name)
def test_an_entry_of_the_table_can_always_be_said(intent: Intent) -> None:
    assert "none" in intent.lines
    assert all(pattern.strip() for pattern in intent.hears.split(","))
    keys = {"lookup_orders": ORDER_KEYS, "lookup_tickets": TICKET_KEYS, None: {"none"}}[intent.looks_up]
    assert intent.lines.keys() <= keys
    row = ticket_fields({}) if intent.looks_up == "lookup_tickets" else order_fields({})
    for key, line in intent.lines.items():
        named = {name for _, name, _, _ in string.Formatter().parse(line.say) if name}
        assert named <= (set() if key == "none" else row.keys())
        assert len(line.say) <= 130, "one sentence that can be said in one breath"


@pytest.mark.parametrize("intent", EVERY, ids=lambda intent: intent.name)
def test_no_rule_or_amount_is_stated_outside_the_policies(intent: Intent) -> None:
    for line in intent.lines.values():
        assert not any(character.isdigit() or character in "$%" for character in line.say)


def test_names_are_unique() -> None:
    assert len({intent.name for intent in EVERY}) == len(EVERY)


@pytest.mark.parametrize("intent", [*ALERTS, *TOPICS, ORDER], ids=lambda intent: intent.name)
def test_a_rule_is_sought_by_words_that_carry_meaning(intent: Intent) -> None:
    for line in intent.lines.values():
        assert not line.rule or len(stems(line.rule)) >= 2
