"""What the node does by itself, and what it leaves alone."""

from __future__ import annotations

import asyncio
from datetime import datetime, timedelta
from typing import cast

import pytest

from gdi_spe.boundary.errors import Unavailable
from gdi_spe.node.airlock.desk import Desk
from gdi_spe.node.cohorts import versions
from gdi_spe.node.identity.grants import end_grant
from gdi_spe.node.service import timers
from gdi_spe.node.service.timers import enforce, notice_gone, release_left
from tests.node.service.nodes import ADA, BOB, Office, silent

TIMEOUT = 60  # workspace.start_timeout_seconds


async def test_a_workspace_whose_container_is_gone_has_ended(office: Office) -> None:
    gone, kept = await office.starts(ADA), await office.starts(BOB)
    office.helper.has.discard(gone)
    office.passes(seconds=TIMEOUT + 1)

    await notice_gone(office.node)

    assert (office.row(gone).status, office.row(kept).status) == ("ended", "running")
    ((_, actor, resource, facts),) = office.events("workspace.ended")
    assert (actor, resource, facts["why"]) == ("node", gone, "its container is gone")


async def test_a_workspace_that_is_about_to_start_is_not_taken_for_gone(office: Office) -> None:
    wid = await office.starts()
    office.helper.has.clear()
    office.passes(seconds=TIMEOUT)

    await notice_gone(office.node)

    assert office.row(wid).status == "running"


async def test_what_starts_while_the_helper_is_asked_is_left_alone(office: Office) -> None:
    wid = await office.starts()
    await office.stops(wid)
    office.helper.has.clear()
    office.passes(hours=1)
    office.helper.meanwhile = office.asks_to_start

    await notice_gone(office.node)

    assert office.row(wid).status == "starting"
    assert office.helper.has == {wid}


async def test_nobody_is_ended_when_the_helper_does_not_answer(office: Office) -> None:
    wid = await office.starts()
    office.helper.has.clear()
    office.helper.fails = silent()
    office.passes(hours=1)
    before = office.events()

    with pytest.raises(Unavailable):
        await notice_gone(office.node)

    assert office.row(wid).status == "running"
    assert office.events() == before


async def test_a_container_that_the_hub_only_said_was_stopped_is_stopped(office: Office) -> None:
    ended, live = await office.starts(ADA), await office.starts(BOB)
    await office.stops(ended)
    office.helper.has.add("w00000000ff")  # one that the register never heard of
    office.passes(seconds=TIMEOUT + 1)

    await notice_gone(office.node)

    assert office.helper.has == {live}
    assert office.row(live).status == "running"


async def test_the_hub_is_given_time_to_remove_what_it_stopped(office: Office) -> None:
    wid = await office.starts()
    await office.stops(wid)

    await notice_gone(office.node)

    assert office.helper.has == {wid}


async def test_a_timer_that_fails_runs_again(caplog: pytest.LogCaptureFixture) -> None:
    runs: list[int] = []

    async def step() -> None:
        runs.append(1)
        raise RuntimeError("once more")

    with pytest.raises(TimeoutError):
        await asyncio.wait_for(timers._every(0.001, step), 0.2)

    assert len(runs) > 1
    assert "a timer of the node failed" in caplog.text


async def test_what_was_left_approved_is_released_at_the_start_and_then_by_the_clock(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[Desk] = []

    def release_approved(desk: Desk) -> int:
        runs.append(desk)
        raise RuntimeError("the first request's content was changed")

    monkeypatch.setattr(Desk, "release_approved", release_approved)
    steps = office.node.settings.timers.model_copy(update={"anchor_seconds": 0.05})
    settings = office.node.settings.model_copy(update={"timers": steps})
    object.__setattr__(office.node, "settings", settings)

    running = [asyncio.ensure_future(timer) for timer in timers.timers(office.node)]
    try:
        async with asyncio.timeout(20):
            while len(runs) < 2:
                await asyncio.sleep(0.02)
    finally:
        for task in running:
            task.cancel()
        ends = await asyncio.gather(*running, return_exceptions=True)

    # A release that fails ends neither its own timer nor another.
    assert all(isinstance(end, asyncio.CancelledError) for end in ends)


async def test_nothing_is_released_while_a_workspace_is_still_to_end(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    runs: list[int] = []
    monkeypatch.setattr(Desk, "release_approved", lambda _desk: cast("int", runs.append(1)) or 1)
    await office.starts()
    with office.database.write() as session:
        end_grant(session, ADA, "cohort-1", "over", "admin", office.at)

    assert await release_left(office.node) == 0
    assert runs == []

    await enforce(office.node)

    assert await release_left(office.node) == 1
    assert runs == [1]


def ends(office: Office, why: str, until: datetime) -> None:
    """End the version of the first project's cohort, as a withdrawal or a retirement does."""
    with office.database.write() as session:
        rows = versions.standing_rows(session, "cohort-1")
        versions.end_versions(session, rows, why, office.at, until)


@pytest.mark.parametrize("why", [versions.PEOPLE_LEFT, versions.RETIRED])
async def test_a_workspace_with_a_version_that_ended_is_stopped(office: Office, why: str) -> None:
    wid, other = await office.starts(project="p1"), await office.starts(project="p2")

    ends(office, why, office.at)
    await enforce(office.node)

    assert (office.row(wid).status, office.row(other).status) == ("ended", "running")
    assert office.row(wid).ended_why == f"cohort-{why}"


async def test_a_workspace_may_keep_an_old_version_as_long_as_policy_says(office: Office) -> None:
    wid = await office.starts(project="p1")
    ends(office, versions.PEOPLE_LEFT, office.at + timedelta(hours=3))

    await enforce(office.node)
    assert office.row(wid).status == "running"
    told = (await office.ask("gateway", "GET", f"/v1/workspaces/{wid}/self")).json()
    listed = (await office.ask("admin", "GET", "/v1/workspaces")).json()
    office.passes(hours=3)
    await enforce(office.node)

    assert office.row(wid).status == "ended"
    assert "A new version is ready" in told["cohorts"][0]["notice"]
    assert told["cohorts"][0]["until"].startswith("2026-11-22T15:00")
    assert listed[0]["outdated"] == ["cohort-1@1"]
    assert not any(word in str(told) for word in ("left", "withdr", "exclud"))


async def test_a_version_that_ended_is_not_opened_anew(office: Office) -> None:
    ends(office, versions.RETIRED, office.at)

    answer = await office.asks_to_start(project="p1")

    assert answer.json()["code"] == "cohort-not-ready"
