"""What the built-in recogniser makes of a prompt.

`hale.flac` was spoken by flite's voice `rms`: "This is Victor Hale. I ordered the linen bedding."
"""

from pathlib import Path

import openai
import pytest

from app.engine.audio import read_audio
from app.engine.sphinx import DEADLINE_SECONDS, SphinxProcess
from benchmarks.word_errors import together, word_errors
from data.sample_calls import SAMPLE_RATE, SPEAKERS, SampleCall, Samples
from tests.integration.engine.process import SPEECH, Engine
from tests.integration.engine.test_transcription import SAID, wav

HALE = Path(__file__).with_name("hale.flac")
SAID_BY_HALE = "this is victor hale i ordered the linen bedding"
UNHINTED = "this is victor hey all i ordered the linen betting"
HINTS = "Victor Hale, ACC00019. ORD0001902 Linen bedding. ORD0001901 Milk jug."
STRANGERS_HINTS = "Heather Boll, ACC00002. ORD0000202 Oak wardrobe. ORD0000201 Set of six linens."


def heard(engine: Engine, prompt: str, file: Path | tuple[str, bytes] = HALE) -> str:
    return engine.client.audio.transcriptions.create(model="whisper-1", file=file, prompt=prompt).text


def test_names_of_the_prompt_are_heard_and_are_gone_with_the_request(engine: Engine) -> None:
    """There is one recogniser process: what one call's hints changed would show in the next call's words."""
    assert [heard(engine, prompt) for prompt in ("", HINTS, "", STRANGERS_HINTS, HINTS)] == [
        UNHINTED,
        SAID_BY_HALE,
        UNHINTED,
        UNHINTED,
        SAID_BY_HALE,
    ]


def test_a_hint_is_not_surer_than_what_it_replaces_and_has_its_time() -> None:
    samples = read_audio(HALE.read_bytes()).samples.tobytes()
    process = SphinxProcess()
    try:
        before, after = (process.hear(samples, prompt, DEADLINE_SECONDS) for prompt in ("", HINTS))
    finally:
        process.end()
    _, _, _, hey, all_of_it, *_ = before
    _, _, victor, hale, i, *_ = after
    assert hey.probability != all_of_it.probability
    assert hale.probability == pytest.approx((hey.probability + all_of_it.probability) / 2)
    assert victor.end <= hale.start < hale.end <= i.start
    assert hale.start == pytest.approx(hey.start, abs=0.1)
    assert hale.end == pytest.approx(all_of_it.end, abs=0.1)


@pytest.mark.parametrize(
    "prompt", ["Rita Fund. Toffee machine. Hordes.", "I wood lick a re fund four the cough"]
)
def test_words_that_were_clearly_heard_stay_whatever_the_prompt_holds(engine: Engine, prompt: str) -> None:
    assert heard(engine, prompt, SPEECH) == SAID


@pytest.mark.parametrize(
    "prompt",
    [
        "\0Victor\0 \0",
        "🙂 🙃" * 50,
        "<s> </s> <sil> ++NOISE++ [SPEECH] the(2) #NULL# ' -- '' ''''",
        "ＨＡＬＥ ſ İ ß \ud7ff \n\r\t\x1b[2J %s %n {0}",
        " ".join(f"name{number} hail number" for number in range(1000)),
        "linen bedding " * 20_000,
    ],
    ids=["NUL", "emoji", "marks of the dictionary", "signs", "a thousand words", "280 kB"],
)
def test_a_strange_prompt_is_harmless(engine: Engine, prompt: str) -> None:
    assert heard(engine, prompt).startswith("this is victor h")
    assert heard(engine, "") == UNHINTED


def test_a_prompt_of_ten_megabytes_is_refused(engine: Engine) -> None:
    with pytest.raises(openai.APIStatusError) as refusal:
        heard(engine, "Victor Hale " * 900_000)
    assert refusal.value.status_code == 413
    assert heard(engine, HINTS) == SAID_BY_HALE


def test_a_sample_call_is_heard_no_worse_with_the_hints_of_its_customer(engine: Engine) -> None:
    """The customer's first ten seconds of speech, in which two of the products are spoken of."""
    hints = "Oliver Marsh, ACC00023. ORD0002303 Garden table. ORD0002302 Set of six garden chairs."
    call = SampleCall("cancellation")
    errors = {}
    for prompt in ("", hints):
        errors[prompt] = together(
            [
                word_errors(turn["text"], heard(engine, prompt, wav(customer_in(call, turn))))
                for turn in call.turns[:4]
                if turn["speaker"] == "customer"
            ]
        )
    assert errors[hints].errors <= errors[""].errors < 4


def customer_in(call: SampleCall, turn: dict[str, float]) -> Samples:
    start, end = (round(turn[edge] * SAMPLE_RATE) for edge in ("start", "end"))
    return call.samples[start - SAMPLE_RATE // 4 : end + SAMPLE_RATE // 4, SPEAKERS.index("customer")]
