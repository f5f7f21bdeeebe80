"""What of a prompt is a hint, and where it may have been said; the decoder only lends its dictionary."""

from functools import cache

import pytest
from pocketsphinx import Decoder

from app.engine.sphinx_hints import MOST_CHARACTERS, hints_in, places_of
from app.engine.sphinx_pass import SETTINGS


@cache
def decoder() -> Decoder:
    return Decoder(**SETTINGS)


def hints(prompt: str) -> set[str]:
    return {" ".join(hint) for hint in hints_in(prompt, decoder())}


def places(prompt: str, *heard: tuple[str, float]) -> list[tuple[int, int, str]]:
    words = [(word, 0.0, 0.0, probability) for word, probability in heard]
    found = places_of(hints_in(prompt, decoder()), words, decoder())
    return [(start, end, " ".join(hint)) for start, end, hint in found]


def test_names_and_their_parts_are_hints_and_numbers_are_none() -> None:
    assert hints("Victor Hale, ACC00019. ORD0001902 Coffee machine.") == {
        "victor",
        "hale",
        "victor hale",
        "coffee",
        "machine",
        "coffee machine",
    }


def test_a_hint_does_not_reach_over_a_sign_or_a_word_that_nobody_can_pronounce() -> None:
    assert hints("Hale, Quill; finch xqzt kettle") == {"hale", "quill", "finch", "kettle"}


@pytest.mark.parametrize("prompt", ["", "the problem and can you set it", "of six", "o", "42 🙂 \0'"])
def test_what_everybody_says_and_what_is_no_word_are_no_hints(prompt: str) -> None:
    assert hints(prompt) == set()


def test_of_a_long_prompt_the_end_is_read() -> None:
    assert hints("kettle. " + "the " * MOST_CHARACTERS + ". wardrobe") == {"wardrobe"}


def test_a_hint_is_tried_where_it_sounds_like_what_was_heard() -> None:
    heard = (("victor", 0.9), ("hey", 0.3), ("all", 0.4), ("ordered", 0.9), ("it", 0.9))
    assert (1, 3, "hale") in places("Hale", *heard)
    assert places("Kettle", *heard) == []


def test_words_that_were_surely_heard_and_the_hint_itself_are_left() -> None:
    assert places("Hale", ("hail", 0.5)) == [(0, 1, "hale")]
    assert places("Hale", ("hail", 0.99)) == []
    assert places("Hale", ("hale", 0.5)) == []
