"""The log-in form, in a real browser."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import urlsplit

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


class Client(BaseHTTPRequestHandler):
    """Stands where the client's callback is: a browser cannot be made to pretend it."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"back at the client")

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def listening(callback: str) -> Iterator[None]:
    server = ThreadingHTTPServer(("127.0.0.1", urlsplit(callback).port or 80), Client)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def test_a_person_logs_in_by_subject_or_by_name(browser: Any) -> None:
    callback = browser.client.redirect_uris[0]
    with listening(callback), driving.browser() as browsers:
        page = browsers.person().new_page()

        page.goto(address(browser))
        driving.at_provider(page, ADA.sub)
        page.wait_for_url(re.compile(r"state=s1"))
        by_subject = page.inner_text("body")
        page.goto(address(browser))
        page.get_by_role("button", name=CLEO.name).click()
        page.wait_for_url(re.compile(r"code="))

        assert by_subject == page.inner_text("body") == "back at the client"
