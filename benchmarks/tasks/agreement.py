"""Whether two programs say the same of a cohort: a wrong answer is never a fast one."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd

from benchmarks.making.truth import WrongAnswer

KEYS = ["chromosome", "position", "reference", "alternate"]
# plink2 prints six digits, Hail five; plink2's logistic model stops a little earlier than ours.
PRINTED, HAIL_PRINTED, ROUNDED_STOP = 2e-5, 1e-4, 2e-3


def of_ours(path: Path) -> pd.DataFrame:
    """Read a table of ours, by what names a variant."""
    found = pd.read_parquet(path)
    names = {"base_pair_location": "position", "other_allele": "reference",
             "effect_allele": "alternate"}  # fmt: skip
    found = found.rename(columns=names)
    chromosome = found["chromosome"]
    if pd.api.types.is_numeric_dtype(chromosome):
        found["chromosome"] = "chr" + chromosome.astype(str)
    return _keyed(found)


def of_plink2(path: Path, **columns: str) -> pd.DataFrame:
    """Read a table of plink2's; ``columns`` gives our names of its columns."""
    found = pd.read_csv(path, sep="\t", dtype={"#CHROM": str}, low_memory=False)
    names = {"#CHROM": "chromosome", "POS": "position", "REF": "reference", "ALT": "alternate"}
    found = found.rename(columns=names | {theirs: name for name, theirs in columns.items()})
    found["chromosome"] = "chr" + found["chromosome"].str.removeprefix("chr")
    return _keyed(found)


def of_hail(path: Path) -> pd.DataFrame:
    """Read a table that Hail exported."""
    found = pd.read_csv(path, sep="\t")
    place = found["locus"].str.split(":", expand=True)
    alleles = [json.loads(each) for each in found["alleles"]]
    found["chromosome"], found["position"] = place[0], place[1].astype(int)
    found["reference"], found["alternate"] = zip(*alleles, strict=True)
    return _keyed(found)


def _keyed(table: pd.DataFrame) -> pd.DataFrame:
    table = table.astype({name: "object" for name in KEYS if name != "position"})
    return table.set_index(KEYS).sort_index()


def require_equal(
    ours: pd.DataFrame, theirs: pd.DataFrame, column: str, tolerance: float, least: int
) -> None:
    """Refuse numbers that differ by more than a relative tolerance.

    Raises
    ------
    WrongAnswer
        If fewer than ``least`` variants have both, or one differs by more.
    """
    both = ours[[column]].join(theirs[[column]], rsuffix="_theirs", how="inner").dropna()
    if len(both) < least:
        raise WrongAnswer(f"only {len(both):,} variants have {column} in both")
    mine, other = both[column].to_numpy(float), both[f"{column}_theirs"].to_numpy(float)
    off = np.abs(mine - other) / np.maximum(np.abs(other), 1e-3)
    if off.max() > tolerance:
        worst = both.index[int(off.argmax())]
        raise WrongAnswer(f"{column} differs by {off.max():.2g} at {worst}")


def require_same_directions(ours: pd.DataFrame, theirs: pd.DataFrame, n: int) -> None:
    """Refuse components whose first ``n`` directions span another space."""
    shared = ours.index.intersection(theirs.index)
    bases = [
        np.linalg.qr(each.loc[shared].iloc[:, :n].to_numpy(float))[0] for each in (ours, theirs)
    ]
    cosines = np.linalg.svd(bases[0].T @ bases[1], compute_uv=False)
    if cosines.min() < 0.99:
        raise WrongAnswer(f"the first {n} components are at an angle of cosine {cosines.min():.3f}")
