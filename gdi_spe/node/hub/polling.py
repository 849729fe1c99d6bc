"""Look again at the passports of those who are at work, as seldom as GA4GH asks for.

GA4GH AAI 1.2.1, Access Token Polling: at most once an hour and person, retries with growing pauses
and jitter, an end as soon as nobody needs it, the token has run out, or the answer is final. What
REMS says, and the ends that the node knows already, come sooner and by other ways.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from tornado.ioloop import PeriodicCallback

from gdi_spe.boundary.errors import SpeError
from gdi_spe.node.service.client import NodeClient

if TYPE_CHECKING:
    from gdi_spe.node.hub.authenticator import LsAaiAuthenticator

LOOK_SECONDS = 30
_FIRST_PAUSE_SECONDS = 60.0
_JITTER = 0.2
_CHANCE = random.SystemRandom().random


class Again(Enum):
    """What came of asking again about a log-in."""

    CONFIRMED = "confirmed"
    SILENT = "silent"
    SPENT = "spent"
    TOKEN_REFUSED = "token-refused"  # noqa: S105  # a reason
    REFUSED = "login-refused"


class Answer(NamedTuple):
    """One answer, with the new model where it was a yes."""

    kind: Again
    model: dict[str, Any] | None = None


def confirmed_at(state: Mapping[str, Any] | None) -> datetime | None:
    """Return when provider and node last said yes, or None."""
    return instant_of((state or {}).get("refreshed_at"))


def instant_of(text: object) -> datetime | None:
    """Return an instant that was kept as text, or None if that is damaged."""
    try:
        instant = datetime.fromisoformat(str(text))
    except ValueError:
        return None
    return instant if instant.tzinfo is not None else None


@dataclass
class _Turn:
    at: datetime | None  # None is never again in this workspace's life
    failures: int = 0


class Schedule:
    """When each person's passport is looked at next; knows no network and no clock."""

    def __init__(self, interval_seconds: float, chance: Callable[[], float] = _CHANCE) -> None:
        self.interval = timedelta(seconds=interval_seconds)
        self._chance = chance
        self._turns: dict[str, _Turn] = {}

    def due(self, at_work: Iterable[str], now: datetime) -> list[str]:
        """Return whose turn it is; who is no longer at work is forgotten."""
        names = set(at_work)
        self._turns = {name: turn for name, turn in self._turns.items() if name in names}
        for name in names - set(self._turns):
            self._turns[name] = _Turn(now)
        return sorted(
            n for n, turn in self._turns.items() if turn.at is not None and turn.at <= now
        )

    def confirmed(self, name: str, at: datetime) -> None:
        """Let an hour pass since the last yes, and a little more, so that not all come at once."""
        self._turns[name] = _Turn(at + self._jittered(self.interval))

    def silent(self, name: str, now: datetime) -> None:
        """Try again, later and later, at most an hour apart."""
        turn = self._turns.setdefault(name, _Turn(now))
        pause = timedelta(seconds=_FIRST_PAUSE_SECONDS * 2 ** min(turn.failures, 16))
        self._turns[name] = _Turn(
            now + self._jittered(min(pause, self.interval)), turn.failures + 1
        )

    def stopped(self, name: str) -> None:
        """Never look again while this person is at work."""
        self._turns[name] = _Turn(None)

    def _jittered(self, pause: timedelta) -> timedelta:
        return pause * (1 + _JITTER * self._chance())


class Polls:
    """Asks about everybody who has a workspace, and tells the node process who is refused."""

    def __init__(self, authenticator: LsAaiAuthenticator, app: Any, schedule: Schedule) -> None:
        self._authenticator, self._app, self.schedule = authenticator, app, schedule
        self._node = NodeClient(Path(authenticator.node_socket))

    def start(self) -> None:
        """Look from now on, as long as the Hub runs."""
        self._timer = PeriodicCallback(self.look, LOOK_SECONDS * 1000, jitter=0.1)
        self._timer.start()

    async def look(self) -> None:
        """Ask about everybody whose turn it is; one that fails does not keep the others waiting."""
        for name in self.schedule.due(self._at_work(), self._authenticator.now()):
            try:
                await self._ask(name)
            except Exception:
                self._authenticator.log.exception("a look at a passport failed")
                self.schedule.silent(name, self._authenticator.now())

    def _at_work(self) -> list[str]:
        return [user.name for user in self._app.users.values() if user.active]

    async def _ask(self, name: str) -> None:
        user = self._app.users[name]
        now = self._authenticator.now()
        state = await user.get_auth_state()
        last = confirmed_at(state)
        # What the session itself asked for counts: so it stays once an hour over a Hub's restart.
        if last is not None and now - last < self.schedule.interval:
            self.schedule.confirmed(name, last)
            return
        answer = await self._authenticator.ask_again(name, state)
        if answer.kind is Again.CONFIRMED and answer.model is not None:
            await user.save_auth_state(answer.model["auth_state"])
            self.schedule.confirmed(name, now)
        elif answer.kind is Again.SPENT:  # the visas' own ends, and REMS, bound what follows
            self.schedule.confirmed(name, now)
        elif answer.kind is not Again.SILENT:
            await self._ended(name, answer.kind.value)
        else:
            await self.tell_silent()
            if self._authenticator.within_grace(name, state or {}):
                self.schedule.silent(name, now)
            else:
                await self._ended(name, "provider-silent")

    async def tell_silent(self) -> None:
        """Tell the node process that nobody answers, so that its operator sees it."""
        try:
            await self._node.post("/v1/provider", {"answers": False})
        except SpeError as error:
            self._authenticator.log.error("a silence could not be told: %s", error)

    async def _ended(self, name: str, why: str) -> None:
        """Tell the node process; one that does not answer is told again."""
        try:
            await self._node.post(f"/v1/people/{name}/login-ended", {"why": why})
        except SpeError as error:
            self._authenticator.log.error("the end of a log-in could not be told: %s", error)
            self.schedule.silent(name, self._authenticator.now())
            return
        self.schedule.stopped(name)
