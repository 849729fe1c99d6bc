"""What children and their parents carry at some variants, and how well it was seen."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdi_spe.analysis.inheritance.pedigree import Families
from gdi_spe.store.folder import Folder
from gdi_spe.store.ploidy import is_sex_linked

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]
_CELLS_AT_ONCE = 16_000_000


@dataclass(frozen=True)
class Block:
    """Some variants: dosages of children, fathers and mothers, ``(variants, children)``.

    -1 is a missing call or a parent who is not here. ``others_frequency`` is the alternate's
    frequency among everybody who is in none of the families.
    """

    chromosome: str
    rows: Ints
    is_linked: NDArray[np.bool_]
    child: NDArray[np.int8]
    father: NDArray[np.int8]
    mother: NDArray[np.int8]
    others_frequency: Floats


def blocks(
    folder: Folder,
    families: Families,
    rows_of: Callable[[str], Ints] | None = None,
    progress: Callable[[int], None] = lambda _n: None,
) -> Iterator[Block]:
    """Yield the variants of the cohort with what the families carry."""
    step = max(1, _CELLS_AT_ONCE // max(1, folder.n_samples))
    inside = np.unique(np.concatenate([families.child, families.father, families.mother]))
    others = np.setdiff1d(folder.germline, inside)
    for chromosome in folder.chromosomes:
        positions = folder.variants(chromosome, ["position"])["position"].to_numpy()
        wanted = np.arange(len(positions)) if rows_of is None else rows_of(chromosome)
        for first in range(0, len(wanted), step):
            rows = wanted[first : first + step]
            dosage = folder.dosages(chromosome, rows)
            yield Block(
                chromosome,
                rows,
                is_sex_linked(folder.assembly, chromosome, positions[rows]),
                child=_of(dosage, families.child),
                father=_of(dosage, families.father),
                mother=_of(dosage, families.mother),
                others_frequency=_frequency(folder, chromosome, rows, others),
            )
            progress(len(rows))


def _of(dosage: NDArray[np.int8], samples: Ints) -> NDArray[np.int8]:
    found = dosage[:, samples]
    found[:, samples < 0] = -1
    return found


def _frequency(folder: Folder, chromosome: str, rows: Ints, others: Ints) -> Floats:
    counts = folder.counts(chromosome, rows, [others])[0]
    out = np.zeros(len(rows))
    number = counts["allele_number"]
    np.divide(counts["allele_count"], number, out=out, where=number > 0)
    return out
