"""The shape of results about sets: what names a row comes first, then counts, then the test."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pandas as pd

from gdi_spe.analysis.regression.scan import SSF_CHROMOSOMES
from gdi_spe.analysis.variants.masks import Mask
from gdi_spe.analysis.variants.sets import Sets

_PLACED = ("chromosome", "base_pair_location", "base_pair_end", "mask", "max_frequency")


def named(table: pd.DataFrame, found: Sets, masks: Sequence[Mask]) -> pd.DataFrame:
    """Put names in place of numbers of sets and masks, and p-values in place of their logs."""
    names = found.names.iloc[table["set"].to_numpy()].reset_index(drop=True)
    rest = table.drop(columns=["set", "mask", "first", "last", "log_p"]).reset_index(drop=True)
    bounds = [masks[mask].max_frequency for mask in table["mask"]]
    placed = pd.DataFrame(
        {
            "chromosome": np.full(len(table), SSF_CHROMOSOMES[found.chromosome], np.int64),
            "base_pair_location": table["first"].to_numpy(np.int64),
            "base_pair_end": table["last"].to_numpy(np.int64),
            "mask": [masks[mask].name for mask in table["mask"]],
            "max_frequency": np.array([np.nan if b is None else b for b in bounds], float),
        }
    )
    log_p = table["log_p"].to_numpy(float)
    rest["p_value"], rest["neg_log_10_p_value"] = np.exp(log_p), -log_p / np.log(10)
    return pd.concat([names, placed, rest], axis=1)


def assembled(tables: Sequence[pd.DataFrame], *, by_region: bool) -> pd.DataFrame:
    """Put the parts together; an empty result has columns too."""
    if tables:
        return pd.concat(tables, ignore_index=True)
    names = ("region", "span") if by_region else ("gene", "gene_id")
    columns = [*names, *_PLACED, "n_variants", "n_carriers", "p_value"]
    return pd.DataFrame({name: pd.Series(dtype=float) for name in columns})
