"""Arrays that belong together: counts, and the edges that they were counted between."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gdi_spe.disclosure.contents.parts import Part
from gdi_spe.disclosure.contents.table import Column, Table

_LEAST_BINS = 2
_MOST_BINS = 500


def with_histograms(parts: list[Part]) -> list[Part]:
    """Return the parts of an archive with each pair of counts and edges as one table of bins.

    Only where no other array could be meant: each number of bins has one array of counts and one
    of edges.
    """
    arrays = {i: array for i, part in enumerate(parts) if (array := _values(part)) is not None}
    counts = {i: a for i, a in arrays.items() if _are_counts(a)}
    edges = {i: a for i, a in arrays.items() if _are_edges(a)}
    joined: dict[int, Part] = {}
    taken: set[int] = set()
    for i, count in counts.items():
        fitting = [j for j, edge in edges.items() if j != i and edge.size == count.size + 1]
        same = [j for j, other in counts.items() if other.size == count.size]
        if len(fitting) == 1 and len(same) == 1:
            joined[i] = _bins(f"{parts[i].path} in {parts[fitting[0]].path}", count,
                              arrays[fitting[0]])  # fmt: skip
            taken |= {i, *fitting}
    return [joined.get(i, part) for i, part in enumerate(parts) if i in joined or i not in taken]


def _values(part: Part) -> NDArray[np.float64] | None:
    """Return the numbers of an array of one dimension."""
    if not isinstance(part, Table) or not part.path.endswith(".npy!array"):
        return None
    first, *rest = part.columns
    return first.numbers if not rest and first.name == "values" else None


def _are_counts(values: NDArray[np.float64]) -> bool:
    whole = bool(np.isfinite(values).all() and (values == np.rint(values)).all())
    return _LEAST_BINS <= values.size <= _MOST_BINS and whole and bool((values >= 0).all())


def _are_edges(values: NDArray[np.float64]) -> bool:
    return values.size > _LEAST_BINS and bool((np.diff(values) > 0).all())


def _bins(path: str, counts: NDArray[np.float64], edges: NDArray[np.float64]) -> Table:
    """Return one row a bin. That a count is of people is assumed: nothing says that it is not."""
    columns = (
        Column("from", values=edges[:-1]),
        Column("to", values=edges[1:]),
        Column("n", values=counts),
    )
    return Table(path, columns)
