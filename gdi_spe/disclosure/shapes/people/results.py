"""Results that are of no single person: terms with statistics, Table 1, tables without a header."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from gdi_spe.disclosure.contents.roles import Role, is_about_variants, role_of, with_role
from gdi_spe.disclosure.contents.rows.likeness import square_of
from gdi_spe.disclosure.contents.rows.things import genes_listed, tells_of_sets
from gdi_spe.disclosure.contents.table import Column, Table, distinct_rows
from gdi_spe.disclosure.contents.words.fitting import OF_A_MODEL, SCORE, SETTING
from gdi_spe.disclosure.contents.words.listings import are_genes
from gdi_spe.disclosure.contents.words.numbering import are_one_series, counted_series
from gdi_spe.disclosure.contents.words.prose import doubts
from gdi_spe.disclosure.contents.words.vocabulary import NOT_PEOPLE, PERSON_COLUMN, TRAIT, is_public
from gdi_spe.disclosure.shapes.freedom import is_of_few, least_people
from gdi_spe.disclosure.shapes.genomes.beside import unexplained
from gdi_spe.disclosure.shapes.inferred import is_inferred, is_tested
from gdi_spe.disclosure.shapes.shape import Objections, Shape, is_grid, values

if TYPE_CHECKING:
    from gdi_spe.disclosure.rules.rule import Judging

_OF_MODELS = (
    Role.EFFECT, Role.ERROR, Role.P, Role.PROBABILITY, Role.STATISTIC, Role.OTHER_COUNT,
    Role.SETTING,
)  # fmt: skip
# Statistics of a group's values: without the number of people nothing is known of them.
_OF_GROUPS = re.compile(
    r"(mean|avg|average|sd|std|stdev|median|q[123]|p\d{1,2}|iqr|var|variance|sum|total|rate|incidence|prevalence|percent|pct|proportion)(_\w*)?"
    r"|\w+_(mean|avg|sd|std|median|sum|total|iqr|q[123]|rate|pct|percent)",
    re.IGNORECASE,
)
_EXPLAINED = re.compile(
    r"(mean|median|avg)_(abs_)?(corr|r2|ld|info|maf|chi2|chi_sq|z|pip)(_\w{1,12})?|"
    r"(?:(?:pct|percent)_)*(?:pct|percent|cum\w*)_(var\w{0,8}|pct|percent)|(cum\w*_)?(variance_explained|explained_variance\w*|proportion(_of_variance)?)"
)
_SEEN = re.compile(r"(mean_)?(obs|pred|observed|expected|predicted)(_\w{1,12})?", re.IGNORECASE)
_OF_TERMS = re.compile(
    r"(\w{1,12}_)?(features?|variables?|terms?|predictors?|covariates?|parameters?|coefficients?|models?|metrics?|statistics?|components?|traits?|genes?|symbol|index|pathway|contrast|comparison)(_\w{1,12})?|",
    re.IGNORECASE,
)
_MOST_ROWS = 300
# Results that are so few need not say of how many people they are, if their names are of none.
_FEW_ROWS = 25
_MANY_NAMES = 10
_OF_MANY = re.compile(r"(\w{1,16}_)?(auc|auroc|auprc|c_?index|r2|r_squared)(_\w{1,16})?", re.I)
_PERSONAL = re.compile(
    rf"{TRAIT.pattern}|{PERSON_COLUMN.pattern}|(first|last|full|sur)?_?name", re.I
)
# "Multivariable HR (95% CI)", as the parts of its cells are named.
_OF_EFFECT = re.compile(
    r"(^|_)(a?(HR|OR|RR)|IRR|beta|coef\w*|est\w*|MD|effect|diff\w*)(_|$)", re.IGNORECASE
)
_GENE = re.compile(r"[A-Z][A-Z0-9-]{1,14}|ENSG\d{11}(\.\d+)?|C\d+orf\d+")
_SERIES = re.compile(r"[A-Za-z]{1,6}[_-]?\d{3,}")
_PAIRED = re.compile(r"[A-Za-z]{1,6}[_-]?\d{2,}")
_ONE_PERSON = re.compile(
    r"(sample|individual|participant|person|patient|subject|donor|proband|respondent|volunteer)s?"
    r"(_?(id|no|number|code|name))?|[fis]?id"
)
_CODE = re.compile(r"\w{0,5}|([A-Z]\.\s?){1,3}|.{0,12}\d.{0,12}")
_MOST_BARE_ROWS = 30
_MOST_CHARACTERISTICS = 200
_TOLD = (Role.EFFECT, Role.ERROR, Role.P, Role.PEOPLE)
_LIMIT = re.compile(r"(\w{1,16}_)?(lower|upper|low|high|lo|hi|lcl|ucl|lci|uci)(_\w{1,8})?", re.I)
_BOTH = 2
_NUMBERED_ROWS = re.compile(
    r"(cluster|level|index|id|idx|folds?|order|rank|class|iteration|k|model|group|set|bin)(_?(id|no|nr|number))?",
    re.I,
)
_SHARED = re.compile(
    r"(n_)?(overlap\w*|shared|in_common|both|common|intersect\w*|co_?occur\w*)", re.I
)
_RANKED = re.compile(r"(\w+_)?percentile(_rank)?|percentage_rank|centile", re.I)
_MOST_NUMBERED = 25
_CLOSE = 0.1
_MOST_TURNS = 0.4
_TIME = re.compile(r"time|t$|horizon|follow")


def labelled(table: Table) -> tuple[list[Column], list[Column]]:
    """Return the columns that name rows, years and the like among them, and the others."""
    names = [
        c for c in table.columns
        if role_of(c) in (Role.LABEL, Role.CHROMOSOME)
        or (NOT_PEOPLE.fullmatch(c.plain) and c.is_integer and role_of(c) is Role.OTHER_COUNT)
    ]  # fmt: skip
    names += [c for c in table.columns if c not in names and is_axis(c, table)]
    return names, [c for c in table.columns if c not in names]


def is_axis(column: Column, table: Table) -> bool:
    """Whether numbers are an even grid at which a curve with its errors or limits was read off.

    TRUST: in each group every place of the grid stands once, and all places are as far apart; rows
    that are counted from nought or one may be numbered people.
    """
    if column.numbers is None or role_of(column) in _TOLD or not is_inferred(table):
        return False
    if role_of(column) is Role.SETTING and not table.labels:
        return column.n_distinct == table.n_rows and column is table.columns[0]
    limits = [c for c in table.columns if _LIMIT.fullmatch(c.plain) and c is not column]
    if not with_role(table, Role.ERROR) and len(limits) < _BOTH:
        return False
    places = np.unique(values(column))
    counted = np.array_equal(places, np.arange(places.size) + min(places[0], 1.0))
    if counted and places.size == table.n_rows and not _TIME.match(column.plain):
        return False
    keys = [c for c in table.columns if role_of(c) is Role.LABEL and c.numbers is None]
    full = places.size * distinct_rows(keys) if keys else places.size
    return is_grid(places) and full == table.n_rows == distinct_rows([*keys, column])


def _fits_results(table: Table, judging: Judging) -> bool:
    _, rest = labelled(table)
    return (
        table.n_rows <= _MOST_ROWS
        and not is_about_variants(table)
        and _are_beside([c for c in rest if role_of(c) not in _OF_MODELS], table)
        and not any(_OF_GROUPS.fullmatch(c.plain) and not _is_of_a_model(c) for c in rest)
        and (bool(rest) or any(c.numbers is not None for c in table.columns))
        and not _is_weak(table, rest)
    )


def _are_beside(columns: list[Column], table: Table) -> bool:
    """Whether columns without a known meaning stand beside what was inferred of samples."""
    if not columns:
        return True
    if not all(role_of(c) is Role.UNKNOWN for c in columns) or not is_inferred(table):
        return False
    # TRUST: where rows are only named as work is, columns may be people: initials or names.
    if not is_tested(table) and not _are_results(columns, table):
        return False
    return not list(unexplained(columns, "results"))


def _are_results(columns: list[Column], table: Table) -> bool:
    """Whether known results stand beside columns without a meaning, whose names are words."""
    known = sum(role_of(c) in _OF_MODELS for c in table.columns)
    words = all(re.search(r"[a-z]{3}|[A-Z]{2}[A-Z_]*_", c.name) for c in columns)
    return words and known >= len(columns) - 1 and known > 0


def _is_weak(table: Table, rest: list[Column]) -> bool:
    """Whether one column alone has a name that also things of people have: "cover", "margin", "c".

    It is a model's where what names the rows is a feature, a term or a model.
    """
    if len(rest) != 1:
        return False
    name, role = rest[0].plain, role_of(rest[0])
    named = SETTING.fullmatch(name) or OF_A_MODEL.fullmatch(name) or _SEEN.fullmatch(name)
    if not named and (role is not Role.OTHER_COUNT or rest[0].is_integer):
        return False
    return not any(_OF_TERMS.fullmatch(c.plain) for c in table.columns if c is not rest[0])


def _is_of_a_model(column: Column) -> bool:
    """Whether a mean or share is one of scores, sums of squares or explained variance."""
    name = column.plain
    return bool(_EXPLAINED.fullmatch(name) or SCORE.fullmatch(name) or OF_A_MODEL.fullmatch(name))


def _results(table: Table, judging: Judging) -> Objections:
    """Object to results whose rows are as many as people, or not named."""
    names, rest = labelled(table)
    n = judging.n_people
    if not names:
        yield "No column names the rows."
        return
    crowded = n is not None and table.n_rows * judging.policy.counts.minimum > n
    is_large = table.n_rows > 20 or bool(with_role(table, Role.EFFECT))
    if crowded and is_large and not _are_features(names):
        yield f"It has {table.n_rows:,} rows for {n:,} people."
    if distinct_rows(names) != table.n_rows:
        yield "A row stands twice."
    yield from _of_people(table, names)
    if square_of(table) is not None:
        yield "It is a matrix of likeness, whose names may be of people."
    yield from _numbered_rows(names, rest)
    for column in (c for c in table.columns if _RANKED.fullmatch(c.plain)):
        # TRUST: where somebody stands in each of several traits is that person's.
        if column.n_rows > 2 and not _goes_one_way(column):
            yield f"“{column.name}” may be where one person stands."
    for column in (c for c in table.columns if _SHARED.fullmatch(c.plain) and c.is_integer):
        # TRUST: what two sets have in common is people, unless something says what it is of.
        few = (values(column) > 0) & (values(column) < judging.policy.counts.minimum)
        if few.any() and not tells_of_sets(table):
            yield f"“{column.name}” may count people, and fewer than the minimum."
    named = any(c.numbers is None or is_axis(c, table) for c in names)
    is_short = table.n_rows <= _FEW_ROWS and named
    counted = all(role_of(c) is Role.OTHER_COUNT for c in rest)
    # TRUST: a curve of cases and controls, or a share of variance, is of no single person.
    is_short = is_short or (table.n_rows <= _FEW_ROWS and any(map(_needs_many, rest)))
    enough = least_people(table) >= table.n_rows * judging.policy.counts.minimum
    if rest and n is None and not is_short and not counted and not enough:
        yield "How many people stand behind the results is not known."
    if n is None and not enough and is_of_few(table):
        yield "Its intervals or p-values are those that results of few people have."


def _goes_one_way(column: Column) -> bool:
    steps = np.diff(values(column))
    return bool((steps >= 0).all() or (steps <= 0).all()) if column.numbers is not None else True


def _needs_many(column: Column) -> bool:
    return bool(_OF_MANY.fullmatch(column.plain))


def _numbered_rows(names: list[Column], rest: list[Column]) -> Objections:
    """Object to rows that only a number names, as folds that leave one person out are named."""
    numbered = [c for c in names if c.numbers is not None]
    bare = len(numbered) == len(names) and any(_NUMBERED_ROWS.fullmatch(c.plain) for c in numbered)
    if bare and numbered[0].n_rows > _MOST_NUMBERED and not _are_smooth(rest):
        yield f"Its {numbered[0].n_rows:,} rows are only numbered: they may be of people."
    # TRUST: a number a row under "m0", "m1", ... is one of each model or of each person; those of
    # one model fitted again and again differ little.
    few = [c for c in names if c.numbers is None and are_one_series(sorted(set(c.cells)))]
    if len(few) == len(names) and few[0].n_rows > _MOST_NUMBERED and not all(map(_are_close, rest)):
        yield "Its rows are one word with a number each: they may be of people."
    series = [stem for c in names if c.numbers is None and (stem := counted_series(c))]
    if series:
        yield f"Its rows count up in one series (“{series[0]}”): they may be of people."
    for effect in (c for c in rest if role_of(c) is Role.EFFECT):
        errors = [values(c) for c in rest if role_of(c) is Role.ERROR]
        # TRUST: a model without each person in turn tells what that person adds to it.
        if bare and any(float(values(effect).std()) < 0.2 * np.nanmedian(e) for e in errors):
            yield "Estimates differ less than their errors allow: each leaves one person out."


def _are_close(column: Column) -> bool:
    """Whether numbers lie close together, as one model's do on many samples of the same people."""
    numbers = values(column)
    return bool(np.nanstd(numbers) <= _CLOSE * abs(np.nanmean(numbers)))


def _are_smooth(rest: list[Column]) -> bool:
    """Whether numbers go up or down from row to row, as they do while a model is trained."""
    changing = [values(c) for c in rest if c.numbers is not None and c.n_distinct > 2]
    turning = [float((np.diff(np.sign(np.diff(each))) != 0).mean()) for each in changing]
    return bool(turning) and max(turning) < _MOST_TURNS


def _of_people(table: Table, names: list[Column]) -> Objections:
    """Object to rows that are named as people are, or list what somebody carries."""
    # Groups of carriers have effects; people alone do not.
    fitted = with_role(table, Role.EFFECT, Role.ERROR, Role.P)
    words = [c for c in names if c.numbers is None]
    if not fitted and any(PERSON_COLUMN.fullmatch(c.plain) for c in words):
        yield "Its rows are named as people are."
    # TRUST: codes or initials in a column for people are people, whatever is told of them.
    if any(_ONE_PERSON.fullmatch(c.plain) and all(map(_CODE.fullmatch, c.cells)) for c in words):
        yield "Its rows are named as people are, by codes or initials."
    series = [c for c in words if all(_SERIES.fullmatch(t) and not is_public(t) for t in c.cells)]
    paired = [c for c in words if all(_PAIRED.fullmatch(t) and not is_public(t) for t in c.cells)]
    if table.n_rows > 2 and (series or len(paired) > 1):
        yield "Its rows are numbered as people are."
    tested = fitted and tells_of_sets(table)
    if not tested and any(_lists_genes(c) for c in words):
        yield "It lists genes for each of its rows, which may be people."
    if table.n_rows >= _MANY_NAMES and any(map(_may_be_copies, table.columns)):
        yield "Its whole numbers may be copies of an allele."


def _lists_genes(column: Column) -> bool:
    listed = genes_listed(column)
    return listed is not None and are_genes(sorted(set().union(*listed)))


def _may_be_copies(column: Column) -> bool:
    """Whether numbers are 0, 1 and 2 under a name that counts nothing."""
    counts = re.match(r"(n|num|no|number|count|total)(_|$)", column.plain)
    return counts is None and set(column.cells) == {"0", "1", "2"}


def _are_features(names: list[Column]) -> bool:
    """Whether rows are genes, probes, pathways and the like, which are not people."""
    return any(
        all(is_public(cell) or _GENE.fullmatch(cell) for cell in column.cells) for column in names
    )


def _fits_words(table: Table, judging: Judging) -> bool:
    return table.n_rows <= _MOST_CHARACTERISTICS and all(c.numbers is None for c in table.columns)


def _words(table: Table, judging: Judging) -> Objections:
    """Object to words that a person must read."""
    rows = zip(*(c.texts() for c in table.columns), strict=True)
    told = "\n".join(". ".join(row) for row in rows)
    yield from doubts(told, is_alone=False)
    if any(c.n_distinct >= _MANY_NAMES and _are_codes(c) for c in table.columns):
        yield "A column has many codes."
    people = [c.name for c in table.columns if _PERSONAL.fullmatch(c.plain)]
    if people:
        yield f"“{people[0]}” may be of people."


def _are_codes(column: Column) -> bool:
    return sum(bool(re.search(r"\d", cell)) for cell in column.cells) > 0.5 * column.n_distinct


def _fits_characteristics(table: Table, judging: Judging) -> bool:
    return any(c.is_part for c in table.columns)


def _characteristics(table: Table, judging: Judging) -> Objections:
    """Object to a table of characteristics with anything but counts, shares, means and P values."""
    if table.n_rows > _MOST_CHARACTERISTICS:
        yield f"It has {table.n_rows:,} rows."
    for column in table.columns:
        known = column.is_part or role_of(column) in (Role.LABEL, Role.P, Role.PEOPLE)
        if not known and not (column.numbers is not None and column is not table.columns[0]):
            yield f"The column “{column.name}” has no known meaning."
    counts = [c for c in with_role(table, Role.PEOPLE) if np.isfinite(values(c)).any()]
    n = judging.context.n_individuals
    parts = [c for c in table.columns if c.is_part]
    ratios = table.n_rows <= _FEW_ROWS and all(_OF_EFFECT.search(c.name) for c in parts)
    if not counts and judging.n_people is None and not ratios:
        yield "Nothing tells how many people it is of."
    for column in counts:
        if not column.is_integer or (n is not None and np.nanmax(values(column)) > n):
            yield f"“{column.name}” is not a count of people in this cohort throughout."


def _fits_bare(table: Table, judging: Judging) -> bool:
    first, *rest = table.columns
    unnamed = [re.fullmatch(r"column_\d+|", c.name) for c in table.columns]
    return (
        all(unnamed)
        and bool(rest)
        and table.n_rows <= _MOST_BARE_ROWS
        and first.numbers is None
        and all(c.numbers is not None for c in rest)
    )


def _bare(table: Table, judging: Judging) -> Objections:
    """Object to a small table without a header unless one column can count enough people."""
    first, *rest = table.columns
    minimum = judging.policy.counts.minimum
    counts = [c for c in rest if c.is_integer]
    if first.n_distinct != table.n_rows:
        yield "A row stands twice."
    if not counts or any((values(c) < minimum).any() for c in counts):
        yield "No column can count the people of each row."


SHAPES = (
    Shape("words", _fits_words, _words),
    Shape("characteristics of groups", _fits_characteristics, _characteristics),
    Shape("results by term", _fits_results, _results),
    Shape("small table without a header", _fits_bare, _bare),
)
