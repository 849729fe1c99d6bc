"""A synthetic cohort with planted cases, in a workspace of its own, once a session."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import matplotlib as mpl
import pytest

from gdi_spe.demo.cohort import DemoCohort, make
from gdi_spe.workspace import isolation
from gdi_spe.workspace.surroundings import Surroundings
from tests.fakes.node import FakeNode

mpl.use("agg")


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> DemoCohort:
    return make(tmp_path_factory.mktemp("planted"))


def unreachable() -> str:
    raise OSError("Network is unreachable")


@pytest.fixture
def workspace(
    planted: DemoCohort, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Surroundings]:
    """An empty work folder, the cohort, and a node that answers; one for each test."""
    here = Surroundings(planted.mounted, tmp_path / "node.sock", tmp_path / "outbox", "gdi-default")
    for name, value in (
        ("GDI_SPE_COHORTS", here.cohorts),
        ("GDI_SPE_NODE_SOCKET", here.node_socket),
        ("GDI_SPE_OUTBOX", here.outbox),
        ("GDI_SPE_POLICY", here.policy),
    ):
        monkeypatch.setenv(name, str(value))
    # Examples are of a workspace, where nothing is reached; a test must not try either.
    monkeypatch.setattr(isolation, "ATTEMPTS", [("a network", unreachable)])
    work = tmp_path / "work"
    work.mkdir()
    monkeypatch.chdir(work)
    node = FakeNode(here.node_socket)
    node.n_individuals = 2_441
    yield here
    node.close()
