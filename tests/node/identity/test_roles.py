"""Roles as a table: what it does not allow is refused, and what takes two people takes two."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from gdi_spe.boundary.errors import BadInput, NotFound
from gdi_spe.node.audit.tables import AuditEvent, AuditHead
from gdi_spe.node.cli.context import Cli
from gdi_spe.node.database.engine import Base, Database
from gdi_spe.node.identity.proposals import (
    FourEyesMissing,
    OwnProposal,
    approve,
    approved,
    pending,
    propose,
    refusal_now,
    use,
)
from gdi_spe.node.identity.roles import (
    FOUR_EYES,
    PERMISSIONS,
    UNBREAKABLE,
    Role,
    RoleRefused,
    Verb,
    refusal,
)
from gdi_spe.node.identity.tables import Person, Proposal

NOW = datetime(2026, 11, 22, 10, tzinfo=UTC)
WHY = "the reason of it, in full"
PEOPLE = {
    "u-ann": [Role.ADMIN],
    "u-bea": [Role.ADMIN],
    "u-sam": [Role.STEWARD],
    "u-rob": [Role.RESEARCHER],
    "u-eve": [Role.ADMIN],
}


@pytest.fixture
def database(tmp_path: Path) -> Any:
    database = Database(f"sqlite:///{tmp_path}/node.db")
    tables: Any = [one.__table__ for one in (AuditEvent, AuditHead, Person, Proposal)]
    Base.metadata.create_all(database.engine, tables=tables)
    with database.write() as session:
        for person, roles in PEOPLE.items():
            session.add(
                Person(
                    person=person, issuer="i", subject=person, display_name=person,
                    roles=json.dumps(roles), is_member=True, first_seen_at=NOW, last_seen_at=NOW,
                    suspended_at=NOW if person == "u-eve" else None,
                )
            )  # fmt: skip
    yield database
    database.close()


@pytest.fixture
def session(database: Database) -> Any:
    with database.write() as session:
        yield session


def kinds(session: Session) -> list[str]:
    return list(session.scalars(select(AuditEvent.kind).order_by(AuditEvent.seq)))


@given(
    roles=st.lists(st.sampled_from([*Role, "owner", "", "ADMIN", "root"]), max_size=5),
    verb=st.sampled_from(list(Verb)),
)
def test_every_role_may_do_what_the_table_says_and_nothing_else(
    roles: list[str], verb: Verb
) -> None:
    allowed = any(verb in PERMISSIONS[Role(role)] for role in roles if role in set(Role))

    assert (refusal(roles, verb) is None) is allowed


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("verb", list(Verb))
def test_each_role_against_each_verb(role: Role, verb: Verb) -> None:
    refused = refusal([role], verb)

    assert (refused is None) == (verb in PERMISSIONS[role])
    assert refused is None or refused.code == "role-refused"


def test_every_verb_is_somebodys() -> None:
    assert set().union(*PERMISSIONS.values()) == set(Verb)
    assert set(PERMISSIONS) == set(Role)


def test_only_researchers_reach_data_and_no_researcher_decides() -> None:
    reach = {Verb.OPEN_WORKSPACE, Verb.READ_COHORT}
    for role, verbs in PERMISSIONS.items():
        assert bool(verbs & reach) == (role is Role.RESEARCHER)
    assert not PERMISSIONS[Role.RESEARCHER] & (FOUR_EYES | {Verb.REVIEW_EXPORT, Verb.KILL_SWITCH})
    assert not PERMISSIONS[Role.ADMIN] & {Verb.REVIEW_EXPORT, Verb.READ_AUDIT}


def test_two_people_do_what_one_may_not(session: Session) -> None:
    made = propose(session, "u-ann", Verb.IMPORT_DATASET, "D1", WHY, NOW)
    with pytest.raises(FourEyesMissing):
        approved(session, Verb.IMPORT_DATASET, "D1", NOW)

    approve(session, made.id, "u-sam", NOW)
    found = approved(session, Verb.IMPORT_DATASET, "D1", NOW)
    use(session, found.id, NOW)

    assert kinds(session) == ["proposal.made", "proposal.approved", "proposal.used"]
    with pytest.raises(FourEyesMissing):
        approved(session, Verb.IMPORT_DATASET, "D1", NOW)
    with pytest.raises(FourEyesMissing):
        use(session, found.id, NOW)


def test_nobody_approves_what_they_proposed(session: Session) -> None:
    made = propose(session, "u-ann", Verb.IMPORT_DATASET, "D1", WHY, NOW)

    with pytest.raises(OwnProposal):
        approve(session, made.id, "u-ann", NOW)


@pytest.mark.parametrize("person", ["u-rob", "u-eve", "u-nobody"])
def test_who_has_not_the_role_or_is_suspended_neither_proposes_nor_approves(
    session: Session, person: str
) -> None:
    made = propose(session, "u-ann", Verb.IMPORT_DATASET, "D1", WHY, NOW)

    with pytest.raises(RoleRefused):
        approve(session, made.id, person, NOW)
    with pytest.raises(RoleRefused):
        propose(session, person, Verb.IMPORT_DATASET, "D1", WHY, NOW)


def test_a_proposer_who_lost_the_role_is_no_second_pair_of_eyes(session: Session) -> None:
    made = propose(session, "u-ann", Verb.IMPORT_DATASET, "D1", WHY, NOW)
    session.get_one(Person, "u-ann").roles = "[]"

    with pytest.raises(RoleRefused):
        approve(session, made.id, "u-bea", NOW)


@pytest.mark.parametrize("who", ["u-ann", "u-bea"])
@pytest.mark.parametrize("change", [{"roles": '["researcher"]'}, {"suspended_at": NOW}])
def test_what_two_people_wanted_ends_when_one_of_them_may_no_longer(
    session: Session, who: str, change: dict[str, Any]
) -> None:
    made = propose(session, "u-ann", Verb.IMPORT_DATASET, "D1", WHY, NOW)
    glass = propose(session, "u-ann", Verb.BREAK_GLASS, Verb.READ_AUDIT, WHY, NOW, hours=2)
    for one in (made, glass):
        approve(session, one.id, "u-bea", NOW)
    assert approved(session, Verb.IMPORT_DATASET, "D1", NOW).id == made.id
    assert refusal_now(session, "u-ann", Verb.READ_AUDIT, NOW) is None

    for name, value in change.items():
        setattr(session.get_one(Person, who), name, value)

    with pytest.raises(FourEyesMissing):
        approved(session, Verb.IMPORT_DATASET, "D1", NOW)
    assert refusal_now(session, "u-ann", Verb.READ_AUDIT, NOW) is not None


def test_a_row_that_one_person_wrote_twice_is_no_four_eyes(session: Session) -> None:
    for second in ("u-ann", None):
        session.add(
            Proposal(
                verb=Verb.IMPORT_DATASET, target="D1", why=WHY, hours=0, proposed_by="u-ann",
                proposed_at=NOW, approved_by=second, approved_at=NOW,
            )
        )  # fmt: skip
    session.flush()

    with pytest.raises(FourEyesMissing):
        approved(session, Verb.IMPORT_DATASET, "D1", NOW)


def test_an_approval_is_for_one_thing_and_for_days(session: Session) -> None:
    made = propose(session, "u-ann", Verb.IMPORT_DATASET, "D1", WHY, NOW)
    approve(session, made.id, "u-bea", NOW)

    for verb, target, at in (
        (Verb.DELETE_DATASET, "D1", NOW),
        (Verb.IMPORT_DATASET, "D2", NOW),
        (Verb.IMPORT_DATASET, "D1", NOW + timedelta(days=7)),
    ):
        with pytest.raises(FourEyesMissing):
            approved(session, verb, target, at)
    with pytest.raises(NotFound):
        approve(session, made.id, "u-sam", NOW)


def test_an_old_proposal_is_not_approved(session: Session) -> None:
    made = propose(session, "u-ann", Verb.IMPORT_DATASET, "D1", WHY, NOW)

    with pytest.raises(NotFound):
        approve(session, made.id, "u-bea", NOW + timedelta(days=7))
    assert pending(session, NOW + timedelta(days=7)) == []


@pytest.mark.parametrize(
    ("verb", "target", "why", "hours"),
    [
        (Verb.KILL_SWITCH, "all", WHY, 0),
        (Verb.IMPORT_DATASET, "", WHY, 0),
        (Verb.IMPORT_DATASET, "D1\u202e1D", WHY, 0),
        (Verb.IMPORT_DATASET, "D1\n", WHY, 0),
        (Verb.IMPORT_DATASET, "D1", "short", 0),
        (Verb.IMPORT_DATASET, "D1", " " * 30, 0),
        (Verb.IMPORT_DATASET, "D1", WHY, 3),
        (Verb.BREAK_GLASS, "read-audit", WHY, 0),
        (Verb.BREAK_GLASS, "read-audit", WHY, 13),
        (Verb.BREAK_GLASS, "read-audit", WHY, float("nan")),
        (Verb.BREAK_GLASS, "everything", WHY, 1),
        *((Verb.BREAK_GLASS, verb, WHY, 1) for verb in sorted(UNBREAKABLE)),
    ],
)
def test_a_proposal_that_makes_no_sense_is_refused(
    session: Session, verb: Verb, target: str, why: str, hours: float
) -> None:
    with pytest.raises(BadInput):
        propose(session, "u-ann", verb, target, why, NOW, hours)


def test_a_broken_glass_lends_one_verb_to_one_person_for_its_time(session: Session) -> None:
    made = propose(session, "u-ann", Verb.BREAK_GLASS, Verb.READ_AUDIT, WHY, NOW, hours=2)
    assert refusal_now(session, "u-ann", Verb.READ_AUDIT, NOW) is not None

    approve(session, made.id, "u-bea", NOW)

    assert refusal_now(session, "u-ann", Verb.READ_AUDIT, NOW) is None
    assert refusal_now(session, "u-ann", Verb.EXPORT_EVIDENCE, NOW) is not None
    assert refusal_now(session, "u-bea", Verb.READ_AUDIT, NOW) is not None
    assert refusal_now(session, "u-ann", Verb.READ_AUDIT, NOW + timedelta(hours=2)) is not None
    session.get_one(Person, "u-ann").suspended_at = NOW
    assert refusal_now(session, "u-ann", Verb.READ_AUDIT, NOW) is not None


@pytest.mark.parametrize("verb", sorted(UNBREAKABLE))
def test_no_glass_opens_data_whatever_the_table_of_proposals_holds(
    session: Session, verb: Verb
) -> None:
    session.add(
        Proposal(
            verb=Verb.BREAK_GLASS, target=verb, why=WHY, hours=5, proposed_by="u-rob",
            proposed_at=NOW, approved_by="u-bea", approved_at=NOW,
        )
    )  # fmt: skip
    session.flush()

    refused = refusal_now(session, "u-rob", verb, NOW) is not None

    assert refused == (verb not in PERMISSIONS[Role.RESEARCHER])


class ProductionCli(Cli):
    """The command line of a production node, without its settings."""

    def _needs_four_eyes(self) -> bool:
        return True

    def database(self) -> Database:
        return Database(f"sqlite:///{self.home}/node.db")

    def now(self) -> datetime:
        return NOW


def test_the_command_line_of_a_production_node_takes_four_eyes(
    tmp_path: Path, database: Database
) -> None:
    cli, done = ProductionCli(tmp_path, False), []
    with pytest.raises(FourEyesMissing), cli.four_eyes(Verb.DELETE_DATASET, "D1"):
        done.append("alone")
    with database.write() as session:
        made = propose(session, "u-ann", Verb.DELETE_DATASET, "D1", WHY, NOW)
        approve(session, made.id, "u-bea", NOW)

    with pytest.raises(ValueError, match="disk"), cli.four_eyes(Verb.DELETE_DATASET, "D1"):
        raise ValueError("disk")
    with cli.four_eyes(Verb.DELETE_DATASET, "D1"):
        done.append("together")
    with pytest.raises(FourEyesMissing), cli.four_eyes(Verb.DELETE_DATASET, "D1"):
        done.append("again")

    assert done == ["together"]
