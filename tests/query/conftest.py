"""The cohort of twelve people, once a session."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from gdi_spe.query.evaluate import Evaluator
from gdi_spe.store.folder import CohortFolder


def load(name: str) -> ModuleType:
    path = Path(__file__).parents[1] / "query" / f"{name}.py"
    spec = importlib.util.spec_from_file_location(name, path)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture(scope="session")
def small() -> ModuleType:
    return load("small_cohort")


@pytest.fixture(scope="session")
def any_cohort() -> ModuleType:
    return load("any_cohort")


@pytest.fixture(scope="session")
def folder(small: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> CohortFolder:
    made: CohortFolder = small.make(tmp_path_factory.mktemp("cohorts") / "twelve")
    return made


@pytest.fixture
def evaluator(folder: CohortFolder) -> Evaluator:
    return Evaluator(folder)
