"""One canonical form of chromosome names, and their order."""

from __future__ import annotations

import re

CHROMOSOMES = tuple(f"chr{name}" for name in (*range(1, 23), "X", "Y", "M"))
_RANK = {name: rank for rank, name in enumerate(CHROMOSOMES)}

# Lengths tell the assemblies apart (Genome Reference Consortium, GRCh37.p13 and GRCh38.p14).
_LENGTHS_37 = """249250621 243199373 198022430 191154276 180915260 171115067 159138663 146364022
141213431 135534747 135006516 133851895 115169878 107349540 102531392 90354753 81195210 78077248
59128983 63025520 48129895 51304566 155270560 59373566"""
_LENGTHS_38 = """248956422 242193529 198295559 190214555 181538259 170805979 159345973 145138636
138394717 133797422 135086622 133275309 114364328 107043718 101991189 90338345 83257441 80373285
58617616 64444167 46709983 50818468 156040895 57227415"""
LENGTHS = {
    assembly: dict(zip(CHROMOSOMES[:24], map(int, lengths.split()), strict=True))
    for assembly, lengths in (("GRCh37", _LENGTHS_37), ("GRCh38", _LENGTHS_38))
}

# What headers call the assemblies, in lower case.
ASSEMBLY_NAMES = {
    "GRCh37": ("grch37", "hg19", "b37", "hs37", "g1k_v37"),
    "GRCh38": ("grch38", "hg38", "b38", "hs38"),
}
_LENGTH_OF_M = 16_569  # the revised Cambridge reference sequence, in both

_CANONICAL = {
    **{name: name for name in CHROMOSOMES},
    **{name.removeprefix("chr"): name for name in CHROMOSOMES},
    "MT": "chrM",
    "chrMT": "chrM",
}


def canonical(name: str) -> str | None:
    """Return the canonical name of a chromosome, or None for other contigs."""
    return _CANONICAL.get(name)


def rank_of(chromosome: str) -> int:
    """Return the place of a canonical chromosome in karyotypic order."""
    return _RANK[chromosome]


def assembly_of(chromosome: str, length: int) -> str | None:
    """Return the assembly in which a chromosome has this length, if one does."""
    return next((name for name, of in LENGTHS.items() if of.get(chromosome) == length), None)


def assemblies_named(text: str) -> frozenset[str]:
    """Return the assemblies that a text names, under whichever of their names."""
    named = re.findall(r"GRCh3[78]|hg19|hg38|b37\b", text)
    return frozenset("GRCh38" if name.endswith("38") else "GRCh37" for name in named)


def length_of(chromosome: str, assembly: str) -> int:
    """Return how many bases a canonical chromosome has."""
    return LENGTHS[assembly].get(chromosome, _LENGTH_OF_M)


def last_position(chromosome: str, assembly: str) -> int:
    """Return the last position that a record may have: the telomere's, one after the last base."""
    return length_of(chromosome, assembly) + 1
