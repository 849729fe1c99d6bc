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

from gdi_spe.node.identity.obligations import keep_obligations
from gdi_spe.node.settings import ObligationSettings

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


def test_terms_and_four_eyes_in_a_browser(site, address, chromium):
    with site.database.write() as session:
        terms = ObligationSettings(id="terms-1", kind="terms", title="Terms of use")
        keep_obligations(session, [terms], site.at)
    ada = person(chromium, address, "ada", "members")
    ada.get_by_role("link", name="Your duties").click()
    assert ada.get_by_text("due now").count() == 1
    ada.get_by_role("button", name="I have read and accept them").click()
    ada.wait_for_load_state()
    assert ada.get_by_text("due now").count() == 0
    assert ada.get_by_text("How the node stands").count() == 0

    ann, bea = (person(chromium, address, sub, "admins") for sub in ("ann", "bea"))
    ann.goto(f"{address}/duties")
    ann.select_option("select[name=verb]", "import-dataset")
    ann.fill("input[name=target]", "GDI-XX-DATASET-009")
    ann.fill("textarea[name=why]", "<b>A new release</b> of the data")
    ann.get_by_role("button", name="Propose").click()
    ann.wait_for_load_state()
    assert ann.get_by_text("somebody else has to approve it").count() == 1

    bea.goto(f"{address}/duties")
    assert bea.get_by_text("<b>A new release</b> of the data").count() == 1
    bea.get_by_role("button", name="Approve").click()
    bea.wait_for_load_state()

    assert bea.get_by_text("approved; it can be done").count() == 1
    assert bea.get_by_text("How the node stands").count() == 1
