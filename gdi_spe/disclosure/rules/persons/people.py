"""Rules about single people: identifiers, rows, dates."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.roles import Role, role_of, with_role
from gdi_spe.disclosure.contents.rows.families import is_family
from gdi_spe.disclosure.contents.table import Column, Table, distinct_rows, plain_name
from gdi_spe.disclosure.contents.words.vocabulary import (
    DATE,
    PERSON_COLUMN,
    SUMMARY_ROWS,
    TRAIT,
)
from gdi_spe.disclosure.rules.rule import Hit, Judging, Rule
from gdi_spe.disclosure.shapes.genomes.annotation import correlates_names
from gdi_spe.disclosure.shapes.genomes.beside import is_published
from gdi_spe.disclosure.shapes.genomes.regions import are_far_apart
from gdi_spe.disclosure.shapes.shape import values

_LEAST_ROWS = 6
_LEAST_LISTED = 3
_SEX = re.compile(r"(karyotypic_)?sex|gender|sukupuoli|sugu|kon|geschlecht", re.IGNORECASE)
_AGE = re.compile(r"age(_\w{1,16})?|\w{1,12}_age|alder|vanus|alter|ika", re.IGNORECASE)
_SEXES = {"f", "m", "female", "male", "woman", "man", "women", "men", "w", "k", "n", "xx", "xy"}
_FOLLOWED = re.compile(
    r"t|time\w*|follow_?up\w*|duration\w*|survival_?(time|days|months|years)?|os|pfs|days|months|years|tte",
    re.IGNORECASE,
)
_HAPPENED = re.compile(
    r"event|status|dead|died|death|censor\w*|relapse|delta|outcome", re.IGNORECASE
)
# "1001_1001", as programs write a family and a person.
_DOUBLED = re.compile(r"(\w{1,20})[_:](\1)")
_LEAST_CODED = 10
_RANK = re.compile(r"rank|no|nr|number|order|place|index|#|row|", re.IGNORECASE)
_CODED_NAME = re.compile(r"[A-Za-z]{0,8}[-_]?\d{1,12}")
# A trait that was scaled or adjusted is a trait.
_SCALED = re.compile(
    r"^(z|scaled|std|norm|log\d{0,2}|ln|inv|int|irnt|rint|resid|adj|centered|raw)_|_(z|scaled|std|norm|log|irnt|rint|int|adj|resid|raw)$"
)
# A birthday is one person's, whatever stands beside it.
_BIRTH = re.compile(r"dob|born(_on)?|birth_?(day|date)|date_of_birth", re.IGNORECASE)
_PUBLISHED = re.compile(r"(publication_|pub_)?date(_added\w*|_published)?")
_BORN = re.compile(rf"{_BIRTH.pattern}|birth", re.IGNORECASE)
# Columns of results: a table that has one is not of people's traits.
_RESULTS = (
    Role.EFFECT, Role.P, Role.ERROR, Role.FREQUENCY, Role.ALLELE_COUNT, Role.PROBABILITY,
)  # fmt: skip


def one_row_a_person(table: Table, judging: Judging) -> Iterator[Hit]:
    """Recognise a table in which each row is a person."""
    if _is_variant_table(table) and _describes_carriers(table):
        why = f"Each of the {table.n_rows:,} rows tells who carries a variant: an age, a sex, more."
        yield Hit(why, {"n_rows": table.n_rows, "n_columns": len(table.columns)})
        return
    if _is_variant_table(table) or with_role(table, Role.PEOPLE) or correlates_names(table):
        return
    n = judging.context.n_individuals
    minimum = judging.policy.counts.minimum
    if n and n >= 2 * minimum and abs(table.n_rows - n) <= max(2, n // 50):
        why = (
            f"The table has {table.n_rows:,} rows and the cohort {n:,} individuals: "
            "each row seems to be a person."
        )
        yield Hit(why, {"n_rows": table.n_rows, "n_individuals": n})
    elif n_people := _columns_of_people(table, judging):
        yield Hit(
            f"{n_people:,} columns have codes for names and values below: each is a person.",
            {"n_columns": n_people, "n_individuals": n},
        )
    elif (
        _is_listing(table)
        or is_family(table)
        or _is_ranking(table)
        or _is_transposed(table)
        or (table.n_rows >= minimum and _describes_people(table) and not _is_summary(table))
    ):
        traits = ", ".join(f"“{name}”" for name in _traits(table)[:6])
        why = (
            f"Each of the {table.n_rows:,} rows describes a person"
            f"{f' ({traits})' if traits else ''} and no column counts how many people it is of."
        )
        yield Hit(why, {"n_rows": table.n_rows, "n_columns": len(table.columns)})


def _describes_carriers(table: Table) -> bool:
    """Whether variants stand beside the age or sex of one person each, and another trait."""
    if with_role(table, Role.PEOPLE, *_RESULTS):
        return False
    sex = [c for c in table.columns if _SEX.fullmatch(_bare(c)) and _are_sexes(c)]
    age = [c for c in table.columns if _AGE.fullmatch(_bare(c)) and c.numbers is not None]
    traits = [c for c in table.columns if TRAIT.fullmatch(_bare(c)) and not _is_place(c)]
    return bool(sex or age) and len(traits) >= 2


def _is_place(column: Column) -> bool:
    """Whether a column says which gene or variant it is, and not whom it is of."""
    return column.plain in ("gene", "label", "term", "region")


def _bare(column: Column) -> str:
    """Return a name without whom it is of: "carrier_age" is an age."""
    return re.sub(r"^(carrier|patient|proband|participant|person|case)_", "", column.plain)


def _is_listing(table: Table) -> bool:
    """Whether a few rows each have a sex, an age in whole years or a birthday, and more."""
    sex = [c for c in table.columns if _SEX.fullmatch(c.plain) and _are_sexes(c)]
    age = [
        c for c in table.columns
        if (_AGE.fullmatch(c.plain) and c.is_integer)
        or (_BORN.fullmatch(c.plain) and c.numbers is None and _mostly_dates(c))
    ]  # fmt: skip
    if not sex or not age or table.n_rows < _LEAST_LISTED or with_role(table, *_RESULTS):
        return False
    return len(table.columns) > 2 and sex[0].n_distinct < table.n_rows <= age[0].n_distinct + 2


def _is_ranking(table: Table) -> bool:
    """Whether a few rows are put in order by whole ages, each with another trait beside it."""
    age = [c for c in table.columns if _AGE.fullmatch(c.plain) and c.is_integer and not c.n_missing]
    ranks = [c for c in table.columns if _RANK.fullmatch(c.plain) and c.n_distinct == c.n_rows]
    if len(age) != 1 or not ranks or table.n_rows < _LEAST_LISTED or with_role(table, *_RESULTS):
        return False
    steps = np.diff(values(age[0]))
    names = [c for c in table.labels if c.n_distinct == table.n_rows and c not in ranks]
    ordered = bool((steps <= 0).all() or (steps >= 0).all()) and age[0].n_distinct > 1
    return ordered and len(_traits(table)) >= 2 and not names


def _columns_of_people(table: Table, judging: Judging) -> int:
    """Return how many columns have a code for a name: doubled, below "FID_IID", or one a person."""
    first, *rest = table.columns
    valued = [c for c in rest if c.numbers is not None and not c.is_integer]
    doubled = sum(bool(_DOUBLED.fullmatch(c.name)) for c in valued)
    coded = sum(bool(_CODED_NAME.fullmatch(c.name)) for c in valued)
    n = judging.context.n_individuals
    same = bool(n) and n is not None and abs(len(rest) - n) <= max(2, n // 50)
    named = bool(PERSON_COLUMN.fullmatch(first.plain)) or first.plain == "fid_iid"
    if len(valued) < max(_LEAST_CODED, 0.9 * len(rest)):
        return 0
    if doubled >= 0.9 * len(rest) or ((same or named) and coded >= 0.9 * len(rest)):
        return len(rest)
    return 0


def _are_sexes(column: Column) -> bool:
    return {cell.lower() for cell in column.cells if cell} <= _SEXES


def _is_transposed(table: Table) -> bool:
    """Whether rows are traits and columns people, by codes or in number."""
    first, *rest = table.columns
    if first.numbers is not None or len(rest) < _LEAST_ROWS:
        return False
    traits = sum(bool(TRAIT.fullmatch(plain_name(cell))) for cell in first.cells)
    named = [c.name for c in rest if not c.name.startswith("column_")]
    coded = sum(bool(_CODED_NAME.fullmatch(name)) for name in named)
    return traits >= _LEAST_LISTED and coded >= 0.8 * len(rest)


def _describes_people(table: Table) -> bool:
    """Whether rows have traits of a person, or mix values and groups that nothing names."""
    if with_role(table, *_RESULTS):
        return False
    if _names_variants(table) and len(_traits(table)) >= 2:
        return True
    if _is_follow_up(table):
        return True
    return len(_traits(table)) >= 3 or _mixes_values_and_groups(table) or _is_pedigree(table)


def _is_follow_up(table: Table) -> bool:
    """Whether rows have a time that differs from row to row, and whether something happened."""
    time = [c for c in table.columns if _FOLLOWED.fullmatch(c.plain) and c.numbers is not None]
    event = [c for c in table.columns if _HAPPENED.fullmatch(c.plain) and c.n_distinct == 2]
    return bool(event) and any(
        not c.is_integer and c.n_distinct >= 0.8 * table.n_rows for c in time
    )


def _names_variants(table: Table) -> bool:
    """Whether a column says which variant was found: traits beside it are of who carries it."""
    found = table.column("variant", "hgvs", "hgvsc", "hgvsp", "hgvs_c", "hgvs_p", "mutation")
    return found is not None and found.numbers is None


def _is_pedigree(table: Table) -> bool:
    """Whether six columns are family, person, parents, sex and status, as in a .fam file."""
    if len(table.columns) != 6:
        return False
    *_, father, mother, sex, status = table.columns
    coded = {"0", "1", "2", "-9", "NA"}
    return (
        {"0"} & set(father.cells) != set()
        and {"0"} & set(mother.cells) != set()
        and set(sex.cells) <= coded
        and (set(status.cells) <= coded or status.numbers is not None)
        and table.columns[1].n_distinct == table.n_rows
    )


def _mixes_values_and_groups(table: Table) -> bool:
    """Whether groups of a few words repeat from row to row beside numbers that differ in each."""
    few = [c for c in table.columns if 2 <= c.n_distinct <= max(2, table.n_rows // 5)]
    many = [
        c for c in table.columns
        if c.numbers is not None and c.n_distinct > max(8, 0.3 * table.n_rows)
    ]  # fmt: skip
    if len(few) < 2 or len(many) < 2 or table.n_rows < 2 * _LEAST_ROWS or are_far_apart(table):
        return False
    return distinct_rows(few) < 0.8 * table.n_rows


def _traits(table: Table) -> list[str]:
    return [c.name for c in table.columns if TRAIT.fullmatch(_SCALED.sub("", c.plain))]


def _is_summary(table: Table) -> bool:
    """Rows named mean, std, min: a description of columns, as pandas' describe() writes it."""
    first = {cell.lower() for cell in table.columns[0].cells}
    return len(first & SUMMARY_ROWS) >= 2


def _is_variant_table(table: Table) -> bool:
    if table.column("position", "pos", "bp", "base_pair_location") is not None:
        return True
    first = table.columns[0].cells[:50]
    return all(re.fullmatch(r"rs\d+|(chr)?[0-9XYM]+[:_]\d+.*", cell) for cell in first)


def dates_of_people(table: Table, judging: Judging) -> Iterator[Hit]:
    """Find days in a column whose rows count few people or none at all."""
    for column in table.columns:
        if _PUBLISHED.fullmatch(column.plain) and is_published(table):
            continue
        if column.numbers is None and role_of(column) is not Role.VARIANT and _mostly_dates(column):
            why = (
                f"The column “{column.name}” has {column.n_distinct:,} different days. "
                "A day, together with a place or a trait, singles people out."
            )
            birth = Verdict.BLOCK if _BIRTH.fullmatch(column.plain) else None
            yield Hit(why, {"n_days": column.n_distinct}, f"[column={column.name}]", birth)


def _mostly_dates(column: Column) -> bool:
    cells = [cell for cell in column.cells if cell]
    return bool(cells) and sum(bool(DATE.fullmatch(c)) for c in cells) > len(cells) / 2


RULES = (
    Rule(
        "PII103", "One row a person", Verdict.BLOCK,
        "Give one row a group instead: count the people in it with a column named n_individuals, "
        "and drop groups below the policy's minimum.",
        Table, one_row_a_person,
    ),
    Rule(
        "PII104", "Days", Verdict.REVIEW,
        "Give the year, or the time since a common start, in steps that hold enough people.",
        Table, dates_of_people,
    ),
)  # fmt: skip
