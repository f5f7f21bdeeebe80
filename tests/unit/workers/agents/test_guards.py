"""What an engine makes up is not believed, and what people say is."""

from typing import Any

import pytest

from workers.agents.boilerplate import SIGN_OFFS, is_boilerplate, plain_words
from workers.agents.guards import Segment, Words, judge

SURE = Segment("", 0.2, 2.4, log_probability=-0.2, no_speech=0.01, compression=1.2)


def heard(
    text: str, seconds: float = 3.0, *, doubtful: bool = False, hints: str = "", **figures: float
) -> Words:
    segment = SURE._replace(text=text, **figures)
    return judge(text, [segment], seconds=seconds, doubtful=doubtful, hints=hints)


@pytest.mark.parametrize(
    ("figures", "doubt"),
    [
        ({}, ""),
        ({"no_speech": 0.9}, ""),
        ({"log_probability": -1.5}, ""),
        ({"no_speech": 0.9, "log_probability": -1.5}, "no speech"),
        ({"no_speech": 0.6, "log_probability": -1.5}, ""),
        ({"no_speech": 0.9, "log_probability": -1.0}, ""),
        ({"compression": 2.5}, "repeats itself"),
        ({"compression": 2.4}, ""),
    ],
)
def test_the_engines_own_figures_count(figures: dict[str, Any], doubt: str) -> None:
    words = heard("My order is late.", **figures)
    assert words.doubt == doubt
    assert (words.text, words.disbelieved) == (
        ("", "My order is late.") if doubt else ("My order is late.", "")
    )


def test_an_unsure_engine_is_not_believed_where_it_hardly_sounded_like_a_voice() -> None:
    assert heard("or what happened", log_probability=-1.2, doubtful=True).doubt == "hardly a voice"
    assert heard("or what happened", log_probability=-0.9, doubtful=True).doubt == ""


def test_a_segment_that_was_made_up_does_not_cost_the_sentence_before_it() -> None:
    said = SURE._replace(text=" It never came.", end=1.6)
    made_up = Segment(" Thanks for watching!", 1.6, 3.0, log_probability=-0.9, no_speech=0.7)
    words = judge("It never came. Thanks for watching!", [said, made_up], seconds=3)
    assert (words.text, words.doubt, words.disbelieved) == (
        "It never came.",
        "boilerplate",
        "Thanks for watching!",
    )
    assert (words.start, words.end) == (0.2, 1.6)
    assert words.confidence == 0.819


@pytest.mark.parametrize("text", ["Thanks for watching!", "Subtitles by the Amara.org community", "谢谢观看",
                                  "Untertitel der Amara.org-Community", "Редактор субтитров А. Семкин",
                                  "Thank you for watching and see you next time."])  # fmt: skip
@pytest.mark.parametrize("evidence", [{"no_speech": 0.4}, {"log_probability": -0.8}, {"doubtful": True}])
def test_a_sign_off_needs_little_other_evidence(text: str, evidence: dict[str, Any]) -> None:
    words = heard(text, **evidence)
    assert (words.text, words.doubt, words.disbelieved) == ("", "boilerplate", text)


@pytest.mark.parametrize("text", ["Thanks for watching!", "Please subscribe me to the gold membership."])
def test_a_sign_off_without_other_evidence_was_said(text: str) -> None:
    assert heard(text).text == text


@pytest.mark.parametrize(
    "text",
    [
        "Thank you very much for your help.",
        "Goodbye.",
        "I would like to see you next time you make such an offer, so please keep my number and call me.",
        "Vielen Dank, auf Wiederhören.",
    ],
)
def test_what_people_say_at_the_end_of_a_call_is_no_sign_off(text: str) -> None:
    assert heard(text, no_speech=0.5, log_probability=-0.9).text == text


def test_every_sign_off_is_written_as_it_is_compared() -> None:
    assert [phrase for phrase in SIGN_OFFS if plain_words(phrase) != phrase] == []
    assert all(is_boilerplate(f"{phrase.title()}!") for phrase in SIGN_OFFS)


@pytest.mark.parametrize(
    ("text", "seconds"),
    [
        ("Thank you for calling and see you in the next one.", 0.6),
        (
            "これは長い文章で一秒のあいだにはとても話すことができない長さのものですからだれもそんなことはいいません",
            1.0,
        ),
    ],
)
def test_more_words_than_fit_were_not_said(text: str, seconds: float) -> None:
    words = judge(text, [SURE._replace(text=text)], seconds=seconds)
    assert (words.text, words.doubt, words.disbelieved) == ("", "more words than fit", text)


def test_fast_speech_fits() -> None:
    assert heard("yes yes I know that I should have called you much earlier", seconds=2.0).text


@pytest.mark.parametrize(
    "text",
    ["la la la la la la la la la la", "thank you thank you thank you thank you", "I'm sorry. " * 12,
     "So I said, and then I said, and then I said, and then I said, and then I said, and then I said, "
     "and then I said, and then I said, and then I said, and then I said."],
)  # fmt: skip
def test_a_loop_was_not_said(text: str) -> None:
    assert judge(text, seconds=20).doubt == "repeats itself"


@pytest.mark.parametrize(
    "text", ["No, no, no, no, no!", "Zero zero zero zero seven.", "Bye bye. Bye bye.", "Very, very good."]
)
def test_people_repeat_themselves_too(text: str) -> None:
    assert judge(text, seconds=4).text == text


def test_the_hints_given_back_are_not_words() -> None:
    hints = "Anna Maria Smith, Oak Table, Garden Chair, ORD-10042."
    assert heard("Oak Table, Garden Chair.", hints=hints, no_speech=0.5).doubt == "repeats the hints"
    assert heard("Oak Table, Garden Chair.", hints=hints).text
    assert heard("Anna Maria Smith.", hints=hints, no_speech=0.5).text, "a name may be all that is said"


def test_an_engine_that_gives_no_segments_is_judged_by_its_text() -> None:
    assert judge("Hello.", seconds=1) == Words("Hello.")
    assert judge("thanks for watching", seconds=3, doubtful=True).doubt == "boilerplate"


def test_how_sure_the_engine_is_becomes_a_number_up_to_one() -> None:
    segments = [Segment("Hello.", log_probability=-0.5), Segment("Hi.", log_probability=-0.1)]
    assert judge("Hello. Hi.", segments, seconds=2).confidence == 0.741
    assert judge("Hello.", [Segment("Hello.", log_probability=0.3)], seconds=2).confidence == 1.0


def test_no_words_are_no_words_whatever_the_segments_say() -> None:
    assert judge("", [SURE], seconds=1) == Words("")
