"""One canonical form of chromosome names, and their order."""

from __future__ import annotations

CHROMOSOMES = tuple(f"chr{name}" for name in (*range(1, 23), "X", "Y", "M"))
_RANK = {name: rank for rank, name in enumerate(CHROMOSOMES)}

_CANONICAL = {
    **{name: name for name in CHROMOSOMES},
    **{name.removeprefix("chr"): name for name in CHROMOSOMES},
    "MT": "chrM",
    "chrMT": "chrM",
    "23": "chrX",
    "24": "chrY",
}


def canonical(name: str) -> str | None:
    """Return the canonical name of a chromosome, or None for other contigs."""
    return _CANONICAL.get(name)


def rank_of(chromosome: str) -> int:
    """Return the place of a canonical chromosome in karyotypic order."""
    return _RANK[chromosome]
