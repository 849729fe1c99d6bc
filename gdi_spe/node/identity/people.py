"""Who somebody is to this node: from the claims of an identity provider to a person with roles.

Claims come with hyphens or underscores (LS AAI's documentation has both). Groups are AARC
entitlements: ``urn:geant:<namespace>:group:<group>[:<subgroup>][:role=<role>]#<authority>``.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.orm import Session

from gdi_spe.boundary.errors import NotFound, Refused
from gdi_spe.node.audit.log import Event, record
from gdi_spe.node.database.engine import Database
from gdi_spe.node.identity.roles import Role
from gdi_spe.node.identity.tables import Person, PersonIdentity
from gdi_spe.node.settings import IdentitySettings, Settings

RESEARCHER, REVIEWER, ADMIN = Role.RESEARCHER.value, Role.REVIEWER.value, Role.ADMIN.value
AUDITOR, STEWARD = Role.AUDITOR.value, Role.STEWARD.value

_MAX_NAME = 80
_URN = re.compile(r"urn:(?P<namespace>[^#]+?):group:(?P<path>[^#]+)#(?P<authority>[^#]+)\Z", re.I)


class LoginRefused(Refused):
    """A log-in that ends here; the message says what the person can do."""

    def __init__(self, code: str, public_message: str) -> None:
        self.code, self.public_message = code, public_message
        super().__init__(public_message)


class Group(NamedTuple):
    """One group membership; ``role`` is "" for a plain member."""

    namespace: str
    path: str
    role: str
    authority: str


@dataclass(frozen=True)
class Claims:
    """What this node reads of the claims; everything else is dropped."""

    person: str
    issuer: str
    subject: str
    # Other subjects of the same person, in the log-in service's own words.
    also: tuple[str, ...]
    display_name: str
    roles: tuple[str, ...]
    has_mfa: bool
    passport: object

    @property
    def is_member(self) -> bool:
        """Whether the person is in the group of those who may work here."""
        return RESEARCHER in self.roles


def username_of(issuer: str, sub: str) -> str:
    """Derive the person's name in this node from the identity, never from an e-mail address."""
    return "u-" + hashlib.sha256(f"{issuer}\n{sub}".encode()).hexdigest()[:20]


def read_claims(userinfo: Mapping[str, Any], issuer: str, settings: IdentitySettings) -> Claims:
    """Read the claims of somebody who logged in.

    Raises
    ------
    LoginRefused
        If they come from another provider than the node's, or do not say who it is.
    """
    # TRUST: one provider, by its exact name; a subject of another is another person.
    if issuer != settings.issuer:
        raise LoginRefused("issuer-untrusted", "This node does not know that log-in service.")
    subject = userinfo.get("sub")
    if not isinstance(subject, str) or not 0 < len(subject) <= 255 or not subject.isprintable():
        raise LoginRefused("subject-missing", "The log-in service did not say who you are.")
    entitlements = _texts(userinfo, "eduperson_entitlement")
    return Claims(
        person=username_of(issuer, subject),
        issuer=issuer,
        subject=subject,
        also=_other_subjects(userinfo, subject, settings),
        display_name=_display_name(userinfo, subject),
        roles=_roles(entitlements, settings),
        # TRUST: only the one value that the settings name shows a second factor.
        has_mfa=userinfo.get("acr") == settings.required_acr,
        passport=_claim(userinfo, "ga4gh_passport_v1", []),
    )


def in_group(wanted: str, entitlements: list[str]) -> bool:
    """Say whether one of the entitlements is the wanted one.

    Group, authority and namespace are compared in full: a subgroup is not its parent, and no part
    of a name matches. A wanted group without a role is held by plain members.
    """
    if not wanted:
        return False
    group = read_group(wanted)
    if group is None:
        return wanted in entitlements
    return any(read_group(text) == group for text in entitlements)


def read_group(text: str) -> Group | None:
    """Read one AARC entitlement, or None if it is something else."""
    match = _URN.match(text)
    if match is None:
        return None
    path, role = match["path"], ""
    head, separator, last = path.rpartition(":")
    if separator and last.lower().startswith("role="):
        path, role = head, last[5:]
    role = "" if role == "member" else role
    return Group(match["namespace"].lower(), path, role, match["authority"].lower())


def keep_person(
    session: Session,
    claims: Claims,
    now: datetime,
    *,
    duties_at_most: frozenset[str] | None = None,
) -> Person:
    """Store what was read, in the caller's transaction; duties no more than those named."""
    row = session.get(Person, claims.person)
    if row is None:
        row = Person(
            person=claims.person, issuer=claims.issuer, subject=claims.subject, first_seen_at=now
        )
        session.add(row)
    # TRUST: two identities never share a name, however unlikely that is.
    if (row.issuer, row.subject) != (claims.issuer, claims.subject):
        raise LoginRefused("name-taken", "Your identity cannot be told from another one's.")
    row.display_name, row.is_member = claims.display_name, claims.is_member
    row.roles, row.last_seen_at = json.dumps(_kept_roles(claims.roles, duties_at_most)), now
    session.flush()
    return row


def held_roles(session: Session, person: str) -> frozenset[str]:
    """Return the roles that are stored of a person now, suspended or not; nobody's are none."""
    row = session.get(Person, person)
    return frozenset(json.loads(row.roles)) if row is not None else frozenset()


def _kept_roles(roles: tuple[str, ...], duties_at_most: frozenset[str] | None) -> list[str]:
    # TRUST: a Hub gone wrong must not make reviewers: its log-ins can take a duty away, and only
    # a log-in to the pages, which the Hub has no part in, gives one.
    if duties_at_most is None:
        return list(roles)
    return [role for role in roles if role == RESEARCHER or role in duties_at_most]


def recognise(
    session: Session, userinfo: Mapping[str, Any], issuer: str, settings: Settings, now: datetime
) -> Claims:
    """Log somebody in to the pages: who they are and which roles they have; grants are untouched.

    Raises
    ------
    LoginRefused
        Without a second factor, when suspended, or from another provider.
    """
    claims = read_claims(userinfo, issuer, settings.identity)
    if not claims.has_mfa:
        raise LoginRefused("mfa-missing", MFA_MISSING)
    row = keep_person(session, claims, now)
    if row.suspended_at is not None:
        raise LoginRefused("suspended", SUSPENDED)
    facts = {"roles": " ".join(claims.roles)}
    record(session, Event("login.recognised", claims.person, "pages", facts), now)
    return claims


def recognise_recorded(
    database: Database, userinfo: Mapping[str, Any], issuer: str, settings: Settings, now: datetime
) -> Claims:
    """Log somebody in to the pages; a refusal is recorded as well, in a transaction of its own."""
    try:
        with database.write() as session:
            return recognise(session, userinfo, issuer, settings, now)
    except LoginRefused as refusal:
        with database.write() as session:
            event = Event("login.refused", "unknown", "pages", {"code": refusal.code})
            record(session, event, now)
        raise


MFA_MISSING = (
    "This node asks for a second factor. Log out of the log-in service, set up multi-factor "
    "authentication in its account settings, and log in again."
)
SUSPENDED = "Your access to this node is suspended. Write to the node's operator."


def person_row(session: Session, person: str) -> Person:
    """Return one person."""
    row = session.get(Person, person)
    if row is None:
        raise NotFound("person", person)
    return row


def find_person(session: Session, name: str) -> Person:
    """Return a person by the node's name for them or by a subject of theirs.

    Raises
    ------
    NotFound
        If it is nobody's, or that of two people at two issuers.
    """
    row = session.get(Person, name)
    if row is None:
        named = session.scalars(select(Person).where(Person.subject == name)).all()
        # TRUST: of two people with one name none is chosen, least of all to be shut out.
        if len(named) > 1:
            raise NotFound("person", name)
        row = named[0] if named else None
    if row is None:
        query = select(PersonIdentity.person).where(PersonIdentity.subject == name).distinct()
        people = list(session.scalars(query))
        row = session.get(Person, people[0]) if len(people) == 1 else None
    if row is None:
        raise NotFound("person", name)
    return row


def roles_of(session: Session, person: str) -> frozenset[str]:
    """Return the roles of the last log-in; nobody's, where the person is unknown or suspended."""
    row = session.get(Person, person)
    if row is None or row.suspended_at is not None:
        return frozenset()
    return frozenset(json.loads(row.roles))


def suspend(session: Session, person: str, why: str, actor: str, now: datetime) -> None:
    """Close this node to a person, whatever visas they hold."""
    row = person_row(session, person)
    row.suspended_at, row.suspended_why = now, why
    record(session, Event("person.suspended", actor, person, {"why": why}), now)


def restore(session: Session, person: str, why: str, actor: str, now: datetime) -> None:
    """Lift the suspension; what grants there are count again."""
    row = person_row(session, person)
    row.suspended_at, row.suspended_why = None, ""
    record(session, Event("person.restored", actor, person, {"why": why}), now)


def _roles(entitlements: list[str], settings: IdentitySettings) -> tuple[str, ...]:
    groups = {
        RESEARCHER: settings.member_group,
        REVIEWER: settings.reviewer_group,
        ADMIN: settings.admin_group,
        AUDITOR: settings.auditor_group,
        STEWARD: settings.steward_group,
    }
    return tuple(role for role, group in groups.items() if in_group(group, entitlements))


def _claim(userinfo: Mapping[str, Any], name: str, default: object = None) -> Any:
    """Return a claim under its name with underscores, else with hyphens."""
    return userinfo.get(name, userinfo.get(name.replace("_", "-"), default))


def _other_subjects(
    userinfo: Mapping[str, Any], subject: str, settings: IdentitySettings
) -> tuple[str, ...]:
    """Return the subjects of the other claims that the settings name; odd ones do not count."""
    found = (_claim(userinfo, name) for name in settings.subject_claims)
    kept = {s for s in found if isinstance(s, str) and 0 < len(s) <= 255 and s.isprintable()}
    return tuple(sorted(kept - {subject}))


def _texts(userinfo: Mapping[str, Any], name: str) -> list[str]:
    """Return a claim's texts; one text alone is a list of one, anything else is none."""
    value = _claim(userinfo, name, [])
    values = [value] if isinstance(value, str) else value if isinstance(value, list) else []
    return [text for text in values if isinstance(text, str)]


def _display_name(userinfo: Mapping[str, Any], subject: str) -> str:
    given, family = (_claim(userinfo, name, "") for name in ("given_name", "family_name"))
    both = f"{given} {family}".strip() if isinstance(given, str) and isinstance(family, str) else ""
    for name in (_claim(userinfo, "name"), both, _claim(userinfo, "preferred_username")):
        if isinstance(name, str):
            shown = " ".join("".join(c if c.isprintable() else " " for c in name).split())
            if shown:
                return shown[:_MAX_NAME]
    return subject[:_MAX_NAME]
