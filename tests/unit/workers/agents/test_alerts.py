import pytest

from workers.agents.alerts import alerts_in


@pytest.mark.parametrize(
    ("said", "kinds"),
    [
        ("I will close my account and go to another company.", ["leaving"]),
        ("i want to cancel my whole membership", ["leaving"]),
        ("I will never order from you again", ["leaving"]),
        ("You are about to lose a customer.", ["leaving"]),
        ("I want to speak to your manager.", ["escalation"]),
        ("Let me talk with somebody in charge", ["escalation"]),
        ("I am going to make a formal complaint", ["escalation"]),
        ("You will hear from my lawyer.", ["legal"]),
        ("Then I'll take you to court", ["legal"]),
        ("Get me your boss or I will sue you and go elsewhere", ["leaving", "escalation", "legal"]),
        ("I would like to cancel my order", []),
        ("I do not want to close my account", []),
        ("I don't want to speak to your manager", []),
        ("This is not good. I will close my account.", ["leaving"]),
        ("my daughter's name is sue", []),
        ("I want to leave a message", []),
        ("", []),
    ],
)  # fmt: skip
def test_the_rule_hears_a_threat_and_nothing_else(said: str, kinds: list[str]) -> None:
    assert [alert.kind for alert in alerts_in(said)] == kinds


def test_a_threat_that_a_window_cuts_in_two_is_heard_with_its_second_half() -> None:
    assert alerts_in("if not I will close my") == []
    (alert,) = alerts_in("account today", before="if not I will close my")
    assert (alert.kind, alert.trigger) == ("leaving", "if not I will close my account today")


def test_a_threat_is_not_told_again_when_its_turn_goes_on() -> None:
    assert alerts_in("and that is all", before="I will close my account") == []
