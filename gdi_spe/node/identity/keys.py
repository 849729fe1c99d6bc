"""The keys of visa issuers, by the address of their key set and the name of the key.

Only addresses of the trust list are ever asked (the clearinghouse checks that first, and the
cache holds the list itself). A set is kept for an hour; a key name that is not in it asks again,
so that rotation works; an issuer that does not answer is asked less and less often, and its last
answer counts no longer than the grace of the settings.
"""

from __future__ import annotations

import json
import secrets
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol

import httpx

from gdi_spe.boundary.errors import Unavailable
from gdi_spe.node.settings import Settings

Jwk = Mapping[str, Any]

_MAX_BYTES = 262_144
_MAX_KEYS = 100
_TIMEOUT_SECONDS = 5.0
_PASSPORT_SECONDS = 15.0
_PLAIN = {"accept-encoding": "identity"}


class KeysUnavailable(Unavailable):
    """An issuer's keys cannot be had at the moment."""

    code = "keys-unavailable"


class FetchFailed(Unavailable):
    """An address gave no usable answer."""

    code = "fetch-failed"


class KeySource(Protocol):
    """Where the clearinghouse gets keys."""

    def keys(self, jku: str, kid: str, now: datetime) -> Sequence[Jwk]:
        """Return the keys of this name in the set at a trusted address; none if there is none.

        Raises
        ------
        KeysUnavailable
            If the set cannot be had.
        """
        ...


class Fetcher(Protocol):
    """How bytes come from an address that is trusted."""

    def __call__(self, url: str, headers: Mapping[str, str] = ...) -> bytes:
        """Return the body of a 200 answer; raise FetchFailed for anything else."""
        ...


class HttpFetcher:
    """One bounded GET: no redirects, no proxy of the environment, limited size and time."""

    def __init__(self, timeout_seconds: float = _TIMEOUT_SECONDS, max_bytes: int = _MAX_BYTES):
        self.timeout_seconds, self.max_bytes = timeout_seconds, max_bytes

    def __call__(self, url: str, headers: Mapping[str, str] | None = None) -> bytes:
        """Return the body of a 200 answer."""
        ends = time.monotonic() + self.timeout_seconds
        try:
            with (
                httpx.Client(trust_env=False, timeout=self.timeout_seconds) as client,
                client.stream("GET", url, headers={**_PLAIN, **(headers or {})}) as answer,
            ):
                if answer.status_code != 200:
                    raise FetchFailed(f"{url} answered {answer.status_code}")
                # TRUST: a packed answer could be a thousand times what was counted.
                if answer.headers.get("content-encoding", "identity") != "identity":
                    raise FetchFailed(f"{url} sent a packed answer")
                return self._body(url, answer, ends)
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise FetchFailed(f"{url}: {type(error).__name__}") from None

    def _body(self, url: str, answer: httpx.Response, ends: float) -> bytes:
        body = bytearray()
        for piece in answer.iter_bytes(65_536):
            body += piece
            if len(body) > self.max_bytes or time.monotonic() > ends:
                raise FetchFailed(f"{url}: the answer is too large or too slow")
        return bytes(body)


class FixedKeys:
    """Keys from a file, for the offline check: an object from address to key set."""

    def __init__(self, sets: Mapping[str, Any]) -> None:
        self.sets = sets
        self.asked: list[str] = []

    def keys(self, jku: str, kid: str, now: datetime) -> Sequence[Jwk]:
        """Return the keys of this name; an address that is not in the file has no answer."""
        self.asked.append(jku)
        if jku not in self.sets:
            raise KeysUnavailable(f"no key set for {jku}")
        return [key for key in _read_set(self.sets[jku]) if key.get("kid") == kid]


@dataclass(frozen=True)
class _Answer:
    keys: tuple[Jwk, ...]
    fetched_at: datetime


@dataclass(frozen=True)
class _Silence:
    failures: int
    retry_at: datetime


class JwksCache:
    """Key sets as they were last fetched; one object a process, safe for threads."""

    def __init__(
        self,
        fetch: Fetcher,
        trusted: frozenset[str],
        *,
        max_age: timedelta = timedelta(hours=1),
        max_stale: timedelta = timedelta(hours=1),
        min_refresh: timedelta = timedelta(seconds=30),
    ) -> None:
        self._fetch, self._trusted = fetch, trusted
        self._max_age, self._max_stale, self._min_refresh = max_age, max_stale, min_refresh
        self._answers: dict[str, _Answer] = {}
        self._silences: dict[str, _Silence] = {}
        self._locks = {jku: threading.Lock() for jku in trusted}

    def keys(self, jku: str, kid: str, now: datetime) -> Sequence[Jwk]:
        """Return the keys of this name, fetched anew if that is needed and allowed now."""
        # TRUST: the second of two checks: an address that is not on the list is never asked.
        if jku not in self._trusted:
            raise KeysUnavailable(f"{jku} is not trusted")
        with self._locks[jku]:
            found = self._named(jku, kid)
            if (not found or self._age(jku, now) >= self._max_age) and self._may_ask(jku, now):
                self._ask(jku, now)
            # TRUST: a set that could not be renewed counts for the grace, then no longer.
            if self._age(jku, now) > self._max_age + self._max_stale:
                raise KeysUnavailable(f"no recent key set of {jku}")
            return self._named(jku, kid)

    def _named(self, jku: str, kid: str) -> list[Jwk]:
        answer = self._answers.get(jku)
        return [key for key in answer.keys if key.get("kid") == kid] if answer else []

    def _age(self, jku: str, now: datetime) -> timedelta:
        answer = self._answers.get(jku)
        return now - answer.fetched_at if answer else timedelta.max

    def _may_ask(self, jku: str, now: datetime) -> bool:
        silence = self._silences.get(jku)
        if silence and now < silence.retry_at:
            return False
        return self._age(jku, now) >= self._min_refresh

    def _ask(self, jku: str, now: datetime) -> None:
        try:
            keys = _read_set(json.loads(self._fetch(jku)))
        except (FetchFailed, KeysUnavailable, ValueError, RecursionError):
            failures = self._silences[jku].failures + 1 if jku in self._silences else 1
            pause = min(5.0 * 2 ** min(failures, 8), 900.0) * (1 + secrets.randbelow(100) / 200)
            self._silences[jku] = _Silence(failures, now + timedelta(seconds=pause))
            return
        self._answers[jku] = _Answer(keys, now)
        self._silences.pop(jku, None)


class InTime:
    """A key source that asks no more once one passport has taken its time."""

    def __init__(
        self,
        source: KeySource,
        seconds: float = _PASSPORT_SECONDS,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._source, self._clock, self._ends = source, clock, clock() + seconds

    def keys(self, jku: str, kid: str, now: datetime) -> Sequence[Jwk]:
        """Return the keys of this name, while there is time."""
        if self._clock() > self._ends:
            raise KeysUnavailable(f"no time left to ask {jku}")
        return self._source.keys(jku, kid, now)


def key_source_for(settings: Settings) -> JwksCache:
    """Return the key source of a running node."""
    trusted = {issuer.jku for issuer in settings.identity.visa_issuers}
    return JwksCache(
        HttpFetcher(),
        frozenset(trusted | ({settings.identity.passport_jku} - {""})),
        max_stale=timedelta(seconds=settings.timers.identity_grace_seconds),
    )


def _read_set(value: object) -> tuple[Jwk, ...]:
    """Read a JWKS (RFC 7517 5); anything else is no answer."""
    keys = value.get("keys") if isinstance(value, dict) else None
    if not isinstance(keys, list) or len(keys) > _MAX_KEYS:
        raise KeysUnavailable("not a key set")
    return tuple(key for key in keys if isinstance(key, dict))
