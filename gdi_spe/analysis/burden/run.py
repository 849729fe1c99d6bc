"""Burden tests: a trait on what each individual carries of a gene or region."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from gdi_spe.analysis.burden.collapsing import STATISTICS, Batch, Missing, Statistic, batches
from gdi_spe.analysis.burden.fitting import LinearFit, LogisticFit
from gdi_spe.analysis.burden.people import People, people_of
from gdi_spe.analysis.burden.results import assembled, named
from gdi_spe.analysis.burden.weights import Weights
from gdi_spe.analysis.regression import scan
from gdi_spe.analysis.regression.logistic import TESTS, Test
from gdi_spe.analysis.regression.traits import Covariates
from gdi_spe.analysis.variants.masks import Bounds, Masks, masks_of
from gdi_spe.analysis.variants.sets import require_consequences, sets_of
from gdi_spe.boundary.errors import BadInput, shown
from gdi_spe.store.folder import Folder

MASKS: tuple[str, ...] = ("protein_truncating", "damaging")


def burden(
    folder: Folder,
    trait: Mapping[str, float],
    covariates: Covariates = (),
    model: str = "linear",
    *,
    individuals: Collection[str] | None = None,
    repeated: str = "refuse",
    masks: Masks = MASKS,
    max_frequency: Bounds = 0.01,
    gene: str | Sequence[str] | None = None,
    regions: Mapping[str, str] | None = None,
    statistic: Statistic = "collapse",
    weights: Weights = "uniform",
    test: Test = "auto",
    missing: Missing = "mean",
    min_carriers: int = 1,
    progress: Callable[[int], None] = lambda _n: None,
) -> pd.DataFrame:
    """Test genes or regions: a trait on what each individual carries of a set of variants.

    Parameters
    ----------
    folder
        The cohort.
    trait
        A number of each individual; 1 and 0 for cases and controls.
    progress
        Called with the number of variants done since the last call.
    covariates, model, individuals, repeated, masks, max_frequency, gene, regions, statistic,
    weights, test, missing, min_carriers
        As of a cohort's `burden`.

    Returns
    -------
    As of a cohort's `burden`, which tells errors and sources too.
    """
    _require_known(statistic, weights, missing)
    if test not in TESTS:
        raise BadInput(f"test={shown(test)}", remedy=f"One of {', '.join(TESTS)}")
    wanted = masks_of(masks, max_frequency)
    require_consequences(folder, wanted)
    people = people_of(folder, trait, covariates, model, individuals, repeated)
    fit = LinearFit(people.model) if model == "linear" else LogisticFit(people.model, test)
    tables: list[pd.DataFrame] = []
    for found in sets_of(folder, gene, regions):
        for batch in batches(folder, found, wanted, people, weights, progress):
            table = _tested(batch, people, fit, statistic, missing, min_carriers)
            tables.append(named(table, found, wanted))
    table = assembled(tables, by_region=regions is not None)
    table.attrs = people.told() | {
        "statistic": statistic,
        "weights": weights if isinstance(weights, str) else "given",
        "missing": missing,
        "n_without_estimate": int(table["p_value"].isna().sum()),
        "lambda_gc": inflation(table),
    }
    return table


def _require_known(statistic: str, weights: Weights, missing: str) -> None:
    for word, given, known in (
        ("statistic", statistic, STATISTICS), ("missing", missing, ("mean", "drop")),
    ):  # fmt: skip
        if given not in known:
            raise BadInput(f"{word}={shown(given)}", remedy=f"One of {', '.join(known)}")
    if statistic != "sum" and weights != "uniform":
        raise BadInput(
            f"weights mean nothing where statistic={shown(statistic)}",
            remedy='Ask for statistic="sum", or for cohort.skat, which weights by itself',
        )


def _tested(
    batch: Batch,
    people: People,
    fit: LinearFit | LogisticFit,
    statistic: Statistic,
    missing: Missing,
    min_carriers: int,
) -> pd.DataFrame:
    counts = people.counted(batch.carriers())
    table = pd.concat([batch.what, counts], axis=1).assign(n_missing=batch.n_missing())
    nobody = np.zeros(len(table), np.int64)
    in_cases = table.get("n_carriers_cases", pd.Series(nobody)).to_numpy(np.int64)
    parts = []
    for rows in batch.parts(people.n):
        numbers = batch.numbers(statistic, missing, rows)
        fitted = pd.DataFrame(vars(fit.of(numbers, in_cases[rows])))
        if people.kind == "logistic":
            n_cases = (~np.isnan(numbers)) @ people.cases.astype(np.int64)
            fitted = fitted.assign(n_cases=n_cases, n_controls=fitted["n"] - n_cases)
        parts.append(fitted)
    table = pd.concat([table, pd.concat(parts, ignore_index=True)], axis=1)
    return table[table["n_carriers"] >= min_carriers]


def inflation(table: pd.DataFrame) -> dict[str, float]:
    """Return lambda GC of each mask and bound, by what the table says of them."""
    keys = table["mask"] + table["max_frequency"].map(lambda b: "" if np.isnan(b) else f" {b:g}")
    return {
        str(key): scan.inflation(part["p_value"].to_numpy(float))
        for key, part in table.groupby(keys, sort=False)
    }
