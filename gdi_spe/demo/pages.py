"""Somebody at the pages of exports and reviews."""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page

from gdi_spe.demo.browser import at_provider


@dataclass(frozen=True)
class Pages:
    """One person's browser at the pages."""

    page: Page
    web: str

    def log_in(self, sub: str) -> None:
        """Log in; the pages are a client of their own, apart from the Hub."""
        self.page.goto(f"{self.web}/login")
        if self.page.locator("input[name=sub]").count():
            at_provider(self.page, sub)
        self.page.wait_for_url(re.compile(re.escape(self.web)))

    def request_id(self, title: str) -> str:
        """Return the id of the person's request with this title."""
        self.page.goto(f"{self.web}/")
        row = self.page.locator("#mine [data-request]", has_text=title).first
        return str(row.get_attribute("data-request"))

    def request(self, rid: str) -> str:
        """Open a request's page and return what it says."""
        self.page.goto(f"{self.web}/requests/{rid}")
        return self.page.inner_text("main")

    def findings(self) -> list[str]:
        """Return why each rule stopped the request whose page is open."""
        return list(self.page.locator(".finding .why").all_inner_texts())

    def named_cells(self) -> list[str]:
        """Return the cells that the findings of the open page name."""
        return list(self.page.locator(".finding table.cells tbody tr").all_inner_texts())

    def review_status(self, rid: str) -> int:
        """Return the HTTP status of a request's review page for this person."""
        reply = self.page.goto(f"{self.web}/requests/{rid}/review")
        return int(reply.status) if reply else 0

    def open_every_file(self, rid: str) -> None:
        """Look at each file of a request, as a reviewer must."""
        self.page.goto(f"{self.web}/requests/{rid}/review")
        links = self.page.locator("#files h3 a")
        for address in [links.nth(n).get_attribute("href") for n in range(links.count())]:
            self.page.goto(f"{self.web}{address}")
        self.page.goto(f"{self.web}/requests/{rid}/review")

    def text(self) -> str:
        """Return what the page says."""
        return self.page.inner_text("main")

    def approve(self, reason: str) -> None:
        """Approve the request whose review page is open."""
        self.page.check("input[name=decision][value=approve]")
        self.page.fill("textarea[name=reason]", reason)
        self.page.click("form.vote button[type=submit]")
        self.page.wait_for_load_state()

    def download(self, rid: str, folder: Path) -> dict[str, str]:
        """Download every released file; return the SHA-256 of what arrived, by name."""
        self.page.goto(f"{self.web}/requests/{rid}")
        folder.mkdir(parents=True, exist_ok=True)
        rows = self.page.locator("#downloads [data-file]")
        names = [str(rows.nth(n).get_attribute("data-file")) for n in range(rows.count())]
        got = {}
        for name in names:
            with self.page.expect_download() as download:
                self.page.click(f"#downloads [data-file='{name}'] button")
            download.value.save_as(folder / name)
            got[name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
        return got
