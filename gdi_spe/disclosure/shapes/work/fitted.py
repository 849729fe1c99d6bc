"""Tables about models: designs, grids of settings, courses of training, quantiles, coefficients."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from gdi_spe.disclosure.contents.roles import Role, is_about_variants, role_of, with_role
from gdi_spe.disclosure.contents.table import Column, Table, distinct_rows
from gdi_spe.disclosure.contents.words.fitting import CONSTANT, SCORE, is_chosen, is_score
from gdi_spe.disclosure.shapes.shape import Objections, Shape, values

if TYPE_CHECKING:
    from gdi_spe.disclosure.rules.rule import Judging

_POWER = re.compile(r"(estimated_|achieved_|target_|statistical_)?power(_\w{1,12})?", re.IGNORECASE)
# How many a study to come needs.
_NEEDED = re.compile(
    r"(n|events?|total_n|n_total|sample_?size|cases|controls|people|participants)_(required|needed)"
    r"|(required|needed)_(n|events|total_n|sample_?size|cases|controls|people|participants)",
    re.IGNORECASE,
)
_LEVEL = re.compile(r"quantiles?|percentiles?|q|prob(s|ability)?|p|level|index|", re.IGNORECASE)
_AT_LEVEL = re.compile(r"(tau|q|quantile)?\s*+(?:=\s*+)?0?\.\d{1,3}", re.IGNORECASE)
_BARE = re.compile(r"column_\d+|\d{1,2}|values|", re.IGNORECASE)
_COMPONENTS = {
    "grp",
    "var1",
    "var2",
    "vcov",
    "sdcor",
    "groups_name",
    "groups",
    "group",
    "name",
    "variance",
    "std_dev",
    "sd",
    "corr",
    "effect",
    "term",
    "",
}
_SPREADS = {"variance", "std_dev", "sd", "sdcor"}
_LINKAGE = re.compile(r"r_?2|r_?sq(uared)?|d_?prime|ld_?r2?|dp|phase|r2_?\w{0,8}", re.IGNORECASE)
_PAIRED = re.compile(r"(chr(om)?|bp|pos(ition)?|maf|distance(_\w{1,4})?)_?[ab12]?", re.IGNORECASE)
_MOST_ROWS = 1000
# Of so few terms with a constant it need not be said to how many people they were fitted.
_MOST_TERMS, _FEW_TERMS = 200, 12
_MOST_LISTED = 30
_CHOSEN_DIGITS = 3
_OF_DESIGNS = {
    Role.SETTING, Role.PEOPLE, Role.FREQUENCY, Role.EFFECT, Role.P, Role.STATISTIC,
    Role.PROBABILITY, Role.LABEL, Role.OTHER_COUNT,
}  # fmt: skip


def _fits_design(table: Table, judging: Judging) -> bool:
    return any(_NEEDED.fullmatch(c.plain) for c in table.columns) or any(
        _POWER.fullmatch(c.plain) and c.numbers is not None and _is_share(c) for c in table.columns
    )


def _is_share(column: Column) -> bool:
    finite = values(column)[np.isfinite(values(column))]
    return bool(finite.size and finite.min() >= 0 and finite.max() <= 100)


def _design(table: Table, judging: Judging) -> Objections:
    """Object to anything in a table of power but what a study to come is planned with."""
    if is_about_variants(table) or table.n_rows > _MOST_ROWS:
        yield "It names variants, or has many rows."
    for column in table.columns:
        if role_of(column) not in _OF_DESIGNS and not _NEEDED.fullmatch(column.plain):
            yield f"The column “{column.name}” belongs to no design."
        elif role_of(column) is Role.LABEL and column.n_distinct > 20:
            yield f"The column “{column.name}” has many words."


def _fits_tuning(table: Table, judging: Judging) -> bool:
    settings = with_role(table, Role.SETTING)
    scores = [c for c in table.columns if c.numbers is not None and SCORE.fullmatch(c.plain)]
    enough = len(settings) + len(scores) > 1
    return bool(settings) and enough and not is_about_variants(table)


def _tuning(table: Table, judging: Judging) -> Objections:
    """Object to anything beside settings but how well and how fast a model did with them."""
    known = {
        Role.SETTING, Role.STATISTIC, Role.OTHER_COUNT, Role.LABEL, Role.P, Role.EFFECT, Role.ERROR,
    }  # fmt: skip
    for column in table.columns:
        if role_of(column) not in known:
            yield f"The column “{column.name}” belongs to no setting of a model."
        elif role_of(column) is Role.LABEL and any(map(_names_somebody, column.cells)):
            yield f"The column “{column.name}” holds other words than settings."
    n = judging.context.n_individuals
    if n is not None and table.n_rows * judging.policy.counts.minimum > n:
        yield f"It has {table.n_rows:,} rows for {n:,} people."


def _names_somebody(cell: str) -> bool:
    return bool(re.fullmatch(r"[A-Za-z]{0,6}[-_]?\d{3,}", cell))


def _fits_quantiles(table: Table, judging: Judging) -> bool:
    level = _level(table)
    return level is not None and len(table.columns) > 1


def _level(table: Table) -> Column | None:
    """Return the column of shares of people below: 0.05, 0.5, 0.95."""
    for column in table.columns:
        if not _LEVEL.fullmatch(column.plain):
            continue
        numbers = values(column) if column.numbers is not None else np.zeros(0)
        within = bool(numbers.size and numbers.min() > 0 and numbers.max() < 1)
        if column.plain == "p" and not (np.diff(numbers) > 0).all():
            continue  # p-values stand in no order
        if within and column.n_distinct == table.n_rows <= 101:
            return column
    return None


def _quantiles(table: Table, judging: Judging) -> Objections:
    """Object to quantiles beyond which there are few people."""
    level = _level(table)
    assert level is not None  # noqa: S101  # it fits
    counts = [values(c) for c in with_role(table, Role.PEOPLE)]
    known = judging.n_people
    n = min((float(np.nanmin(c)) for c in counts), default=known)
    beyond = np.minimum(values(level), 1 - values(level)).min()
    if n is None:
        yield "How many people the quantiles are of is not known."
    elif n * beyond < judging.policy.counts.minimum or n < judging.policy.genomic.large_cohort:
        yield f"Of {n:,.0f} people, few lie beyond the outermost quantile."
    if any(c.numbers is None for c in table.columns):
        yield "Not all columns are numbers."


# Longer ones are no list of terms, and are not searched for a constant.
_LONGEST_MODEL = 100_000


def _fits_terms(table: Table, judging: Judging) -> bool:
    first, *rest = table.columns
    return (
        first.numbers is None
        and bool(rest)
        and len(first.cells) <= _LONGEST_MODEL
        and any(CONSTANT.fullmatch(cell) for cell in first.cells)
        and all(c.numbers is not None for c in rest)
        and (_are_known(rest) or {c.name for c in rest} <= set(first.cells))
    ) or _fits_levels(table)


def _are_known(columns: list[Column]) -> bool:
    return all(_BARE.fullmatch(c.plain) or role_of(c) is not Role.UNKNOWN for c in columns)


def _fits_levels(table: Table) -> bool:
    """Whether terms with a constant are told at levels of a quantile: "tau= 0.10"."""
    first, *rest = table.columns
    return (
        first.numbers is None
        and len(rest) > 1
        and len(first.cells) <= _LONGEST_MODEL
        and any(CONSTANT.fullmatch(cell) for cell in first.cells)
        and all(c.numbers is not None and _AT_LEVEL.fullmatch(c.name.strip()) for c in rest)
    )


def _terms(table: Table, judging: Judging) -> Objections:
    """Object to coefficients of a model with as many terms as people allow."""
    n = judging.n_people
    if distinct_rows(table.columns[:1]) != table.n_rows or table.n_rows > _MOST_TERMS:
        yield "A term stands twice, or there are very many."
    few = n is None and table.n_rows <= _FEW_TERMS and not with_role(table, Role.ERROR, Role.P)
    if not few and (n or 0) < table.n_rows * judging.policy.counts.minimum:
        yield f"It has {table.n_rows:,} terms for {n or 0:,} people."
    if len(table.columns) > 12:
        yield f"It has {len(table.columns):,} columns, more than a model's terms have."


def _fits_components(table: Table, judging: Judging) -> bool:
    names = {re.sub(r"_+$", "", c.plain) for c in table.columns}
    return bool(names & _SPREADS) and names <= _COMPONENTS and bool(table.labels)


def _components(table: Table, judging: Judging) -> Objections:
    """Object to variance components of many groups, which could be people."""
    if table.n_rows > 20:
        yield f"It has {table.n_rows:,} rows."


def _fits_linkage(table: Table, judging: Judging) -> bool:
    numbers = [c for c in table.columns if _LINKAGE.fullmatch(c.plain) and c.numbers is not None]
    named = [c for c in table.columns if role_of(c) is Role.VARIANT]
    return bool(numbers) and len(named) >= 2


def _linkage(table: Table, judging: Judging) -> Objections:
    """Object to linkage between many variants, or of few people: it holds their haplotypes."""
    genomic, n = judging.policy.genomic, judging.context.n_individuals
    if n is None or n < genomic.large_cohort:
        yield "It is of few people, or how many is not known."
    if table.n_rows > genomic.most_lead_variants:
        yield f"It has {table.n_rows:,} pairs, more than hits and their proxies."
    places = {Role.VARIANT, Role.CHROMOSOME, Role.POSITION, Role.ALLELE, Role.LABEL}
    for column in table.columns:
        known = role_of(column) in places or _PAIRED.fullmatch(column.plain)
        if not known and not _LINKAGE.fullmatch(column.plain):
            yield f"The column “{column.name}” does not belong to linkage."


def _fits_listed(table: Table, judging: Judging) -> bool:
    """Whether a tree lists numbers under names of settings or of scores."""
    if not table.path.startswith(("json", "yaml")):
        return False
    named = (is_chosen(c.plain) or is_score(c.plain) for c in table.columns)
    return all(c.numbers is not None for c in table.columns) and all(named)


def _listed(table: Table, judging: Judging) -> Objections:
    """Object to a list that is long, or whose settings are more exact than somebody chooses."""
    if table.n_rows > _MOST_LISTED or any(c.n_missing for c in table.columns):
        yield f"It lists {table.n_rows:,} numbers, more than somebody chooses."
    chosen = [c for c in table.columns if is_chosen(c.plain)]
    if any(_is_exact(cell) for c in chosen for cell in c.cells):
        yield "Its numbers have more digits than somebody chooses."
    n = judging.n_people
    few = n is None or n < table.n_rows * judging.policy.counts.minimum
    if len(chosen) < len(table.columns) and few:
        yield "It lists scores of few people, or how many is not known."


def _is_exact(cell: str) -> bool:
    """Whether a number has more than three digits that count."""
    digits = re.sub(r"[eE].*$", "", cell).replace(".", "").replace("-", "").strip("0")
    return len(digits) > _CHOSEN_DIGITS


SHAPES = (
    Shape("list of settings or scores", _fits_listed, _listed),
    Shape("power of designs", _fits_design, _design),
    Shape("settings of a model", _fits_tuning, _tuning),
    Shape("quantiles", _fits_quantiles, _quantiles),
    Shape("terms of a model", _fits_terms, _terms),
    Shape("variance components", _fits_components, _components),
    Shape("linkage of hits", _fits_linkage, _linkage),
)
