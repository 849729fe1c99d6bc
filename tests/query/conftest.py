"""The cohort of twelve people, once a session."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from gdi_spe.query.evaluate import Evaluator
from gdi_spe.store.folder import CohortFolder


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


@pytest.fixture
def evaluator(folder: CohortFolder) -> Evaluator:
    return Evaluator(folder)
