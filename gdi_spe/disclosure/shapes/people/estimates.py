"""Tables with one row a term or trait that was estimated: models, heritability, correlations."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from gdi_spe.disclosure.contents.roles import (
    Role,
    is_about_variants,
    role_of,
    roles_of,
    with_role,
)
from gdi_spe.disclosure.contents.table import Column, Table
from gdi_spe.disclosure.contents.words.numbering import are_one_series, counted_series
from gdi_spe.disclosure.contents.words.vocabulary import PERSON_COLUMN
from gdi_spe.disclosure.shapes.freedom import is_of_few, least_people
from gdi_spe.disclosure.shapes.genomes.beside import unexplained
from gdi_spe.disclosure.shapes.inferred import is_inferred
from gdi_spe.disclosure.shapes.shape import Objections, Shape, values

if TYPE_CHECKING:
    from gdi_spe.disclosure.rules.rule import Judging

# Terms that are so few are of no person each, if their names are of none.
_FEW_TERMS = 25
_HERITABLE = re.compile(
    r"(prop_|snp_|obs\w{0,8}_|liability_)?(h2|rg|lambda|coefficient|enrichment)(_\w*)?", re.I
)
_SITE = re.compile(r"cg\d{4,8}")
_HALF = 0.5
# "age > 54.00", "24.1 < bmi <= 27.0", "village = Salla".
_REASON = re.compile(r"[<>≤≥]=?\s?\d|\s=\s")
_ONE_PERSON = re.compile(
    r"(individual|participant|person|patient|subject|donor|proband|respondent|volunteer)s?"
    r"(_?(id|no|number|code|name))?|[fis]?id|sample_?(id|no|number|code|name)"
)
_NUMBERED = re.compile(r"[A-Za-z]{0,10}[_-]?\d{2,}")
_GENETIC = re.compile(
    r"(h2|rg|lambda\w*|intercept|ratio|mean_chi\w*|liability_h2|enrichment|coefficient|z|p|se|p_value)(_\w+)?"
    r"|(obs\w*|total|ldsc|snp|lia\w*|gcov|gen\w*|h2|prop)_\w{1,30}",
    re.IGNORECASE,
)


def _fits_model(table: Table, judging: Judging) -> bool:
    first = table.columns[0]
    roles = roles_of(table)
    return (
        first.numbers is None
        and Role.EFFECT in roles
        and not is_about_variants(table)
        and table.n_rows <= 200
    )


def _model(table: Table, judging: Judging) -> Objections:
    """Object to a model of an unknown number of people, or with a column beside its terms."""
    known = {
        Role.LABEL, Role.EFFECT, Role.ERROR, Role.P, Role.STATISTIC, Role.PEOPLE, Role.OTHER_COUNT,
        Role.SETTING,
    }  # fmt: skip
    bounds = _bounds(table)
    unknown = [
        column for column, role in zip(table.columns, roles_of(table), strict=True)
        if column not in bounds and role not in known
        and not re.fullmatch(r"df\w*|dof", column.name, re.IGNORECASE)
    ]  # fmt: skip
    # TRUST: estimates without errors or p-values do not prove that rows are terms.
    if is_inferred(table):
        yield from unexplained(unknown, "a model")
    else:
        yield from (f"The column “{c.name}” has no known meaning in a model." for c in unknown)
    yield from _of_one(table)
    if any(_ONE_PERSON.fullmatch(c.plain) for c in table.labels):
        yield "Its terms are named as people are."
    if series := next(filter(None, map(counted_series, table.labels)), ""):
        yield f"Its terms count up in one series (“{series}”): they may be of people."
    counts = [values(c) for c in with_role(table, Role.PEOPLE)]
    n = judging.n_people
    people = float(min(c.min() for c in counts)) if counts else n
    if people is None:
        yield from _behind(table, judging)
    elif people < table.n_rows * judging.policy.counts.minimum:
        yield f"It has {table.n_rows:,} terms for {people:,.0f} people."


def _behind(table: Table, judging: Judging) -> Objections:
    """Object to a model of which nothing says how many people it is of, unless its numbers do.

    TRUST: few terms with errors may be of any number of people but for what their p-values and
    intervals tell; many, or estimates alone, must tell that there are enough.
    """
    if least_people(table) >= table.n_rows * judging.policy.counts.minimum:
        return
    told = with_role(table, Role.ERROR, Role.P, Role.STATISTIC)
    if is_of_few(table):
        yield "Its intervals or p-values are those that a model of few people has."
    elif table.n_rows > _FEW_TERMS or not told:
        yield "How many people the model was fitted to is not known."


def _of_one(table: Table) -> Objections:
    """Object to weights that are of one person: levels of methylation, and reasons for a guess."""
    effects = [values(c) for c in with_role(table, Role.EFFECT)]
    alone = not with_role(table, Role.ERROR, Role.P, Role.STATISTIC)
    sites = any(all(map(_SITE.fullmatch, c.cells)) for c in table.labels)
    # TRUST: effects go both ways and are small; a level lies between 0 and 1.
    if alone and sites and all(e.min() >= 0 and _HALF < e.max() <= 1 for e in effects):
        yield "Its effects may be levels of methylation, as one sample has them."
    compared = [c for c in table.labels if sum(map(bool, map(_REASON.search, c.cells))) > 1]
    if alone and compared:
        yield f"“{compared[0].name}” tells of one person why a model guessed so."
    pairs = len(table.labels) > 1 and all(map(_is_of_nodes, table.labels[:2]))
    if alone and pairs:
        yield "Its rows are pairs of numbered things, which may be people."


def _is_of_nodes(column: Column) -> bool:
    return are_one_series(sorted(set(column.cells)))


def _bounds(table: Table) -> list[Column]:
    """Return columns "L" and "U" that lie on either side of the one effect in every row."""
    effects = with_role(table, Role.EFFECT)
    pair = [table.column(name) for name in ("l", "u")]
    found = [c for c in pair if c is not None and c.numbers is not None]
    if len(effects) != 1 or len(found) != len(pair):
        return []
    lower, effect, upper = values(found[0]), values(effects[0]), values(found[1])
    around = bool((lower <= effect).all() and (effect <= upper).all() and (lower < upper).any())
    return found if around else []


def _fits_genetics(table: Table, judging: Judging) -> bool:
    first, *rest = table.columns
    names = [c.plain for c in rest if c.numbers is not None]
    return (
        first.numbers is None
        and len(names) > 1
        and not is_about_variants(table)
        and all(_GENETIC.fullmatch(name) for name in names)
        and any(_HERITABLE.match(name) for name in names)
    )


def _genetics(table: Table, judging: Judging) -> Objections:
    """Object to tables of heritability that are long, or whose rows are numbered."""
    if table.n_rows > 200:
        yield f"It has {table.n_rows:,} rows."
    for column in table.columns:
        if column.numbers is not None:
            continue
        if role_of(column) is not Role.LABEL:
            yield f"The column “{column.name}” holds long words."
        if PERSON_COLUMN.fullmatch(column.plain) or any(map(_NUMBERED.fullmatch, column.cells)):
            yield f"The column “{column.name}” numbers its rows as people are numbered."
    if any(role_of(c) is Role.OTHER_COUNT and not c.is_integer for c in table.columns):
        yield "A number of things is not whole."


SHAPES = (
    Shape("heritability and genetic correlation", _fits_genetics, _genetics),
    Shape("model", _fits_model, _model),
)
