"""Rules about sequences and rare alleles."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.parts import Text
from gdi_spe.disclosure.contents.roles import Role, is_about_variants, role_of, with_role
from gdi_spe.disclosure.contents.rows.variants import people_behind
from gdi_spe.disclosure.contents.table import Table
from gdi_spe.disclosure.contents.words.vocabulary import ALLELE_COUNT
from gdi_spe.disclosure.rules.rule import Hit, Judging, Rule
from gdi_spe.disclosure.shapes.genomes.genes import carriers, tests_genes

_SEQUENCE = re.compile(r"[ACGTNacgtn]{50,}")
_HALF = 0.5
_FEW_BASES = re.compile(r"[ACGTNacgtn]{20,}")


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
    # One letter again and again is no sequence.
    short = [each for each in _FEW_BASES.findall(text) if len(set(each.upper())) > 2]
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
