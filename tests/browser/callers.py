"""Pages of one who calls and of one who answers, each in a context of its own."""

import re
from pathlib import Path

import redis
from playwright.sync_api import Browser, Page

from tests.browser.accessibility import DESKTOP
from tests.running import RunningSystem, eventually

LINKS = Path(__file__).with_name("links.js")


def a_page(browser: Browser, address: str, mistakes: list[str]) -> Page:
    """A person's page, whose uncaught errors are put into `mistakes`."""
    page = browser.new_context(viewport=DESKTOP, reduced_motion="reduce").new_page()
    page.on("pageerror", lambda error: mistakes.append(f"{page.url}: {error}"))
    page.add_init_script(path=LINKS)
    page.goto(address)
    return page


def wait_until(page: Page, holds: str) -> None:
    """Until this JavaScript is true; the page's policy lets Playwright's own waiting not evaluate any.

    Raises `AssertionError`.
    """
    eventually(f"{holds} at {page.url}", lambda: page.evaluate(holds) or None, seconds=30)


def sign_in(page: Page, name: str, password: str) -> None:
    """As an agent of that name."""
    page.get_by_label("E-mail").fill(f"{name}@example.com")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("heading", name="No call right now").wait_for()


def call_in(page: Page, system: RunningSystem, name: str, account_number: str = "ACC00007") -> None:
    """Call from the customer's page. How often this address has called before is forgotten."""
    with redis.Redis.from_url(system.redis_url) as store:
        store.delete("customer-calls:127.0.0.1")
    page.get_by_label("Your name").fill(name)
    page.get_by_label(re.compile("Account number")).fill(account_number)
    page.get_by_role("button", name="Call", exact=True).click()
    page.get_by_text("Ringing", exact=True).wait_for()
