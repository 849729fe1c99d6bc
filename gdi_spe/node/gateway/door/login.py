"""Who is at the door: the workspace's owner, by the Hub's OAuth, and nobody else.

The browser gets a random name of a log-in and no token; the token stays here. It is asked for
again every minute, so that a log-out or a withdrawn token ends the log-in.
"""

from __future__ import annotations

import base64
import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import urlencode

from aiohttp import web

from gdi_spe.boundary.errors import Refused, Unavailable
from gdi_spe.node.gateway.door import answers
from gdi_spe.node.gateway.neighbours import Hub
from gdi_spe.node.gateway.registry import Registration, Registry

LOGIN_COOKIE = "gdi-spe-login"
_PENDING_FOR = timedelta(minutes=10)
_ASK_AGAIN_AFTER = timedelta(seconds=60)
_MAX_PENDING = 500
_MAX_LOGINS = 20


class LoginRefused(Refused):
    """A log-in that was not begun here, came too late, or is another person's."""

    code = "gateway-login-refused"
    public_message = "This is not your workspace, or the log-in took too long. Start again."


@dataclass(frozen=True)
class Pending:
    """A log-in that was begun: what must come back."""

    wid: str
    state: str
    verifier: str
    to: str
    begun_at: datetime


@dataclass(frozen=True)
class Login:
    """A log-in of a workspace's owner."""

    wid: str
    token: str
    begun_at: datetime
    confirmed_at: datetime | None = None


@dataclass
class Logins:
    """All log-ins of all workspaces."""

    hub: Hub
    registry: Registry
    now: Callable[[], datetime]
    grace: timedelta
    is_https: bool
    pending: dict[bytes, Pending] = field(default_factory=dict)
    current: dict[bytes, Login] = field(default_factory=dict)

    def load(self) -> None:
        """Take up the log-ins that were there before a restart; each is confirmed anew."""
        for digest, wid, token, begun_at in self.registry.logins():
            self.current[digest] = Login(wid, token, begun_at)

    def begin(self, asked: Registration, to: str) -> web.Response:
        """Send a browser to the Hub; it comes back with a code and what it was given here."""
        name, state, verifier = (secrets.token_urlsafe(32) for _ in range(3))
        self.pending[_digest(name)] = Pending(asked.wid, state, verifier, to, self.now())
        while len(self.pending) > _MAX_PENDING:
            self.pending.pop(next(iter(self.pending)))
        query = {
            "client_id": asked.oauth_client_id,
            "redirect_uri": f"{asked.base_url}oauth_callback",
            "response_type": "code",
            "state": state,
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
        }
        answer = answers.redirect(f"/hub/api/oauth2/authorize?{urlencode(query)}")
        self._set(answer, asked, _pending_cookie(state), name, "Lax")
        return answer

    async def finish(self, asked: Registration, request: web.BaseRequest) -> tuple[str, str]:
        """Finish a log-in that a browser brings back.

        Returns
        -------
        The new log-in's name for the cookie, and the page that was asked for at first.

        Raises
        ------
        LoginRefused
            If it was not begun here by this browser, or the person is not the owner.
        Unavailable
            If the Hub does not answer.
        """
        state = _query(request, "state")
        name = request.cookies.get(_pending_cookie(state), "")
        pending = self.pending.pop(_digest(name), None)
        # TRUST: the answer belongs to this browser's own question, asked at this very door.
        if pending is None or pending.wid != asked.wid:
            raise LoginRefused("not begun here")
        if not secrets.compare_digest(pending.state.encode(), state.encode()):
            raise LoginRefused("state")
        if self.now() - pending.begun_at > _PENDING_FOR:
            raise LoginRefused("too late")
        token = await self.hub.exchange(
            {
                "client_id": asked.oauth_client_id,
                "client_secret": asked.api_token,
                "grant_type": "authorization_code",
                "code": _query(request, "code"),
                "redirect_uri": f"{asked.base_url}oauth_callback",
                "code_verifier": pending.verifier,
            }
        )
        # TRUST: the owner alone; an administrator of the Hub is somebody else.
        if token is None or await self.hub.owner_of(token) != asked.owner:
            raise LoginRefused("not the owner")
        return self._keep(asked, token), pending.to

    async def is_owner(self, asked: Registration, request: web.BaseRequest) -> bool:
        """Say whether a request comes from the owner's log-in."""
        name = request.cookies.get(LOGIN_COOKIE, "")
        return bool(name) and await self.is_current(asked, _digest(name))

    async def is_current(self, asked: Registration, digest: bytes) -> bool:
        """Say whether a log-in still holds, asking the Hub once a minute."""
        login = self.current.get(digest)
        if login is None or login.wid != asked.wid:
            return False
        now = self.now()
        if login.confirmed_at is not None and now - login.confirmed_at < _ASK_AGAIN_AFTER:
            return True
        try:
            is_owner = await self.hub.owner_of(login.token) == asked.owner
        except Unavailable:
            # TRUST: while the Hub is down, what it confirmed holds for a bounded time.
            return login.confirmed_at is not None and now - login.confirmed_at < self.grace
        if not is_owner:
            self._drop(digest)
            return False
        if digest in self.current:
            self.current[digest] = replace(login, confirmed_at=now)
        return True

    def digest_of(self, request: web.BaseRequest) -> bytes:
        """Return under which hash a request's log-in is kept."""
        return _digest(request.cookies.get(LOGIN_COOKIE, ""))

    def set_cookie(self, answer: web.Response, asked: Registration, name: str) -> None:
        """Give the browser the name of its log-in, out of reach of scripts and other sites."""
        self._set(answer, asked, LOGIN_COOKIE, name, "Strict")

    def forget(self, wid: str) -> None:
        """End all log-ins of a workspace."""
        for digest in [digest for digest, login in self.current.items() if login.wid == wid]:
            self._drop(digest)

    def _keep(self, asked: Registration, token: str) -> str:
        name, now = secrets.token_urlsafe(32), self.now()
        digest = _digest(name)
        self.current[digest] = Login(asked.wid, token, now, now)
        self.registry.keep_login(digest, asked.wid, token, now)
        own = [known for known, login in self.current.items() if login.wid == asked.wid]
        for oldest in own[:-_MAX_LOGINS]:
            self._drop(oldest)
        return name

    def _drop(self, digest: bytes) -> None:
        self.current.pop(digest, None)
        self.registry.forget_login(digest)

    def _set(
        self, answer: web.Response, asked: Registration, name: str, value: str, same_site: str
    ) -> None:
        answer.set_cookie(
            name,
            value,
            path=asked.base_url,
            httponly=True,
            secure=self.is_https,
            samesite=same_site,
            max_age=None if same_site == "Strict" else int(_PENDING_FOR.total_seconds()),
        )


def _pending_cookie(state: str) -> str:
    """Name the cookie after the log-in that it belongs to: two tabs may begin one each."""
    return "gdi-spe-pending-" + sha256(state.encode("utf-8", "replace")).hexdigest()[:12]


def _digest(name: str) -> bytes:
    return sha256(name.encode("utf-8", "replace")).digest()


def _challenge(verifier: str) -> str:
    digest = sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).decode().rstrip("=")


def _query(request: web.BaseRequest, name: str) -> str:
    return str(request.rel_url.query.get(name, ""))[:512]
