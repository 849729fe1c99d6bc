"""What an individual's tumour has and the germline has not, and what it has lost."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gdi_spe.analysis.variants.choice import chosen
from gdi_spe.analysis.variants.seen import keys, seen, together, warn_of_what_was_not_kept
from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.calls import MISSING, mask_of
from gdi_spe.store.folder import Folder

Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]
_CELLS_AT_ONCE = 16_000_000


class NoTumours(BadInput):
    """Nobody has a tumour sample and a germline sample here."""

    code = "no-tumours"


@dataclass(frozen=True)
class Pairs:
    """Each tumour sample with the germline sample of the same individual."""

    individuals: NDArray[np.object_]
    names: NDArray[np.object_]
    tumour: Ints
    germline: Ints


def pairs_of(folder: Folder, individuals: Collection[str] | None = None) -> Pairs:
    """Return every tumour sample whose individual has a germline sample too.

    Raises
    ------
    NoTumours
        If there is none.
    """
    table = folder.samples.to_pandas()
    germline = {table["individual_id"].iloc[sample]: int(sample) for sample in folder.germline}
    rows = table[(table["origin"] == "tumour") & table["individual_id"].isin(list(germline))]
    if individuals is not None:
        rows = rows[rows["individual_id"].isin(list(individuals))]
    if rows.empty:
        raise NoTumours(
            "no individual here has a tumour sample and a germline sample",
            remedy="See cohort.sql('SELECT origin, count(*) FROM samples GROUP BY 1')",
        )
    return Pairs(
        rows["individual_id"].to_numpy(object),
        rows["sample_id"].to_numpy(object),
        rows["sample_index"].to_numpy(np.int64),
        np.array([germline[person] for person in rows["individual_id"]], np.int64),
    )


@dataclass(frozen=True)
class _Block:
    """Codes of both samples of each pair, ``(variants, pairs)``, and who is written haploid."""

    chromosome: str
    rows: Ints
    tumour: NDArray[np.uint8]
    germline: NDArray[np.uint8]
    is_haploid: Bools


def _blocks(
    folder: Folder, pairs: Pairs, gene: str | Sequence[str] | None,
    consequence: str | Sequence[str] | None, progress: Callable[[int], None],
) -> Iterator[_Block]:  # fmt: skip
    step = max(1, _CELLS_AT_ONCE // max(1, folder.n_samples))
    for found in chosen(folder, None, gene, consequence):
        every = found.row_numbers
        for first in range(0, len(every), step):
            rows = np.asarray(every[first : first + step], np.int64)
            calls = folder.calls(found.chromosome).take(rows)
            codes = calls.codes()
            haploid = mask_of(calls.haploid_words(), calls.n_samples)
            yield _Block(
                found.chromosome, rows, codes[:, pairs.tumour], codes[:, pairs.germline],
                haploid[:, pairs.germline] | haploid[:, pairs.tumour],
            )  # fmt: skip
            progress(len(rows))


def somatic(
    folder: Folder,
    individuals: Collection[str] | None = None,
    *,
    gene: str | Sequence[str] | None = None,
    consequence: str | Sequence[str] | None = None,
    max_frequency: float = 0.001,
    min_dp: float = 8,
    min_balance: float = 0.05,
    max_germline_balance: float = 0.02,
    progress: Callable[[int], None] = lambda _n: None,
) -> pd.DataFrame:
    """Find what tumours have and the germline has not.

    Parameters
    ----------
    folder
        The cohort.
    progress
        Called with the number of variants done since the last call.
    individuals, gene, consequence, max_frequency, min_dp, min_balance, max_germline_balance
        As of a cohort's `somatic`.

    Returns
    -------
    As of a cohort's `somatic`, which tells errors and sources too.

    Examples
    --------
    >>> somatic(cohort.folder, gene="PTEN").empty
    True
    """
    pairs = pairs_of(folder, individuals)
    parts = []
    for block in _blocks(folder, pairs, gene, consequence, progress):
        counts = folder.counts(block.chromosome, block.rows)[0]
        frequency = counts["allele_count"] / np.maximum(counts["allele_number"], 1)
        new = (block.tumour > 0) & (block.tumour != MISSING) & (block.germline == 0)
        table = _described(folder, block, pairs, new & (frequency <= max_frequency)[:, None])
        variant = np.searchsorted(block.rows, table.pop("row").to_numpy(np.int64))
        table.insert(9, "germline_frequency", frequency[variant])
        keep = ~(table["tumour_allele_balance"] < min_balance)
        keep &= ~(table["germline_allele_balance"] > max_germline_balance)
        keep &= ~(table["tumour_dp"] < min_dp) & ~(table["germline_dp"] < min_dp)
        parts.append(table[keep])
    table = together(parts)
    table.attrs["not_kept"] = warn_of_what_was_not_kept(folder)
    return table


def loss_of_heterozygosity(
    folder: Folder,
    individuals: Collection[str] | None = None,
    *,
    gene: str | Sequence[str] | None = None,
    consequence: str | Sequence[str] | None = None,
    min_dp: float = 8,
    progress: Callable[[int], None] = lambda _n: None,
) -> pd.DataFrame:
    """List where tumours have lost an allele of the germline.

    Parameters
    ----------
    folder, progress
        As for `somatic`.
    individuals, gene, consequence, min_dp
        As of a cohort's `loss_of_heterozygosity`.

    Returns
    -------
    As of a cohort's `loss_of_heterozygosity`, which tells errors and sources too.

    Examples
    --------
    >>> loss_of_heterozygosity(cohort.folder, gene="PTEN")["chromosome"].unique().tolist()
    ['chr10']
    """
    pairs = pairs_of(folder, individuals)
    parts, counted = [], []
    for block in _blocks(folder, pairs, gene, consequence, progress):
        informative = (block.germline == 1) & (block.tumour != MISSING) & ~block.is_haploid
        lost = informative & (block.tumour != 1)
        table = _described(folder, block, pairs, lost)
        variant, pair = np.nonzero(lost)
        gone = np.where(block.tumour[variant, pair] == 0, "alternate", "reference")
        table.insert(9, "lost", gone.astype(object))
        table = table.drop(columns="row")
        keep = ~(table["tumour_dp"] < min_dp) & ~(table["germline_dp"] < min_dp)
        parts.append(table[keep])
        counted.append(_counted(block, pairs, informative, lost))
    table = together(parts)
    table.attrs["informative"] = _summed(counted)
    return table


def _counted(block: _Block, pairs: Pairs, informative: Bools, lost: Bools) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "sample_id": pairs.names,
            "chromosome": block.chromosome,
            "n_informative": informative.sum(axis=0),
            "n_lost": lost.sum(axis=0),
        }
    )


def _summed(counted: Sequence[pd.DataFrame]) -> pd.DataFrame:
    if not counted:
        return pd.DataFrame(columns=["sample_id", "chromosome", "n_informative", "n_lost", "share"])
    table = pd.concat(counted).groupby(["sample_id", "chromosome"], sort=False).sum().reset_index()
    return table.assign(share=table["n_lost"] / table["n_informative"].replace(0, np.nan))


def _described(folder: Folder, block: _Block, pairs: Pairs, where: Bools) -> pd.DataFrame:
    """Return a row for each pair and variant, with how well both were seen."""
    variant, pair = np.nonzero(where)
    rows = block.rows[variant]
    names = {"individual_id": pairs.individuals[pair], "sample_id": pairs.names[pair]}
    table = pd.concat([pd.DataFrame(names), keys(folder, block.chromosome, rows)], axis=1)
    for role, samples in (("tumour_", pairs.tumour), ("germline_", pairs.germline)):
        looked = seen(folder, block.chromosome, rows, samples[pair])
        table = pd.concat([table, looked.add_prefix(role)], axis=1)
    return table.assign(row=rows)
