"""Files that break the specification are refused where calls, alleles or positions would be wrong.

A breach that cannot harm (the style of a metadata line, INFO that is dropped anyway, FORMAT
fields that are not read, order) is read. The decision for each file of the record part:
"""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store import germline
from gdi_spe.store.reading import load

REFUSED = [
    "alt_000",
    "alt_001",
    "alt_002",
    "alt_003",
    "alt_005",
    "chrom_000",
    "chrom_002",
    "chrom_003",
    "duplicated_000",
    "format_002",
    "format_004",
    "pos_000",
    "pos_001",
    "pos_002",
    "ref_000",
    "ref_001",
    "ref_002",
    "sample_000",
    "sample_001",
    "sample_002",
    "sample_003",
    "sample_011",
]
# Why each is read although the suite fails it.
READ = {
    "chrom_001": "an unknown contig, left out and told",
    "contiguous_000": "chromosomes may come in any order",
    "contiguous_001": "chromosomes may come in any order",
    "duplicated_001": "other spellings of one change are other records without a reference genome",
    "duplicated_002": "as above",
    "duplicated_003": "as above",
    "filter_000": "FILTER is kept as text, and only where it is named",
    "format_000": "a field after GT without a name is not read",
    "format_001": "a field after GT is not read",
    "id_000": "an ID is text, with a warning",
    "qual_000": "QUAL is kept as text, and only where it is named",
    "qual_001": "QUAL is kept as text, and only where it is named",
    "sample_004": "fields after GT are not read",
    "sample_007": "fields after GT are not read",
    "samples_ploidy_000": "likelihoods are not read",
    "samples_ploidy_002": "likelihoods are not read",
    "unsorted_000": "sorted, with a warning",
}


def loaded(path: Path, folder: Path) -> load.LoadReport:
    folder.mkdir()
    try:
        names = load.read_samples([path], "GRCh38")
        assembly = "GRCh38"
    except BadInput as error:
        if "GRCh37" not in str(error):
            raise
        assembly, names = "GRCh37", load.read_samples([path], "GRCh37")
    everybody = germline.Samples(names, ("unknown",) * len(names), np.arange(len(names)))
    return load.load(folder, [path], everybody, assembly, "D")


@pytest.mark.parametrize("name", REFUSED)
def test_what_would_make_records_wrong_is_refused(
    name: str, real_vcf: Callable[[str], Path], tmp_path: Path
) -> None:
    path = real_vcf(f"hts-specs/4.2/failed/failed_body_{name}.vcf")

    with pytest.raises(BadInput, match=rf"failed_body_{name}.vcf, line \d+: "):
        loaded(path, tmp_path / "out")


@pytest.mark.parametrize("name", READ)
def test_what_cannot_harm_is_read(
    name: str, real_vcf: Callable[[str], Path], tmp_path: Path
) -> None:
    loaded(real_vcf(f"hts-specs/4.2/failed/failed_body_{name}.vcf"), tmp_path / "out")


@pytest.mark.parametrize("version", ["4.1", "4.2"])
def test_what_the_suite_passes_is_read_unless_it_is_of_no_use(
    version: str, real_vcf: Callable[[str], Path], tmp_path: Path
) -> None:
    folder = real_vcf(f"hts-specs/{version}/passed")
    why: dict[str, str] = {}

    for number, path in enumerate(sorted(folder.glob("*.vcf"))):
        try:
            loaded(path, tmp_path / str(number))
        except BadInput as error:
            why[path.stem] = error.why

    assert set(why.values()) <= {"the file has no samples, only sites"}


def test_no_file_of_the_suite_makes_the_reader_fail_otherwise(
    real_vcf: Callable[[str], Path], tmp_path: Path
) -> None:
    for number, path in enumerate(sorted(real_vcf("hts-specs").rglob("*.vcf"))):
        try:
            loaded(path, tmp_path / str(number))
        except BadInput:
            continue


@pytest.mark.parametrize("seed", range(60))
def test_a_mutated_file_is_read_or_refused_and_nothing_else(
    seed: int, real_vcf: Callable[[str], Path], tmp_path: Path
) -> None:
    rng = random.Random(seed)
    content = bytearray(real_vcf("hts-specs/4.2/passed/passed_body_samples.vcf").read_bytes())
    for _ in range(rng.randint(1, 8)):
        where = rng.randrange(len(content))
        what = rng.choice([b"", b"\t", b"\n", b"0", b"/", b"\x00", b"\xff", b",", b"9" * 12])
        content[where : where + rng.randint(0, 2)] = what
    path = tmp_path / "mutated.vcf"
    path.write_bytes(content)

    try:
        loaded(path, tmp_path / "out")
    except BadInput:
        return
