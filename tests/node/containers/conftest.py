"""A node of its own for each test, on stand-ins or on the machine's engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from gdi_spe.node.containers.engine import DockerEngine
from gdi_spe.node.containers.keeper import Keeper
from gdi_spe.node.containers.order import WorkspaceOrder
from gdi_spe.node.settings import Settings
from tests.node.containers import nodes
from tests.node.containers.nodes import Clock, FakeEngine, FakeVolumes, order_of, settings_of


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    home = tmp_path / "home"
    home.mkdir()
    return settings_of(home, tmp_path / "run")


@pytest.fixture
def order(settings: Settings) -> WorkspaceOrder:
    return order_of(settings)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def fake_engine() -> FakeEngine:
    return FakeEngine()


@pytest.fixture
def fake_volumes() -> FakeVolumes:
    return FakeVolumes()


@pytest.fixture
def keeper(
    settings: Settings, fake_engine: FakeEngine, fake_volumes: FakeVolumes, clock: Clock
) -> Keeper:
    keeper = Keeper(settings, fake_engine, fake_volumes, clock)
    keeper.adopt()
    return keeper


@pytest.fixture(scope="session")
def engine() -> Iterator[DockerEngine]:
    engine = DockerEngine()
    yield engine
    engine.close()


@pytest.fixture
def real_keeper(tmp_path: Path, engine: DockerEngine) -> Iterator[Keeper]:
    with nodes.real_keeper(tmp_path, engine) as keeper:
        yield keeper
