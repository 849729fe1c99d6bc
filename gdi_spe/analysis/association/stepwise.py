"""How many associations there are: the strongest variant, and what is left when it is known."""

from __future__ import annotations

import warnings
from collections.abc import Mapping
from typing import Any

import pandas as pd

from gdi_spe.analysis.association.conditioning import name_of
from gdi_spe.analysis.association.run import Kind, NoFiniteEstimate, associate
from gdi_spe.analysis.regression.traits import Covariates
from gdi_spe.store.folder import Folder

GENOME_WIDE = 5e-8


def stepwise(
    folder: Folder,
    trait: Mapping[str, float],
    covariates: Covariates = (),
    model: Kind = "linear",
    *,
    max_p_value: float = GENOME_WIDE,
    max_variants: int = 10,
    **words: Any,
) -> pd.DataFrame:
    """Take the variant of the smallest p-value into the model, until none is small enough.

    Parameters
    ----------
    folder
        The cohort.
    trait, covariates, model, max_p_value, max_variants
        As of a cohort's `independent_associations`.

    Returns
    -------
    As of a cohort's `independent_associations`, which tells errors and sources too.
    """
    given = list(words.pop("condition_on", ()))
    steps: list[pd.DataFrame] = []
    told: dict[Any, Any] = {}
    while len(steps) < max_variants:
        with warnings.catch_warnings():
            # Variants that follow from those in the model are no news here.
            warnings.simplefilter("ignore", NoFiniteEstimate)
            found = associate(folder, trait, covariates, model, condition_on=given, **words)
        told = told or dict(found.attrs)
        strength = found["neg_log_10_p_value"].fillna(-1)
        if not len(found) or not found.loc[strength.idxmax(), "p_value"] <= max_p_value:
            break
        best = found.loc[[strength.idxmax()]]
        steps.append(best.assign(step=len(steps) + 1))
        given.append(name_of(best.iloc[0]))
    table = pd.concat(steps, ignore_index=True) if steps else found.iloc[:0].assign(step=0)
    table.attrs = told | {"variants": given}
    return table
