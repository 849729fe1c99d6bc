from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gdi_spe.node.audit.tables import AuditEvent, AuditHead
from gdi_spe.node.database.engine import Base, Database


@pytest.fixture
def now() -> datetime:
    return datetime(2026, 11, 22, 10, 0, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/node.db")
    tables = [AuditEvent.__table__, AuditHead.__table__]
    Base.metadata.create_all(database.engine, tables=tables)  # type: ignore[arg-type]
    yield database
    database.close()
