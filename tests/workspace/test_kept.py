"""Who is related to whom is worked out once for a workspace, not once a session."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from gdi_spe.analysis import kept
from gdi_spe.analysis.regression import relatives as of_models
from gdi_spe.analysis.structure import relatives
from gdi_spe.demo.cohort import DemoCohort
from gdi_spe.workspace.cohort.opened import Cohort


class Counted:
    """Compares nobody, and counts how often it is asked."""

    def __init__(self) -> None:
        self.n_asked = 0

    def __call__(self, *_given: Any, **_named: Any) -> pd.DataFrame:
        self.n_asked += 1
        return pd.DataFrame({"individual_1": ["a"], "individual_2": ["b"], "kinship": [0.25]})


@pytest.fixture
def counted(monkeypatch: pytest.MonkeyPatch) -> Iterator[Counted]:
    found = Counted()
    monkeypatch.setattr(relatives, "kinship", found)
    yield found
    relatives._PAIRS.clear()
    of_models._KNOWN.clear()


@pytest.fixture
def work(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("GDI_SPE_OUTBOX", str(tmp_path / "outbox"))
    return tmp_path


def test_a_later_session_compares_nobody_again(
    planted: DemoCohort, counted: Counted, work: Path
) -> None:
    first = relatives.compared(Cohort(planted.path).folder, 0.1)

    second = relatives.compared(Cohort(planted.path).folder, 0.1)

    assert counted.n_asked == 1
    pd.testing.assert_frame_equal(first, second)
    relatives.compared(Cohort(planted.path).folder, 0.2)
    assert counted.n_asked == 2


def test_what_is_of_another_version_goes(planted: DemoCohort, counted: Counted, work: Path) -> None:
    cohort = Cohort(planted.path)
    old = work / ".kept" / cohort.id / "v0-000000000000"
    old.mkdir(parents=True)
    (old / "relatives-1-0.1000-0.01.parquet").write_bytes(b"people who have left")

    relatives.compared(cohort.folder, 0.1)

    [place] = (work / ".kept" / cohort.id).iterdir()
    assert place.name != old.name
    assert place.stat().st_mode & 0o077 == 0


def test_what_cannot_be_read_is_made_again(
    planted: DemoCohort, counted: Counted, work: Path
) -> None:
    cohort = Cohort(planted.path)
    relatives.compared(cohort.folder, 0.1)
    (path,) = (work / ".kept").rglob("*.parquet")
    path.write_bytes(b"cut off")

    relatives.compared(cohort.folder, 0.1)

    assert counted.n_asked == 2
    assert len(pd.read_parquet(path)) == 1


def test_outside_a_workspace_and_without_room_nothing_is_kept(
    planted: DemoCohort, counted: Counted, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cohort = Cohort(planted.path)
    monkeypatch.setenv("GDI_SPE_OUTBOX", str(tmp_path / "nowhere" / "outbox"))

    relatives.compared(cohort.folder, 0.1)
    kept.keep(cohort.folder, lambda _folder: tmp_path / "not there")
    relatives.compared(cohort.folder, 0.1)

    assert counted.n_asked == 2
    assert list(tmp_path.iterdir()) == []


def test_a_cohort_that_keeps_tables_can_be_forgotten(planted: DemoCohort) -> None:
    cohort = Cohort(planted.path)
    held = weakref.ref(cohort.folder)

    del cohort
    gc.collect()

    assert held() is None


def test_relatives_read_back_are_those_that_were_found(planted: DemoCohort, work: Path) -> None:
    found = [relatives.compared(Cohort(planted.path).folder, 0.05, 0.05) for _session in range(2)]

    pd.testing.assert_frame_equal(found[0], found[1])
    assert np.isfinite(found[1]["kinship"]).all()
