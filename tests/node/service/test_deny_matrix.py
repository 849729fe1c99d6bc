"""Who is refused a workspace, why, and what the audit log then holds."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select

from gdi_spe.node.identity.grants import end_login
from gdi_spe.node.identity.obligations import fulfil, keep_obligations, withdraw_fulfilment
from gdi_spe.node.identity.people import suspend
from gdi_spe.node.identity.tables import Grant, GrantSource, Person
from gdi_spe.node.projects import register
from gdi_spe.node.projects.closures import close
from gdi_spe.node.projects.register import Status
from gdi_spe.node.projects.tables import Project
from gdi_spe.node.service.timers import enforce
from gdi_spe.node.settings import ObligationSettings
from tests.node.service.nodes import ADA, BOB, NOON, Office


def not_named(office: Office) -> None:
    with office.database.write() as session:
        session.get_one(Project, "p1").members_only = True
        register.add_member(session, "p1", BOB, "admin", NOON)


def removed(office: Office) -> None:
    with office.database.write() as session:
        register.remove_member(session, "p1", ADA, "left", "admin", NOON)


def expired(office: Office) -> None:
    office.passes(hours=8)


def suspended(office: Office) -> None:
    with office.database.write() as session:
        suspend(session, ADA, "misuse", "admin", NOON)


def no_member_of_the_node(office: Office) -> None:
    with office.database.write() as session:
        session.get_one(Person, ADA).is_member = False


def wrong_project(office: Office) -> None:
    with office.database.write() as session:
        for grant in session.scalars(select(Grant).where(Grant.target == "cohort-1")):
            session.delete(grant)


def token_refused(office: Office) -> None:
    with office.database.write() as session:
        end_login(session, ADA, "token-refused", NOON)


def committee_silent(office: Office) -> None:
    with office.database.write() as session:
        session.add(GrantSource(source="dac", first_asked_at=NOON, closed_at=NOON))


def project_suspended(office: Office) -> None:
    with office.database.write() as session:
        register.move(session, "p1", Status.SUSPENDED, "breach", "admin", NOON)


def project_closed(office: Office) -> None:
    with office.database.write() as session:
        register.move(session, "p1", Status.CLOSED, "done", "admin", NOON)


def project_over(office: Office) -> None:
    with office.database.write() as session:
        session.get_one(Project, "p1").ends_at = NOON - timedelta(seconds=1)


def agrees(office: Office, kind: str, days: float = 30) -> None:
    """Let Ada fulfil what everybody must, for some days."""
    wanted = ObligationSettings(id=f"{kind}-1", kind=kind, title="Terms of use", valid_days=days)
    with office.database.write() as session:
        keep_obligations(session, [wanted], office.at)
        fulfil(session, f"{kind}-1", ADA, "admin", office.at)


def terms_lapsed(office: Office) -> None:
    agrees(office, "terms", days=1 / 24)
    office.passes(hours=1)


def terms_never_accepted(office: Office) -> None:
    wanted = ObligationSettings(id="terms-2", kind="terms", title="Terms of use")
    with office.database.write() as session:
        keep_obligations(session, [wanted], office.at)


def training_withdrawn(office: Office) -> None:
    agrees(office, "training")
    with office.database.write() as session:
        withdraw_fulfilment(session, "training-1", ADA, "failed", "admin", office.at)


def node_closed(office: Office) -> None:
    with office.database.write() as session:
        close(session, "test-node", "incident", "admin", office.at)


DENIED: dict[Callable[[Office], None], str] = {
    not_named: "not-a-member",
    removed: "member-removed",
    expired: "not-granted",
    suspended: "suspended",
    no_member_of_the_node: "no-member-of-the-node",
    wrong_project: "not-granted",
    token_refused: "not-granted",
    committee_silent: "not-granted",
    project_suspended: "project-suspended",
    project_closed: "project-closed",
    project_over: "project-ended",
    terms_lapsed: "terms-lapsed",
    terms_never_accepted: "terms-lapsed",
    training_withdrawn: "training-lapsed",
    node_closed: "node-closed",
}


@pytest.mark.parametrize(("happens", "code"), DENIED.items(), ids=[f.__name__ for f in DENIED])
async def test_a_start_is_refused_and_recorded(
    office: Office, happens: Callable[[Office], None], code: str
) -> None:
    happens(office)

    answer = await office.asks_to_start()

    assert (answer.status_code, answer.json()["code"]) == (403, code)
    ((_, actor, project, facts),) = office.events("workspace.refused")
    assert (actor, project, facts["code"]) == (ADA, "p1", code)
    assert office.helper.orders == []


# Since when each could be known, where that is before the node's next look.
KNOWN = {project_over: NOON - timedelta(seconds=1)}

# Who has worked on a project is one of its members already.
ENDING = [happens for happens in DENIED if happens is not not_named]


@pytest.mark.parametrize("happens", ENDING, ids=[f.__name__ for f in ENDING])
async def test_what_refuses_a_start_ends_what_runs(
    office: Office, happens: Callable[[Office], None]
) -> None:
    wid = await office.starts()
    happens(office)

    await enforce(office.node)

    assert office.row(wid).status == "ended"
    ((_, actor, resource, facts),) = office.events("revocation.enforced")
    assert (actor, resource) == ("node", wid)
    assert facts["why"] == DENIED[happens]
    assert facts["container"] == "gone"
    # What is kept of every event is the very instant, so that a latency can be told from it.
    assert datetime.fromisoformat(facts["known_at"]) <= office.at
    assert facts["latency_seconds"] == (office.at - KNOWN.get(happens, office.at)).total_seconds()
    assert [call[0] for call in office.calls if call[0] in ("route", "container")][-2:] == [
        "route",
        "container",
    ]
