"""How many people and alleles stand behind each row of a table of variants."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from gdi_spe.disclosure.contents.roles import Role, role_of, with_role
from gdi_spe.disclosure.contents.table import Column, Table

if TYPE_CHECKING:
    from gdi_spe.disclosure.rules.rule import Judging


def _values(column: Column) -> NDArray[np.float64]:
    numbers = column.numbers
    assert numbers is not None  # noqa: S101  # columns with these roles are numbers
    return numbers


def people_behind(table: Table, judging: Judging) -> NDArray[np.float64] | None:
    """Return how many people each row rests on: from its columns, its side-car or the cohort.

    What is declared can only make the number smaller.
    """
    found = counted_people(table)
    if found is not None:
        return found
    told = (judging.side_car.n_individuals, judging.context.n_individuals)
    known = [n for n in told if n is not None]
    return np.full(table.n_rows, float(min(known))) if known else None


def counted_people(table: Table) -> NDArray[np.float64] | None:
    """Return how many people the columns of a table say that each row rests on."""
    totals = [c for c in with_role(table, Role.PEOPLE) if is_total(c.plain)]
    # PLINK counts people beside effects, and alleles beside frequencies, under one name.
    alleles = not with_role(table, Role.EFFECT, Role.P)
    counted = [_values(c) / (2 if c.plain == "obs_ct" and alleles else 1) for c in totals]
    arms = [_values(c) for c in with_role(table, Role.PEOPLE) if _is_arm(c.plain)]
    genotypes = [_values(c) for c in with_role(table, Role.PEOPLE) if _is_genotype_count(c.plain)]
    numbers = [_values(c) / 2 for c in with_role(table, Role.ALLELE_NUMBER)]
    # Cases and controls are divided from the people of a row; populations stand beside each other.
    numbers += [each.people for each in populations(table) if not _ARM.fullmatch(each.name)]
    if len(arms) == 2:
        counted.append(np.sum(arms, axis=0))
    if len(genotypes) == 3:
        counted.append(np.sum(genotypes, axis=0))
    found = [*counted, *numbers]
    return np.asarray(np.min(found, axis=0)) if found else None


@dataclass(frozen=True)
class Population:
    """A column of frequencies that has a number of people of its own."""

    name: str
    frequency: Column
    people: NDArray[np.float64]
    size: Column


def populations(table: Table) -> tuple[Population, ...]:
    """Return frequencies beside each other, each with the people or alleles it was counted in.

    "FIN" beside "n_FIN", "AF_EUR" beside "AN_EUR", "freq_cases" beside "n_cases".
    """
    kept = table.__dict__.get("populations")
    if kept is None:
        kept = table.__dict__["populations"] = tuple(_populations(table))
    return tuple(kept)


def _populations(table: Table) -> Iterator[Population]:
    sizes = {
        (found["of"], bool(found["alleles"])): column
        for column in table.columns
        if column.numbers is not None and (found := _SIZE.fullmatch(column.plain))
    }
    for column in table.columns if sizes else ():
        if role_of(column) not in (Role.FREQUENCY, Role.UNKNOWN, Role.STATISTIC):
            continue
        if not _are_shares(column):
            continue
        name = _OF_FREQUENCY.sub("", column.plain).strip("_")
        for alleles in (False, True):
            size = sizes.get((name, alleles))
            if name and size is not None:
                people = _values(size) / (2 if alleles else 1)
                yield Population(name, column, people, size)
                break


def _are_shares(column: Column) -> bool:
    numbers = column.numbers
    if numbers is None:
        return False
    finite = numbers[np.isfinite(numbers)]
    return bool(finite.size and finite.min() >= 0 and finite.max() <= 1)


_SIZE = re.compile(
    r"(n|individuals|participants|samples|(?P<alleles>an|nchrobs|n_chr|allele_number))"
    r"_(?P<of>[a-z]\w{0,30})"
)
_ARM = re.compile(r"cases?|controls?|ctrls?|(un)?affected")
_OF_FREQUENCY = re.compile(
    r"^([em]?af|a1_?freq|freq|frq|allele_freq(uency)?|alt_freqs?)_|_([em]?af|freq|frq|allele_freq(uency)?)$"
)


def is_total(name: str) -> bool:
    """Whether a column of this name counts everybody behind a row."""
    return name.lower() in (
        "n", "nobs", "n_obs", "n_total", "n_individuals", "n_samples", "sample_size", "n_people",
        "n_participants", "samplesize", "n_persons", "total_sample_size", "totalsamplesize",
        "obs_ct",
        "n_eff", "neff", "effective_n", "n_effective", "total_n", "number_of_individuals",
    )  # fmt: skip


def _is_arm(name: str) -> bool:
    return name.lower() in (
        "n_cases", "n_controls", "ncases", "ncontrols", "n_case", "n_control", "cases", "controls",
    )  # fmt: skip


def genotype_counts(table: Table) -> list[Column]:
    """Return the columns that count people by genotype, where one of them is of heterozygotes."""
    found = [c for c in with_role(table, Role.PEOPLE) if _is_genotype_count(c.plain)]
    return found if any(is_mixed(c.plain) for c in found) else []


def is_mixed(name: str) -> bool:
    """Whether a count is of people with two different alleles."""
    return "het" in name or bool(re.fullmatch(r"(n_|obs_)?(ab|a1a2)(_n|_counts?)?", name))


def _is_genotype_count(name: str) -> bool:
    bare = re.sub(r"^(geno_?)?(cts?|counts?)_|_(n|counts?|cts?)$", "", name.lower())
    return bare in (
        "hom_a", "het", "hom_b", "aa", "ab", "bb", "n_aa", "n_ab", "n_bb", "n_hom", "hom",
        "hom_ref", "hom_alt", "homref", "homalt", "n_hom_ref", "n_het",
        "n_hom_alt", "homa", "homb",
    )  # fmt: skip


def minor_allele_counts(table: Table, people: NDArray[np.float64]) -> NDArray[np.float64] | None:
    """Return the smallest minor allele count of each row that its columns tell; None if none do."""
    found = []
    own = {id(each.frequency): each.people for each in populations(table)}
    frequencies = [each.frequency for each in populations(table)]
    frequencies += [c for c in with_role(table, Role.FREQUENCY) if id(c) not in own]
    for column in frequencies:
        frequency = _values(column)
        behind = own.get(id(column), people)
        found.append(2 * behind * np.minimum(frequency, 1 - frequency))
    numbers = with_role(table, Role.ALLELE_NUMBER)
    for column in with_role(table, Role.ALLELE_COUNT):
        count = _values(column)
        number = _values(numbers[0]) if numbers else 2 * people
        found.append(np.minimum(count, number - count))
    genotypes = {
        c.plain: _values(c) for c in with_role(table, Role.PEOPLE) if _is_genotype_count(c.plain)
    }
    if len(genotypes) == 3:
        mixed = next((name for name in genotypes if is_mixed(name)), None)
        if mixed is None:
            return np.asarray(np.min(found, axis=0)) if found else None
        het = genotypes.pop(mixed)
        one, other = genotypes.values()
        found.append(np.minimum(2 * one + het, 2 * other + het))
    return np.asarray(np.min(found, axis=0)) if found else None


def arms_of(table: Table) -> tuple[float, float] | None:
    """Return the sizes of cases and controls, where both have frequencies of their own.

    An effect beside the size of each is the difference between their frequencies.
    """
    beside = populations(table)
    if len(beside) >= 2:
        # Two groups side by side: each is the reference for the other, the smallest the most.
        sizes = sorted(float(max(np.nanmin(each.people), 1)) for each in beside)
        return sizes[0], sizes[1]
    if len(with_role(table, Role.FREQUENCY)) < 2 and not with_role(table, Role.EFFECT):
        return None
    arms = [_values(c) for c in with_role(table, Role.PEOPLE) if _is_arm(c.plain)]
    if len(arms) != 2:
        return None
    first, second = (float(max(np.nanmin(arm), 1)) for arm in arms)
    return first, second
