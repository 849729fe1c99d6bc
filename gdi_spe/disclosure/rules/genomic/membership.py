"""Rules about what frequencies and effects of variants tell of who is among the people behind."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.roles import Role, is_about_variants, with_role
from gdi_spe.disclosure.contents.rows.variants import (
    arms_of,
    counted_people,
    genotype_counts,
    people_behind,
    populations,
)
from gdi_spe.disclosure.contents.table import Column, Table
from gdi_spe.disclosure.evidence.earlier import variants_released
from gdi_spe.disclosure.evidence.scores import Standing, standing
from gdi_spe.disclosure.inference.membership import (
    Attack,
    Membership,
    are_exact_counts,
    effective_variants,
    frequency_behind,
    furthest_deviation,
    membership,
    step_of,
)
from gdi_spe.disclosure.rules.rule import Hit, Judging, Rule
from gdi_spe.disclosure.shapes.genomes.annotation import says_public_weights
from gdi_spe.disclosure.shapes.shape import values

_EFFECT_SCORE = re.compile(r"(z|t)(_?(score|stat\w*|value))?(_\w{1,16})?", re.IGNORECASE)
# Fewer frequencies may be whole counts by chance, and so many are looked at.
_LEAST_COUNTED, _LOOKED_AT = 20, 2000
_MOST_DECIMALS = 9


def tells_membership(table: Table, judging: Judging) -> Iterator[Hit]:
    """Bound what frequencies and effects tell about who is among the people behind them."""
    told = with_role(table, Role.FREQUENCY, Role.EFFECT, Role.ALLELE_COUNT, Role.PEOPLE, Role.P)
    told += _scores(table)
    if not is_about_variants(table) or not (told or populations(table)):
        return
    if says_public_weights(table, judging) and standing(table, judging) is Standing.PUBLIC:
        return  # of other people, and read by everybody
    people = people_behind(table, judging)
    if people is None:
        return  # the shape of the table objects to that
    fewest = float(np.nanmin(people))
    if fewest < judging.policy.counts.minimum:
        why = f"It rests on {fewest:,.0f} people: their frequencies are nearly their genotypes."
        yield Hit(why, {"n_people": fewest}, severity=Verdict.BLOCK)
        return
    released = _with_earlier_variants(table, judging)
    for name, rows in _groups(table):
        n_variants = max(int(rows.sum()), released)
        n = float(max(np.nanmin(people[rows]), 1))
        attack = _attack(table, rows, n, judging)
        yield from _membership(table, judging, (name, rows, n_variants), attack)


def _scores(table: Table) -> list[Column]:
    """Return statistics that are effects in units of their errors: with N they tell the effect."""
    return [
        c for c in with_role(table, Role.STATISTIC)
        if _EFFECT_SCORE.fullmatch(c.plain) and c.numbers is not None
        and np.nanmin(c.numbers) < 0 < np.nanmax(c.numbers)
    ]  # fmt: skip


def _with_earlier_variants(table: Table, judging: Judging) -> int:
    """Return how many variants are released of this cohort, this table's included."""
    return max(judging.context.n_variants_released, variants_released(table, judging))


def _groups(table: Table) -> Iterator[tuple[str, NDArray[np.bool_]]]:
    """Yield each group of people that the rows are of."""
    group = next((c for c in table.labels if c.plain in ("group", "population")), None)
    if group is None:
        yield "the cohort", np.ones(table.n_rows, dtype=bool)
        return
    for code, name in enumerate(group.cells):
        yield name, group.codes == code


def _attack(table: Table, rows: NDArray[np.bool_], n: float, judging: Judging) -> Attack:
    """Return what these rows give to somebody who asks for a person."""
    genomic = judging.policy.genomic
    frequencies = with_role(table, Role.FREQUENCY)
    about_trait = bool(with_role(table, Role.EFFECT) or _scores(table))
    counted = with_role(table, Role.ALLELE_COUNT) or genotype_counts(table) or populations(table)
    tells_frequency = bool(frequencies or counted)
    # What is neither, as p-values alone, is bounded as if it told of a person one deviation out.
    deviations = genomic.membership_trait_deviations if about_trait else float(not tells_frequency)
    if about_trait and judging.context.is_sensitive:
        deviations = furthest_deviation(n)
    alone = not about_trait and not counted and not with_role(table, Role.ERROR, Role.P)
    told = values(frequencies[0])[rows] if frequencies else np.full(1, 0.5)
    return Attack(
        n,
        told if tells_frequency else None,
        step_of(told) if alone and len(frequencies) == 1 and _is_first(table, judging) else 0.0,
        genomic.membership_reference_people or np.inf,
        arms_of(table),
        deviations,
    )


def _is_first(table: Table, judging: Judging) -> bool:
    """Whether nothing about variants was released before.

    TRUST: that frequencies are rounded counts only for those that nobody has with more digits.
    """
    context = judging.context
    return not (context.prior or context.beside or context.n_prior_left_out) and (
        context.n_variants_released <= table.n_rows
    )


def _membership(
    table: Table, judging: Judging, part: tuple[str, NDArray[np.bool_], int], attack: Attack
) -> Iterator[Hit]:
    name, rows, n_variants = part
    genomic = judging.policy.genomic
    rate = genomic.membership_false_positive_rate
    told = membership(attack, n_variants, independent(table, rows, n_variants), rate)
    # TRUST: linkage comforts nobody who has a reference panel, so the upper figure decides.
    if told.ld_aware <= genomic.membership_power_review:
        return
    small = attack.n_people < genomic.large_cohort or judging.context.is_sensitive
    why = (
        f"{n_variants:,} variants of {attack.n_people:,.0f} people ({name}) let someone who has a "
        f"person's genome tell with power {told.ld_aware:.3f}, at {rate} false positives, that the "
        f"person is among them ({told.naive:.3f} for an attacker who takes linked variants for "
        f"{told.n_effective:,} independent ones); the policy's bar is "
        f"{genomic.membership_power_review}.{_beside(table, rows, attack)}"
    )
    blocks = small and told.ld_aware > genomic.membership_power_block
    evidence = {**_evidence(told), **_more_evidence(attack, told, rate)}
    yield Hit(why, evidence, f"[group={name}]", Verdict.BLOCK if blocks else Verdict.REVIEW)


def _evidence(told: Membership) -> dict[str, float]:
    return {
        "n_people": told.n_people, "n_variants": told.n_variants, "n_effective": told.n_effective,
        "power_ld_aware": round(told.ld_aware, 4), "power_naive": round(told.naive, 4),
    }  # fmt: skip


def _more_evidence(attack: Attack, told: Membership, rate: float) -> dict[str, float]:
    """Return what the figures would be for the person furthest out, and without rounding."""
    more: dict[str, float] = {}
    if attack.arms is not None:
        more |= {"n_smaller_arm": min(attack.arms), "n_larger_arm": max(attack.arms)}
    elif attack.deviations:
        furthest = replace(attack, deviations=furthest_deviation(attack.n_people))
        more["power_furthest_out"] = round(furthest.power_together(told.n_variants, rate), 4)
        more["power_furthest_out_naive"] = round(furthest.power_together(told.n_effective, rate), 4)
    if attack.step and attack.arms is None:
        exact = replace(attack, step=0.0).power(told.n_variants, rate)
        more |= {"step": attack.step, "power_without_rounding": round(exact, 4)}
    return more


def _beside(table: Table, rows: NDArray[np.bool_], attack: Attack) -> str:
    """Say what makes the figure what it is, where that is not the number of variants alone."""
    if attack.arms is not None:
        fewer, more = sorted(attack.arms)
        return f" Groups of {fewer:,.0f} and {more:,.0f} are compared with each other."
    if attack.step:
        return f" That frequencies stand in steps of {attack.step:g} is allowed for."
    if attack.frequencies is None and (n := _come_back(table, rows, attack.n_people)):
        return f" The frequencies of {n:,} variants come back from the standard errors."
    return ""


def _come_back(table: Table, rows: NDArray[np.bool_], n_people: float) -> int:
    """Return how many frequencies that were left out the standard errors tell (G7).

    The variance of the trait is taken from the smallest error, which the most common allele has.
    """
    errors = with_role(table, Role.ERROR)
    if not errors or not with_role(table, Role.EFFECT):
        return 0
    error = values(errors[0])[rows]
    error = error[np.isfinite(error) & (error > 0)]
    if not error.size:
        return 0
    variance = n_people * float(error.min()) ** 2 / 2
    back = frequency_behind(variance, n_people, error)
    # Near one half the error hardly depends on the frequency.
    return int(((back > 0) & (back < 0.4)).sum())


def independent(table: Table, rows: NDArray[np.bool_], n_variants: int) -> int:
    """Return how many of the variants are not linked, as far as their places tell."""
    chromosome = with_role(table, Role.CHROMOSOME)
    position = with_role(table, Role.POSITION)
    if not chromosome or not position or not np.isfinite(values(position[0])).all():
        return n_variants
    here = int(rows.sum())
    which = chromosome[0].numbers
    codes = chromosome[0].codes if which is None else np.nan_to_num(which)
    told = effective_variants(codes[rows], values(position[0])[rows], here)
    # Earlier variants count in full: where they lie is not worked out.
    return told + max(0, n_variants - here)


def exact_frequencies(table: Table, judging: Judging) -> Iterator[Hit]:
    """Find frequencies with so many digits that they are counts of the cohort's alleles (G11).

    Where a row says how many people it is of, the canonical form has fewer digits already; where
    counts stand beside, they are told as such.
    """
    n = judging.side_car.n_individuals or judging.context.n_individuals
    if n is None or not is_about_variants(table) or counted_people(table) is not None:
        return
    if with_role(table, Role.ALLELE_COUNT):
        return
    for column in with_role(table, Role.FREQUENCY):
        told = values(column)[:_LOOKED_AT]
        told = told[np.isfinite(told) & (told > 0) & (told < 1)]
        if told.size < _LEAST_COUNTED or not are_exact_counts(told, n, _decimals(told)):
            continue
        small = n < judging.policy.genomic.large_cohort or judging.context.is_sensitive
        verdict = Verdict.REVIEW if small else _VERDICTS[judging.policy.genomic.exact_frequencies]
        why = (
            f"The frequencies in “{column.name}” have so many digits that each is a whole number "
            f"of the {2 * n:,} alleles of {n:,} people: a second release of one person fewer would "
            "be that person's genotypes."
        )
        evidence = {"n_people": n, "n_frequencies": int(told.size), "decimals": _decimals(told)}
        yield Hit(why, evidence, f"[column={column.name}]", verdict)


_VERDICTS = {"pass": Verdict.PASS, "review": Verdict.REVIEW}


def _decimals(told: NDArray[np.float64]) -> int:
    """Return with how many decimals frequencies are told."""
    for decimals in range(_MOST_DECIMALS):
        if np.abs(told - np.round(told, decimals)).max() < 10.0**-_MOST_DECIMALS / 2:
            return decimals
    return _MOST_DECIMALS


RULES = (
    Rule(
        "GEN202", "Membership", Verdict.REVIEW,
        "Give fewer variants, larger groups, or frequencies with fewer digits; ask the data holder "
        "for controlled access to the rest.",
        Table, tells_membership,
    ),
    Rule(
        "GEN208", "Frequencies that are counts", Verdict.REVIEW,
        "Round frequencies to steps of two alleles and more, 1/N, or give the number of people of "
        "each row: they are then rounded for you.",
        Table, exact_frequencies,
    ),
)  # fmt: skip
