"""The log-in form, in a real browser."""

from __future__ import annotations

import re
from typing import Any

import pytest

from gdi_spe.demo import browser as driving
from gdi_spe.demo.stand_ins.cast import ADA, CLEO

pytestmark = pytest.mark.browser


def address(client: Any) -> str:
    return str(
        client.http.build_request(
            "GET",
            client.document["authorization_endpoint"],
            params={
                "response_type": "code",
                "client_id": client.client.id,
                "redirect_uri": client.client.redirect_uris[0],
                "scope": "openid",
                "state": "s1",
                "code_challenge": "c" * 43,
                "code_challenge_method": "S256",
            },
        ).url
    )


def test_a_person_logs_in_by_subject_or_by_name(browser: Any) -> None:
    callback = browser.client.redirect_uris[0]
    with driving.browser() as browsers:
        page = browsers.person().new_page()
        page.route(f"{callback}*", lambda route: route.fulfill(body="back at the client"))

        page.goto(address(browser))
        driving.at_provider(page, ADA.sub)
        page.wait_for_url(re.compile(r"state=s1"))
        by_subject = page.inner_text("body")
        page.goto(address(browser))
        page.get_by_role("button", name=CLEO.name).click()
        page.wait_for_url(re.compile(r"code="))

        assert by_subject == page.inner_text("body") == "back at the client"
