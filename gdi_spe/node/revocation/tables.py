"""What peers are to be told, until they have heard it."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import String, Text
from sqlalchemy.orm import Mapped, mapped_column

from gdi_spe.node.database.engine import Base, Instant


class Notice(Base):
    """One peer's copy of the news that somebody's access has ended for a cause."""

    __tablename__ = "notices"

    id: Mapped[int] = mapped_column(primary_key=True)
    # The same for all peers: what a peer that hears it twice knows it by.
    notice: Mapped[str] = mapped_column(String(32), index=True)
    peer: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)
    made_at: Mapped[datetime] = mapped_column(Instant)
    n_tries: Mapped[int] = mapped_column(default=0)
    next_at: Mapped[datetime] = mapped_column(Instant, index=True)
    # When the peer said that it heard it, or when this node gave up.
    told_at: Mapped[datetime | None] = mapped_column(Instant)
    given_up_at: Mapped[datetime | None] = mapped_column(Instant)
