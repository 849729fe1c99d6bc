"""The pages in a real browser: forms and downloads work under the policy, scripts do not."""

from __future__ import annotations

import hashlib
import shutil
import socket
import threading
import time
from pathlib import Path

import pytest
import uvicorn
from playwright.sync_api import sync_playwright

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")

pytestmark = pytest.mark.browser


@pytest.fixture
def address(site):
    """Serve the pages on loopback; the settings name that address."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    url = f"http://localhost:{port}"
    object.__setattr__(site.settings.web, "public_url", url)
    config = uvicorn.Config(site.app, host="127.0.0.1", port=port, log_level="error")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield url
    server.should_exit = True
    thread.join()


@pytest.fixture
def chromium():
    if CHROMIUM is None:
        pytest.skip("there is no Chromium: apt-get install chromium")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])
        yield browser
        browser.close()


def person(chromium, address, sub, groups):
    context = chromium.new_context()
    page = context.new_page()
    # The log-in service is nowhere; that this browser was sent there is enough.
    context.request.get(f"{address}/login", max_redirects=0)
    page.goto(f"{address}/login/callback?state=s-1&code={sub}:{groups}")
    assert page.get_by_text("Log out").count() == 1
    return page


def decide(page, address, rid):
    page.goto(f"{address}/requests/{rid}/review")
    links = [a.get_attribute("href") for a in page.locator("#files h3 a").all()]
    for link in links:
        page.goto(f"{address}{link}")
    page.goto(f"{address}/requests/{rid}/review")
    page.check("input[name=decision][value=approve]")
    page.fill("textarea[name=reason]", "Large counts.")
    page.click("form.vote button")
    page.wait_for_selector("text=You decided")


def test_review_and_download_in_a_browser(site, address, chromium):
    attack = "<script>document.title='owned'</script><img src=x onerror=alert(1)>"
    rid = site.submitted(title=attack, why=attack)
    dialogs = []
    for sub in ("rosa", "sven"):
        page = person(chromium, address, sub, "reviewers")
        page.on("dialog", lambda dialog: dialogs.append(dialog.dismiss()))
        decide(page, address, rid)
        assert page.title() != "owned"

    ada = person(chromium, address, "ada", "members")
    ada.goto(f"{address}/requests/{rid}")
    reviewed = ada.locator("#downloads [data-file]").get_attribute("data-sha256")
    with ada.expect_download() as download:
        ada.click("#downloads button")
    got = hashlib.sha256(Path(download.value.path()).read_bytes()).hexdigest()

    assert got == reviewed
    assert dialogs == []
    background = ada.evaluate("getComputedStyle(document.querySelector('.bar')).backgroundColor")
    assert background == "rgb(20, 80, 110)"
