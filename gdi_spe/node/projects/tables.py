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
    # True: only those whom an admin added; False: whoever is granted all of its cohorts.
    members_only: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime] = mapped_column(Instant)


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
