"""The tutorials run from the first cell to the last, and find what was planted."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest

from gdi_spe.boundary.identifiers import slug_of
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


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, dict[str, Any]]:
    """The synthetic node's cohorts, made as its admin makes them, and what was planted."""
    from datetime import UTC, datetime

    from gdi_spe.demo.synthetic import generate
    from gdi_spe.demo.synthetic.truth import COHORTS
    from gdi_spe.node.audit import log as _audit_tables  # noqa: F401  # declares its tables
    from gdi_spe.node.cohorts import definitions, ingest, materialise, references
    from gdi_spe.node.cohorts import tables as _cohort_tables  # noqa: F401  # likewise
    from gdi_spe.node.cohorts.pseudonyms import individual_pseudonyms
    from gdi_spe.node.database.engine import Base, Database

    root = tmp_path_factory.mktemp("planted")
    synthetic, home, now = root / "synthetic", root / "home", datetime(2026, 1, 1, tzinfo=UTC)
    truth = generate.generate(synthetic)
    home.mkdir()
    database = Database(f"sqlite:///{home}/node.db")
    Base.metadata.create_all(database.engine)
    for path in sorted((synthetic / "references").glob("*.obo")):
        references.add(database, home, references.ONTOLOGY, path, now)
    cohort = COHORTS[0]
    for dataset in cohort.datasets:
        folder = synthetic / dataset
        files = (folder / "variants.vcf.gz",)
        consent, tables = folder / "consent.csv", folder / "tables"
        request = ingest.IngestRequest(dataset, files, folder / "phenopackets", tables, consent)
        ingest.ingest(database, home, request, now)
    with database.write() as session:
        definitions.define(
            session, home, cohort.id, cohort.datasets, cohort.beacon_query(), [], cohort.title,
            [], now, lambda *_: None,
        )  # fmt: skip
    version = materialise.materialise(database, home, cohort.id, now)
    mounted = root / "mounted"
    mounted.mkdir()
    (mounted / cohort.id).symlink_to(version.path)
    database.engine.dispose()
    project = slug_of(cohort.id)
    answers = {
        question: sorted(individual_pseudonyms(home, project, by_cohort[cohort.id]))
        for question, by_cohort in truth.answers.items()
    }
    return mounted, {"answers": answers, "alleles": truth.alleles, "cohort": cohort.id}


def test_the_three_questions_have_the_planted_answers(
    planted: tuple[Path, dict[str, Any]],
    workspace: Surroundings,
    node: Any,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    mounted, truth = planted
    monkeypatch.setenv("GDI_SPE_COHORTS", str(mounted))
    node.n_individuals = 2441

    names = run("01-three-questions.ipynb")

    printed = capsys.readouterr().out
    told = json.loads(re.search(r"ANSWERS (\{.*\})", printed)[1])["questions"]  # type: ignore[index]
    found = {f"question_{n}": names[f"question_{n}"].ids for n in (1, 2, 3)}
    assert list(found.values()) == list(truth["answers"].values())
    assert {name: each["n"] for name, each in told.items()} == {
        name: len(ids) for name, ids in truth["answers"].items()
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
    planted: tuple[Path, dict[str, Any]],
) -> None:
    from gdi_spe.workspace.cohorts import open_cohort

    mounted, truth = planted
    cohort = open_cohort(mounted / truth["cohort"])
    keys = ["chromosome", "position", "reference", "alternate", "group"]
    table = cohort.allele_frequencies(by="population").set_index(keys)
    n_compared = 0
    for allele in truth["alleles"]:
        for population, planted_counts in allele.counts.items():
            key = (allele.chromosome, allele.position, allele.reference, allele.alternate)
            if allele.cohort == truth["cohort"] and (*key, population) in table.index:
                row = table.loc[(*key, population)]
                assert (row["allele_count"], row["allele_number"]) == tuple(planted_counts)
                n_compared += 1

    assert n_compared > 50
