"""Rules about alleles that are said to be there among people, or not to be."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.roles import Role, is_about_variants, role_of, with_role
from gdi_spe.disclosure.contents.table import Column, Table
from gdi_spe.disclosure.inference.membership import (
    known_presence_power,
    presence_power,
    strangers_without,
)
from gdi_spe.disclosure.rules.rule import Hit, Judging, Rule

_LEAST_CARRIED = 1000
_ANSWERS = {"yes", "no", "true", "false", "present", "absent", "1", "0", "found", "not found"}
_NOT_THERE = {"no", "false", "absent", "0", "not found"}


def carried_alleles(table: Table, judging: Judging) -> Iterator[Hit]:
    """Bound what a bare list of alleles tells: that somebody among few people carries each."""
    places = {Role.VARIANT, Role.CHROMOSOME, Role.POSITION, Role.ALLELE}
    roles = {role_of(c) for c in table.columns}
    n = judging.side_car.n_individuals or judging.context.n_individuals
    genomic = judging.policy.genomic
    known = with_role(table, Role.FREQUENCY)
    allowed = places | {Role.FREQUENCY} if len(known) == 1 else places
    if not roles <= allowed or not roles & {Role.VARIANT, Role.ALLELE} or n is None:
        return
    if n >= genomic.large_cohort or table.n_rows < _LEAST_CARRIED:
        return
    rate = genomic.membership_false_positive_rate
    # Frequencies beside the alleles are known to whoever has the list: the rarest tell most.
    told = known[0].numbers if known else None
    power = (
        presence_power(n, table.n_rows, rate)
        if told is None
        else known_presence_power(np.nan_to_num(told), n, rate)
    )
    if power > genomic.membership_power_review:
        why = (
            f"A list of {table.n_rows:,} alleles that {n:,} people carry lets someone who has a "
            f"genome tell with power {power:.3f} that its owner is among them."
        )
        blocks = power > genomic.membership_power_block
        yield Hit(why, {"power": round(power, 4)}, "", Verdict.BLOCK if blocks else None)


def absent_alleles(table: Table, judging: Judging) -> Iterator[Hit]:
    """Bound what answers "absent" tell: no member carries any of these alleles, others do."""
    answers = [c for c in table.columns if _is_answer(c)]
    places = {Role.VARIANT, Role.CHROMOSOME, Role.POSITION, Role.ALLELE}
    rest = [c for c in table.columns if c not in answers]
    n = judging.side_car.n_individuals or judging.context.n_individuals
    if len(answers) != 1 or not rest or n is None or table.n_rows < _LEAST_CARRIED:
        return
    if not is_about_variants(table) or not all(role_of(c) in places for c in rest):
        return
    absent = [code for code, cell in enumerate(answers[0].cells) if cell.lower() in _NOT_THERE]
    n_absent = int(np.isin(answers[0].codes, absent).sum())
    told = strangers_without(n, n_absent)
    if told <= judging.policy.genomic.membership_false_positive_rate:
        why = (
            f"{n_absent:,} alleles are said to be absent among {n:,} people. A member carries none "
            f"of them, and only {told:.2g} of others carry none: whoever has a genome can tell."
        )
        small = n < judging.policy.genomic.large_cohort
        evidence = {"n_absent": n_absent, "share_of_others": told}
        yield Hit(why, evidence, "", Verdict.BLOCK if small else None)


def _is_answer(column: Column) -> bool:
    return column.n_distinct == 2 and {cell.lower() for cell in column.cells} <= _ANSWERS


RULES = (
    Rule(
        "GEN205", "List of carried alleles", Verdict.REVIEW,
        "List what a public resource lists, and declare it so, or give counts by region.",
        Table, carried_alleles,
    ),
    Rule(
        "GEN207", "Alleles said to be absent", Verdict.REVIEW,
        "Ask of the alleles that the question is about, or give frequencies by region.",
        Table, absent_alleles,
    ),
)  # fmt: skip
