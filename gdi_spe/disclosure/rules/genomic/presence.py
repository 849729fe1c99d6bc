"""Rules about alleles that are said to be there among people, or not to be."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.roles import Role, is_about_variants, role_of
from gdi_spe.disclosure.contents.table import Column, Table
from gdi_spe.disclosure.evidence.earlier import variants_released
from gdi_spe.disclosure.inference.membership import (
    answers_until_known,
    known_presence_power,
    presence_power,
    strangers_without,
    strangers_without_known,
)
from gdi_spe.disclosure.rules.genomic.membership import independent
from gdi_spe.disclosure.rules.rule import Hit, Judging, Rule

# The power of more is 1 in every cohort that there is.
_MOST_ASKED = 10_000_000
_ANSWERS = {"yes", "no", "true", "false", "present", "absent", "1", "0", "found", "not found"}
_NOT_THERE = {"no", "false", "absent", "0", "not found"}
_PLACES = {Role.VARIANT, Role.CHROMOSOME, Role.POSITION, Role.ALLELE}


@dataclass(frozen=True)
class _Answers:
    """Alleles that are said to be carried, or not, with their frequencies where these are told."""

    present: NDArray[np.bool_]
    absent: NDArray[np.bool_]
    frequencies: NDArray[np.float64] | None


def _answers(table: Table) -> _Answers | None:
    """Return what a table of places, and of answers or frequencies, says; None if it says more.

    A list of places alone says of each that somebody carries it.
    """
    told = [c for c in table.columns if _is_answer(c)]
    rest = [c for c in table.columns if c not in told]
    known = [c for c in rest if role_of(c) is Role.FREQUENCY]
    roles = {role_of(c) for c in rest}
    if len(told) > 1 or len(known) > 1 or not roles <= _PLACES | {Role.FREQUENCY}:
        return None
    if not roles & {Role.VARIANT, Role.ALLELE} and not (told and is_about_variants(table)):
        return None
    absent = np.zeros(table.n_rows, dtype=bool)
    for column in told:
        codes = [i for i, cell in enumerate(column.cells) if cell.lower() in _NOT_THERE]
        absent = np.isin(column.codes, codes)
    return _Answers(~absent, absent, known[0].numbers if known else None)


def _people(judging: Judging) -> int | None:
    return judging.side_car.n_individuals or judging.context.n_individuals


def carried_alleles(table: Table, judging: Judging) -> Iterator[Hit]:
    """Bound what alleles tell that are said to be there: that somebody among N carries each."""
    said, n, genomic = _answers(table), _people(judging), judging.policy.genomic
    if said is None or n is None or said.present.sum() <= genomic.most_lead_variants:
        return
    # A bare list need not be of the cohort: of many people it is left to whoever reads it.
    if n >= genomic.large_cohort and not said.absent.any():
        return
    rate = genomic.membership_false_positive_rate
    n_here = int(said.present.sum())
    n_alleles = max(n_here, min(variants_released(table, judging), _MOST_ASKED))
    n_effective = independent(table, said.present, n_alleles)
    known = None if said.frequencies is None else np.nan_to_num(said.frequencies[said.present])
    if known is None:
        power, naive = presence_power(n, n_alleles, rate), presence_power(n, n_effective, rate)
    else:
        # Frequencies beside the alleles are known to whoever has the list: the rarest tell most.
        power = known_presence_power(known, n, rate)
        naive = known_presence_power(known[:: max(1, n_here // n_effective)], n, rate)
    if power <= genomic.membership_power_review:
        return
    few = None if known is None else answers_until_known(known, n, rate)
    why = (
        f"{n_alleles:,} alleles that are carried among {n:,} people let someone who has a genome "
        f"tell with power {power:.3f} that its owner is among them ({naive:.3f} with linked ones "
        f"counted once, {n_effective:,})."
        + (f" Of the rarest, {few:,} answers “yes” are enough." if few else "")
    )
    small = n < genomic.large_cohort or judging.context.is_sensitive
    sure = known is not None or n_alleles >= genomic.least_answers_blocked
    blocks = small and sure and power > genomic.membership_power_block
    evidence = {"power": round(power, 4), "power_naive": round(naive, 4), "n_alleles": n_alleles,
                "n_effective": n_effective, "fewest_answers": few}  # fmt: skip
    yield Hit(why, evidence, "", Verdict.BLOCK if blocks else Verdict.REVIEW)


def absent_alleles(table: Table, judging: Judging) -> Iterator[Hit]:
    """Bound what answers "absent" tell: no member carries any of these alleles, others do."""
    said, n, genomic = _answers(table), _people(judging), judging.policy.genomic
    if said is None or n is None or not said.absent.any():
        return
    n_absent = int(said.absent.sum())
    told = (
        strangers_without(n, n_absent)
        if said.frequencies is None
        else strangers_without_known(np.nan_to_num(said.frequencies[said.absent]))
    )
    if told <= genomic.membership_false_positive_rate:
        why = (
            f"{n_absent:,} alleles are said to be absent among {n:,} people. A member carries none "
            f"of them, and only {told:.2g} of others carry none: whoever has a genome can tell."
        )
        small = n < genomic.large_cohort or judging.context.is_sensitive
        sure = said.frequencies is not None or n_absent >= genomic.least_answers_blocked
        evidence = {"n_absent": n_absent, "share_of_others": told}
        yield Hit(why, evidence, "", Verdict.BLOCK if small and sure else None)


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
