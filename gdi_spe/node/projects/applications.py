"""From a committee's applications to projects: members, purposes and ends as approved there.

What is read here can make a project and name its members, bound it and close it. It never grants:
who opens the project still needs visas for all of its cohorts.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable, Sequence
from datetime import datetime

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, ValidationError
from sqlalchemy import select
from sqlalchemy.orm import Session

from gdi_spe.boundary.errors import BadInput, SpeError, Unavailable
from gdi_spe.node.audit.log import Event, Fact, record
from gdi_spe.node.cohorts.tables import CohortRow
from gdi_spe.node.database.engine import Database
from gdi_spe.node.identity.entitlements import Entitlement, ask_rems, fetcher
from gdi_spe.node.identity.keys import Fetcher
from gdi_spe.node.identity.tables import PersonIdentity
from gdi_spe.node.projects import register
from gdi_spe.node.projects.register import Status
from gdi_spe.node.projects.tables import Application, ProjectMember
from gdi_spe.node.settings import EntitlementSource, Settings

log = logging.getLogger(__name__)

APPROVED = "application.state/approved"
# So many applications are read at one time; the longest unread come first.
_AT_ONCE = 200


class _Lenient(BaseModel):
    """REMS adds fields from version to version; only these are read."""

    model_config = ConfigDict(frozen=True, extra="ignore", populate_by_name=True)


class _User(_Lenient):
    userid: str


class _Resource(_Lenient):
    id: str = Field(alias="resource/ext-id")


class _Value(_Lenient):
    id: str = ""


class _Restriction(_Lenient):
    values: tuple[_Value, ...] = ()


class _Code(_Lenient):
    id: str
    restrictions: tuple[_Restriction, ...] = ()

    def uses(self) -> list[str]:
        """Return the code as a project names it, with what it is bound to."""
        bound = [value.id for each in self.restrictions for value in each.values if value.id]
        return [f"{self.id}={one}" for one in bound] or [self.id]


class _Duo(_Lenient):
    codes: tuple[_Code, ...] = Field((), alias="duo/codes")


class ReadApplication(_Lenient):
    """One application as ``GET /api/applications/{id}`` describes it."""

    number: int = Field(alias="application/id")
    state: str = Field(alias="application/state")
    applicant: _User = Field(alias="application/applicant")
    others: tuple[_User, ...] = Field((), alias="application/members")
    resources: tuple[_Resource, ...] = Field((), alias="application/resources")
    duo: _Duo | None = Field(None, alias="application/duo")
    ends_at: AwareDatetime | None = Field(None, alias="entitlement/end")

    @property
    def members(self) -> tuple[str, ...]:
        """The subjects of all who work on it."""
        return tuple(sorted({one.userid for one in (self.applicant, *self.others)}))

    @property
    def purposes(self) -> tuple[str, ...]:
        """What it is for, in DUO codes."""
        return tuple(use for code in (self.duo.codes if self.duo else ()) for use in code.uses())


def read_application(body: bytes) -> ReadApplication:
    """Read one application; what is not wholly one is no answer."""
    try:
        return ReadApplication.model_validate_json(body)
    except ValidationError as error:
        raise Unavailable(f"not an application: {error.error_count()} errors") from None


def read_back(
    database: Database,
    settings: Settings,
    source: EntitlementSource,
    entitled: Sequence[Entitlement],
    now: datetime,
    http_get: Fetcher | None = None,
) -> None:
    """Read the applications behind a source's entitlements, and those that were known already."""
    if not source.reads_applications:
        return
    with database.read() as session:
        numbers = _to_read(session, source.source, entitled)
    for number in numbers:
        try:
            path = f"applications/{number}"
            found = read_application(ask_rems(source, settings, http_get or fetcher(), path))
            if found.number != number:
                raise Unavailable(f"application {number} was asked for, {found.number} came")
        except Unavailable as silence:
            # Its members' grants have their own ends and their own grace; nothing follows from it.
            log.warning("application %s of %s is not read: %s", number, source.source, silence)
            continue
        with database.write() as session:
            keep(session, settings, source.source, found, now)


def keep(
    session: Session, settings: Settings, source: str, found: ReadApplication, now: datetime
) -> Application:
    """Store what was read of an application, and bring its project into line with it."""
    row = session.get(Application, (source, found.number))
    if row is None:
        row = Application(source=source, number=found.number)
        session.add(row)
    row.state, row.purposes = found.state, " ".join(found.purposes)
    row.resources = "\n".join(sorted(one.id for one in found.resources))
    row.members, row.ends_at, row.read_at = "\n".join(found.members), found.ends_at, now
    row.problem = ""
    try:
        _follow(session, settings, row, now)
    except SpeError as error:
        row.problem = str(error)[:500]
        if row.project is not None:
            # TRUST: what was approved is no longer what the project is; nobody works on a guess.
            _suspend(session, row, row.project, now)
    session.flush()
    return row


def name_members(session: Session, settings: Settings, now: datetime) -> None:
    """Bring all projects of applications up to date with who is known here now."""
    for row in session.scalars(select(Application).where(Application.state == APPROVED)):
        if row.project is not None and not row.problem:
            _name_members(session, settings, row, row.project, now)


def _follow(session: Session, settings: Settings, row: Application, now: datetime) -> None:
    if row.state != APPROVED:
        _close(session, row, now)
        return
    cohorts = _cohorts(session, settings, row)
    if row.project is None:
        slug = _slug(row)
        register.create(
            session, slug, f"Application {row.number}", row.purposes.split(), cohorts,
            _actor(row), now, members_only=True,
        )  # fmt: skip
        row.project = slug
    project = register.get(session, row.project)
    if (register.cohorts_of(session, row.project), project.purposes) != (cohorts, row.purposes):
        raise BadInput(f"application {row.number} now asks for other data or another purpose")
    project.ends_at = row.ends_at
    _name_members(session, settings, row, row.project, now)


def _cohorts(session: Session, settings: Settings, row: Application) -> tuple[str, ...]:
    """Return the cohorts that the application's resources mean here, all of them or none."""
    means = {
        one.visa_value: one.id for one in settings.identity.datasets if row.source in one.sources
    }
    found = []
    for resource in row.resources.split("\n"):
        target = means.get(resource)
        cohort = session.get(CohortRow, target) if target else None
        if cohort is None or cohort.retired_at is not None:
            raise BadInput(f"{resource} is no cohort of this node", remedy="Define a cohort for it")
        found.append(cohort.id)
    return tuple(sorted(set(found)))


def _name_members(
    session: Session, settings: Settings, row: Application, slug: str, now: datetime
) -> None:
    """Let in whom the application names, and no longer whom it named before."""
    people = set(_people(session, settings, row, now))
    for person in sorted(people):
        member = session.get(ProjectMember, (slug, person))
        # TRUST: whom this node took out stays out, whatever the application says.
        if member is None or (member.removed_at is not None and _was_left_out(member)):
            register.add_member(session, slug, person, _actor(row), now)
    for member in register.members_of(session, slug):
        if member.removed_at is None and member.person not in people:
            register.remove_member(session, slug, member.person, _LEFT_OUT, _actor(row), now)


_LEFT_OUT = "the application no longer names this person"


def _was_left_out(member: ProjectMember) -> bool:
    return member.removed_why == _LEFT_OUT


def _people(session: Session, settings: Settings, row: Application, now: datetime) -> Iterable[str]:
    """Return who of the application's members is known here, by whichever trusted identity."""
    issuers = {settings.identity.issuer, *(one.iss for one in settings.identity.visa_issuers)}
    query = select(PersonIdentity).where(
        PersonIdentity.subject.in_(row.members.split("\n")), PersonIdentity.issuer.in_(issuers)
    )
    for identity in session.scalars(query):
        if identity.until is None or now < identity.until:
            yield identity.person


def _close(session: Session, row: Application, now: datetime) -> None:
    if row.project is None:
        return
    if Status(register.get(session, row.project).status) is not Status.CLOSED:
        why = f"application {row.number} is {row.state.rpartition('/')[2]}"
        register.move(session, row.project, Status.CLOSED, why, _actor(row), now)


def _suspend(session: Session, row: Application, slug: str, now: datetime) -> None:
    if Status(register.get(session, slug).status) is Status.ACTIVE:
        register.move(session, slug, Status.SUSPENDED, row.problem, _actor(row), now)
        facts: dict[str, Fact] = {"why": row.problem}
        record(session, Event("application.problem", _actor(row), slug, facts), now)


def _to_read(session: Session, source: str, entitled: Sequence[Entitlement]) -> list[int]:
    """Return which applications to read: the new ones, then those unread for longest."""
    rows = session.scalars(
        select(Application).where(Application.source == source).order_by(Application.read_at)
    )
    known = {row.number: row.state for row in rows}
    listed = {one.application for one in entitled if one.application is not None}
    new = sorted(listed - set(known))
    watched = [n for n, state in known.items() if state == APPROVED or n in listed]
    return [*new, *watched][:_AT_ONCE]


def _slug(row: Application) -> str:
    name = re.sub(r"[^a-z0-9]+", "-", row.source.lower().split("://")[-1]).strip("-")[:12]
    return f"a{row.number}-{name}".strip("-")[:30]


def _actor(row: Application) -> str:
    return f"dac:{row.source}"
