"""Rules about counts that other numbers imply: percentages, shares, means, rates."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.roles import Role, is_about_variants, with_role
from gdi_spe.disclosure.contents.table import Column, Table
from gdi_spe.disclosure.contents.words.fitting import is_setting
from gdi_spe.disclosure.contents.words.vocabulary import counts_things
from gdi_spe.disclosure.forms.writing.programs.reports import is_section
from gdi_spe.disclosure.rules.rule import Hit, Judging, Rule
from gdi_spe.disclosure.shapes.shape import level_of_quantile, values

_SHARE = re.compile(
    r"(pct|percent(age)?|share|proportion|prevalence|prop|rate|%|frac(tion)?)(_\w{1,20})?|\w{1,20}_(pct|percent|share|prop|rate)|\w*%\w*"
    r"|(\w{1,20}_)?per_\d+k?",
    re.IGNORECASE,
)
# What a model says of a group is no count of its people; nor is a share of something else.
_PREDICTED = re.compile(
    r"predict|(^|_)pred(_|$)|expect|probab|score|risk|freq|maf|_af(?![a-z])|variance|call_rate|heritab|power"
    r"|(observed|expected|obs|exp)_het|inbreed|(^|_)[fz](_|$)|f_?roh|kinship|(^|_)corr(_|$)|(^|_)r2(_|$)|(^|_)pip(_|$)"
    r"|largest|biggest|dominan|(^|_)top_?\d|freemix|contaminat|chimer|standardi[sz]ed|adjusted|(^|_)asr"
)
_PERCENT = re.compile(r"(^|_)(percent(age)?|pct)(_|$)|%", re.IGNORECASE)
_MEAN = re.compile(r"(mean|avg|average)(_\w{1,20})?|\w{1,20}_(mean|avg)", re.IGNORECASE)
# What a person has or has not: its mean is a share of people.
_FLAG = re.compile(
    r"(^|_)(is|has|any|ever|flag|binary|yes|carriers?|carried|smok\w*|diab\w*|hypertens\w*|cases?|affected|disease|statins?|treated|dead|died|event|male|female"
    r"|women|men|sex|homozyg\w*|heterozyg\w*|pathogenic|lof|cancer|stroke|asthma|obes\w*|married|employed|vaccinated|t[12]d|cad|mi|copd|afib)(_|$)",
    re.IGNORECASE,
)
_SPREAD = re.compile(
    r"(sd|std|std_?dev\w*|stdev|se|sem|std_?err\w*|standard_(deviation|error))(_\w{1,20})?|\w{1,20}_(sd|std|se)",
    re.IGNORECASE,
)
_PERSON_TIME = re.compile(r"(person|patient)_(years?|months?|days?|time)(_at_risk)?|pyrs?|py")
# "Rate per 1,000 py": events over the time that people were followed.
_RATE_OF_TIME = re.compile(rf"(\w{{1,30}}_)?per_([\d_]{{1,9}})_({_PERSON_TIME.pattern})")
# Nobody is followed for longer, on average, nor do groups of one study differ by more.
_MOST_YEARS = 100
_YEARS_DIFFER = 3
_LEAST_SHARES = 2
_MOST_LABELS = 5
_LEAST_QUANTILES = 3


def implied_counts(table: Table, judging: Judging) -> Iterator[Hit]:
    """Find shares that with a known number of people are counts below the policy's minimum."""
    if is_about_variants(table) or is_section(table):
        return
    minimum = judging.policy.counts.minimum
    for column in _shares(table):
        if _tells_again(column, table):
            continue
        for people in _denominators(table, judging, _stem(column)):
            few, fit = _implied(column, people, minimum)
            if few.size:
                why = (
                    f"{few.size:,} cell{'s' if few.size > 1 else ''} of “{column.name}” and the "
                    f"number of people give counts of fewer than {minimum}: "
                    f"{'; '.join(table.label_of(int(row)) for row in few[:10])}."
                )
                marks = fit or _SHARE.fullmatch(column.plain) or _FLAG.search(column.plain)
                severity = Verdict.BLOCK if marks else Verdict.REVIEW
                evidence = {"n_cells": int(few.size), "minimum": minimum}
                yield Hit(why, evidence, f"[column={column.name}]", severity)
                break


def means_of_marks(table: Table, judging: Judging) -> Iterator[Hit]:
    """Find means whose spread tells that they are of zeros and ones, so counts of people."""
    if is_about_variants(table):
        return
    minimum = judging.policy.counts.minimum
    spreads = [c for c in table.columns if c.numbers is not None and _SPREAD.fullmatch(c.plain)]
    for column in table.columns:
        if column.numbers is None or not _MEAN.fullmatch(column.plain):
            continue
        for spread in spreads:
            for people in _denominators(table, judging, _stem(column)):
                few = _few_marked(values(column), values(spread), people, minimum)
                if few.size:
                    why = (
                        f"{few.size:,} means in “{column.name}” have the spread of zeros and ones, "
                        f"and are of fewer than {minimum} people: "
                        f"{'; '.join(table.label_of(int(row)) for row in few[:10])}."
                    )
                    yield Hit(why, {"n_cells": int(few.size)}, f"[column={column.name}]")
                    return


def _few_marked(
    mean: NDArray[np.float64],
    spread: NDArray[np.float64],
    people: NDArray[np.float64],
    minimum: int,
) -> NDArray[np.intp]:
    """Return the rows whose spread is that of marks with this mean, and whose marked are few."""
    with np.errstate(invalid="ignore", divide="ignore"):
        of_marks = np.sqrt(mean * (1 - mean))
        deviation = of_marks * np.sqrt(people / np.maximum(people - 1, 1))
        near = np.isclose(spread, deviation, rtol=0.03) | np.isclose(spread, of_marks, rtol=0.03)
        error = np.isclose(spread, of_marks / np.sqrt(people), rtol=0.03)
        counts = np.minimum(mean, 1 - mean) * people
    return np.flatnonzero((near | error) & (counts > 0.5) & (counts < minimum - 0.5))


def _shares(table: Table) -> Iterator[Column]:
    """Yield columns that are shares by name, or all of a cross table that adds up to everyone."""
    timed = any(_PERSON_TIME.fullmatch(c.plain) for c in table.columns)
    named = [
        c for c in table.columns
        if c.numbers is not None
        and not _PREDICTED.search(c.plain)
        and not is_setting(c.plain)
        and not _is_quantile(c, table)
        # A rate over the time that people were followed is no share of people.
        and not (timed and re.search(r"rate|incidence", c.plain))
        and (_SHARE.fullmatch(c.plain) or (_MEAN.fullmatch(c.plain) and _is_within_one(c)))
    ]  # fmt: skip
    yield from named
    rest = [c for c in table.columns[1:] if c.numbers is not None and np.isfinite(c.numbers).any()]
    if named or not rest or table.columns[0].numbers is not None:
        return
    if with_role(table, Role.P, Role.ERROR, Role.EFFECT, Role.SETTING):
        return
    matrix = np.column_stack([values(c) for c in rest])
    if np.nanmin(matrix) < 0 or np.nanmax(matrix) > 100 or all(c.is_integer for c in rest):
        return
    sums = (np.nansum(matrix), *np.nansum(matrix, axis=0), *np.nansum(matrix, axis=1))
    if any(abs(total - whole) < 0.02 * whole for total in sums for whole in (1.0, 100.0)):
        yield from rest


def _is_quantile(column: Column, table: Table) -> bool:
    """Whether "5%" is a quantile: others stand beside it, and it lies between them."""
    levels = {c.plain: level for c in table.columns if (level := level_of_quantile(c)) is not None}
    if column.plain not in levels or len(levels) < _LEAST_QUANTILES:
        return False
    ordered = sorted(levels, key=lambda name: levels[name])
    rows = np.column_stack([values(c) for n in ordered for c in [table.column(n)] if c is not None])
    return bool((np.diff(rows, axis=1) >= 0).all())


def _is_within_one(column: Column) -> bool:
    """Whether means may be of something that people have or have not."""
    numbers = values(column)
    finite = numbers[np.isfinite(numbers)]
    return bool(finite.size and finite.min() >= 0 and finite.max() <= 1)


def _stem(column: Column) -> str:
    """Return what a column is of: a share of the missing stands beside the number of them."""
    return re.sub(
        r"^(n|num|count|pct|percent|prop|share)_|_(n|count|pct|percent)$", "", column.plain
    )


def _denominators(
    table: Table, judging: Judging, of: str
) -> Iterator[NDArray[np.float64]]:  # fmt: skip
    for column in with_role(table, Role.PEOPLE):
        # The number that a share tells once more is not what it is a share of.
        if column.plain != of and _stem(column) == of:
            continue
        if np.isfinite(values(column)).any() and not column.is_part:
            yield values(column)
    # Shares beside counts of variants, genes or files are shares of those.
    of_things = any(counts_things(c.plain) for c in table.columns)
    if of_things and not with_role(table, Role.PEOPLE):
        return
    known = {judging.side_car.n_individuals, judging.context.n_individuals} - {None}
    for n in (_said_whole(table), *known):
        if n is None:
            continue
        yield np.full(table.n_rows, float(n or 0))


def _said_whole(table: Table) -> int | None:
    """Return what the name of a column says its shares are of: "% of 1,184"."""
    for column in table.columns:
        told = re.fullmatch(r"percent_of_([\d,_]+)", column.plain)
        if told:
            return int(re.sub(r"\D", "", told.group(1)) or 0) or None
    return None


def _tells_again(column: Column, table: Table) -> bool:
    """Whether shares are those of counts that stand beside them: then the counts are judged."""
    shares = values(column)
    for counted in with_role(table, Role.PEOPLE):
        known = np.isfinite(shares) & np.isfinite(values(counted)) & (shares > 0)
        if counted.is_part or known.sum() < _LEAST_SHARES or not (values(counted)[known] > 0).all():
            continue
        # Each share and its count bound the whole; one number within all bounds explains them.
        half = 0.51 * 10.0 ** -_decimals(column)
        with np.errstate(divide="ignore"):
            least = values(counted)[known] / (shares[known] + half)
            most = values(counted)[known] / np.maximum(shares[known] - half, 0)
        if least.max() <= most.min() * (1 + 1e-9):
            return len({float(share) for share in shares[known]}) > 1
        if any(_is_part_of_groups(column, counted, keys) for keys in _groupings(table)):
            return True
        if any(_is_part_of(column, counted, other) for other in with_role(table, Role.PEOPLE)):
            return True
    return _is_rate_of_events(column, table)


def _groupings(table: Table) -> Iterator[NDArray[np.intp]]:
    """Yield ways in which the words of rows divide them: by some of their columns, not by all."""
    labels = [c for c in table.columns if c.numbers is None][:_MOST_LABELS]
    for n in range(1, len(labels)):
        for some in combinations(labels, n):
            codes = np.column_stack([c.codes for c in some])
            yield np.unique(codes, axis=0, return_inverse=True)[1].ravel()


def _is_part_of_groups(column: Column, counted: Column, groups: NDArray[np.intp]) -> bool:
    """Whether each share is that of the counts among all who stand in rows of one group."""
    whole = np.bincount(groups, weights=values(counted))[groups]
    if not np.isfinite(whole).all() or not (whole > 0).all() or np.bincount(groups).max() < 2:
        return False
    half = 0.51 * 10.0 ** -_decimals(column)
    return any(
        bool((np.abs(values(counted) / whole * scale - values(column)) <= half).all())
        for scale in (1.0, 100.0)
    )


def _is_rate_of_events(column: Column, table: Table) -> bool:
    """Whether rates over people's time are of the events and the people counted beside them.

    TRUST: events over the rate are the time of a group, over its people the years that each was
    followed. These are much alike in groups of one study; then the rates tell the events again.
    """
    named = _RATE_OF_TIME.fullmatch(column.plain)
    rates, counts = values(column), [c for c in with_role(table, Role.PEOPLE) if not c.is_part]
    if named is None or table.n_rows < _LEAST_SHARES or not (rates > 0).all():
        return False
    per = int(named.group(2).replace("_", ""))
    return any(
        bool((values(events) > 0).all() and (values(events) <= values(people)).all())
        and _are_years(values(events) / rates * per / values(people))
        for events in counts for people in counts if events is not people
    )  # fmt: skip


def _are_years(followed: NDArray[np.float64]) -> bool:
    """Whether times are those that people of the groups of one study were followed on average."""
    most = float(followed.max())
    return bool(most <= _MOST_YEARS and most <= _YEARS_DIFFER * followed.min())


def _is_part_of(column: Column, counted: Column, whole: Column) -> bool:
    """Whether each share is that of the counts among the people who stand beside them."""
    if whole is counted or whole.is_part or not (values(whole) > 0).all():
        return False
    for scale in (1.0, 100.0, 1_000.0, 10_000.0, 100_000.0):
        half = 0.51 * 10.0 ** -_decimals(column)
        if (np.abs(values(counted) / values(whole) * scale - values(column)) <= half).all():
            return True
    return False


def _implied(
    column: Column, people: NDArray[np.float64], minimum: int
) -> tuple[NDArray[np.intp], bool]:
    """Return the rows whose share implies few people, and whether shares are whole counts."""
    numbers = values(column)
    counts, near, tolerance = _counted(column, people, _whole_of(column, people))
    finite = np.isfinite(counts)
    fit = bool(near[finite].all() and (tolerance[finite] < 0.25).all())
    few = np.flatnonzero(finite & (numbers > 0) & (counts < minimum - 0.5))
    return few, fit


def _counted(
    column: Column, people: NDArray[np.float64], whole: float
) -> tuple[NDArray[np.float64], NDArray[np.bool_], NDArray[np.float64]]:
    """Return the people that shares of a whole are, which may be whole, and how far off."""
    counts = values(column) * people / whole
    tolerance = 0.5 * 10.0 ** -_decimals(column) * people / whole
    near = np.abs(counts - np.rint(counts)) <= np.maximum(tolerance, 1e-6) * 1.01
    return counts, near, tolerance


def _whole_of(column: Column, people: NDArray[np.float64]) -> float:
    """Return what shares are of: what a name says, a hundred, or one."""
    numbers = values(column)
    per = re.search(r"per_(\d+)(k?)", column.plain)
    if per:
        return float(per.group(1)) * (1000 if per.group(2) else 1)
    if np.nanmax(numbers) > 1:
        return 100.0
    if not _PERCENT.search(column.plain):
        return 1.0
    # TRUST: percentages below one look like fractions; they are such where they add up to one, or
    # where whole people come out of fractions alone, or of neither.
    finite = np.isfinite(numbers)
    of_percent = _counted(column, people, 100.0)[1][finite].all()
    adds_up = abs(float(np.nansum(numbers)) - 1) < 0.02
    return 100.0 if of_percent and not adds_up else 1.0


def _decimals(column: Column) -> int:
    return max((len(cell.partition(".")[2]) for cell in column.cells if "e" not in cell), default=0)


RULES = (
    Rule(
        "TAB106", "Counts behind shares", Verdict.BLOCK,
        "Round the shares so that they hold no count below the minimum, or merge the groups.",
        Table, implied_counts,
    ),
    Rule(
        "TAB112", "Means of marks", Verdict.BLOCK,
        "Give the number of people who have it where it is large enough, and merge groups.",
        Table, means_of_marks,
    ),
)  # fmt: skip
