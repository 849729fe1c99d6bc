"""Rules about what numbers give back together: parts of sums, saturated models, hidden cells."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.roles import Role, is_about_variants, with_role
from gdi_spe.disclosure.contents.rows.variants import is_total
from gdi_spe.disclosure.contents.table import Column, Table
from gdi_spe.disclosure.contents.words.fitting import CONSTANT
from gdi_spe.disclosure.inference.recovery import (
    MostCells,
    Recovered,
    missing_people,
    recover_table,
)
from gdi_spe.disclosure.rules.rule import Hit, Judging, Rule
from gdi_spe.disclosure.shapes.shape import values

_SUM = re.compile(r"(sum|total)_\w{1,20}|sum|total|\w{1,20}_(sum|total)", re.IGNORECASE)
_TOP = re.compile(
    r"(largest|top|max|maximum|biggest|dominant|first|highest)_?(1|2)?_?(share|contribution|contributor|proportion|pct|value|person|patient|single)?|top_?[12]"
    r"|(share|proportion|part|pct)_of_(the_)?(largest|top|biggest|dominant|highest)\w{0,20}"
    r"|(max|maximum|largest|biggest|highest|top)_\w{1,20}|\w{1,20}_(max|maximum|largest)",
    re.IGNORECASE,
)
_WORDS_FOR_TOP = ("top", "largest", "max", "biggest", "highest")
_DUMMY = re.compile(
    r".*(\[T?\.?.+\]|==.+|_yes|_true|=1)|is_.+|has_.+|dummy.*|.*_dummy|(id|person|patient)_?\w*\d.*"
)


def dominated(table: Table, judging: Judging) -> Iterator[Hit]:
    """Find sums that one or two people make up: by shares, or by the largest parts beside them."""
    bar = judging.policy.statistics.dominance_share
    for column in table.columns:
        if column.numbers is None or not _TOP.fullmatch(column.plain):
            continue
        total = _sum_of(column, table)
        shares = values(column) / _whole(column, total)
        rows = np.flatnonzero(shares >= bar)
        if rows.size:
            why = (
                f"{rows.size:,} sums are made up to {bar:.0%} or more by the largest contributors: "
                f"{'; '.join(table.label_of(int(row)) for row in rows[:10])}."
            )
            evidence = {"n_cells": int(rows.size), "share": bar}
            # TRUST: the part itself is one person's value; a share only tells that it is near.
            severity = None if total is None else Verdict.BLOCK
            yield Hit(why, evidence, f"[column={column.name}]", severity)


def _sum_of(column: Column, table: Table) -> NDArray[np.float64] | None:
    """Return the sums that a column's values are the largest parts of, if such stand beside it."""
    if re.search(r"share|prop|pct|percent|contribution|frac", column.plain):
        return None
    for other in table.columns:
        if other is column or other.numbers is None or not _SUM.fullmatch(other.plain):
            continue
        if (values(other) >= values(column)).all():
            return values(other)
    return None


def _whole(column: Column, total: NDArray[np.float64] | None) -> NDArray[np.float64]:
    if total is not None:
        return np.maximum(total, 1e-300)
    largest = float(np.nanmax(values(column)))
    # Values beyond a hundred are no shares, and what they are parts of is not known.
    return np.full(column.n_rows, 1.0 if largest <= 1 else 100.0 if largest <= 100 else np.inf)


def one_left(table: Table, judging: Judging) -> Iterator[Hit]:
    """Find sums of which, without the two largest parts, too little is left to hide the largest."""
    sums = [c for c in table.columns if c.numbers is not None and _SUM.fullmatch(c.plain)]
    tops = [
        table.column(*(f"{word}{joint}{i}" for word in _WORDS_FOR_TOP for joint in ("", "_")))
        for i in (1, 2)
    ]
    if not sums or tops[0] is None or tops[0].numbers is None:
        return
    first = tops[0].numbers
    second = tops[1].numbers if tops[1] is not None and tops[1].numbers is not None else 0 * first
    rest = values(sums[0]) - first - second
    rows = np.flatnonzero(rest < judging.policy.statistics.p_ratio * first)
    if rows.size:
        why = f"In {rows.size:,} sums the second contributor can tell the first one's part closely."
        yield Hit(why, {"n_cells": int(rows.size)}, f"[column={sums[0].name}]")


def saturated(table: Table, judging: Judging) -> Iterator[Hit]:
    """Find models with nearly as many terms as people, and terms that stand for few people."""
    effects, errors = with_role(table, Role.EFFECT), with_role(table, Role.ERROR)
    counts = [c for c in with_role(table, Role.PEOPLE) if is_total(c.plain)]
    genes = table.column("gene", "gene_id", "gene_name", "symbol", "ensembl_id")
    if not effects or is_about_variants(table) or table.labels == () or genes is not None:
        return
    minimum = judging.policy.counts.minimum
    known = judging.side_car.n_individuals or judging.context.n_individuals
    n = float(np.nanmin(values(counts[0]))) if counts else float(known or 0)
    if n:
        left = n - table.n_rows
        if left < judging.policy.statistics.degrees_of_freedom:
            why = f"{table.n_rows:,} terms leave {left:,.0f} degrees of freedom of {n:,.0f} people."
            yield Hit(why, {"degrees_of_freedom": left}, severity=Verdict.BLOCK)
    if errors:
        yield from _rare_dummies(table, values(errors[0]), minimum, judging)


def _rare_dummies(
    table: Table, error: NDArray[np.float64], minimum: int, judging: Judging
) -> Iterator[Hit]:
    """Find 0/1 terms of few people: of c people, the error is about sigma / sqrt(c)."""
    n = judging.side_car.n_individuals or judging.context.n_individuals
    counts = with_role(table, Role.PEOPLE)
    people = float(np.nanmin(values(counts[0]))) if counts else float(n or 0)
    names = table.labels[0].texts()
    if not people or not np.isfinite(error).any():
        return
    constant = [error[i] for i, other in enumerate(names) if CONSTANT.fullmatch(other)]
    dummies = [error[i] for i, other in enumerate(names) if _DUMMY.fullmatch(other)]
    # The error of the mean of everybody is sigma / sqrt(n); the least of a 0/1 term is twice that.
    base = min([*constant, *(each / 2 for each in dummies)], default=0.0)
    for row, name in enumerate(names):
        few = base > 0 and people * (base / max(error[row], 1e-300)) ** 2 < minimum
        if _DUMMY.fullmatch(name) and few:
            why = (
                f"The term “{name[:60]}” has an error as large as a group of few people gives; its "
                "effect is then theirs."
            )
            yield Hit(why, {"row": row + 1}, f"[row={row + 1}]")


def recoverable(table: Table, judging: Judging) -> Iterator[Hit]:
    """Find hidden cells that totals give back, exactly or within narrow bounds."""
    minimum = judging.policy.counts.minimum
    try:
        found = recover_table(table, minimum)
        missing = missing_people(table, judging.context.n_individuals)
    except MostCells as error:
        yield Hit(f"{error}; a person looks at it.", {}, severity=Verdict.REVIEW)
        return
    if missing is not None and 0 < missing < minimum:
        why = (
            f"The cohort's size and the total tell that the hidden cells hold fewer than {minimum}."
        )
        yield Hit(why, {"minimum": minimum})
    exact = [cell for cell in found if cell.is_exact]
    narrow = [cell for cell in found if not cell.is_exact and cell.width < minimum / 2]
    if exact:
        yield Hit(
            f"Totals give back {len(exact):,} hidden cell{'s' if len(exact) > 1 else ''} exactly: "
            f"{_named(exact)}.",
            {"n_exact": len(exact), "cells": [c.place for c in exact[:20]]},
        )
    if narrow:
        yield Hit(
            f"Totals bound {len(narrow):,} hidden cells closely: {_named(narrow)}.",
            {"n_narrow": len(narrow)},
            severity=Verdict.REVIEW,
        )


def _named(cells: list[Recovered]) -> str:
    return "; ".join(cell.place for cell in cells[:10])


RULES = (
    Rule(
        "TAB107", "Dominance", Verdict.REVIEW,
        "Merge groups until no one or two people make up most of a sum.",
        Table, dominated,
    ),
    Rule(
        "TAB110", "Too little left of a sum", Verdict.REVIEW,
        "Merge groups until what others contribute hides the largest.",
        Table, one_left,
    ),
    Rule(
        "TAB108", "Saturated model", Verdict.REVIEW,
        "Fit fewer terms, or merge the levels that stand for few people.",
        Table, saturated,
    ),
    Rule(
        "TAB109", "Hidden cells given back", Verdict.BLOCK,
        "Hide a second cell in each row and column, drop the totals, or merge the groups.",
        Table, recoverable,
    ),
)  # fmt: skip
