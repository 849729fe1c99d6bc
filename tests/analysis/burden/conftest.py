"""Three hundred made-up people with rare variants in four genes, one of them on X."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
from numpy.typing import NDArray

from gdi_spe.store.folder import CohortFolder
from tests.analysis.making import Person, Site, make

N_PEOPLE, N_SITES = 300, 120
GENES = ("AAA", "BBB", "CCC", "XXX")
CONSEQUENCES = ("stop_gained", "missense_variant", "synonymous_variant", "frameshift_variant")
_TEXT = {0: "0/0", 1: "0/1", 2: "1/1", 3: "./."}


@dataclass(frozen=True)
class Made:
    """The folder and everything it was made from; dosage 3 is a missing call."""

    folder: CohortFolder
    codes: NDArray[np.uint8]
    genes: tuple[dict[str, str], ...]
    age: NDArray[np.float64]
    trait: NDArray[np.float64]
    is_case: NDArray[np.bool_]
    is_male: NDArray[np.bool_]
    names: tuple[str, ...]

    @property
    def dosages(self) -> NDArray[np.float64]:
        """Shape (variants, people), NaN for missing."""
        return np.where(self.codes == 3, np.nan, self.codes.astype(float))

    @property
    def frequency(self) -> NDArray[np.float64]:
        """Of the alternate allele, by counting; men have one X."""
        called = self.codes != 3
        copies = np.full(self.codes.shape, 2.0)
        copies[90:, self.is_male] = 1
        alternates = np.where(called, self.dosages * copies / 2, 0).sum(axis=1)
        return np.asarray(alternates / (called * copies).sum(axis=1))

    def taken(self, gene: str, consequences: tuple[str, ...], bound: float) -> list[int]:
        """The rows that a mask takes of a gene, worked out one at a time."""
        return [
            row
            for row, told in enumerate(self.genes)
            if told.get(gene) in consequences and 0 < self.frequency[row] <= bound
        ]


@pytest.fixture(scope="session")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    rng = np.random.default_rng(11)
    frequency = rng.choice([0.002, 0.005, 0.02, 0.2], N_SITES)
    codes = rng.binomial(2, frequency[:, None], (N_SITES, N_PEOPLE)).astype(np.uint8)
    codes[rng.random(codes.shape) < 0.01] = 3
    is_male = rng.random(N_PEOPLE) < 0.5
    on_x = codes[90:]
    on_x[:, is_male] = np.where(on_x[:, is_male] == 1, 2, on_x[:, is_male])
    told = []
    for row in range(N_SITES):
        genes = {GENES[row // 30]: CONSEQUENCES[row % 4]}
        if row % 10 == 0 and row < 60:
            genes["CCC"] = "missense_variant"
        told.append(genes)
    age = rng.normal(50, 12, N_PEOPLE).round(2)
    hit = (np.where(codes[:30] == 3, 0, codes[:30])[frequency[:30] < 0.01] > 0).any(axis=0)
    trait = (1.2 * hit + 0.02 * age + rng.normal(0, 1, N_PEOPLE)).round(4)
    is_case = rng.random(N_PEOPLE) < 1 / (1 + np.exp(1.5 - 1.6 * hit))
    names = tuple(f"P{number:03d}" for number in range(N_PEOPLE))
    people = [
        Person(name, "male" if male else "female", {"age_years": float(years)})
        for name, male, years in zip(names, is_male, age, strict=True)
    ]
    sites = [
        Site("chrX" if row >= 90 else "chr1", 5_000_000 + 1000 * row, "A", "G",
             [_TEXT[int(code)] for code in codes[row]], told[row])
        for row in range(N_SITES)
    ]  # fmt: skip
    families = [
        {"individual_id": name, "father_id": None, "mother_id": None, "family_id": f"F{at // 10}"}
        for at, name in enumerate(names[:40])
    ]
    root = tmp_path_factory.mktemp("burden")
    folder = make(root, people, sites, {"pedigree": families})
    return Made(folder, codes, tuple(told), age, trait, is_case, is_male, names)
