import pytest

from tests.unit.engine.assistant.conversations import Desk, order, passage, ticket

LATE = passage(1, "Late delivery", "What we do", "We trace a late order with the carrier and add $10 credit.")
REFUNDS = passage(2, "Refunds", "Time limit", "You can ask for a refund within 30 days of delivery.")
DOUBLE = passage(3, "Double charges", "Two charges for one order", "We refund the second of the charges.")
BANK_FEES = passage(4, "Double charges", "Bank fees", "We pay a fee of your bank, up to $35.")
ACCOUNT = passage(5, "Account access", "Locked accounts", "An agent unlocks it and resets the password.")
KEEPING = passage(6, "Customers who leave", "Our offer", "To keep you we give 15 percent for three months.")
MANAGER = passage(7, "Escalation", "When a customer asks for a manager", "You can always speak to a manager.")

TABLE = order("ORD00431", "Garden Table", "processing", "189.00", "2026-03-20")
KETTLE = order("ORD00398", "Copper Kettle", "shipped", "59.90", "2026-03-04")
CHAIR = order("ORD00120", "Reading Chair", "delivered", "89.00", "2026-02-10")
LAMP = order("ORD00007", "Desk Lamp", "delivered", "25.00", "2026-01-02")


def test_a_late_order_is_looked_up_then_named_with_its_facts_and_the_rule() -> None:
    desk = Desk(orders=[KETTLE], policies=[LATE])
    kind, say, detail = desk.whisper("hello my copper kettle has still not arrived")
    assert desk.looked_up == [("lookup_orders", {})]
    assert kind == "action"
    assert "Copper Kettle of 4 March was shipped" in say
    assert detail.startswith("ORD00398 · Copper Kettle · 59.90 · shipped · 4 March. ")
    assert detail.endswith("add $10 credit. [1]")


@pytest.mark.parametrize(
    ("said", "kind", "looked_up"),
    [
        ("where is my package it should have been here last week", "action", "lookup_orders"),
        ("i would like a refund please", "policy", "lookup_orders"),
        ("you charge my credit card twice for the same order", "action", "lookup_orders"),
        ("i want to cancel an order i made last night", "action", "lookup_orders"),
        ("i cannot log into my account", "action", "lookup_tickets"),
        ("the box came and the plates are broken", "action", "lookup_orders"),
        ("you sent me the wrong size", "action", "lookup_orders"),
        ("we moved house so i need to change the delivery address", "action", "lookup_orders"),
        ("is it still under warranty", "policy", "lookup_orders"),
        ("i will close my account and go to another company", "alert", "lookup_tickets"),
        ("let me speak to your manager", "alert", "lookup_tickets"),
        ("my card number is four one one one", "alert", None),
        ("hello good morning", "tip", None),
        ("that is all goodbye", "tip", None),
        ("many thanks", "tip", None),
    ],
)
def test_what_customers_call_about_is_heard(said: str, kind: str, looked_up: str | None) -> None:
    desk = Desk(orders=[CHAIR], policies=[LATE, REFUNDS, DOUBLE, ACCOUNT, KEEPING, MANAGER])
    assert desk.whisper(said)[0] == kind
    assert ({name for name, _ in desk.looked_up} - {"search_policies"}) == (
        {looked_up} if looked_up else set()
    )


def test_every_look_up_is_made_once() -> None:
    desk = Desk()
    desk.whisper("my clock came broken and if you cannot help me i will go to another company")
    names = [name for name, _ in desk.looked_up]
    assert sorted(names) == ["lookup_orders", "lookup_tickets", "search_policies"]


def test_without_tools_it_answers_at_once() -> None:
    desk = Desk(tools=None)
    kind, say = desk.whisper("my order is late")
    assert (kind, desk.looked_up) == ("action", [])
    assert "order number" in say


def test_a_number_that_was_said_narrows_the_look_up() -> None:
    desk = Desk(orders=[TABLE, KETTLE], policies=[LATE])
    said = desk.whisper("my order zero zero three nine eight is late")
    assert desk.looked_up == [("lookup_orders", {"order_number": "ORD00398"})]
    assert "Copper Kettle" in said[1]


def test_a_number_that_was_misheard_is_looked_up_without_it() -> None:
    desk = Desk(orders=[TABLE, KETTLE], policies=[LATE])
    said = desk.whisper("my order nine nine nine nine is late")
    assert [arguments for _, arguments in desk.looked_up] == [{"order_number": "ORD9999"}, {}]
    assert "Copper Kettle" in said[1]


def test_a_number_of_noughts_means_no_order() -> None:
    desk = Desk(orders=[CHAIR, LAMP], policies=[LATE])
    assert "is that the one" in desk.whisper("my order zero zero zero zero is late")[1]


def test_a_number_alone_brings_the_order() -> None:
    desk = Desk(orders=[CHAIR], policies=[])
    kind, say, *_ = desk.whisper("zero zero one two zero")
    assert kind == "insight"
    assert "Reading Chair" in say


def test_the_product_that_was_named_is_the_one_that_is_meant() -> None:
    assert (
        "Reading Chair" in Desk(orders=[LAMP, CHAIR], policies=[REFUNDS]).whisper("a refund for the chair")[1]
    )


def test_where_several_orders_could_be_meant_it_asks_which() -> None:
    say = Desk(orders=[CHAIR, LAMP], policies=[REFUNDS]).whisper("i would like a refund")[1]
    assert say.endswith("is that the one you are calling about?")


def test_the_same_item_twice_is_a_double_charge() -> None:
    twin = order("ORD00121", "Reading Chair", "processing", "89.00", "2026-02-10")
    desk = Desk(orders=[TABLE, twin, CHAIR], policies=[DOUBLE])
    assert desk.whisper("i was charged twice")[1].startswith(
        "You are right, I can see your Reading Chair for 89.00 twice"
    )


def test_policies_that_do_not_cover_the_case_are_searched() -> None:
    desk = Desk(orders=[KETTLE], policies=[ACCOUNT], found=[LATE])
    detail = desk.whisper("it is still not here")[2]
    assert ("search_policies", {"query": "late order trace carrier credit"}) in desk.looked_up
    assert detail.endswith("[1]")


def test_policies_that_cover_the_case_are_not_searched() -> None:
    desk = Desk(orders=[KETTLE], policies=[ACCOUNT, LATE])
    desk.whisper("it is still not here")
    assert desk.looked_up == [("lookup_orders", {})]


def test_a_policy_about_something_else_is_never_cited() -> None:
    mention = passage(9, "Membership", "Gold", "A late order that we trace with the carrier: a credit.")
    assert "[9]" not in "".join(Desk(orders=[KETTLE], policies=[mention]).whisper("my order is late"))


def test_a_question_is_answered_by_the_rule_about_it() -> None:
    desk = Desk(orders=[CHAIR], policies=[DOUBLE, BANK_FEES])
    kind, say, facts = desk.whisper("i was charged twice", "and what happens if my bank wants a fee")
    assert kind == "policy"
    assert say == "We pay a fee of your bank, up to $35. [4]"
    assert facts.startswith("ORD00120")


def test_a_turn_that_says_nothing_new_stays_with_its_topic() -> None:
    desk = Desk(orders=[KETTLE], policies=[LATE])
    assert desk.whisper("my kettle is late", "we have guests on sunday")[1].endswith("[1]")
    assert ("lookup_orders", {}) in desk.looked_up


def test_a_threat_leads_and_names_the_ticket_it_is_about() -> None:
    clock = ticket("TCK00012", "Clock arrived broken")
    desk = Desk(tickets=[clock], policies=[KEEPING])
    kind, say, detail = desk.whisper("the clock was broken again", "i will go to another company")
    assert kind == "alert"
    assert "“Clock arrived broken”" in say
    assert detail == f"TCK00012 · Clock arrived broken · open · high. {KEEPING['text']} [6]"


def test_a_threat_without_a_reason_is_about_the_newest_ticket() -> None:
    desk = Desk(tickets=[ticket("TCK2", "Late parcel"), ticket("TCK1", "Late lamp")], policies=[MANAGER])
    assert "“Late parcel”" in desk.whisper("this is the third call and i am very angry")[1]


def test_a_ticket_about_something_else_is_not_offered_for_log_in_trouble() -> None:
    desk = Desk(
        tickets=[ticket("TCK1", "Clock broken"), ticket("TCK2", "Password link", "resolved")],
        policies=[ACCOUNT],
    )
    assert "“" not in "".join(desk.whisper("i cannot log in"))


def test_an_open_ticket_about_the_log_in_is() -> None:
    desk = Desk(tickets=[ticket("TCK1", "Clock broken"), ticket("TCK2", "Password link")], policies=[ACCOUNT])
    assert "“Password link”" in desk.whisper("i cannot log in")[1]


def test_words_that_fit_no_intent_are_answered_by_a_policy_that_names_them() -> None:
    wrapping = passage(1, "Gifts", "Wrapping paper", "We wrap gifts in paper for $3.")
    assert Desk(policies=[wrapping]).whisper("do you have wrapping paper for gifts") == [
        "policy",
        "We wrap gifts in paper for $3. [1]",
    ]


def test_where_nothing_fits_it_asks_for_more() -> None:
    assert Desk(policies=[LATE]).whisper("my dog likes the garden")[0] == "tip"


def test_an_agents_question_is_answered_from_the_policies() -> None:
    wider = passage(3, "Refunds", "What is refunded", "We refund the full price of the item.")
    desk = Desk(policies=[wider, REFUNDS])
    kind, say = desk.whisper("what is our refund window", task="ask")
    assert (kind, say) == ("policy", "You can ask for a refund within 30 days of delivery. [2]")


def test_a_look_up_that_failed_is_not_made_again() -> None:
    desk = Desk(orders=[], policies=[LATE])
    assert desk.whisper("my order is late")[0] == "action"
    assert [name for name, _ in desk.looked_up] == ["lookup_orders"]


def test_an_order_number_given_when_asked_for_stays_with_the_topic() -> None:
    desk = Desk(orders=[TABLE, KETTLE], policies=[LATE])
    desk.whisper("my parcel is late", "the order number is zero zero three nine eight")
    assert desk.looked_up == [("lookup_orders", {"order_number": "ORD00398"})]


def test_what_follows_a_threat_is_still_about_the_threat() -> None:
    kind, say = Desk(policies=[KEEPING]).whisper("i will go to another company", "what can you do for me")
    assert (kind, say) == ("policy", f"{KEEPING['text']} [6]")
