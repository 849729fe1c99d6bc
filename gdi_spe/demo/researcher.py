"""A researcher at the Hub and in JupyterLab."""

from __future__ import annotations

import json
import re
import time
from dataclasses import dataclass

from playwright.sync_api import Page

from gdi_spe.demo.browser import at_provider
from gdi_spe.demo.telling import StepFailed

NOTEBOOK: dict[str, object] = {
    "type": "notebook",
    "format": "json",
    "content": {
        "nbformat": 4,
        "nbformat_minor": 5,
        "metadata": {},
        "cells": [
            {"id": "kept", "cell_type": "markdown", "metadata": {}, "source": "Work to keep."}
        ],
    },
}


PUT = """async ([url, body]) => (await fetch(url, {
    method: "PUT", body, headers: {"Content-Type": "application/json"}})).status"""


@dataclass(frozen=True)
class Researcher:
    """One researcher's browser."""

    page: Page
    hub: str
    person: str
    sub: str

    def log_in(self) -> None:
        """Log in at the identity provider and come back to the Hub, or to its refusal."""
        self.page.goto(f"{self.hub}/hub/oauth_login")
        at_provider(self.page, self.sub)
        self.page.wait_for_url(re.compile(re.escape(self.hub)))

    def log_in_again(self) -> None:
        """Log out and in, so that the Hub sees the passport of now."""
        self.page.goto(f"{self.hub}/hub/logout")
        self.page.context.clear_cookies()
        self.log_in()

    def text(self) -> str:
        """Return what the page says."""
        return self.page.inner_text("body")

    def start(self, project: str) -> float:
        """Start a project's workspace; return the seconds until Lab is there."""
        self.page.goto(f"{self.hub}/hub/projects")
        begun = time.monotonic()
        self.page.click(f"form[action$='/projects/{project}/start'] button")
        self.page.wait_for_url(re.compile(r"/user/[^/]+/[^/]+/lab"))
        self.page.wait_for_selector(".jp-Launcher, .jp-NotebookPanel")
        return time.monotonic() - begun

    def stop(self, project: str) -> None:
        """Stop a project's workspace and wait until it can be started again."""
        self.page.goto(f"{self.hub}/hub/projects")
        self.page.click(f"form[action$='/projects/{project}/stop'] button")
        for _ in range(40):
            self.page.goto(f"{self.hub}/hub/projects")
            if self.page.locator(f"form[action$='/projects/{project}/start'] button").count():
                return
            time.sleep(0.5)
        raise StepFailed("the workspace does not stop")

    def workspace(self, project: str) -> str:
        """Return the address of this person's workspace for a project."""
        return f"{self.hub}/user/{self.person}/{project}"

    def status_of(self, url: str) -> int:
        """Ask for a page with this person's cookies; return the HTTP status."""
        return int(self.page.context.request.get(url).status)

    def run_notebook(self, project: str, path: str, until: str, seconds: float = 120) -> str:
        """Open a notebook, run all its cells, and return what its outputs show."""
        self._show_every_cell(project)
        self.page.goto(f"{self.workspace(project)}/lab/tree/{path}")
        self.page.wait_for_selector(".jp-NotebookPanel .jp-Cell")
        self.page.get_by_text("Python 3 (ipykernel) | Idle").wait_for()
        self.page.click(".lm-MenuBar-itemLabel:text-is('Run')")
        self.page.click(".lm-Menu-itemLabel:text-is('Run All Cells')")
        outputs = self.page.locator(".jp-NotebookPanel .jp-OutputArea-output")
        end = time.monotonic() + seconds
        shown = ""
        while time.monotonic() < end:
            shown = "\n".join(outputs.all_inner_texts())
            if until in shown:
                return shown
            time.sleep(0.3)
        raise StepFailed(f"{path} did not show {until!r}; it showed:\n{shown[-2000:]}")

    def _show_every_cell(self, project: str) -> None:
        """Keep cells that are scrolled away in the page, so that their outputs can be read."""
        address = "lab/api/settings/@jupyterlab/notebook-extension:tracker"
        self._put(project, address, {"raw": '{"windowingMode": "none"}'})

    def keep_a_notebook(self, project: str, name: str) -> None:
        """Save a notebook in the work volume."""
        self._put(project, f"api/contents/{name}", NOTEBOOK)

    def _put(self, project: str, address: str, body: dict[str, object]) -> None:
        """Put something from the page that is open, as Lab does."""
        url = f"{self.workspace(project)}/{address}"
        status = self.page.evaluate(PUT, [url, json.dumps(body)])
        if status not in (200, 201, 204):
            raise StepFailed(f"putting {address}: HTTP {status}")

    def has_notebook(self, project: str, name: str) -> bool:
        """Say whether a notebook is in the work volume."""
        return self.status_of(f"{self.workspace(project)}/api/contents/{name}?content=0") == 200

    def wait_until_forgotten(self, project: str, patience: float = 20) -> None:
        """Wait until the Hub has noticed that the workspace is gone."""
        end = time.monotonic() + patience
        while self.status_of(f"{self.workspace(project)}/api/kernels") not in (404, 424, 503):
            if time.monotonic() > end:
                raise StepFailed("the Hub still has the workspace")
            time.sleep(0.5)

    def seconds_until_closed(self, project: str, begun: float, patience: float) -> float:
        """Wait until the workspace's own address answers no more; return the seconds."""
        while time.monotonic() - begun < patience:
            # The gateway refuses; once the Hub has forgotten the server there is no route at all.
            if self.status_of(f"{self.workspace(project)}/api/kernels") in (403, 404, 424, 503):
                return time.monotonic() - begun
            time.sleep(0.25)
        raise StepFailed(f"the route still answers after {patience} s")
