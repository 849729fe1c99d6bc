"""Projects: one purpose, its cohorts, its members."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from gdi_spe.node.database.engine import Base, Instant


class Project(Base):
    """What binds members to cohorts for one purpose."""

    __tablename__ = "projects"

    slug: Mapped[str] = mapped_column(String(30), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    # DUO codes, separated by spaces.
    purposes: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(16))
    status_why: Mapped[str] = mapped_column(Text, default="")
    status_at: Mapped[datetime | None] = mapped_column(Instant)
    # True: only those whom an admin added; False: whoever is granted all of its cohorts.
    members_only: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Instant)
    # The end that its application names; None is none of its own.
    ends_at: Mapped[datetime | None] = mapped_column(Instant)


class ProjectCohort(Base):
    """A cohort of a project."""

    __tablename__ = "project_cohorts"

    project: Mapped[str] = mapped_column(ForeignKey("projects.slug"), primary_key=True)
    cohort_id: Mapped[str] = mapped_column(String(128), primary_key=True, index=True)


class ProjectMember(Base):
    """Somebody who works on a project, or no longer may."""

    __tablename__ = "project_members"

    project: Mapped[str] = mapped_column(ForeignKey("projects.slug"), primary_key=True)
    person: Mapped[str] = mapped_column(String(32), primary_key=True, index=True)
    added_at: Mapped[datetime] = mapped_column(Instant)
    added_by: Mapped[str] = mapped_column(String(64))
    removed_at: Mapped[datetime | None] = mapped_column(Instant)
    removed_why: Mapped[str] = mapped_column(Text, default="")


class Application(Base):
    """An application at a committee's system, as it was last read back there."""

    __tablename__ = "applications"

    source: Mapped[str] = mapped_column(String(255), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    state: Mapped[str] = mapped_column(String(64))
    # DUO codes, separated by spaces, as the applicant gave them.
    purposes: Mapped[str] = mapped_column(Text)
    # What was applied for, one on a line.
    resources: Mapped[str] = mapped_column(Text)
    # The subjects of applicant and members, one on a line.
    members: Mapped[str] = mapped_column(Text)
    ends_at: Mapped[datetime | None] = mapped_column(Instant)
    read_at: Mapped[datetime] = mapped_column(Instant)
    # The project that stands for it here, or why there is none.
    project: Mapped[str | None] = mapped_column(ForeignKey("projects.slug"))
    problem: Mapped[str] = mapped_column(Text, default="")


class NodeClosure(Base):
    """A time in which nothing opens here: the kill switch of the whole node."""

    __tablename__ = "node_closures"

    id: Mapped[int] = mapped_column(primary_key=True)
    closed_at: Mapped[datetime] = mapped_column(Instant)
    closed_by: Mapped[str] = mapped_column(String(64))
    why: Mapped[str] = mapped_column(Text)
    reopened_at: Mapped[datetime | None] = mapped_column(Instant)
