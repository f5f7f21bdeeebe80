"""What a stranger sees: one press of a button, and a spoken call becomes help, though the network is cut."""

import re
import time
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.browser.accessibility import assert_accessible
from tests.faults.proxy import Proxy
from tests.running import RunningSystem

FIRST_WORDS_MS = 30_000
SUGGESTION_MS = 60_000
SUMMARY_MS = 150_000
AWAY_MS = 20_000


@pytest.mark.timeout(300)
def test_a_simulated_call_outlasts_a_cut_of_twenty_seconds(system: RunningSystem, chromium: Browser) -> None:
    server = urlsplit(system.url)
    with Proxy((server.hostname or "", server.port or 0)) as network:
        page = chromium.new_page(viewport={"width": 1440, "height": 900})
        mistakes: list[str] = []
        sockets: list[str] = []
        page.on("pageerror", lambda error: mistakes.append(str(error)))
        page.on("websocket", lambda socket: sockets.append(socket.url))
        page.goto(system.sign_in.replace(server.netloc, f"{server.hostname}:{network.port}"))
        page.get_by_role("radio", name=re.compile("A chair that goes back")).wait_for()
        assert_accessible(page)
        page.get_by_role("radio", name=re.compile("A chair that goes back")).check()
        page.get_by_role("button", name=re.compile("Simulate a call")).click()

        transcript = page.get_by_role("log", name="What was said")
        expect(transcript).to_contain_text(re.compile("silver lake", re.IGNORECASE), timeout=FIRST_WORDS_MS)
        expect(page.get_by_role("region", name="Orders")).to_contain_text("ORD", timeout=FIRST_WORDS_MS)
        source = page.get_by_role("link", name=re.compile(r"^Source \d+: Refunds"))
        expect(source.first).to_be_visible(timeout=SUGGESTION_MS)

        network.cut()
        cut_at = time.monotonic()
        gone = page.get_by_role("alert").filter(has_text="The connection is gone")
        expect(gone).to_contain_text("everything is recorded here")
        expect(page.get_by_text(re.compile(r"^Reconnecting \(\d+\)$"))).to_be_visible()
        expect(page.get_by_text(re.compile(r"^Offline since \d\d:\d\d$"))).to_be_visible(timeout=AWAY_MS)
        page.wait_for_timeout(AWAY_MS - (time.monotonic() - cut_at) * 1000)
        network.heal()
        expect(page.get_by_text("Back, caught up", exact=True)).to_be_visible(timeout=FIRST_WORDS_MS)
        expect(gone).to_have_count(0)

        expect(page.get_by_label("Summary")).to_have_value(re.compile(r"\w+ \w+"), timeout=SUMMARY_MS)
        expect(page.get_by_label("Customer's mood")).to_have_value(re.compile("positive|neutral|negative"))
        assert_whole(page, sockets[0].rpartition("/")[2])
        page.close()
    assert len(sockets) > 1
    assert mistakes == []


def assert_whole(page: Page, call_id: str) -> None:
    """Every stored word stands on the page once; every byte sent is in a window that was heard."""
    call: dict[str, Any] = page.evaluate(f"fetch('/api/calls/{call_id}').then(answer => answer.json())")
    shown = page.locator("[id^=said-]").evaluate_all(
        "all => all.map(one => [one.id, one.textContent.trim()])"
    )
    stored = [[f"said-{row['speaker']}-{row['window']}", row["text"]] for row in call["transcripts"]]
    assert sorted(shown) == sorted(stored)
    assert not [event for event in call["events"] if event["type"] == "gap"]
    for leg in call["legs"]:
        windows = [window for window in call["windows"] if window["speaker"] == leg["speaker"]]
        starts = [0, *(window["end_byte"] for window in windows)]
        assert [window["start_byte"] for window in windows] == starts[:-1]
        assert starts[-1] == leg["received_bytes"]
        assert {window["state"] for window in windows} <= {"done", "silent", "rejected"}


def test_a_call_that_is_not_there_is_not_waited_for(system: RunningSystem, chromium: Browser) -> None:
    page = chromium.new_context().new_page()
    page.goto(system.sign_in)
    page.goto(f"{system.url}/live/{uuid4()}")
    told = page.get_by_role("alert").filter(has_text="This call cannot be followed")
    expect(told).to_be_visible(timeout=FIRST_WORDS_MS)
    expect(page.get_by_text("Listening")).to_have_count(0)
    assert_accessible(page)
    with page.expect_request("**/api/stream/transcript/*"):
        page.get_by_role("button", name="Try again").click()


def test_nobody_gets_in_without_signing_in(system: RunningSystem, chromium: Browser) -> None:
    page = chromium.new_context().new_page()
    page.goto(system.url)
    expect(page).to_have_url(re.compile("/sign-in"))
    page.get_by_label("E-mail").wait_for()
    assert_accessible(page)
    page.get_by_label("E-mail").fill("nobody@example.com")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name=re.compile("Sign in")).click()
    expect(page.get_by_role("alert")).to_contain_text(re.compile("password", re.IGNORECASE))
    page.close()
