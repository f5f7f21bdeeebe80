"""A sample call spoken into two Chromiums' microphones: what the agent sees, and how soon."""

import re
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.callers import call_in
from tests.browser.conftest import Launch
from tests.browser.microphones import write_microphone
from tests.running import RunningSystem

pytestmark = pytest.mark.timeout(300)
MARKS = Path(__file__).with_name("marks.js")
RINGING_MS = 30_000
WORDS_MS = 60_000
STAGES_MS = 50
"""Between the stages' sum and what the browser measures: the median of all words and advice."""
STAGES_OF_WORDS = re.compile(r"cut \d+ · queue \d+ · engine \d+ · store \d+ · publish \d+ · paint \d+")
STAGES_OF_ADVICE = re.compile(
    r"transcript \d+ · queue \d+ · prepare \d+ · engine \d+ · publish \d+ · paint \d+"
)


@dataclass
class Call:
    """Two people in one."""

    agent: Page
    customer: Page

    def sent(self, speaker: str) -> list[dict[str, Any]]:
        """Each frame that a browser sent: `end` (the leg's bytes), `at`, and whether it is `loud`."""
        page = self.agent if speaker == "agent" else self.customer
        frames: list[dict[str, Any]] = page.evaluate("marks.sent")
        return frames

    def said(self, speaker: str, word: str) -> Locator:
        spoken = self.agent.get_by_role("log").locator(f"[id^=said-{speaker}-]")
        return spoken.filter(has_text=re.compile(word, re.IGNORECASE)).first


@pytest.fixture(scope="module")
def call(system: RunningSystem, launch: Launch, tmp_path_factory: pytest.TempPathFactory) -> Call:
    """A customer calls, an agent answers, and both begin to speak."""
    folder = tmp_path_factory.mktemp("microphones")
    complains = write_microphone(
        folder / "customer.wav", 8.0, ("late_order", 1), 5.0, ("threat_to_leave", 5), 60.0
    )
    answers = write_microphone(folder / "agent.wav", 2.0, ("late_order", 0), 4.0, ("late_order", 2), 60.0)
    pages = []
    for microphone, address in ((complains, f"{system.url}/customer"), (answers, system.sign_in)):
        page = launch(microphone).new_page(viewport={"width": 1440, "height": 900})
        page.add_init_script(path=MARKS)
        page.goto(address)
        pages.append(page)
    customer, agent = pages
    call_in(customer, system, "Somebody")
    agent.get_by_role("button", name="Answer").click(timeout=RINGING_MS)
    return Call(agent, customer)


def test_final_words_stand_under_who_spoke_them(call: Call) -> None:
    expect(call.said("agent", "silver lake")).to_be_visible(timeout=WORDS_MS)
    expect(call.said("customer", "table")).to_be_visible(timeout=WORDS_MS)


def test_the_customers_orders_come_without_a_click(call: Call) -> None:
    expect(call.agent.get_by_role("region", name="Orders")).to_contain_text("ORD")


def test_advice_streams_and_its_source_opens(call: Call) -> None:
    page = call.agent
    sheet = page.get_by_role("article", name="Say next")
    source = sheet.get_by_role("link", name=re.compile(r"^Source \d+: ")).first
    source.click(timeout=WORDS_MS)
    assert len(set(page.evaluate("marks.growth"))) > 1, "it came in one piece"
    quote = sheet.get_by_role("blockquote").first
    words = quote.locator("p").inner_text()
    with page.expect_popup() as opened:
        quote.get_by_role("link", name="Read the whole policy").click()
    expect(opened.value.locator("body")).to_contain_text(words)
    opened.value.close()


def test_a_threat_to_leave_is_an_alert(call: Call) -> None:
    pinned = call.agent.get_by_role("alert").filter(has_text=re.compile("leav", re.IGNORECASE))
    expect(pinned).to_be_visible(timeout=WORDS_MS)


def test_a_microphone_without_sound_is_told(call: Call) -> None:
    words = call.agent.get_by_role("alert").filter(has_text="No sound from your microphone for 10 seconds")
    expect(words).to_be_visible(timeout=WORDS_MS)


def test_the_stages_are_shown_on_demand(call: Call) -> None:
    page = call.agent
    assert page.locator("[data-delay]").count() == 0
    page.keyboard.press("?")
    page.get_by_role("checkbox", name=re.compile("where the time went")).check()
    page.keyboard.press("Escape")
    for line in page.get_by_role("log").locator("[data-delay]").all():
        expect(line).to_contain_text(STAGES_OF_WORDS)
    sheet = page.get_by_role("article", name="Say next")
    expect(sheet.locator("[data-delay]")).to_contain_text(STAGES_OF_ADVICE)


def test_the_call_ends_in_a_summary_and_the_stages_were_true(call: Call, system: RunningSystem) -> None:
    page = call.agent
    told = delays_told(page)
    page.get_by_role("button", name="End call").click()
    expect(page.get_by_label("Summary")).to_have_value(re.compile(r"\w+ \w+"), timeout=WORDS_MS)
    row = page.request.get(f"{system.url}/api/calls/{page.evaluate('marks.callId')}").json()
    ends = {f"said-{window['speaker']}-{window['number']}": window for window in row["windows"]}
    ends |= {one["id"]: ends[f"said-{one['speaker']}-{one['window']}"] for one in row["suggestions"]}
    seen = page.evaluate("({...marks.final, ...marks.advice})")
    differences = {
        name: round(seen[name] - last_byte_at(call, ends[name]) - stages) for name, stages in told.items()
    }
    print(f"\nWhat the browser measured beyond the stages, ms: {differences}")
    assert abs(median(differences.values())) <= STAGES_MS


def delays_told(page: Page) -> dict[str, float]:
    """The stages' sum of each window of words by its id in the page, and of the advice on show by its own."""
    log, sheet = page.get_by_role("log"), page.get_by_role("article", name="Say next")
    names: list[str] = log.locator("[id^=said-]").evaluate_all("all => all.map(({id}) => id)")
    delays: list[float] = [
        float(line.get_attribute("data-delay") or "nan")
        for line in [*log.locator("[data-delay]").all(), sheet.locator("[data-delay]")]
    ]
    return dict(zip([*names, page.evaluate("Object.keys(marks.advice).at(-1)")], delays, strict=True))


def last_byte_at(call: Call, window: dict[str, Any]) -> float:
    """When the browser sent the last byte of a window."""
    sent_at: float = next(
        frame["at"] for frame in call.sent(window["speaker"]) if frame["end"] >= window["end_byte"]
    )
    return sent_at
