"""Compare a table with what was released earlier from the same cohort."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gdi_spe.boundary.findings import Finding, Verdict
from gdi_spe.disclosure.canonical import Canonical, canonicalise
from gdi_spe.disclosure.rules.rule import Judging
from gdi_spe.disclosure.table import Table

_FIX = "Release one of the two tables only, or let them differ by enough people."


def compare_with_prior(table: Table, judging: Judging) -> Iterator[Finding]:
    """Find the same table released before with a difference of few people."""
    for place, path in enumerate(judging.context.prior):
        earlier = canonicalise(path, path.name, judging.policy)
        parts = earlier.parts if isinstance(earlier, Canonical) else ()
        tables = [part for part in parts if isinstance(part, Table)]
        if not tables:
            yield _finding(
                table,
                judging,
                "TAB904",
                "An earlier release cannot be compared with it.",
                Verdict.REVIEW,
            )
        for other in tables:
            yield from _compare(table, other, judging, place)


def _compare(table: Table, other: Table, judging: Judging, place: int) -> Iterator[Finding]:
    names = [column.name for column in table.columns]
    if names != [column.name for column in other.columns] or table.n_rows != other.n_rows:
        why = "An earlier release has another shape; what the two tell together is not computed."
        yield _finding(table, judging, "TAB904", why, Verdict.REVIEW)
        return
    total = 0.0
    for mine, theirs in zip(table.columns, other.columns, strict=True):
        if mine.numbers is None or theirs.numbers is None:
            if mine.texts() != theirs.texts():
                return
        elif mine.is_integer and theirs.is_integer:
            total += float(np.nansum(np.abs(mine.numbers - theirs.numbers)))
    if 0 < total < judging.policy.counts.minimum:
        why = (
            f"The same table was released earlier, and the two differ by fewer than "
            f"{judging.policy.counts.minimum} people: their difference describes those."
        )
        yield _finding(table, judging, "TAB201", why, Verdict.BLOCK)
    elif total:
        why = "The same table was released earlier with other numbers."
        yield _finding(table, judging, "TAB904", why, Verdict.REVIEW)


def _finding(table: Table, judging: Judging, rule: str, why: str, severity: Verdict) -> Finding:
    part = f"{judging.name}!{table.path}"
    return Finding(rule=rule, severity=severity, part=part, why=why, fix=_FIX)
