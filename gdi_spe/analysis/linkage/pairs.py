"""Linkage disequilibrium of pairs of variants, and of all of a region."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gdi_spe.analysis.groups import groups_of
from gdi_spe.analysis.linkage.haplotypes import disequilibrium
from gdi_spe.analysis.variants.choice import Chosen, chosen
from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.folder import Folder
from gdi_spe.store.kernels.linkage import Bits, correlations, tables
from gdi_spe.store.ploidy import is_sex_linked

Ints = NDArray[np.int64]
MOST_OF_A_MATRIX = 5_000
_AT_ONCE = 1 << 20  # pairs
_COLUMNS = ("position_1", "reference_1", "alternate_1", "position_2", "reference_2", "alternate_2")


@dataclass(frozen=True)
class Rows:
    """Variants of one chromosome as bits, with their places."""

    found: Chosen
    positions: Ints
    bits: Bits

    @property
    def labels(self) -> list[str]:
        """Names of the variants, as in ``"chr19-38433691-A-G"``."""
        keys = self.found.keys
        columns = (keys[name].to_pylist() for name in ("position", "reference", "alternate"))
        return [f"{self.found.chromosome}-{p}-{r}-{a}" for p, r, a in zip(*columns, strict=True)]


def linkage(
    folder: Folder,
    region: str | None = None,
    gene: str | Sequence[str] | None = None,
    individuals: Collection[str] | None = None,
    *,
    window: int = 1_000_000,
    min_r2: float = 0.2,
    min_frequency: float = 0.01,
    progress: Callable[[int], None] = lambda _n: None,
) -> pd.DataFrame:
    """Find pairs of variants that go together.

    Parameters
    ----------
    folder
        The cohort.
    progress
        Called with the number of variants done since the last call.
    region, gene, individuals, window, min_r2, min_frequency
        As of a cohort's `linkage`.

    Returns
    -------
    As of a cohort's `linkage`, which tells errors and sources too.

    Examples
    --------
    >>> pairs = linkage(cohort.folder, gene="RYR1", min_r2=0.5)
    >>> bool((pairs["r2"] >= 0.5).all())
    True
    """
    parts = []
    for rows in _rows(folder, region, gene, individuals, min_frequency):
        parts += [_pairs(rows, one, two, min_r2) for one, two in _near(rows.positions, window)]
        progress(len(rows.positions))
    names = ["chromosome", *_COLUMNS, "r", "r2", "d_prime"]
    filled = [part for part in parts if len(part)]
    return pd.concat(filled, ignore_index=True) if filled else pd.DataFrame(columns=names)


def linkage_matrix(
    folder: Folder,
    region: str | None = None,
    gene: str | Sequence[str] | None = None,
    individuals: Collection[str] | None = None,
    *,
    min_frequency: float = 0.01,
) -> pd.DataFrame:
    """Correlate all variants of a region with each other.

    Parameters
    ----------
    folder
        The cohort.
    region, gene, individuals, min_frequency
        As of a cohort's `linkage_matrix`.

    Returns
    -------
    As of a cohort's `linkage_matrix`, which tells errors and sources too.

    Examples
    --------
    >>> matrix = linkage_matrix(cohort.folder, gene="RYR1")
    >>> matrix.shape[0] == matrix.shape[1]
    True
    """
    found = list(_rows(folder, region, gene, individuals, min_frequency))
    if not found:
        return pd.DataFrame(dtype=float)
    n = len(found[0].positions)
    if len(found) > 1 or n > MOST_OF_A_MATRIX:
        raise BadInput(
            f"a matrix is of one chromosome and at most {MOST_OF_A_MATRIX:,} variants",
            remedy="Give a smaller region, or raise min_frequency",
        )
    one, two = np.triu_indices(n)
    matrix = np.empty((n, n))
    matrix[one, two] = correlations(found[0].bits, one, two)
    matrix[two, one] = matrix[one, two]
    labels = found[0].labels
    return pd.DataFrame(matrix, index=labels, columns=labels)


def _rows(
    folder: Folder, region: str | None, gene: str | Sequence[str] | None,
    individuals: Collection[str] | None, min_frequency: float,
) -> Iterator[Rows]:  # fmt: skip
    people = groups_of(folder, None, individuals)[0].samples
    for each in chosen(folder, region, gene):
        linked = is_sex_linked(folder.assembly, each.chromosome, each.positions)
        counts = folder.counts(each.chromosome, each.rows, [people])[0]
        share = counts["allele_count"] / np.maximum(counts["allele_number"], 1)
        rarer = np.minimum(share, 1 - share)
        left = each.kept((rarer > 0) & (rarer >= min_frequency) & ~linked)
        if left.keys.num_rows:
            yield rows_of(folder, left, people)


def rows_of(folder: Folder, found: Chosen, people: Ints) -> Rows:
    """Return variants as bits of the people."""
    calls = folder.calls_of(found.chromosome, found.row_numbers)
    return Rows(found, found.positions, Bits.of(calls, people))


def _near(positions: Ints, window: int) -> Iterator[tuple[Ints, Ints]]:
    """Yield pairs of rows, as two arrays, that are no further apart; so many at a time."""
    last = np.searchsorted(positions, positions + window, side="right")
    n_later = last - np.arange(len(positions)) - 1
    ends = np.cumsum(n_later)
    first = 0
    while first < len(positions):
        done = ends[first - 1] if first else 0
        stop = max(first + 1, int(np.searchsorted(ends, done + _AT_ONCE, side="right")))
        rows = np.arange(first, min(stop, len(positions)))
        one = np.repeat(rows, n_later[rows])
        begin = np.repeat(ends[rows] - n_later[rows] - done, n_later[rows])
        yield one, one + 1 + np.arange(len(one)) - begin
        first = int(rows[-1]) + 1


def _pairs(rows: Rows, one: Ints, two: Ints, min_r2: float) -> pd.DataFrame:
    r = correlations(rows.bits, one, two)
    keep = np.flatnonzero(np.nan_to_num(r**2) >= max(min_r2, 0))
    keep = keep[~np.isnan(r[keep])]
    one, two, r = one[keep], two[keep], r[keep]
    columns: dict[str, object] = {"chromosome": [rows.found.chromosome] * len(one)}
    keys = rows.found.keys.to_pandas()
    for number, index in (("1", one), ("2", two)):
        for name in ("position", "reference", "alternate"):
            columns[f"{name}_{number}"] = keys[name].to_numpy()[index]
    prime = disequilibrium(tables(rows.bits, one, two))[1]
    return pd.DataFrame({**columns, "r": r, "r2": r**2, "d_prime": prime})
