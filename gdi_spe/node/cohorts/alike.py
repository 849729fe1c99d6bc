"""Individuals of a cohort whose genotypes are (nearly) the same: twins, or one person twice.

Common variants are put into bands; who has the same genotypes throughout one band is compared on
all of them by the robust kinship of KING (Manichaikul et al. 2010, Bioinformatics 26:2867), whose
bound between duplicates or twins and first-degree relatives is 0.354. The work grows with the
number of people, not of pairs. What is found is for the node alone: it is never refused, since
twins are two people.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from gdi_spe.store import counts
from gdi_spe.store.calls import Calls
from gdi_spe.store.ploidy import is_sex_linked

KINSHIP = 0.354
# With fewer common variants, the same genotypes would be no surprise.
LEAST_VARIANTS = 48
_MOST_VARIANTS = 480
_BAND = 24
_ROW_GROUPS = 8
# People of one band beyond this many are not compared pair by pair: such a band tells nothing.
_CROWD = 50
Dosages = NDArray[np.int8]


@dataclass(frozen=True)
class Pair:
    """Two individuals by their pseudonyms, and how much alike they are."""

    one: str
    other: str
    kinship: float
    n_variants: int


def find(folder: Path, samples: pa.Table, assembly: str) -> list[Pair]:
    """Return the pairs of different individuals that are alike in a cohort being written."""
    dosages = common(folder, samples.num_rows, assembly)
    if len(dosages) < LEAST_VARIANTS or samples.num_rows < 2:
        return []
    people = samples["individual_id"].to_pylist()
    found: dict[tuple[str, str], Pair] = {}
    for i, j in _candidates(dosages):
        names = sorted((people[i], people[j]))
        if names[0] != names[1] and (names[0], names[1]) not in found:
            value, n_variants = kinship(dosages[:, i], dosages[:, j])
            if value > KINSHIP:
                key = (names[0], names[1])
                found[key] = Pair(*key, round(value, 3), n_variants)
    return [found[key] for key in sorted(found)]


def kinship(one: Dosages, other: Dosages) -> tuple[float, int]:
    """Return KING's robust kinship of two samples, and over how many variants."""
    both = (one >= 0) & (other >= 0)
    a, b = one[both], other[both]
    n_heterozygous = int((a == 1).sum() + (b == 1).sum())
    if not n_heterozygous:
        return 0.0, int(both.sum())
    shared = int(((a == 1) & (b == 1)).sum())
    opposite = int((np.abs(a - b) == 2).sum())
    return (shared - 2 * opposite) / n_heterozygous, int(both.sum())


def common(folder: Path, n_samples: int, assembly: str) -> Dosages:
    """Return the dosages of common autosomal variants, spread over the file, a row a variant."""
    found: list[Dosages] = [np.zeros((0, n_samples), np.int8)]
    paths = sorted((folder / "variants").glob("*.parquet"))
    for path in paths:
        most = max(_BAND, _MOST_VARIANTS // len(paths))
        found += list(_of_chromosome(path, n_samples, assembly, most))
    return np.concatenate(found)[:_MOST_VARIANTS]


def _of_chromosome(path: Path, n_samples: int, assembly: str, most: int) -> Iterator[Dosages]:
    file = pq.ParquetFile(path)
    groups = np.unique(np.linspace(0, file.num_row_groups - 1, _ROW_GROUPS).astype(int))
    columns = ["position", "allele_frequency", "n_missing", "calls"]
    for group in groups.tolist():
        table = file.read_row_group(group, columns=columns)
        frequency = table["allele_frequency"].to_numpy(zero_copy_only=False)
        position = table["position"].to_numpy()
        with np.errstate(invalid="ignore"):
            keep = (frequency > 0.2) & (frequency < 0.8)
        keep &= table["n_missing"].to_numpy() <= n_samples // 20
        keep &= ~is_sex_linked(assembly, path.stem, position)
        rows = np.flatnonzero(keep & (path.stem not in ("chrX", "chrY", "chrM")))
        if len(rows):
            share = max(1, most // len(groups))
            rows = rows[np.unique(np.linspace(0, len(rows) - 1, share).astype(int))]
            calls = Calls.from_arrow(table["calls"].take(pa.array(rows)), n_samples)
            yield counts.dosages(calls)


def _candidates(dosages: Dosages) -> set[tuple[int, int]]:
    """Return the pairs of samples that have the same calls throughout a band."""
    found: set[tuple[int, int]] = set()
    order = np.random.default_rng(0).permutation(len(dosages))  # neighbours go together
    for start in range(0, len(order) - _BAND + 1, _BAND):
        band = np.ascontiguousarray(dosages[order[start : start + _BAND]].T)
        whole = np.flatnonzero((band >= 0).all(axis=1))
        words = band[whole].view(f"V{_BAND}").reshape(-1)
        _, place, size = np.unique(words, return_inverse=True, return_counts=True)
        several = (size[place] > 1) & (size[place] <= _CROWD)
        groups: dict[int, list[int]] = {}
        for sample, group in zip(whole[several].tolist(), place[several].tolist(), strict=True):
            groups.setdefault(group, []).append(sample)
        for members in groups.values():
            found.update(combinations(members, 2))
    return found


def named(pairs: list[Pair], real_names: pa.Table) -> pa.Table:
    """Return pairs with the names that the datasets give, for the node's admin."""
    rows = real_names.to_pylist()
    of = {row["pseudonym"]: (row["dataset_id"], row["individual_id"]) for row in rows}
    return pa.table(
        {
            "dataset_id": [of[pair.one][0] for pair in pairs],
            "individual_id": [of[pair.one][1] for pair in pairs],
            "other_dataset_id": [of[pair.other][0] for pair in pairs],
            "other_individual_id": [of[pair.other][1] for pair in pairs],
            "kinship": [pair.kinship for pair in pairs],
            "n_variants": [pair.n_variants for pair in pairs],
        }
    )
