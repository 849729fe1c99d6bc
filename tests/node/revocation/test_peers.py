"""Peers are told that access ended for a cause: once, signed, until they have heard it."""

from __future__ import annotations

import hashlib
import hmac
import json
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from gdi_spe.boundary.errors import Unavailable
from gdi_spe.node.identity.people import suspend
from gdi_spe.node.revocation.peers import post, tell_peers
from gdi_spe.node.service.timers import enforce
from gdi_spe.node.settings import Peer, RevocationSettings
from tests.node.service.nodes import ADA, Office

SECRET = "shared-with-the-peer"
URLS = ("https://spe.one.example/notices", "https://watch.example/notices")


@dataclass
class Peers:
    """Peers that write down what they hear, or do not answer."""

    heard: list[tuple[str, bytes, Mapping[str, str]]] = field(default_factory=list)
    is_silent: bool = False

    def __call__(self, url: str, body: bytes, headers: Mapping[str, str]) -> None:
        if self.is_silent:
            raise Unavailable(url)
        self.heard.append((url, body, headers))


@pytest.fixture
def told(office: Office) -> Office:
    (office.node.home / "keys").mkdir(exist_ok=True)
    (office.node.home / "keys" / "peer-secret").write_text(SECRET)
    rules = RevocationSettings(
        peers=tuple(Peer(url=url, secret_file="peer-secret") for url in URLS)
    )
    object.__setattr__(office.node.settings, "revocation", rules)
    return office


async def breach(office: Office) -> None:
    await office.starts(ADA)
    with office.database.write() as session:
        suspend(session, ADA, "suspected breach", "admin", office.at)
    await enforce(office.node)


def tell(office: Office, peers: Peers) -> int:
    return tell_peers(office.database, office.node.settings, office.at, peers)


async def test_every_peer_hears_who_lost_access_to_what_and_why(told: Office) -> None:
    peers = Peers()
    await breach(told)

    assert tell(told, peers) == 2

    assert [url for url, _, _ in peers.heard] == list(URLS)
    _, body, headers = peers.heard[0]
    document = json.loads(body)
    assert document == {
        "schema": "gdi-spe/revocation-notice/1",
        "notice": headers["x-gdi-spe-notice"],
        "node": "test-node",
        "event": "suspended",
        "at": "2026-11-22T12:00:00+00:00",
        "subject": {"iss": "https://login.example.org/", "sub": "ada"},
        "cohorts": ["cohort-1"],
    }
    mac = hmac.new(SECRET.encode(), body, hashlib.sha256).hexdigest()
    assert headers["x-gdi-spe-signature"] == f"sha256={mac}"
    assert [event[3]["notice"] for event in told.events("peer.told")] == [document["notice"]] * 2


async def test_an_end_that_is_tried_again_is_told_once(told: Office) -> None:
    peers = Peers()
    await told.starts(ADA)
    told.helper.fails = Unavailable("busy")
    with told.database.write() as session:
        suspend(session, ADA, "suspected breach", "admin", told.at)
    await enforce(told.node)
    told.helper.fails = None
    told.passes(seconds=2)
    await enforce(told.node)

    tell(told, peers)

    assert len(peers.heard) == len(URLS)
    assert tell(told, peers) == 0


async def test_a_silent_peer_is_told_again_later_and_later_and_given_up_after_a_week(
    told: Office,
) -> None:
    peers = Peers(is_silent=True)
    await breach(told)

    assert tell(told, peers) == 0
    assert tell(told, peers) == 0  # not at once
    told.passes(seconds=10)
    tell(told, peers)
    told.passes(seconds=10)
    peers.is_silent = False
    assert tell(told, peers) == 0  # the pause has grown
    told.passes(seconds=10)
    assert tell(told, peers) == 2
    assert len(told.events("peer.silent")) == 2


async def test_nothing_is_kept_for_ever(told: Office) -> None:
    peers = Peers(is_silent=True)
    await breach(told)
    told.passes(days=8)

    tell(told, peers)
    peers.is_silent = False
    told.passes(days=8)

    assert tell(told, peers) == 0
    assert len(told.events("peer.given-up")) == 2


async def test_an_end_without_a_cause_is_nobodys_business(told: Office) -> None:
    peers = Peers()
    await told.starts(ADA)
    told.passes(hours=9)
    await enforce(told.node)

    assert tell(told, peers) == 0
    assert told.events("revocation.enforced")[0][3]["why"] == "not-granted"


async def test_a_peer_without_its_secret_is_not_told_unsigned(told: Office) -> None:
    peers = Peers()
    await breach(told)
    (told.node.home / "keys" / "peer-secret").unlink()

    assert tell(told, peers) == 0
    assert peers.heard == []


@pytest.fixture
def server() -> Iterator[tuple[str, list[bytes], list[int]]]:
    """A real peer on loopback, that answers with the status that the test sets."""
    heard: list[bytes] = []
    status = [200]

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            heard.append(self.rfile.read(int(self.headers["content-length"])))
            self.send_response(status[0])
            self.send_header("location", "/elsewhere")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            return

    listening = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=listening.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{listening.server_port}/notices", heard, status
    listening.shutdown()
    thread.join()
    listening.server_close()


def test_only_a_yes_says_that_a_peer_has_heard(
    server: tuple[str, list[bytes], list[int]],
) -> None:
    url, heard, status = server
    post(url, b"{}", {})

    for refused in (302, 400, 500):
        status[0] = refused
        with pytest.raises(Unavailable):
            post(url, b"{}", {})

    assert heard == [b"{}"] * 4
    with pytest.raises(Unavailable):
        post("http://127.0.0.1:1/", b"{}", {})
