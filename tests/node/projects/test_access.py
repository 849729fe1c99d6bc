import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from gdi_spe.boundary.errors import BadInput, NotFound
from gdi_spe.node.audit.tables import AuditEvent, AuditHead
from gdi_spe.node.cohorts.tables import CohortRow, CohortVersionRow
from gdi_spe.node.database.engine import Base, Database
from gdi_spe.node.identity.grants import end_grant
from gdi_spe.node.identity.people import suspend
from gdi_spe.node.identity.tables import Fulfilment, Grant, GrantSource, Obligation, Person
from gdi_spe.node.projects import register
from gdi_spe.node.projects.access import (
    Access,
    Refusal,
    is_member,
    may_open,
    opened,
    projects_of,
    was_ever_member,
)
from gdi_spe.node.projects.register import MOVES, MoveRefused, Status
from gdi_spe.node.projects.tables import NodeClosure, Project, ProjectCohort, ProjectMember

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
TABLES = (
    AuditEvent, AuditHead, Person, Grant, GrantSource, CohortRow, CohortVersionRow,
    Project, ProjectCohort, ProjectMember, NodeClosure, Obligation, Fulfilment,
)  # fmt: skip
ADA, BOB = "u-ada", "u-bob"


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/node.db")
    tables = [one.__table__ for one in TABLES]
    Base.metadata.create_all(database.engine, tables=tables)  # type: ignore[arg-type]
    yield database
    database.close()


@pytest.fixture
def session(database: Database) -> Iterator[Session]:
    """Two people, and three cohorts: C1 of D1 and D2, C2 of D2, C3 of nothing."""
    with database.write() as session:
        for person in (ADA, BOB):
            session.add(
                Person(
                    person=person,
                    issuer="i",
                    subject=f"{person}@x",
                    display_name=person.title(),
                    roles="[]",
                    is_member=True,
                    first_seen_at=NOW,
                    last_seen_at=NOW,
                    refusals="[]",
                )
            )
        for cohort, datasets in (("C1", ["D1", "D2"]), ("C2", ["D2"]), ("C3", [])):
            session.add(
                CohortRow(
                    id=cohort,
                    title=f"Cohort {cohort}",
                    project=cohort.lower(),
                    opaque=cohort,
                    definition=json.dumps({"datasets": datasets}),
                    defined_at=NOW,
                )
            )
            session.flush()
            register.create_default(session, cohort, f"Cohort {cohort}", ["DUO:0000042"], NOW)
        yield session


def grant(
    session: Session, person: str, target: str, hours: float = 5, source: str = "dac"
) -> None:
    session.add(
        Grant(
            person=person,
            target=target,
            value=target,
            source=source,
            subject=f"{person}@x",
            visa_sha256="0" * 64,
            made_at=NOW,
            verified_at=NOW,
            until=NOW + timedelta(hours=hours),
        )
    )
    session.flush()


def code(session: Session, person: str, slug: str, at: datetime = NOW) -> str:
    answer = may_open(session, person, slug, at)
    return answer.code if isinstance(answer, Refusal) else "open"


def slugs(session: Session, person: str, at: datetime = NOW) -> list[str]:
    return [project.slug for project in projects_of(session, person, at).projects]


def test_a_visa_for_the_cohort_opens_its_project_until_it_ends(session: Session) -> None:
    grant(session, ADA, "C1", hours=3)

    assert may_open(session, ADA, "c1", NOW) == Access(NOW + timedelta(hours=3), ("C1",))
    assert code(session, ADA, "c1", NOW + timedelta(hours=3)) == "not-granted"


def test_visas_for_all_datasets_open_it_until_the_first_ends(session: Session) -> None:
    grant(session, ADA, "D1", hours=3)
    grant(session, ADA, "D2", hours=2)

    assert may_open(session, ADA, "c1", NOW) == Access(NOW + timedelta(hours=2), ("C1",))


def test_a_part_of_the_datasets_opens_nothing_of_the_cohort(session: Session) -> None:
    grant(session, ADA, "D1")

    assert code(session, ADA, "c1") == "not-granted"
    assert slugs(session, ADA) == []


def test_a_cohort_of_no_datasets_needs_a_visa_for_itself(session: Session) -> None:
    grant(session, ADA, "D1")

    assert code(session, ADA, "c3") == "not-granted"


def test_not_granted_and_not_there_are_one_answer(session: Session) -> None:
    grant(session, ADA, "C1")
    register.move(session, "c2", Status.SUSPENDED, "audit", "admin", NOW)

    answers = {may_open(session, ADA, slug, NOW) for slug in ("c2", "c3", "never-defined", "")}

    assert len(answers) == 1
    assert answers == {may_open(session, "u-nobody", "c1", NOW)}


def test_a_person_sees_their_own_projects_and_no_trace_of_others(session: Session) -> None:
    grant(session, ADA, "C1")

    shown = projects_of(session, ADA, NOW).as_json()

    assert [project["slug"] for project in shown["projects"]] == ["c1"]
    assert "C2" not in json.dumps(shown)
    assert slugs(session, BOB) == []
    assert projects_of(session, "u-nobody", NOW).as_json()["projects"] == []


def test_what_is_shown_of_a_project(session: Session) -> None:
    grant(session, ADA, "C1", hours=1)
    session.add(
        CohortVersionRow(
            cohort_id="C1",
            version=3,
            path="x",
            n_individuals=1,
            n_variants=1,
            materialised_at=NOW,
            seal="",
            signature="",
        )
    )

    (project,) = projects_of(session, ADA, NOW).as_json()["projects"]

    assert project == {
        "slug": "c1", "title": "Cohort C1", "status": "active",
        "until": "2026-11-22T11:00:00+00:00",
        "cohorts": [{"id": "C1", "title": "Cohort C1", "version": 3}],
    }  # fmt: skip


def test_a_project_of_two_cohorts_needs_both_and_ends_with_the_first(session: Session) -> None:
    register.create(session, "both", "Both", [], ["C1", "C2"], "admin", NOW)
    grant(session, ADA, "C1", hours=5)
    assert code(session, ADA, "both") == "not-granted"

    grant(session, ADA, "C2", hours=2)

    assert may_open(session, ADA, "both", NOW) == Access(NOW + timedelta(hours=2), ("C1", "C2"))


def test_an_ended_grant_closes_the_project(session: Session) -> None:
    grant(session, ADA, "C1")

    end_grant(session, ADA, "C1", "misuse", "admin", NOW)

    assert code(session, ADA, "c1") == "not-granted"


def test_a_suspended_person_opens_nothing(session: Session) -> None:
    grant(session, ADA, "C1")

    suspend(session, ADA, "suspicion", "admin", NOW)

    assert code(session, ADA, "c1") == "suspended"


def test_a_silent_source_opens_nothing(session: Session) -> None:
    grant(session, ADA, "C1", source="rems")
    grant(session, ADA, "D2", source="other")

    session.add(GrantSource(source="rems", first_asked_at=NOW, closed_at=NOW))
    session.flush()

    assert slugs(session, ADA) == ["c2"]


@pytest.mark.parametrize("status", [Status.SUSPENDED, Status.CLOSED])
def test_a_suspended_or_closed_project_opens_to_nobody(session: Session, status: Status) -> None:
    grant(session, ADA, "C1")

    register.move(session, "c1", status, "audit", "admin", NOW)

    assert code(session, ADA, "c1") == f"project-{status}"
    assert (slugs(session, ADA) == ["c1"]) == (status is Status.SUSPENDED)


def test_a_project_for_members_only_needs_membership_and_grant(session: Session) -> None:
    register.create(session, "few", "Few", [], ["C1"], "admin", NOW, members_only=True)
    grant(session, ADA, "C1")
    assert code(session, ADA, "few") == "not-a-member"

    register.add_member(session, "few", ADA, "admin", NOW)
    register.add_member(session, "few", BOB, "admin", NOW)

    assert code(session, ADA, "few") == "open"
    assert code(session, BOB, "few") == "not-granted"


def test_a_removed_member_stays_out_whatever_is_granted(session: Session) -> None:
    grant(session, ADA, "C1")

    register.remove_member(session, "c1", ADA, "left", "admin", NOW)

    assert code(session, ADA, "c1") == "member-removed"
    assert slugs(session, ADA) == []
    opened(session, ADA, "c1", NOW)
    assert code(session, ADA, "c1") == "member-removed"
    assert (is_member(session, ADA, "c1"), was_ever_member(session, ADA, "c1")) == (False, True)
    register.add_member(session, "c1", ADA, "admin", NOW)
    assert code(session, ADA, "c1") == "open"


def test_the_first_opening_makes_a_member_once(session: Session) -> None:
    for _ in range(2):
        opened(session, ADA, "c1", NOW)

    kinds = [one.kind for one in session.scalars(select(AuditEvent)) if one.actor == ADA]
    assert is_member(session, ADA, "c1")
    assert kinds == ["project.member-joined"]


def test_asking_writes_nothing(session: Session) -> None:
    grant(session, ADA, "C1")
    before = session.query(AuditEvent).count()

    may_open(session, ADA, "c1", NOW)
    projects_of(session, ADA, NOW)

    assert session.query(AuditEvent).count() == before
    assert not session.new
    assert not session.dirty


# The register.


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("to", Status)
def test_every_move_that_is_not_in_the_table_is_refused(
    session: Session, status: Status, to: Status
) -> None:
    project = register.get(session, "c1")
    project.status = status.value

    if (status, to) in MOVES:
        register.move(session, "c1", to, "why", "admin", NOW)
        last = session.scalars(select(AuditEvent).order_by(AuditEvent.seq.desc())).first()
        assert last is not None
        assert last.kind == MOVES[status, to]
    else:
        with pytest.raises(MoveRefused):
            register.move(session, "c1", to, "why", "admin", NOW)
        assert project.status == status


@pytest.mark.parametrize(
    ("slug", "purposes", "cohorts", "says"),
    [
        ("C1", [], ["C1"], "not a project's name"),
        ("../x", [], ["C1"], "not a project's name"),
        ("x" * 31, [], ["C1"], "not a project's name"),
        ("c1\n", [], ["C1"], "not a project's name"),
        ("c1", [], ["C1"], "already"),
        ("new", ["DUO:00000020"], ["C1"], "no code of DUO"),
        ("new", ["GRU"], ["C1"], "no code of DUO"),
        ("new", [], [], "needs a cohort"),
        ("new", [], ["C9"], "no cohort C9"),
    ],
)
def test_a_project_that_makes_no_sense_is_refused(
    session: Session, slug: str, purposes: list[str], cohorts: list[str], says: str
) -> None:
    with pytest.raises(BadInput, match=says):
        register.create(session, slug, "", purposes, cohorts, "admin", NOW)


def test_a_default_project_is_made_once(session: Session) -> None:
    again = register.create_default(session, "C1", "other title", [], NOW)

    assert again.title == "Cohort C1"


def test_two_cohorts_never_share_a_default_project(session: Session) -> None:
    with pytest.raises(BadInput, match="other cohorts"):
        register.create_default(session, "C1_", "x", [], NOW)


def test_what_is_not_there_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        register.get(session, "nothing")
    with pytest.raises(NotFound):
        register.add_member(session, "nothing", ADA, "admin", NOW)


@settings(
    suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=40
)
@given(
    held=st.sets(st.sampled_from(["C1", "C2", "C3", "D1", "D2"])),
    slug=st.sampled_from(["c1", "c2", "c3"]),
)
def test_a_project_opens_exactly_for_its_cohort_or_all_its_datasets(
    session: Session, held: set[str], slug: str
) -> None:
    session.query(Grant).delete()
    for target in held:
        grant(session, ADA, target)
    needed = {"c1": {"D1", "D2"}, "c2": {"D2"}, "c3": {"no such"}}[slug]

    assert (code(session, ADA, slug) == "open") == (slug.upper() in held or needed <= held)
