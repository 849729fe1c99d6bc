"""Looked for and not found is not the same as not there: declared regions tell them apart."""

from __future__ import annotations

from pathlib import Path
from types import ModuleType

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdi_spe.query.conditions import CarriesVariant
from gdi_spe.query.evaluate import Evaluator
from gdi_spe.query.outcome import Outcome
from gdi_spe.query.places import allele_of, region_of
from gdi_spe.query.variants.regions import Regions
from gdi_spe.store.folder import DatasetFolder

A, B, C = frozenset({"A1", "A2"}), frozenset({"B1", "B2"}), frozenset({"C1"})


@pytest.fixture(scope="module")
def evaluator(any_cohort: ModuleType, tmp_path_factory: pytest.TempPathFactory) -> Evaluator:
    """Dataset A declares two regions that touch and one apart, B a part of it, C nothing.

    A1 carries the variant at 150, of A2 the call is missing; of B2 there is no sample.
    """
    people = [("A1", "DA"), ("A2", "DA"), ("B1", "DB"), ("B2", "DB"), ("C1", "DC")]
    regions = [("DA", 100, 200), ("DA", 200, 300), ("DA", 1000, 1100), ("DB", 140, 160)]
    site = {"chromosome": "chr1", "position": 150, "reference": "A", "alternate": "T",
            "gene": "G", "consequence": "missense_variant", "codes": [1, 3, 0, 0]}  # fmt: skip
    folder = any_cohort.write(
        tmp_path_factory.mktemp("assessed") / "cohort",
        [{"individual_id": person, "dataset_id": dataset} for person, dataset in people],
        [{"individual_id": person} for person, _ in people if person != "B2"],
        [site],
        assessed=[
            {"dataset_id": dataset, "chromosome": "chr1", "start": start, "end": end}
            for dataset, start, end in regions
        ],
    )
    return Evaluator(folder)


def asked(evaluator: Evaluator, *regions: str, **more: tuple[str, ...]) -> Outcome:
    spans = tuple(region_of(text) for text in regions)
    return evaluator.outcome(CarriesVariant(spans=spans, **more))  # type: ignore[arg-type]


def test_a_called_reference_is_excluded_and_a_missing_call_is_not(evaluator: Evaluator) -> None:
    found = asked(evaluator, "chr1:150-150")

    assert found == Outcome(frozenset({"A1"}), frozenset({"B1", "C1"}))


def test_where_nobody_carries_anything_the_declared_regions_exclude(evaluator: Evaluator) -> None:
    assert asked(evaluator, "chr1:1001-1100") == Outcome(frozenset(), A)
    assert asked(evaluator, "chr1:1001-1101") == Outcome()
    assert asked(evaluator, "chr1:141-145") == Outcome(frozenset(), A | {"B1"})


def test_regions_that_touch_are_one(evaluator: Evaluator) -> None:
    assert asked(evaluator, "chr1:190-220") == Outcome(frozenset(), A)


def test_a_part_that_was_not_assessed_leaves_the_answer_open(evaluator: Evaluator) -> None:
    """B1 is called at 150, but B looked at 141 to 160 alone; C declared nothing."""
    found = asked(evaluator, "chr1:101-200")

    assert found == Outcome(frozenset({"A1"}), C)


def test_an_allele_that_nobody_carries_is_excluded_where_it_was_looked_for(
    evaluator: Evaluator,
) -> None:
    here, there = allele_of("chr1-145-A-C"), allele_of("chr2-145-A-C")

    assert evaluator.outcome(CarriesVariant(alleles=(here,))).excluded == A | {"B1"}
    assert evaluator.outcome(CarriesVariant(alleles=(there,))) == Outcome()
    assert evaluator.outcome(CarriesVariant(alleles=(here, there))).excluded == frozenset()


def test_without_declared_regions_each_allele_must_be_here(evaluator: Evaluator) -> None:
    known, unknown = allele_of("chr1-150-A-T"), allele_of("chr1-9000-A-C")

    assert "C1" in evaluator.outcome(CarriesVariant(alleles=(known,))).excluded
    assert "C1" not in evaluator.outcome(CarriesVariant(alleles=(known, unknown))).excluded


def test_genes_and_effects_are_judged_by_the_variants_that_are_here(evaluator: Evaluator) -> None:
    by_gene = evaluator.outcome(CarriesVariant(genes=("G",)))
    none = evaluator.outcome(CarriesVariant(genes=("G",), consequences=("stop_gained",)))

    assert by_gene == Outcome(frozenset({"A1"}), frozenset({"B1", "C1"}))
    assert none == Outcome()


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 20)), min_size=1, max_size=8),
       st.integers(0, 70), st.integers(1, 15))  # fmt: skip
def test_regions_contain_what_each_base_is_in(
    stretches: list[tuple[int, int]], start: int, length: int
) -> None:
    covered = np.zeros(100, bool)
    for first, n in stretches:
        covered[first : first + n] = True
    table = pa.table({
        "start": [first for first, _ in stretches],
        "end": [first + n for first, n in stretches],
    })  # fmt: skip

    found = Regions.of(table).contain(start, start + length)

    assert found == bool(covered[start : start + length].all())


def test_a_dataset_on_the_node_has_sites_and_no_declared_regions(tmp_path: Path) -> None:
    class Manifest:
        declares_regions = False

    folder = DatasetFolder.__new__(DatasetFolder)
    folder.path, folder.manifest = tmp_path, Manifest()  # type: ignore[assignment]

    assert Evaluator(folder).records.declared == {}
