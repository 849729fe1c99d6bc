"""Curves that were read off at chosen points: ROC on a grid, survival on a time grid."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from gdi_spe.disclosure.contents.roles import Role, role_of
from gdi_spe.disclosure.contents.table import Column, Table, column_of
from gdi_spe.disclosure.contents.words.of_curves import (
    FALSE_RATE,
    PRECISION,
    TRUE_RATE,
    TRUE_RATES,
)
from gdi_spe.disclosure.shapes.shape import Objections, Shape, is_grid, values

if TYPE_CHECKING:
    from gdi_spe.disclosure.rules.rule import Judging

_INTERVAL = re.compile(r"[\[(]?(\d{1,4}(?:\.\d+)?)\s?(?:-|–|to|,)\s?\d{1,4}(?:\.\d+)?[\])]?")
_TIME = re.compile(r"t|time\w*|month|months|years?|days?|weeks?|timeline", re.IGNORECASE)
_SURVIVAL = re.compile(r"s|surv\w*|km\w*|s\(t\)|kaplan\w*|cum\w*_?inc\w*", re.IGNORECASE)
_AT_RISK = re.compile(r"(n_?)?(at_?risk|risk)", re.IGNORECASE)
_HAPPENED = r"(events?|censor(ed|ings?)?|deaths?|died|fail(ures?|ed)?|lost|net_lost)"
_EVENTS = re.compile(rf"(n_?)?(cum\w*_)?(n_?)?{_HAPPENED}(_cum\w*)?", re.IGNORECASE)
_CUMULATIVE = re.compile(r"(^|_)cum")
_LIMIT = re.compile(
    r"(\w{1,20}_)?(ci_?)?(lower|upper|lo|hi|low|high)(_?\w{0,8})|se|std_?err(or)?|standard_error"
    r"|\[?95\w*|int_?\]?",
    re.IGNORECASE,
)
_FEW_POINTS = 10
_DIGITS = 15
MOST_POINTS = 101


def column_like(table: Table, pattern: re.Pattern[str]) -> Column | None:
    """Return the first column of numbers whose name fits."""
    return next(
        (c for c in table.columns if pattern.fullmatch(c.plain) and c.numbers is not None), None
    )


def roc_columns(table: Table) -> tuple[Column, Column] | None:
    """Return false and true positive rates, where a table has both."""
    false, true = column_like(table, FALSE_RATE), column_like(table, TRUE_RATE)
    precision = column_like(table, PRECISION)
    # Precision along recall is a curve of the same people.
    if false is None and true is not None and precision is not None and table.n_rows > _FEW_POINTS:
        return true, precision
    true = true or column_like(table, TRUE_RATES)
    return (false, true) if false is not None and true is not None else None


def survival_columns(table: Table) -> tuple[Column, Column] | None:
    """Return time and survival, where a table has both."""
    time, survival = column_like(table, _TIME), column_like(table, _SURVIVAL)
    time = time or _starts(table)
    if time is None or survival is None or time is survival:
        return None
    finite = values(survival)[np.isfinite(values(survival))]
    within = bool(finite.size and (finite >= 0).all() and (finite <= 1).all())
    return (time, survival) if within else None


def _starts(table: Table) -> Column | None:
    """Return where the intervals of a life table begin, as a column of their name."""
    for column in table.labels:
        if not _TIME.fullmatch(re.sub(r"^interval_?|_?intervals?$", "", column.plain) or "time"):
            continue
        found = [_INTERVAL.fullmatch(cell) for cell in column.texts()]
        starts = [each[1] for each in found if each]
        if found and len(starts) == len(found):
            return column_of(column.name, pa.array(starts), _DIGITS)
    return None


def _fits_roc(table: Table, judging: Judging) -> bool:
    return roc_columns(table) is not None


def _roc(table: Table, judging: Judging) -> Objections:
    """Object to a curve that steps where people are."""
    found = roc_columns(table)
    assert found is not None  # noqa: S101  # it fits
    groups = _groups(table, found[0], found[1])
    n = judging.n_people
    if n is None:
        yield "How many people stand behind the curve is not known."
    elif table.n_rows // groups * judging.policy.counts.minimum > n:
        yield f"It has more points than {n:,} people allow."
    yield from _off_grid(table, found[0])
    known = {c.name for c in found if not TRUE_RATES.fullmatch(c.plain) or _is_bare(c)}
    more = {c.name for c in table.columns if _is_another_curve(c, found[0], groups)}
    yield from _besides(table, known | more)


def _is_bare(column: Column) -> bool:
    return bool(TRUE_RATE.fullmatch(column.plain))


def _is_another_curve(column: Column, along: Column, n_groups: int) -> bool:
    """Whether a column is the curve of another model over the same points.

    TRUST: values of people neither stay between 0 and 1 nor go one way along chosen points.
    """
    if n_groups > 1 or column.numbers is None or not TRUE_RATES.fullmatch(column.plain):
        return False
    shown = values(column)[np.argsort(values(along), kind="stable")]
    if not np.isfinite(shown).all() or shown.min() < 0 or shown.max() > 1:
        return False
    steps = np.diff(shown)
    return bool((steps >= 0).all() or (steps <= 0).all())


def _groups(table: Table, *known: Column) -> int:
    labels = [c.codes for c in table.columns if role_of(c) is Role.LABEL and c not in known]
    return int(np.unique(np.column_stack(labels), axis=0).shape[0]) if labels else 1


def _off_grid(table: Table, at: Column) -> Objections:
    """Object to points that were not chosen evenly: the data chose them."""
    labels = [c.codes for c in table.columns if role_of(c) is Role.LABEL and c.name != at.name]
    keys = np.column_stack(labels) if labels else np.zeros((table.n_rows, 1))
    _, group = np.unique(keys, axis=0, return_inverse=True)
    for each in np.unique(group):
        points = values(at)[group.ravel() == each]
        if points.size > MOST_POINTS or not is_grid(np.sort(points)):
            yield "Its points are not an even grid of at most 101 steps: the data chose them."
            return


def _besides(table: Table, known: set[str]) -> Objections:
    for column in table.columns:
        if column.name in known or role_of(column) is Role.LABEL or _LIMIT.fullmatch(column.plain):
            continue
        yield f"The column “{column.name}” does not belong to a curve."


def _fits_survival(table: Table, judging: Judging) -> bool:
    return survival_columns(table) is not None


def _survival(table: Table, judging: Judging) -> Objections:
    """Object to survival at times of events, or where few are at risk."""
    found, at_risk = survival_columns(table), column_like(table, _AT_RISK)
    assert found is not None  # noqa: S101  # it fits
    if at_risk is None:
        yield "No column says how many are at risk."
    elif not (values(at_risk) >= judging.policy.counts.minimum).all():
        yield f"Fewer than {judging.policy.counts.minimum} people are at risk at some time."
    yield from _off_grid(table, found[0])
    events = {c.name for c in table.columns if _EVENTS.fullmatch(c.plain)}
    yield from _few_between(table, found[0], judging.policy.counts.minimum)
    known = {found[0].name, found[1].name, at_risk.name if at_risk else "", *events}
    yield from _besides(table, known)


def _few_between(table: Table, time: Column, minimum: int) -> Objections:
    """Object to sums of events that tell of few people between two times of one group."""
    labels = [c.codes for c in table.columns if role_of(c) is Role.LABEL]
    for column in table.columns:
        if not (_EVENTS.fullmatch(column.plain) and _CUMULATIVE.search(column.plain)):
            continue
        if column.numbers is None:
            continue
        order = np.lexsort(np.stack([values(time), *labels]))
        same = np.ones(table.n_rows - 1, dtype=bool)
        for codes in labels:
            same &= codes[order][1:] == codes[order][:-1]
        steps = np.diff(values(column)[order])[same]
        if ((steps > 0) & (steps < minimum)).any():
            yield f"“{column.name}” grows by fewer than {minimum} people between two times."


SHAPES = (
    Shape("ROC curve on a grid", _fits_roc, _roc),
    Shape("survival on a time grid", _fits_survival, _survival),
)
