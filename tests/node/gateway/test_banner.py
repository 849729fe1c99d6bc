"""The warning on the page before a workspace ends, in a real browser."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, Route

from gdi_spe.boundary.expiry import warning_of
from gdi_spe.demo.browser import CHROMIUM, browser
from gdi_spe.node.gateway.door.answers import _LAB_POLICY
from gdi_spe.node.gateway.door.golden import _PAGE
from gdi_spe.node.gateway.door.own import _BANNER
from gdi_spe.node.gateway.door.routes import route_of

pytestmark = pytest.mark.browser

BASE = "/user/u-1/ryr1/"
NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)


@pytest.fixture
def page() -> Iterator[Page]:
    if not Path(CHROMIUM).exists():
        pytest.skip("there is no Chromium")
    with browser() as browsers:
        context = browsers.person()
        yield context.new_page()
        context.close()


def opened(page: Page, says: Callable[[], tuple[int, Any]]) -> None:
    """Open a Lab page whose meter says what the test wants, under the page's own policy."""
    lab = _PAGE.format(title="Workspace", config="{}", base=BASE, main="main.00000000.js")

    def answer(route: Route) -> None:
        path = route.request.url.partition("localhost")[2]
        if path == f"{BASE}lab":
            headers = {"content-security-policy": _LAB_POLICY}
            route.fulfill(body=lab, content_type="text/html", headers=headers)
        elif path == f"{BASE}spe/banner.js":
            route.fulfill(path=_BANNER, content_type="text/javascript")
        elif path == f"{BASE}api/spe/meter":
            status, said = says()
            route.fulfill(status=status, body=json.dumps(said), content_type="application/json")
        else:
            route.fulfill(status=404)

    page.route("**/*", answer)
    page.clock.install()
    page.goto(f"http://localhost{BASE}lab")


def look_again(page: Page) -> None:
    page.clock.run_for(20_100)
    page.wait_for_load_state("networkidle")


def said(**left: float) -> tuple[int, Any]:
    return 200, {"warning": warning_of(NOW + timedelta(**left), NOW)}


def test_the_banner_comes_at_each_step_and_stays_away_between_them(page: Page) -> None:
    answers = iter(
        [said(days=2), said(hours=23), said(hours=22), said(minutes=59), said(minutes=4)]
    )
    current = [next(answers)]
    opened(page, lambda: current[0])
    banner = page.locator("#spe-banner")
    page.wait_for_load_state("networkidle")
    assert banner.count() == 0

    current[0] = next(answers)
    look_again(page)
    banner.wait_for()
    assert "in less than a day" in banner.inner_text()
    banner.get_by_role("button").click()
    assert banner.count() == 0

    current[0] = next(answers)
    look_again(page)
    assert banner.count() == 0

    for words in ("in less than an hour: save your work", "in less than 5 minutes"):
        current[0] = next(answers)
        look_again(page)
        banner.wait_for()
        page.wait_for_function(
            f"document.querySelector('#spe-banner').innerText.includes('{words}')"
        )


def test_a_workspace_that_was_closed_says_why_as_text(page: Page) -> None:
    why = "This workspace is closed: <img src=x onerror=alert(1)> your access is suspended."
    opened(page, lambda: (403, {"code": "gateway-route-closed", "message": why}))
    banner = page.locator("#spe-banner")

    banner.wait_for()

    assert why in banner.inner_text()
    assert page.locator("#spe-banner img").count() == 0


def test_the_script_is_on_the_list_of_routes() -> None:
    found = route_of("GET", "/spe/banner.js")

    assert found is not None
    assert found.handler == "banner"
    assert route_of("GET", "/spe/other.js") is None
