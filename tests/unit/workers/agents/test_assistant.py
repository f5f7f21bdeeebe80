"""The shape of an answer: its type on the first line, its text after it, however the stream is split."""

from collections.abc import Iterator
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from app.policies import all_policies
from workers.agents import assistant
from workers.agents.assistant import AT_ONCE_SECONDS, EYE_SECONDS, Draft
from workers.agents.knowledge import Passage, Source

ANSWERS = [
    ("tip\nSay sorry.", "tip", "Say sorry."),
    ("Alert:\nThey want to leave.", "alert", "They want to leave."),
    ("  \n policy \n\n  Refunds take 5 days [1].\nOrder 7.", "policy", "Refunds take 5 days [1].\nOrder 7."),
    ("action\n", "action", ""),
    ("insight", "insight", ""),
    ("insight:", "insight", ""),
    ("Tipping is not usual.", "tip", "Tipping is not usual."),
    ("tip Say sorry.\nNow.", "tip", "tip Say sorry.\nNow."),
    ("Say sorry.", "tip", "Say sorry."),
    ("act", "tip", "act"),
    ("policy" + " " * 40 + "\nRefunds.", "policy", "Refunds."),
    ("POLICY : \nRefunds.", "policy", "Refunds."),
    ("\nSay sorry.\nalert\n", "tip", "Say sorry.\nalert\n"),
    ("", "tip", ""),
]


def read(pieces: list[str]) -> tuple[str, str]:
    """Type and text of an answer that comes in these pieces."""
    draft = Draft()
    text = "".join(assistant._without_type(iter(pieces), draft))
    return draft.type, text


@pytest.mark.parametrize(("answer", "kind", "text"), ANSWERS)
def test_the_first_line_names_the_type_and_is_not_shown(answer: str, kind: str, text: str) -> None:
    assert read([answer]) == (kind, text)


@given(answer=st.sampled_from([answer for answer, _, _ in ANSWERS]), data=st.data())
def test_it_is_read_alike_however_it_is_split(answer: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.lists(st.integers(0, len(answer)))))
    pieces = [answer[a:b] for a, b in zip([0, *cuts], [*cuts, len(answer)], strict=True)]
    assert read(pieces) == read([answer])


@given(answer=st.text(alphabet="tipalerc:\n X", max_size=40))
@example("tip\n\nX")
@example("\n tip :\n")
def test_any_answer_is_read_alike_character_by_character(answer: str) -> None:
    assert read(list(answer)) == read([answer])


class Clock:
    """A clock that only moves when it is told to."""

    def __init__(self) -> None:
        self.now = 100.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(assistant, "time", clock)
    return clock


@pytest.mark.parametrize(
    ("apart", "shown"),
    [
        (0.01, ["0 ", "1 2 3 4 5 6 ", "7 8 9 10 11 "]),
        (0.1, [f"{n} " for n in range(12)]),
        (0.004, ["0 ", "1 2 3 4 5 6 7 8 9 10 11 "]),
    ],
    ids=[
        "what came during a glance is one",
        "a slow one is not held back",
        "what comes fast waits for a glance",
    ],
)
def test_pieces_are_told_at_the_pace_of_the_eye(apart: float, shown: list[str], clock: Clock) -> None:
    told: list[str] = []

    def pieces() -> Iterator[str]:
        due = clock.now
        for piece in ["tip\n", *(f"{n} " for n in range(12))]:
            due += apart
            clock.now = max(clock.now, due)
            yield piece

    draft = Draft()
    assistant._tell(pieces(), draft, lambda offset, text, kind: told.append(text))
    assert told == shown
    assert draft.engine_seconds == pytest.approx(2 * apart), "until the first word, and no longer"


def test_one_that_never_pauses_is_shown_all_the_same(clock: Clock) -> None:
    told: list[float] = []

    def pieces() -> Iterator[str]:
        for _ in range(1000):
            clock.now += AT_ONCE_SECONDS / 5
            yield "x"

    assistant._tell(pieces(), Draft(), lambda offset, text, kind: told.append(clock.now))
    assert max(b - a for a, b in pairwise(told)) < 2.1 * EYE_SECONDS


def test_what_is_told_is_the_message_whatever_the_pace() -> None:
    told: list[tuple[int, str, str]] = []

    draft = Draft()
    pieces = list("alert\nÄll öf it, whatever the pace ☎")
    assistant._tell(iter(pieces), draft, lambda offset, text, kind: told.append((offset, text, kind)))
    assert "".join(text for _, text, _ in told) == draft.message == "Äll öf it, whatever the pace ☎"
    assert [offset for offset, _, _ in told] == [
        sum(len(text) for _, text, _ in told[:n]) for n in range(len(told))
    ]


def test_a_message_cites_the_sources_that_it_names_and_no_others() -> None:
    policies = list(all_policies().values())
    sources = [
        Source(ref, Passage(policy, policy.sections[0])) for ref, policy in enumerate(policies[:3], start=1)
    ]
    draft = Draft(message="Refunds take 5 days [3], as [1] says; [9] is made up.", sources=sources)
    assert [citation["ref"] for citation in draft.citations] == [1, 3]
    first = policies[0]
    assert draft.citations[0] == {
        "ref": 1,
        "title": first.title,
        "section": first.sections[0].title,
        "url": f"/policies/{first.slug}#{first.sections[0].slug}",
        "quote": first.sections[0].text.split("\n\n")[0],
    }
