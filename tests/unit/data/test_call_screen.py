"""What `make demo` prints where there is no terminal: the same words, line by line."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.call_screen import CallScreen, clock

STARTED = {"type": "suggestion_started", "suggestion_id": "s", "trigger": "it is late"}
MESSAGE = (
    "I am sorry that your order is late. We trace it with the carrier and tell you what we found within one "
    "working day. [1]\nORD0000703 · Oak dining table · 289.00 · shipped"
)


def finished(**changes: object) -> dict[str, object]:
    source = {"ref": 1, "title": "Late delivery", "section": "Lost orders"}
    return {
        "type": "suggestion",
        "suggestion_id": "s",
        "message": MESSAGE,
        "citations": [source],
        "status": "complete",
        **changes,
    }


@pytest.fixture
def screen() -> CallScreen:
    return CallScreen("late_order", 60)


def printed(capsys: pytest.CaptureFixture[str]) -> str:
    """What came out, with all white space made one blank."""
    return " ".join(capsys.readouterr().out.split())


def test_words_are_shown_with_who_said_them_and_when(
    screen: CallScreen, capsys: pytest.CaptureFixture[str]
) -> None:
    said = {"type": "transcript", "speaker": "customer", "text": "it is late", "start": 75.2, "end": 77.0}
    screen.show({**said, "final": False})
    assert printed(capsys) == ""
    screen.show({**said, "final": True})
    assert printed(capsys) == "01:15 customer it is late"


@pytest.mark.parametrize(
    ("message", "shown"),
    [
        ({"summary": "The order is late."}, "summary The order is late."),
        ({"summary": "", "failure": "400"}, "summary none: 400"),
    ],
)
def test_a_summary_is_shown_or_why_there_is_none(
    screen: CallScreen, capsys: pytest.CaptureFixture[str], message: dict[str, str], shown: str
) -> None:
    screen.show({"type": "summary", **message})
    assert printed(capsys) == shown


@pytest.mark.parametrize("size", [1, 3, 7, 50, 1000])
def test_a_suggestion_is_whole_however_it_was_streamed(
    screen: CallScreen, capsys: pytest.CaptureFixture[str], size: int
) -> None:
    screen.show(STARTED)
    for offset in range(0, len(MESSAGE), size):
        content = MESSAGE[offset : offset + size]
        screen.show({"type": "suggestion_delta", "suggestion_id": "s", "offset": offset, "content": content})
    screen.show(finished())
    words = " ".join(MESSAGE.split())
    assert printed(capsys) == f"suggestion on “it is late” {words} source [1] Late delivery, Lost orders"


def test_full_lines_are_shown_before_the_suggestion_is_finished(
    screen: CallScreen, capsys: pytest.CaptureFixture[str]
) -> None:
    screen.show(STARTED)
    screen.show({"type": "suggestion_delta", "suggestion_id": "s", "offset": 0, "content": MESSAGE[:120]})
    assert "I am sorry that your order is late." in printed(capsys)


def test_a_suggestion_that_begins_again_says_so_and_ends_with_the_second_text(
    screen: CallScreen, capsys: pytest.CaptureFixture[str]
) -> None:
    screen.show(STARTED)
    for content in ("Something else", MESSAGE):
        screen.show({"type": "suggestion_delta", "suggestion_id": "s", "offset": 0, "content": content})
    screen.show(finished())
    text = printed(capsys)
    assert "Something else… (begun again)" in text
    assert text.count("I am sorry that your order is late.") == 1


def test_a_suggestion_that_was_missed_while_it_streamed_is_shown_at_its_end(
    screen: CallScreen, capsys: pytest.CaptureFixture[str]
) -> None:
    screen.show(STARTED)
    screen.show(finished(status="superseded"))
    text = printed(capsys)
    assert "I am sorry that your order is late." in text
    assert text.endswith("(superseded)")


@given(st.text(alphabet="abc \n", max_size=400))
def test_no_word_is_lost_in_breaking_lines(message: str) -> None:
    with pytest.MonkeyPatch.context() as patch:
        lines: list[str] = []
        patch.setattr("data.call_screen.tqdm.write", lines.append)
        screen = CallScreen("late_order", 60)
        screen.show(STARTED)
        screen.show(finished(message=message, citations=[]))
    shown = "".join(lines[2:])
    assert shown.replace(" ", "") == message.replace(" ", "").replace("\n", "")
    assert max(map(len, lines)) <= 110


def test_everything_else_that_a_person_wants_to_know_is_shown(
    screen: CallScreen, capsys: pytest.CaptureFixture[str]
) -> None:
    customer = {"name": "Walter Finch", "tier": "gold", "orders": [1, 2], "tickets": []}
    screen.show({"type": "customer", "customer": customer})
    screen.show({"type": "lookup", "tool": "lookup_orders", "arguments": {"status": "shipped"}, "found": 2})
    screen.show({"type": "gap", "speaker": "agent", "start": 3.0, "end": 12.0, "reason": "lost"})
    screen.show({"type": "error", "code": "unknown_customer", "message": "Nobody has it.", "fatal": False})
    screen.show({"type": "call_ended", "status": "completed", "duration_seconds": 61.25})
    screen.show({"type": "sentiment", "label": "negative", "score": -0.4})
    screen.show({"type": "summary", "summary": "It was late."})
    screen.show({"type": "audio_ack", "received_bytes": 5})
    assert printed(capsys) == (
        "calling Walter Finch, gold customer; orders: 2, tickets: 0 "
        "looked up lookup_orders(status shipped): 2 found "
        "00:03 agent [9.0 s not heard] "
        "notice Nobody has it. "
        "call ended completed after 61.2 s "
        "sentiment negative (-0.40) "
        "summary It was late."
    )


def test_the_clock_of_a_call_shows_minutes_and_seconds() -> None:
    assert [clock(seconds) for seconds in (0.9, 59.9, 60, 754)] == ["00:00", "00:59", "01:00", "12:34"]
