"""Who carries what, a row a sample and variant: packed calls taken apart as SQL reads them.

Nothing is written down beforehand: DuckDB reads the variants that a query leaves, and asks for
their carriers alone.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gdi_spe.store import counts
from gdi_spe.store.calls import Calls
from gdi_spe.store.folder import Folder
from gdi_spe.store.ploidy import ONE, expected_alleles, is_sex_linked

ZYGOSITIES = (None, "heterozygous", "homozygous", "hemizygous")
# Calls that are unpacked together.
_CALLS_AT_ONCE = 1 << 22
_BITS = 2
Column: TypeAlias = Any  # a column of Arrow, in one piece or in chunks


def carried_in(folder: Folder) -> Callable[[Column, Column, Column], pa.Array]:
    """Return the function of chromosome, position and calls that lists carriers.

    Each is one number: the sample's place times four, plus the place of the zygosity among
    `ZYGOSITIES`, none where a part of the call is missing.
    """

    def carried(chromosome: Column, position: Column, calls: Column) -> pa.Array:
        packed = Calls.from_arrow(_chunked(calls), folder.n_samples)
        names = np.asarray(_chunked(chromosome).to_pylist(), object)
        positions = np.asarray(_chunked(position).to_numpy())
        lengths = np.zeros(len(packed), np.int64)
        parts = [np.zeros(0, np.int64)]
        at_once = max(1, _CALLS_AT_ONCE // max(folder.n_samples, 1))
        for start in range(0, len(packed), at_once):
            rows = slice(start, start + at_once)
            variant, told = _carriers(folder, packed.take(rows), names[rows], positions[rows])
            lengths[rows] = np.bincount(variant, minlength=len(lengths[rows]))
            parts.append(told)
        offsets = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int32)
        return pa.ListArray.from_arrays(pa.array(offsets), pa.array(np.concatenate(parts)))

    return carried


def taken_from(names: pa.Array) -> Callable[[Column], pa.Array]:
    """Return the function that gives the name at each place."""

    def taken(places: Column) -> pa.Array:
        return names.take(pc.cast(_chunked(places).combine_chunks(), pa.int64()))

    return taken


def _chunked(column: Column) -> pa.ChunkedArray:
    return pa.chunked_array([column]) if isinstance(column, pa.Array) else column


def _carriers(
    folder: Folder, calls: Calls, names: NDArray[np.object_], positions: NDArray[np.integer]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return every variant with a carrier, by number, and the carrier with the zygosity."""
    found = []
    for name in dict.fromkeys(names.tolist()):
        here = names == name
        linked = np.zeros(len(names), bool)
        linked[here] = is_sex_linked(folder.assembly, name, positions[here])
        sexes = expected_alleles(name, folder.sample_sexes) if linked.any() else None
        for rows, rule in ((here & ~linked, None), (linked, sexes)):
            if rows.any():
                chosen = np.flatnonzero(rows)
                variant, told = _by_rule(calls.take(chosen), rule)
                found.append((chosen[variant], told))
    if not found:
        return np.zeros(0, np.int64), np.zeros(0, np.int64)
    variants, told = (np.concatenate(column) for column in zip(*found, strict=True))
    order = np.argsort(variants, kind="stable")
    return variants[order], told[order]


def _by_rule(
    calls: Calls, rule: NDArray[np.int8] | None
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    variant, sample = counts.carrier_pairs(calls, rule)
    dosage = counts.dosages(calls, rule)[variant, sample]
    single = counts.genotypes(calls)[variant, sample, 1] == -2
    if rule is not None:
        single |= rule[sample] == ONE
    # Without a whole call no zygosity; with one allele hemizygous; else as many as there are.
    zygosity = np.where(dosage < 0, 0, np.where(single, 3, np.minimum(dosage, 2)))
    return variant, (sample << _BITS) | zygosity
