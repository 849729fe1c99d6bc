"""Which allele of the cohort each weight of a scoring file belongs to."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gdi_spe.analysis.scores.scoring_file import ScoringFile
from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.folder import Folder

Ambiguous = Literal["drop", "frequency", "keep"]
# What became of a weight; those before `AMBIGUOUS` count in the score.
MATCHED, FLIPPED = "matched", "flipped"
AMBIGUOUS, MISMATCHED, ABSENT, DUPLICATE = "ambiguous", "mismatched", "absent", "duplicate"
_COLUMNS = ["position", "reference", "alternate", "id", "allele_frequency"]
_COMPLEMENT = str.maketrans("ACGT", "TGCA")
# A rarer allele above this is too near one half for frequencies to tell the strand.
_TOO_COMMON = 0.4


def matches(folder: Folder, file: ScoringFile, ambiguous: Ambiguous = "drop") -> pd.DataFrame:
    """Find the cohort's allele of each weight.

    Returns
    -------
    The variants of the file with ``status``, and where they count ``chromosome``, ``row`` (of
    the variants there) and ``counts_reference`` (whether the effect allele is the reference).
    """
    table = _without_duplicates(file)
    pairs = [_with_strand(pair, ambiguous) for pair in _pairs(folder, file, table)]
    found = pd.concat(pairs, ignore_index=True) if pairs else _no_pairs()
    best = found.sort_values(["index", "rank", "at"], kind="stable").drop_duplicates("index")
    best = best.set_index("index").reindex(table.index)
    status = best["status"].where(best["status"].notna(), ABSENT)
    is_duplicate = table["status"].eq(DUPLICATE)
    return table.assign(
        status=status.where(~is_duplicate, DUPLICATE),
        chromosome=best["on"].where(best["on"].notna(), table["chromosome"]),
        row=best["row"].fillna(-1).astype(np.int64),
        counts_reference=best["counts_reference"].fillna(False).astype(bool),
    )


def _without_duplicates(file: ScoringFile) -> pd.DataFrame:
    """Mark what the file says twice; twice with two weights is refused."""
    table = file.variants.reset_index(drop=True)
    keys = ["effect_allele", "other_allele"]
    keys += ["rsid"] if file.places == "rsid" else ["chromosome", "position"]
    placed = table["rsid"].notna() if file.places == "rsid" else table["chromosome"].notna()
    filled = table[keys].fillna("")
    again = filled.duplicated(keep="first") & placed
    for _, same in table[placed & filled.duplicated(keep=False)].groupby(
        [filled[key] for key in keys], sort=False
    ):
        if same["weight"].nunique() > 1:
            raise BadInput(
                "a variant stands twice, with two weights", source=file.name,
                line=int(same["line"].iloc[1]), remedy="Keep the line that is meant",
            )  # fmt: skip
    return table.assign(status=np.where(again, DUPLICATE, ""))


def _pairs(folder: Folder, file: ScoringFile, table: pd.DataFrame) -> Iterator[pd.DataFrame]:
    """Yield each weight with each alternate of the cohort at its place, or of its rsID."""
    wanted = table[table["status"] != DUPLICATE]
    asked = wanted[["rsid", "chromosome", "position", "effect_allele", "other_allele",
                    "effect_frequency"]].reset_index()  # fmt: skip
    for chromosome in folder.chromosomes:
        if file.places == "rsid":
            here = folder.variants(chromosome, _COLUMNS).to_pandas()
            here = here.assign(row=np.arange(len(here)), rsid=here["id"].str.split(";"))
            pair = asked.drop(columns="position").merge(here.explode("rsid"), on="rsid")
        else:
            mine = asked[asked["chromosome"] == chromosome]
            if mine.empty:
                continue
            here = folder.variants(chromosome, _COLUMNS).to_pandas()
            pair = mine.merge(here.assign(row=np.arange(len(here))), on="position")
        if len(pair):
            yield pair.assign(on=chromosome)


def _no_pairs() -> pd.DataFrame:
    names = ("index", "rank", "at", "status", "on", "row", "counts_reference")
    return pd.DataFrame({name: pd.Series(dtype=object) for name in names})


def _with_strand(pair: pd.DataFrame, ambiguous: Ambiguous) -> pd.DataFrame:
    """Say of each pair whether the alleles are the same, on this strand or the other."""
    effect, other = pair["effect_allele"], pair["other_allele"]
    as_is = _orientation(pair, effect, other)
    turned = _orientation(pair, _complement(effect), _complement(other))
    single = (effect.str.len() == 1) & (pair["reference"].str.len() == 1)
    turned = np.where(single & (pair["alternate"].str.len() == 1), turned, 0)
    palindromic = (pair["alternate"] == _complement(pair["reference"])).to_numpy() & single
    is_other = np.zeros(len(pair), bool)
    unclear = palindromic & (as_is != 0)
    if ambiguous == "keep":
        unclear = np.zeros(len(pair), bool)
    if ambiguous == "frequency":
        is_other, told = _strand_by_frequency(pair, as_is)
        is_other &= unclear
        unclear &= ~told
    straight = (as_is != 0) & ~is_other
    orientation = np.where(straight, as_is, turned)
    status = np.select(
        [unclear, straight, orientation != 0], [AMBIGUOUS, MATCHED, FLIPPED], MISMATCHED
    )
    rank = pd.Series(status).map({MATCHED: 0, FLIPPED: 1, AMBIGUOUS: 2, MISMATCHED: 3})
    return pd.DataFrame(
        {
            "index": pair["index"], "rank": rank, "at": orientation == -1, "on": pair["on"],
            "status": status, "row": pair["row"], "counts_reference": orientation == -1,
        }
    )  # fmt: skip


def _orientation(
    pair: pd.DataFrame, effect: pd.Series, other: pd.Series
) -> NDArray[np.int64]:  # fmt: skip
    """Return 1 where the effect allele is the alternate, -1 where the reference, else 0."""
    untold = other.isna()
    forward = (effect == pair["alternate"]) & (untold | (other == pair["reference"]))
    backward = (effect == pair["reference"]) & (untold | (other == pair["alternate"]))
    return np.where(forward, 1, np.where(backward, -1, 0)).astype(np.int64)


def _complement(alleles: pd.Series) -> pd.Series:
    return alleles.map(lambda text: text.translate(_COMPLEMENT) if isinstance(text, str) else text)


def _strand_by_frequency(
    pair: pd.DataFrame, as_is: NDArray[np.int64]
) -> tuple[NDArray[np.bool_], NDArray[np.bool_]]:
    """Say where frequencies tell that the strand is the other one, and where they tell at all."""
    alternate = pair["allele_frequency"].to_numpy(float)
    here = np.where(as_is == -1, 1 - alternate, alternate)
    there = pair["effect_frequency"].to_numpy(float)
    with np.errstate(invalid="ignore"):
        clear = (np.abs(here - 0.5) > 0.5 - _TOO_COMMON) & (np.abs(there - 0.5) > 0.5 - _TOO_COMMON)
        return clear & ((here > 0.5) != (there > 0.5)), clear
