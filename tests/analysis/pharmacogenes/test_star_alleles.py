"""Star alleles are those that explain the calls, and what is open is said."""

from __future__ import annotations

from contextlib import suppress
from itertools import combinations_with_replacement
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gdi_spe.analysis.pharmacogenes.diplotypes import Caller
from gdi_spe.analysis.pharmacogenes.run import NoStarAlleles, diplotypes
from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.folder import CohortFolder
from gdi_spe.terms.star_alleles import StarAllele, StarGene, read
from gdi_spe.workspace.cohort.opened import Cohort
from tests.analysis.making import Person, Site, make

# A made-up gene in the manner of TPMT: *3A has both variants, *3B and *3C one each.
HEAD = "gene\tallele\tactivity\tchromosome\tposition\treference\talternate"
TABLE = f"""#assembly=GRCh38
#release=made-up
#phenotype=MADE\t2\t2\tnormal metaboliser
#phenotype=MADE\t1\t1.5\tintermediate metaboliser
#phenotype=MADE\t0\t0.5\tpoor metaboliser
{HEAD}
MADE\t*1\t1
MADE\t*3A\t0\tchr6\t1000\tC\tT
MADE\t*3A\t0\tchr6\t2000\tT\tC
MADE\t*3B\t0\tchr6\t1000\tC\tT
MADE\t*3C\t0\tchr6\t2000\tT\tC
MADE\t*9\t\tchr6\t3000\tA\tG
ONX\tB\t1
ONX\tA\t0\tchrX\t154000000\tG\tA
"""
SITES = {1000: ("C", "T"), 2000: ("T", "C"), 3000: ("A", "G")}
Calls = dict[str, tuple[str, str, str]]


@pytest.fixture
def table(tmp_path: Path) -> Path:
    path = tmp_path / "made-up.tsv"
    path.write_text(TABLE)
    return path


def made(root: Path, calls: Calls, keep: tuple[str, ...] = ()) -> CohortFolder:
    sites = [
        Site("chr6", place, *bases, [call[at] for call in calls.values()])
        for at, (place, bases) in enumerate(SITES.items())
    ]
    return make(root / "made", [Person(name) for name in calls], sites, keep_format=keep)


def by_person(found: pd.DataFrame, column: str) -> dict[str, object]:
    return dict(zip(found["individual_id"], found[column], strict=True))


CALLS: Calls = {
    "PLAIN": ("0/0", "0/0", "0/0"),
    "ONE": ("0/1", "0/0", "0/0"),
    "BOTH": ("0/1", "0/1", "0/0"),
    "POOR": ("1/1", "0/1", "0/0"),
    "GAP": ("./.", "0/0", "0/0"),
    "UNKNOWN": ("0/0", "0/0", "0/1"),
    "TOO": ("1/1", "1/1", "0/1"),
}


def test_diplotypes_are_all_that_explain_the_calls(tmp_path: Path, table: Path) -> None:
    folder = made(tmp_path, CALLS)

    found = diplotypes(folder, table, ["MADE"])

    assert by_person(found, "diplotypes") == {
        "PLAIN": "*1/*1",
        "ONE": "*1/*3B",
        "BOTH": "*1/*3A;*3B/*3C",
        "POOR": "*3A/*3B",
        "GAP": "*1/*1;*1/*3B;*3B/*3B",
        "UNKNOWN": "*1/*9",
        "TOO": "",
    }
    assert by_person(found, "phenotype") == {
        "PLAIN": "normal metaboliser",
        "ONE": "intermediate metaboliser",
        "BOTH": "indeterminate",
        "POOR": "poor metaboliser",
        "GAP": "indeterminate",
        "UNKNOWN": "indeterminate",
        "TOO": "indeterminate",
    }
    assert by_person(found, "why") == {
        "PLAIN": "",
        "ONE": "",
        "BOTH": "phase",
        "POOR": "",
        "GAP": "missing positions",
        "UNKNOWN": "unknown activity",
        "TOO": "no alleles explain the calls",
    }
    assert by_person(found, "activity_score")["POOR"] == 0
    assert by_person(found, "n_missing")["GAP"] == 1
    assert found.attrs["exportable"] is False


def test_phased_calls_tell_what_lies_together(tmp_path: Path, table: Path) -> None:
    calls: Calls = {
        "CIS": ("0|1", "0|1", "0/0"),
        "TRANS": ("0|1", "1|0", "0/0"),
        "OPEN": ("0|1", "0/1", "0/0"),
        "X": ("0/0", "0/0", "0/1"),
    }
    folder = made(tmp_path, calls, keep=("phase",))

    found = by_person(diplotypes(folder, table, ["MADE"]), "diplotypes")
    unphased = diplotypes(folder, table, ["MADE"], use_phase=False)

    assert found["CIS"] == "*1/*3A"
    assert found["TRANS"] == "*3B/*3C"
    assert found["OPEN"] == "*1/*3A;*3B/*3C"
    assert by_person(unphased, "diplotypes")["CIS"] == "*1/*3A;*3B/*3C"


def test_a_position_that_nobody_carries_is_missing_unless_it_was_looked_at(
    tmp_path: Path, table: Path
) -> None:
    site = Site("chr6", 1000, "C", "T", ["0/1", "0/0"])
    folder = make(tmp_path / "made", [Person("ONE"), Person("PLAIN")], [site])

    open_ = diplotypes(folder, table, ["MADE"])
    closed = diplotypes(folder, table, ["MADE"], absent="reference")

    assert set(open_["why"]) == {"missing positions"}
    assert open_["n_missing"].tolist() == [2, 2]
    assert "*3A/*3C" not in by_person(open_, "diplotypes")["PLAIN"]
    assert closed["diplotypes"].tolist() == ["*1/*3B", "*1/*1"]


def test_regions_that_a_dataset_declared_were_looked_at(tmp_path: Path, table: Path) -> None:
    from gdi_spe.boundary.manifest import CohortManifest
    from gdi_spe.store.writing.folders import members_of, write_manifest, write_table

    site = Site("chr6", 1000, "C", "T", ["0/1", "0/0"])
    folder = make(tmp_path / "made", [Person("ONE"), Person("PLAIN")], [site])
    (folder.path / "assessed.parquet").unlink()
    write_table(folder.path, "assessed", [
        {"dataset_id": "D", "chromosome": "chr6", "start": 1999, "end": 3000},
    ])  # fmt: skip
    told = folder.manifest.model_dump() | {"members": members_of(folder.path)}
    write_manifest(folder.path, CohortManifest.model_validate(told))

    found = diplotypes(CohortFolder(folder.path), table, ["MADE"])

    assert found["diplotypes"].tolist() == ["*1/*3B", "*1/*1"]


def test_who_has_one_allele_has_one_star_allele(tmp_path: Path, table: Path) -> None:
    people = [Person("MAN", "male"), Person("WOMAN", "female"), Person("OTHER", "male")]
    site = Site("chrX", 154_000_000, "G", "A", ["1", "0/1", "0/0"])
    folder = make(tmp_path / "made", people, [site])

    found = diplotypes(folder, table, ["ONX"])

    assert found["diplotypes"].tolist() == ["A", "B/A", "B"]


@given(st.data())
def test_every_pair_of_alleles_explains_what_it_makes(data: st.DataObject) -> None:
    places = [("chr1", place, "A", "G") for place in range(1, 5)]
    subsets = data.draw(
        st.lists(st.frozensets(st.sampled_from(places)), min_size=1, max_size=6, unique=True)
    )
    alleles = tuple(
        StarAllele(f"*{number}", 1.0, variants)
        for number, variants in enumerate([frozenset(), *(s for s in subsets if s)])
    )
    gene = StarGene("G", alleles, ())
    variants = gene.variants
    nothing = np.zeros(len(variants), bool)

    for one, two in combinations_with_replacement(alleles, 2):
        copies = [(v in one.variants) + (v in two.variants) for v in variants]
        answer = Caller(gene).of(copies, 2, nothing, nothing)
        phased = np.array([copy == 1 for copy in copies], bool)
        first = np.array([v in one.variants for v in variants], bool)
        told = Caller(gene).of(copies, 2, phased, first)

        assert f"{one.name}/{two.name}" in answer.diplotypes
        assert told.diplotypes == (f"{one.name}/{two.name}",)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ([], "no allele"),
        (["gene\tallele"], "line 1: the columns are not"),
        (["#assembly=GRCh38", HEAD, "G\t*2\t0\tchr1\t5\tA\tG"], "no allele without variants"),
        (["#assembly=GRCh38", HEAD, "G\t*1\t1", "G\t*2\t0"], "same variants"),
        ([HEAD, "G\t*1\t1"], "assembly"),
        (["#assembly=GRCh38", HEAD, "G\t*1\tmuch"], "line 3: 'much' is no number"),
        (["#assembly=GRCh38", HEAD, "G\t*1\t1\t6\t5\tA\tG"], "line 3: 6:5 is no place"),
        (["#assembly=GRCh38", HEAD, "G\t*1\t1\tchr6\t5\tA\t<DEL>"], "line 3: .* bases"),
        (["#phenotype=G\t1\t0\tpoor", HEAD], "line 1: scores of 'poor'"),
        (["#phenotype=G\t0\t1\ta", "#phenotype=G\t1\t2\tb"], "line 2"),
        (["#assembly=GRCh38", "#phenotype=H\t0\t1\ta", HEAD, "G\t*1\t1"], "H has phenotypes"),
        (["#assembly=GRCh38", HEAD, "G\t*1\t1", "G\t*2\t0\tchr1\t5\tA\tG",
          "G\t*2\t1\tchr1\t6\tA\tG"], "line 5: .* another activity"),
        (["#assembly=GRCh38", HEAD, "G\t*1\t1", "G\t*2\t0\tchr1\t5\tA\tG",
          "G\t*3\t0\tchr2\t5\tA\tG"], "several chromosomes"),
    ],
)  # fmt: skip
def test_a_table_that_cannot_be_is_refused_with_its_line(
    tmp_path: Path, lines: list[str], said: str
) -> None:
    path = tmp_path / "table.tsv"
    path.write_text("\n".join(lines))

    with pytest.raises(BadInput, match=said):
        read(path)


def test_without_a_table_of_this_assembly_nothing_is_told(tmp_path: Path, table: Path) -> None:
    folder = made(tmp_path, CALLS)
    other = tmp_path / "other.tsv"
    other.write_text(TABLE.replace("GRCh38", "GRCh37"))

    with pytest.raises(NoStarAlleles, match="Give one as a file"):
        diplotypes(folder)
    with pytest.raises(NoStarAlleles, match="GRCh37"):
        diplotypes(folder, other)
    with pytest.raises(BadInput, match="Near it: MADE"):
        diplotypes(folder, table, ["MAD"])


def test_a_table_that_came_with_the_cohort_is_used(tmp_path: Path) -> None:
    folder = made(tmp_path, CALLS)
    (folder.path / "references").mkdir()
    (folder.path / "references" / "made-up.star-alleles.tsv").write_text(TABLE)

    found = Cohort(folder.path).star_alleles(gene="MADE")

    assert by_person(found, "diplotypes")["POOR"] == "*3A/*3B"
    assert found.attrs["release"] == "made-up"


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.lists(
            st.sampled_from(["MADE", "*1", "*2", "1", "", "chr6", "6", "A", "<DEL>", "-1", "nan"]),
            max_size=8,
        ).map("\t".join),
        max_size=8,
    )
)
def test_whatever_is_in_a_table_is_read_or_refused(tmp_path: Path, lines: list[str]) -> None:
    path = tmp_path / "any.tsv"
    path.write_text("\n".join(["#assembly=GRCh38", HEAD, *lines]))

    found = None
    with suppress(BadInput):
        found = read(path)

    for gene in found.genes.values() if found else ():
        assert sum(not allele.variants for allele in gene.alleles) == 1
