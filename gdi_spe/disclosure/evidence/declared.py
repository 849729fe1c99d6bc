"""How a table earns a pass: a declared kind whose meaning every column and number fits.

A declaration never lowers what the content shows: these checks only decide whether the table
is explained. What they cannot explain, a person looks at.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator

import numpy as np
from numpy.typing import NDArray

from gdi_spe.boundary.findings import Finding, Verdict
from gdi_spe.disclosure.contents.table import Column, Table, distinct_rows
from gdi_spe.disclosure.rules.numbers.counts import count_columns
from gdi_spe.disclosure.rules.rule import Judging
from gdi_spe.disclosure.shapes import SHAPES

_MAX_GROUPS = 50

_COLUMNS: dict[str, re.Pattern[str]] = {
    "chromosome": re.compile(r"(chr)?([0-9]{1,2}|X|Y|M|MT)"),
    "position": re.compile(r"\d{1,9}"),
    "reference": re.compile(r"[ACGTN]{1,49}"),
    "alternate": re.compile(r"[ACGTN]{1,49}|\*|<[A-Z0-9:]{1,20}>"),
    "gene": re.compile(r"[A-Za-z0-9._-]{0,30}"),
    "group": re.compile(r"[^=+@|]{0,60}"),
}
_NUMBERS = ("allele_count", "allele_number", "allele_frequency", "n_individuals")


def explain(table: Table, judging: Judging) -> list[Finding]:
    """Return why a table is not explained; nothing means that it passes."""
    kind = judging.side_car.kind
    checker = _KINDS.get(kind)
    if checker is not None:
        held = _as_declared(table, judging, checker)
        # Other programs than the library call the columns of a kind by other names.
        elsewhere = kind in _WRITTEN_ELSEWHERE and _is_of_another_program(held)
        return _as_any_shape(table, judging) if elsewhere else held
    return _as_any_shape(table, judging)


def _is_of_another_program(held: list[Finding]) -> bool:
    """Whether a table was not held to its kind at all, for the names of its columns."""
    return len(held) == 1 and held[0].why.startswith(_SET_COLUMNS)


def _as_any_shape(table: Table, judging: Judging) -> list[Finding]:
    """Hold a table to the shapes that it fits; the first that has nothing to object explains it."""
    kind = judging.side_car.kind
    objections: list[str] | None = None
    for shape in SHAPES:
        if not shape.fits(table, judging):
            continue
        found = list(shape.objections(table, judging))
        if not found:
            return []
        if objections is None:
            objections = [f"It looks like {shape.name}, but: {found[0]}", *found[1:]]
    if objections is not None:
        return [
            _finding("TAB903", table, judging, why, Verdict.REVIEW, _DECLARE)
            for why in objections[:6]
        ]
    said = (
        f"It is declared as “{kind}”, which its content does not show"
        if kind
        else "It has no declared and no known meaning"
    )
    why = f"{said}, so nothing tells what its numbers are; a person looks at it."
    return [_finding("TAB901", table, judging, why, Verdict.REVIEW, _DECLARE)]


def _as_declared(
    table: Table, judging: Judging, checker: Callable[[Table, Judging], Iterator[_Problem]]
) -> list[Finding]:
    """Hold a table to a declared kind that has set columns."""
    if judging.context.n_individuals is None:
        why = "How many individuals the cohort has is not known here, so no number can be checked."
        return [_finding("TAB902", table, judging, why, Verdict.REVIEW, _CHECKED_AT_SUBMISSION)]
    return [
        _finding(rule, table, judging, why, severity, fix)
        for rule, why, severity, fix in checker(table, judging)
    ]


_DECLARE = 'Export it with spe.export and its kind, such as kind="counts".'
_CHECKED_AT_SUBMISSION = "Name n_individuals in the context; the node knows it when you submit."
_EXPORT = "Export the result of the library as it is, with spe.export."

_SET_COLUMNS = "A table of allele frequencies has set columns"

_Problem = tuple[str, str, Verdict, str]


def _finding(
    rule: str, table: Table, judging: Judging, why: str, severity: Verdict, fix: str
) -> Finding:
    part = f"{judging.name}!{table.path}"
    return Finding(rule=rule, severity=severity, part=part, why=why, fix=fix)


# --- allele frequencies -----------------------------------------------------------------------


def _allele_frequencies(table: Table, judging: Judging) -> Iterator[_Problem]:
    """Explain a table of allele frequencies by group."""
    names = [column.name for column in table.columns]
    required = [name for name in (*_COLUMNS, *_NUMBERS) if name not in ("gene", "group")]
    missing = [name for name in required if name not in names]
    foreign = [name for name in names if name not in (*_COLUMNS, *_NUMBERS)]
    if missing or foreign:
        told = ", ".join(
            [f"lacks “{name}”" for name in missing] + [f"has “{name}” besides" for name in foreign]
        )
        yield (
            "GEN203",
            f"{_SET_COLUMNS}; this one {told}.",
            Verdict.REVIEW,
            _EXPORT,
        )
        return
    yield from _odd_cells(table)
    if any(_required(table, name).numbers is None for name in _NUMBERS):
        yield "GEN203", "A count or frequency is not a number.", Verdict.REVIEW, _EXPORT
        return
    yield from _odd_frequencies(table, judging)


def _required(table: Table, name: str) -> Column:
    column = table.column(name)
    assert column is not None  # noqa: S101  # asked for before
    return column


def _odd_cells(table: Table) -> Iterator[_Problem]:
    for name, pattern in _COLUMNS.items():
        column = table.column(name)
        if column is not None and not all(pattern.fullmatch(cell) for cell in column.cells):
            yield "GEN203", f"The column “{name}” holds what is no {name}.", Verdict.REVIEW, _EXPORT
    group = table.column("group")
    if group is not None and group.n_distinct > _MAX_GROUPS:
        yield "GEN203", f"It has {group.n_distinct:,} groups.", Verdict.REVIEW, "Merge groups."
    keys = [
        c
        for c in table.columns
        if c.name in ("chromosome", "position", "reference", "alternate", "group")
    ]
    if distinct_rows(keys) != table.n_rows:
        yield "GEN203", "A variant stands twice in one group.", Verdict.REVIEW, _EXPORT


def _odd_frequencies(table: Table, judging: Judging) -> Iterator[_Problem]:
    """Compare counts, numbers and frequencies with each other and with the cohort."""
    count, number, frequency, people = (_values(table, name) for name in _NUMBERS)
    total = judging.context.n_individuals or 0
    if not np.isfinite(np.stack([count, number, frequency, people])).all():
        yield "GEN203", "Counts or frequencies are missing.", Verdict.REVIEW, _EXPORT
        return
    few = int((people < judging.policy.counts.minimum).sum())
    if few:
        why = f"{few:,} rows are of groups of fewer than {judging.policy.counts.minimum} people."
        yield "GEN204", why, Verdict.BLOCK, "Merge groups until each has enough people."
    whole = all(
        _required(table, n).is_integer for n in ("allele_count", "allele_number", "n_individuals")
    )
    fits = (
        (count >= 0) & (count <= number) & (number <= 2 * people) & (people <= total) & (number > 0)
    )
    step = 10.0 ** (1 - judging.policy.files.significant_digits)
    right = np.abs(frequency - count / np.maximum(number, 1)) <= step
    if not whole or not fits.all() or not right.all():
        why = "Counts, numbers, frequencies and the cohort's size do not fit each other."
        yield "GEN203", why, Verdict.REVIEW, _EXPORT


def _values(table: Table, name: str) -> NDArray[np.float64]:
    values = _required(table, name).numbers
    assert values is not None  # noqa: S101  # asked for before
    return values


# --- counts of people -------------------------------------------------------------------------


def _counts(table: Table, judging: Judging) -> Iterator[_Problem]:
    """Explain a table of labels and counts of people."""
    counted = count_columns(table, judging)
    labels = [column for column in table.columns if column not in counted]
    if not counted:
        yield (
            "TAB903",
            "No column counts people.",
            Verdict.REVIEW,
            "Name the count column n_individuals.",
        )
        return
    unexplained = [c.name for c in labels if c.numbers is not None and not c.is_integer]
    unexplained += [
        c.name for c in labels if c.n_distinct > _MAX_GROUPS or max(map(len, c.cells)) > 80
    ]
    if unexplained:
        told = ", ".join(f"“{name}”" for name in unexplained)
        yield (
            "TAB903",
            f"Beside counts and the names of groups it has {told}.",
            Verdict.REVIEW,
            "Leave the column out.",
        )
    total = judging.context.n_individuals or 0
    for column in counted:
        numbers = column.numbers
        assert numbers is not None  # noqa: S101  # count columns are numbers
        if (
            not column.is_integer
            or np.isnan(numbers).any()
            or numbers.min() < 0
            or numbers.max() > total
        ):
            why = f"“{column.name}” is not a count of people in this cohort throughout."
            yield "TAB903", why, Verdict.REVIEW, "Give whole numbers of people."


# A kind not listed here is not explained.
_KINDS: dict[str, Callable[[Table, Judging], Iterator[_Problem]]] = {
    "allele-frequencies": _allele_frequencies,
    "counts": _counts,
}
_WRITTEN_ELSEWHERE = {"allele-frequencies"}
