"""People as this node knows them, what they were granted, and whose word the grants rest on."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gdi_spe.node.database.engine import Base, Instant


class Person(Base):
    """Somebody who logged in. No e-mail, no affiliation: only what a decision needs."""

    __tablename__ = "people"
    __table_args__ = (UniqueConstraint("issuer", "subject"),)

    person: Mapped[str] = mapped_column(String(32), primary_key=True)
    issuer: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    display_name: Mapped[str] = mapped_column(String(120))
    roles: Mapped[str] = mapped_column(Text)
    is_member: Mapped[bool] = mapped_column()
    first_seen_at: Mapped[datetime] = mapped_column(Instant)
    last_seen_at: Mapped[datetime] = mapped_column(Instant)
    # Why the visas of the last passport did not count, for the person's own page (JSON).
    refusals: Mapped[str] = mapped_column(Text, default="[]")
    # The node's own veto: it stands above every visa.
    suspended_at: Mapped[datetime | None] = mapped_column(Instant)
    suspended_why: Mapped[str] = mapped_column(Text, default="")


class PersonIdentity(Base):
    """One of the identities by which issuers know a person: the set is what visas are about."""

    __tablename__ = "person_identities"

    issuer: Mapped[str] = mapped_column(String(255), primary_key=True)
    subject: Mapped[str] = mapped_column(String(255), primary_key=True, index=True)
    person: Mapped[str] = mapped_column(ForeignKey("people.person"), index=True)
    seen_at: Mapped[datetime] = mapped_column(Instant)
    # Until when a link says so; None is the log-in service's own word.
    until: Mapped[datetime | None] = mapped_column(Instant)


class Grant(Base):
    """One way to a grant: renewed by newer visas, ended by an event, never deleted."""

    __tablename__ = "grants"
    __table_args__ = (Index(None, "person", "ended_at"), Index(None, "source", "ended_at"))

    id: Mapped[int] = mapped_column(primary_key=True)
    person: Mapped[str] = mapped_column(ForeignKey("people.person"))
    target: Mapped[str] = mapped_column(String(128))
    value: Mapped[str] = mapped_column(Text)
    source: Mapped[str] = mapped_column(Text)
    # The subject of the visa, which may be another identity of the same person.
    subject: Mapped[str] = mapped_column(Text)
    visa_sha256: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(Instant)
    verified_at: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[datetime] = mapped_column(Instant)
    # The end that the access committee's own system names, where it is read.
    entitled_until: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_code: Mapped[str] = mapped_column(String(32), default="")
    ended_why: Mapped[str] = mapped_column(Text, default="")


class GrantSource(Base):
    """A committee's system whose entitlements are read back, and when it last answered."""

    __tablename__ = "grant_sources"

    source: Mapped[str] = mapped_column(String(255), primary_key=True)
    first_asked_at: Mapped[datetime] = mapped_column(Instant)
    answered_at: Mapped[datetime | None] = mapped_column(Instant)
    # Set while it has been silent beyond the grace: none of its grants is live then.
    closed_at: Mapped[datetime | None] = mapped_column(Instant)


class Obligation(Base):
    """What everybody who works here must have agreed to or learned, as the settings name it."""

    __tablename__ = "obligations"

    id: Mapped[str] = mapped_column(String(30), primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    title: Mapped[str] = mapped_column(Text)
    url: Mapped[str] = mapped_column(Text, default="")
    valid_days: Mapped[float] = mapped_column()
    since: Mapped[datetime] = mapped_column(Instant)
    retired_at: Mapped[datetime | None] = mapped_column(Instant)


class Fulfilment(Base):
    """A person has fulfilled an obligation, by whose word, and until when it counts."""

    __tablename__ = "fulfilments"

    id: Mapped[int] = mapped_column(primary_key=True)
    obligation: Mapped[str] = mapped_column(ForeignKey("obligations.id"))
    person: Mapped[str] = mapped_column(ForeignKey("people.person"), index=True)
    at: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[datetime] = mapped_column(Instant)
    by: Mapped[str] = mapped_column(String(64))


class Proposal(Base):
    """Something that takes four eyes: who proposed it, who approved it, whether it is done."""

    __tablename__ = "proposals"

    id: Mapped[int] = mapped_column(primary_key=True)
    verb: Mapped[str] = mapped_column(String(32), index=True)
    target: Mapped[str] = mapped_column(String(255))
    why: Mapped[str] = mapped_column(Text)
    # Only of a broken glass: for how long it lends its verb.
    hours: Mapped[float] = mapped_column(default=0.0)
    proposed_by: Mapped[str] = mapped_column(ForeignKey("people.person"))
    proposed_at: Mapped[datetime] = mapped_column(Instant)
    approved_by: Mapped[str | None] = mapped_column(ForeignKey("people.person"))
    approved_at: Mapped[datetime | None] = mapped_column(Instant)
    used_at: Mapped[datetime | None] = mapped_column(Instant)
