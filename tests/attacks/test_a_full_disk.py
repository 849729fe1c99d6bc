"""A workspace that sends files until the node's disk is full."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from gdi_spe.node.airlock import content
from gdi_spe.node.airlock.content import ContentStore, NoRoom


@pytest.mark.parametrize("free", [0, (1 << 30) + 9])
def test_uploads_end_before_the_audit_log_has_no_room(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, free: int
) -> None:
    store = ContentStore(tmp_path)
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(content.shutil, "disk_usage", lambda _: usage._replace(free=free))

    with pytest.raises(NoRoom):
        store.incoming(10)

    assert list(store.incoming_folder.iterdir()) == []
