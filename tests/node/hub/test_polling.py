"""How seldom passports are looked at again, and what a no, a silence and a spent token lead to."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdi_spe.node.hub.polling import Again, Answer, Polls, Schedule
from tests.node.hub.stand_ins import PERSON, StandIn

NOW = datetime(2026, 3, 1, tzinfo=UTC)
HOUR = timedelta(hours=1)


class Asker:
    """An authenticator that answers as the test says, and counts."""

    def __init__(self, socket: Path) -> None:
        self.node_socket = str(socket)
        self.clock, self.answer, self.is_within = NOW, Answer(Again.CONFIRMED), True
        self.asked: list[str] = []
        self.log = SimpleNamespace(error=print, exception=print)

    def now(self) -> datetime:
        return self.clock

    def within_grace(self, name: str, state: Any) -> bool:
        return self.is_within

    async def ask_again(self, name: str, state: Any) -> Answer:
        self.asked.append(name)
        if self.answer.kind is Again.CONFIRMED:
            return Answer(Again.CONFIRMED, {"auth_state": {"refreshed_at": self.clock.isoformat()}})
        return self.answer


class Somebody:
    """A user of the Hub with a workspace."""

    def __init__(self) -> None:
        self.name, self.active = PERSON, True
        self.state: dict[str, Any] | None = {"refreshed_at": NOW.isoformat()}

    async def get_auth_state(self) -> Any:
        return self.state

    async def save_auth_state(self, state: Any) -> None:
        self.state = state


class Hub:
    """Polls of one person, and the node process that they tell."""

    def __init__(self, socket: Path, node: StandIn) -> None:
        self.node, self.asker, self.user = node, Asker(socket), Somebody()
        app = SimpleNamespace(users=_Users({1: self.user}))
        self.polls = Polls(self.asker, app, Schedule(3600, lambda: 0.5))  # type: ignore[arg-type]

    async def passes(self, minutes: int) -> None:
        for _ in range(minutes * 2):
            self.asker.clock += timedelta(seconds=30)
            await self.polls.look()

    def told(self) -> list[Any]:
        return [body for _, path, body in self.node.asked if path.endswith("/login-ended")]


class _Users(dict[Any, Any]):
    def __getitem__(self, key: Any) -> Any:
        return next(user for user in self.values() if user.name == key)


@pytest.fixture
async def hub(tmp_path: Path) -> AsyncIterator[Hub]:
    node = StandIn()
    async with node.listening(tmp_path / "hub.sock"):
        yield Hub(tmp_path / "hub.sock", node)


async def test_who_is_at_work_is_asked_about_once_an_hour_and_a_little_later(hub: Hub) -> None:
    await hub.passes(minutes=60)
    assert hub.asker.asked == []

    await hub.passes(minutes=7)
    assert hub.asker.asked == [PERSON]

    await hub.passes(minutes=60)
    assert hub.asker.asked == [PERSON]


async def test_who_is_not_at_work_is_not_asked_about(hub: Hub) -> None:
    hub.user.active = False

    await hub.passes(minutes=180)

    assert hub.asker.asked == []


async def test_what_the_session_asked_itself_counts(hub: Hub) -> None:
    await hub.passes(minutes=55)
    hub.user.state = {"refreshed_at": hub.asker.clock.isoformat()}

    await hub.passes(minutes=60)

    assert hub.asker.asked == []


async def test_a_silence_is_told_to_the_node_so_that_its_operator_sees_it(hub: Hub) -> None:
    hub.asker.answer = Answer(Again.SILENT)

    await hub.passes(minutes=70)

    silences = [body for _, path, body in hub.node.asked if path == "/v1/provider"]
    assert silences
    assert silences == [{"answers": False}] * len(silences)
    assert hub.told() == []


@pytest.mark.parametrize("kind", [Again.TOKEN_REFUSED, Again.REFUSED])
async def test_a_no_is_told_to_the_node_and_nobody_asks_again(hub: Hub, kind: Again) -> None:
    hub.asker.answer = Answer(kind)

    await hub.passes(minutes=300)

    assert hub.asker.asked == [PERSON]
    assert hub.told() == [{"why": kind.value}]


async def test_a_no_that_the_node_does_not_hear_is_told_again(hub: Hub) -> None:
    hub.asker.answer = Answer(Again.TOKEN_REFUSED)
    path = f"/v1/people/{PERSON}/login-ended"
    hub.node.answer(path, {}, 503)
    await hub.passes(minutes=70)

    hub.node.answer(path, {})
    await hub.passes(minutes=10)

    assert len(hub.told()) >= 2


async def test_a_silence_is_tried_again_later_and_later(hub: Hub) -> None:
    hub.asker.answer = Answer(Again.SILENT)

    await hub.passes(minutes=60 + 60)

    assert 5 <= len(hub.asker.asked) <= 7
    assert hub.told() == []


async def test_a_silence_beyond_the_grace_ends_the_log_in(hub: Hub) -> None:
    hub.asker.answer, hub.asker.is_within = Answer(Again.SILENT), False

    await hub.passes(minutes=80)

    assert hub.told() == [{"why": "provider-silent"}]


async def test_a_spent_token_says_nothing_about_the_person(hub: Hub) -> None:
    hub.asker.answer = Answer(Again.SPENT)

    await hub.passes(minutes=200)

    assert hub.told() == []


async def test_one_who_cannot_be_asked_about_is_tried_later(hub: Hub) -> None:
    hub.user.state = {"refreshed_at": "yesterday"}
    hub.asker.answer = None  # type: ignore[assignment]  # whatever goes wrong

    await hub.passes(minutes=10)

    assert 2 <= len(hub.asker.asked) <= 4


@given(st.lists(st.sampled_from(["confirmed", "silent"]), max_size=30), st.floats(0, 1))
def test_yeses_are_an_hour_apart_and_silences_never_less_than_a_minute(
    outcomes: list[str], chance: float
) -> None:
    schedule, now = Schedule(3600, lambda: chance), NOW
    for outcome in outcomes:
        while not schedule.due([PERSON], now):
            now += timedelta(seconds=10)
        getattr(schedule, outcome)(PERSON, now)
        pause = HOUR if outcome == "confirmed" else timedelta(minutes=1)
        assert schedule.due([PERSON], now + pause - timedelta(seconds=1)) == []
        assert schedule.due([PERSON], now + 1.2 * HOUR) == [PERSON]
