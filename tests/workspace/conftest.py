"""A workspace of the cohort of twelve people, with and without a node."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from gdi_spe.demo.cohort import DemoCohort, make
from gdi_spe.store.folder import CohortFolder
from gdi_spe.workspace.cohort.opened import Cohort
from gdi_spe.workspace.surroundings import Surroundings
from tests.fakes.node import FakeNode


@pytest.fixture(scope="session")
def small() -> ModuleType:
    path = Path(__file__).parents[1] / "query" / "small_cohort.py"
    spec = importlib.util.spec_from_file_location("small_cohort", path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def folder(small: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> CohortFolder:
    made: CohortFolder = small.make(tmp_path_factory.mktemp("cohorts") / "twelve")
    return made


@pytest.fixture(scope="session")
def planted(tmp_path_factory: pytest.TempPathFactory) -> DemoCohort:
    """The synthetic node's first cohort, and what was planted."""
    return make(tmp_path_factory.mktemp("planted"))


@pytest.fixture
def here(folder: CohortFolder, tmp_path: Path) -> Surroundings:
    """A workspace with one cohort and no node."""
    return Surroundings(
        folder.path.parent, tmp_path / "node.sock", tmp_path / "outbox", "gdi-default"
    )


@pytest.fixture
def node(here: Surroundings) -> Iterator[FakeNode]:
    fake = FakeNode(here.node_socket)
    yield fake
    fake.close()


@pytest.fixture
def cohort(folder: CohortFolder, here: Surroundings) -> Cohort:
    return Cohort(folder.path, here.load_policy().counts)
