"""A workspace of the cohort of twelve people, with and without a node."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import pytest

from gdi_spe.demo.cohort import DemoCohort, make
from gdi_spe.store.folder import CohortFolder
from gdi_spe.workspace.cohort.opened import Cohort
from gdi_spe.workspace.surroundings import Surroundings
from tests.fakes.node import FakeNode
from tests.query import any_cohort as any_cohort_module
from tests.query import small_cohort


@pytest.fixture(scope="session")
def small() -> ModuleType:
    return small_cohort


@pytest.fixture(scope="session")
def any_cohort() -> ModuleType:
    return any_cohort_module


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
