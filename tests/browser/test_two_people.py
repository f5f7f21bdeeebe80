"""Two Chromiums, each with its own microphone, talk over WebRTC; a supervisor follows them."""

import re
from dataclasses import dataclass
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.accessibility import PHONE, assert_accessible
from tests.browser.callers import a_page, call_in
from tests.browser.conftest import Launch
from tests.browser.microphones import write_microphone
from tests.running import RunningSystem

RINGING_MS = 30_000
WORDS_MS = 60_000


@dataclass
class Call:
    """Two people in one, and the page of a third who looks on."""

    agent: Page
    customer: Page
    supervisor: Page
    mistakes: list[str]


@pytest.fixture(scope="module")
def call(
    system: RunningSystem, launch: Launch, chromium: Browser, tmp_path_factory: pytest.TempPathFactory
) -> Call:
    """A customer calls, one of two agents answers, and both begin to speak."""
    folder = tmp_path_factory.mktemp("microphones")
    says = (8.0, ("late_order", 1), 4.0, ("threat_to_leave", 5))
    # Twice: on a slow machine the call may be answered when the first was said already.
    speaks = write_microphone(folder / "customer.wav", *says, *says, 20.0)
    answers = write_microphone(folder / "agent.wav", 1.0, ("late_order", 0), 20.0)
    mistakes: list[str] = []
    customer = a_page(launch(speaks), f"{system.url}/customer", mistakes)
    agent = a_page(launch(answers), system.sign_in, mistakes)
    slower = a_page(chromium, system.sign_in, mistakes)
    call_in(customer, system, "Somebody")
    for page in (agent, slower):
        page.get_by_role("button", name="Answer").wait_for(timeout=RINGING_MS)
    agent.get_by_role("button", name="Answer").click()
    expect(slower.get_by_role("button", name="Answer")).to_have_count(0, timeout=RINGING_MS)
    slower.goto(f"{system.url}/live")
    return Call(agent, customer, slower, mistakes)


def said_by(page: Page, speaker: str) -> Any:
    return page.get_by_role("log").locator(f"[id^=said-{speaker}-]")


def test_the_two_hear_each_other(call: Call) -> None:
    expect(call.agent.get_by_text("You hear each other")).to_be_visible(timeout=RINGING_MS)
    expect(call.customer.get_by_text("You are through.")).to_be_visible(timeout=RINGING_MS)


def test_a_supervisor_sees_the_call_and_sends_a_note(call: Call) -> None:
    supervisor = call.supervisor
    followed = supervisor.get_by_role("link", name=re.compile("Admin")).first
    followed.wait_for(timeout=WORDS_MS)
    assert_accessible(supervisor)
    followed.click()
    supervisor.get_by_placeholder(re.compile("A note for")).fill("Offer express delivery.")
    supervisor.get_by_role("button", name="Send").click()
    pinned = call.agent.get_by_role("alert").filter(has_text="Offer express delivery.")
    expect(pinned).to_be_visible(timeout=WORDS_MS)
    assert_accessible(supervisor)


def test_words_stand_under_the_right_names_and_help_comes_without_a_click(call: Call) -> None:
    page = call.agent
    for speaker, word in (("customer", "table"), ("agent", "silver lake")):
        said = said_by(page, speaker).filter(has_text=re.compile(word, re.IGNORECASE))
        expect(said.first).to_be_visible(timeout=WORDS_MS)
    expect(page.get_by_role("region", name="Orders")).to_contain_text("ORD")
    source = page.get_by_role("article", name="Say next").get_by_role("group").filter(has_text="[")
    source.first.locator("summary").click(timeout=WORDS_MS)
    expect(page.get_by_role("link", name="Read the whole policy").first).to_be_visible()


def test_an_answer_to_a_question_streams_into_its_card(call: Call) -> None:
    page = call.agent
    page.keyboard.press("/")
    page.keyboard.type("What is our refund window?")
    page.keyboard.press("Enter")
    answer = page.get_by_role("article", name="Answer")
    source = answer.get_by_role("link", name=re.compile("^Source [0-9]+: Refunds"))
    expect(source.first).to_be_visible(timeout=WORDS_MS)
    expect(answer).to_have_attribute("aria-busy", "false", timeout=WORDS_MS)
    assert_accessible(page)


def test_a_threat_to_leave_is_an_alert(call: Call) -> None:
    pinned = call.agent.get_by_role("alert").filter(has_text=re.compile("company|account", re.IGNORECASE))
    expect(pinned).to_be_visible(timeout=WORDS_MS)
    told = call.supervisor.get_by_role("link").filter(has_text=re.compile("alerts?|leaving|above you"))
    expect(told.first).to_be_visible(timeout=WORDS_MS)


def test_hold_and_mute_are_told_to_both(call: Call) -> None:
    call.agent.keyboard.press("Escape")  # out of the field of the question
    call.agent.keyboard.press("h")
    expect(call.customer.get_by_text("You are on hold.")).to_be_visible(timeout=RINGING_MS)
    expect(call.agent.get_by_label("Time on hold")).to_be_visible()
    call.agent.keyboard.press("h")
    expect(call.agent.get_by_label("Time on hold")).to_have_count(0, timeout=RINGING_MS)
    call.agent.keyboard.press("m")
    expect(call.agent.get_by_role("log")).to_contain_text("You muted", timeout=RINGING_MS)


def test_sound_arrived_at_both_ends(call: Call) -> None:
    for page in (call.agent, call.customer):
        energy = page.evaluate(
            """async () => {
              const stats = [...(await links.at(-1).getStats()).values()];
              return stats.find(({type}) => type === "inbound-rtp").totalAudioEnergy;
            }"""
        )
        assert energy > 0.001, page.url


def test_the_call_ends_in_a_summary(call: Call) -> None:
    page = call.agent
    page.get_by_role("button", name="End call").click()
    expect(call.customer.get_by_role("alert")).to_contain_text("ended", timeout=RINGING_MS)
    expect(page.get_by_label("Summary")).to_have_value(re.compile(r"\w+ \w+"), timeout=WORDS_MS * 2)
    page.get_by_label("Outcome").select_option("resolved")
    assert_accessible(page)
    assert_accessible(call.customer)
    page.get_by_role("button", name=re.compile("Complete")).click()
    expect(page.get_by_role("button", name="Simulate a call")).to_be_visible(timeout=RINGING_MS)


def test_the_call_is_found_again_its_wrap_up_before_its_words_on_a_phone(call: Call) -> None:
    page = call.agent
    page.get_by_role("link", name="Calls").click()
    found = page.get_by_role("list", name="Calls found").get_by_role("link").first
    found.wait_for(timeout=RINGING_MS)
    assert_accessible(page)
    found.click()
    wrap_up = page.get_by_role("heading", name="Wrap-up")
    wrap_up.wait_for(timeout=RINGING_MS)
    assert_accessible(page)
    page.set_viewport_size(PHONE)
    said = page.get_by_role("heading", name="What was said")
    assert top_of(wrap_up) < top_of(said)
    assert call.mistakes == []


def top_of(shown: Locator) -> float:
    box = shown.bounding_box()
    assert box is not None
    return box["y"]
