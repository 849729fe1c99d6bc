"""Which workspaces must end: those that could not be opened now."""

from __future__ import annotations

from datetime import timedelta

from gdi_spe.node.identity.grants import end_grant
from gdi_spe.node.identity.people import suspend
from gdi_spe.node.projects import register as projects
from gdi_spe.node.revocation.due import Due, due_now
from tests.node.service.nodes import ADA, BOB, Office


def due(office: Office) -> list[Due]:
    with office.database.read() as session:
        return due_now(session, office.at)


def why(office: Office) -> dict[str, str]:
    return {one.wid: one.why for one in due(office)}


async def test_a_live_grant_keeps_its_workspace(office: Office) -> None:
    await office.starts(ADA)
    office.passes(hours=8, microseconds=-1)

    assert due(office) == []


async def test_a_grant_ends_its_workspace_at_its_very_end(office: Office) -> None:
    wid = await office.starts(ADA)
    office.passes(hours=8)

    assert why(office) == {wid: "not-granted"}


async def test_an_ended_grant_ends_its_own_workspace_alone(office: Office) -> None:
    wid, _, _ = await office.starts(ADA), await office.starts(BOB), await office.starts(ADA, "p2")
    with office.database.write() as session:
        end_grant(session, ADA, "cohort-1", "over", "admin", office.at)

    (one,) = due(office)

    assert (one.wid, one.person, one.project, one.why) == (wid, ADA, "p1", "not-granted")
    assert one.freezes_exports


async def test_a_suspended_project_ends_all_of_its_workspaces(office: Office) -> None:
    wids = [await office.starts(ADA), await office.starts(BOB)]
    await office.starts(ADA, "p2")
    with office.database.write() as session:
        projects.move(session, "p1", projects.Status.SUSPENDED, "audit", "admin", office.at)

    assert why(office) == dict.fromkeys(wids, "project-suspended")


async def test_a_suspended_person_and_a_removed_member_have_no_workspace(office: Office) -> None:
    ada, bob = await office.starts(ADA), await office.starts(BOB)
    with office.database.write() as session:
        suspend(session, ADA, "asked", "admin", office.at)
        projects.remove_member(session, "p1", BOB, "left", "admin", office.at)

    assert why(office) == {ada: "suspended", bob: "member-removed"}


async def test_a_renewed_grant_does_not_stretch_an_order(office: Office) -> None:
    wid = await office.starts(ADA)
    with office.database.write() as session:
        session.merge(office.row(wid)).valid_until = office.at + timedelta(hours=1)
    office.passes(hours=1)

    assert why(office) == {wid: "valid-until"}


async def test_a_workspace_that_is_still_starting_is_asked_about_as_well(office: Office) -> None:
    wid = (await office.asks_to_start()).json()["wid"]
    office.passes(hours=9)

    assert why(office) == {wid: "not-granted"}


async def test_what_has_ended_is_not_due_again(office: Office) -> None:
    await office.stops(await office.starts(ADA))
    office.passes(hours=9)

    assert due(office) == []
