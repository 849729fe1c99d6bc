"""Means and other statistics of groups: which columns tell of many people by what they hold."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gdi_spe.disclosure.contents.roles import (
    Role,
    crossed_labels,
    is_about_variants,
    role_of,
    with_role,
)
from gdi_spe.disclosure.contents.table import Column, Table, distinct_rows
from gdi_spe.disclosure.contents.words.numbering import are_one_series, has_codes
from gdi_spe.disclosure.contents.words.vocabulary import (
    EXTREMES,
    PERSON_COLUMN,
    PERSON_NAME,
    TRAIT,
    counts_things,
)
from gdi_spe.disclosure.shapes.shape import Objections, Shape, values

if TYPE_CHECKING:
    from gdi_spe.disclosure.rules.rule import Judging

TOTAL = re.compile(r"all|total|totals|sum|overall|any|marginal", re.IGNORECASE)
_SUM = re.compile(r"(\w{1,20}_)?(sum|total)(_\w{1,20})?", re.IGNORECASE)
_SPREAD = re.compile(r"sd|std|stdev|se|sem|std_err\w*")
# Means of groups differ by less than this share of them; single people's values by more.
_MEANS_WITHIN = 0.4
_BARE_MEANS_WITHIN = 0.15
_MOST_CODES = 20
# A group so many times the minimum is large: what is told of it is of no single person.
_LARGE = 10
_LEAST_GROUPS = 3
# Nobody measures people to so many digits; means have them.
_DIGITS_OF_MEANS = 5
_COUNTED = re.compile(r"(n|num|no|number|count)_\w{1,24}")


_ROUNDED = re.compile(
    r"\b(n|counts?|numbers?|frequenc\w*|participants|people|individuals|patients)\b[^()]{0,20}\brounded"
    r"( up| down)? to( the)?( nearest)?( multiples? of)? (?P<step>\d{1,2})\b",
    re.IGNORECASE,
)
_BAND = re.compile(
    r"(age |aged )?(\d{1,3}\s?(-|–|to)\s?\d{1,3}|\d{1,3}\s?\+"
    r"|(<|>|≤|≥|<=|>=|under |over )\s?\d{1,3})( years?)?",
    re.IGNORECASE,
)
_LEAST_STEP = 3


def mean_of_trait(table: Table) -> Column | None:
    """Return the one column that goes by the name of a trait beside its spread and its people."""
    unknown = [c for c in table.columns if role_of(c) is Role.UNKNOWN and not c.is_integer]
    spread = any(_SPREAD.fullmatch(c.plain) for c in with_role(table, Role.STATISTIC, Role.ERROR))
    found = [c for c in unknown if TRAIT.fullmatch(c.plain)]
    return found[0] if spread and len(unknown) == 1 and found else None


def means_of_traits(table: Table, judging: Judging) -> list[Column]:
    """Return columns that go by the names of traits, if they are means of the groups in each row.

    TRUST: groups are named or crossed, enough people are counted in each and no more than there
    are, and what is told of each lies as near together as means do and people do not. Whichever of
    several counts a mean is of, it is of enough people.
    """
    counts, n = with_role(table, Role.PEOPLE), judging.context.n_individuals
    labels = crossed_labels(table) or with_role(table, Role.LABEL)
    if not counts or not labels or distinct_rows(labels) != table.n_rows or n is None:
        return []
    if len(labels) == 1 and table.n_rows > _MOST_CODES:
        return []
    fewest = np.min([values(c) for c in counts], axis=0)
    people = np.max([values(c) for c in counts], axis=0)
    kept = ~np.array([any(TOTAL.fullmatch(c.text(i)) for c in labels) for i in range(len(people))])
    least = judging.policy.counts.minimum * (1 if len(counts) == 1 else _LARGE)
    if not (fewest >= least).all() or people[kept].sum() > n:
        return []
    rest = [c for c in table.columns if role_of(c) is Role.UNKNOWN and c.numbers is not None]
    return [
        c for c in rest
        if TRAIT.fullmatch(c.plain) and not c.is_integer and _is_near(values(c), _MEANS_WITHIN)
    ]  # fmt: skip


def _is_near(numbers: NDArray[np.float64], within: float) -> bool:
    """Whether values lie as near together as means of many people do."""
    finite = np.isfinite(numbers).all()
    return bool(finite and np.ptp(numbers) <= within * abs(float(np.mean(numbers))))


def is_of_large_groups(column: Column, table: Table, judging: Judging) -> bool:
    """Whether a statistic without a known name is of groups that are all large.

    TRUST: fractions beside the numbers of people of groups, each named once, count nobody. What a
    person has, is called or is the most of is not meant.
    """
    counts = [values(c) for c in with_role(table, Role.PEOPLE) if not c.is_part]
    labels = [c for c in table.columns if c.numbers is None or role_of(c) is Role.OTHER_COUNT]
    if column.numbers is None or column.is_integer or not counts or not labels:
        return False
    if distinct_rows(labels) != table.n_rows or _is_personal(column.plain):
        return False
    least = min(float(np.nanmin(each)) for each in counts)
    return least >= _LARGE * judging.policy.counts.minimum


_OF_ONE = re.compile(
    r"(^|_)(min|max|minimum|maximum|largest|biggest|smallest|highest|lowest|oldest|youngest|top|first|last"
    r"|patient|person|participant|individual|case|carrier|proband|id)(_|$)|dominan"
)


def _is_personal(name: str) -> bool:
    """Whether a name is for what one person has, or for a sum that one person can make up."""
    if _SUM.fullmatch(name):
        return True
    named = (TRAIT, PERSON_COLUMN, PERSON_NAME, EXTREMES)
    told = any(pattern.fullmatch(name) for pattern in named) or bool(_OF_ONE.search(name))
    return told or name.startswith("column_")


def is_part_of_people(column: Column, table: Table, judging: Judging) -> bool:
    """Whether whole numbers that are called counts are parts of the people counted beside them.

    TRUST: enough people are in each part, and enough are left.
    """
    known = role_of(column) is Role.UNKNOWN and _COUNTED.fullmatch(column.plain)
    if not column.is_integer or not known or counts_things(column.plain):
        return False
    part, minimum = values(column), judging.policy.counts.minimum
    wholes = [values(c) for c in with_role(table, Role.PEOPLE) if c.is_integer and not c.is_part]
    return any(
        bool((part >= minimum).all() and (whole - part >= minimum).all()) for whole in wholes
    )


def _fits(table: Table, judging: Judging) -> bool:
    labels = with_role(table, Role.LABEL)
    rest = [c for c in table.columns if c not in labels]
    return (
        len(labels) == 1
        and labels[0] is table.columns[0]
        and len(rest) > 1
        and not is_about_variants(table)
        and all(c.numbers is not None and not c.is_integer for c in rest)
        and all(TRAIT.fullmatch(c.plain) and role_of(c) is Role.UNKNOWN for c in rest)
    )


def _means(table: Table, judging: Judging) -> Objections:
    """Object to means of traits by group that may be the values of single people.

    TRUST: how many people are in each group is not told; means of many lie close together, and
    have more digits than anybody is measured to.
    """
    groups, *rest = table.columns
    n, minimum = judging.n_people, judging.policy.counts.minimum
    if n is None or n < table.n_rows * _LARGE**2 * minimum:
        yield "How many people are in each group is not told, and there need not be many."
    if not _LEAST_GROUPS <= table.n_rows <= _MOST_CODES or groups.n_distinct != table.n_rows:
        yield "A group stands twice, or there are few or very many."
    if PERSON_COLUMN.fullmatch(groups.plain) or any(re.search(r"\d{3}", x) for x in groups.cells):
        yield "Its rows are named as people are."
    for column in rest:
        long = sum(len(re.sub(r"\D", "", x)) >= _DIGITS_OF_MEANS for x in column.texts())
        if not _is_near(values(column), _BARE_MEANS_WITHIN) or long < 0.6 * table.n_rows:
            yield f"“{column.name}” need not be means."


def says_rounded(
    first: Column, inner: list[Column], matrix: NDArray[np.float64], judging: Judging
) -> bool:
    """Whether a corner says that cells are counts that are rounded, and all of them are.

    TRUST: columns are bands of numbers and rows are named as groups are, so none is a person; no
    cell is small, and no row is of more people than there are.
    """
    said, n = _ROUNDED.search(first.name), judging.context.n_individuals
    if said is None or n is None or len(matrix) > _MOST_CODES or has_codes(first):
        return False
    bands = all(_BAND.fullmatch(c.name.strip()) for c in inner)
    whole = bool((matrix % int(said["step"]) == 0).all() and int(said["step"]) >= _LEAST_STEP)
    enough = bool(matrix.min() >= judging.policy.counts.minimum and matrix.sum(axis=1).max() <= n)
    return bands and whole and enough and not are_one_series(first.cells)


SHAPES = (Shape("means of traits by group", _fits, _means),)
