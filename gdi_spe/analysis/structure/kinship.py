"""Kinship by KING's robust estimate, and who may stay where relatives must not."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Iterator

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gdi_spe.analysis.groups import groups_of
from gdi_spe.analysis.structure.independent import AUTOSOMES
from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.folder import Folder
from gdi_spe.store.kernels.kinship import Planes, Shared, add_shared

Progress = Callable[[int], None]

# The least kinship of each degree (Manichaikul et al. 2010, Bioinformatics 26:2867).
THIRD_DEGREE, SECOND_DEGREE, FIRST_DEGREE, TWINS = (2**-4.5, 2**-3.5, 2**-2.5, 2**-1.5)
_BLOCK = 32_768  # variants
_ROWS = 512  # people
COLUMNS = ("individual_1", "individual_2", "n_both_heterozygous", "n_opposite", "kinship")


def quiet(_n: int) -> None:
    """Tell nobody how far work has come."""


def kinship(
    folder: Folder,
    individuals: Collection[str] | None = None,
    *,
    min_kinship: float = THIRD_DEGREE,
    min_frequency: float = 0.01,
    progress: Progress = quiet,
) -> pd.DataFrame:
    """Estimate how nearly pairs of individuals are related.

    Parameters
    ----------
    folder
        The cohort.
    progress
        Called with the number of variants done since the last call.
    individuals, min_kinship, min_frequency
        As of a cohort's `kinship`.

    Returns
    -------
    As of a cohort's `kinship`, which tells errors and sources too.
    """
    group = groups_of(folder, None, individuals)[0].samples
    if not len(group):
        raise BadInput(
            "nobody is left to compare", remedy="Name individuals with a germline sample"
        )
    names = np.array(folder.samples["individual_id"].to_pylist())[group]
    parts = list(_planes(folder, group, min_frequency))
    if not parts:
        raise BadInput(
            f"no autosomal variant has a frequency of {min_frequency:g} or more",
            remedy="Lower min_frequency",
        )
    n_heterozygous = sum(
        np.bitwise_count(planes.heterozygous).sum(axis=1, dtype=np.int64) for planes in parts
    )
    found = []
    for first in range(0, len(group), _ROWS):
        strip = slice(first, min(first + _ROWS, len(group)))
        found.append(_related(parts, strip, n_heterozygous, names, min_kinship))
        progress(n_pairs(len(group) - first) - n_pairs(len(group) - strip.stop))
    table = pd.concat(found, ignore_index=True)
    return table.sort_values("kinship", ascending=False, ignore_index=True)


def n_pairs(n_individuals: int) -> int:
    """Count the pairs that so many individuals make."""
    return n_individuals * (n_individuals - 1) // 2


def n_common_variants(folder: Folder, min_frequency: float = 0.01) -> int:
    """Count the autosomal variants that relatives can be told by."""
    total = 0
    for chromosome in _autosomes(folder):
        counts = folder.counts(chromosome)[0]
        share = counts["allele_count"] / np.maximum(counts["allele_number"], 1)
        total += int((np.minimum(share, 1 - share) >= min_frequency).sum())
    return total


def least_told(n_variants: int) -> float:
    """Return the least kinship that so many variants tell from chance in a million pairs.

    An estimate strays by about 0.9 over the root of their number; five and a half times that is
    taken, and never less than the least of third-degree relatives.
    """
    return max(THIRD_DEGREE, 5 / math.sqrt(max(n_variants, 1)))


def _autosomes(folder: Folder) -> list[str]:
    return [name for name in folder.chromosomes if name in AUTOSOMES]


def _planes(folder: Folder, group: NDArray[np.int64], min_frequency: float) -> Iterator[Planes]:
    for chromosome in _autosomes(folder):
        counts = folder.counts(chromosome, groups=[group])[0]
        share = counts["allele_count"] / np.maximum(counts["allele_number"], 1)
        rows = np.flatnonzero(np.minimum(share, 1 - share) >= max(min_frequency, 1e-9))
        for first in range(0, len(rows), _BLOCK):
            calls = folder.calls(chromosome).take(rows[first : first + _BLOCK])
            yield Planes.of(calls.codes()[:, group])


def _related(
    parts: list[Planes], first: slice, n_heterozygous: NDArray[np.int64], names: NDArray[np.str_],
    min_kinship: float,
) -> pd.DataFrame:  # fmt: skip
    second = slice(first.start, len(names))
    shared = Shared.none(first.stop - first.start, second.stop - second.start)
    for planes in parts:
        add_shared(planes, first, second, shared)
    estimate = robust(shared, n_heterozygous[first], n_heterozygous[second])
    is_pair = np.arange(second.start, second.stop) > np.arange(first.start, first.stop)[:, None]
    one, two = np.nonzero(is_pair & (estimate >= min_kinship))
    return pd.DataFrame(
        {
            "individual_1": names[first][one],
            "individual_2": names[second][two],
            "n_both_heterozygous": shared.both_heterozygous[one, two],
            "n_opposite": shared.opposite[one, two],
            "kinship": estimate[one, two],
        }
    )


def robust(
    shared: Shared, first: NDArray[np.int64], second: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return KING's robust estimate of each pair; NaN where one is nowhere heterozygous."""
    of_first = first[:, None] - shared.first_lost
    of_second = second[None, :] - shared.second_lost
    least = np.minimum(of_first, of_second).astype(float)
    least[least == 0] = np.nan
    near = shared.both_heterozygous - 2 * shared.opposite.astype(np.int64)
    estimate: NDArray[np.float64] = near / (2 * least) + 0.5 - (of_first + of_second) / (4 * least)
    return estimate
