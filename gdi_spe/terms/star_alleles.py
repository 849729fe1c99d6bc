"""Tables of star alleles: which variants make each allele of a gene, and what it does.

A text of columns parted by tabs, a line an allele and variant::

    #assembly=GRCh38
    #release=2026-01
    #phenotype=GENE1	0	0	poor metaboliser
    gene	allele	activity	chromosome	position	reference	alternate
    GENE1	*1	1
    GENE1	*2	0	chr10	94781859	G	A

The allele without variants is what remains; an allele of several variants has as many lines. The
activity may be empty where it is not known. A phenotype has the least and the greatest activity
score (the sum of both alleles) that it stands for.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from gdi_spe.boundary.errors import BadInput

COLUMNS = ("gene", "allele", "activity", "chromosome", "position", "reference", "alternate")
ENDING = ".star-alleles.tsv"
_CHROMOSOME = re.compile(r"chr([1-9]|1[0-9]|2[0-2]|X|Y|M)")
_BASES = re.compile(r"[ACGT]+")
_MOST_ALLELES, _MOST_BYTES = 500, 16 << 20

Variant = tuple[str, int, str, str]


@dataclass(frozen=True)
class StarAllele:
    """One allele of a gene: its variants, and its activity where that is known."""

    name: str
    activity: float | None
    variants: frozenset[Variant]


@dataclass(frozen=True)
class Phenotype:
    """What a range of activity scores stands for, both ends included."""

    name: str
    least: float
    greatest: float


@dataclass(frozen=True)
class StarGene:
    """The alleles of one gene, and its phenotypes."""

    name: str
    alleles: tuple[StarAllele, ...]
    phenotypes: tuple[Phenotype, ...]

    @property
    def variants(self) -> tuple[Variant, ...]:
        """Every variant that makes an allele, in order."""
        return tuple(sorted(frozenset().union(*(each.variants for each in self.alleles))))

    def phenotype_of(self, score: float) -> str | None:
        """Return what an activity score stands for, if anything."""
        return next(
            (each.name for each in self.phenotypes
             if each.least - 1e-9 <= score <= each.greatest + 1e-9), None,
        )  # fmt: skip


@dataclass(frozen=True)
class StarTable:
    """All genes of a table."""

    release: str
    assembly: str
    genes: Mapping[str, StarGene]


def read(file: Path) -> StarTable:
    """Read a table.

    Raises
    ------
    BadInput
        With the line that is not as the format says, or where two alleles are the same.
    """
    if not file.is_file():
        raise BadInput(
            "there is no such file", source=file.name, remedy="Name a table of star alleles"
        )
    if file.stat().st_size > _MOST_BYTES:
        raise BadInput("a table of star alleles is never this large", source=file.name)
    try:
        lines = file.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError:
        raise BadInput("it is not UTF-8", source=file.name) from None
    reading = _Reading(file.name)
    for number, line in enumerate(lines, start=1):
        if line.strip():
            reading.take(number, line)
    return reading.table()


class _Reading:
    """What has been read of a table so far."""

    def __init__(self, source: str) -> None:
        self._source, self._line = source, 0
        self._facts: dict[str, str] = {}
        self._has_columns = False
        self._variants: dict[tuple[str, str], set[Variant]] = {}
        self._activity: dict[tuple[str, str], float | None] = {}
        self._phenotypes: dict[str, list[Phenotype]] = {}

    def take(self, number: int, line: str) -> None:
        """Read one line."""
        self._line = number
        if line.startswith("#"):
            self._fact(line)
            return
        cells = [cell.strip() for cell in line.split("\t")]
        if not self._has_columns:
            if tuple(cells) != COLUMNS:
                raise self._wrong(f"the columns are not {', '.join(COLUMNS)}")
            self._has_columns = True
            return
        self._allele(cells + [""] * (len(COLUMNS) - len(cells)))

    def _fact(self, line: str) -> None:
        key, _, value = line.lstrip("#").partition("=")
        if key.strip() != "phenotype":
            self._facts[key.strip()] = value.strip()
            return
        cells = [cell.strip() for cell in value.split("\t")]
        if len(cells) != 4:
            raise self._wrong("a phenotype has a gene, least and greatest score, and a name")
        gene, least, greatest, name = cells
        found = Phenotype(name, self._number(least), self._number(greatest))
        others = self._phenotypes.setdefault(gene, [])
        if found.least > found.greatest or any(
            found.least <= each.greatest and each.least <= found.greatest for each in others
        ):
            raise self._wrong(f"scores of {name!r} are in no order or are another phenotype's too")
        others.append(found)

    def _allele(self, cells: Sequence[str]) -> None:
        if len(cells) != len(COLUMNS):
            raise self._wrong(f"{len(cells)} cells where there are {len(COLUMNS)} columns")
        gene, allele, activity, chromosome, position, reference, alternate = cells
        if not gene or not allele or any(sign in allele for sign in "/;"):
            raise self._wrong("a gene and an allele have names, without / and ;")
        key, told = (gene, allele), self._number(activity) if activity else None
        if self._activity.setdefault(key, told) != told:
            raise self._wrong(f"{gene}{allele} has another activity in a line above")
        variants = self._variants.setdefault(key, set())
        if not any((chromosome, position, reference, alternate)):
            return
        if not _CHROMOSOME.fullmatch(chromosome) or not position.isdecimal():
            raise self._wrong(f"{chromosome}:{position} is no place; write chr10 and a position")
        if not (_BASES.fullmatch(reference) and _BASES.fullmatch(alternate)):
            raise self._wrong("reference and alternate are bases, as in a VCF")
        variants.add((chromosome, int(position), reference, alternate))

    def _number(self, text: str) -> float:
        try:
            found = float(text)
        except ValueError:
            raise self._wrong(f"{text!r} is no number") from None
        if not 0 <= found < 1000:
            raise self._wrong(f"{text} is no activity")
        return found

    def table(self) -> StarTable:
        """Return everything, checked."""
        genes: dict[str, list[StarAllele]] = {}
        for (gene, name), variants in self._variants.items():
            allele = StarAllele(name, self._activity[gene, name], frozenset(variants))
            genes.setdefault(gene, []).append(allele)
        if not genes:
            raise BadInput("it has no allele", source=self._source)
        for gene, alleles in genes.items():
            self._check(gene, alleles)
        unknown = sorted(set(self._phenotypes) - set(genes))
        if unknown:
            raise BadInput(f"{unknown[0]} has phenotypes and no allele", source=self._source)
        assembly = self._facts.get("assembly", "")
        if assembly not in ("GRCh37", "GRCh38"):
            raise BadInput(
                "it does not tell its assembly", source=self._source,
                remedy="Write #assembly=GRCh38 above its columns",
            )  # fmt: skip
        found = {
            gene: StarGene(gene, tuple(alleles), tuple(self._phenotypes.get(gene, ())))
            for gene, alleles in genes.items()
        }
        return StarTable(self._facts.get("release", "unversioned"), assembly, found)

    def _check(self, gene: str, alleles: Sequence[StarAllele]) -> None:
        by_variants: dict[frozenset[Variant], str] = {}
        for allele in alleles:
            same = by_variants.setdefault(allele.variants, allele.name)
            if same != allele.name:
                raise BadInput(
                    f"{gene}: {same} and {allele.name} are made of the same variants",
                    source=self._source,
                )
        if frozenset() not in by_variants:
            raise BadInput(f"{gene} has no allele without variants", source=self._source)
        if len(alleles) > _MOST_ALLELES:
            raise BadInput(f"{gene} has more than {_MOST_ALLELES} alleles", source=self._source)
        if len({chromosome for each in by_variants for chromosome, *_ in each}) > 1:
            raise BadInput(f"{gene} lies on several chromosomes", source=self._source)

    def _wrong(self, why: str) -> BadInput:
        return BadInput(why, source=self._source, line=self._line)
