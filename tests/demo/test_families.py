"""The planted families and tumours, found again in the written files by a reader of its own."""

from __future__ import annotations

import csv
import gzip
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from gdi_spe.demo.synthetic.generate import generate
from gdi_spe.demo.synthetic.people import DATASETS
from gdi_spe.demo.synthetic.planted.families import PLANS, Family

Place = tuple[str, int, str, str]
PAR1_END = 2_781_479
V600E = ("chr7", 140_753_336, "A", "T")


@dataclass(frozen=True)
class File:
    """The calls of one dataset: of each sample, the alleles at every record in turn."""

    places: list[Place]
    calls: dict[str, list[tuple[str, ...]]]
    sexes: dict[str, str]


@pytest.fixture(scope="module")
def files(generated: Any) -> dict[str, File]:
    return {dataset: read(generated.folder / dataset) for dataset in DATASETS}


def read(folder: Path) -> File:
    with gzip.open(folder / "variants.vcf.gz", "rt") as file:
        rows = [line.rstrip("\n").split("\t") for line in file if not line.startswith("##")]
    header, *records = rows
    calls: dict[str, list[tuple[str, ...]]] = {name: [] for name in header[9:]}
    for row in records:
        for name, call in zip(header[9:], row[9:], strict=True):
            calls[name].append(tuple(re.split(r"[/|]", call)))
    places = [(row[0], int(row[1]), row[3], row[4].split(",")[0]) for row in records]
    table = table_of(folder / "tables" / "individuals.tsv")
    return File(places, calls, {row["individual_id"]: row["sex"] for row in table})


def table_of(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text().splitlines(), delimiter="\t"))


def of(generated: Any, *patterns: str) -> list[Family]:
    return [each for each in generated.truth.families if each.pattern in patterns]


def fits(place: Place, is_son: bool, child: Any, father: Any, mother: Any) -> bool:
    """Say whether parents can have given a call; a lost call fits anything."""
    if "." in (*child, *father, *mother):
        return True
    chromosome, position, *_ = place
    if chromosome == "chrM":
        return set(child) <= set(mother)
    if chromosome == "chrY":
        return not is_son or set(child) <= set(father)
    if chromosome == "chrX" and position > PAR1_END and is_son:
        return set(child) <= set(mother)
    one, two = child
    return (one in father and two in mother) or (two in father and one in mother)


def wrong(file: File, family: Family) -> set[Place]:
    """Return the places where a child has what its parents cannot have given."""
    child, father, mother = (
        file.calls[who] for who in (family.child, family.father, family.mother)
    )
    is_son = file.sexes[family.child] == "male"
    return {
        place
        for place, *calls in zip(file.places, child, father, mother, strict=True)
        if not fits(place, is_son, *calls)
    }


def test_there_are_as_many_families_as_the_table_says(generated: Any) -> None:
    found = [(each.pattern, each.dataset) for each in generated.truth.families]

    assert sorted(found) == sorted(
        (plan.pattern, dataset)
        for plan in PLANS
        for dataset, count in zip(DATASETS, plan.counts, strict=True)
        for _ in range(count)
    )


def test_a_child_differs_from_its_parents_at_new_mutations_alone(
    generated: Any, files: dict[str, File]
) -> None:
    for family in generated.truth.families:
        new = set(family.variants) if family.pattern == "de novo" else set()

        if family.pattern != "not the father":
            assert wrong(files[family.dataset], family) == new


def test_a_man_who_is_not_the_father_is_told_by_many_calls(
    generated: Any, files: dict[str, File]
) -> None:
    (family,) = of(generated, "not the father")

    assert len(wrong(files[family.dataset], family)) > 50


@pytest.mark.parametrize(
    ("pattern", "copies"),
    [
        ("de novo", [(1, 0, 0)]),
        ("recessive", [(2, 1, 1)]),
        ("compound heterozygous", [(1, 1, 0), (1, 0, 1)]),
        ("x-linked", [(1, 0, 1)]),
        ("one chromosome", [(1, 0, 1), (1, 0, 1)]),
    ],
)
def test_a_family_has_the_alleles_of_its_pattern(
    generated: Any, files: dict[str, File], pattern: str, copies: list[tuple[int, int, int]]
) -> None:
    for family in of(generated, pattern):
        file = files[family.dataset]
        at = [file.places.index(place) for place in family.variants]
        trio = (family.child, family.father, family.mother)

        assert [tuple(file.calls[who][n].count("1") for who in trio) for n in at] == copies


def test_the_pedigree_names_every_child_with_its_parents(generated: Any) -> None:
    for dataset in DATASETS:
        rows = table_of(generated.folder / dataset / "tables" / "pedigree.tsv")

        assert [tuple(row.values()) for row in rows] == [
            (each.child, each.father, each.mother)
            for each in generated.truth.families
            if each.dataset == dataset
        ]


def test_v600e_is_in_tumours_and_in_no_germline(generated: Any, files: dict[str, File]) -> None:
    expected = {each.id for each in generated.truth.tumours if each.has_v600e}

    carriers = {
        name
        for file in files.values()
        for name, calls in file.calls.items()
        if "1" in calls[file.places.index(V600E)]
    }

    assert carriers == expected
    assert 0 < len(expected) < len(generated.truth.tumours)


def test_a_tumour_is_its_persons_germline_but_for_what_was_planted(
    generated: Any, files: dict[str, File]
) -> None:
    for tumour in generated.truth.tumours:
        file = files[tumour.dataset]
        own = zip(file.places, file.calls[tumour.individual], file.calls[tumour.id], strict=True)

        changed = {place: (one, two) for place, one, two in own if one != two}

        assert (changed.pop(V600E, None) is not None) == tumour.has_v600e
        assert {place[0] for place in changed} == ({tumour.lost} if tumour.lost else set())
        assert all(len(set(one)) == 2 and len(set(two)) == 1 for one, two in changed.values())


def test_every_seed_has_its_families(tmp_path: Path) -> None:
    found = [generate(tmp_path / str(seed), seed, 1000).families for seed in (3, 4, 5)]

    assert {len(families) for families in found} == {sum(sum(plan.counts) for plan in PLANS)}
