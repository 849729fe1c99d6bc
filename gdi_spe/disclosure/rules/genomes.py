"""Rules about genotypes, sequences and frequencies."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.parts import Text
from gdi_spe.disclosure.contents.roles import Role, is_about_variants, role_of, with_role
from gdi_spe.disclosure.contents.table import Column, Table, column_of, distinct_rows
from gdi_spe.disclosure.contents.variants import people_behind
from gdi_spe.disclosure.contents.vocabulary import ALLELE_COUNT, PERSON_COLUMN
from gdi_spe.disclosure.rules.rule import Hit, Judging, Rule
from gdi_spe.disclosure.shapes.annotation import marks_sets
from gdi_spe.disclosure.shapes.genes import carriers, tests_genes
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
_SEQUENCE = re.compile(r"[ACGTNacgtn]{50,}")
_LEAST = 20
_MOST_GENOTYPES = 2000
_LONG = 1000
_HALF = 0.5
_MOST_TURNED = 20_000
_DIGITS = 15
# Genotypes of one variant that people are counted by.
_MOST_COUNTED = 40
_WIDE = 40
_ALLELES = set("ACGTN0-") | {""}
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
_FEW_BASES = re.compile(r"[ACGTNacgtn]{20,}")


def genotype_matrix(table: Table, judging: Judging) -> Iterator[Hit]:
    """Recognise people times variants, whichever way round and however coded."""
    if marks_sets(table, judging):
        return
    found = _matrix_of(table)
    # A first line of other numbers, as of people, may be a header that looks like a row.
    if found is None and _has_no_header(table):
        found = _matrix_of(_without_first_row(table))
    if found is not None:
        yield found


def _matrix_of(table: Table) -> Hit | None:
    """Return what tells that rows and columns are people and variants; None if nothing does."""
    size = {"n_rows": table.n_rows, "n_columns": len(table.columns)}
    if _is_wide(table):
        why = (
            f"{len(table.columns):,} columns hold alleles or calls and nothing else in "
            f"{table.n_rows:,} rows, as genotypes of people have."
        )
        return Hit(why, size)
    if table.n_rows < _LEAST or len(table.columns) < _LEAST:
        return None
    if _has_three_a_row(table):
        why = (
            f"Nearly each of {table.n_rows:,} rows has three values at even steps, as genotypes of "
            "people have, scaled or not."
        )
        return Hit(why, size)
    few = [c for c in table.columns if _has_few_values(c)]
    if len(few) < 0.8 * len(table.columns):
        return None
    three = sum(c.n_distinct - bool(c.n_missing) >= 3 for c in few)
    sure = three >= len(few) / 4 or any(_is_genotypes(c) for c in few)
    why = (
        f"{len(few):,} of {len(table.columns):,} columns have at most three different values in "
        f"{table.n_rows:,} rows, as genotypes of people have."
    )
    return Hit(why, {**size, "n_columns": len(few)}, severity=None if sure else Verdict.REVIEW)


def _has_no_header(table: Table) -> bool:
    named = all(re.fullmatch(r"column_\d+", c.name) for c in table.columns)
    return named and _LEAST < table.n_rows <= _MOST_TURNED and len(table.columns) >= _LEAST


def _without_first_row(table: Table) -> Table:
    columns = (column_of(c.name, pa.array(c.texts()[1:]), _DIGITS) for c in table.columns)
    return replace(table, columns=tuple(columns))


def _has_three_a_row(table: Table) -> bool:
    """Whether rows of numbers have two or three values each, at even steps that differ by row."""
    numbers = [c.numbers for c in table.columns if c.numbers is not None]
    if len(numbers) < max(_LEAST, 0.8 * len(table.columns)) or table.n_rows > _MOST_TURNED:
        return False
    rows = np.round(np.stack(numbers, axis=1), 4)
    three = [_are_even(np.unique(row[np.isfinite(row)])) for row in rows]
    steps = {row[np.isfinite(row)].min() for row in rows if np.isfinite(row).any()}
    return sum(three) >= 0.9 * len(rows) and len(steps) > 2


def _are_even(found: NDArray[np.float64]) -> bool:
    """Whether there are three different values at even steps, or two."""
    if found.size == 2:
        return True
    return found.size == 3 and bool(np.isclose(found[2] - found[1], found[1] - found[0], rtol=0.01))


def _is_wide(table: Table) -> bool:
    """Whether very many columns are of alleles, genotypes, or zeros and ones."""
    if len(table.columns) < _WIDE or table.n_rows < 2:
        return False
    written = sum(_is_alleles(c) or _is_genotypes(c) for c in table.columns)
    if written >= 0.8 * len(table.columns):
        return True
    marks = [c for c in table.columns if c.numbers is not None and set(c.cells) <= {"0", "1"}]
    return table.n_rows >= _LEAST and len(marks) >= 0.8 * len(table.columns)


def _is_alleles(column: Column) -> bool:
    return column.n_distinct <= 7 and set(map(str.upper, column.cells)) <= _ALLELES


def _has_few_values(column: Column) -> bool:
    if _is_genotypes(column):
        return True
    if column.numbers is None:
        return False
    finite = column.numbers[np.isfinite(column.numbers)]
    if not finite.size:
        return False
    near = np.abs(finite - np.clip(np.rint(finite), 0, 2)) <= 0.08
    return np.unique(finite).size <= 3 or (finite.size > 3 and _are_dosages(finite, near))


def _are_dosages(numbers: NDArray[np.float64], near: NDArray[np.bool_]) -> bool:
    """Whether numbers crowd around 0, 1 and 2, as imputed genotypes do, though not all are sure."""
    within = bool(numbers.min() >= -0.08 and numbers.max() <= 2.08)
    three = all((np.abs(numbers - copies) <= 0.2).any() for copies in (0, 1, 2))
    return bool(near.all()) or (within and three and bool(near.mean() >= 0.6))


_ALLELE_NAMES = re.compile(r"(^|_)(ea|oa|nea|ref|alt|a1|a2|alleles?|effect|risk|minor|major)(_|$)")


def _is_genotypes(column: Column) -> bool:
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
        enough = table.n_rows >= (3 if about and named else _LEAST)
        return enough and _is_genotypes(column) and column.n_distinct > 1
    coded = _is_coded(column)
    if about and named:
        return coded and not with_role(table, Role.P, Role.EFFECT)
    if coded and len(table.columns) == 1 and _is_list_of_a_tree(table):
        return column.is_integer and column.n_distinct >= 3 and table.n_rows >= _LEAST
    return coded and len(table.columns) == 1 and table.n_rows >= _LONG and column.n_distinct >= 3


def _are_alleles(column: Column, table: Table) -> bool:
    """Whether cells are the two alleles of a tested variant: never one twice, beside an effect."""
    if column.numbers is not None or not with_role(table, Role.P, Role.EFFECT):
        return False
    letters = [re.findall(r"[A-Za-z]+", cell) for cell in column.cells]
    return bool(_ALLELE_NAMES.search(column.plain)) and all(
        len(each) == 2 and each[0] != each[1] for each in letters
    )


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
    near = np.abs(finite - np.clip(np.rint(finite), 0, 2)) <= 0.08
    return bool(finite.size) and (bool(np.isin(finite, sorted(_CODED)).all()) or bool(near.all()))


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


def sequences(part: Table | Text, judging: Judging) -> Iterator[Hit]:
    """Find stretches of bases."""
    text = (
        part.text if isinstance(part, Text)
        else "\n".join(
            cell for c in part.columns
            if c.numbers is None and role_of(c) is not Role.VARIANT for cell in c.cells
        )
    )  # fmt: skip
    found = _SEQUENCE.findall(text)
    short = _FEW_BASES.findall(text)
    if not found and len(short) >= 10 and sum(map(len, short)) >= 300:
        found = short
    if found:
        longest = max(map(len, found))
        why = f"{len(found):,} stretches of bases, the longest of {longest:,}: reads or haplotypes."
        yield Hit(why, {"n_sequences": len(found), "longest": longest})


def rare_alleles(table: Table, judging: Judging) -> Iterator[Hit]:
    """Name the alleles that fewer copies than the policy's minimum were counted of."""
    minimum = judging.policy.genomic.minimum_allele_count
    for column in table.columns:
        if column.numbers is None or not ALLELE_COUNT.fullmatch(column.plain):
            continue
        number = table.column("allele_number", "an")
        other = number.numbers - column.numbers if number and number.numbers is not None else None
        rare = (column.numbers > 0) & (column.numbers < minimum)
        if other is not None:
            rare |= (other > 0) & (other < minimum)
        rows = np.flatnonzero(rare & _of_single_variants(table))
        if rows.size:
            effect = table.column("beta", "or", "odds_ratio", "se", "effect", "standard_error")
            named = "; ".join(table.label_of(int(row)) for row in rows[:10])
            why = (
                f"{rows.size:,} of {table.n_rows:,} rows rest on fewer than {minimum} copies of an "
                f"allele, so on few carriers: {named}."
            )
            # Of few people, whoever carries the allele is known by an effect as by a count.
            few = _rests_on_few(table, judging)
            severity = Verdict.REVIEW if effect is not None and not few else None
            evidence = {"n_rows": int(rows.size), "minimum": minimum}
            yield Hit(why, evidence, f"[column={column.name}]", severity)


def _rests_on_few(table: Table, judging: Judging) -> bool:
    people = people_behind(table, judging)
    large = judging.policy.genomic.large_cohort
    return people is not None and bool(np.nanmin(people) < large)


def _of_single_variants(table: Table) -> NDArray[np.bool_]:
    """Return which rows are of one variant; a gene's are judged by their carriers instead."""
    n_variants = table.column("n_variants")
    if not tests_genes(table) or not carriers(table) or n_variants is None:
        return np.ones(table.n_rows, dtype=bool)
    numbers = n_variants.numbers
    return np.ones(table.n_rows, bool) if numbers is None else ~(numbers > 1)


def implied_rare_alleles(table: Table, judging: Judging) -> Iterator[Hit]:
    """Name the alleles whose frequency and number of chromosomes give few copies."""
    numbers = with_role(table, Role.ALLELE_NUMBER)
    if not is_about_variants(table) or not numbers or with_role(table, Role.EFFECT, Role.P):
        return
    minimum, total = judging.policy.genomic.minimum_allele_count, numbers[0].numbers
    for column in with_role(table, Role.FREQUENCY):
        if column.numbers is None or total is None:
            continue
        copies = np.minimum(column.numbers, 1 - column.numbers) * total
        rows = np.flatnonzero((copies > _HALF) & (copies < minimum - _HALF))
        if rows.size:
            named = "; ".join(table.label_of(int(row)) for row in rows[:10])
            why = (
                f"{rows.size:,} frequencies of known numbers of chromosomes are of fewer than "
                f"{minimum} copies, so of few carriers: {named}."
            )
            yield Hit(why, {"n_rows": int(rows.size)}, f"[column={column.name}]")
            return


RULES = (
    Rule(
        "GEN101", "Genotype matrix", Verdict.BLOCK,
        "Give results by group: allele counts and frequencies, not people's genotypes.",
        Table, genotype_matrix,
    ),
    Rule(
        "GEN102", "List of genotypes", Verdict.BLOCK,
        "Give counts by genotype and group. To return a finding to a patient, ask the data holder: "
        "the way for it does not lead through an export.",
        Table, genotype_list,
    ),
    Rule(
        "GEN103", "Sequences", Verdict.BLOCK,
        "Name the position and the alleles instead of the sequence around them.",
        (Table, Text), sequences,
    ),
    Rule(
        "GEN206", "Rare alleles by frequency", Verdict.BLOCK,
        "Keep the alleles whose copies reach the policy's minimum: spe.export does it with "
        "minimum_allele_count.",
        Table, implied_rare_alleles,
    ),
    Rule(
        "GEN201", "Rare alleles", Verdict.BLOCK,
        "Keep the alleles whose count, and whose reference count, reach the policy's minimum: "
        "spe.export does it with minimum_allele_count.",
        Table, rare_alleles,
    ),
)  # fmt: skip
