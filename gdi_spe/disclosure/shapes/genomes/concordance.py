"""Genotypes that two pipelines called, one against the other: calls of many people together."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from gdi_spe.disclosure.contents.table import Table
from gdi_spe.disclosure.shapes.shape import Objections, Shape, values

if TYPE_CHECKING:
    from gdi_spe.disclosure.rules.rule import Judging

# Sorts of genotypes as pipelines name them; the reference is the first.
_SORTS = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        r"0[/|]0|hom_?ref\w*|ref_?ref|ref",
        r"0[/|]1|1[/|]0|het\w*|ref_?alt",
        r"1[/|]1|hom_?(alt|var)\w*|alt_?alt",
        r"\.[/|]\.|missing|no_?call",
    )
)
# So many calls of one genome at most differ from the reference.
_CALLS_OF_ONE = 5_000_000
# Pairs of calls that are rarer may be of few variants in few people.
_FEWEST_CALLS = 1000
_LEAST_SORTS = 3


def _sort(name: str) -> int | None:
    """Return which sort of genotype a name is of; None if of none."""
    plain = re.sub(r"[\s-]", "_", name.strip())
    return next((i for i, sort in enumerate(_SORTS) if sort.fullmatch(plain)), None)


def _fits_concordance(table: Table, judging: Judging) -> bool:
    """Whether rows and columns are the sorts of genotypes, each once, and the cells are counts."""
    if table.n_rows != len(table.columns) - 1:
        return False
    rows = [_sort(cell) for cell in table.columns[0].texts()]
    columns = [_sort(c.name) for c in table.columns[1:]]
    named = None not in rows and set(rows) == set(columns) and len(rows) == len(columns)
    once = len(set(rows)) == len(rows) >= _LEAST_SORTS
    return named and once and all(c.is_integer for c in table.columns[1:])


def _concordance(table: Table, judging: Judging) -> Objections:
    """Object to pairs of calls that are few, and to calls that may all be of one genome or a few.

    TRUST: how many people were called is not told; their calls beyond the reference are counted.
    """
    cells = np.column_stack([values(c) for c in table.columns[1:]])
    if not np.isfinite(cells).all() or ((cells > 0) & (cells < _FEWEST_CALLS)).any():
        yield f"A pair of genotypes was called fewer than {_FEWEST_CALLS:,} times."
    beyond = [i for i, cell in enumerate(table.columns[0].texts()) if _sort(cell) in (1, 2)]
    if cells[beyond].sum() < judging.policy.counts.minimum * _CALLS_OF_ONE:
        yield "The calls may be of few people: no more differ from the reference."


SHAPES = (Shape("concordance of genotypes", _fits_concordance, _concordance),)
