"""Which workspaces there are: one for each member and project, for ever the same."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Integer, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from gdi_spe.node.database.engine import Base, Instant


class Workspace(Base):
    """One member's workspace for one project; its id, uid and work volume outlive its container."""

    __tablename__ = "workspaces"
    __table_args__ = (UniqueConstraint("person", "project"),)

    wid: Mapped[str] = mapped_column(String(11), primary_key=True)
    person: Mapped[str] = mapped_column(String(64), index=True)
    project: Mapped[str] = mapped_column(String(30), index=True)
    # Never given to another workspace, so that a file's owner always names its workspace.
    uid: Mapped[int] = mapped_column(Integer, unique=True)
    status: Mapped[str] = mapped_column(String(16))
    container_id: Mapped[str] = mapped_column(String(64), default="")
    # The order as it was given, JSON: what the gateway and the helper hold it to.
    order: Mapped[str] = mapped_column(Text, default="")
    valid_until: Mapped[datetime | None] = mapped_column(Instant)
    started_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_at: Mapped[datetime | None] = mapped_column(Instant)
    ended_why: Mapped[str] = mapped_column(Text, default="")
    # Set while its work volume is put aside: it cannot be mounted until somebody has looked at it.
    quarantined_at: Mapped[datetime | None] = mapped_column(Instant)
