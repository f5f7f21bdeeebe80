import pytest

from app.engine.assistant.hearing import order_number, stems, strength
from app.spoken import words_of


@pytest.mark.parametrize(
    ("patterns", "said", "clearness"),
    [
        ("refund*", "I want two refunds", 1),
        ("refund", "I want two refunds", 0),
        ("charg* twice", "you charged my credit card twice", 2),
        ("charg* twice", "twice you charged me", 0),
        ("charg* twice, card", "you charged my card twice", 3),
        ("charg* twice", "you charged me and now I would like to know why it was twice", 0),
        ("not here", "it is still not here", 2),
        ("late", "", 0),
    ],
)
def test_patterns_are_words_in_order_with_a_few_others_between(
    patterns: str, said: str, clearness: int
) -> None:
    assert strength(patterns, words_of(said)) == clearness


def test_words_lose_their_punctuation_and_keep_their_apostrophe() -> None:
    assert words_of("Hello, it’s me: ORD-00012!") == ["hello", "it's", "me", "ord", "00012"]


def test_stems_join_the_forms_of_a_word_and_leave_out_common_ones() -> None:
    assert stems("The fees of delivered orders") == stems("a fee for a delivery order")


@pytest.mark.parametrize(
    ("said", "number"),
    [
        ("my order number is four five two one seven", "45217"),
        ("it is ORD00431 I think", "00431"),
        ("order ORD-00431", "00431"),
        ("number 45217 please", "45217"),
        ("zero oh one two", "0012"),
        ("it was 1111 no sorry it is 2222", "2222"),
        ("I have two of them and one is broken", None),
        ("my phone number is five five five one two three four", None),
        ("my account number is zero zero zero one five", None),
        ("I paid 129 dollars", None),
        ("", None),
    ],
)
def test_an_order_number_is_found_however_it_is_said(said: str, number: str | None) -> None:
    assert order_number(said) == number
