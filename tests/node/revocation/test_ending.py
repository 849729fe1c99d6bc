"""A workspace ends in order, and is watched until its container is certainly gone."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy.orm import Session

from gdi_spe.boundary.errors import Refused
from gdi_spe.node.airlock.requests import Draft, create
from gdi_spe.node.airlock.requests import freeze as really_freeze
from gdi_spe.node.airlock.tables import ExportRequest
from gdi_spe.node.containers import register
from gdi_spe.node.identity.grants import end_grant
from gdi_spe.node.revocation.ending import Ender
from gdi_spe.node.service.timers import enforce
from tests.node.service.nodes import ADA, BOB, FakeHelper, Office, silent

FAILURES = [silent(), Refused("no"), RuntimeError("unheard of"), TimeoutError()]


async def _revoked(office: Office) -> str:
    """Return a running workspace whose grant has just ended."""
    wid = await office.starts(ADA)
    with office.database.write() as session:
        end_grant(session, ADA, "cohort-1", "over", "admin", office.at)
    office.calls.clear()
    return wid


def _draft(office: Office, wid: str, person: str = ADA) -> str:
    with office.database.write() as session:
        return create(session, Draft(wid, "p1", person, "Table 2", "paper"), office.at)


def _status(office: Office, rid: str) -> str:
    with office.database.read() as session:
        return session.get_one(ExportRequest, rid).status


def steps(office: Office) -> list[str]:
    return [call[0] for call in office.calls]


def assert_only_certain_ends_are_recorded(office: Office, wid: str) -> None:
    assert office.row(wid).status == "running"
    assert office.events("workspace.ended") == []


async def test_route_then_container_then_exports(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    wid = await _revoked(office)
    rid = _draft(office, wid)

    def freeze(session: Session, person: str, project: str, why: str, now: datetime) -> int:
        office.calls.append(("freeze", project))
        return really_freeze(session, person, project, why, now)

    monkeypatch.setattr("gdi_spe.node.revocation.ending.freeze", freeze)

    await enforce(office.node)

    assert steps(office) == ["route", "container", "freeze"]
    assert office.row(wid).status == "ended"
    assert _status(office, rid) == "frozen"
    kinds = [kind for kind, *_ in office.events()][-3:]
    assert kinds == ["revocation.enforced", "export.frozen", "workspace.ended"]


@pytest.mark.parametrize("failure", FAILURES, ids=repr)
async def test_a_gateway_that_fails_never_keeps_the_container(
    office: Office, failure: Exception
) -> None:
    wid = await _revoked(office)
    office.gate.fails = failure

    await enforce(office.node)

    assert steps(office) == ["route", "container"]
    assert office.row(wid).status == "ended"
    facts = office.events("revocation.enforced")[0][3]
    assert (facts["route"] != "closed", facts["container"]) == (True, "gone")


@pytest.mark.parametrize("failure", FAILURES, ids=repr)
async def test_a_workspace_is_live_until_the_helper_says_it_is_gone(
    office: Office, failure: Exception
) -> None:
    wid = await _revoked(office)
    rid = _draft(office, wid)
    office.helper.fails = failure

    await enforce(office.node)

    assert_only_certain_ends_are_recorded(office, wid)
    assert _status(office, rid) == "frozen"
    facts = office.events("revocation.enforced")[0][3]
    assert (facts["route"], facts["container"] != "gone") == ("closed", True)

    office.helper.fails = None
    assert [due.wid for due in await enforce(office.node)] == [wid]

    assert office.row(wid).status == "ended"
    assert office.events("revocation.enforced")[1][3]["container"] == "gone"


async def test_an_end_recorded_without_the_helpers_word_would_be_noticed(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    wid = await _revoked(office)
    office.helper.fails = silent()
    recorded = Ender._recorded

    def careless(ender: Ender, due: Any, took: Any, route: str, _container: str, work: str) -> None:
        recorded(ender, due, took, route, None, work)

    monkeypatch.setattr(Ender, "_recorded", careless)

    await enforce(office.node)

    with pytest.raises(AssertionError):
        assert_only_certain_ends_are_recorded(office, wid)


async def test_the_record_says_how_long_it_took(office: Office) -> None:
    wid = await _revoked(office)
    stop: Callable[..., object] = FakeHelper.stop

    async def slowly(wid: str, why: str) -> None:
        office.passes(seconds=1.5)
        await stop(office.helper, wid, why)  # type: ignore[misc]  # the real fake

    office.helper.stop = slowly  # type: ignore[method-assign]  # a helper that takes its time

    await enforce(office.node)

    ((_, actor, resource, facts),) = office.events("revocation.enforced")
    assert (actor, resource, facts["seconds"]) == ("node", wid, 1.5)
    assert (facts["route_seconds"], facts["latency_seconds"]) == (0, 1.5)
    assert facts["known_at"] == "2026-11-22T12:00:00+00:00"
    assert (facts["person"], facts["project"], facts["why"]) == (ADA, "p1", "not-granted")


async def test_nothing_due_leaves_no_trace(office: Office) -> None:
    await office.starts(ADA)
    office.calls.clear()
    before = office.events()

    assert await enforce(office.node) == []

    assert office.events() == before
    assert office.calls == []


async def test_only_the_due_persons_exports_are_frozen(office: Office) -> None:
    wid, other = await _revoked(office), await office.starts(BOB)
    own, others = _draft(office, wid), _draft(office, other, BOB)

    await enforce(office.node)

    assert (_status(office, own), _status(office, others)) == ("frozen", "draft")
    assert office.row(other).status == "running"


async def test_a_failure_with_one_does_not_spare_the_next(office: Office) -> None:
    first, second = await office.starts(ADA), await office.starts(BOB)
    office.passes(hours=9)
    really = office.helper.stop

    async def stop(wid: str, why: str) -> None:
        if wid == first:
            raise RuntimeError("its mount is busy")
        await really(wid, why)

    office.helper.stop = stop  # type: ignore[method-assign]  # fails for one of them

    await enforce(office.node)

    assert (office.row(first).status, office.row(second).status) == ("running", "ended")


async def test_an_order_of_an_ended_workspace_is_gone_with_it(office: Office) -> None:
    wid = await _revoked(office)

    await enforce(office.node)

    answer = await office.ask("gateway", "GET", f"/v1/orders/{wid}")
    assert answer.status_code == 404
    with office.database.read() as session:
        assert register.live(session) == []
