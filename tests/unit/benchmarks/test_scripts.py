import re

from benchmarks.transcription.scripts import DIALOGUES, make_script, scripts
from data.sample_calls import SPEAKERS, SampleCall, sample_names


def test_there_are_five_thousand_words_in_calls_that_are_all_different() -> None:
    chosen = scripts(5000)
    assert sum(script.words for script in chosen) >= 5000
    assert len({script.name for script in chosen}) == len(chosen) <= len(list(DIALOGUES.iterdir()))


def test_the_same_scripts_come_out_every_time_and_a_second_round_says_something_else() -> None:
    assert scripts(5000) == scripts(5000)
    twice = scripts(8000)
    first, again = (next(each for each in twice if each.name == f"lost_card_{number}") for number in (1, 2))
    assert first.turns != again.turns


def test_every_script_is_two_people_in_turns_of_plain_text_that_can_be_spoken() -> None:
    for script in scripts(5000):
        assert [turn.speaker for turn in script.turns] == [SPEAKERS[i % 2] for i in range(len(script.turns))]
        assert len(set(script.voices.values())) == 2
        for turn in script.turns:
            assert re.fullmatch(r"[A-Za-z',.?!… -]+[.?!]", turn.text), turn.text


def test_no_sentence_is_one_of_the_sample_calls_with_which_the_windower_was_tuned() -> None:
    def sentences(texts: list[str]) -> set[str]:
        return {s.strip() for text in texts for s in re.split("[.?!]", text) if len(s.split()) > 6}

    tuned = sentences([turn["text"] for name in sample_names() for turn in SampleCall(name).turns])
    assert not tuned & sentences([turn.text for script in scripts(5000) for turn in script.turns])


def test_a_slot_is_the_same_all_through_a_call_and_a_numbered_one_is_another() -> None:
    dialogue = "agent: {city}, {city}, {digits 5} and {digits 5 2}.\ncustomer: [Yes|Yes], {digits 5}."
    agent, customer = (turn.text for turn in make_script("test", dialogue, 1).turns)
    first, second, numbers = agent.split(", ", 2)
    assert first == second
    one, other = numbers.removesuffix(".").split(" and ")
    assert one != other
    assert customer == f"Yes, {one}."
