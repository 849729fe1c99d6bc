"""Datasets, references, cohorts and their versions in the node's database."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from gdi_spe.node.database.engine import Base, Instant


class DatasetRow(Base):
    """A dataset that has been brought in."""

    __tablename__ = "datasets"

    id: Mapped[str] = mapped_column(String(128), primary_key=True)
    first_ingested_at: Mapped[datetime] = mapped_column(Instant)
    retired_at: Mapped[datetime | None] = mapped_column(Instant)
    retired_why: Mapped[str] = mapped_column(Text, default="")
    # Conditions of use (DUO) of the whole dataset, separated by spaces.
    conditions: Mapped[str] = mapped_column(Text, default="", server_default="")


class DatasetVersionRow(Base):
    """One version of a dataset: as ingested, or after a change of consent."""

    __tablename__ = "dataset_versions"

    dataset_id: Mapped[str] = mapped_column(ForeignKey("datasets.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    assembly: Mapped[str] = mapped_column(String(16))
    n_individuals: Mapped[int]
    n_samples: Mapped[int]
    n_variants: Mapped[int]
    consent_waived: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(Instant)
    made_why: Mapped[str] = mapped_column(String(32))
    # The node's own manifest and its signature, see `seals`.
    seal: Mapped[str] = mapped_column(Text)
    signature: Mapped[str] = mapped_column(String(128))


class ReferenceRow(Base):
    """A release of outside knowledge; the newest of a kind, name and assembly counts."""

    __tablename__ = "references_"

    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str] = mapped_column(String(16))
    name: Mapped[str] = mapped_column(String(64))
    release: Mapped[str] = mapped_column(Text)
    # Empty for what has no coordinates.
    assembly: Mapped[str] = mapped_column(String(16), default="")
    # Of the file as it was added, and of what the node keeps of it.
    sha256: Mapped[str] = mapped_column(String(64))
    stored_sha256: Mapped[str] = mapped_column(String(64))
    file: Mapped[str] = mapped_column(Text)
    added_at: Mapped[datetime] = mapped_column(Instant)


class CohortRow(Base):
    """A cohort as defined: datasets, the query that selects individuals, regions, purposes."""

    __tablename__ = "cohorts"

    id: Mapped[str] = mapped_column(String(128), primary_key=True)
    title: Mapped[str] = mapped_column(Text)
    # The project whose pseudonyms it uses, and the opaque name of its folder.
    project: Mapped[str] = mapped_column(String(30), unique=True)
    opaque: Mapped[str] = mapped_column(String(32), unique=True)
    # JSON: dataset ids, Beacon query, regions, purposes.
    definition: Mapped[str] = mapped_column(Text)
    defined_at: Mapped[datetime] = mapped_column(Instant)
    retired_at: Mapped[datetime | None] = mapped_column(Instant)
    # Since when its newest version holds people who have left; a new version is due.
    outdated_at: Mapped[datetime | None] = mapped_column(Instant)


class CohortVersionRow(Base):
    """One materialised version of a cohort."""

    __tablename__ = "cohort_versions"

    cohort_id: Mapped[str] = mapped_column(ForeignKey("cohorts.id"), primary_key=True)
    version: Mapped[int] = mapped_column(primary_key=True)
    path: Mapped[str] = mapped_column(Text)
    n_individuals: Mapped[int]
    n_variants: Mapped[int]
    materialised_at: Mapped[datetime] = mapped_column(Instant)
    seal: Mapped[str] = mapped_column(Text)
    signature: Mapped[str] = mapped_column(String(128))
    # When people left it or its data were retired: nothing mounts it anew from then on, and
    # workspaces that have it must end by the second instant.
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    usable_until: Mapped[datetime | None] = mapped_column(Instant)
    ended_why: Mapped[str] = mapped_column(String(32), default="", server_default="")


class CohortApprovalRow(Base):
    """A condition of use that the data access committee has found to be met by a cohort."""

    __tablename__ = "cohort_approvals"

    cohort_id: Mapped[str] = mapped_column(ForeignKey("cohorts.id"), primary_key=True)
    condition: Mapped[str] = mapped_column(String(128), primary_key=True)
    why: Mapped[str] = mapped_column(Text)
    approved_at: Mapped[datetime] = mapped_column(Instant)
