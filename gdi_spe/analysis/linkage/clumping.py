"""One variant for each signal: clumping by linkage disequilibrium."""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from gdi_spe.analysis.groups import groups_of
from gdi_spe.analysis.linkage.haplotypes import disequilibrium
from gdi_spe.analysis.linkage.pairs import Ints, rows_of
from gdi_spe.analysis.variants.choice import Chosen, keys_of
from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.folder import Folder
from gdi_spe.store.kernels.linkage import tables

Floats = NDArray[np.float64]
_PLACE = ["chromosome", "position", "reference", "alternate"]
# GWAS-SSF and the names of other results of ours.
_SPELT = {
    "base_pair_location": "position", "other_allele": "reference", "effect_allele": "alternate",
}  # fmt: skip
_SEX = {"23": "chrX", "24": "chrY", "25": "chrM"}


def clump(
    folder: Folder,
    results: pd.DataFrame,
    individuals: Collection[str] | None = None,
    *,
    p1: float = 1e-4,
    p2: float = 0.01,
    r2: float = 0.5,
    window: int = 250_000,
    progress: Callable[[int], None] = lambda _n: None,
) -> pd.DataFrame:
    """Keep the strongest variant of each signal of an association.

    Parameters
    ----------
    folder
        The cohort, whose linkage disequilibrium is used.
    progress
        Called with the number of variants done since the last call.
    results, individuals, p1, p2, r2, window
        As of a cohort's `clump`.

    Returns
    -------
    As of a cohort's `clump`, which tells errors and sources too.
    """
    table = _ready(results)
    people = groups_of(folder, None, individuals)[0].samples
    found = [
        each
        for chromosome, part in table.groupby("chromosome", sort=False, observed=True)
        for each in _clumps(folder, str(chromosome), part, people, p1, p2, r2, window, progress)
    ]
    n_found = int(sum(len(_matched(folder, str(name), part)[0])
                      for name, part in table.groupby("chromosome", observed=True)))  # fmt: skip
    if not n_found:
        raise BadInput(
            "no variant of the results is in the cohort",
            remedy="Compare the assembly, and which allele is the alternate",
        )
    names = [*_PLACE, "p_value", "n_variants", "n_listed", "listed", "start", "end"]
    clumps = pd.DataFrame(found, columns=names).sort_values(
        ["p_value", "chromosome", "position"], ignore_index=True
    )
    clumps.attrs["n_not_found"] = len(table) - n_found
    return clumps


def _ready(results: pd.DataFrame) -> pd.DataFrame:
    table = results.rename(columns=_SPELT)
    lacking = [name for name in (*_PLACE, "p_value") if name not in table.columns]
    if lacking:
        raise BadInput(
            f"the results have no column {lacking[0]}", remedy="Give a result of association"
        )
    names = table["chromosome"].astype(str).str.removeprefix("chr")
    table = table.assign(chromosome=[_SEX.get(name, f"chr{name}") for name in names])
    return table[[*_PLACE, "p_value"]].dropna()


def _matched(folder: Folder, chromosome: str, table: pd.DataFrame) -> tuple[Ints, Floats]:
    """Return the rows of the cohort that the results are about, in order, and their p-values."""
    if chromosome not in folder.chromosomes:
        return np.zeros(0, np.int64), np.zeros(0)
    keys = keys_of(folder, chromosome).select(_PLACE[1:]).to_pandas()
    keys["row"] = np.arange(len(keys))
    wanted = table[[*_PLACE[1:], "p_value"]]
    texts = {"reference": "object", "alternate": "object", "position": "int64"}
    both = keys.astype(texts).merge(wanted.astype(texts), on=_PLACE[1:])
    both = both.sort_values("p_value").drop_duplicates("row").sort_values("row")
    return both["row"].to_numpy(np.int64), both["p_value"].to_numpy(float)


def _clumps(
    folder: Folder, chromosome: str, table: pd.DataFrame, people: Ints, p1: float, p2: float,
    r2: float, window: int, progress: Callable[[int], None],
) -> list[tuple[object, ...]]:  # fmt: skip
    numbers, p_values = _matched(folder, chromosome, table)
    if not len(numbers):
        return []
    keys = keys_of(folder, chromosome).take(pa.array(numbers))
    positions = keys["position"].to_numpy().astype(np.int64)
    is_free = np.ones(len(numbers), bool)
    clumps: list[tuple[object, ...]] = []
    for index in np.argsort(p_values, kind="stable"):
        if p_values[index] > p1:
            break
        if not is_free[index]:
            continue
        near = np.flatnonzero(is_free & (np.abs(positions - positions[index]) <= window))
        taken = _together(folder, chromosome, numbers, keys, near, int(index), people, r2)
        is_free[taken] = False
        beside = taken[taken != index]
        listed = beside[p_values[beside] <= p2]
        clumps.append((
            chromosome, *_named(keys, int(index)), p_values[index], len(beside), len(listed),
            ",".join("-".join(map(str, (chromosome, *_named(keys, int(i))))) for i in listed),
            int(positions[taken].min()), int(positions[taken].max()),
        ))  # fmt: skip
        progress(1)
    return clumps


def _named(keys: pa.Table, index: int) -> tuple[int, str, str]:
    return tuple(keys[name][index].as_py() for name in _PLACE[1:])


def _together(
    folder: Folder, chromosome: str, numbers: Ints, keys: pa.Table, near: Ints, index: int,
    people: Ints, r2: float,
) -> Ints:  # fmt: skip
    """Return which of the near variants go with one of them, itself included."""
    rows = rows_of(folder, Chosen(chromosome, numbers[near], keys.take(pa.array(near))), people)
    own = np.full(len(near), int(np.searchsorted(near, index)))
    found, _ = disequilibrium(tables(rows.bits, own, np.arange(len(near))))
    goes = np.nan_to_num(found) >= r2
    goes[own[0]] = True
    return near[goes]
