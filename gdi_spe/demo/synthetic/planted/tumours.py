"""Samples of tumours: what changed in them since the germline.

Melanomas of people whose BRAF was looked at have a sample each. Those with V600E have it there and
nowhere else; in every other sample one copy of chromosome 10, where PTEN is, was lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gdi_spe.demo.synthetic.genomes import ABSENT, MISSING, Genomes
from gdi_spe.demo.synthetic.people import Person
from gdi_spe.demo.synthetic.sites import CONTIGS, V600E, Site

LOST = "chr10"


@dataclass(frozen=True)
class Tumour:
    """A sample of a tumour, whose it is, and whether it has V600E and lost a chromosome."""

    id: str
    individual: str
    dataset: str
    has_v600e: bool
    lost: str = ""


def sampled(people: Sequence[Person]) -> list[Person]:
    """Name a sample of those who have a melanoma whose BRAF was looked at."""
    return [
        replace(person, tumour=f"{person.id}-T1")
        if person.plants[:1] == ("pten-braf",) and _is_judged(person)
        else person
        for person in people
    ]


def _is_judged(person: Person) -> bool:
    return any(marker.protein_change == "V600E" for marker in person.biomarkers)


def draw(
    rng: np.random.Generator, people: Sequence[Person], germline: Genomes
) -> tuple[Genomes, list[Tumour]]:
    """Return the calls with a site for V600E and a column for each tumour, behind the people's."""
    genomes, site = _with_v600e(germline)
    of = [person for person in people if person.tumour]
    rows = np.array([person.row for person in of], int)
    first, second = genomes.first[:, rows].copy(), genomes.second[:, rows].copy()
    is_lost = np.array([each.chromosome == LOST for each in genomes.sites])
    found = []
    for column, person in enumerate(of):
        has = all(marker.status != "REJECTED" for marker in person.biomarkers)
        if has:
            first[site, column], second[site, column] = 0, 1
        loses = column % 2 == 0
        if loses:
            _lose(first[:, column], second[:, column], is_lost, keeps_first=rng.random() < 0.5)
        found.append(Tumour(person.tumour, person.id, person.dataset, has, LOST if loses else ""))
    both = Genomes(
        genomes.sites, np.hstack([genomes.first, first]), np.hstack([genomes.second, second])
    )
    return both, found


def _lose(
    first: NDArray[np.int8], second: NDArray[np.int8], is_lost: NDArray[np.bool_], *,
    keeps_first: bool,
) -> None:  # fmt: skip
    """Leave one copy of a chromosome, which a caller writes twice."""
    at = is_lost & (first != MISSING) & (second != MISSING) & (second != ABSENT)
    kept = first if keeps_first else second
    first[at] = second[at] = kept[at]


def _with_v600e(genomes: Genomes) -> tuple[Genomes, int]:
    """Return the genomes with a site for V600E that everybody's germline has the reference at."""
    place = _key(V600E)
    keep = [number for number, site in enumerate(genomes.sites) if _key(site) != place]
    sites = [genomes.sites[number] for number in keep]
    at = sum(_key(site) < place for site in sites)
    blank = np.zeros((1, genomes.first.shape[1]), np.int8)
    return Genomes(
        [*sites[:at], V600E, *sites[at:]],
        np.insert(genomes.first[keep], at, blank, axis=0),
        np.insert(genomes.second[keep], at, blank, axis=0),
    ), at


def _key(site: Site) -> tuple[int, int]:
    return list(CONTIGS).index(site.chromosome), site.position
