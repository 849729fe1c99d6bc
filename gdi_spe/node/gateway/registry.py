"""What the gateway remembers over a restart, in a database of its own.

The node's database belongs to the node process; this one holds what only the door needs:
workspaces and the sockets they were bound to, budgets, log-ins, hashes of saved outputs.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from pydantic import AliasChoices, AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy import JSON, LargeBinary, String, delete, func, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from gdi_spe.boundary.identifiers import Slug, WorkspaceId
from gdi_spe.node.database.engine import Database, Instant

_MAX_REMEMBERED = 50_000


class Order(BaseModel):
    """What the node process says of a workspace; fields that the door does not need are skipped."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    wid: WorkspaceId
    uid: int = Field(gt=0)
    owner: str = Field(
        min_length=1, max_length=64, validation_alias=AliasChoices("owner", "person")
    )
    project: Slug
    image: str = Field(pattern=r"^sha256:[0-9a-f]{64}$")
    valid_until: AwareDatetime
    budget_key: str = Field(min_length=1, max_length=200)
    budget_bytes: int = Field(gt=0)


class Registration(BaseModel):
    """What the Hub says of a workspace: only what the Hub alone can know."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    wid: WorkspaceId
    owner: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")
    base_url: str = Field(pattern=r"^/(?:[a-z0-9_~-][a-z0-9._~-]*/){3,6}$")
    api_token: str = Field(min_length=8, max_length=200)
    oauth_client_id: str = Field(pattern=r"^[A-Za-z0-9._~%-]{1,255}$")


@dataclass(frozen=True)
class Kept:
    """One workspace as it is found after a restart."""

    registration: Registration
    order: Order
    inode: tuple[int, int] | None
    closed_why: str


class _Base(DeclarativeBase):
    pass


class _Workspace(_Base):
    __tablename__ = "workspaces"

    wid: Mapped[str] = mapped_column(String(16), primary_key=True)
    registration: Mapped[dict[str, Any]] = mapped_column(JSON)
    order: Mapped[dict[str, Any]] = mapped_column(JSON)
    device: Mapped[int | None]
    inode: Mapped[int | None]
    closed_why: Mapped[str] = mapped_column(default="")


class _Spent(_Base):
    __tablename__ = "spent"

    key: Mapped[str] = mapped_column(String(200), primary_key=True)
    day: Mapped[str] = mapped_column(String(10), primary_key=True)
    used_bytes: Mapped[int]


class _Login(_Base):
    __tablename__ = "logins"

    digest: Mapped[bytes] = mapped_column(LargeBinary(32), primary_key=True)
    wid: Mapped[str] = mapped_column(String(16), index=True)
    token: Mapped[str]
    begun_at: Mapped[datetime] = mapped_column(Instant)


class _Saved(_Base):
    __tablename__ = "saved"

    wid: Mapped[str] = mapped_column(String(16), primary_key=True)
    digest: Mapped[bytes] = mapped_column(LargeBinary(16), primary_key=True)
    number: Mapped[int]


class _Preferences(_Base):
    __tablename__ = "preferences"

    wid: Mapped[str] = mapped_column(String(16), primary_key=True)
    values: Mapped[dict[str, Any]] = mapped_column(JSON)


class Registry:
    """The gateway's database."""

    def __init__(self, path: Path) -> None:
        path.touch(mode=0o600)
        self._database = Database(f"sqlite:///{path}")
        _Base.metadata.create_all(self._database.engine)

    def close(self) -> None:
        """Give the connections back."""
        self._database.close()

    # workspaces

    def keep(self, kept: Kept) -> None:
        """Store a workspace, or what has changed of it."""
        device, inode = kept.inode or (None, None)
        with self._database.write() as session:
            session.merge(
                _Workspace(
                    wid=kept.registration.wid,
                    registration=kept.registration.model_dump(mode="json"),
                    order=kept.order.model_dump(mode="json"),
                    device=device,
                    inode=inode,
                    closed_why=kept.closed_why,
                )
            )

    def forget(self, wid: str) -> None:
        """Forget a workspace and its log-ins; its budget and its saved outputs stay."""
        with self._database.write() as session:
            session.execute(delete(_Workspace).where(_Workspace.wid == wid))
            session.execute(delete(_Login).where(_Login.wid == wid))

    def kept(self) -> list[Kept]:
        """Return the workspaces that were there."""
        with self._database.read() as session:
            return [_kept(row) for row in session.scalars(select(_Workspace))]

    # budgets (the Ledger of the firewall)

    def used_bytes(self, key: str, day: str) -> int:
        """Return what was stored for a key and day."""
        with self._database.read() as session:
            row = session.get(_Spent, (key, day))
            return row.used_bytes if row else 0

    def store_used_bytes(self, key: str, day: str, used_bytes: int) -> None:
        """Store the use of a key's day."""
        with self._database.write() as session:
            session.merge(_Spent(key=key, day=day, used_bytes=used_bytes))

    # log-ins

    def keep_login(self, digest: bytes, wid: str, token: str, at: datetime) -> None:
        """Store one log-in under the hash of its cookie."""
        with self._database.write() as session:
            session.merge(_Login(digest=digest, wid=wid, token=token, begun_at=at))

    def forget_login(self, digest: bytes) -> None:
        """Forget one log-in."""
        with self._database.write() as session:
            session.execute(delete(_Login).where(_Login.digest == digest))

    def logins(self) -> list[tuple[bytes, str, str, datetime]]:
        """Return all log-ins: hash of the cookie, workspace, token, begin."""
        with self._database.read() as session:
            rows = session.scalars(select(_Login).order_by(_Login.begun_at))
            return [(row.digest, row.wid, row.token, row.begun_at) for row in rows]

    # saved outputs

    def saved(self, wid: str) -> list[bytes]:
        """Return the hashes of what a workspace's browser has saved, oldest first."""
        with self._database.read() as session:
            query = select(_Saved.digest).where(_Saved.wid == wid).order_by(_Saved.number)
            return list(session.scalars(query))

    def keep_saved(self, wid: str, digests: Iterable[bytes]) -> None:
        """Store hashes, and forget the oldest beyond a bound."""
        with self._database.write() as session:
            newest = session.scalar(select(func.max(_Saved.number)).where(_Saved.wid == wid)) or 0
            for number, digest in enumerate(digests, newest + 1):
                session.merge(_Saved(wid=wid, digest=digest, number=number))
                newest = number
            old = newest - _MAX_REMEMBERED
            session.execute(delete(_Saved).where(_Saved.wid == wid, _Saved.number <= old))

    # what the browser keeps: settings and layouts of the page

    def preferences(self, wid: str) -> dict[str, Any]:
        """Return the page's own settings and layouts."""
        with self._database.read() as session:
            row = session.get(_Preferences, wid)
            return json.loads(json.dumps(row.values)) if row else {}

    def keep_preferences(self, wid: str, values: dict[str, Any]) -> None:
        """Store them."""
        with self._database.write() as session:
            session.merge(_Preferences(wid=wid, values=values))


def _kept(row: _Workspace) -> Kept:
    inode = (row.device, row.inode) if row.device is not None and row.inode is not None else None
    registration = Registration.model_validate(row.registration)
    return Kept(registration, Order.model_validate(row.order), inode, row.closed_why)
