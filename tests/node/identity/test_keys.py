import http.server
import json
import threading
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from gdi_spe.node.identity.keys import (
    FetchFailed,
    FixedKeys,
    HttpFetcher,
    InTime,
    JwksCache,
    KeysUnavailable,
    key_source_for,
)
from gdi_spe.node.settings import Settings

JKU = "https://idp.test/jwk"
START = datetime(2026, 11, 22, 10, tzinfo=UTC)


class Issuer:
    """A key set at an address, that can change, fail and be counted."""

    def __init__(self) -> None:
        self.kids, self.fetches = ["k1"], 0
        self.answer: bytes | None = None
        self.down = False

    def __call__(self, url: str, headers: Mapping[str, str] | None = None) -> bytes:
        self.fetches += 1
        if self.down:
            raise FetchFailed(url)
        if self.answer is not None:
            return self.answer
        return json.dumps({"keys": [{"kid": kid} for kid in self.kids]}).encode()


@pytest.fixture
def issuer() -> Issuer:
    return Issuer()


@pytest.fixture
def cache(issuer: Issuer) -> JwksCache:
    return JwksCache(issuer, frozenset({JKU}))


def at(**after: float) -> datetime:
    return START + timedelta(**after)


def test_a_key_set_is_fetched_once_an_hour(issuer: Issuer, cache: JwksCache) -> None:
    for minute in range(59):
        assert cache.keys(JKU, "k1", at(minutes=minute)) == [{"kid": "k1"}]
    assert issuer.fetches == 1

    cache.keys(JKU, "k1", at(minutes=60))

    assert issuer.fetches == 2


def test_an_address_that_is_not_trusted_is_never_asked(issuer: Issuer, cache: JwksCache) -> None:
    with pytest.raises(KeysUnavailable):
        cache.keys("https://evil.test/jwk", "k1", START)

    assert issuer.fetches == 0


def test_a_new_key_is_found_at_once_after_a_rotation(issuer: Issuer, cache: JwksCache) -> None:
    cache.keys(JKU, "k1", START)
    issuer.kids = ["k2"]

    assert cache.keys(JKU, "k2", at(seconds=31)) == [{"kid": "k2"}]
    assert cache.keys(JKU, "k1", at(seconds=62)) == []


def test_unknown_key_names_do_not_make_the_node_hammer_an_issuer(
    issuer: Issuer, cache: JwksCache
) -> None:
    for second in range(60):
        assert cache.keys(JKU, f"made-up-{second}", at(seconds=second)) == []

    assert issuer.fetches <= 3


def test_a_silent_issuer_is_asked_less_and_less_often(issuer: Issuer, cache: JwksCache) -> None:
    issuer.down = True

    for second in range(0, 3600):
        with pytest.raises(KeysUnavailable):
            cache.keys(JKU, "k1", at(seconds=second))

    assert 5 <= issuer.fetches <= 20


def test_an_outage_uses_the_last_answer_for_the_grace_and_no_longer(
    issuer: Issuer, cache: JwksCache
) -> None:
    cache.keys(JKU, "k1", START)
    issuer.down = True

    assert cache.keys(JKU, "k1", at(minutes=119)) == [{"kid": "k1"}]
    with pytest.raises(KeysUnavailable):
        cache.keys(JKU, "k1", at(minutes=121))


def test_an_issuer_that_answers_again_is_believed_again(issuer: Issuer, cache: JwksCache) -> None:
    issuer.down = True
    with pytest.raises(KeysUnavailable):
        cache.keys(JKU, "k1", START)
    issuer.down = False

    assert cache.keys(JKU, "k1", at(minutes=20)) == [{"kid": "k1"}]


@pytest.mark.parametrize(
    "answer",
    [
        b"",
        b"{",
        b"[]",
        b'{"keys":{}}',
        b'{"keys":[' + b"[" * 3000,
        b'{"keys":[' + b"1," * 101 + b"1]}",
    ],
)
def test_an_answer_that_is_no_key_set_is_no_answer(
    issuer: Issuer, cache: JwksCache, answer: bytes
) -> None:
    issuer.answer = answer

    with pytest.raises(KeysUnavailable):
        cache.keys(JKU, "k1", START)


def test_threads_that_ask_at_once_fetch_once(issuer: Issuer, cache: JwksCache) -> None:
    threads = [threading.Thread(target=cache.keys, args=(JKU, "k1", START)) for _ in range(8)]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert issuer.fetches == 1


def test_a_node_asks_only_the_addresses_of_its_settings(settings: Settings) -> None:
    source = key_source_for(settings)

    with pytest.raises(KeysUnavailable, match="not trusted"):
        source.keys("https://idp.test/evil/jwk", "k1", START)


class _Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self) -> None:  # the library's name
        if self.path == "/redirect":
            self.send_response(302)
            self.send_header("Location", "/ok")
            self.end_headers()
            return
        self.send_response(500 if self.path == "/broken" else 200)
        if self.path == "/packed":
            self.send_header("Content-Encoding", "gzip")
        self.end_headers()
        if self.path == "/endless":
            try:
                for _ in range(1000):
                    self.wfile.write(b"x" * 65_536)
            except OSError:
                return
        self.wfile.write(b"ok")

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""


@pytest.fixture
def server() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_an_answer_is_fetched(server: str) -> None:
    assert HttpFetcher()(f"{server}/ok") == b"ok"


@pytest.mark.parametrize("path", ["redirect", "broken", "endless", "packed"])
def test_redirects_errors_and_endless_answers_are_no_answer(server: str, path: str) -> None:
    with pytest.raises(FetchFailed):
        HttpFetcher(max_bytes=100_000)(f"{server}/{path}")


def test_an_address_without_a_server_is_no_answer() -> None:
    with pytest.raises(FetchFailed):
        HttpFetcher()("http://127.0.0.1:1/")


def test_one_passport_takes_no_more_than_its_time() -> None:
    clock = iter([0.0, 14.0, 16.0])
    source = InTime(FixedKeys({"https://x": {"keys": []}}), 15.0, lambda: next(clock))
    now = datetime.fromtimestamp(0, UTC)

    assert source.keys("https://x", "k1", now) == []
    with pytest.raises(KeysUnavailable, match="time"):
        source.keys("https://x", "k1", now)
