"""The same variant in several studies, whichever allele or strand each of them tells of."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

_COMPLEMENT = str.maketrans("ACGT", "TGCA")
AMBIGUOUS = (0.4, 0.6)


@dataclass(frozen=True)
class Aligned:
    """Of each row: a key that names its variant in any study, and how its alleles lie.

    ``is_swapped`` says that the effect is of the second allele of the key; ``is_palindromic``
    that the alleles (A and T, or C and G) do not tell the strand.
    """

    keys: pd.Series
    is_swapped: NDArray[np.bool_]
    is_palindromic: NDArray[np.bool_]


def aligned(table: pd.DataFrame) -> Aligned:
    """Name the variants of a table by place and by alleles in one order, on one strand."""
    pairs = table["effect_allele"].astype(str) + "\t" + table["other_allele"].astype(str)
    codes, known = pd.factorize(pairs)
    told = [_of_pair(*pair.split("\t")) for pair in known]
    names = np.array([name for name, _, _ in told], object)[codes]
    place = table["chromosome"].astype(str) + ":" + table["base_pair_location"].astype(str)
    keys = place.reset_index(drop=True) + ":" + pd.Series(names)
    swapped, palindromic = (np.array([each[at] for each in told], bool)[codes] for at in (1, 2))
    return Aligned(keys, swapped, palindromic)


def _of_pair(effect: str, other: str) -> tuple[str, bool, bool]:
    """Return the key of two alleles, whether the effect's is its second, and whether strands
    cannot be told.
    """
    ways = [(effect, other)]
    if len(effect) == len(other) == 1:
        ways.append((effect.translate(_COMPLEMENT), other.translate(_COMPLEMENT)))
    first, second = min((min(way), max(way)) for way in ways)
    here = next(way for way in ways if {*way} == {first, second})
    is_palindromic = len(ways) == 2 and {*ways[0]} == {*ways[1]}
    return f"{first}:{second}", here[0] != first, is_palindromic


def other_strand(
    here: NDArray[np.float64], there: NDArray[np.float64]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Say of palindromic variants which are on the other strand, and which cannot be told.

    Both are frequencies of what should be one allele: apart across one half they are of two.
    """
    low, high = AMBIGUOUS
    told = ((here < low) | (here > high)) & ((there < low) | (there > high))
    return told & ((here < 0.5) != (there < 0.5)), ~told
