"""Rules about lists of genotypes: of a person, or of several below each other."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.roles import Role, is_about_variants, role_of, with_role
from gdi_spe.disclosure.contents.table import Column, Table, distinct_rows
from gdi_spe.disclosure.contents.words.vocabulary import PERSON_COLUMN
from gdi_spe.disclosure.rules.rule import Hit, Judging, Rule
from gdi_spe.disclosure.shapes.shape import values

_GENOTYPE = re.compile(
    r"[ACGTacgt]{2}|[ACGTDI0](?:[/|:]|\s)[ACGTDI0]|[0-9.]+[/|][0-9.]+(:.*)?|--|het\w*"
    r"|hom([_-]?(ref|alt|var|wt|a|b)\w*)?|0/0|NN|[AB]{2}|DD|DI|ID|II|00"
    r"|(hetero|homo|hemi)zyg\w*|wt|wild[ _-]?type|ref(erence)?|nocall|no[_-]call|missing",
    re.IGNORECASE,
)
# One letter for a pair of bases: R is A and G.
_PAIR_LETTERS = set("ACGTRYSWKMN-")
_MIXED_LETTERS = set("RYSWKM")
LEAST = 20
_MOST_GENOTYPES = 2000
_LONG = 1000
# Genotypes of one variant that people are counted by.
_MOST_COUNTED = 40
_CALL = re.compile(
    r"g(eno)?t(ype)?s?\w*|dosages?|calls?|n_alt\w*|alt_count|allele_dosage|ds|zygosity|copies|\w*_gt",
    re.IGNORECASE,
)
# Several people in one cell.
_CODES = re.compile(r"[A-Za-z]{0,8}[-_]?\d{1,14}([;,| ]+[A-Za-z]{0,8}[-_]?\d{1,14})+")
# Lists in a tree whose path says so are of variants.
_OF_GENOTYPES = re.compile(r"variants?|snps?|geno\w*|dosages?|markers?|calls?|gts?|haplo\w*")
_PERSON_NUMBER = re.compile(
    r"(person|patient|participant|subject|sample|individual|donor|proband|[fi]id|eid)s?"
    r"(_?(id|no|nr|num|number|key|code|index|idx))?",
    re.IGNORECASE,
)
_LEAST_PEOPLE = 5
_CODED = {-9.0, -1.0, 0.0, 1.0, 2.0, 3.0, 9.0}
_ALLELE_NAMES = re.compile(r"(^|_)(ea|oa|nea|ref|alt|a1|a2|alleles?|effect|risk|minor|major)(_|$)")


def is_genotypes(column: Column) -> bool:
    """Whether almost every cell is written as a genotype."""
    if column.numbers is not None or column.n_distinct > _MOST_GENOTYPES:
        return False
    cells = [cell for cell in column.cells if cell]
    if cells and set(cells) <= _PAIR_LETTERS and set(cells) & _MIXED_LETTERS:
        return True
    return bool(cells) and sum(bool(_GENOTYPE.fullmatch(c)) for c in cells) >= 0.95 * len(cells)


def genotype_list(table: Table, judging: Judging) -> Iterator[Hit]:
    """Recognise a list of genotypes: one person's, or several people's below each other."""
    for column in table.columns:
        if _lists_genotypes(column, table):
            why = (
                f"The column “{column.name}” holds {table.n_rows:,} genotypes. "
                "A list of genotypes is a person's genome."
            )
            yield Hit(why, {"n_rows": table.n_rows}, f"[column={column.name}]")
    if _has_two_alleles_a_row(table):
        why = f"Two alleles stand in each of {table.n_rows:,} rows, often the same: genotypes."
        yield Hit(why, {"n_rows": table.n_rows})
    if people := _people_in(table):
        why = f"The column “{people}” names people beside variants: who carries what."
        yield Hit(why, {"n_rows": table.n_rows}, f"[column={people}]")


def _lists_genotypes(column: Column, table: Table) -> bool:
    if _counts_by_genotype(column, table) or _are_alleles(column, table):
        return False
    about = is_about_variants(table) or table.column("gene", "hgvs", "hgvsc", "hgvsp") is not None
    named = bool(_CALL.fullmatch(column.plain))
    if column.numbers is None:
        enough = table.n_rows >= (3 if about and named else LEAST)
        return enough and is_genotypes(column) and column.n_distinct > 1
    coded = _is_coded(column)
    if about and named:
        return coded and not with_role(table, Role.P, Role.EFFECT)
    if coded and len(table.columns) == 1 and _is_list_of_a_tree(table):
        return column.is_integer and column.n_distinct >= 3 and table.n_rows >= LEAST
    return coded and len(table.columns) == 1 and table.n_rows >= _LONG and column.n_distinct >= 3


def _are_alleles(column: Column, table: Table) -> bool:
    """Whether cells are the two alleles of a tested variant: never one twice, beside an effect."""
    if column.numbers is not None or not with_role(table, Role.P, Role.EFFECT):
        return False
    if not _ALLELE_NAMES.search(column.plain):
        return False
    letters = [re.findall(r"[A-Za-z]+", cell) for cell in column.cells]
    return all(len(each) == 2 and each[0] != each[1] for each in letters)


def _counts_by_genotype(column: Column, table: Table) -> bool:
    """Whether people are counted by genotype: each variant has several, and each pair one row."""
    variants = with_role(table, Role.VARIANT)[:1]
    if not with_role(table, Role.PEOPLE) or column.numbers is not None:
        return False
    alone = not variants and column.n_distinct == table.n_rows <= _MOST_COUNTED
    if alone or not variants:
        return alone
    pairs = distinct_rows([variants[0], column]) == table.n_rows
    return pairs and table.n_rows >= 2 * variants[0].n_distinct


def _is_list_of_a_tree(table: Table) -> bool:
    """Whether a table is one of several lists in a tree that are of variants by their path."""
    words = re.split(r"[.\[\]_]+", table.path.lower())
    return table.path.startswith("json") and any(map(_OF_GENOTYPES.fullmatch, words))


def _is_coded(column: Column) -> bool:
    numbers = column.numbers
    if numbers is None:
        return False
    finite = numbers[np.isfinite(numbers)]
    if finite.size > _LONG and not _may_be_coded(finite[:_LONG]):
        return False
    nearest = np.clip(np.rint(finite), 0, 2)
    near = np.abs(finite - nearest) <= 0.08
    # Small effects are all near 0; genotypes are of several kinds.
    are_dosages = bool(near.all()) and np.unique(nearest).size > 1
    return bool(finite.size) and (bool(np.isin(finite, sorted(_CODED)).all()) or are_dosages)


def _may_be_coded(numbers: NDArray[np.float64]) -> bool:
    near = np.abs(numbers - np.clip(np.rint(numbers), 0, 2)) <= 0.08
    return bool(near.all()) or set(np.unique(numbers)) <= _CODED


def _has_two_alleles_a_row(table: Table) -> bool:
    """Whether two columns of alleles are equal in many rows, as those of one person are."""
    alleles = with_role(table, Role.ALLELE)
    if len(alleles) != 2 or table.n_rows < 10 or with_role(table, Role.P, Role.FREQUENCY):
        return False
    same = sum(a == b for a, b in zip(alleles[0].texts(), alleles[1].texts(), strict=True))
    return same >= 0.15 * table.n_rows


def _people_in(table: Table) -> str | None:
    """Return the column of a table of variants that names people."""
    if not is_about_variants(table):
        return None
    places = (Role.CHROMOSOME, Role.POSITION, Role.ALLELE, Role.VARIANT)
    rest = [c for c in table.columns if role_of(c) not in places and c.n_distinct > 1]
    calls = [c for c in rest if _is_coded(c)]
    if len(calls) >= 3 and len(calls) >= 0.9 * len(rest) and any("2" in c.cells for c in calls):
        return calls[0].name
    listed = [
        c.name
        for c in _columns_of_words(table)
        if PERSON_COLUMN.fullmatch(c.plain) and any(_CODES.fullmatch(cell) for cell in c.cells)
    ]
    if listed:
        return listed[0]
    named = (
        c.name for c in table.columns
        if PERSON_COLUMN.fullmatch(c.plain) and c.numbers is None and c.n_distinct > 2
        and role_of(c) in (Role.LABEL, Role.UNKNOWN)
    )  # fmt: skip
    return next(named, None) or _numbers_people(table)


def _numbers_people(table: Table) -> str | None:
    """Return the column of numbers of people that is crossed with the variants of a long table."""
    variants = with_role(table, Role.VARIANT)
    for column in table.columns if variants else ():
        if not _PERSON_NUMBER.fullmatch(column.plain) or not column.is_integer:
            continue
        n, crossed = column.n_distinct, distinct_rows([column, variants[0]])
        counts = role_of(column) is Role.PEOPLE and np.nanmax(values(column)) > n
        repeats = n < table.n_rows and variants[0].n_distinct < table.n_rows
        if n >= _LEAST_PEOPLE and repeats and crossed >= 0.9 * table.n_rows and not counts:
            return column.name
    return None


def _columns_of_words(table: Table) -> list[Column]:
    """Return the columns of words that are no variants."""
    return [c for c in table.columns if c.numbers is None and role_of(c) is not Role.VARIANT]


RULES = (
    Rule(
        "GEN102", "List of genotypes", Verdict.BLOCK,
        "Give counts by genotype and group. To return a finding to a patient, ask the data holder: "
        "the way for it does not lead through an export.",
        Table, genotype_list,
    ),
)  # fmt: skip
