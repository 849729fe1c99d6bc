"""Drive the product as people meet it: a real browser, one context for each person."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import BrowserContext, Page, Playwright, sync_playwright

CHROMIUM = "/usr/bin/chromium"
# A browser of a test talks to the node alone: no updates, no telemetry, no QUIC.
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


@contextmanager
def browser() -> Iterator[Browsers]:
    """Start Chromium and end it."""
    with sync_playwright() as playwright:
        yield Browsers(playwright)


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


@dataclass(frozen=True)
class Researcher:
    """A researcher's browser at the Hub."""

    page: Page
    hub: str

    def log_in(self, sub: str) -> None:
        """Log in at the identity provider and come back to the Hub, or to its refusal."""
        self.page.goto(self.hub)
        at_provider(self.page, sub)
        self.page.wait_for_url(re.compile(re.escape(self.hub)))

    def text(self) -> str:
        """Return what the page says."""
        return self.page.inner_text("body")

    def start(self, project: str) -> float:
        """Start a project's workspace from the list; return the seconds until Lab is there."""
        self.page.goto(f"{self.hub}/hub/projects")
        begun = time.monotonic()
        self.page.click(f"[data-project='{project}'] [type=submit], [data-project='{project}'] a")
        self.page.wait_for_url(re.compile(r"/user/[^/]+/[^/]+/lab"))
        self.page.wait_for_selector("#jupyterlab-splash", state="detached")
        self.page.wait_for_selector(".jp-Launcher, .jp-NotebookPanel")
        return time.monotonic() - begun

    def run_notebook(self, path: str, until: str, seconds: float = 120) -> str:
        """Open a notebook, run all its cells, and return what its outputs show."""
        base = re.sub(r"/lab.*", "", self.page.url)
        self.page.goto(f"{base}/lab/tree/{path}")
        self.page.wait_for_selector(".jp-NotebookPanel .jp-Cell")
        self.page.wait_for_selector(".jp-Notebook-ExecutionIndicator[data-status=idle]")
        self.page.click("text=Run >> nth=0")
        self.page.click("text=Run All Cells")
        outputs = self.page.locator(".jp-NotebookPanel .jp-OutputArea-output")
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            shown = "\n".join(outputs.all_inner_texts())
            if until in shown:
                return shown
            time.sleep(0.3)
        raise TimeoutError(f"{path} did not show {until!r}; it showed:\n{shown[-2000:]}")

    def picture(self, path: Path) -> None:
        """Take a screenshot."""
        path.parent.mkdir(parents=True, exist_ok=True)
        self.page.screenshot(path=path)


def at_provider(page: Page, sub: str) -> None:
    """Fill the development provider's log-in form."""
    page.wait_for_selector("input[name=sub]")
    page.fill("input[name=sub]", sub)
    page.click("button[type=submit], input[type=submit]")
