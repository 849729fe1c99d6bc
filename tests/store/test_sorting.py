"""Records in any order, over any number of files, become the same folder as records in order."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store import germline
from gdi_spe.store.reading import load, records, sorting
from gdi_spe.store.writing import groups

NAMES = ("A", "B", "C")
WriteVcf = Callable[..., Path]


@pytest.fixture
def tight(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let every limit be reached by a few records."""
    monkeypatch.setattr(records, "CHUNK_BYTES", 400)
    monkeypatch.setattr(sorting, "WINDOW", 10)
    monkeypatch.setattr(sorting, "ROW_GROUP", 8)
    monkeypatch.setattr(sorting, "_RUN_BYTES", 2000)
    monkeypatch.setattr(sorting, "_RUN_GROUP_ROWS", 3)
    monkeypatch.setattr(sorting, "_MERGED_AT_ONCE", 2)
    monkeypatch.setattr(load, "_WAITING_BYTES", 20_000)
    monkeypatch.setattr(groups.RowGroups.__init__, "__defaults__", (300, 8))


def loaded(folder: Path, paths: Sequence[Path]) -> dict[str, bytes]:
    folder.mkdir()
    samples = germline.Samples(NAMES, ("unknown",) * 3, np.arange(3))
    load.load(folder, paths, samples, "GRCh38", "D")
    return {str(p.relative_to(folder)): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def some_records(rng: random.Random, n: int) -> list[str]:
    found, position = [], 0
    for _ in range(n):
        position += rng.choice([0, 1, 3, 40])
        where = rng.choice(["1", "1", "1", "X"])
        alleles = "".join(rng.choice("ACGT") for _ in range(6))
        calls = " ".join(rng.choice(["0/0", "0/1", "1/1", "./."]) for _ in NAMES)
        found.append(f"{where} {position + 1} . {alleles[0]} {alleles} . . . GT {calls}")
    return list({tuple(text.split(" ")[:5]): text for text in found}.values())


@settings(deadline=None, max_examples=25)
@given(st.integers(0, 2**32 - 1), st.integers(1, 120), st.integers(0, 100), st.integers(1, 3))
@pytest.mark.usefixtures("tight")
def test_the_order_of_records_makes_no_difference(
    tmp_path_factory: pytest.TempPathFactory, seed: int, n: int, n_swaps: int, n_files: int
) -> None:
    rng, folder = random.Random(seed), tmp_path_factory.mktemp("sorting")
    in_order = some_records(rng, n)
    mixed = list(in_order)
    for _ in range(n_swaps):
        i, j = rng.randrange(len(mixed)), rng.randrange(len(mixed))
        mixed[i], mixed[j] = mixed[j], mixed[i]

    def write(name: str, lines: Sequence[str]) -> Path:
        fixed = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT", *NAMES]
        text = ["##fileformat=VCFv4.2", "\t".join(fixed), *(r.replace(" ", "\t") for r in lines)]
        path = folder / name
        path.write_text("\n".join([*text, ""]))
        return path

    whole = loaded(folder / "whole", [write("whole.vcf", in_order)])
    parts = [write(f"{i}.vcf", mixed[i::n_files]) for i in range(n_files)]

    assert loaded(folder / "parts", parts) == whole


@pytest.mark.usefixtures("tight")
@pytest.mark.parametrize("n_between", [0, 30])
def test_a_second_record_of_an_allele_is_refused_however_far_away(
    n_between: int, write_vcf: WriteVcf, tmp_path: Path
) -> None:
    between = [f"1 {500 + 20 * i} . A C . . . GT 0/1 0/0 0/0" for i in range(n_between)]
    first = write_vcf(["1 100 . A C . . . GT 0/1 0/0 0/0", *between], NAMES, name="first.vcf")
    second = write_vcf(["1 100 . a C . . . GT 0/0 0/0 1/1"], NAMES, name="second.vcf")

    with pytest.raises(BadInput, match=r"second.vcf, line 3: .*\(first.vcf, line 3\)"):
        loaded(tmp_path / "out", [first, second])


def test_symbolic_alleles_of_one_place_are_several_changes(
    write_vcf: WriteVcf, tmp_path: Path
) -> None:
    lines = [f"1 100 . A <DEL> . . END={end} GT 0/1 0/0 0/0" for end in (200, 300)]

    written = loaded(tmp_path / "out", [write_vcf(lines, NAMES)])

    assert set(written) == {"variants/chr1.parquet", "assessed.parquet"}
