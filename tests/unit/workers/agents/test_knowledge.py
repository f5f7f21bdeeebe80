"""The policy that fits is found for what customers say, not for what policies say."""

import pytest

from app.policies import Policy, Section, all_policies
from workers.agents.knowledge import Index, Passage, policies_index, stems

# At least two questions for every policy, in a customer's own words.
QUESTIONS = {
    "account-access": [
        "I cannot log in to my account",
        "I forgot my password and the reset mail never comes",
    ],
    "address-changes": ["can you change the delivery address", "I moved, send it to my new address instead"],
    "cancellation": ["I want to cancel my order", "please cancel it before it ships"],
    "complaints": ["I want to make a complaint about this", "how do I complain officially"],
    "damaged-items": ["the vase arrived broken", "the box was crushed and the item is damaged"],
    "double-charges": ["I was charged twice for one order", "there are two charges on my card"],
    "escalation": ["let me speak to your supervisor", "I want to talk to a manager"],
    "identity-verification": ["why do you need to verify who I am", "which questions prove my identity"],
    "late-delivery": ["my order is late", "the delivery should have been here a week ago, it is delayed"],
    "membership": ["what does gold membership get me", "how do I become a platinum member"],
    "payment-data": ["can I give you my card number now", "do you store my card details"],
    "privacy": ["delete all my personal data", "is this call recorded"],
    "refunds": ["I want my money back", "when will I get my refund"],
    "retention": ["I am thinking of leaving you for a competitor", "I will take my business elsewhere"],
    "returns": ["how do I send it back", "can I return the shoes"],
    "shipping": ["how long does express shipping take", "how much is shipping abroad"],
    "warranty": ["is this still under warranty", "it stopped working after a year"],
}


def test_every_policy_is_asked_about() -> None:
    assert QUESTIONS.keys() == all_policies().keys()


@pytest.mark.parametrize(
    ("question", "slug"), [(question, slug) for slug, asked in QUESTIONS.items() for question in asked]
)
def test_a_question_finds_its_policy_among_the_four_that_are_told(question: str, slug: str) -> None:
    found = policies_index().search(question, 4)
    assert slug in {passage.policy.slug for passage in found}


def test_most_questions_find_their_policy_first() -> None:
    asked = [(question, slug) for slug, questions in QUESTIONS.items() for question in questions]
    first = [policies_index().search(question, 1)[0].policy.slug == slug for question, slug in asked]
    assert sum(first) / len(first) >= 0.85


def test_a_title_finds_its_own_section_first() -> None:
    for policy in all_policies().values():
        for section in policy.sections:
            (found,) = policies_index().search(f"{policy.title} {section.title} {section.text}", 1)
            assert found == Passage(policy, section)


def test_a_customers_word_finds_what_the_policy_calls_otherwise() -> None:
    index = small_index("damaged lamp", "refund lamp", "lamp")
    assert found(index, "the lamp is broken")[0] == "0"
    assert found(index, "my money for the lamp")[0] == "1"


def test_a_window_is_a_time_limit() -> None:
    (found,) = policies_index().search("What is our refund window?", 1)
    assert (found.policy.slug, found.section.title) == ("refunds", "Time limit")


def test_what_shares_no_word_finds_nothing() -> None:
    assert policies_index().search("xylophone zeitgeist", 4) == []
    assert policies_index().search("", 4) == []
    assert policies_index().search("it is what it is", 4) == []


def small_index(*texts: str) -> Index:
    policies = [
        Policy(str(n), f"Title{n}", (Section("s", f"Head{n}", text),)) for n, text in enumerate(texts)
    ]
    return Index([Passage(policy, policy.sections[0]) for policy in policies])


def found(index: Index, query: str) -> list[str]:
    return [passage.policy.slug for passage in index.search(query, 4)]


def test_a_rare_word_weighs_more_than_a_common_one() -> None:
    index = small_index("parcel parcel", "parcel lamp", "parcel vase", "parcel chair")
    assert found(index, "the lamp in the parcel")[0] == "1"


def test_a_word_counts_more_in_a_short_text() -> None:
    assert found(small_index("lamp " + "other words here " * 9, "lamp"), "lamp") == ["1", "0"]


def test_equals_come_in_the_order_of_the_policies() -> None:
    assert found(small_index("lamp", "lamp", "lamp"), "lamp") == ["0", "1", "2"]


def test_endings_do_not_hide_a_word() -> None:
    assert set(stems("cancel cancels cancelled cancelling cancellation Cancellations")) == {"cancel"}
    assert set(stems("verify verified verification")) == {"verif"}
    assert stems("The refunds were delayed, weren't they?") == ["refund", "delay", "werent"]
