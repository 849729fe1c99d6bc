"""Counts by population are those of counting each population's people."""

from __future__ import annotations

import itertools
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store import counts, ploidy
from gdi_spe.store.calls import Calls
from gdi_spe.store.germline import Samples, count_germline, samples_from
from gdi_spe.store.schemas import INDIVIDUALS, SAMPLES
from gdi_spe.store.writing.groups import ROW_GROUP, row_groups
from tests.query import small_cohort
from tests.store.strategies import variants


@settings(deadline=None)
@given(variants(n_samples=17, max_size=4), st.data())
def test_each_population_is_counted_as_a_group_of_its_own(
    calls: Calls, data: st.DataObject
) -> None:
    def one_of(*values: str) -> list[str]:
        return data.draw(st.lists(st.sampled_from(values), min_size=17, max_size=17))

    sexes, populations = one_of("female", "male", "unknown"), one_of("", "FIN", "EST")
    counted = np.array(sorted(data.draw(st.sets(st.integers(0, 16), min_size=1))))
    samples = Samples(tuple(map(str, range(17))), tuple(sexes), counted, tuple(populations))
    positions = np.array([5_000_000, 20_000, 5_000_001, 30_000][: len(calls)])

    found = count_germline(calls, "chrX", positions, samples, "GRCh38")

    expected = ploidy.expected_alleles("chrX", sexes)
    linked = positions > 4_000_000
    for group, name in enumerate(["all", *samples.population_names]):
        inside = [s for s in counted if name in ("all", populations[s])]
        for row in range(len(calls)):
            rule = expected if linked[row] else None
            by_hand = counts.count(calls.take([row]), [np.array(inside, int)], rule)
            assert found[group, row] == by_hand[0, 0]


def test_who_stands_for_whom_is_read_from_the_tables() -> None:
    rows = [(2, "s2", "a", "germline"), (0, "s0", "a", "tumour"), (1, "s1", "b", "germline")]
    rows += [(3, "s3", "a", "germline"), (4, "s4", "nobody", "germline")]
    names = ("sample_index", "sample_id", "individual_id", "origin")
    samples = [{**dict(zip(names, row, strict=True)), "dataset_id": "D"} for row in rows]
    people = [
        {"individual_id": "a", "dataset_id": "D", "sex": "male", "population": "FIN"},
        {"individual_id": "b", "dataset_id": "D", "sex": "female"},
    ]

    found = samples_from(
        pa.Table.from_pylist(samples, schema=SAMPLES),
        pa.Table.from_pylist(people, schema=INDIVIDUALS),
    )

    assert found.ids == ("s0", "s1", "s2", "s3", "s4")
    assert found.sexes == ("male", "female", "male", "male", "unknown")
    assert found.germline.tolist() == [1, 2, 4]
    assert found.population_names == ("FIN",)
    assert [group.tolist() for group in found.groups] == [[1, 2, 4], [2]]


@settings(deadline=None)
@given(st.lists(st.integers(0, 40), max_size=40), st.data())
def test_row_groups_depend_on_the_rows_alone(sizes: list[int], data: st.DataObject) -> None:
    most = 32
    whole = pa.table({"n": range(len(sizes)), "calls": pa.array([b"x" * s for s in sizes])})
    cuts = sorted(data.draw(st.lists(st.integers(0, len(sizes)), max_size=5)))
    edges = [0, *cuts, len(sizes)]
    pieces = [whole.slice(a, b - a) for a, b in itertools.pairwise(edges)]

    cut, uncut = (list(row_groups(iter(tables), most)) for tables in (pieces, [whole]))

    assert [group["n"].to_pylist() for group in cut] == [g["n"].to_pylist() for g in uncut]
    assert [n for group in cut for n in group["n"].to_pylist()] == list(range(len(sizes)))
    for group in cut:
        assert group.num_rows == 1 or sum(map(len, group["calls"].to_pylist())) <= most


def test_row_groups_have_no_more_than_their_rows() -> None:
    table = pa.table({"calls": pa.array([b"12345678"] * (2 * ROW_GROUP + 5))})

    assert [group.num_rows for group in row_groups(iter([table]))] == [ROW_GROUP, ROW_GROUP, 5]


def test_a_file_of_another_version_is_refused(tmp_path: Path) -> None:
    cohort = small_cohort.make(tmp_path / "cohort")
    path = cohort.path_of(f"variants/{cohort.chromosomes[0]}")
    path.chmod(0o644)
    table = pq.read_table(path)
    told = {**table.schema.metadata, b"gdi-spe.store": b"1"}
    pq.write_table(table.replace_schema_metadata(told), path)

    for read in (cohort.variants, cohort.counts):
        with pytest.raises(BadInput, match="version '1'"):
            read(cohort.chromosomes[0])
