"""Tables with one row a group: counts of people, means of groups, cross tables."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gdi_spe.disclosure.contents.roles import (
    Role,
    cross_table_columns,
    crossed_labels,
    is_about_variants,
    role_of,
    roles_of,
    with_role,
)
from gdi_spe.disclosure.contents.rows.variants import is_total
from gdi_spe.disclosure.contents.table import Column, Table, distinct_rows
from gdi_spe.disclosure.contents.words.vocabulary import NOT_PEOPLE
from gdi_spe.disclosure.shapes.people.flows import are_gaps_told, is_flow, is_left
from gdi_spe.disclosure.shapes.people.means import (
    TOTAL,
    is_of_large_groups,
    is_part_of_people,
    mean_of_trait,
    means_of_traits,
    says_rounded,
)
from gdi_spe.disclosure.shapes.shape import Objections, Shape, is_grid, level_of_quantile, values

if TYPE_CHECKING:
    from gdi_spe.disclosure.rules.rule import Judging

_MOST_ROWS = 1000
_MOST_CODES = 20
_LEAST_QUANTILES = 3
_LEAST_TOLD = 2
_PERCENT = re.compile(r"(^|_)(percent(age)?|pct)(_|$)|%")
# A cross table that says nothing of the cohort's size counts at most so many people.
_MOST_PEOPLE = 100_000
_EDGE = re.compile(
    r"lo|hi|low|high|left|right|from|to|start|end|bin\w*|mid\w*|lower|upper|edge\w*", re.IGNORECASE
)
_LIMITS = (re.compile(r"(^|_)lower(_|$)"), re.compile(r"(^|_)upper(_|$)"))
_SUM = re.compile(r"(sum|total)(_\w{1,20})?|\w{1,20}_(sum|total)", re.IGNORECASE)
_MEAN = re.compile(r"(mean|avg|average)(_\w{1,20})?|\w{1,20}_(mean|avg|average)", re.IGNORECASE)
_ANCESTRY = re.compile(
    r"(sbs|dbs|id|cn|sv|signature)_?\d{1,3}[a-z]?|(k|q|cluster|component|pop|anc(estry)?)_?\d{1,2}(_(mean|sd|std))?|(eur|afr|amr|eas|sas|mid|nfe|fin)(_(mean|sd|anc\w*|prop\w*))?",
    re.IGNORECASE,
)
_QUANTITY = re.compile(
    r"age(_(at|of|in)_\w{1,16}|_years?)?|\w{1,12}_age|years?_old|height(_cm)?|weight(_kg)?|bmi|sbp|dbp|systolic\w*|diastolic\w*"
    r"|pulse|heart_rate|waist|hip|birth_?year|year_of_birth|onset|income|salary|platelets|crp|hba1c|dose(_mg)?|days|weeks|iq",
    re.IGNORECASE,
)


def labels_and_counts(table: Table) -> tuple[list[Column], list[Column]]:
    """Return the columns of words, and those that count people."""
    return with_role(table, Role.LABEL), with_role(table, Role.PEOPLE, Role.PAIRS)


def _fits_aggregates(table: Table, judging: Judging) -> bool:
    labels, counts = labels_and_counts(table)
    edges = [c for c in table.columns if _EDGE.fullmatch(c.plain) and c.numbers is not None]
    others = [c for c in table.columns if NOT_PEOPLE.fullmatch(c.plain) and c.is_integer]
    named = bool(labels or edges or others or _is_key(table.columns[0], table))
    named = named or _divides_everybody(counts, table, judging)
    return bool(counts) and named and not is_about_variants(table)


def _divides_everybody(counts: list[Column], table: Table, judging: Judging) -> bool:
    """Whether rows without names count no more people together than there are: they are groups."""
    n = judging.context.n_individuals
    totals = [c for c in counts if is_total(c.plain)]
    few = table.n_rows <= _MOST_CODES
    return few and n is not None and any(np.nansum(values(c)) <= n for c in totals)


def _is_key(column: Column, table: Table) -> bool:
    """Whether a first column of a few whole numbers names each row, as codes of a variable do."""
    return (
        column is table.columns[0]
        and column.is_integer
        and role_of(column) is Role.UNKNOWN
        and column.n_distinct == table.n_rows <= _MOST_CODES
    )


def _aggregates(table: Table, judging: Judging) -> Objections:
    """Object to a column beside labels, counts and statistics, and to counts that do not fit."""
    known = {
        Role.LABEL, Role.PEOPLE, Role.PAIRS, Role.STATISTIC, Role.EFFECT, Role.ERROR, Role.P,
        Role.OTHER_COUNT, Role.CHROMOSOME,
    }  # fmt: skip
    means = [mean_of_trait(table), *means_of_traits(table, judging)]
    for column, role in zip(table.columns, roles_of(table), strict=True):
        edge = bool(_EDGE.fullmatch(column.plain)) and column.numbers is not None
        told = edge or _is_key(column, table) or _tells_means_again(column, table)
        told = told or column in means or _is_mean_ancestry(column) or _is_share(column, table)
        told = told or _is_told_in_percent(column, table, judging)
        told = told or is_part_of_people(column, table, judging)
        told = told or (role is Role.UNKNOWN and is_of_large_groups(column, table, judging))
        if role not in known and not told:
            yield f"The column “{column.name}” has no known meaning beside counts."
        if role is Role.OTHER_COUNT and not column.is_integer:
            yield f"“{column.name}” is not a whole number throughout."
    yield from _twice(table)
    yield from _edges(table)
    yield from _quantiles_of_few(table, judging)
    for column in with_role(table, Role.PEOPLE, Role.PAIRS):
        if not is_left(column, table, judging):
            yield from _count(column, table, judging)


def _is_mean_ancestry(column: Column) -> bool:
    """Whether numbers are shares of ancestry, which beside counts of people are their means."""
    if column.numbers is None or not _ANCESTRY.fullmatch(column.plain):
        return False
    numbers = values(column)
    return bool(np.isfinite(numbers).all() and numbers.min() >= 0 and numbers.max() <= 1)


def _is_share(column: Column, table: Table) -> bool:
    """Whether numbers are what a count of people is of one whole, or of another count."""
    numbers = column.numbers
    if numbers is None or not np.isfinite(numbers).all() or not numbers.min() > 0:
        return False
    counts = [values(c) for c in with_role(table, Role.PEOPLE)]
    wholes = [*counts, *(np.full(table.n_rows, np.median(c / numbers)) for c in counts)]
    step = np.array([10.0 ** -len(cell.partition(".")[2]) for cell in column.texts()])
    return numbers.max() <= 1 and table.n_rows > 1 and any(
        bool((np.abs(count / np.maximum(whole, 1) - numbers) <= 0.51 * step).all())
        for count in counts for whole in wholes if whole is not count
    )  # fmt: skip


def _is_told_in_percent(column: Column, table: Table, judging: Judging) -> bool:
    """Whether whole numbers are people among those counted, of whom a column tells the percent.

    TRUST: enough people are counted in each row, and enough are left.
    """
    if not column.is_integer or role_of(column) is not Role.UNKNOWN or table.n_rows < _LEAST_TOLD:
        return False
    part, minimum = values(column), judging.policy.counts.minimum
    wholes = [values(c) for c in with_role(table, Role.PEOPLE) if c.is_integer and not c.is_part]
    percents = [c for c in table.columns if c.numbers is not None and _PERCENT.search(c.plain)]
    return any(
        bool((part >= minimum).all() and (whole - part >= minimum).all())
        and bool((np.abs(100 * part / whole - values(told)) <= 0.051).all())
        for whole in wholes for told in percents
    )  # fmt: skip


def _tells_means_again(column: Column, table: Table) -> bool:
    """Whether sums are those of the means and counts beside them, and so tell nothing more."""
    if column.numbers is None or not _SUM.fullmatch(column.plain):
        return False
    means = [c for c in table.columns if c.numbers is not None and _MEAN.fullmatch(c.plain)]
    for mean in means:
        for count in with_role(table, Role.PEOPLE):
            told = values(mean) * values(count)
            if np.allclose(told, values(column), rtol=0.005, atol=1):
                return True
    return False


def _quantiles_of_few(table: Table, judging: Judging) -> Objections:
    """Object to quantiles of groups beyond which few people lie."""
    counts = [values(c) for c in with_role(table, Role.PEOPLE)]
    levels = {c.name: level for c in table.columns if (level := level_of_quantile(c)) is not None}
    if not counts or len(levels) < _LEAST_QUANTILES:
        return
    fewest = min(float(np.nanmin(c)) for c in counts)
    for name, level in levels.items():
        if fewest * min(level, 1 - level) < judging.policy.counts.minimum:
            yield f"Few people lie beyond “{name}” in the smallest group."


def _count(column: Column, table: Table, judging: Judging) -> Objections:
    numbers, n = values(column)[~_accuracies(table)], judging.context.n_individuals
    gaps = np.isnan(numbers).any() and not column.is_part and not are_gaps_told(column, table)
    whole = bool((numbers[np.isfinite(numbers)] % 1 == 0).all())
    if not whole or gaps or not np.isfinite(numbers).any():
        yield f"“{column.name}” is not a count throughout."
        return
    most = None if n is None else n * (n - 1) // 2 if role_of(column) is Role.PAIRS else n
    # Those who live in a region are no part of the cohort.
    living = column.plain in ("population", "population_size", "inhabitants")
    if most is not None and np.nanmax(numbers) > most and not living:
        yield f"“{column.name}” counts more than the cohort has ({most:,})."


def _accuracies(table: Table) -> NDArray[np.bool_]:
    """Return the rows of scikit-learn's report that have the accuracy in every column."""
    is_report = table.column("precision") is not None and table.column("recall") is not None
    numbers = [values(c) for c in table.columns if c.numbers is not None]
    if not is_report or not table.labels:
        return np.zeros(table.n_rows, dtype=bool)
    named = np.array([text.lower() == "accuracy" for text in table.labels[0].texts()])
    alike = np.ptp(np.stack(numbers), axis=0) == 0
    return np.asarray(named & alike)


def _twice(table: Table) -> Objections:
    if table.n_rows > _MOST_ROWS:
        yield f"It has {table.n_rows:,} rows, more than a table of groups has."
    labels = with_role(table, Role.LABEL)
    edges = [c for c in table.columns if _EDGE.fullmatch(c.plain)]
    others = with_role(table, Role.OTHER_COUNT)
    keys = [*labels, *edges, *others]
    if keys and distinct_rows(keys) != table.n_rows:
        yield "A group stands twice."


def _edges(table: Table) -> Objections:
    """Object to bins whose edges the data chose: the outermost are the extremes."""
    fitted = bool(with_role(table, Role.EFFECT)) or _are_limits(table)
    for column in table.columns:
        if not _EDGE.fullmatch(column.plain) or column.numbers is None or table.n_rows < 3:
            continue
        if fitted and not column.plain.startswith(("bin", "edge")):
            continue  # limits of an interval about an effect
        even = is_grid(np.sort(values(column))) or _ends_round(values(column))
        if not even or not _is_round(values(column)):
            yield f"The edges in “{column.name}” are not round numbers at even steps."


def _are_limits(table: Table) -> bool:
    """Whether edges are the limits of an interval about a statistic, in every row."""
    found = [
        next((c for c in table.columns if end.search(c.plain) and c.numbers is not None), None)
        for end in _LIMITS
    ]
    lower, upper = found
    if lower is None or upper is None:
        return False
    return any(
        bool((values(lower) < values(c)).all() and (values(c) < values(upper)).all())
        for c in with_role(table, Role.STATISTIC) if c not in (lower, upper)
    )  # fmt: skip


def _ends_round(edges: NDArray[np.float64]) -> bool:
    """Whether uneven bins begin and end where somebody chose: at multiples of a whole step."""
    ordered = np.unique(edges)
    if ordered.size < 3 or not np.isfinite(ordered).all():
        return False
    step = float(np.median(np.diff(ordered)))
    unit = 10.0 ** np.floor(np.log10(step) + 1e-9)
    whole = 5 * unit if step >= 5 * unit else unit
    ends = ordered[[0, -1]] / whole
    return bool(np.abs(ends - np.rint(ends)).max() < 1e-6)


def _is_round(edges: NDArray[np.float64]) -> bool:
    """Whether every edge is a multiple of 1, 2 or 5 times the power of ten below the step."""
    step = float(np.median(np.diff(np.sort(edges))))
    unit = 10.0 ** np.floor(np.log10(step) + 1e-9)
    return bool(np.abs(edges / (unit / 2) - np.rint(edges / (unit / 2))).max() < 1e-6)


def _fits_cross(table: Table, judging: Judging) -> bool:
    return (
        bool(cross_table_columns(table))
        and not is_about_variants(table)
        and not any(EXTREME_WORD.search(c) for c in _words(table) if not _is_margin(c, table))
    )


def _is_margin(name: str, table: Table) -> bool:
    """Whether a column or a row called a sum is the sum of the others: a margin, and no extreme."""
    if name.strip().lower() != "sum":
        return False
    numbers = [c for c in table.columns if c.numbers is not None]
    kept = [i for i, c in enumerate(numbers) if c.name != name]
    rows = np.array([cell != name for cell in table.columns[0].texts()])
    matrix = np.column_stack([values(c) for c in numbers])
    of_columns = len(kept) == len(numbers) or all(
        np.array_equal(matrix[:, i], matrix[:, kept].sum(axis=1))
        for i in range(len(numbers)) if i not in kept
    )  # fmt: skip
    of_rows = rows.all() or all(
        np.array_equal(matrix[i], matrix[rows].sum(axis=0)) for i in np.flatnonzero(~rows)
    )
    return bool(of_columns and of_rows and rows.any() and kept)


EXTREME_WORD = re.compile(
    r"\b(min|max|minimum|maximum|sum|youngest|oldest|largest|smallest)\b", re.IGNORECASE
)


def _words(table: Table) -> list[str]:
    return [c.name for c in table.columns] + list(table.columns[0].cells[:200])


def _cross(table: Table, judging: Judging) -> Objections:
    """Object to whole numbers that need not be counts of people."""
    first, *rest = table.columns
    labels = crossed_labels(table) or [first]
    rest = [c for c in rest if c not in labels and c.numbers is not None]
    names = role_of(first) in (Role.LABEL, Role.CHROMOSOME) or NOT_PEOPLE.fullmatch(first.plain)
    # SAS writes what its cells are, "Frequency", above the names of the rows.
    corner = first.plain == "frequency" and any(map(TOTAL.fullmatch, first.cells))
    named = names and all(role_of(c) is Role.LABEL for c in labels[1:])
    if not (named or corner) or distinct_rows(labels) != table.n_rows:
        yield f"The column “{first.name}” does not name each group once."
        return
    inner = [c for c in rest if not TOTAL.fullmatch(c.plain)]
    # TRUST: ages in whole years are no counts, though each is above the minimum.
    if measured := [c.name for c in inner if _QUANTITY.fullmatch(c.plain)]:
        yield f"“{measured[0]}” is what a person has, and no count of people."
    total = [[bool(TOTAL.fullmatch(cell)) for cell in c.texts()] for c in labels]
    kept = ~np.any(np.array(total), axis=0)
    matrix = np.column_stack([values(c) for c in inner])[kept] if inner else np.zeros((0, 1))
    if not matrix.size or not np.isfinite(matrix).all():
        yield "Cells are missing."
        return
    if matrix.shape[0] * matrix.shape[1] > _MOST_ROWS:
        yield "It has more cells than a table of groups has."
    blocks = _by_heading(matrix, [x for x, k in zip(first.texts(), kept, strict=True) if k])
    told = is_flow(matrix, judging.policy.counts.minimum)
    told = told or says_rounded(first, inner, matrix, judging)
    if not told and not all(_may_count(b, judging.context.n_individuals) for b in blocks):
        yield "Nothing tells whether its whole numbers count people."


def _by_heading(
    matrix: NDArray[np.float64], labels: list[str]
) -> list[NDArray[np.float64]]:  # fmt: skip
    """Divide rows by the heading before their names: each heading divides everybody anew."""
    headings = [label.partition(": ")[0] if ": " in label else "" for label in labels]
    if not all(headings):
        return [matrix]
    return [matrix[[h == each for h in headings]] for each in dict.fromkeys(headings)]


def _may_count(matrix: NDArray[np.float64], n: int | None) -> bool:
    """Whether whole numbers are plausible as a division of the cohort, or of each row's people."""
    rows = matrix.sum(axis=1)
    even = bool(rows.max() <= 1.25 * max(rows.min(), 1)) and len(rows) > 1
    if n is not None:
        return bool(matrix.sum() <= n or (even and rows.max() <= n <= 2 * rows.min()))
    # Extremes of groups lie close together; counts of groups do not, unless each row is everyone.
    spread = bool(matrix.max() >= 1.5 * max(matrix.min(), 1))
    return bool(matrix.sum() <= _MOST_PEOPLE and spread)


SHAPES = (
    Shape("groups with counts of people", _fits_aggregates, _aggregates),
    Shape("cross table of counts", _fits_cross, _cross),
)
