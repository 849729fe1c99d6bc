"""A cohort holds what its people have, and nothing about anybody else."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gdi_spe.boundary.manifest import Region
from gdi_spe.store import germline
from gdi_spe.store.calls import Calls
from gdi_spe.store.counts import dosages
from gdi_spe.store.folder import DatasetFolder
from gdi_spe.store.writing.folders import members_of
from gdi_spe.store.writing.subset import Source, write_subset

WriteVcf = Callable[..., Path]
MakeFolder = Callable[..., DatasetFolder]


def cohort(
    out: Path,
    parts: Sequence[tuple[DatasetFolder, Sequence[int]]],
    regions: Sequence[Region] = (),
) -> dict[tuple[int, str], tuple[list[int], int, int]]:
    """Write a cohort; return dosages, AC and AN by position and alternate (one chromosome)."""
    out.mkdir()
    n_people, sources = 0, []
    for folder, columns in parts:
        places = np.arange(n_people, n_people + len(columns))
        sources.append(Source(folder, np.array(columns, np.int64), places))
        n_people += len(columns)
    samples = germline.Samples(
        tuple(f"S{i}" for i in range(n_people)), ("unknown",) * n_people, np.arange(n_people)
    )
    write_subset(out, sources, samples, "GRCh38", regions)
    found = {}
    for path in sorted((out / "variants").glob("*.parquet")):
        table = pq.read_table(path)
        shown = dosages(Calls.from_arrow(table["calls"], n_people))
        for row, calls in zip(table.to_pylist(), shown.tolist(), strict=True):
            key = (row["position"], row["alternate"])
            found[key] = (calls, row["allele_count"], row["allele_number"])
    return found


def test_absent_is_missing_where_a_dataset_never_looked_and_reference_where_it_did(
    write_vcf: WriteVcf, make_folder: MakeFolder, tmp_path: Path
) -> None:
    first = make_folder(
        [write_vcf([f"1 {p} . A C . . . GT 0/1 1/1" for p in (100, 200, 300)])], dataset_id="D1"
    )
    # Another allele at 100 with a missing call; nobody's allele at 200; nothing at 300.
    records = ["1 100 . A G . . . GT 0/1 ./.", "1 200 . A T . . . GT 0/0 0/0"]
    second = make_folder([write_vcf(records, ("C", "D"), name="2.vcf")], dataset_id="D2")

    found = cohort(tmp_path / "out", [(first, [0, 1]), (second, [0, 1])])

    assert found[100, "C"] == ([1, 2, 0, -1], 3, 6)
    assert found[100, "G"] == ([0, 0, 1, -1], 1, 6)
    assert found[200, "C"] == ([1, 2, 0, 0], 3, 8)
    assert found[300, "C"] == ([1, 2, -1, -1], 3, 4)
    assert (200, "T") not in found


def test_symbolic_alleles_that_end_elsewhere_stay_apart_in_a_cohort_of_two_datasets(
    write_vcf: WriteVcf, make_folder: MakeFolder, tmp_path: Path
) -> None:
    records = [
        f"1 100 {n} A <DEL> . . END={n}00 GT {gt}" for n, gt in ((2, "0/1 0/0"), (3, "0/0 1/1"))
    ]
    first = make_folder([write_vcf(records)], dataset_id="D1")
    records = ["1 100 . A <DEL> . . END=250 GT 0/1 0/1"]
    second = make_folder([write_vcf(records, ("C", "D"), name="2.vcf")], dataset_id="D2")
    sources = [
        Source(folder, np.arange(2), np.arange(2 * number, 2 * number + 2))
        for number, folder in enumerate((first, second))
    ]
    samples = germline.Samples(("A", "B", "C", "D"), ("unknown",) * 4, np.arange(4))
    (tmp_path / "out").mkdir()

    write_subset(tmp_path / "out", sources, samples, "GRCh38")

    table = pq.read_table(tmp_path / "out" / "variants" / "chr1.parquet")
    shown = dosages(Calls.from_arrow(table["calls"], 4)).tolist()
    assert shown == [[1, 0, -1, -1], [0, 2, -1, -1], [-1, -1, 1, 1]]
    assert table["allele_number"].to_pylist() == [4, 4, 4]


def test_declared_regions_are_assessed_and_told_to_the_cohort(
    write_vcf: WriteVcf, make_folder: MakeFolder, tmp_path: Path
) -> None:
    records = [f"1 {p} . A C . . . GT 0/1 1/1" for p in (100, 200, 201)]
    first = make_folder([write_vcf(records)], dataset_id="D1")
    path = write_vcf(["1 5 . A G . . . GT 0/1 0/1"], ("C", "D"), name="2.vcf")
    second = make_folder([path], dataset_id="D2", regions=[("chr1", 150, 200)])

    found = cohort(tmp_path / "out", [(first, [0]), (second, [0])])

    assert found[100, "C"][0] == [1, -1]
    assert found[200, "C"][0] == [1, 0]
    assert found[201, "C"][0] == [1, -1]
    told = pq.read_table(tmp_path / "out" / "assessed.parquet").to_pylist()
    assert told == [{"dataset_id": "D2", "chromosome": "chr1", "start": 150, "end": 200}]


def test_only_what_overlaps_the_regions_is_kept(
    write_vcf: WriteVcf, make_folder: MakeFolder, tmp_path: Path
) -> None:
    records = ["1 99 . AC A . . . GT 0/1 0/1"]
    records += [f"1 {p} . A C . . . GT 0/1 0/1" for p in (99, 100, 110, 111)]
    folder = make_folder([write_vcf(records)])
    region = Region(chromosome="chr1", start=99, end=110)

    found = cohort(tmp_path / "out", [(folder, [0, 1])], [region])

    assert sorted(found) == [(99, "A"), (100, "C"), (110, "C")]


CALLS = st.sampled_from(["0/0", "0/0", "0/1", "1/1", "1/2", "./.", "./1", "2", "."])


@given(records=st.lists(st.lists(CALLS, min_size=4, max_size=4), min_size=1, max_size=5))
@settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_a_cohort_is_the_same_bytes_with_and_without_somebody_outside_it(
    records: list[list[str]],
    write_vcf: WriteVcf,
    make_folder: MakeFolder,
    tmp_path: Path,
) -> None:
    lines = [
        [f"1 {100 + i} . A C,T . . . GT {' '.join(calls[:n])}" for i, calls in enumerate(records)]
        for n in (3, 4)
    ]
    without = make_folder([write_vcf(lines[0], "ABC")])
    with_one = make_folder([write_vcf(lines[1], "ABCO")])
    number = len(list(tmp_path.iterdir()))

    cohort(tmp_path / f"without{number}", [(without, [2, 0])])
    cohort(tmp_path / f"with{number}", [(with_one, [2, 0])])

    assert members_of(tmp_path / f"without{number}") == members_of(tmp_path / f"with{number}")


def test_the_number_of_an_allele_does_not_tell_of_alleles_of_others(
    write_vcf: WriteVcf, make_folder: MakeFolder, tmp_path: Path
) -> None:
    folder = make_folder([write_vcf(["1 5 . A C,T . . . GT 0/2 0/1"])])

    cohort(tmp_path / "out", [(folder, [0])])

    rows = pq.read_table(tmp_path / "out" / "variants" / "chr1.parquet").to_pylist()
    assert [(row["alternate"], row["allele_index"]) for row in rows] == [("T", 1)]
