"""A real browser on a real system. Where a person's machine has no Chromium the tests skip; never in CI."""

import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
QUIET = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
    "--use-fake-ui-for-media-stream",
    "--use-fake-device-for-media-stream",
]

Launch = Callable[[Path | None], Browser]


@pytest.fixture(scope="session")
def launch() -> Iterator[Launch]:
    """Starts Debian's Chromium, without a window; a WAV file is what its microphone hears, once."""
    if CHROMIUM is None:
        if os.environ.get("CI"):
            pytest.fail("Chromium is missing: .ci/run installs it")
        pytest.skip("Chromium is not installed: install it to run the tests of the pages in a browser")
    with sync_playwright() as playwright:
        browsers = []

        def start(microphone: Path | None) -> Browser:
            spoken = [f"--use-file-for-fake-audio-capture={microphone}%noloop"] if microphone else []
            browsers.append(playwright.chromium.launch(executable_path=CHROMIUM, args=QUIET + spoken))
            return browsers[-1]

        yield start
        for browser in browsers:
            browser.close()


@pytest.fixture(scope="session")
def chromium(launch: Launch) -> Browser:
    """One whose microphone beeps, for all tests that do not care."""
    return launch(None)
