"""A real browser, with a profile for each person."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, Playwright, sync_playwright

CHROMIUM = "/usr/bin/chromium"
# A browser of a test talks to the node alone: no updates, no telemetry, no QUIC, no names.
ARGUMENTS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1",
)
SECONDS = 1000.0


class Browsers:
    """One Chromium; each person has a profile of their own."""

    def __init__(self, playwright: Playwright) -> None:
        self._chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=[*ARGUMENTS])

    def person(self) -> BrowserContext:
        """Open a profile that shares nothing with another."""
        context = self._chromium.new_context(
            accept_downloads=True, viewport={"width": 1280, "height": 860}
        )
        context.set_default_timeout(30 * SECONDS)
        return context

    def close(self) -> None:
        """End Chromium."""
        self._chromium.close()


@contextmanager
def browser() -> Iterator[Browsers]:
    """Start Chromium and end it."""
    with sync_playwright() as playwright:
        browsers = Browsers(playwright)
        try:
            yield browsers
        finally:
            browsers.close()


def at_provider(page: Page, sub: str) -> None:
    """Fill the development provider's log-in form."""
    page.fill("input[name=sub]", sub)
    page.locator("form", has=page.locator("input[name=sub]")).locator("button").click()


def picture(page: Page, path: Path) -> None:
    """Take a screenshot."""
    path.parent.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=path)
