"""Deciding what to whisper: hear what the customer wants, ask for what is missing, then one thing to say and
why.
"""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from app.engine.assistant.citing import Rule, answering_rule, deciding_rule
from app.engine.assistant.conversation import Conversation
from app.engine.assistant.hearing import order_number, strength
from app.engine.assistant.intents import (
    ALERTS,
    CONFIRM_ORDER,
    NOTHING_HEARD,
    ORDER,
    SMALL_TALK,
    TOPICS,
    Intent,
    Line,
)
from app.engine.assistant.lookups import (
    order_charged_twice,
    order_facts,
    order_fields,
    order_meant,
    ticket_facts,
    ticket_fields,
    ticket_meant,
)
from app.engine.completions import Answer, ToolCall
from app.spoken import words_of

FADING = 0.6
"""A turn counts this much less than the one after it."""
SMALL_TALK_WORDS = 12
"""A longer turn is not only a greeting or thanks."""
QUESTIONS = (
    "how long, how much, how many, how do, what happens, what if, what about, what is your, do i have, "
    "do i need, can i, when do, when will, is there, is it free, does it cost"
)


class Heard(NamedTuple):
    """What the customer wants: `topic`, and an `alert` if the last turn raised one.

    `said` are the turns that showed it, `last` is the last of them; it is a `follow_up` if it asks something
    or adds to a topic that is on the table already.
    """

    alert: Intent | None
    topic: Intent | None
    said: str
    last: str
    follow_up: bool

    @property
    def leading(self) -> Intent | None:
        """The intent whose line is said."""
        return self.alert or self.topic


class Case(NamedTuple):
    """An intent with the row it is about: what to say of it, and that row at a glance."""

    line: Line
    fields: Mapping[str, str]
    facts: str


def suggest(conversation: Conversation, tools: Sequence[str]) -> Answer:
    """The look-ups that are still missing, if `tools` offers them; else the suggestion, first its kind."""
    heard = hear(conversation)
    case = case_of(conversation, heard)
    sought = case.line.rule if heard.leading else heard.last
    rule = deciding_rule(conversation.policies, sought, heard.said)
    calls = [call for call in missing_look_ups(conversation, heard, case, rule) if call.name in tools]
    if calls:
        return Answer(calls=tuple(calls))
    if heard.follow_up:
        answer = answering_rule(conversation.policies, sought, heard.last) or rule
        if answer:
            return _answer("policy", str(answer), case.facts)
    if heard.leading is None:
        return _answer("policy", str(rule), "") if rule else _answer("tip", case.line.say, "")
    detail = ". ".join(part for part in (case.facts, str(rule) if rule else "") if part)
    return _answer(heard.leading.kind, case.line.say.format(**case.fields), detail)


def hear(conversation: Conversation) -> Heard:
    """What the last turn says most clearly; where it says nothing, what the turns before it said."""
    turns = [conversation.question] if conversation.task == "ask" else conversation.customer_said
    words = [words_of(turn) for turn in turns] or [[]]
    said, last = " . ".join(reversed(turns)), " ".join(turns[:1])
    alert, topic = clearest(ALERTS, words[:1]), clearest(TOPICS, words[:1])
    asked = conversation.task == "ask" or strength(QUESTIONS, words[0]) > 0
    follow_up = alert is None and (topic is None or asked)
    if follow_up and topic is None:
        short = len(words[0]) <= SMALL_TALK_WORDS and not order_number(last)
        topic = clearest(SMALL_TALK, words[:1]) if short else None
        if topic:
            return Heard(None, topic, said, last, follow_up=False)
        alert = clearest(ALERTS, words[1:2])
    if topic is None:
        mentioned = order_number(said) or any(strength(ORDER.hears, turn) for turn in words)
        topic = clearest(TOPICS, words[1:]) or (ORDER if mentioned else None)
    return Heard(alert, topic, said, last, follow_up)


def clearest(intents: Sequence[Intent], turns: Sequence[Sequence[str]]) -> Intent | None:
    """The intent said most clearly in turns of words, the newest first. None if none of them is said."""
    best: Intent | None = None
    most = 0.0
    for intent in intents:
        clearness = sum(strength(intent.hears, words) * FADING**age for age, words in enumerate(turns))
        if clearness > most:
            best, most = intent, clearness
    return best


def case_of(conversation: Conversation, heard: Heard) -> Case:
    """The leading intent's line for the order or ticket that is meant, as far as it has been looked up."""
    match heard.leading:
        case None:
            return Case(NOTHING_HEARD, {}, "")
        case Intent(looks_up="lookup_orders") as intent:
            return _order_case(intent, conversation, heard)
        case Intent(looks_up="lookup_tickets") as intent:
            return _ticket_case(intent, conversation, heard)
        case intent:
            return Case(intent.lines["none"], {}, "")


def _order_case(intent: Intent, conversation: Conversation, heard: Heard) -> Case:
    pair = order_charged_twice(conversation.orders) if "pair" in intent.lines else None
    if pair:
        return Case(intent.lines["pair"], order_fields(pair), order_facts(pair))
    meant = order_meant(conversation.orders, heard.said, intent.prefers)
    if meant is None:
        return Case(intent.lines["none"], {}, "")
    line = _line(intent, meant.key)
    if not meant.certain:
        line = Line(CONFIRM_ORDER, line.rule)
    return Case(line, order_fields(meant.row), order_facts(meant.row))


def _ticket_case(intent: Intent, conversation: Conversation, heard: Heard) -> Case:
    """An alert may be about any ticket; another intent names one only if it is spoken of."""
    ticket = ticket_meant(conversation.tickets, f"{heard.said} {intent.lines['open'].rule}")
    if ticket and (ticket.certain or heard.alert):
        return Case(_line(intent, ticket.key), ticket_fields(ticket.row), ticket_facts(ticket.row))
    order = order_meant(conversation.orders, heard.said, heard.topic.prefers if heard.topic else ())
    return Case(intent.lines["none"], {}, order_facts(order.row) if order and order.certain else "")


def _line(intent: Intent, key: str) -> Line:
    return intent.lines.get(key) or intent.lines.get("found") or intent.lines["none"]


def missing_look_ups(
    conversation: Conversation, heard: Heard, case: Case, rule: Rule | None
) -> list[ToolCall]:
    """Look-ups that the intents call for, each made once. An order number under which nothing is found may
    have been misheard: then all orders are asked for.
    """
    done = conversation.looked_up
    wanted = {intent.looks_up for intent in (heard.alert, heard.topic) if intent}
    number = order_number(heard.said)
    calls = []
    if "lookup_orders" in wanted and "lookup_orders" not in done:
        calls.append(ToolCall("lookup_orders", {"order_number": f"ORD{number}"} if number else {}))
    elif done.count("lookup_orders") == 1 and number and not conversation.orders:
        calls.append(ToolCall("lookup_orders", {}))
    if "lookup_tickets" in wanted and "lookup_tickets" not in done:
        calls.append(ToolCall("lookup_tickets", {}))
    sought = case.line.rule or conversation.question
    if sought and rule is None and "search_policies" not in done:
        calls.append(ToolCall("search_policies", {"query": sought}))
    return calls


def _answer(kind: str, say: str, detail: str) -> Answer:
    return Answer("\n".join(part for part in (kind, say, detail) if part))
