"""Export requests, their files, and what was decided and done about them."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import ForeignKey, Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gdi_spe.node.database.engine import Base, Instant


class ExportRequest(Base):
    """A researcher's ask to let files out. Votes count for one revision; a change makes another."""

    __tablename__ = "export_requests"

    id: Mapped[str] = mapped_column(String(13), primary_key=True)
    wid: Mapped[str] = mapped_column(String(11), index=True)
    project: Mapped[str] = mapped_column(String(30), index=True)
    author: Mapped[str] = mapped_column(String(64), index=True)
    title: Mapped[str] = mapped_column(Text)
    justification: Mapped[str] = mapped_column(Text)
    status: Mapped[str] = mapped_column(String(16), index=True)
    revision: Mapped[int] = mapped_column(Integer, default=1)
    # The report of the check at submission, JSON.
    report: Mapped[str] = mapped_column(Text, default="")
    verdict: Mapped[str] = mapped_column(String(8), default="")
    # The digest of names and bytes that was checked: what reviewers see and what is released.
    content_sha256: Mapped[str] = mapped_column(String(64), default="")
    why: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime] = mapped_column(Instant)
    changed_at: Mapped[datetime] = mapped_column(Instant)
    submitted_at: Mapped[datetime | None] = mapped_column(Instant)


class ExportFile(Base):
    """One file: the bytes as they came, and the bytes that would leave."""

    __tablename__ = "export_files"
    __table_args__ = (UniqueConstraint("request_id", "name"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    request_id: Mapped[str] = mapped_column(ForeignKey("export_requests.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    upload_sha256: Mapped[str] = mapped_column(String(64))
    upload_bytes: Mapped[int] = mapped_column(Integer)
    # What would be released: the canonical bytes, or the bytes as they came where there are none.
    sha256: Mapped[str] = mapped_column(String(64))
    n_bytes: Mapped[int] = mapped_column(Integer)
    is_canonical: Mapped[bool] = mapped_column()
    release_name: Mapped[str] = mapped_column(String(80))
    media_type: Mapped[str] = mapped_column(String(80))
    side_car: Mapped[str] = mapped_column(Text, default="")


class FileOpening(Base):
    """A reviewer has seen the content of one file."""

    __tablename__ = "file_openings"

    request_id: Mapped[str] = mapped_column(ForeignKey("export_requests.id"), primary_key=True)
    name: Mapped[str] = mapped_column(String(80), primary_key=True)
    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    reviewer: Mapped[str] = mapped_column(String(64), primary_key=True)
    at: Mapped[datetime] = mapped_column(Instant)


class Review(Base):
    """One reviewer's decision on one revision."""

    __tablename__ = "reviews"
    __table_args__ = (UniqueConstraint("request_id", "revision", "reviewer"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    request_id: Mapped[str] = mapped_column(ForeignKey("export_requests.id"), index=True)
    revision: Mapped[int] = mapped_column(Integer)
    reviewer: Mapped[str] = mapped_column(String(64))
    decision: Mapped[str] = mapped_column(String(8))
    reason: Mapped[str] = mapped_column(Text)
    content_sha256: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Instant)


class Release(Base):
    """What was let out, until when it can be fetched; the manifest is the evidence."""

    __tablename__ = "releases"
    __table_args__ = (UniqueConstraint("request_id", "revision"),)

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    request_id: Mapped[str] = mapped_column(ForeignKey("export_requests.id"), index=True)
    revision: Mapped[int] = mapped_column(Integer)
    manifest: Mapped[str] = mapped_column(Text)
    manifest_sha256: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Instant)
    until: Mapped[datetime] = mapped_column(Instant)


class Download(Base):
    """One file handed to the researcher."""

    __tablename__ = "downloads"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    release_id: Mapped[int] = mapped_column(ForeignKey("releases.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    sha256: Mapped[str] = mapped_column(String(64))
    person: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime] = mapped_column(Instant)
