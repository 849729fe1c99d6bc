"""Rules about genotypes, sequences and frequencies."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.parts import Text
from gdi_spe.disclosure.rules.rule import Hit, Judging, Rule
from gdi_spe.disclosure.table import Column, Table
from gdi_spe.disclosure.vocabulary import ALLELE_COUNT

_GENOTYPE = re.compile(
    r"[ACGTacgt]{2}|[ACGT]/[ACGT]|[0-9.]+[/|][0-9.]+(:.*)?|--|het|hom(ref|alt)?|0/0|NN"
)
_SEQUENCE = re.compile(r"[ACGTNacgtn]{50,}")
_LEAST = 20


def genotype_matrix(table: Table, judging: Judging) -> Iterator[Hit]:
    """Recognise people times variants, whichever way round and however coded."""
    if table.n_rows < _LEAST or len(table.columns) < _LEAST:
        return
    few = [c for c in table.columns if _has_few_values(c)]
    if len(few) < 0.8 * len(table.columns):
        return
    three = sum(c.n_distinct - bool(c.n_missing) >= 3 for c in few)
    severity = (
        None if three >= len(few) / 4 or any(_is_genotypes(c) for c in few) else Verdict.REVIEW
    )
    why = (
        f"{len(few):,} of {len(table.columns):,} columns have at most three different values in "
        f"{table.n_rows:,} rows, as genotypes of people have."
    )
    yield Hit(why, {"n_rows": table.n_rows, "n_columns": len(few)}, severity=severity)


def _has_few_values(column: Column) -> bool:
    if _is_genotypes(column):
        return True
    if column.numbers is None:
        return False
    finite = column.numbers[np.isfinite(column.numbers)]
    if not finite.size:
        return False
    near = np.abs(finite - np.clip(np.rint(finite), 0, 2)) <= 0.08
    return np.unique(finite).size <= 3 or bool(near.all() and finite.size > 3)


def _is_genotypes(column: Column) -> bool:
    """Whether almost every cell is written as a genotype."""
    cells = [cell for cell in column.cells if cell]
    return bool(cells) and sum(bool(_GENOTYPE.fullmatch(c)) for c in cells) >= 0.95 * len(cells)


def genotype_list(table: Table, judging: Judging) -> Iterator[Hit]:
    """Recognise a list of genotypes: one person's, or several people's below each other."""
    if table.n_rows < _LEAST or len(table.columns) >= _LEAST:
        return
    for column in table.columns:
        if column.numbers is None and _is_genotypes(column) and column.n_distinct > 1:
            why = (
                f"The column “{column.name}” holds {table.n_rows:,} genotypes. "
                "A list of genotypes is a person's genome."
            )
            yield Hit(why, {"n_rows": table.n_rows}, f"[column={column.name}]")


def sequences(part: Table | Text, judging: Judging) -> Iterator[Hit]:
    """Find stretches of bases."""
    text = (
        part.text if isinstance(part, Text)
        else "\n".join(cell for c in part.columns if c.numbers is None for cell in c.cells)
    )  # fmt: skip
    found = _SEQUENCE.findall(text)
    if found:
        longest = max(map(len, found))
        why = f"{len(found):,} stretches of bases, the longest of {longest:,}: reads or haplotypes."
        yield Hit(why, {"n_sequences": len(found), "longest": longest})


def rare_alleles(table: Table, judging: Judging) -> Iterator[Hit]:
    """Name the alleles that fewer copies than the policy's minimum were counted of."""
    minimum = judging.policy.genomic.minimum_allele_count
    for column in table.columns:
        if column.numbers is None or not ALLELE_COUNT.fullmatch(column.name):
            continue
        number = table.column("allele_number", "an")
        other = number.numbers - column.numbers if number and number.numbers is not None else None
        rare = (column.numbers > 0) & (column.numbers < minimum)
        if other is not None:
            rare |= (other > 0) & (other < minimum)
        rows = np.flatnonzero(rare)
        if rows.size:
            effect = table.column("beta", "or", "odds_ratio", "se", "effect", "standard_error")
            named = "; ".join(table.label_of(int(row)) for row in rows[:10])
            why = (
                f"{rows.size:,} of {table.n_rows:,} rows rest on fewer than {minimum} copies of an "
                f"allele, so on few carriers: {named}."
            )
            severity = Verdict.REVIEW if effect is not None else None
            evidence = {"n_rows": int(rows.size), "minimum": minimum}
            yield Hit(why, evidence, f"[column={column.name}]", severity)


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
        "GEN201", "Rare alleles", Verdict.BLOCK,
        "Keep the alleles whose count, and whose reference count, reach the policy's minimum: "
        "spe.export does it with minimum_allele_count.",
        Table, rare_alleles,
    ),
)  # fmt: skip
