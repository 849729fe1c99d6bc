"""Long work can be interrupted in a real kernel, and leaves the session usable and no half file."""

from __future__ import annotations

import json
from typing import Any

import pytest

from gdi_spe.demo.cohort import DemoCohort
from tests.workspace.inside import Workspace, image_or_skip

WORK = ("association", "pca", "kinship", "burden", "to_vcf", "to_pgen", "plink2", "export")


@pytest.fixture(scope="module")
def told(planted: DemoCohort, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    image = image_or_skip()
    shared = tmp_path_factory.mktemp("interrupts")
    shared.chmod(0o777)
    said = Workspace(image, planted.path, shared).run("python", "/opt/tests/interrupt_kernel.py")
    found: dict[str, Any] = json.loads(said.partition("TOLD")[2])
    return found


@pytest.mark.engine
@pytest.mark.parametrize("work", WORK)
def test_interrupted_work_leaves_the_session_usable(work: str, told: dict[str, Any]) -> None:
    found = told[work]

    assert found["first"] == "", "it works before"
    assert found["ends"] == ["KeyboardInterrupt"] * 3
    assert found["left"] == []
    assert found["is_usable"]
    assert found["again"] == "", "it works again"
