"""What a researcher would try with exports when their grant has ended."""

from __future__ import annotations

import importlib
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from gdi_spe.node.airlock.requests import get
from gdi_spe.node.airlock.states import Status
from gdi_spe.node.airlock.tables import ExportRequest
from gdi_spe.node.containers.tables import Workspace
from gdi_spe.node.database.engine import Base, Database
from gdi_spe.node.projects.access import Access
from gdi_spe.node.revocation import due
from gdi_spe.node.revocation.due import due_now
from gdi_spe.node.revocation.ending import Ender

for room in ("audit", "identity", "cohorts", "projects", "containers", "airlock", "revocation"):
    importlib.import_module(f"gdi_spe.node.{room}.tables")

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
WID, RID = "w00000000aa", "e0123456789ab"


class _Port:
    """A gateway and a helper that do as they are asked."""

    async def close_route(self, wid: str, why: str) -> None: ...

    async def stop(self, wid: str, why: str) -> None: ...


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(f"sqlite:///{tmp_path}/node.db")
    Base.metadata.create_all(made.engine)
    yield made
    made.close()


def _stopped_with(database: Database, status: Status) -> None:
    with database.write() as session:
        session.add(
            Workspace(wid=WID, person="u-a", project="p1", uid=200_000, status="ended"),
        )
        session.add(
            ExportRequest(
                id=RID, wid=WID, project="p1", author="u-a", title="t", justification="j",
                status=status, created_at=NOW, changed_at=NOW,
            )
        )  # fmt: skip


@pytest.mark.parametrize("status", [Status.SUBMITTED, Status.APPROVED, Status.RELEASED])
async def test_stopping_a_workspace_first_does_not_save_its_exports(
    database: Database, status: Status
) -> None:
    _stopped_with(database, status)
    port = _Port()

    with database.read() as session:
        found = due_now(session, NOW)
    for one in found:
        await Ender(database, port, port, lambda: NOW).end(one)

    assert [(one.wid, one.why) for one in found] == [(WID, "not-granted")]
    with database.read() as session:
        assert get(session, RID).status == Status.FROZEN
        assert due_now(session, NOW) == []


def test_a_stopped_workspace_with_its_grant_keeps_its_exports(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    _stopped_with(database, Status.SUBMITTED)
    access = Access(NOW + timedelta(hours=1), ("c",))
    monkeypatch.setattr(due, "may_open", lambda *_of: access)

    with database.read() as session:
        assert due_now(session, NOW) == []
