"""How many people the numbers of a fitted model tell that it was fitted to, where no word says so.

What is left of people after a fit stands in tables of variance. An interval is as wide in errors,
and a p-value as small for its statistic, as Student's distribution with so many degrees of freedom
makes it; and no error of a ratio can be as small, no score as large, of few people.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdi_spe.disclosure.contents.roles import Role, with_role
from gdi_spe.disclosure.contents.table import Column, Table, plain_name
from gdi_spe.disclosure.contents.words.fitting import CONSTANT
from gdi_spe.disclosure.contents.words.vocabulary import DEGREES_OF_FREEDOM
from gdi_spe.disclosure.shapes.shape import values

_RESIDUAL = re.compile(r"(residuals?|error|within( groups)?)\b.*", re.IGNORECASE)
_OF_ERROR = re.compile(
    r"(den|denominator|error|resid\w*)_?(df|dof)|(df|dof)_?(den|error|resid\w*|2)|ddf"
)
_RATIO = re.compile(
    r"((adj\w*|crude|unadj\w*)_)?(or|hr|rr|irr|odds_?ratio|hazard_?ratio"
    r"|risk_?ratio|rate_?ratio|exp_?coef)(_\w{1,12})?"
)
_T = re.compile(r"t(_?(value|stat|statistic|ratio))?|student_?t")
_WALD = re.compile(r"z(_?(value|stat|statistic|score|ratio))?|wald(_\w{1,8})?")
_Z = re.compile(r"z(_?(value|stat|statistic|score|ratio))?|wald(_z)?|statistic|stat|test_statistic")
_LOWER = re.compile(
    r"(\w{1,16}_)?(lower|low|lo|lcl|lci|l95)(_?\w{0,8})|(conf|ci)_?\w{0,4}_?(low|lower|l)"
)
_UPPER = re.compile(
    r"(\w{1,16}_)?(upper|high|hi|ucl|uci|u95)(_?\w{0,8})|(conf|ci)_?\w{0,4}_?(high|upper|u)"
)
_BELOW = re.compile(r"[<≤]\s*(\d*\.?\d+(?:[eE][-+]?\d+)?)")
# The last is as good as a normal distribution.
_FREEDOM = np.array([*range(1, 60), 60, 80, 100, 150, 200, 300, 500, 1e3, 3e3, 1e4, 1e5, 1e9])
_LEAST_FREEDOM, _NORMAL, _LEAST_ROWS = 30, 1_000, 2
_FEW_LEFT = 10
# Of a variable that divides 25 people into halves, the error of the log odds ratio.
_WIDE = 0.8
# The largest Wald score of one person: eta^2 p (1 - p), whatever is modelled (at eta = 2.4).
_MOST_TOLD = 0.44
# Of a trait a variable explains nine tenths of what the others leave, at most: t^2 <= 9 df.
_MOST_EXPLAINED = 9
_LEVEL = 0.975
_WIDTH = 3.92
_P = re.compile(r"p|p_?vals?(ues?)?|pr_?\w{0,6}|sig\w*|prob\w{0,6}|p_?adj\w*", re.IGNORECASE)


@dataclass(frozen=True)
class _Fitted:
    """Estimates of a model with their errors and scores, within what was rounded."""

    estimate: NDArray[np.float64]
    error: NDArray[np.float64]
    score: NDArray[np.float64]
    # By how much each may be off.
    off: NDArray[np.float64]
    score_off: NDArray[np.float64]
    is_ratio: bool
    is_student: bool
    is_wald: bool


def least_people(table: Table) -> float:
    """Return how many people a table of estimates must be of by its numbers; 0 if nothing tells.

    Notes
    -----
    Of N people and a variable of variance 1 the error of a log odds ratio is at least 2 / sqrt(N),
    for the variance of an outcome of two values is at most 1/4; a variable of two values varies
    less. A Wald score is at most sqrt(0.44 N); one of a linear model, 3 sqrt(df). Degrees of
    freedom are the smallest with which Student's distribution gives the intervals and p-values
    that are told.
    """
    told = [*_left(table)]
    fitted = _fitted(table)
    if fitted is None:
        return max(told, default=0.0)
    fewest, most = _freedom(table, fitted)
    # TRUST: an interval or p-value that only few degrees of freedom explain is of few people,
    # whatever the scores are.
    if most < _LEAST_FREEDOM:
        return max(told, default=0.0)
    # Scores of a normal distribution may be of any number of people; Student's are not.
    if fitted.is_student or most < _FREEDOM[-1]:
        told.append(fewest)
    is_normal = fitted.is_wald or fewest >= _NORMAL
    return max([*told, _behind_scores(table, fitted, is_normal and not fitted.is_student)])


def is_of_few(table: Table) -> bool:
    """Whether a table's intervals and p-values, or all errors of its ratios, are of few people.

    TRUST: one row may be written wrongly; two that only few degrees of freedom explain are not.
    """
    fitted = _fitted(table)
    if fitted is None:
        return False
    if any(float(np.nanmax(values(c))) < _FEW_LEFT for c in _of_student(table)):
        return True
    told = [*_by_intervals(table, fitted), *_by_p(table, fitted)]
    few = [many < _LEAST_FREEDOM for _, many in told]
    if sum(few) >= _LEAST_ROWS and all(few):
        return True
    error = fitted.error[np.isfinite(fitted.error)]
    wide = error.size >= _LEAST_ROWS and float(error.min()) >= _WIDE
    return wide and (fitted.is_ratio or fitted.is_wald)


def _of_student(table: Table) -> list[Column]:
    """Return degrees of freedom of t, which stand beside errors; those of chi-squared do not."""
    others = any(re.search(r"chi|wald|^f($|_)|^lr", _named(c)) for c in table.columns)
    named = [c for c in table.columns if re.fullmatch(r"df|dof", _named(c)) and c.is_integer]
    alike = [c for c in named if not others and with_role(table, Role.ERROR)]
    return [c for c in alike if float(np.nanmin(values(c))) > 1]


def _left(table: Table) -> Iterator[float]:
    """Yield the degrees of freedom that are left after a fit, where a table tells them."""
    for column in table.columns:
        if column.numbers is None:
            continue
        if _OF_ERROR.fullmatch(_named(column)):
            yield float(np.nanmin(values(column)))
        elif DEGREES_OF_FREEDOM.fullmatch(_named(column)):
            left = [values(column)[row] for row in _rows_left(table)]
            yield from (float(each) for each in left if np.isfinite(each))
            least = float(np.nanmin(values(column)))
            if with_role(table, Role.ERROR) and least >= _LEAST_FREEDOM:
                yield least


def _rows_left(table: Table) -> list[int]:
    """Return the rows of an analysis of variance that are what is left after all terms."""
    return [
        row for row in range(table.n_rows)
        if any(_RESIDUAL.fullmatch(c.text(row)) for c in table.labels[:2])
    ]  # fmt: skip


def _fitted(table: Table) -> _Fitted | None:
    """Return estimates with their errors and scores, as far as a table has them."""
    effects = [c for c in with_role(table, Role.EFFECT) if c.numbers is not None]
    ratios = [c for c in table.columns if c.numbers is not None and _RATIO.fullmatch(_named(c))]
    if not effects and not ratios:
        return None
    errors = [c for c in with_role(table, Role.ERROR) if c.numbers is not None]
    scores = [c for c in table.columns if c.numbers is not None and _names_score(c)]
    limits = _limits(table)
    is_ratio = not [c for c in effects if c not in ratios] and bool(ratios)
    estimate = values((ratios if is_ratio else effects)[0])
    is_ratio = is_ratio or _is_around_product(estimate, limits)
    estimate = np.log(estimate) if is_ratio and (estimate > 0).all() else estimate
    error, off = _errors(errors, limits, is_ratio)
    if error is None and not scores:
        return None
    error = np.full(estimate.size, np.nan) if error is None else error
    with np.errstate(divide="ignore", invalid="ignore"):
        score = values(scores[0]) if scores else estimate / error
    off = np.full(estimate.size, np.nan) if off is None else off
    with np.errstate(divide="ignore", invalid="ignore"):
        unsure = _last_digit(scores[0]) if scores else np.abs(score) * off / error
    is_student = any(_T.fullmatch(_named(c)) for c in scores) or _names_student(table)
    is_wald = is_ratio or any(_WALD.fullmatch(_named(c)) for c in scores)
    return _Fitted(estimate, error, score, off, unsure, is_ratio, is_student, is_wald)


def _named(column: Column) -> str:
    """Return the plain name that a file gives a column, whatever dialects call it."""
    return plain_name(column.name)


def _names_score(column: Column) -> bool:
    return bool(_T.fullmatch(_named(column)) or _Z.fullmatch(_named(column)))


def _names_student(table: Table) -> bool:
    """Whether p-values are said to be of Student's t."""
    return any(re.search(r">\s*\|t\|", c.name) for c in table.columns)


Limits = tuple[NDArray[np.float64], NDArray[np.float64], NDArray[np.float64]]


def _limits(table: Table) -> Limits | None:
    """Return the limits of intervals, and by how much each pair may be off."""
    numbers = [c for c in table.columns if c.numbers is not None]
    lower = next((c for c in numbers if _LOWER.fullmatch(c.plain)), None)
    upper = next((c for c in numbers if _UPPER.fullmatch(c.plain)), None)
    if lower is None or upper is None or not (values(lower) <= values(upper)).all():
        return None
    return values(lower), values(upper), _last_digit(lower) + _last_digit(upper)


def _last_digit(column: Column) -> NDArray[np.float64]:
    """Return by how much each number of a column may be off that was rounded like the others.

    Zeros at the end are not kept: the longest number tells how many digits there were, behind the
    point or in all.
    """
    plain = [re.sub(r"[eE].*", "", cell) for cell in column.cells]
    behind = max((len(cell.partition(".")[2]) for cell in plain), default=0)
    in_all = max((len(re.sub(r"\D", "", cell).lstrip("0")) for cell in plain), default=0)
    fixed = 0.5 * 10.0**-behind if plain == list(column.cells) else 0.0
    return np.asarray(np.maximum(fixed, 5 * np.abs(values(column)) * 10.0 ** -max(in_all, 1)))


def _is_around_product(estimate: NDArray[np.float64], limits: Limits | None) -> bool:
    """Whether limits lie as far from an estimate in proportion, as those of a ratio do."""
    if limits is None or not (limits[0] > 0).all() or not (estimate > 0).all():
        return False
    lower, upper, _ = limits
    below, above = np.log(estimate / lower), np.log(upper / estimate)
    sums = np.abs((upper - estimate) - (estimate - lower))
    return bool(np.abs(below - above).sum() < 0.5 * (sums / estimate).sum())


def _errors(
    errors: list[Column], limits: Limits | None, is_ratio: bool
) -> tuple[NDArray[np.float64] | None, NDArray[np.float64] | None]:
    """Return standard errors, and by how much they may be off: told, or from the intervals."""
    if errors:
        return values(errors[0]), _last_digit(errors[0])
    if limits is None:
        return None, None
    lower, upper, off = limits
    if is_ratio and (lower > 0).all():
        lower, upper, off = np.log(lower), np.log(upper), off / lower
    return (upper - lower) / _WIDTH, off / _WIDTH


def _freedom(table: Table, fitted: _Fitted) -> tuple[float, float]:
    """Return the fewest and the most degrees of freedom that intervals and p-values allow."""
    told = [*_by_intervals(table, fitted), *_by_p(table, fitted)]
    fewest = max((few for few, _ in told), default=0.0)
    return fewest, min((many for _, many in told), default=_FREEDOM[-1])


def _between(fewest: NDArray[np.bool_], most: NDArray[np.bool_]) -> Iterator[tuple[float, float]]:
    """Yield the first and the last degrees of freedom that fit, if any do both."""
    if fewest.any() and most.any() and np.argmax(fewest) <= (last := np.flatnonzero(most)[-1]):
        yield float(_FREEDOM[np.argmax(fewest)]), float(_FREEDOM[last])


def _by_intervals(table: Table, fitted: _Fitted) -> Iterator[tuple[float, float]]:
    """Yield the degrees of freedom that make each interval as wide as it is."""
    from scipy.stats import t

    limits = _limits(table)
    if limits is None or not with_role(table, Role.ERROR):
        return
    lower, upper, off = limits
    if fitted.is_ratio and (lower > 0).all():
        lower, upper, off = np.log(lower), np.log(upper), off / lower
    width = t.ppf(_LEVEL, _FREEDOM)
    with np.errstate(divide="ignore", invalid="ignore"):
        most = (upper - lower + off) / (2 * (fitted.error - fitted.off))
        least = (upper - lower - off) / (2 * (fitted.error + fitted.off))
    for narrow, wide in zip(least, most, strict=True):
        if np.isfinite(wide) and wide > 0:
            yield from _between(width <= wide, width >= narrow)


def _by_p(table: Table, fitted: _Fitted) -> Iterator[tuple[float, float]]:
    """Yield the degrees of freedom that make each p-value as small as it is."""
    from scipy.stats import t

    columns = [c for c in table.columns if _P.fullmatch(_named(c))]
    if not columns:
        return
    score = np.abs(fitted.score)
    for row, cell in enumerate(columns[0].texts()):
        at_most, at_least = score[row] + fitted.score_off[row], score[row] - fitted.score_off[row]
        told = _p_between(cell, columns[0])
        if told is not None and np.isfinite(at_most) and at_least >= 1:
            least, most = 2 * t.sf(at_most, _FREEDOM), 2 * t.sf(at_least, _FREEDOM)
            yield from _between(least <= told[1], most >= told[0])


def _p_between(cell: str, column: Column) -> tuple[float, float] | None:
    """Return between which a p-value lies that a cell tells: "<0.001", "3e-9", "0"."""
    below = _BELOW.match(cell)
    if below:
        return 0.0, float(below[1])
    try:
        told = float(cell)
    except ValueError:
        return None
    if not 0 <= told <= 1:
        return None
    places = [len(c.partition(".")[2]) for c in column.cells if re.fullmatch(r"0?\.\d+", c)]
    if told == 0:
        return (0.0, 0.5 * 10.0 ** -max(places)) if places else None
    # A number with a power of ten has few digits of its own.
    powers = [len(re.sub(r"[eE].*|\.", "", c)) for c in column.cells if "e" in c.lower()]
    off = 0.5 * 10.0 ** -len(cell.partition(".")[2])
    off = 5 * told * 10.0 ** -min(max(powers), 6) if "e" in cell.lower() else off
    return told - off, told + off


def _behind_scores(table: Table, fitted: _Fitted, is_normal: bool) -> float:
    """Return the fewest people whom errors and scores of a model of ratios or scores can be of."""
    constant = np.array([bool(CONSTANT.fullmatch(c)) for c in table.columns[0].texts()])
    score = fitted.score[np.isfinite(fitted.score) & ~constant]
    most = _MOST_TOLD if is_normal else _MOST_EXPLAINED
    people = [float((score**2).max()) / most] if score.size else []
    error = fitted.error[np.isfinite(fitted.error) & (fitted.error > 0) & ~constant]
    if fitted.is_ratio and error.size:
        people.append(4 / float(error.max()) ** 2)
    return max(people, default=0.0)
