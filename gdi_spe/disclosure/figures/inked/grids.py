"""Marks on an even grid: a value for each decile, year or component, and not for each person."""

from __future__ import annotations

import numpy as np

_LEAST_PLACES, _MOST_AT_ONE = 4, 4
_SAME, _OFF = 2.0, 1.8


def n_on_grid(middles: list[tuple[float, float]]) -> int:
    """Return how many marks there are, if all stand at even places with as many at each; else 0."""
    return len(middles) if any(_is_even([m[axis] for m in middles]) for axis in (1, 0)) else 0


def _is_even(places: list[float]) -> bool:
    if len(places) < _LEAST_PLACES:
        return False
    order = np.sort(np.asarray(places))
    groups = np.split(order, np.flatnonzero(np.diff(order) > _SAME) + 1)
    sizes = {len(each) for each in groups}
    if len(groups) < _LEAST_PLACES or len(sizes) > 1 or max(sizes) > _MOST_AT_ONE:
        return False
    gaps = np.diff([float(each.mean()) for each in groups])
    return bool((np.abs(gaps - np.median(gaps)) <= _OFF).all())
