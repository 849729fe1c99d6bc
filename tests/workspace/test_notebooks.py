"""The tutorials run from the first cell to the last, and find what was planted."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest

from gdi_spe.demo.cohort import DemoCohort
from gdi_spe.workspace.surroundings import Surroundings

mpl.use("agg")

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
NAMES = sorted(path.name for path in NOTEBOOKS.glob("*.ipynb"))


def cells(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads((NOTEBOOKS / name).read_text())["cells"]
    return found


def run(name: str) -> dict[str, Any]:
    """Run the code of a notebook as its kernel would; return the names it leaves."""
    import matplotlib.pyplot as plt

    names: dict[str, Any] = {}
    for cell in cells(name):
        if cell["cell_type"] == "code":
            exec(compile("".join(cell["source"]), f"{name}:{cell['id']}", "exec"), names)
    plt.close("all")
    return names


@pytest.fixture
def workspace(here: Surroundings, monkeypatch: pytest.MonkeyPatch) -> Surroundings:
    for name, value in (
        ("GDI_SPE_COHORTS", here.cohorts),
        ("GDI_SPE_NODE_SOCKET", here.node_socket),
        ("GDI_SPE_OUTBOX", here.outbox),
    ):
        monkeypatch.setenv(name, str(value))
    return here


def test_there_are_tutorials() -> None:
    assert NAMES == ["01-three-questions.ipynb", "02-allele-frequencies.ipynb"]


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_kept_without_outputs(name: str) -> None:
    document = json.loads((NOTEBOOKS / name).read_text())

    assert (document["nbformat"], document["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in document["cells"]]
    assert len(set(ids)) == len(ids)
    for cell in document["cells"]:
        assert cell["cell_type"] == "markdown" or cell["outputs"] == []
        assert cell["cell_type"] == "markdown" or cell["execution_count"] is None


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_runs_on_any_cohort(
    name: str, workspace: Surroundings, node: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    run(name)

    assert "P05" not in capsys.readouterr().out, "nobody is shown"


def test_the_three_questions_have_the_planted_answers(
    planted: DemoCohort,
    workspace: Surroundings,
    node: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("GDI_SPE_COHORTS", str(planted.mounted))
    node.n_individuals = 2441

    names = run("01-three-questions.ipynb")

    printed = capsys.readouterr().out
    told = json.loads(re.search(r"ANSWERS (\{.*\})", printed)[1])["questions"]  # type: ignore[index]
    found = {f"question_{n}": names[f"question_{n}"].ids for n in (1, 2, 3)}
    assert list(found.values()) == list(planted.answers.values())
    assert {name: each["n"] for name, each in told.items()} == {
        name: len(ids) for name, ids in planted.answers.items()
    }
    assert not re.search(r"I-[0-9A-Z]{10}", printed), "nobody is shown"
    statuses = {each.title: each.status for each in names["spe"].exports()}
    assert statuses == {
        "Frequencies for Table 2": "submitted",
        "Carriers, one row a person": "blocked",
        "Carriers by population": "blocked",
    }
    assert names["request"].verdict == "pass"


def test_frequencies_by_population_are_the_planted_ones(
    planted: DemoCohort,
) -> None:
    from gdi_spe.workspace.cohorts import open_cohort

    cohort = open_cohort(planted.path)
    keys = ["chromosome", "position", "reference", "alternate", "group"]
    table = cohort.allele_frequencies(by="population").set_index(keys)
    n_compared = 0
    for allele in planted.truth.alleles:
        for population, planted_counts in allele.counts.items():
            key = (allele.chromosome, allele.position, allele.reference, allele.alternate)
            if allele.cohort == planted.id and (*key, population) in table.index:
                row = table.loc[(*key, population)]
                assert (row["allele_count"], row["allele_number"]) == tuple(planted_counts)
                n_compared += 1

    assert n_compared > 50
