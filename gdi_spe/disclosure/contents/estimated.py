"""Estimates that their numbers prove, whatever a program calls them: by error, score and interval.

"Value", "prs.trend" and "AME" are estimates where each of them over its error is the score beside
it, or lies in an interval that is as wide as so many errors. Nothing that is known of one person
has an error that its score and its interval agree with.
"""

from __future__ import annotations

import re
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gdi_spe.disclosure.contents.roles import Role, is_about_variants, role_of, with_role
from gdi_spe.disclosure.contents.table import Column, Table, plain_name
from gdi_spe.disclosure.contents.words.dialects import known_as
from gdi_spe.disclosure.contents.words.vocabulary import PERSON_COLUMN, TRAIT

_MOST_TERMS = 200
_SCORE = re.compile(r"[tz](_?(value|stat|statistic|score|ratio))?|wald(_z)?|statistic|stat")
_METRIC = re.compile(r"metrics?|scores?|measures?|statistics?|\.?metric|scoring")
_OF_MANY = re.compile(
    r"(\w{1,12}_)?(auc|auroc|auprc|roc_auc|pr_auc|c_?index|c_?stat\w*|r2|r_squared|brier(_score)?"
    r"|sensitivity|specificity|precision|recall|f1(_score)?|accuracy|ppv|npv|log_?loss)"
)
_MARGINAL = re.compile(r"(em|ls)_?means?|adjusted_mean|contrast|diff(erence)?|ame|dy_dx|margins?")
_LOWER = re.compile(r"(\w{1,16}_)?(lower|low|lo|lcl|lci|l95)(_?\w{0,8})")
_UPPER = re.compile(r"(\w{1,16}_)?(upper|high|hi|ucl|uci|u95)(_?\w{0,8})")
# Between 89 and 99 % of a normal distribution, or of Student's with few degrees of freedom.
_LEAST_WIDTH, _MOST_WIDTH = 3.2, 6.4
_WIDTHS_DIFFER = 1.15


def with_scores(table: Table) -> Table:
    """Return a long table of scores whose values go by that name: each row says which score it is.

    TRUST: every score is one of cases and controls or a share of variance, which no person has.
    """
    named = [c for c in table.labels if _METRIC.fullmatch(c.plain)]
    told = [c for c in table.columns if c.plain in ("value", "estimate", "result", "score")]
    if len(named) != 1 or len(told) != 1 or told[0].numbers is None or told[0].is_integer:
        return table
    if not all(_OF_MANY.fullmatch(plain_name(cell)) for cell in named[0].cells):
        return table
    columns = (known_as(c, "auc") if c is told[0] else c for c in table.columns)
    return replace(table, columns=tuple(columns))


def with_estimates(table: Table) -> Table:
    """Return a table whose estimates go by that name, where errors and scores prove one column."""
    if not 0 < table.n_rows <= _MOST_TERMS or is_about_variants(table):
        return table
    # TRUST: a slope of each patient has an error and an interval as well.
    if any(PERSON_COLUMN.fullmatch(c.plain) for c in table.columns):
        return table
    errors = [c for c in with_role(table, Role.ERROR) if c.numbers is not None]
    if len(errors) != 1 or with_role(table, Role.EFFECT):
        return table
    found = [c for c in table.columns if _may_be(c) and _is_proven(c, errors[0], table)]
    if len(found) != 1:
        return table
    told = (known_as(c, "estimate") if c is found[0] else c for c in table.columns)
    return replace(table, columns=tuple(told))


def _may_be(column: Column) -> bool:
    """Whether numbers have no other meaning, and no name that a person's value has."""
    free = role_of(column) is Role.UNKNOWN or _MARGINAL.fullmatch(column.plain)
    if column.numbers is None or not free:
        return False
    return TRAIT.fullmatch(column.plain) is None


def _is_proven(column: Column, error: Column, table: Table) -> bool:
    value, spread = column.numbers, error.numbers
    if value is None or spread is None:
        return False
    if not np.isfinite(value).all() or not np.isfinite(spread).all() or not (spread > 0).all():
        return False
    numbers = [c for c in table.columns if c.numbers is not None]
    scores = [c for c in numbers if _SCORE.fullmatch(plain_name(c.name))]
    if scores:
        return any(_are_scores(value / spread, c, value, spread) for c in scores)
    lower = next((c.numbers for c in numbers if _LOWER.fullmatch(c.plain)), None)
    upper = next((c.numbers for c in numbers if _UPPER.fullmatch(c.plain)), None)
    return lower is not None and upper is not None and _is_within(value, spread, lower, upper)


def _are_scores(
    told: NDArray[np.float64], score: Column, value: NDArray[np.float64], error: NDArray[np.float64]
) -> bool:
    """Whether scores are estimates over errors, as nearly as their digits allow."""
    numbers = score.numbers
    if numbers is None or not np.isfinite(numbers).all():
        return False
    off = 0.01 + np.abs(told) * (_last(error) / error + _last(value) / np.maximum(abs(value), 1e-9))
    return bool((np.abs(told - numbers) <= off + 0.02 * np.abs(numbers)).all())


def _last(numbers: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return half of the last of three digits of each number: how exact a printed one is."""
    with np.errstate(divide="ignore"):
        size = np.floor(np.log10(np.maximum(np.abs(numbers), 1e-12)))
    return np.asarray(0.5 * 10.0 ** (size - 1))


def _is_within(
    value: NDArray[np.float64],
    error: NDArray[np.float64],
    lower: NDArray[np.float64],
    upper: NDArray[np.float64],
) -> bool:
    """Whether values lie in intervals that are all as many errors wide."""
    width = (upper - lower) / error
    around = bool((lower <= value).all() and (value <= upper).all())
    alike = bool(width.max() <= _WIDTHS_DIFFER * width.min())
    return around and alike and _LEAST_WIDTH <= float(np.median(width)) <= _MOST_WIDTH
