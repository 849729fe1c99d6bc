"""Tables with one row a phenotype: what a variant or score goes with, and parts of a variance."""

# ruff: noqa: E501  # words of one sort read better together
from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from gdi_spe.disclosure.contents.roles import Role, roles_of, with_role
from gdi_spe.disclosure.contents.rows.variants import minor_allele_counts, people_behind
from gdi_spe.disclosure.contents.table import Column, Table, distinct_rows
from gdi_spe.disclosure.shapes.shape import Objections, Shape, values

if TYPE_CHECKING:
    from gdi_spe.disclosure.rules.rule import Judging

_KEY = re.compile(
    r"phe_?code|phenotype(_?(code|id|name))?|outcome|trait|icd_?(9|10)?(_?code)?|endpoint"
)
_CODE = re.compile(r"\d{1,3}(\.\d{1,2})?")
_KNOWN = {
    Role.LABEL, Role.EFFECT, Role.ERROR, Role.P, Role.STATISTIC, Role.PEOPLE, Role.VARIANT,
    Role.ALLELE, Role.FREQUENCY, Role.OTHER_COUNT,
}  # fmt: skip
_MOST_PHENOTYPES = 5000
_MOST_VARIANTS = 5
_LONGEST_NAME = 80
_COMPONENT = re.compile(
    r"(Sum of )?V\((G|e|GxE|G?\d{0,2}|C|S)\d{0,2}\)(/Vp(_L)?)?|Vp|logL0?|LRT|df|Pval|n"
    r"|V\(\w{1,3}\)(/Vp)?_tr\d{1,2}|rG(_\w{1,8})?"
    r"|V\(G\d?\)_tr\d|C\(G\)_tr\d+|V\(e\)_tr\d|C\(e\)_tr\d+|Vp_tr\d|V\(G\)/Vp_tr\d"
)


def _keys(table: Table) -> list[Column]:
    return [c for c in table.columns if _KEY.fullmatch(c.plain) and _names(c)]


def _names(column: Column) -> bool:
    """Whether cells are words, or codes of phenotypes, which are numbers with a point."""
    return column.numbers is None or all(map(_CODE.fullmatch, column.cells))


def _fits(table: Table, judging: Judging) -> bool:
    return bool(_keys(table) and with_role(table, Role.P) and with_role(table, Role.PEOPLE))


def _phenotypes(table: Table, judging: Judging) -> Objections:
    """Object to tests of phenotypes whose people are few, unknown or more than there are."""
    keys = _keys(table)
    for column, role in zip(table.columns, roles_of(table), strict=True):
        if role not in _KNOWN and column not in keys:
            yield f"The column “{column.name}” has no known meaning beside phenotypes."
        elif role is Role.LABEL and max(map(len, column.cells)) > _LONGEST_NAME:
            yield f"The column “{column.name}” holds long words."
    variants = with_role(table, Role.VARIANT)
    if any(column.n_distinct > _MOST_VARIANTS for column in variants):
        yield "It is of many variants, not of one."
    if table.n_rows > _MOST_PHENOTYPES or distinct_rows([*keys, *variants]) != table.n_rows:
        yield "A phenotype stands twice, or there are too many."
    yield from _people(table, judging)


def _people(table: Table, judging: Judging) -> Objections:
    n, minimum = judging.context.n_individuals, judging.policy.counts.minimum
    for column in with_role(table, Role.PEOPLE):
        numbers = values(column)
        if not column.is_integer or not np.isfinite(numbers).all():
            yield f"“{column.name}” is not a count throughout."
        elif numbers.min() < minimum or (n is not None and numbers.max() > n):
            yield f"“{column.name}” counts few people, or more than the cohort has."
    people = people_behind(table, judging)
    copies = None if people is None else minor_allele_counts(table, people)
    if people is None or not np.isfinite(people).all():
        yield "How many people stand behind a row is not known."
    elif copies is not None and not (copies >= judging.policy.genomic.minimum_allele_count).all():
        yield "A row rests on few copies of an allele."


def _fits_components(table: Table, judging: Judging) -> bool:
    """Whether rows are named as the parts of a variance are."""
    first, *rest = table.columns
    return (
        first.numbers is None
        and 1 <= len(rest) <= 2
        and any("V(" in cell for cell in first.cells)
        and all(map(_COMPONENT.fullmatch, first.cells))
    )


def _components(table: Table, judging: Judging) -> Objections:
    """Object to parts of a variance that rest on few or unknown people."""
    first, *rest = table.columns
    if first.n_distinct != table.n_rows or any(c.numbers is None for c in rest):
        yield "A part stands twice, or is no number."
        return
    people = [v for c in rest[:1] for v, name in zip(values(c), first.texts(), strict=True)
              if name == "n"]  # fmt: skip
    n = min([*people, judging.context.n_individuals or np.inf])
    if not judging.policy.genomic.large_cohort <= n < np.inf:
        yield "It rests on few people, or how many is not known."


_METHOD = re.compile(
    r"(inverse[ _-]variance[ _-]weighted|ivw|mr[ _-]?(egger|raps|presso|mix|lasso|conmix|median|mode|ivw)|(simple|weighted|penali[sz]ed|contamination)[ _-](median|mode|mixture)"
    r"|wald ratio|maximum likelihood|egger|cml|gsmr|lcv|cause|debiased|dIVW)\b.{0,60}",
    re.IGNORECASE,
)
_MOST_METHODS = 500


def _fits_randomised(table: Table, judging: Judging) -> bool:
    """Whether each row is a method of Mendelian randomisation for an exposure and an outcome."""
    return any(all(map(_METHOD.fullmatch, c.cells)) for c in table.labels if c.cells)


def _randomised(table: Table, judging: Judging) -> Objections:
    """Object to anything but what the variants of two association studies tell together."""
    known = {
        Role.LABEL, Role.EFFECT, Role.ERROR, Role.P, Role.STATISTIC, Role.OTHER_COUNT, Role.PEOPLE,
    }  # fmt: skip
    for column, role in zip(table.columns, roles_of(table), strict=True):
        if role not in known:
            yield f"The column “{column.name}” has no known meaning beside methods."
        elif role is Role.LABEL and max(map(len, column.cells)) > _LONGEST_NAME:
            yield f"The column “{column.name}” holds long words."
    if table.n_rows > _MOST_METHODS or distinct_rows(table.labels) != table.n_rows:
        yield "A method stands twice, or there are too many."


SHAPES = (
    Shape("Mendelian randomisation", _fits_randomised, _randomised),
    Shape("tests of phenotypes", _fits, _phenotypes),
    Shape("components of a variance", _fits_components, _components),
)
