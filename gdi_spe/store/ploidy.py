"""How many alleles a person has at a place: pseudoautosomal regions and sex.

The calls in the store are as written; these rules apply when they are counted. The sex is the
genetic (else birth) sex, never the administrative gender.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

# Pseudoautosomal regions, 1-based and inclusive (Genome Reference Consortium).
PSEUDOAUTOSOMAL = {
    ("GRCh37", "chrX"): ((60_001, 2_699_520), (154_931_044, 155_260_560)),
    ("GRCh37", "chrY"): ((10_001, 2_649_520), (59_034_050, 59_363_566)),
    ("GRCh38", "chrX"): ((10_001, 2_781_479), (155_701_383, 156_030_895)),
    ("GRCh38", "chrY"): ((10_001, 2_781_479), (56_887_903, 57_217_415)),
}

ABSENT, ONE, AS_WRITTEN = 0, 1, 2

# Alleles expected outside the pseudoautosomal regions, by sex; a person of unknown sex is
# counted as written.
_EXPECTED = {
    "chrX": {"male": ONE, "female": AS_WRITTEN},
    "chrY": {"male": ONE, "female": ABSENT},
    "chrM": {"male": ONE, "female": ONE, "unknown": ONE},
}


def can_be_sex_linked(chromosome: str) -> bool:
    """Say whether a chromosome has places where sex decides how many alleles there are."""
    return chromosome in _EXPECTED


def is_sex_linked(
    assembly: str, chromosome: str, positions: NDArray[np.integer]
) -> NDArray[np.bool_]:
    """Say at which positions the number of alleles depends on sex (or is one for everybody)."""
    if not can_be_sex_linked(chromosome):
        return np.zeros(len(positions), bool)
    linked = np.ones(len(positions), bool)
    for first, last in PSEUDOAUTOSOMAL.get((assembly, chromosome), ()):
        linked &= ~((positions >= first) & (positions <= last))
    return linked


def expected_alleles(chromosome: str, sexes: Sequence[str]) -> NDArray[np.int8]:
    """Return for each sample 0, 1, or 2 for "as written", where sex decides."""
    rule = _EXPECTED.get(chromosome, {})
    return np.array([rule.get(sex, AS_WRITTEN) for sex in sexes], np.int8)
