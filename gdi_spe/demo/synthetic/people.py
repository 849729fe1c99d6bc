"""The people of the synthetic node: who they are, and what most of them have."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta

import numpy as np

from gdi_spe.demo.synthetic import consent
from gdi_spe.demo.synthetic.terms import (
    COVID_FEATURES,
    EVERYDAY_DISEASES,
    EVERYDAY_FEATURES,
    PNEUMONIA,
    SEVERE_COVID,
    Term,
    term,
)

DATASETS = ("GDI-XX-DATASET-001", "GDI-XX-DATASET-002")
# Codes as in the Genome of Europe's population labels: two capital letters.
POPULATIONS = ("XN", "XE", "XS", "XW", "XI")
SHARES = (0.30, 0.25, 0.20, 0.15, 0.10)
TODAY = date(2025, 1, 1)  # the day the synthetic records were drawn up


@dataclass(frozen=True)
class Finding:
    """A disease or feature that somebody has, or was found not to have."""

    term: Term
    is_excluded: bool = False
    onset_years: int | None = None


@dataclass(frozen=True)
class Treatment:
    """A drug, from when to when, and what it did."""

    agent: Term
    start: date
    end: date
    response: Term | None = None


@dataclass(frozen=True)
class Biomarker:
    """A tumour's change of protein, as the laboratory judged it."""

    gene: str
    protein_change: str
    status: str


@dataclass(frozen=True)
class Person:
    """One individual. ``row`` is the place in the genotypes of the person's dataset's people."""

    id: str
    dataset: str
    row: int
    sex: str
    population: str
    country: str
    born: date
    consent: str
    diseases: tuple[Finding, ...] = ()
    features: tuple[Finding, ...] = ()
    treatments: tuple[Treatment, ...] = ()
    biomarkers: tuple[Biomarker, ...] = ()
    height_cm: float | None = None
    # The name of a sample of this person's tumour, if there is one.
    tumour: str = ""
    is_alive: bool = True
    has_phenopacket: bool = True
    # What the table says where it contradicts the phenopacket.
    sex_in_table: str = ""
    # For planted people: the question, "answer" or "near miss", and why.
    plants: tuple[str, ...] = ()

    @property
    def age_years(self) -> int:
        """Whole years at the last encounter."""
        return int((TODAY - self.born).days // 365.25)

    @property
    def known_sex(self) -> str:
        """The sex that remains when both sources are read: none where they contradict."""
        return "UNKNOWN" if self.sex_in_table not in ("", self.sex) else self.sex

    def with_disease(self, curie: str, *, is_excluded: bool = False, onset: int = 0) -> Person:
        """Return this person with one more disease, had or ruled out."""
        found = Finding(term(curie), is_excluded, None if is_excluded else onset)
        return replace(self, diseases=(*self.diseases, found))

    def has(self, curies: frozenset[str]) -> bool:
        """Say whether a disease of these is present, as far as the records tell."""
        return self.has_phenopacket and any(
            found.term.id in curies and not found.is_excluded for found in self.diseases
        )


def draw(rng: np.random.Generator, n_individuals: int) -> list[Person]:
    """Draw the people: eight of thirteen in the first dataset, the others in the second."""
    n_first = round(n_individuals * 8 / 13)
    return [
        _person(rng, row, DATASETS[int(row >= n_first)], row - n_first * int(row >= n_first))
        for row in range(n_individuals)
    ]


def _person(rng: np.random.Generator, row: int, dataset: str, place: int) -> Person:
    country = consent.NEIGHBOUR if rng.random() < 0.08 else consent.HOME
    shares = consent.SHARES[country]
    born = TODAY - timedelta(days=int(365.25 * 90 * rng.beta(1.6, 1.9)) + 30)
    person = Person(
        id=f"XX{DATASETS.index(dataset) + 1}-{place + 1:05d}",
        dataset=dataset,
        row=row,
        sex="FEMALE" if rng.random() < 0.51 else "MALE",
        population=str(rng.choice(POPULATIONS, p=SHARES)),
        country=country,
        born=born,
        consent=str(rng.choice(list(shares), p=list(shares.values()))),
        is_alive=bool(rng.random() > 0.03),
        has_phenopacket=bool(rng.random() > 0.02),
    )
    return _everyday(rng, _infected(rng, person))


def _everyday(rng: np.random.Generator, person: Person) -> Person:
    """Give what many people have; nothing here looks like an answer to a question."""
    diseases = [
        Finding(disease, onset_years=int(rng.integers(0, person.age_years + 1)))
        for disease in EVERYDAY_DISEASES
        if rng.random() < 0.002 * person.age_years
    ]
    features = [
        Finding(feature, is_excluded=bool(rng.random() < 0.3))
        for feature in EVERYDAY_FEATURES
        if rng.random() < 0.12
    ]
    return replace(
        person,
        diseases=(*person.diseases, *diseases),
        features=(*person.features, *features),
    )


def _infected(rng: np.random.Generator, person: Person) -> Person:
    """Give COVID-19 to some of the first dataset and to many of the second."""
    if rng.random() < (0.08, 0.45)[DATASETS.index(person.dataset)]:
        return with_covid(rng, person)
    if rng.random() < 0.04:
        return person.with_disease("MONDO:0005812", onset=person.age_years)
    if rng.random() < 0.05:
        return person.with_disease("MONDO:0100096", is_excluded=True)
    return person


def with_covid(
    rng: np.random.Generator, person: Person, curie: str = "MONDO:0100096", severe: float = 0.15
) -> Person:
    """Return the person after an infection, severe with the given chance."""
    onset = max(0, person.age_years - int(rng.integers(1, 5)))
    found = [each for each in COVID_FEATURES if rng.random() < 0.5]
    if rng.random() < severe:
        found += [PNEUMONIA, SEVERE_COVID]
    features = tuple(Finding(each, onset_years=onset) for each in found)
    infected = person.with_disease(curie, onset=onset)
    return replace(infected, features=(*infected.features, *features))


def without_infections(person: Person) -> Person:
    """Return the person with nothing said about COVID-19 or influenza."""
    viral = {"MONDO:0100096", "MONDO:0100163", "MONDO:0100320", "MONDO:0005812"}
    said = {feature.id for feature in (*COVID_FEATURES, PNEUMONIA, SEVERE_COVID)}
    return replace(
        person,
        diseases=tuple(each for each in person.diseases if each.term.id not in viral),
        features=tuple(each for each in person.features if each.term.id not in said),
    )
