"""Who waits with frames, until when, and beside whom."""

from app.api.media.holding import Held, Holding


class Leg:
    """Of a call."""

    def __init__(self, call_key: str) -> None:
        self.call_key = call_key

    def send(self) -> None:
        raise AssertionError


def waiting(*calls: str) -> tuple[Holding, list[Held]]:
    """Legs of these calls; the first waits until 1, the second until 2, and so on."""
    holding = Holding()
    legs: list[Held] = [Leg(call) for call in calls]
    for until, leg in enumerate(legs, 1):
        holding.add(leg, until)
    return holding, legs


def test_who_has_waited_longest_is_due_first_and_once() -> None:
    holding, legs = waiting("a", "b", "c")
    assert holding.due(2.5) == legs[:2]
    assert holding.due(2.5) == []
    assert holding.due(3) == legs[2:]


def test_who_waits_already_waits_no_longer_for_more() -> None:
    holding, (leg,) = waiting("a")
    holding.add(leg, 2)
    assert holding.due(1) == [leg]


def test_who_waits_no_longer_is_not_due_and_may_wait_anew() -> None:
    holding, (leg,) = waiting("a")
    holding.discard(leg)
    holding.add(leg, 4)
    holding.discard(leg)
    holding.discard(leg)
    assert holding.of_call("a") == []
    holding.add(leg, 5)
    assert (holding.due(4.5), holding.due(5)) == ([], [leg])


def test_the_legs_of_a_call_are_told_apart_from_others() -> None:
    holding, (first, _, second) = waiting("a", "b", "a")
    assert holding.of_call("a") == [first, second]
    holding.discard(first)
    assert holding.of_call("a") == [second]
    assert holding.of_call("nobody's") == []


def test_it_is_known_how_long_nothing_is_due_and_who_ends_a_rest() -> None:
    holding = Holding()
    assert holding.seconds_left(0) is None
    assert holding.add(Leg("a"), 3)
    assert not holding.add(Leg("b"), 4)
    assert (holding.seconds_left(1), holding.seconds_left(5)) == (2, 0)
