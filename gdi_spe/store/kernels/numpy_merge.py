"""The NumPy twin of `merge`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

from gdi_spe.store.calls import (
    EXCEPTION,
    MISSING,
    Bools,
    Call,
    Calls,
    Ints,
    codes_by_numpy,
    encode,
    mask_of,
)
from gdi_spe.store.kernels.merge import ABSENT, OWN, STAND_IN, Merged, Piece

_CELLS_AT_ONCE = 8_000_000


def merge(
    pieces: Sequence[Piece], n_rows: int, n_samples: int, *, keep_all: bool
) -> Iterator[Merged]:
    """Put the calls of some rows together, as many at once as fit into bounded memory."""
    widest = max((piece.people.n_samples for piece in pieces), default=1)
    step = max(1, _CELLS_AT_ONCE // max(n_samples, widest, 1))
    for start in range(0, n_rows, step):
        yield _merged(pieces, np.arange(start, min(start + step, n_rows)), n_samples, keep_all)


def _merged(pieces: Sequence[Piece], rows: Ints, n_samples: int, keep_all: bool) -> Merged:
    codes = np.zeros((len(rows), n_samples), np.uint8)
    haploid = np.zeros((len(rows), n_samples), bool)
    first = np.full(len(rows), -1, np.int32)
    odd: list[tuple[Ints, NDArray[np.void]]] = []
    for number, piece in enumerate(pieces):
        carried, found = _fill(piece, rows, codes, haploid)
        first[(first < 0) & carried] = number
        odd.append(found)
    row_of_odd = np.concatenate([np.zeros(0, np.int64), *(where for where, _ in odd)])
    exceptions = np.concatenate([np.zeros(0, EXCEPTION), *(found for _, found in odd)])
    order = np.lexsort((exceptions["sample"], row_of_odd))
    row_of_odd, exceptions = row_of_odd[order], exceptions[order]
    kept = np.arange(len(rows)) if keep_all else np.flatnonzero(first >= 0)
    edges = np.searchsorted(row_of_odd, [kept, kept + 1])
    values = [
        encode(Call(codes[row], haploid[row], exceptions[begin:end]))
        for row, begin, end in zip(kept, *edges, strict=True)
    ]
    return Merged(rows[kept], Calls.of(values, n_samples), first[kept])


def _fill(
    piece: Piece, rows: Ints, codes: NDArray[np.uint8], haploid: Bools
) -> tuple[Bools, tuple[Ints, NDArray[np.void]]]:
    """Fill in one dataset's calls; return which rows are carried there, and its exceptions."""
    kinds, people = piece.kinds[rows], piece.people
    codes[np.ix_(kinds == ABSENT, people.places)] = MISSING
    there = np.flatnonzero(kinds <= STAND_IN)
    calls = piece.calls.take(piece.rows[rows[there]])
    is_own = kinds[there] == OWN
    written = codes_by_numpy(calls)[:, people.columns]
    written[~is_own] = np.where(written[~is_own] == MISSING, MISSING, 0)
    codes[np.ix_(there, people.places)] = written
    single = mask_of(calls.haploid_words(), calls.n_samples)[:, people.columns]
    haploid[np.ix_(there, people.places)] = single
    variant, exceptions = calls.exceptions
    place = people.place_of[exceptions["sample"]]
    inside = np.isin(exceptions["sample"], people.columns)
    variant, moved = variant[inside], exceptions[inside].copy()
    moved["sample"] = place[inside]
    moved["n_alternate"] *= is_own[variant]
    carried = np.zeros(len(rows), bool)
    carried[there] = is_own & ((written == 1) | (written == 2)).any(axis=1)
    carried[there[variant[moved["n_alternate"] > 0]]] = True
    return carried, (there[variant], moved)
