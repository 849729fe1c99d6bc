"""Families: children with both parents, and what was planted in the genes of each.

======================  ===============================================================
pattern                 the child of two parents who are here
======================  ===============================================================
de novo                 has a damaging allele of BRAF that neither parent has
recessive               has one of RYR1 twice, once from each parent
compound heterozygous   has two of RYR1, one from each parent
x-linked                is a son with one of TLR7 from his mother
one chromosome          has two of RYR1, both from its mother (a near miss)
not the father          is the child of another man than the pedigree says (a near miss)
nothing                 has what its parents gave it
======================  ===============================================================
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from gdi_spe.boundary.errors import BadInput
from gdi_spe.demo.synthetic import consent
from gdi_spe.demo.synthetic.genomes import ABSENT, MISSING, Genomes
from gdi_spe.demo.synthetic.people import DATASETS, Finding, Person
from gdi_spe.demo.synthetic.planted.planting import COVID, rare_alleles
from gdi_spe.demo.synthetic.terms import GROWTH_FEATURES, INFECTION_FEATURES, MUSCLE_FEATURES, Term

Pattern = Literal[
    "de novo",
    "recessive",
    "compound heterozygous",
    "x-linked",
    "one chromosome",
    "not the father",
    "nothing",
]
Call = tuple[int, int]
_NONE, _ONE, _TWO = (0, 0), (0, 1), (1, 1)
_YOUNGEST_PARENT, _OLDEST_PARENT = 18, 45


@dataclass(frozen=True)
class Plan:
    """A kind of family: how many there are in each dataset, and what the child has."""

    pattern: Pattern
    counts: tuple[int, int]
    gene: str = ""
    # The calls of child, father and mother at each allele that is planted.
    calls: tuple[tuple[Call, Call, Call], ...] = ()
    features: tuple[Term, ...] = ()
    sex: str = ""


PLANS = (
    Plan("de novo", (2, 1), "BRAF", ((_ONE, _NONE, _NONE),), GROWTH_FEATURES),
    Plan("recessive", (1, 0), "RYR1", ((_TWO, _ONE, _ONE),), MUSCLE_FEATURES),
    Plan("compound heterozygous", (1, 1), "RYR1",
         ((_ONE, _ONE, _NONE), (_ONE, _NONE, _ONE)), MUSCLE_FEATURES),
    Plan("x-linked", (1, 0), "TLR7", ((_ONE, _NONE, _ONE),), INFECTION_FEATURES, "MALE"),
    Plan("one chromosome", (1, 0), "RYR1", ((_ONE, _NONE, _ONE), (_ONE, _NONE, _ONE))),
    Plan("not the father", (1, 0)),
    Plan("nothing", (1, 1)),
)  # fmt: skip


@dataclass(frozen=True)
class Family:
    """A child, its parents as the pedigree names them, and the alleles that were planted."""

    pattern: Pattern
    dataset: str
    child: str
    father: str
    mother: str
    gene: str = ""
    variants: tuple[tuple[str, int, str, str], ...] = ()


def plant(
    rng: np.random.Generator, people: list[Person], genomes: Genomes
) -> tuple[list[Person], list[Family]]:
    """Make families of people who were none; the genotypes change in place."""
    free = {p.row: p for i in rng.permutation(len(people)).tolist() if _is_plain(p := people[i])}
    changed, found = list(people), []
    for plan in PLANS:
        for dataset, count in zip(DATASETS, plan.counts, strict=True):
            for _ in range(count):
                trio, real_father = _choose(free, plan, dataset)
                _transmit(rng, genomes, trio[0], real_father, trio[2])
                variants = _give(genomes, plan, trio)
                changed[trio[0].row] = _ill(trio[0], plan)
                child, father, mother = (person.id for person in trio)
                found.append(
                    Family(plan.pattern, dataset, child, father, mother, plan.gene, variants)
                )
    return changed, found


def _is_plain(person: Person) -> bool:
    return (
        not person.plants
        and consent.is_included(person.consent)
        and person.has_phenopacket
        and not person.sex_in_table
        and not person.has(COVID)
    )


def _choose(
    free: dict[int, Person], plan: Plan, dataset: str
) -> tuple[tuple[Person, Person, Person], Person]:
    """Take a child, its parents as recorded, and the man whose child it is."""
    own = [person for person in free.values() if person.dataset == dataset]
    n_men = 2 if plan.pattern == "not the father" else 1
    for child in own:
        if not 2 <= child.age_years < 18 or plan.sex not in ("", child.sex):
            continue
        older = [one for one in own if _can_be_parent(one, child)]
        men = [one for one in older if one.sex == "MALE"][:n_men]
        women = [one for one in older if one.sex == "FEMALE"][:1]
        if len(men) == n_men and women:
            for person in (child, *men, *women):
                del free[person.row]
            return (child, men[0], women[0]), men[-1]
    raise BadInput(
        f"too few people for the planted families ({plan.pattern})",
        remedy="Ask for at least 1,000 individuals, or another seed",
    )


def _can_be_parent(one: Person, child: Person) -> bool:
    years = one.age_years - child.age_years
    is_of_age = _YOUNGEST_PARENT <= years <= _OLDEST_PARENT
    return is_of_age and one.population == child.population


def _transmit(
    rng: np.random.Generator, genomes: Genomes, child: Person, father: Person, mother: Person
) -> None:
    """Give the child one of each parent's chromosomes, whole."""
    chromosomes = np.array([site.chromosome for site in genomes.sites])
    for chromosome in dict.fromkeys(chromosomes.tolist()):
        at = np.flatnonzero(chromosomes == chromosome)
        maternal = _of_parent(genomes, at, mother, bool(rng.random() < 0.5))
        paternal = _of_parent(genomes, at, father, bool(rng.random() < 0.5))
        if chromosome in ("chrY", "chrM"):
            nothing = np.full(len(at), MISSING, np.int8)
            of_father = paternal if child.sex == "MALE" else nothing
            first = of_father if chromosome == "chrY" else maternal
            second = np.full(len(at), ABSENT, np.int8)
        else:
            first, second = _pair(genomes, at, child, father, paternal, maternal)
        genomes.first[at, child.row], genomes.second[at, child.row] = first, second


def _of_parent(
    genomes: Genomes, at: NDArray[np.intp], parent: Person, is_second: bool
) -> NDArray[np.int8]:
    first, second = genomes.first[at, parent.row], genomes.second[at, parent.row]
    given: NDArray[np.int8] = np.where((second == ABSENT) | (not is_second), first, second)
    return given


def _pair(
    genomes: Genomes, at: NDArray[np.intp], child: Person, father: Person,
    paternal: NDArray[np.int8], maternal: NDArray[np.int8],
) -> tuple[NDArray[np.int8], NDArray[np.int8]]:  # fmt: skip
    """Join what the parents gave; a son has no X of his father's, and a lost call stays lost."""
    is_single = genomes.second[at, father.row] == ABSENT
    if child.sex == "MALE":
        first, second = np.where(is_single, maternal, paternal), maternal
        second = np.where(is_single, ABSENT, second)
    else:
        first, second = paternal, maternal
    lost = (first == MISSING) | (second == MISSING)
    return (
        np.where(lost, MISSING, first).astype(np.int8),
        np.where(lost & (second != ABSENT), MISSING, second).astype(np.int8),
    )


def _give(
    genomes: Genomes, plan: Plan, trio: Iterable[Person]
) -> tuple[tuple[str, int, str, str], ...]:
    """Write the calls of the plan at the rarest alleles of its gene; return which these are."""
    people = tuple(trio)
    if not plan.calls:
        return ()
    alleles = [(site, allele) for site, allele in rare_alleles(genomes, plan.gene) if allele == 1]
    for site, allele in rare_alleles(genomes, plan.gene):
        genomes.clear(site, allele, [person.row for person in people])
    alleles.sort(key=lambda each: len(genomes.carriers(*each)))
    chosen = [site for site, _ in alleles[: len(plan.calls)]]
    for site, calls in zip(chosen, plan.calls, strict=True):
        for person, (first, second) in zip(people, calls, strict=True):
            if genomes.second[site, person.row] == ABSENT:
                first, second = max(first, second), ABSENT
            genomes.set(site, person.row, first, second)
    sites = [genomes.sites[site] for site in chosen]
    return tuple((s.chromosome, s.position, s.reference, s.alternates[0]) for s in sites)


def _ill(child: Person, plan: Plan) -> Person:
    found = tuple(Finding(term, onset_years=0) for term in plan.features)
    return replace(child, features=(*child.features, *found))
