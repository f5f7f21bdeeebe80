import pytest

from benchmarks.transcription.scoring import errors_in, paired_ratio
from benchmarks.word_errors import WordErrors


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("It is four zero seven, one nine.", "it is 40719"),
        ("Number forty two, on the second floor.", "number 42 on the second floor"),
        ("A room for twenty, error seven.", "a room for 20 error 7"),
        ("In thirteen minutes.", "in 13 minutes"),
        ("Um … I think, uh, yes.", "I think yes"),
    ],
)
def test_a_number_is_the_same_in_digits_and_in_words_and_fillers_do_not_count(said: str, heard: str) -> None:
    assert errors_in(said, heard).errors == 0


@pytest.mark.parametrize("heard", ["it is 40718", "it is four hundred seven nineteen", "it is"])
def test_a_wrong_digit_is_an_error(heard: str) -> None:
    assert errors_in("It is four zero seven, one nine.", heard).errors > 0


def test_a_system_with_twice_the_errors_in_every_call_has_a_ratio_of_two_for_sure() -> None:
    base = [WordErrors(errors, 100) for errors in (3, 9, 14, 5)]
    twice = [WordErrors(2 * count.errors, 100) for count in base]
    assert paired_ratio(twice, base) == pytest.approx((2, 2, 2))


def test_the_interval_holds_the_ratio_and_is_as_wide_as_the_calls_differ() -> None:
    base = [WordErrors(10, 100)] * 20
    ratio = paired_ratio([WordErrors(5, 100), WordErrors(17, 100)] * 10, base)
    assert ratio.value == pytest.approx(1.1)
    assert 0.75 < ratio.low < 0.95
    assert 1.25 < ratio.high < 1.45
