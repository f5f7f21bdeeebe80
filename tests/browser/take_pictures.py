"""Photographs every page and state, wide and narrow, light and dark.

`python -m tests.browser.take_pictures FOLDER`
"""

import re
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Browser, Page, ViewportSize, expect, sync_playwright
from playwright.sync_api import Error as PlaywrightError

from tests.browser.conftest import CHROMIUM, QUIET
from tests.running import RunningSystem

SIZES = ((1440, 900), (400, 860))
WORDS_MS = 60_000


class Photographer:
    def __init__(self, folder: Path, browser: Browser, system: RunningSystem) -> None:
        self.folder, self.browser, self.system = folder, browser, system

    def signed_in(self) -> Page:
        page = self.stranger()
        page.goto(self.system.sign_in)
        return page

    def stranger(self) -> Page:
        # Colours that move from light to dark would be caught on their way.
        viewport = ViewportSize(width=1440, height=900)
        return self.browser.new_context(viewport=viewport, reduced_motion="reduce").new_page()

    def take(self, page: Page, name: str) -> None:
        for width, height in SIZES:
            page.set_viewport_size({"width": width, "height": height})
            for scheme in ("light", "dark"):
                page.emulate_media(color_scheme=scheme)
                page.screenshot(path=self.folder / f"{name}-{width}-{scheme}.png")
        page.set_viewport_size({"width": 1440, "height": 900})
        page.emulate_media(color_scheme="light")

    def simulate(self, title: str) -> Page:
        page = self.signed_in()
        page.get_by_role("radio", name=re.compile(title)).check()
        page.get_by_role("button", name="Simulate a call").click()
        return page


def between_calls(camera: Photographer) -> None:
    page = camera.stranger()
    page.goto(camera.system.url)
    page.get_by_label("E-mail").wait_for()
    camera.take(page, "sign-in")
    page = camera.signed_in()
    page.get_by_role("radio").first.wait_for()
    camera.take(page, "idle")
    page.keyboard.press("?")
    camera.take(page, "keys")


def in_a_call(camera: Photographer) -> None:
    leaving = camera.simulate("leave")
    supervisor = camera.signed_in()
    supervisor.goto(f"{camera.system.url}/live")
    followed = supervisor.get_by_role("link").filter(has_text="Customer:").first
    followed.wait_for(timeout=WORDS_MS)
    page = camera.simulate("chair")
    camera.take(supervisor, "live")
    followed.click()
    supervisor.get_by_placeholder(re.compile("A note for")).fill("Offer the loyalty voucher.")
    camera.take(supervisor, "follow")
    expect(page.get_by_role("article", name="Say next")).to_be_visible(timeout=WORDS_MS)
    page.get_by_label("Ask the assistant").fill("What is our refund window?")
    page.get_by_role("button", name="Ask", exact=True).click()
    answer = page.get_by_role("article", name="Answer")
    expect(answer).to_have_attribute("aria-busy", "false", timeout=WORDS_MS)
    camera.take(page, "call")
    expect(leaving.get_by_text("Got it").first).to_be_visible(timeout=WORDS_MS)
    camera.take(leaving, "alert")
    expect(page.get_by_label("Summary")).to_have_value(re.compile(r"\w+ \w+"), timeout=120_000)
    page.get_by_label("Outcome").select_option("resolved")
    page.get_by_role("button", name="Add a follow-up").click()
    page.get_by_label("What is to be done").fill("Send the return label")
    camera.take(page, "wrap-up")
    page.get_by_role("button", name=re.compile("Complete")).click()
    page.goto(f"{camera.system.url}/calls?q=refund")
    page.get_by_role("list", name="Calls found").get_by_role("link").first.wait_for()
    camera.take(page, "calls")
    page.get_by_role("list", name="Calls found").get_by_role("link").first.click()
    page.get_by_role("button", name=re.compile("Hear from")).first.wait_for()
    camera.take(page, "past-call")


def two_people(camera: Photographer) -> None:
    customer = camera.stranger()
    customer.goto(f"{camera.system.url}/customer")
    customer.get_by_label("Your name").fill("Grace Holloway")
    customer.get_by_label(re.compile("Account")).fill("ACC00012")
    camera.take(customer, "customer")
    agent = camera.signed_in()
    customer.get_by_role("button", name="Call").click()
    agent.get_by_role("button", name="Answer").wait_for(timeout=30_000)
    camera.take(customer, "customer-ringing")
    camera.take(agent, "ringing")
    agent.get_by_role("button", name="Answer").click()
    expect(customer.get_by_text("You are through.")).to_be_visible(timeout=30_000)
    camera.take(customer, "customer-talking")
    agent.get_by_role("button", name=re.compile("Hold")).click()
    agent.get_by_label("Time on hold").wait_for(timeout=10_000)
    camera.take(agent, "hold")
    agent.get_by_role("button", name="End call").click()
    expect(customer.get_by_role("alert")).to_contain_text("ended", timeout=30_000)
    camera.take(customer, "customer-after")


def attempt(step: Callable[[Photographer], None], camera: Photographer) -> None:
    """One state that cannot be reached should not cost the pictures of the others."""
    try:
        step(camera)
    except (PlaywrightError, AssertionError) as error:
        print(f"{step.__name__}: {error}")


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    system = RunningSystem(Path(tempfile.mkdtemp()))
    try:
        with sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET)
            camera = Photographer(folder, browser, system)
            for step in (between_calls, in_a_call, two_people):
                attempt(step, camera)
            browser.close()
    finally:
        system.stop()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
