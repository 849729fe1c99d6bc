"""What a known shape of table is: how it is recognised, and what its numbers must fulfil."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gdi_spe.disclosure.contents.table import Column, Table

if TYPE_CHECKING:
    from gdi_spe.disclosure.rules.rule import Judging

Objections = Iterator[str]


@dataclass(frozen=True)
class Shape:
    """A known kind of table. It never excuses anything: rules have looked before it is asked."""

    name: str
    fits: Callable[[Table, Judging], bool]
    objections: Callable[[Table, Judging], Objections]


def values(column: Column) -> NDArray[np.float64]:
    """Return a column's numbers."""
    numbers = column.numbers
    assert numbers is not None  # noqa: S101  # asked only of columns of numbers
    return numbers


_LEVEL = re.compile(r"[pq]?_?(\d{1,2}(?:_\d)?)_?(?:percent|th|pct)|0_(\d{1,3})|[pq](\d{2})")


def level_of_quantile(column: Column) -> float | None:
    """Return the share of people below a quantile that a column is named after: "5%", "p95"."""
    found = _LEVEL.fullmatch(column.plain) if column.numbers is not None else None
    if found is None:
        return None
    whole, part, short = found.groups()
    return float(f"0.{part}") if part else float((whole or short).replace("_", ".")) / 100


def is_grid(numbers: NDArray[np.float64]) -> bool:
    """Whether values are evenly spaced to within rounding, as a chosen grid is."""
    steps = np.diff(numbers[np.isfinite(numbers)])
    if steps.size < 2 or (steps <= 0).any():
        return False
    return bool(np.abs(steps - np.median(steps)).max() <= 0.02 * float(np.median(steps)))
