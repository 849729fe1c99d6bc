"""A log-in: who it is, what their passport grants, and whether they may come in."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from gdi_spe.node.audit.log import Event, Fact, record
from gdi_spe.node.identity.clearinghouse import Decision, Refusal, decide
from gdi_spe.node.identity.grants import LiveGrant, apply_decision, live_grants
from gdi_spe.node.identity.identities import keep_identities
from gdi_spe.node.identity.keys import Fetcher, InTime, KeySource
from gdi_spe.node.identity.passports import open_passport
from gdi_spe.node.identity.people import (
    ADMIN,
    MFA_MISSING,
    REVIEWER,
    SUSPENDED,
    Claims,
    LoginRefused,
    held_roles,
    keep_person,
    read_claims,
)
from gdi_spe.node.identity.permissions import fetch_permissions
from gdi_spe.node.identity.trust import Identity, Trust, trust_of
from gdi_spe.node.identity.visas import VisaRefused
from gdi_spe.node.settings import IdentitySettings, Settings

_SHOWN_SOURCES = 5


@dataclass(frozen=True)
class LoginOutcome:
    """What the Hub is told: whether to let somebody in, and what to say if not."""

    username: str
    display_name: str
    admitted: bool
    code: str
    message: str
    roles: tuple[str, ...] = ()
    refusals: tuple[Refusal, ...] = ()
    grants: tuple[LiveGrant, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return it for the Hub; which grants there are is told project by project."""
        return {
            "username": self.username,
            "display_name": self.display_name,
            "admitted": self.admitted,
            "code": self.code,
            "message": self.message,
            "roles": list(self.roles),
            "refusals": [refusal.as_json() for refusal in self.refusals],
        }


@dataclass(frozen=True)
class Evaluated:
    """Claims and passport as judged, before anything is stored."""

    claims: Claims
    decision: Decision


def login(
    session: Session,
    userinfo: Mapping[str, Any],
    issuer: str,
    settings: Settings,
    key_source: KeySource,
    now: datetime,
    exchanged: str | None = None,
) -> LoginOutcome:
    """Judge a log-in and store what follows: person, grants and audit events, all or nothing."""
    try:
        evaluated = evaluate(userinfo, issuer, settings, key_source, now, exchanged)
        return admit(session, evaluated, settings, now)
    except LoginRefused as refusal:
        return refused_outright(session, refusal, now)


def refused_outright(session: Session, refusal: LoginRefused, now: datetime) -> LoginOutcome:
    """Record a log-in that ended before it was known whose it is."""
    event = Event("login.refused", "unknown", "hub", {"code": refusal.code})
    record(session, event, now)
    return LoginOutcome("", "", False, refusal.code, refusal.public_message)


def evaluate(
    userinfo: Mapping[str, Any],
    issuer: str,
    settings: Settings,
    key_source: KeySource,
    now: datetime,
    exchanged: str | None = None,
    http_get: Fetcher | None = None,
) -> Evaluated:
    """Judge claims and passport; this may fetch keys, so call it before a transaction begins.

    ``exchanged`` is the Passport JWT of a token exchange, where the settings ask for one;
    ``http_get`` is how committees' systems are asked for visas of their own.
    """
    claims = read_claims(userinfo, issuer, settings.identity)
    # TRUST: without a second factor nobody has been shown to be who the passport is about.
    if not claims.has_mfa:
        return Evaluated(claims, Decision())
    trust = trust_of(settings.identity)
    user = Identity(claims.issuer, claims.subject)
    keys = InTime(key_source)
    passport = claims.passport
    # TRUST: one way by configuration; what came by the other is not looked at.
    if settings.identity.passport_flow == "exchange":
        passport = _opened(exchanged, user, settings.identity, keys, trust, now)
    fetched = fetch_permissions(settings, (claims.subject, *claims.also), http_get)
    decision = decide(fetched.joined(passport), user, trust, keys, now, claims.also)
    return Evaluated(claims, replace(decision, silent=fetched.silent))


def _opened(
    exchanged: str | None,
    user: Identity,
    settings: IdentitySettings,
    keys: KeySource,
    trust: Trust,
    now: datetime,
) -> object:
    """Open the passport of a token exchange; one that fails its checks ends the log-in."""
    told = (settings.passport_jku, settings.hub_client_id)
    try:
        return open_passport(exchanged, user, *told, keys, trust.limits, now)
    except VisaRefused as refusal:
        message = f"The log-in service sent a passport that does not count: {refusal.why}."
        raise LoginRefused(f"passport-{refusal.code.removeprefix('passport-')}", message) from None


def admit(
    session: Session, evaluated: Evaluated, settings: Settings, now: datetime
) -> LoginOutcome:
    """Store what was judged and say whether the person may come in."""
    claims, decision = evaluated.claims, evaluated.decision
    if not claims.has_mfa:
        return _refused(session, claims, "mfa-missing", MFA_MISSING, (), now)
    row = keep_person(session, claims, now, duties_at_most=held_roles(session, claims.person))
    keep_identities(session, claims.person, decision.identities, now)
    grace = timedelta(seconds=settings.timers.identity_grace_seconds)
    withdrawn = apply_decision(session, claims.person, decision, grace, now)
    refusals = tuple(sorted({*decision.refusals, *withdrawn}, key=lambda r: (r.visa, r.code)))
    row.refusals = json.dumps([refusal.as_json() for refusal in refusals])
    grants = live_grants(session, claims.person, now)
    if refusal := _why_not(claims, row.suspended_at, grants, refusals, settings):
        return _refused(session, claims, *refusal, refusals, now)
    facts: dict[str, Fact] = {
        "grants": len(grants),
        "refused": len(refusals),
        "roles": " ".join(claims.roles),
    }
    record(session, Event("login.admitted", claims.person, "hub", facts), now)
    return LoginOutcome(
        claims.person, claims.display_name, True, "admitted", "", claims.roles, refusals, grants
    )


def _why_not(
    claims: Claims,
    suspended_at: datetime | None,
    grants: tuple[LiveGrant, ...],
    refusals: tuple[Refusal, ...],
    settings: Settings,
) -> tuple[str, str] | None:
    """Return code and message of the refusal, or None."""
    if suspended_at is not None:
        return "suspended", SUSPENDED
    if not claims.is_member:
        return "not-a-member", (
            f"You are not in the group of those who may work at {settings.title} "
            f"({settings.identity.member_group}). Ask the node's operator to be added to it, "
            "then log in again."
        )
    # TRUST: a member comes in for data that is granted now, or to do a duty of the node.
    if not grants and not {REVIEWER, ADMIN} & set(claims.roles):
        return "no-grant", _no_grant(refusals, settings)
    return None


def _no_grant(refusals: tuple[Refusal, ...], settings: Settings) -> str:
    """Say that nothing is granted, why, and whom to ask; never what else is held here."""
    sources = sorted({source for one in settings.identity.datasets for source in one.sources})
    asked = ", ".join(sources[:_SHOWN_SOURCES]) or "the data access committee of your dataset"
    why = "".join(
        f" Visa {r.visa + 1} of your passport does not count: {r.why} [{r.code}]." for r in refusals
    )
    return (
        f"You hold no current grant for data at {settings.title}.{why[:2000]} "
        f"Ask for access, or for a new visa, at: {asked}. Then log in again."
    )


def _refused(
    session: Session,
    claims: Claims,
    code: str,
    message: str,
    refusals: tuple[Refusal, ...],
    now: datetime,
) -> LoginOutcome:
    facts: dict[str, Fact] = {"code": code, "refused": len(refusals)}
    record(session, Event("login.refused", claims.person, "hub", facts), now)
    return LoginOutcome(claims.person, claims.display_name, False, code, message, (), refusals)
