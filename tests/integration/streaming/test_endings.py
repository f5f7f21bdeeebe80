"""How a leg ends, and a call: once, after the last word, whatever the order in which work is done."""

from collections.abc import Callable
from functools import partial
from random import Random

import pytest
import redis
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from app.streaming import keys, ledger, scripts
from app.streaming.ledger import Claim, settle_window
from tests.integration.streaming.scene import RATE, SECOND, Scene, sound


def test_a_customer_hangs_up_and_the_call_goes_on(scene: Scene, store: redis.Redis) -> None:
    scene.take("agent")
    scene.take("customer")
    scene.append(sound(0, SECOND))
    assert scene.end("customer") == [f"w:{scene.call_id}:customer:0"]
    assert store.hget(scene.key, "status") == b"active"
    assert scene.cut(speaker="agent") == 0
    assert scene.events("call_ended") == []


def test_the_end_of_a_call_closes_both_legs_after_the_bytes_stored_so_far(
    scene: Scene, store: redis.Redis
) -> None:
    scene.take("agent", paired=True)
    scene.take("customer", paired=True)
    scene.append(sound(0, 2 * SECOND), speaker="agent")
    scene.append(sound(0, 3 * SECOND))
    made = scene.end()
    assert made == [f"w:{scene.call_id}:agent:0", f"w:{scene.call_id}:customer:0"]
    tail = scene.claim(0)
    assert (tail.start, tail.end, tail.kind, tail.reason) == (0, 3 * SECOND, "speech", "end")
    assert store.hmget(scene.key, "status", "duration") == [b"completed", b"3"]
    assert store.zscore(keys.CALLS_SEEN, str(scene.call_id)) is None


def test_a_tail_without_a_voice_needs_no_engine(scene: Scene) -> None:
    scene.take()
    scene.cut()
    scene.append(sound(SECOND, 2 * SECOND), voiced=False)
    assert scene.end() == [f"w:{scene.call_id}:customer:1"]
    assert scene.claim(1).kind == "silent"
    scene.hear(0, "Goodbye.")
    assert [event["type"] for event in scene.events()] == ["transcript", "call_ended"]


def test_what_followed_the_last_voice_is_a_silent_tail(scene: Scene) -> None:
    scene.take()
    scene.append(sound(0, SECOND), voiced=True)
    scene.append(sound(SECOND, 2 * SECOND), (2 * SECOND, "speech", "pause"), voiced=False)
    scene.append(sound(2 * SECOND, 3 * SECOND), voiced=False)
    scene.end()
    assert scene.claim(1).kind == "silent"


def test_a_silent_tail_alone_does_not_hold_up_the_end(scene: Scene, store: redis.Redis) -> None:
    scene.take()
    claim = scene.claim(scene.cut())
    scene.finish(claim, "Goodbye.")
    settle_window(store, claim)
    scene.append(sound(SECOND, 2 * SECOND), voiced=False)
    scene.end()
    assert settle_window(store, scene.claim(1)) is True


def test_a_call_without_sound_is_over_at_once(scene: Scene) -> None:
    scene.take("agent")
    assert scene.end() == [f"f:{scene.call_id}"]
    (ended,) = scene.events()
    assert (ended["type"], ended["duration_seconds"], ended["status"]) == ("call_ended", 0, "completed")
    assert scene.ledger() == ["f", "o"]


def test_an_abandoned_call_says_so(scene: Scene) -> None:
    scene.take()
    scene.say("Hello?")
    scene.end(status="abandoned")
    (ended,) = scene.events("call_ended")
    assert (ended["status"], ended["duration_seconds"]) == ("abandoned", pytest.approx(1))


def test_a_call_ends_once(scene: Scene) -> None:
    scene.take()
    scene.append(sound(0, SECOND))
    scene.end()
    assert scene.end() == []
    assert scene.end("customer", "abandoned") == []
    scene.hear(0, "Goodbye.")
    assert [event["status"] for event in scene.events("call_ended")] == ["completed"]


def test_a_call_that_nobody_knows_cannot_be_ended(scene: Scene, store: redis.Redis) -> None:
    assert scene.end() == []
    assert store.exists(scene.key) == 0


def test_a_call_is_not_over_before_its_last_word_is_heard(scene: Scene) -> None:
    scene.take()
    first = scene.claim(scene.cut())
    scene.cut()
    scene.end()
    scene.hear(1, "Two.")
    assert scene.events() == []
    scene.finish(first, "One.")
    assert [event.get("text") for event in scene.events()] == ["One.", "Two.", None]
    assert scene.events()[-1]["type"] == "call_ended"
    assert "f" in scene.ledger()


def test_a_suggestion_does_not_outlive_its_call(scene: Scene) -> None:
    scene.take()
    (asked,) = scene.say("Where is my order?")
    scene.end()
    assert scene.store.exists(keys.suggestion(scene.call_id, asked)) == 0
    assert scene.ledger() == ["f", "o", "w:customer:0"]


def test_words_heard_after_the_end_ask_for_no_suggestion(scene: Scene) -> None:
    scene.take()
    claim = scene.claim(scene.cut())
    scene.end()
    assert scene.finish(claim, "Where is my order?") == (True, None, [])


class Disorder:
    """A call whose work is done in whatever order is drawn, and what that brought about."""

    def __init__(self, store: redis.Redis) -> None:
        self.scene = Scene(store)
        self.scene.take("agent")
        self.scene.take("customer")
        self.cuts: list[tuple[str, int, str]] = []
        self.unclaimed: list[tuple[str, int]] = []
        self.claimed: list[Claim] = []
        self.finished: list[Claim] = []
        self.ended = False
        self.in_order = True
        self.voiced = {"agent": False, "customer": False}
        self.told_to_finish = 0

    def steps(self) -> list[Callable[[], None]]:
        """What can be done next."""
        speakers = ("agent", "customer")
        possible: list[Callable[[], None]] = []
        if not self.ended:
            possible = [self.end]
            possible += [
                partial(self.speak, speaker, voiced) for speaker in speakers for voiced in (True, False)
            ]
            possible += [
                partial(self.cut, speaker, kind) for speaker in speakers for kind in ("speech", "silent")
            ]
        possible += [
            partial(self.claim, speaker, number)
            for speaker, number in self.unclaimed
            if sum(claim.speaker == speaker for claim in self.claimed) < 2  # an engine takes no more of a leg
        ]
        possible += [partial(self.finish, claim) for claim in self.claimed]
        possible += [partial(self.settle, claim) for claim in self.finished]
        possible += [partial(self.lose_patience, speaker) for speaker in speakers if self.waits(speaker)]
        return possible

    def cut(self, speaker: str, kind: str) -> None:
        number = self.scene.cut(0.1, kind=kind, speaker=speaker)
        self.cuts.append((speaker, number, kind))
        self.unclaimed.append((speaker, number))

    def speak(self, speaker: str, voiced: bool) -> None:
        """Sound that no window holds yet."""
        start = self.scene.length(speaker)
        self.scene.append(sound(start, start + RATE // 10 * 2), speaker=speaker, voiced=voiced)
        self.voiced[speaker] = voiced

    def claim(self, speaker: str, number: int) -> None:
        self.unclaimed.remove((speaker, number))
        claim = self.scene.claim(number, speaker)
        (self.finished if claim.heard else self.claimed).append(claim)

    def finish(self, claim: Claim) -> None:
        self.claimed.remove(claim)
        assert self.scene.finish(claim, f"{claim.speaker} {claim.number}").kept
        self.finished.append(claim)

    def settle(self, claim: Claim) -> None:
        self.finished.remove(claim)
        self.told_to_finish += settle_window(self.scene.store, claim)

    def waits(self, speaker: str) -> bool:
        """Whether a window of the leg blocks those behind it."""
        return self.scene.store.hexists(keys.leg(self.scene.call_id, speaker), "waiting")

    def lose_patience(self, speaker: str) -> None:
        self.in_order = False
        self.scene.wait_behind(10, speaker)
        scripts.ADVANCE_LEG(self.scene.store, self.scene.key, speaker)

    def end(self) -> None:
        self.ended = True
        for item in self.scene.end():
            kind, _, *rest = item.split(":")
            if kind == "f":
                self.told_to_finish += 1
            else:
                self.cuts.append((rest[0], int(rest[1]), "speech" if self.voiced[rest[0]] else "silent"))
                self.unclaimed.append((rest[0], int(rest[1])))


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(drawn=st.lists(st.integers(0, 1000), max_size=40), order=st.randoms(use_true_random=False))
def test_a_call_is_concluded_once_whatever_the_order(
    store: redis.Redis, drawn: list[int], order: Random
) -> None:
    call = Disorder(store)
    for number in drawn:
        steps = call.steps()
        if steps:
            steps[number % len(steps)]()
    if not call.ended:
        call.end()
    while steps := call.steps():
        assert call.scene.events("call_ended") == [] or not call.claimed
        order.choice(steps)()
    record = call.scene.events()
    assert [event["id"] for event in record] == list(range(1, len(record) + 1))
    assert [event["type"] for event in record if event["type"] != "transcript"] == ["call_ended"]
    assert record[-1]["type"] == "call_ended"
    for speaker in ("agent", "customer"):
        spoken = [number for of, number, kind in call.cuts if of == speaker and kind == "speech"]
        told = [event["window"] for event in record if event.get("speaker") == speaker]
        assert sorted(told) == sorted(spoken)
        assert told == sorted(told) or not call.in_order
        assert store.zcard(f"{keys.leg(call.scene.call_id, speaker)}:open") == 0
    assert call.told_to_finish == 1
    assert call.scene.ledger() == ["f", "o"]


def test_the_work_after_the_call_can_be_claimed_by_nobody_twice(scene: Scene, store: redis.Redis) -> None:
    scene.take()
    claim = scene.claim(scene.cut())
    scene.end()
    scene.finish(claim, "Bye.")
    assert settle_window(store, claim) is True
    assert settle_window(store, claim) is False
    assert ledger.claim_window(store, scene.call_id, "customer", 0) is None
