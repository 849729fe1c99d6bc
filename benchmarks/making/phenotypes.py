"""What is known of the made-up people: two traits, covariates, a feature, and genes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from benchmarks.making.records import CONTIGS, FIRST_POSITION, People, Shape

Floats = NDArray[np.float64]

# code and label of each measurement, and its unit.
HEIGHT = ("LOINC:8302-2", "height", "cm")
WEIGHT = ("LOINC:29463-7", "weight", "kg")
GLUCOSE = ("LOINC:2339-0", "glucose", "mg/dL")
DISEASE, FEATURE = "MONDO:0005148", "HP:0000508"
COVARIATES = ("age", "is_male", "weight", "glucose")
_GENE_LENGTH = 60_000
_SICK, _WITH_FEATURE = 0.3, 0.1


@dataclass(frozen=True)
class Traits:
    """One entry a person; traits owe nothing to any variant."""

    age: NDArray[np.int64]
    is_male: NDArray[np.bool_]
    height: Floats
    weight: Floats
    glucose: Floats
    is_sick: NDArray[np.bool_]
    has_feature: NDArray[np.bool_]


def traits(shape: Shape, found: People) -> Traits:
    """Draw the traits of a file's people."""
    rng = np.random.default_rng([shape.seed, 4])
    n = len(found.names)
    is_male = ~found.is_chosen
    age = rng.integers(20, 90, n)
    weight = np.round(rng.normal(70, 12, n) + 8 * is_male, 1)
    glucose = np.round(rng.normal(95, 15, n) + age / 10, 1)
    height = np.round(rng.normal(165, 6, n) + 12 * is_male - age / 20, 1)
    risk = (age - 55) / 20 + (glucose - 100) / 30 + rng.logistic(size=n)
    is_sick = risk > np.quantile(risk, 1 - _SICK)
    return Traits(age, is_male, height, weight, glucose, is_sick, rng.random(n) < _WITH_FEATURE)


def write(folder: Path, shape: Shape, found: People) -> None:
    """Write the tables a store takes, and one table that other programs take."""
    told = traits(shape, found)
    tables = folder / "tables"
    tables.mkdir()
    observed = "individual_id term label status"
    diabetes = _observed(found, DISEASE, "type 2 diabetes mellitus", told.is_sick)
    ptosis = _observed(found, FEATURE, "Ptosis", told.has_feature)
    measured = _measured(found, told)
    people = _individuals(found, told)
    _table(tables / "individuals.tsv", "individual_id sex population age", people)
    _table(tables / "measurements.tsv", "individual_id term label value unit", measured)
    _table(tables / "diagnoses.tsv", observed, diabetes)
    _table(tables / "phenotypic_features.tsv", observed, ptosis)
    head = f"#IID height sick feature {' '.join(COVARIATES)}"
    _table(folder / "traits.tsv", head, _plain(found, told))
    (folder / "genes.gtf").write_text("".join(_genes()))


def _individuals(found: People, told: Traits) -> Iterator[tuple[object, ...]]:
    for i, name in enumerate(found.names):
        sex = "male" if told.is_male[i] else "female"
        yield name, sex, found.populations[i], f"P{told.age[i]}Y"


def _measured(found: People, told: Traits) -> Iterator[tuple[object, ...]]:
    for (code, label, unit), values in (
        (HEIGHT, told.height), (WEIGHT, told.weight), (GLUCOSE, told.glucose),
    ):  # fmt: skip
        for name, value in zip(found.names, values.tolist(), strict=True):
            yield name, code, label, value, unit


def _observed(
    found: People, term: str, label: str, has: NDArray[np.bool_]
) -> Iterator[tuple[object, ...]]:
    for name, yes in zip(found.names, has.tolist(), strict=True):
        yield name, term, label, "present" if yes else "excluded"


def _plain(found: People, told: Traits) -> Iterator[tuple[object, ...]]:
    for i, name in enumerate(found.names):
        sick, feature = 1 + int(told.is_sick[i]), 1 + int(told.has_feature[i])
        covariates = (told.age[i], int(told.is_male[i]), told.weight[i], told.glucose[i])
        yield (name, told.height[i], sick, feature, *covariates)


def _table(path: Path, head: str, rows: Iterator[tuple[object, ...]]) -> None:
    lines = ["\t".join(head.split()), *("\t".join(map(str, row)) for row in rows)]
    path.write_text("\n".join(lines) + "\n")


def gene(number: int) -> tuple[str, str, int, int]:
    """Return symbol, chromosome, start and end (1-based, both included) of a gene of the first."""
    start = FIRST_POSITION + number * _GENE_LENGTH + 1
    return f"MADE{number}", next(iter(CONTIGS)), start, start + _GENE_LENGTH - 1


def _genes() -> Iterator[str]:
    yield "#!genome-build GRCh38.p14\n#!genome-version GRCh38\n"
    number = 0
    for chromosome, length in CONTIGS.items():
        for start in range(FIRST_POSITION + 1, length - _GENE_LENGTH, _GENE_LENGTH):
            names = f'gene_id "ENSG{number:011d}"; gene_name "MADE{number}"'
            end = start + _GENE_LENGTH - 1
            fixed = f"{chromosome}\tmade\tgene\t{start}\t{end}\t.\t+\t."
            yield f'{fixed}\t{names}; gene_biotype "protein_coding";\n'
            number += 1
