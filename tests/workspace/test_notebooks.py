"""The tutorials run from the first cell to the last, and find what was planted."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl
import pytest

from gdi_spe.demo.cohort import DemoCohort
from gdi_spe.workspace.surroundings import Surroundings
from tests.fakes.node import FakeNode
from tests.workspace.inside import Workspace, image_or_skip

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


# These say what holds of any cohort; the others look for what was planted.
OF_ANY_COHORT = ("01-three-questions.ipynb", "02-allele-frequencies.ipynb")


def test_there_are_tutorials() -> None:
    assert [name.removesuffix(".ipynb") for name in NAMES] == [
        "00-open-a-cohort",
        "01-three-questions",
        "02-allele-frequencies",
        "03-rare-disease",
        "04-cancer",
        "05-infectious-disease",
        "06-genome-of-europe",
        "07-gwas",
        "08-burden-tests",
        "09-hail",
        "10-export",
    ]


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_ends_with_what_may_leave(name: str) -> None:
    code = "\n".join("".join(cell["source"]) for cell in cells(name))

    assert "spe.check(" in code or "spe.export(" in code
    assert name in OF_ANY_COHORT or re.search("## (6. )?What may leave|# Take results out", code)


@pytest.mark.parametrize("name", NAMES)
def test_a_notebook_is_kept_without_outputs(name: str) -> None:
    document = json.loads((NOTEBOOKS / name).read_text())

    assert (document["nbformat"], document["nbformat_minor"]) == (4, 5)
    ids = [cell["id"] for cell in document["cells"]]
    assert len(set(ids)) == len(ids)
    for cell in document["cells"]:
        assert cell["cell_type"] == "markdown" or cell["outputs"] == []
        assert cell["cell_type"] == "markdown" or cell["execution_count"] is None


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("name", OF_ANY_COHORT)
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


def of(table: Any) -> list[str]:
    """Return whom a table's rows are about."""
    return sorted(set(table["individual_id"]))


# What the others must end with: a name that the notebook leaves, and what must hold of it.
FOUND: dict[str, Callable[[dict[str, Any], DemoCohort], bool]] = {
    "00-open-a-cohort": lambda names, _: len(names["by_population"]) > 1,
    "03-rare-disease": lambda names, planted: (
        (names["ryr1"] & names["syndrome"]).ids == planted.answers["ryr1-cms"]
        and names["by_gene"].set_index("gene")["p_value"].idxmin() == "RYR1"
        and of(names["new"]) == planted.children["de novo"]
        and of(names["recessive"]) == planted.children["recessive"]
        and of(names["from_mothers"]) == planted.children["x-linked"]
        and of(names["pairs"]) == planted.children["compound heterozygous"]
        and not set(planted.children["not the father"]) & set(names["children"])
    ),
    "04-cancer": lambda names, planted: (
        names["asked"].ids == planted.answers["pten-braf"]
        and of(names["v600e"]) == sorted(names["reported"])
        and names["reported"] <= set(planted.with_v600e)
        and set(names["lost"]["chromosome"]) == {"chr10"}
    ),
    "05-infectious-disease": lambda names, planted: (
        (names["carriers"] & names["covid"]).ids == planted.answers["tlr7-covid"]
        and list(names["enough"]["gene"].unique()) == ["TLR7", "RYR1"][:1]
    ),
    "06-genome-of-europe": lambda names, _: 0 < names["fst"](*names["names"][:2]) < 0.1,
    "07-gwas": lambda names, planted: (
        names["lead"]["base_pair_location"].tolist() == [planted.truth.trait["position"]]
        and names["given"]["p_value"].min() > 1e-6
    ),
    "08-burden-tests": lambda names, _: names["best"]["gene"] == "TLR7",
    "10-export": lambda names, _: names["request"].status == "submitted",
}


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize("name", FOUND)
def test_a_tutorial_finds_what_was_planted(
    name: str,
    planted: DemoCohort,
    workspace: Surroundings,
    node: Any,
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    if name == "07-gwas" and shutil.which("plink2") is None:
        pytest.skip("plink2 is not here")
    monkeypatch.setenv("GDI_SPE_COHORTS", str(planted.mounted))
    monkeypatch.chdir(tmp_path)
    node.n_individuals = 2441

    names = run(f"{name}.ipynb")

    assert FOUND[name](names, planted)
    assert not re.search(r"I-[0-9A-Z]{10}", capsys.readouterr().out), "nobody is shown"


@pytest.fixture(scope="module")
def executed(
    planted: DemoCohort, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, Any]]:
    """Every notebook, run by Jupyter in a workspace's container, with a node at its socket."""
    image = image_or_skip()
    shared = tmp_path_factory.mktemp("n")  # a socket's path is short
    shared.chmod(0o777)
    node = FakeNode(shared / "node.sock")
    (shared / "node.sock").chmod(0o666)
    node.n_individuals = 2441
    try:
        said = Workspace(image, planted.path, shared).run(
            "python", "/opt/tests/run_notebooks.py", seconds=580
        )
    finally:
        node.close()
    told: dict[str, dict[str, Any]] = json.loads(said.partition("TOLD")[2])
    return told


@pytest.mark.engine
@pytest.mark.parametrize("name", [name.removesuffix(".ipynb") for name in NAMES])
def test_a_notebook_runs_in_a_workspace(name: str, executed: dict[str, dict[str, Any]]) -> None:
    told = executed[name]

    kinds = {output["output_type"] for output in told["outputs"]}
    assert "error" not in kinds
    assert kinds & {"execute_result", "display_data"}
    # A day's budget of what is shown is 4 MiB by default; a tutorial takes a small part of it.
    assert told["shown_bytes"] < 400_000
    plain = json.dumps([shown(each) for each in told["outputs"]])
    if not any(word in plain for word in ("PII101", "TAB101")):  # they name what cannot leave
        assert not re.search(r"I-[0-9A-Z]{10}", plain), "nobody is shown"


def shown(output: dict[str, Any]) -> Any:
    """Return the text of an output."""
    data = output.get("data", {})
    return output.get("text") or {kind: data[kind] for kind in data if kind.startswith("text/")}


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
