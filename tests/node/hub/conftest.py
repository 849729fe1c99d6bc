"""Stand-ins for the node process and the gateway."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from gdi_spe.node.settings import Settings
from tests.node.containers.nodes import settings_of
from tests.node.hub.stand_ins import StandIn


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    home = tmp_path / "home"
    (home / "keys").mkdir(parents=True)
    (home / "keys" / "hub-client-secret").write_text("of-the-hub\n")
    return settings_of(home, tmp_path / "run")


@pytest.fixture
async def node(settings: Settings) -> AsyncIterator[StandIn]:
    one = StandIn()
    async with one.listening(settings.run_dir / "api" / "hub.sock"):
        yield one


@pytest.fixture
async def gateway(settings: Settings) -> AsyncIterator[StandIn]:
    one = StandIn()
    async with one.listening(settings.run_dir / "gateway" / "ctl.sock"):
        yield one
