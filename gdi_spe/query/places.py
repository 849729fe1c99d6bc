"""Where a variant must lie: bounds on its start and end, however the question was put."""

from __future__ import annotations

import re
from dataclasses import dataclass

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.chromosomes import CHROMOSOMES, canonical, length_of

_LAST = 2**31 - 1
_REGION = re.compile(r"(?P<chromosome>[^:\s]+)(?::(?P<first>[\d,_]+)(?:-(?P<last>[\d,_]+))?)?")
_VARIANT = re.compile(
    r"(?P<chromosome>[^:\s-]+)[:-](?P<position>\d+)[:-](?P<reference>[ACGTN]+)[:>-]"
    r"(?P<alternate>[ACGTN*]+)",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Span:
    """Bounds on a variant's start and end, 0-based; each range includes its first number only."""

    chromosome: str
    start_from: int = 0
    start_to: int = _LAST
    end_from: int = 0
    end_to: int = _LAST

    @staticmethod
    def overlapping(chromosome: str, start: int, end: int) -> Span:
        """Every variant that touches ``[start, end)``."""
        return Span(chromosome, start_to=end, end_from=start + 1)

    @staticmethod
    def starting_at(chromosome: str, start: int) -> Span:
        """Every variant whose first base is here."""
        return Span(chromosome, start_from=start, start_to=start + 1)


@dataclass(frozen=True)
class Allele:
    """One variant by its place and bases, as in a VCF record."""

    chromosome: str
    position: int
    reference: str
    alternate: str


def chromosome_of(name: str) -> str:
    """Return the canonical name of a chromosome (``19``, ``Chr19``, ``mt``), or refuse others."""
    bare = name.lower().removeprefix("chr").upper()
    found = canonical(name) or canonical(bare)
    if found is None:
        raise BadInput(
            f"{name!r} is no chromosome",
            remedy="Write chr1 to chr22, chrX, chrY or chrM; a gene goes by gene=",
        )
    return found


# The version of GRCh37's reference sequences (NCBI RefSeq); GRCh38's is one more. The mitochondrial
# sequence is the same in both.
_VERSIONS = (10, 11, 11, 11, 9, 11, 13, 10, 11, 10, 9, 11, 10, 8, 9, 9, 10, 9, 9, 10, 8, 10, 10, 9)
_REFSEQ = {
    f"NC_{number:06d}.{version + later}": (CHROMOSOMES[number - 1], assembly)
    for number, version in enumerate(_VERSIONS, start=1)
    for later, assembly in enumerate(("GRCh37", "GRCh38"))
}


def refseq_chromosome(name: str, assembly: str) -> str:
    """Return the chromosome of a RefSeq accession, which says the assembly too."""
    if name == "NC_012920.1":
        return "chrM"
    found = _REFSEQ.get(name)
    if found is None or found[1] != assembly:
        raise BadInput(
            f"{name!r} is no chromosome of {assembly}",
            remedy="Write chr1 to chr22, chrX, chrY, chrM",
        )
    return found[0]


def region_of(text: str, assembly: str = "") -> Span:
    """Read ``chr19:38,433,691-38,595,273`` (1-based, both ends included) or ``chr19``.

    Raises
    ------
    BadInput
        If it is no region, or ends behind its chromosome's end in the assembly, if one is given.
    """
    found = _REGION.fullmatch(text.strip())
    if found is None:
        raise BadInput(f"{text!r} is no region", remedy="Write chr19:38433691-38595273")
    chromosome = chromosome_of(found["chromosome"])
    if found["first"] is None:
        return Span(chromosome)
    first = _number(found["first"])
    last = first if found["last"] is None else _number(found["last"])
    if not 1 <= first <= last:
        raise BadInput(
            f"{text!r} ends before it starts, or starts before 1",
            remedy="Write chr19:38433691-38595273",
        )
    _require_on(chromosome, last, assembly, text)
    return Span.overlapping(chromosome, first - 1, last)


def allele_of(text: str, assembly: str = "") -> Allele:
    """Read ``chr7-140753336-A-T`` or ``7:140753336:A:T`` (1-based, as in VCF)."""
    found = _VARIANT.fullmatch(text.strip())
    if found is None:
        raise BadInput(f"{text!r} is no variant", remedy=_as_variant(text.strip()))
    chromosome, position = chromosome_of(found["chromosome"]), int(found["position"])
    _require_on(chromosome, position, assembly, text)
    return Allele(
        chromosome,
        position,
        found["reference"].upper(),
        found["alternate"].upper(),
    )


def _as_variant(text: str) -> str:
    how = "Write its place and its alleles, as in chr7-140753336-A-T"
    if re.fullmatch(r"rs\d+", text, re.IGNORECASE):
        return f"{how}: the column id of the variants may have the number"
    return how


def _require_on(chromosome: str, position: int, assembly: str, text: str) -> None:
    if assembly and position > length_of(chromosome, assembly):
        raise BadInput(
            f"{text!r} is beyond {chromosome} of {assembly}, which has "
            f"{length_of(chromosome, assembly):,} bases",
            remedy=f"Places here are those of {assembly}, counted from 1",
        )


def _number(text: str) -> int:
    return int(re.sub("[,_]", "", text))
