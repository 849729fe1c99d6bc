"""Tables with one row a locus, or a statistic of one: hypotheses, tested regions, credible sets."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from gdi_spe.disclosure.contents.roles import Role, role_of, with_role
from gdi_spe.disclosure.contents.table import Column, Table, distinct_rows, plain_name
from gdi_spe.disclosure.contents.words.dialects import head_of
from gdi_spe.disclosure.shapes.genomes.beside import is_of_one, unexplained
from gdi_spe.disclosure.shapes.genomes.regions import are_intervals
from gdi_spe.disclosure.shapes.shape import Objections, Shape, values

if TYPE_CHECKING:
    from gdi_spe.disclosure.rules.rule import Judging

# What coloc says of a locus: no trait, one, the other, both apart, both by one variant.
_HYPOTHESIS = re.compile(r"(posterior_)?(pp?|post_?prob)?_?h(?P<n>[0-4])_?(abf|pp|susie)?", re.I)
_ALL_HYPOTHESES = 5
_ROUNDED = 0.02
_MOST_LOCI = 300_000
_PLACES = (Role.CHROMOSOME, Role.POSITION, Role.OTHER_COUNT, Role.VARIANT)
_RESULTS = (
    Role.P, Role.STATISTIC, Role.EFFECT, Role.ERROR, Role.PROBABILITY, Role.OTHER_COUNT,
    Role.CHROMOSOME, Role.POSITION, Role.LABEL,
)  # fmt: skip
_BOUND = re.compile(r"(region_?|locus_?|block_?)?(start|end|stop)(_?(bp|pos(ition)?))?", re.I)
_MOMENT = re.compile(
    r"mean|sd|se|std|median|estimate|posterior_(mean|sd)|val(ue)?\w{0,4}|column_\d+|"
)
_OF_LINKAGE = re.compile(r"(min|max|mean|median|avg)_?(abs_?)?(corr|r2|ld)")
_MOST_STATISTICS = 30
_MOST_SETS = 20


def _fits_hypotheses(table: Table, judging: Judging) -> bool:
    return len(_hypotheses(table)) == _ALL_HYPOTHESES


def _hypotheses(table: Table) -> dict[str, Column]:
    """Return the columns of the five hypotheses."""
    found = ((_HYPOTHESIS.fullmatch(c.plain), c) for c in table.columns if c.numbers is not None)
    return {each["n"]: column for each, column in found if each}


def _chances(table: Table, judging: Judging) -> Objections:
    """Object to hypotheses that are not all there are, and to what may be of somebody beside them.

    They are made of what two studies told of a locus, each of many variants; of how many people
    does not matter where they add up to one.
    """
    told = _hypotheses(table).values()
    total = np.sum([values(c) for c in told], axis=0)
    if not (np.abs(total - 1) <= _ROUNDED).all() or min(values(c).min() for c in told) < 0:
        yield "Its hypotheses do not add up to one."
    rest = [c for c in table.columns if all(c is not each for each in told)]
    known = (*_PLACES, Role.PROBABILITY)
    yield from unexplained([c for c in rest if not _is_known(c, known)], "a table of loci")
    keys = [c for c in rest if c.numbers is None or role_of(c) in _PLACES]
    if not keys or distinct_rows(keys) != table.n_rows or table.n_rows > _MOST_LOCI:
        yield "A locus stands twice, or nothing names it."


def _is_known(column: Column, known: tuple[Role, ...]) -> bool:
    """Whether a column beside loci has a part of its own, or is what names them."""
    return role_of(column) in known or bool(_NAMES_LOCUS.fullmatch(column.plain))


_NAMES_LOCUS = re.compile(
    r"locus(_?(id|name|number))?|loci|region(_?id)?|gene(_?(id|name|symbol))?|symbol|ensembl\w*|ensg|hgnc\w*"
    r"|phenotype_?id|molecular_trait(_?id)?|lead_?\w{1,8}"
)


def _fits_regions(table: Table, judging: Judging) -> bool:
    return are_intervals(table) and bool(with_role(table, Role.P))


def _regions(table: Table, judging: Judging) -> Objections:
    """Object to tests of regions in few people, and to what may be of somebody beside them."""
    n = judging.side_car.n_individuals or judging.context.n_individuals
    if n is None or n < judging.policy.genomic.large_cohort:
        yield "How many people the regions were tested in is not known, or they are few."
    known = (*_RESULTS, Role.PEOPLE)
    unknown = [
        c for c in table.columns if role_of(c) not in known and not _BOUND.fullmatch(c.plain)
    ]
    unknown += [c for c in table.labels if not _is_known(c, (Role.CHROMOSOME,))]
    unknown += [c for c in table.columns if is_of_one(c) and c not in unknown]
    yield from unexplained(unknown, "a table of regions")
    keys = [c for c in table.columns if _is_known(c, _PLACES) or c.numbers is None]
    if distinct_rows(keys) != table.n_rows:
        yield "A region stands twice."


def _fits_named(table: Table, judging: Judging) -> bool:
    if not table.labels or table.n_rows > _MOST_STATISTICS:
        return False
    first = table.labels[0]
    rest = [c for c in table.columns if c is not first and (c.numbers is not None or any(c.cells))]
    return bool(rest) and all(map(_is_statistic, first.cells)) and all(map(_may_be_moment, rest))


def _is_statistic(label: str) -> bool:
    """Whether the name of a row is that of a statistic of linkage, heritability or fit."""
    name = "_".join(re.findall(r"[A-Za-z0-9]+", label)).lower()
    return bool(_OF_LINKAGE.fullmatch(name)) or head_of(name) in ("z", "p")


def _may_be_moment(column: Column) -> bool:
    return bool(_MOMENT.fullmatch(column.plain)) and (
        column.numbers is not None or set(column.cells) <= {"NA", "", "."}
    )


def _named(table: Table, judging: Judging) -> Objections:
    """Object to statistics by name that are of few people."""
    n = judging.side_car.n_individuals or judging.context.n_individuals
    if n is None or n < judging.policy.genomic.large_cohort:
        yield "How many people the statistics are of is not known, or they are few."
    if table.labels[0].n_distinct != table.n_rows:
        yield "A statistic stands twice."


def _fits_purity(table: Table, judging: Judging) -> bool:
    is_tree = table.path.startswith("json") and table.n_rows <= _MOST_SETS
    return is_tree and all(c.numbers is not None and _OF_LINKAGE.fullmatch(_bare(c))
                           for c in table.columns)  # fmt: skip


def _bare(column: Column) -> str:
    """Return a name as it is written, whatever program it is known of."""
    return plain_name(column.name)


def _purity(table: Table, judging: Judging) -> Objections:
    """Object to linkage within credible sets that is of few people, or no correlation."""
    n = judging.side_car.n_individuals or judging.context.n_individuals
    if n is None or n < judging.policy.genomic.large_cohort:
        yield "How many people the linkage is of is not known, or they are few."
    if any(np.nanmax(np.abs(values(c))) > 1 for c in table.columns):
        yield "It is no correlation."


SHAPES = (
    Shape("hypotheses of loci", _fits_hypotheses, _chances),
    Shape("tests of regions", _fits_regions, _regions),
    Shape("purity of credible sets", _fits_purity, _purity),
    Shape("statistics by name", _fits_named, _named),
)
