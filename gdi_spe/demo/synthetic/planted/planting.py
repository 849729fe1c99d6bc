"""Put the planted people among the others."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import numpy as np

from gdi_spe.boundary.errors import BadInput
from gdi_spe.demo.synthetic import consent
from gdi_spe.demo.synthetic.genomes import ABSENT, MISSING, Genomes
from gdi_spe.demo.synthetic.people import (
    DATASETS,
    TODAY,
    Biomarker,
    Finding,
    Person,
    Treatment,
    with_covid,
    without_infections,
)
from gdi_spe.demo.synthetic.planted.questions import GENE, PLANTS, Plant
from gdi_spe.demo.synthetic.sites import COMMON_MISSENSE, DAMAGING, TWO_ALTERNATES
from gdi_spe.demo.synthetic.terms import CMS_FEATURES, PTOSIS, SKIN_TUMOUR, descendants, term

COVID = descendants("MONDO:0100096")
_RESPONSES = ("NCIT:C4870", "NCIT:C18058", "NCIT:C35571")


def plant(rng: np.random.Generator, people: list[Person], genomes: Genomes) -> list[Person]:
    """Return the people with the planted ones among them; the genotypes change in place."""
    chosen = _choose(rng, people)
    changed = list(people)
    for row, group in chosen.items():
        changed[row] = _recorded(rng, people[row], group)
    _clear_answers_of_chance(genomes, changed)
    pools = {gene: _Pool(genomes, gene) for gene in sorted(set(GENE.values()))}
    for row, group in chosen.items():
        pools[GENE[group.question]].give(group.variant, row)
    return _contradict(rng, changed)


def _choose(rng: np.random.Generator, people: list[Person]) -> dict[int, Plant]:
    """Choose who belongs to which group: row -> group."""
    free = [int(row) for row in rng.permutation(len(people))]
    chosen: dict[int, Plant] = {}
    for group in PLANTS:
        for dataset, count in zip(DATASETS, group.counts, strict=True):
            fits = [row for row in free if _fits(people[row], group, dataset)][:count]
            if len(fits) < count:
                raise BadInput(
                    f"too few people for the planted answers ({group.question}: {group.why})",
                    remedy="Ask for at least 1,000 individuals",
                )
            chosen |= dict.fromkeys(fits, group)
            free = [row for row in free if row not in chosen]
    return chosen


def _fits(person: Person, group: Plant, dataset: str) -> bool:
    country = consent.NEIGHBOUR if group.consent.startswith("opt-out") else consent.HOME
    low, high = (4, 18) if group.record == "MONDO:0100163" else (18, 80)
    return (
        person.dataset == dataset
        and person.country == country
        and group.sex in ("", person.sex)
        and low <= person.age_years < high
    )


def _recorded(rng: np.random.Generator, person: Person, group: Plant) -> Person:
    """Return the person with the records of the group."""
    blank = replace(
        without_infections(person),
        consent=group.consent,
        has_phenopacket=group.record != "no phenopacket",
        is_alive=True,
        plants=(group.question, "answer" if group.is_answer else "near miss", group.why),
    )
    write = {"ryr1-cms": _muscle, "pten-braf": _melanoma, "tlr7-covid": _infection}
    written = write[group.question](rng, blank, group.record)
    return with_covid(rng, written) if group.record.endswith(", covid") else written


def _muscle(rng: np.random.Generator, person: Person, record: str) -> Person:
    onset = int(rng.integers(0, 3))
    if record.startswith(("ORPHA", "MONDO")):
        curie, _, excluded = record.partition(" ")
        return person.with_disease(curie, is_excluded=bool(excluded), onset=onset)
    found: tuple[Finding, ...]
    if record == "lone ptosis":
        found = (Finding(PTOSIS, onset_years=person.age_years),)
    elif record == "cms features excluded":
        found = tuple(Finding(feature, is_excluded=True) for feature in CMS_FEATURES)
    else:
        # The three that lead, and two of the others.
        picked = (0, 1, 2, *sorted(rng.choice([3, 4, 5], size=2, replace=False)))
        found = tuple(Finding(CMS_FEATURES[i], onset_years=onset) for i in picked)
    if "sex contradictory" in record:
        other = "MALE" if person.sex == "FEMALE" else "FEMALE"
        person = replace(person, sex_in_table=other)
    return replace(person, features=(*person.features, *found))


def _melanoma(rng: np.random.Generator, person: Person, record: str) -> Person:
    change, drug = record.split(", ")[:2]
    status = {"rejected": "REJECTED", "contributory": "CONTRIBUTORY"}
    protein, _, judged = change.partition(" ")
    agent = term("NCIT:C82386" if drug == "dabrafenib" else "NCIT:C64768")
    start = TODAY - timedelta(days=int(rng.integers(200, 1500)))
    response = term(_RESPONSES[int(rng.integers(len(_RESPONSES)))])
    treatment = Treatment(agent, start, start + timedelta(days=180), response)
    ill = person.with_disease("NCIT:C3510", onset=max(0, person.age_years - 5))
    return replace(
        ill,
        features=(*ill.features, Finding(SKIN_TUMOUR, onset_years=max(0, ill.age_years - 5))),
        biomarkers=(Biomarker("BRAF", protein, status.get(judged, "CAUSATIVE")),),
        treatments=(treatment,),
    )


def _infection(rng: np.random.Generator, person: Person, record: str) -> Person:
    if record == "influenza":
        return person.with_disease("MONDO:0005812", onset=person.age_years)
    if record == "covid excluded":
        return person.with_disease("MONDO:0100096", is_excluded=True)
    if record == "MONDO:0100320":
        return person.with_disease(record, onset=person.age_years)
    if record == "MONDO:0100163":
        return with_covid(rng, person, record, severe=1.0)
    return with_covid(rng, person, severe=float(record == "severe covid"))


def _clear_answers_of_chance(genomes: Genomes, people: list[Person]) -> None:
    """Take the rare alleles of a question's gene from those whose records could answer it."""
    for question, gene in GENE.items():
        rows = [
            person.row
            for person in people
            if question in person.plants or (question == "tlr7-covid" and person.has(COVID))
        ]
        for site, allele in rare_alleles(genomes, gene):
            genomes.clear(site, allele, rows)


def rare_alleles(genomes: Genomes, gene: str) -> Iterator[tuple[int, int]]:
    """Yield the rare damaging alleles of a gene, as site and allele index."""
    for number, site in enumerate(genomes.sites):
        if site.gene == gene:
            for allele, spectrum in enumerate(site.role.spectra, start=1):
                if spectrum == "rare" and site.role.consequences[allele - 1] in DAMAGING:
                    yield number, allele


class _Pool:
    """The alleles of one gene that are handed out, each in turn."""

    def __init__(self, genomes: Genomes, gene: str) -> None:
        self._genomes = genomes
        self._gene = gene
        sites = enumerate(genomes.sites)
        own = [(number, site) for number, site in sites if site.gene == gene]
        self._damaging = [
            number
            for number, allele in rare_alleles(genomes, gene)
            if allele == 1 and genomes.sites[number].role.tag != TWO_ALTERNATES
        ]
        self._synonymous = [n for n, s in own if s.role[:2] == (("synonymous_variant",), ("rare",))]
        self._common = [n for n, s in own if s.role.tag == COMMON_MISSENSE]
        self._double = [n for n, s in own if s.role.tag == TWO_ALTERNATES]

    def give(self, variant: str, row: int) -> None:
        """Write what a group's gene has into one person's genotypes."""
        if variant == "none":
            return
        source, first, second = {
            "damaging": (self._damaging, 0, 1),
            "damaging twice": (self._damaging, 1, 1),
            "damaging and lost": (self._damaging, MISSING, 1),
            "lost": (self._damaging, MISSING, MISSING),
            "synonymous": (self._synonymous, 0, 1),
            "common": (self._common, 0, 1),
            "first alternate": (self._double, 0, 1),
            "second alternate": (self._double, 1, 2),
        }[variant]
        site = source.pop(0)
        source.append(site)
        if self._genomes.second[site, row] == ABSENT:
            first, second = second, ABSENT
        self._genomes.set(site, row, first, second)


def _contradict(rng: np.random.Generator, people: list[Person]) -> list[Person]:
    """Let the table contradict the phenopacket about the sex of three more people."""
    plain = [row for row, person in enumerate(people) if not person.plants]
    for row in rng.choice(plain, size=3, replace=False).tolist():
        other = "MALE" if people[row].sex == "FEMALE" else "FEMALE"
        people[row] = replace(people[row], sex_in_table=other, has_phenopacket=True)
    return people
