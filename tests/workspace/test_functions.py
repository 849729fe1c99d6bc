"""Whatever is given to a function of `spe`, what goes wrong is told in words."""

from __future__ import annotations

import inspect
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

import gdi_spe as spe
from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.folder import CohortFolder
from gdi_spe.workspace.cohort.opened import Cohort
from gdi_spe.workspace.surroundings import Surroundings
from tests.fakes.node import FakeNode
from tests.workspace.wrong import said_badly, wrong_values

FUNCTIONS = ("check", "cohorts", "export", "exports", "from_hail", "mend", "meta_analysis",
             "open_cohort", "read_gwas_ssf", "request_export", "write_gwas_ssf")  # fmt: skip


@pytest.fixture
def workspace(
    here: Surroundings, node: FakeNode, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Surroundings:
    monkeypatch.setenv("GDI_SPE_COHORTS", str(here.cohorts))
    monkeypatch.setenv("GDI_SPE_NODE_SOCKET", str(here.node_socket))
    monkeypatch.setenv("GDI_SPE_OUTBOX", str(here.outbox))
    monkeypatch.setenv("GDI_SPE_POLICY", here.policy)
    monkeypatch.chdir(tmp_path)
    return here


@pytest.fixture(scope="module")
def other(small: Any, tmp_path_factory: pytest.TempPathFactory) -> Cohort:
    return Cohort(CohortFolder(small.make(tmp_path_factory.mktemp("else") / "other").path).path)


def results() -> pd.DataFrame:
    n = 5
    return pd.DataFrame({
        "chromosome": 1, "base_pair_location": np.arange(1, n + 1) * 1000, "effect_allele": "A",
        "other_allele": "C", "beta": 0.1, "standard_error": 0.05, "p_value": 0.04,
        "effect_allele_frequency": 0.3, "n": 100,
    })  # fmt: skip


def needed(cohort: Cohort) -> dict[str, dict[str, Any]]:
    """Return something that each function can work with."""
    counts = pd.DataFrame({"sex": ["female", "male"], "n_individuals": [120, 130]})
    counts.to_csv("counts.csv", index=False)
    spe.write_gwas_ssf(results(), "results.tsv")
    return {
        "check": {"obj": counts},
        "cohorts": {},
        "export": {"obj": counts, "name": "counts.csv", "why": "Table 2"},
        "exports": {},
        "from_hail": {"result": None},
        "mend": {"path": "counts.csv", "how": "round"},
        "meta_analysis": {"studies": [results(), results()]},
        "open_cohort": {"id_or_path": cohort.folder.path},
        "read_gwas_ssf": {"path": "results.tsv"},
        "request_export": {"title": "Tables", "justification": "A paper"},
        "write_gwas_ssf": {"table": results(), "path": "written.tsv"},
    }


def test_every_function_is_tried() -> None:
    callables = {name for name in spe.__all__ if inspect.isfunction(getattr(spe, name))}

    assert callables - {"isolation_report"} == set(FUNCTIONS)  # which takes nothing


@pytest.mark.parametrize("name", FUNCTIONS)
def test_a_wrong_argument_of_a_function_is_told_with_a_remedy(
    name: str, cohort: Cohort, other: Cohort, workspace: Surroundings
) -> None:
    function, given = getattr(spe, name), needed(cohort)[name]
    words = [word for word in inspect.signature(function).parameters if word != "here"]

    broken = {
        f"{word} is {what}": why
        for word in words
        for what, value in wrong_values(other).items()
        if (why := said_badly(function, (), {**given, word: value}))
    }

    assert broken == {}


def test_an_argument_that_is_not_taken_is_told_with_near_names(workspace: Surroundings) -> None:
    with pytest.raises(BadInput, match=r"takes no 'titel'\. Near it: title"):
        spe.request_export(titel="Tables", justification="A paper")  # type: ignore[call-arg]


@pytest.mark.parametrize("index", [7, "GDI-XX-COHORT-001", None, 1.5])
def test_a_place_that_the_list_of_cohorts_has_not_is_told(
    index: Any, workspace: Surroundings
) -> None:
    with pytest.raises(BadInput, match="Open one by its identifier"):
        spe.cohorts()[index]


def test_a_selection_has_people_and_nothing_else_in_it(cohort: Cohort) -> None:
    everybody = cohort.individuals()

    assert everybody.ids[0] in everybody
    assert "nobody of them" not in everybody
    with pytest.raises(BadInput, match="is no individual"):
        [everybody.ids[0]] in everybody  # noqa: B015


def test_a_file_that_is_not_there_is_not_taken_for_a_text(workspace: Surroundings) -> None:
    with pytest.raises(BadInput, match="there is no such file"):
        spe.check("frequencies.csv")
    assert spe.check("Frequencies are in the table. " * 500).report.files


def test_a_path_as_text_is_exported_as_the_file(workspace: Surroundings) -> None:
    pd.DataFrame({"sex": ["f"], "n_individuals": [120]}).to_csv("mine.csv", index=False)

    file = spe.export("mine.csv", "table.csv", why="Table 2")

    assert file.path.read_bytes() == Path("mine.csv").read_bytes()


def test_numbers_of_numpy_are_written_as_json(workspace: Surroundings) -> None:
    result = {"n": np.int64(120), "mean": np.float64(1.5), "shares": np.array([0.25, 0.75])}

    file = spe.export(result, "result.json", why="Table 2")

    assert '"n": 120' in file.path.read_text()


def test_a_table_that_parquet_does_not_take_is_told(workspace: Surroundings) -> None:
    mixed = pd.DataFrame({"a": [1, "x", object()]})

    with pytest.raises(BadInput, match="Parquet does not take this table"):
        spe.export(mixed, "mixed.parquet", why="Table 2")


def test_more_studies_than_there_are_cannot_be_asked(workspace: Surroundings) -> None:
    with pytest.raises(BadInput, match="min_studies=3 of 2 studies"):
        spe.meta_analysis([results(), results()], min_studies=3)
