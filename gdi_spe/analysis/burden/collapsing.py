"""One number of each individual for each set: what they carry of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal, get_args

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from gdi_spe.analysis.burden.people import People
from gdi_spe.analysis.burden.weights import Weights, weights_of
from gdi_spe.analysis.variants.carried import Carried, carried
from gdi_spe.analysis.variants.masks import Mask
from gdi_spe.analysis.variants.sets import Sets
from gdi_spe.store.folder import Folder

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Statistic = Literal["collapse", "sum", "max"]
Missing = Literal["mean", "drop"]
STATISTICS: tuple[str, ...] = get_args(Statistic)
_VARIANTS_AT_ONCE = 8_192
_CELLS_AT_ONCE = 16_000_000


@dataclass(frozen=True)
class Batch:
    """Some sets under some masks.

    ``what`` has a row for each with ``set``, ``mask`` (numbers), ``n_variants``,
    ``allele_count``, ``first`` and ``last`` (positions). ``members`` says which variants of
    ``carried`` each takes, shape ``(variants, rows of what)``, and ``weights`` counts them.
    """

    chromosome: str
    what: pd.DataFrame
    carried: Carried
    members: sparse.csc_array
    weights: Floats

    def carriers(self) -> sparse.csc_array:
        """Return who carries any of each, shape ``(individuals, rows of what)``."""
        return _positive(_positive(self.carried.dosage) @ self.members)

    def n_missing(self) -> NDArray[np.int64]:
        """Count the missing calls in each."""
        of_variant = np.asarray(self.carried.missing.sum(axis=0))
        return np.asarray(of_variant @ self.members).astype(np.int64)

    def numbers(self, statistic: Statistic, missing: Missing, rows: slice) -> Floats:
        """Return the number of each individual, shape ``(rows, individuals)``.

        ``collapse`` is 1 for carriers, ``max`` the most alternates of one variant, ``sum`` the
        weighted sum of all. A missing call counts as the variant's mean in a sum and as none
        elsewhere; where it is dropped the number is NaN.
        """
        inside = self.members[:, rows]
        dosage, gaps = self.carried.dosage, self.carried.missing
        if statistic == "sum":
            weighted = sparse.diags_array(self.weights) @ inside
            filled = sparse.diags_array(self.carried.means()) @ weighted
            out = (dosage @ weighted + gaps @ filled).toarray()
        else:
            out = (_positive(dosage) @ inside > 0).toarray().astype(float)
            if statistic == "max":
                out += (_positive(dosage - _positive(dosage)) @ inside > 0).toarray()
        if missing == "drop":
            out[(gaps @ inside > 0).toarray()] = np.nan
        return np.ascontiguousarray(out.T)

    def parts(self, n_people: int) -> Iterator[slice]:
        """Cut the rows so that their numbers stay within a block of memory."""
        step = max(1, _CELLS_AT_ONCE // max(1, n_people))
        for first in range(0, len(self.what), step):
            yield slice(first, first + step)


def _positive(matrix: sparse.csc_array) -> sparse.csc_array:
    out = matrix.tocsc(copy=True)
    out.eliminate_zeros()
    out.data = (out.data > 0).astype(float)
    out.eliminate_zeros()
    return out


def batches(
    folder: Folder, found: Sets, masks: tuple[Mask, ...], people: People, weights: Weights,
    progress: Callable[[int], None] = lambda _n: None,
) -> Iterator[Batch]:  # fmt: skip
    """Yield the sets of a chromosome that have a variant, a bounded number of variants at once.

    Frequencies are those of the alternate allele among the model's individuals; a variant that
    none of them carries is in no set.
    """
    rows = np.unique(found.members["row"].to_numpy(np.int64))
    counts = folder.counts(found.chromosome, rows, [people.samples])[0]
    count, number = (counts[name].astype(float) for name in ("allele_count", "allele_number"))
    frequency = np.divide(count, number, out=np.full(len(rows), np.nan), where=number > 0)
    pairs = _pairs(found, masks, rows, np.where(count > 0, frequency, np.nan))
    weight = weights_of(weights, count, number) if len(rows) else np.zeros(0)
    place = folder.variants(found.chromosome, ["position"])["position"].to_numpy()
    done = 0
    for part in _cut(pairs):
        places = np.unique(part["place"].to_numpy(np.int64))
        held = carried(folder, found.chromosome, rows[places], people.row_of, people.n)
        what, members = _described(part, places, count, place[rows])
        yield Batch(found.chromosome, what, held, members, weight[places])
        progress(max(0, int(rows[places[-1]]) - done))
        done = max(done, int(rows[places[-1]]))
    progress(len(place) - done)


def _pairs(found: Sets, masks: tuple[Mask, ...], rows: Ints, frequency: Floats) -> pd.DataFrame:
    """Return every (set, mask, variant), variants as places among ``rows``."""
    parts = []
    for index, mask in enumerate(masks):
        taken = found.taken(mask)
        place = np.searchsorted(rows, taken["row"].to_numpy(np.int64))
        bound = np.inf if mask.max_frequency is None else mask.max_frequency
        keep = frequency[place] <= bound
        parts.append(taken[["set"]].assign(mask=index, place=place)[keep])
    every = pd.concat(parts, ignore_index=True)
    start = every.groupby("set")["place"].transform("min")
    every = every.assign(start=start).sort_values(
        ["start", "set", "mask", "place"], kind="stable", ignore_index=True
    )
    return every.drop(columns="start")


def _cut(pairs: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Cut between sets, where enough variants have come together."""
    if pairs.empty:
        return
    starts = np.flatnonzero(np.r_[True, np.diff(pairs["set"].to_numpy()) != 0])
    ends = np.r_[starts[1:], len(pairs)]
    first = 0
    for end, following in zip(ends, np.r_[ends[1:], len(pairs)], strict=True):
        if end == len(pairs) or following - first > _VARIANTS_AT_ONCE:
            yield pairs.iloc[first:end]
            first = end


def _described(
    part: pd.DataFrame, places: Ints, count: Floats, position: Ints
) -> tuple[pd.DataFrame, sparse.csc_array]:
    """Return the rows of a batch, and which of its variants each takes."""
    codes = part.groupby(["set", "mask"], sort=False).ngroup().to_numpy()
    unique, taken = part[["set", "mask"]].drop_duplicates(), part["place"].to_numpy(np.int64)
    shape = (len(places), len(unique))
    column = np.searchsorted(places, taken)
    members = sparse.coo_array((np.ones(len(part)), (column, codes)), shape=shape).tocsc()
    where = pd.Series(position[taken]).groupby(codes)
    what = pd.DataFrame(
        {
            "set": unique["set"].to_numpy(np.int64),
            "mask": unique["mask"].to_numpy(np.int64),
            "n_variants": np.bincount(codes, minlength=len(unique)),
            "allele_count": np.bincount(codes, count[taken]).astype(np.int64),
            "first": where.min().to_numpy(),
            "last": where.max().to_numpy(),
        }
    )
    return what, members
