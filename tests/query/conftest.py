"""The cohort of twelve people, once a session."""

from __future__ import annotations

from types import ModuleType

import pytest

from gdi_spe.query.evaluate import Evaluator
from gdi_spe.store.folder import CohortFolder
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


@pytest.fixture
def evaluator(folder: CohortFolder) -> Evaluator:
    return Evaluator(folder)
