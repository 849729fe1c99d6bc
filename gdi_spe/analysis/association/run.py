"""A whole association: which model, over which variants, and what it tells."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Literal

import numpy as np
import pandas as pd

from gdi_spe.analysis.association.linear import Linear
from gdi_spe.analysis.association.logistic import Logistic, Test
from gdi_spe.analysis.association.model import Model, model_of
from gdi_spe.analysis.association.scan import Block, blocks, lambda_gc
from gdi_spe.analysis.association.traits import Value, numbers, values_of
from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.folder import Folder

Kind = Literal["linear", "logistic"]
Missing = Literal["drop", "mean"]
Covariate = str | Mapping[str, Value]


def quantitative(
    folder: Folder, trait: str | Mapping[str, float], repeated: str = "refuse"
) -> dict[str, float]:
    """Return a number of each individual, by the name of a measurement or as given."""
    if isinstance(trait, str):
        return numbers(values_of(folder, trait, repeated), trait)
    return numbers(dict(trait), "the trait")


def case_control(cases: Collection[str], controls: Collection[str]) -> dict[str, float]:
    """Return 1 for cases and 0 for controls.

    Raises
    ------
    BadInput
        If an individual is both.
    """
    both = set(cases) & set(controls)
    if both:
        raise BadInput(f"{len(both)} individuals are cases and controls at once")
    return dict.fromkeys(controls, 0.0) | dict.fromkeys(cases, 1.0)


def associate(
    folder: Folder,
    trait: Mapping[str, float],
    covariates: Mapping[str, Covariate] | Sequence[str] = (),
    model: Kind = "linear",
    *,
    test: Test = "auto",
    missing: Missing = "drop",
    min_allele_count: int = 1,
    progress: Callable[[int], None] = lambda _n: None,
) -> pd.DataFrame:
    """Associate a trait with every variant of a cohort.

    Parameters
    ----------
    folder
        The cohort.
    trait
        A number of each individual; 1 and 0 for cases and controls.
    covariates
        Names (see `traits.values_of`), or by name the value of each individual.
    model
        ``"linear"`` or ``"logistic"``.
    test
        Of a logistic model, see `Logistic`.
    missing
        ``"drop"``: a missing call leaves its variant's model; ``"mean"`` (linear alone): it
        counts as the mean of those who are called.
    min_allele_count
        Leave out variants with fewer minor alleles among those in the model.
    progress
        Called with the number of variants done since the last call.

    Returns
    -------
    One row a variant with the columns of GWAS-SSF: ``chromosome`` (23, 24, 25 for X, Y and
    mitochondria), ``base_pair_location``, ``effect_allele`` (the alternate), ``other_allele``,
    ``beta`` (log odds for cases), ``standard_error``, ``effect_allele_frequency``, ``p_value``,
    ``neg_log_10_p_value``, ``n``, and ``n_cases``, ``n_controls``, ``allele_count_cases`` and
    ``test`` of a logistic model. NaN where a variant does not vary or a model has no finite
    estimate (``test`` is ``none``). ``attrs`` tells n, cases, controls, covariates, lambda GC
    and how many had no estimate.

    Raises
    ------
    BadInput
        If a covariate is unknown, constant or follows from others, or too few have everything.

    Notes
    -----
    Alleles are additive. On X outside the pseudoautosomal regions men count 0 or 2. Relatives
    in the model make p-values too small: leave them out first.
    """
    if model not in ("linear", "logistic") or missing not in ("drop", "mean"):
        raise BadInput(
            f"model={model!r}, missing={missing!r}", remedy="linear, logistic; drop, mean"
        )
    if model == "logistic" and missing == "mean":
        raise BadInput("a logistic model leaves missing calls out", remedy='missing="drop"')
    design = model_of(folder, trait, _by_name(folder, covariates))
    runner = (
        Linear(design, folder.n_samples, impute_mean=missing == "mean")
        if model == "linear"
        else Logistic(design, folder.n_samples, test)
    )
    tables, statistics = [], [np.zeros(0)]
    for block in blocks(folder, design, progress=progress):
        table, chi_squared = _kept(block, *runner.of(block), min_allele_count)
        tables.append(table)
        statistics.append(chi_squared)
    found = pd.concat(tables, ignore_index=True) if tables else pd.DataFrame()
    found.attrs = _told(design, model, runner, found, np.concatenate(statistics))
    return found


def _by_name(
    folder: Folder, covariates: Mapping[str, Covariate] | Sequence[str]
) -> dict[str, Mapping[str, Value]]:
    given = covariates if isinstance(covariates, Mapping) else {name: name for name in covariates}
    return {
        name: values_of(folder, value) if isinstance(value, str) else value
        for name, value in given.items()
    }


def _kept(
    block: Block, table: pd.DataFrame, chi_squared: np.ndarray, min_allele_count: int
) -> tuple[pd.DataFrame, np.ndarray]:
    minor = np.minimum(table["allele_count"], 2 * table["n"] - table["allele_count"])
    keep = (minor >= min_allele_count).to_numpy()
    extra = block.keys.select(["id", "gene"]).to_pandas()
    table["rsid"], table["gene"] = extra["id"], extra["gene"]
    return table[keep], chi_squared[keep]


def _told(
    design: Model,
    model: Kind,
    runner: Linear | Logistic,
    found: pd.DataFrame,
    chi_squared: np.ndarray,
) -> dict[str, object]:
    told: dict[str, object] = {
        "model": model,
        "n": design.n,
        "n_left_out": design.n_left_out,
        "covariates": list(design.names[1:]),
        "lambda_gc": lambda_gc(chi_squared),
        "n_without_estimate": int(found["p_value"].isna().sum()) if len(found) else 0,
    }
    if isinstance(runner, Logistic):
        told |= {"n_cases": runner.n_cases, "n_controls": runner.n_controls}
    return told
