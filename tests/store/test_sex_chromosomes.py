"""On X, Y and mitochondria alleles are counted by place and sex, and calls stay as written."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gdi_spe.store.folder import DatasetFolder

WriteVcf = Callable[..., Path]
MakeFolder = Callable[..., DatasetFolder]
SEXES = {"Wa": "female", "Wb": "female", "Ma": "male", "Mb": "male", "U": "unknown"}
NAMES = tuple(SEXES)

# Record, then AC, AN, het, hom, hemi, missing by hand. The order is Wa Wb Ma Mb U.
CASES = {
    "X outside PAR, men haploid": ("X 5000000", "0/1 1/1 1 0 0/0", (4, 8, 1, 1, 1, 0)),
    "X outside PAR, men written diploid": ("X 5000000", "0/1 1/1 1/1 0/0 0/0", (4, 8, 1, 1, 1, 0)),
    "X outside PAR, a man heterozygous": ("X 5000000", "0/0 0/0 0/1 1/1 0/0", (1, 7, 0, 0, 1, 1)),
    "X outside PAR, a man half-missing": ("X 5000000", "0/0 0/0 ./1 1 0/0", (1, 7, 0, 0, 1, 1)),
    "X inside PAR1": ("X 2781479", "0/1 0/0 0/1 1/1 0/0", (4, 10, 2, 1, 0, 0)),
    "X just after PAR1": ("X 2781480", "0/1 0/0 0/0 1/1 0/0", (2, 8, 1, 0, 1, 0)),
    "X inside PAR2": ("X 155701383", "0/1 0/0 0/1 1/1 0/0", (4, 10, 2, 1, 0, 0)),
    "X just before PAR2": ("X 155701382", "0/1 0/0 0/0 1/1 0/0", (2, 8, 1, 0, 1, 0)),
    "Y, women written missing": ("Y 5000000", "./. ./. 1 0 .", (1, 2, 0, 0, 1, 1)),
    "Y, women with a call": ("Y 5000000", "0/1 1/1 1/1 0/0 0", (1, 3, 0, 0, 1, 0)),
    "mitochondria": ("MT 100", "1/1 0/0 0/1 1 ./.", (2, 3, 0, 0, 2, 2)),
    "an autosome": ("7 5000000", "0/1 1/1 1 0 ./1", (5, 7, 1, 1, 1, 1)),
}


@pytest.mark.parametrize("case", CASES)
def test_counts_follow_place_and_sex(
    case: str, write_vcf: WriteVcf, make_folder: MakeFolder
) -> None:
    place, calls, expected = CASES[case]
    path = write_vcf([f"{place} . A C . . . GT {calls}"], NAMES)

    folder = make_folder([path], SEXES)

    chromosome = folder.chromosomes[0]
    stored = folder.variants(chromosome).to_pylist()[0]
    columns = (
        "allele_count",
        "allele_number",
        "n_heterozygous",
        "n_homozygous",
        "n_hemizygous",
        "n_missing",
    )
    assert tuple(stored[name] for name in columns) == expected
    assert tuple(folder.counts(chromosome)[0, 0]) == expected


def test_dosages_of_men_on_x_are_of_one_allele(
    write_vcf: WriteVcf, make_folder: MakeFolder
) -> None:
    path = write_vcf(["X 5000000 . A C . . . GT 0/1 1/1 1/1 0/1 1"], NAMES)

    folder = make_folder([path], SEXES)

    assert folder.dosages("chrX").tolist() == [[1, 2, 1, -1, 1]]
    assert np.flatnonzero(folder.carrying("chrX", [0])).tolist() == [0, 1, 2, 4]
    assert folder.genotypes("chrX")[0].tolist() == [[0, 1], [1, 1], [1, 1], [0, 1], [1, -2]]


def test_the_pseudoautosomal_region_is_that_of_the_assembly(
    write_vcf: WriteVcf, make_folder: MakeFolder
) -> None:
    path = write_vcf(["X 2750000 . A C . . . GT 0/0 0/0 0/1 0/0 0/0"], NAMES)

    counted = {
        assembly: make_folder([path], SEXES, assembly=assembly).counts("chrX")[0, 0]
        for assembly in ("GRCh37", "GRCh38")
    }

    assert counted["GRCh38"]["n_heterozygous"] == 1
    assert counted["GRCh37"]["n_heterozygous"] == 0
    assert counted["GRCh37"]["n_missing"] == 1
