"""Log-in sessions of the pages: kept here, named by a random cookie, ended by time.

A restart of this process ends them all; then people log in again.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from http.cookies import CookieError, SimpleCookie
from typing import Any

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

IDLE = timedelta(minutes=30)
WHOLE = timedelta(hours=8)
_MOST = 10_000


@dataclass
class Visit:
    """One browser: who logged in there, and what a log-in under way needs."""

    begun_at: datetime
    seen_at: datetime
    csrf: str = field(default_factory=lambda: secrets.token_urlsafe(32))
    data: dict[str, Any] = field(default_factory=dict)

    @property
    def person(self) -> str | None:
        """The person who is logged in."""
        return self.data.get("person")

    def csrf_holds(self, token: object) -> bool:
        """Compare a form's token with this visit's."""
        return isinstance(token, str) and hmac.compare_digest(token.encode(), self.csrf.encode())


class Visits:
    """All visits, by the hash of their cookie: who reads this memory cannot make a cookie."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._visits: dict[str, Visit] = {}

    def find(self, cookie: str) -> Visit | None:
        """Return the visit of a cookie, unless it has ended."""
        visit = self._visits.get(_key(cookie))
        now = self._now()
        if visit is None or now - visit.seen_at > IDLE or now - visit.begun_at > WHOLE:
            self._visits.pop(_key(cookie), None)
            return None
        visit.seen_at = now
        return visit

    def begin(self) -> tuple[str, Visit]:
        """Make a visit and the cookie that names it."""
        if len(self._visits) >= _MOST:
            self._forget_oldest()
        cookie, now = secrets.token_urlsafe(32), self._now()
        self._visits[_key(cookie)] = visit = Visit(now, now)
        return cookie, visit

    def end(self, cookie: str) -> None:
        """Forget a visit."""
        self._visits.pop(_key(cookie), None)

    def _forget_oldest(self) -> None:
        """Make room, at the cost of those who are not logged in first."""
        oldest = sorted(self._visits.items(), key=lambda one: (bool(one[1].person), one[1].seen_at))
        for key, _ in oldest[: _MOST // 10]:
            del self._visits[key]


def _key(cookie: str) -> str:
    return hashlib.sha256(cookie.encode()).hexdigest()


class VisitMiddleware:
    """Give each request its visit, and each new visit its cookie."""

    def __init__(self, app: ASGIApp, visits: Visits, *, secure: bool) -> None:
        self._app, self._visits = app, visits
        # With the prefix a browser takes the cookie from this very host over TLS only.
        self._name = "__Host-spe-pages" if secure else "spe-pages"
        self._attributes = "; Path=/; HttpOnly; SameSite=Lax" + ("; Secure" if secure else "")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        cookie = self._cookie(scope)
        visit = self._visits.find(cookie) if cookie else None
        holder = _Holder(self._visits, cookie if visit else None, visit)
        scope.setdefault("state", {})["visit"] = holder

        async def send_with_cookie(message: Message) -> None:
            if message["type"] == "http.response.start" and holder.fresh_cookie is not None:
                header = f"{self._name}={holder.fresh_cookie}{self._attributes}"
                MutableHeaders(scope=message).append("set-cookie", header)
            await send(message)

        await self._app(scope, receive, send_with_cookie)

    def _cookie(self, scope: Scope) -> str | None:
        for name, value in scope["headers"]:
            if name == b"cookie":
                try:
                    morsel = SimpleCookie(value.decode("latin-1")).get(self._name)
                except CookieError:
                    return None
                return morsel.value if morsel else None
        return None


class _Holder:
    """The visit of one request, begun or exchanged while it is answered."""

    def __init__(self, visits: Visits, cookie: str | None, visit: Visit | None) -> None:
        self._visits, self._cookie, self.visit = visits, cookie, visit
        self.fresh_cookie: str | None = None

    def ensure(self) -> Visit:
        """Return the visit, begun now if there is none."""
        if self.visit is None:
            self.fresh_cookie, self.visit = self._visits.begin()
            self._cookie = self.fresh_cookie
        return self.visit

    def renew(self, data: dict[str, Any]) -> Visit:
        """Begin another visit: a cookie from before a log-in is worth nothing after it."""
        self.end()
        visit = self.ensure()
        visit.data = data
        return visit

    def end(self) -> None:
        """Forget the visit."""
        if self._cookie is not None:
            self._visits.end(self._cookie)
        self._cookie = self.visit = None


def visit_of(scope: Scope) -> _Holder:
    """Return the holder of a request's visit."""
    holder: _Holder = scope["state"]["visit"]
    return holder
