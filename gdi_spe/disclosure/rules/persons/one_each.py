"""Rules about results that are of one person each: effects by person, rankings, columns alike."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.roles import Role, role_of, with_role
from gdi_spe.disclosure.contents.rows.things import tells_of_sets
from gdi_spe.disclosure.contents.table import Column, Table, plain_name
from gdi_spe.disclosure.contents.words.numbering import is_who, named_people
from gdi_spe.disclosure.contents.words.vocabulary import TRAIT
from gdi_spe.disclosure.rules.rule import Hit, Judging, Rule
from gdi_spe.disclosure.shapes.shape import values

_LEAST_LEVELS = 6
_LEAST_RANKED = 3
_LEAST_ALIKE = 10
_RANK = re.compile(r"rank|no|nr|number|order|place|position|index|#|top|", re.IGNORECASE)
_OF_SOMEBODY = re.compile(
    rf"(\w{{1,12}}_)?(prs|pgs|grs|polygenic|risk|ltscore|gps)(_\w{{1,16}})?|({TRAIT.pattern})(_(z|resid\w*|score|value))?",
    re.IGNORECASE,
)
_NUMBERED = re.compile(r"(?P<stem>[A-Za-z]\w{0,20}?)[_.-]?(?P<who>[A-Za-z]{0,4}\d{1,9})", re.ASCII)


def effects_by_person(table: Table, judging: Judging) -> Iterator[Hit]:
    """Recognise estimates that belong to one person each: random effects, dummies, a ranking."""
    for column in table.labels:
        named = named_people(column)
        if named:
            why = f"{len(named):,} labels in “{column.name}” are a person's or a row's number."
            yield Hit(why, {"n_labels": len(named)}, f"[column={column.name}]")
    if levels := _levels_of_people(table):
        why = f"“{levels.name}” has {levels.n_distinct:,} levels of a grouping that is by person."
        yield Hit(why, {"n_levels": levels.n_distinct}, f"[column={levels.name}]")
    if ranked := _ranked(table):
        why = f"“{ranked.name}” is in the order of a rank, and no row counts people: one each."
        yield Hit(why, {"n_rows": table.n_rows}, f"[column={ranked.name}]")
    if n := _alike(table):
        why = f"{n:,} numbered columns have values of sets of genes: of one person each."
        yield Hit(why, {"n_columns": n})


def _levels_of_people(table: Table) -> Column | None:
    """Return the levels of random effects beside a column that says they are of people."""
    grouping = [c for c in table.labels if c.cells and all(map(is_who, filter(None, c.cells)))]
    if not any(any(c.cells) for c in grouping) or with_role(table, Role.PEOPLE):
        return None
    levels = [c for c in table.columns if c not in grouping and c.n_distinct == table.n_rows]
    named = [c for c in levels if c.numbers is None or c.is_integer]
    return named[0] if named and table.n_rows >= _LEAST_LEVELS else None


def _ranked(table: Table) -> Column | None:
    """Return a trait or score in the order of a rank that is all that names the rows."""
    ranks = [c for c in table.columns if _RANK.fullmatch(c.plain) and _counts_up(c)]
    told = table.labels or with_role(table, Role.PEOPLE, Role.P, Role.ERROR, Role.SETTING)
    if not ranks or told or table.n_rows < _LEAST_RANKED:
        return None
    order = np.argsort(values(ranks[0]))
    for column in table.columns:
        named = (plain_name(column.name), column.plain, column.name.lower())
        if column.numbers is None or not any(map(_OF_SOMEBODY.fullmatch, named)):
            continue
        steps = np.diff(values(column)[order])
        # TRUST: whoever is ranked by a trait is the person furthest out.
        if bool((steps <= 0).all() or (steps >= 0).all()) and column.n_distinct > 1:
            return column
    return None


def _counts_up(column: Column) -> bool:
    if not column.is_integer or column.n_missing or column.n_distinct != column.n_rows:
        return False
    numbers = values(column)
    return float(numbers.max() - numbers.min()) == column.n_rows - 1 and numbers.min() in (0, 1)


def _alike(table: Table) -> int:
    """Return how many columns beside sets of genes have one name that is numbered."""
    if not tells_of_sets(table):
        return 0
    stems: dict[str, int] = {}
    for column in table.columns:
        found = _NUMBERED.fullmatch(column.name)
        if found and column.numbers is not None and role_of(column) is not Role.PEOPLE:
            stems[found["stem"]] = stems.get(found["stem"], 0) + 1
    n = max(stems.values(), default=0)
    return n if n >= _LEAST_ALIKE else 0


RULES = (
    Rule(
        "PII120", "An estimate of each person", Verdict.BLOCK,
        "Give the variance of random effects instead of each, and leave terms of single people "
        "out; give a mean by group of enough people instead of a ranking.",
        Table, effects_by_person,
    ),
)  # fmt: skip
