"""What a right analysis of the synthetic node must find, from the generator's own matrices."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from gdi_spe.boundary.errors import BadInput
from gdi_spe.demo.synthetic import consent
from gdi_spe.demo.synthetic.genomes import ABSENT, Genomes
from gdi_spe.demo.synthetic.people import DATASETS, POPULATIONS, Person
from gdi_spe.demo.synthetic.planted.families import Family
from gdi_spe.demo.synthetic.planted.questions import GENE, Question
from gdi_spe.demo.synthetic.planted.tumours import Tumour
from gdi_spe.demo.synthetic.sites import (
    COMMON_MISSENSE,
    DAMAGING,
    ONE_DATASET,
    TRAIT,
    TWO_ALTERNATES,
    Site,
)
from gdi_spe.demo.synthetic.terms import CMS_FEATURES, descendants

MAX_FREQUENCY = 0.01
# No damaging allele of a question's gene has a frequency between these in any cohort, so that
# no answer hangs on how a frequency at the bound is rounded.
GAP = (0.009, 0.03)
CMS = descendants("ORPHA:590") | descendants("MONDO:0018940")
COVID = descendants("MONDO:0100096")


@dataclass(frozen=True)
class CohortDefinition:
    """A cohort of the demo: its datasets, and the Beacon filter that selects individuals."""

    id: str
    title: str
    datasets: tuple[str, ...]
    disease: str = ""

    def has(self, person: Person) -> bool:
        """Say whether a person is in the cohort."""
        return (
            person.dataset in self.datasets
            and consent.is_included(person.consent)
            and (not self.disease or person.has(descendants(self.disease)))
        )

    def beacon_query(self) -> dict[str, Any] | None:
        """Return the selection as a Beacon v2 request, or None for everybody."""
        if not self.disease:
            return None
        condition = {"id": self.disease, "scope": "individual", "includeDescendantTerms": True}
        return {
            "meta": {"apiVersion": "v2.2.0", "requestedSchemas": []},
            "query": {"filters": [condition], "requestedGranularity": "record"},
        }


COHORTS = (
    CohortDefinition("GDI-XX-COHORT-001", "Rare disease, cancer and infection", DATASETS),
    CohortDefinition(
        "GDI-XX-COHORT-002", "COVID-19 in the second dataset", DATASETS[1:], "MONDO:0100096"
    ),
)


@dataclass(frozen=True)
class PlantedAllele:
    """Allele counts of one allele in one cohort, for each population and in all."""

    cohort: str
    chromosome: str
    position: int
    reference: str
    alternate: str
    about: str
    counts: dict[str, tuple[int, int]]


@dataclass(frozen=True)
class Truth:
    """What was planted: ``answers[question][cohort]`` are the original ids of individuals."""

    seed: int
    n_individuals: int
    cohorts: dict[str, dict[str, Any]]
    questions: dict[str, str]
    answers: dict[str, dict[str, tuple[str, ...]]]
    near_misses: dict[str, tuple[dict[str, str], ...]]
    alleles: tuple[PlantedAllele, ...]
    # Children and their parents, and samples of tumours, by original ids.
    families: tuple[Family, ...]
    tumours: tuple[Tumour, ...]
    # Height in centimetres grows by ``effect`` with each copy of this allele.
    trait: dict[str, Any]

    def write(self, path: Path) -> None:
        """Write ``truth.json``."""
        path.write_text(json.dumps(asdict(self), indent=1) + "\n", encoding="utf-8", newline="\n")


def members(definition: CohortDefinition, people: Sequence[Person]) -> list[Person]:
    """Return the people of a cohort."""
    return [person for person in people if definition.has(person)]


def answers(
    definition: CohortDefinition, people: Sequence[Person], genomes: Genomes
) -> dict[Question, tuple[str, ...]]:
    """Answer the three questions for a cohort, from the matrices and the records."""
    inside = members(definition, people)
    return {
        question: tuple(p.id for p in inside if p.row in mutated and condition(p))
        for question, condition in CONDITIONS.items()
        for mutated in [_mutated(genomes, GENE[question], inside)]
    }


def _present(person: Person) -> set[str]:
    return {each.term.id for each in person.features if not each.is_excluded}


def _is_like_cms(person: Person) -> bool:
    features = {feature.id for feature in CMS_FEATURES} & _present(person)
    return person.has_phenopacket and (person.has(CMS) or len(features) >= 3)


def _took_vemurafenib_for_v600e(person: Person) -> bool:
    found = any(
        (marker.gene, marker.protein_change) == ("BRAF", "V600E") and marker.status != "REJECTED"
        for marker in person.biomarkers
    )
    took = any(each.agent.id == "NCIT:C64768" for each in person.treatments)
    return person.has_phenopacket and found and took


CONDITIONS: dict[Question, Callable[[Person], bool]] = {
    "ryr1-cms": _is_like_cms,
    "pten-braf": _took_vemurafenib_for_v600e,
    "tlr7-covid": lambda person: person.has(COVID),
}


def _mutated(genomes: Genomes, gene: str, inside: Sequence[Person]) -> set[int]:
    """Return the rows of those with a rare damaging allele of a gene."""
    found: set[int] = set()
    for number, site in enumerate(genomes.sites):
        for allele, consequence in enumerate(site.role.consequences, start=1):
            if site.gene != gene or consequence not in DAMAGING:
                continue
            if _is_rare(genomes, number, allele, inside):
                found |= set(genomes.carriers(number, allele).tolist())
    return found


def _is_rare(genomes: Genomes, site: int, allele: int, inside: Sequence[Person]) -> bool:
    count, number = allele_counts(genomes, site, allele, inside)
    frequency = count / number if number else 0.0
    if GAP[0] < frequency < GAP[1]:
        raise BadInput(
            f"an allele at {genomes.sites[site].position} is neither rare nor common",
            remedy="Ask for at least 2,000 individuals, or another seed",
        )
    return frequency < MAX_FREQUENCY


def allele_counts(
    genomes: Genomes, site: int, allele: int, inside: Sequence[Person]
) -> tuple[int, int]:
    """Count an allele and all called alleles; a man has one outside the pseudoautosomal region.

    Somebody whose sex is contradictory is counted as the file is written, and the second
    dataset's file writes a man's single allele twice.
    """
    only = genomes.sites[site].only_in
    people = [person for person in inside if only in ("", person.dataset)]
    rows = np.array([person.row for person in people], int)
    first, second = genomes.first[site, rows], genomes.second[site, rows].copy()
    if genomes.sites[site].chromosome == "chrX":
        twice = [p.known_sex == "UNKNOWN" and p.dataset == DATASETS[1] for p in people]
        second = np.where((second == ABSENT) & np.array(twice, bool), first, second)
    count = int((first == allele).sum() + (second == allele).sum())
    return count, int((first >= 0).sum() + (second >= 0).sum())


def planted_alleles(people: Sequence[Person], genomes: Genomes) -> Iterator[PlantedAllele]:
    """Yield the counts of a few telling alleles, in each cohort."""
    for definition in COHORTS:
        inside = members(definition, people)
        for site, allele, about in _telling(genomes):
            counts = {
                population: allele_counts(
                    genomes, site, allele, [p for p in inside if p.population == population]
                )
                for population in POPULATIONS
            }
            counts["Total"] = allele_counts(genomes, site, allele, inside)
            yield PlantedAllele(definition.id, *_name(genomes.sites[site], allele), about, counts)


def _name(site: Site, allele: int) -> tuple[str, int, str, str]:
    return site.chromosome, site.position, site.reference, site.alternates[allele - 1]


def _telling(genomes: Genomes) -> Iterator[tuple[int, int, str]]:
    tags = {
        ONE_DATASET: "assessed in the first dataset only",
        TRAIT: "grows with height",
        COMMON_MISSENSE: "common missense",
    }
    for number, site in enumerate(genomes.sites):
        if site.role.tag in tags:
            yield number, 1, f"{site.gene} {tags[site.role.tag]}".strip()
        elif site.role.tag == TWO_ALTERNATES:
            yield number, 1, "first of two alternates"
            yield number, 2, "second of two alternates"
    for chromosome in ("chrY", "chrM"):
        own = [n for n, site in enumerate(genomes.sites) if site.chromosome == chromosome]
        most = max(own, key=lambda number: len(genomes.carriers(number, 1)))
        yield most, 1, "one allele a person"


def summary(definition: CohortDefinition, people: Sequence[Person]) -> dict[str, Any]:
    """Return a cohort's definition and size, and why people are not in it."""
    inside = members(definition, people)
    asked = [person for person in people if person.dataset in definition.datasets]
    out = Counter(p.consent for p in asked if not consent.is_included(p.consent))
    return {
        "title": definition.title,
        "datasets": list(definition.datasets),
        "beacon_query": definition.beacon_query(),
        "n_individuals": len(inside),
        "n_by_sex": dict(sorted(Counter(p.known_sex.lower() for p in inside).items())),
        "n_by_population": dict(sorted(Counter(p.population for p in inside).items())),
        "not_included": dict(sorted(out.items())),
    }
