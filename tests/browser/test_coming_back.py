"""One call of two people, through all that they press, and all that is loaded anew or cut off."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.accessibility import DESKTOP, PHONE, assert_accessible
from tests.browser.callers import a_page, call_in, wait_until
from tests.faults.proxy import Proxy
from tests.running import RunningSystem

SOON_MS = 30_000
HEARS = """async () => {
  const stats = [...(await links.at(-1).getStats()).values()];
  return stats.find(({type}) => type === "inbound-rtp")?.totalAudioEnergy > 0.0001;
}"""

IS_SILENT = "links.length > 0 && links.at(-1).getSenders().every(({track}) => !track.enabled)"


@dataclass
class Call:
    agent: Page
    customer: Page
    network: Proxy
    """Between the customer and us."""
    mistakes: list[str]

    def assert_they_hear_each_other(self) -> None:
        self.assert_line_stands()
        for page in (self.agent, self.customer):
            wait_until(page, HEARS)

    def assert_line_stands(self) -> None:
        expect(self.agent.get_by_text("You hear each other")).to_be_visible(timeout=SOON_MS)
        expect(self.customer.get_by_text("You are through.")).to_be_visible(timeout=SOON_MS)

    @property
    def log(self) -> Locator:
        return self.agent.get_by_role("log", name="What was said")


@pytest.fixture(scope="module")
def call(system: RunningSystem, chromium: Browser) -> Iterator[Call]:
    """The customer's page is loaded anew while it rings; then the agent answers."""
    server = urlsplit(system.url)
    mistakes: list[str] = []
    with Proxy((server.hostname or "", server.port or 0)) as network:
        agent = a_page(chromium, system.sign_in, mistakes)
        customer = a_page(chromium, f"http://{server.hostname}:{network.port}/customer", mistakes)
        call_in(customer, system, "Somebody")
        agent.get_by_role("button", name="Answer").wait_for(timeout=SOON_MS)
        customer.reload()
        customer.get_by_text("Ringing", exact=True).wait_for(timeout=SOON_MS)
        agent.get_by_role("button", name="Answer").click()
        yield Call(agent, customer, network, mistakes)


def test_a_call_that_was_loaded_anew_while_it_rang_is_answered(call: Call) -> None:
    call.assert_they_hear_each_other()
    assert_accessible(call.customer)


def test_each_mutes_and_is_heard_again(call: Call) -> None:
    customer = call.customer
    customer.get_by_role("button", name="Mute").click()
    expect(customer.get_by_text("You are muted.")).to_be_visible()
    expect(call.log).to_contain_text(re.compile("(?<!You )muted"), timeout=SOON_MS)
    customer.get_by_role("button", name="Unmute").click()
    expect(call.log).to_contain_text(re.compile("(?<!You )unmuted"), timeout=SOON_MS)
    call.agent.get_by_role("button", name="Mute the microphone").click()
    expect(call.log).to_contain_text("You muted", timeout=SOON_MS)


def test_a_customer_who_loads_the_page_anew_on_hold_is_on_hold_still(call: Call) -> None:
    call.agent.get_by_role("button", name="Hold the customer").click()
    expect(call.customer.get_by_text("You are on hold.")).to_be_visible(timeout=SOON_MS)
    assert_accessible(call.customer)
    assert_accessible(call.agent)
    call.customer.reload()
    expect(call.customer.get_by_text("You are on hold.")).to_be_visible(timeout=SOON_MS)
    call.agent.get_by_role("button", name="Take back the customer").click()
    call.assert_line_stands()
    wait_until(call.agent, HEARS)


def test_a_customer_who_loads_the_page_anew_is_in_the_call_and_muted_still(call: Call) -> None:
    customer = call.customer
    customer.get_by_role("button", name="Mute").click()
    expect(customer.get_by_text("You are muted.")).to_be_visible()
    customer.reload()
    expect(customer.get_by_text("You are muted.")).to_be_visible(timeout=SOON_MS)
    expect(call.log).to_contain_text(re.compile(r"s of (?!You )[\w ]+ not heard"), timeout=SOON_MS)
    wait_until(customer, IS_SILENT)
    customer.get_by_role("button", name="Unmute").click()
    call.assert_line_stands()
    wait_until(call.agent, HEARS)


def test_an_agent_who_loads_the_page_anew_is_in_the_call_and_muted_still(call: Call) -> None:
    call.agent.reload()
    wait_until(call.agent, IS_SILENT)
    expect(call.agent).to_have_title(re.compile(r"^(?!Earpiece).+ – Earpiece"), timeout=SOON_MS)
    expect(call.log).to_contain_text("Back from hold", timeout=SOON_MS)
    expect(call.log).to_contain_text("s of You not heard", timeout=SOON_MS)
    call.agent.get_by_role("button", name="Unmute the microphone").click()
    call.assert_they_hear_each_other()


def test_a_customer_whose_network_was_gone_is_back_by_itself(call: Call) -> None:
    call.network.cut()
    expect(call.customer.get_by_text("Your connection is gone.")).to_be_visible(timeout=SOON_MS)
    call.network.heal()
    call.assert_they_hear_each_other()


def test_a_customer_who_hangs_up_leaves_the_agent_to_wrap_up(call: Call) -> None:
    call.customer.get_by_role("button", name="Hang up").click()
    expect(call.customer.get_by_role("alert")).to_have_text("You hung up.")
    expect(call.agent.get_by_text("The customer hung up")).to_be_visible(timeout=SOON_MS)
    call.customer.reload()
    expect(call.customer.get_by_role("button", name="Call", exact=True)).to_be_visible()
    call.agent.get_by_role("button", name="End call").click()
    expect(call.agent.get_by_role("region", name="Wrap-up")).to_be_visible(timeout=SOON_MS)


def test_an_agent_who_loads_the_page_anew_after_the_call_finds_the_wrap_up_as_it_was(call: Call) -> None:
    agent = call.agent
    agent.get_by_label("Summary").fill("A long silence.")
    agent.keyboard.press("Tab")
    expect(agent.get_by_text("Saved", exact=True)).to_be_visible(timeout=SOON_MS)
    with agent.expect_response("**/wrap-up"):
        agent.get_by_label("Outcome").select_option("resolved")
    expect(agent.get_by_text("Saved", exact=True)).to_be_visible(timeout=SOON_MS)
    agent.reload()
    expect(agent.get_by_label("Summary")).to_have_value("A long silence.", timeout=SOON_MS)
    expect(agent.get_by_label("Outcome")).to_have_value("resolved")
    expect(call.log).to_contain_text("hung up")


def test_words_typed_at_the_wrap_up_and_not_saved_are_there_again_after_a_reload(call: Call) -> None:
    agent, summary = call.agent, call.agent.get_by_label("Summary")
    summary.fill("A long silence, and music.")
    agent.reload()
    expect(summary).to_have_value("A long silence, and music.", timeout=SOON_MS)
    expect(agent.get_by_text("not saved yet")).to_be_visible()
    summary.focus()
    agent.keyboard.press("Tab")
    expect(agent.get_by_text("Saved", exact=True)).to_be_visible(timeout=SOON_MS)
    agent.reload()
    expect(summary).to_have_value("A long silence, and music.", timeout=SOON_MS)
    expect(agent.get_by_text("not saved yet")).to_have_count(0)


def test_the_button_that_completes_stays_in_sight_under_a_long_summary(call: Call) -> None:
    agent = call.agent
    agent.get_by_label("Summary").fill("A long silence.\n" * 60)
    complete = agent.get_by_role("button", name=re.compile("Complete"))
    for size in (DESKTOP, PHONE):
        agent.set_viewport_size(size)
        expect(complete).to_be_in_viewport(ratio=1)
    assert_accessible(agent)
    complete.click()
    expect(agent.get_by_role("heading", name="No call right now")).to_be_visible(timeout=SOON_MS)
    agent.reload()
    expect(agent.get_by_role("heading", name="No call right now")).to_be_visible(timeout=SOON_MS)
    assert call.mistakes == []


def test_a_recorded_call_that_was_cut_off_by_a_reload_ends_in_its_wrap_up(call: Call) -> None:
    agent = call.agent
    agent.get_by_role("button", name="Simulate a call").click()
    expect(agent.get_by_role("region", name="Call", exact=True)).to_contain_text("Live", timeout=SOON_MS)
    agent.reload()
    expect(agent.get_by_text("the recorded call ends where it was cut off")).to_be_visible(timeout=SOON_MS)
    expect(agent.get_by_role("region", name="Wrap-up")).to_be_visible(timeout=SOON_MS)
    assert_accessible(agent)
    assert call.mistakes == []
