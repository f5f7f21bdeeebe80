import pytest

from benchmarks.word_errors import WordErrors, normalise_words, together, word_errors


@pytest.mark.parametrize(
    ("written", "spoken"),
    [
        ("Hello. I ordered a table, three weeks ago!", "hello i ordered a table three weeks ago"),
        ("You’re welcome — 'goodbye'.", "you're welcome goodbye"),
        ("It costs $1,250 or 15%.", "it costs one thousand two hundred fifty dollars or fifteen percent"),
        ("30 days, 12-month warranty, 100 in all", "thirty days twelve month warranty one hundred in all"),
        ("log-in", "log in"),
        ("305,017", "three hundred five thousand seventeen"),
        ("0", "zero"),
        ("…", ""),
    ],
)
def test_words_are_compared_as_they_are_spoken(written: str, spoken: str) -> None:
    assert " ".join(normalise_words(written)) == spoken


@pytest.mark.parametrize(
    ("heard", "errors"),
    [
        ("I was charged 2 times.", 0),
        ("i was charged to times", 1),
        ("was charged two times", 1),
        ("i was charged two two times", 1),
        ("", 5),
    ],
)
def test_wrong_missing_and_added_words_are_errors(heard: str, errors: int) -> None:
    assert word_errors("I was charged two times.", heard) == WordErrors(errors, 5)


def test_calls_count_together_by_their_words() -> None:
    both = together([WordErrors(1, 10), WordErrors(0, 30)])
    assert (both.rate, str(both)) == (0.025, "1 of 40 words (2.5%)")
