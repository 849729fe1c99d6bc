"""The genotypes of the synthetic people: a matrix for the first allele, one for the second."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdi_spe.demo.synthetic.people import POPULATIONS, Person
from gdi_spe.demo.synthetic.sites import PAR1, Site

MISSING, ABSENT = -1, -2
# Wright's FST between each population and their common ancestor.
_DIVERGENCE = 0.015
# A rare allele of a gene of the questions has at most so many carriers before any is planted.
RARE_COPIES = 2


@dataclass(frozen=True)
class Sample:
    """A column of a file: its name, and its column among the genomes."""

    id: str
    row: int


@dataclass(frozen=True)
class Genomes:
    """The calls of everybody at every site, shape ``(sites, samples)``: people, then tumours.

    An entry is an allele's index, ``MISSING``, or ``ABSENT`` where there is no second allele.
    """

    sites: Sequence[Site]
    first: NDArray[np.int8]
    second: NDArray[np.int8]

    def set(self, site: int, row: int, first: int, second: int) -> None:
        """Write one call."""
        self.first[site, row], self.second[site, row] = first, second

    def clear(self, site: int, allele: int, rows: Iterable[int]) -> None:
        """Turn an allele into the reference in some people."""
        rows = np.fromiter(rows, int)
        for matrix in (self.first, self.second):
            values = matrix[site, rows]
            values[values == allele] = 0
            matrix[site, rows] = values

    def carriers(self, site: int, allele: int) -> NDArray[np.intp]:
        """Return the rows of those with the allele, half-missing calls among them."""
        has = (self.first[site] == allele) | (self.second[site] == allele)
        return np.flatnonzero(has)


def draw(rng: np.random.Generator, sites: Sequence[Site], people: Sequence[Person]) -> Genomes:
    """Draw everybody's calls from the frequencies of their population."""
    population = np.array([POPULATIONS.index(person.population) for person in people])
    one, two = _frequencies(rng, sites, len(people))
    drawn = []
    for _ in range(2):
        chance = rng.random((len(sites), len(people)), dtype=np.float32)
        alleles = (chance < one[:, population]).astype(np.int8)
        alleles[(alleles == 0) & (chance < (one + two)[:, population])] = 2
        drawn.append(alleles)
    genomes = Genomes(sites, *drawn)
    _set_ploidy(genomes, np.array([person.sex == "MALE" for person in people]))
    _keep_rare(rng, genomes)
    _lose_calls(rng, genomes)
    return genomes


def _frequencies(
    rng: np.random.Generator, sites: Sequence[Site], n_people: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return the frequency of the first and second alternate, shape ``(sites, populations)``."""
    ancestral = np.zeros((2, len(sites)))
    for number, site in enumerate(sites):
        for place, spectrum in enumerate(site.role.spectra):
            ancestral[place, number] = _ancestral(rng, spectrum, n_people)
    ancestral[1] = np.minimum(ancestral[1], 0.4)
    scale = (1 - _DIVERGENCE) / _DIVERGENCE
    p = np.clip(ancestral, 1e-9, 1)[:, :, None] * scale
    drifted = rng.beta(p, scale - p, size=(2, len(sites), len(POPULATIONS)))
    common = np.array([["common" in site.role.spectra] for site in sites])
    drifted[0] = np.where(common, np.maximum(drifted[0], 0.08), drifted[0])
    # A rare allele drifts by chance alone: its few copies are drawn, not its frequency.
    drifted = np.where(ancestral[:, :, None] < 0.002, ancestral[:, :, None], drifted)
    return drifted[0].astype(np.float32), drifted[1].astype(np.float32)


def _ancestral(rng: np.random.Generator, spectrum: str, n_people: int) -> float:
    if spectrum == "none":
        return 0.0
    if spectrum == "rare":
        return 0.5 / (2 * n_people)
    if spectrum == "common":
        return float(rng.uniform(0.12, 0.3))
    # The neutral spectrum: as many sites at one frequency as the frequency is small.
    return float(np.exp(rng.uniform(np.log(1 / (2 * n_people)), np.log(0.5))))


def _set_ploidy(genomes: Genomes, is_male: NDArray[np.bool_]) -> None:
    for number, site in enumerate(genomes.sites):
        in_par = PAR1[0] <= site.position <= PAR1[1]
        if site.chromosome == "chrX" and not in_par:
            genomes.second[number, is_male] = ABSENT
        elif site.chromosome in ("chrY", "chrM"):
            genomes.second[number] = ABSENT
        if site.chromosome == "chrY":
            genomes.first[number, ~is_male] = MISSING


def _keep_rare(rng: np.random.Generator, genomes: Genomes) -> None:
    """Take carriers from a rare allele of which chance drew too many."""
    for number, site in enumerate(genomes.sites):
        for place, spectrum in enumerate(site.role.spectra, start=1):
            if spectrum == "rare":
                rows = rng.permutation(genomes.carriers(number, place))
                genomes.clear(number, place, rows[RARE_COPIES:])


def _lose_calls(rng: np.random.Generator, genomes: Genomes) -> None:
    """Lose some calls wholly, and a few by half."""
    n_sites, n_people = genomes.first.shape
    rate = np.where(rng.random(n_sites) < 0.05, 0.03, 0.002).astype(np.float32)[:, None]
    lost = rng.random((n_sites, n_people), dtype=np.float32) < rate
    genomes.first[lost] = MISSING
    genomes.second[lost & (genomes.second != ABSENT)] = MISSING
    half = rng.random((n_sites, n_people), dtype=np.float32) < 0.0002
    genomes.first[half & (genomes.second != ABSENT)] = MISSING
