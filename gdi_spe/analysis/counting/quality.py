"""Quality of variants: call rate and Hardy-Weinberg equilibrium."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gdi_spe.analysis.counting.equilibrium import counted_of_two, tested_groups
from gdi_spe.analysis.frames import key_columns, table
from gdi_spe.analysis.groups import By, Group, groups_of
from gdi_spe.analysis.variants.choice import Chosen, chosen
from gdi_spe.store.folder import Folder
from gdi_spe.store.kernels import equilibrium, quality
from gdi_spe.store.ploidy import is_sex_linked

Floats = NDArray[np.float64]
_EQUILIBRIUM = ("het_freq_hwe", "p_value_hwe", "p_value_excess_het")


def variant_qc(
    folder: Folder,
    region: str | None = None,
    gene: str | Sequence[str] | None = None,
    individuals: Collection[str] | None = None,
    *,
    controls: Collection[str] | None = None,
    strata: By | None = "population",
    unrelated: Collection[str] | bool = True,
    mid_p: bool = False,
) -> pd.DataFrame:
    """Summarise the calls of each variant, and test Hardy-Weinberg equilibrium.

    Parameters
    ----------
    folder
        The cohort.
    region, gene, individuals, controls, strata, unrelated, mid_p
        As of a cohort's `variant_qc`.

    Returns
    -------
    As of a cohort's `variant_qc`, which tells errors and sources too.
    """
    everybody = groups_of(folder, None, individuals)[0]
    groups = tested_groups(folder, individuals, controls, strata, unrelated)
    found = list(chosen(folder, region, gene))
    room = _Room.of(sum(each.keys.num_rows for each in found))
    at = 0
    for each in found:
        _tell(folder, each, everybody, groups, mid_p, room, at)
        at += each.keys.num_rows
    whole = table({**key_columns(found), **room.columns()})
    whole.attrs["hardy_weinberg"] = {
        "n_individuals": {group.name: group.n_individuals for group in groups},
        "mid_p": mid_p,
    }
    return whole


@dataclass(frozen=True)
class _Room:
    """Where the answers lie, a row of each column of the result."""

    numbers: NDArray[np.int64]
    shares: Floats
    equilibrium: Floats

    @staticmethod
    def of(n: int) -> _Room:
        return _Room(
            np.empty((len(quality.NUMBERS), n), np.int64),
            np.empty((len(quality.SHARES), n)),
            np.empty((len(_EQUILIBRIUM), n)),
        )

    def columns(self) -> dict[str, NDArray[Any]]:
        held = dict(zip(quality.NUMBERS, self.numbers, strict=True))
        shares = dict(zip(quality.SHARES, self.shares, strict=True))
        tested = dict(zip(_EQUILIBRIUM, self.equilibrium, strict=True))
        alleles = {name: held.pop(name) for name in quality.NUMBERS[:2]}
        return {**alleles, **shares, **held, **tested}


def _tell(
    folder: Folder, found: Chosen, everybody: Group, groups: list[Group], mid_p: bool,
    room: _Room, at: int,
) -> None:  # fmt: skip
    """Fill in what is told of one chromosome's variants."""
    counts, of_tested = _counts(folder, found, everybody, groups)
    quality.fill(counts, _n_able(folder, found, everybody), at, room.numbers, room.shares)
    answers = room.equilibrium[:, at : at + len(counts)]
    parts = counted_of_two(folder, found, groups, of_tested)
    if sum(len(part.at) for part in parts) < len(counts):
        answers[:] = np.nan
    for part in parts:
        told = equilibrium.combined(part.counts, part.sizes, mid_p)
        where = slice(None) if len(part.at) == len(counts) else part.at
        for row, values in zip(answers, told, strict=True):
            row[where] = values


def _counts(
    folder: Folder, found: Chosen, everybody: Group, groups: list[Group]
) -> tuple[NDArray[np.int32], NDArray[np.void]]:
    """Count everybody, and those who are tested: once where they are the same."""
    is_same = len(groups) == 1 and np.array_equal(groups[0].samples, everybody.samples)
    samples = [group.samples for group in ((everybody,) if is_same else (everybody, *groups))]
    counts = folder.counts(found.chromosome, found.rows, samples)
    of_everybody = np.ascontiguousarray(counts[0]).view(np.int32).reshape(-1, 6)
    return of_everybody, counts if is_same else counts[1:]


def _n_able(folder: Folder, found: Chosen, everybody: Group) -> NDArray[np.int64]:
    """Return how many can have a complete call of each variant: women none on Y."""
    n_able = np.full(found.keys.num_rows, everybody.n_individuals, np.int64)
    if found.chromosome == "chrY":
        sexes = np.array(folder.sample_sexes)[everybody.samples]
        linked = is_sex_linked(folder.assembly, found.chromosome, found.positions)
        n_able[linked] = everybody.n_individuals - int((sexes == "female").sum())
    return n_able
