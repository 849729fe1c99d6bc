"""A whole association: which model, over which variants, and what it tells."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Literal, get_args

import numpy as np
import pandas as pd

from gdi_spe.analysis.association.conditioning import given_variants, without_given
from gdi_spe.analysis.association.table import Part, table_of
from gdi_spe.analysis.mixed.scan import Mixed
from gdi_spe.analysis.regression.linear import Linear
from gdi_spe.analysis.regression.logistic import Logistic, Test
from gdi_spe.analysis.regression.model import Model, model_of
from gdi_spe.analysis.regression.relatives import calls_can_tell, warn_of_relatives
from gdi_spe.analysis.regression.scan import Least, Progress, blocks, inflation, quiet, rows_of
from gdi_spe.analysis.regression.traits import Covariates, by_name, numbers, values_of
from gdi_spe.boundary.cautions import Caution, caution
from gdi_spe.boundary.errors import BadInput, shown
from gdi_spe.store.folder import Folder

Kind = Literal["linear", "logistic", "mixed"]
Missing = Literal["drop", "mean"]
_NAMED = 5  # variants that a caution names; `attrs` has all up to _LISTED
_LISTED = 1000


class NoFiniteEstimate(Caution):
    """A model found no estimate for variants that vary; they are named."""


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
        raise BadInput(
            f"{len(both)} individuals are cases and controls at once",
            remedy="Take the cases out of the controls: controls - cases",
        )
    return dict.fromkeys(controls, 0.0) | dict.fromkeys(cases, 1.0)


def associate(
    folder: Folder,
    trait: Mapping[str, float],
    covariates: Covariates = (),
    model: Kind = "linear",
    *,
    individuals: Collection[str] | None = None,
    region: str | None = None,
    gene: str | Sequence[str] | None = None,
    test: Test = "auto",
    missing: Missing = "drop",
    repeated: str = "refuse",
    min_allele_count: int = 1,
    min_allele_frequency: float = 0.0,
    condition_on: Sequence[str] = (),
    relatedness: pd.DataFrame | None = None,
    progress: Progress = quiet,
) -> pd.DataFrame:
    """Associate a trait with every variant of a cohort.

    Parameters
    ----------
    folder
        The cohort.
    trait
        A number of each individual; 1 and 0 for cases and controls.
    covariates, model, individuals, region, gene, test, missing, repeated, min_allele_count,
    min_allele_frequency, condition_on, relatedness, progress
        As of a cohort's `association`.

    Returns
    -------
    As of a cohort's `association`, which tells errors and sources too.
    """
    _require(Kind, "model", model)
    _require(Missing, "missing", missing)
    _require(Test, "test", test)
    given = by_name(folder, covariates, repeated) | given_variants(folder, condition_on)
    design = model_of(folder, trait, given, individuals)
    words = (folder, model, test, missing == "mean", Least(min_allele_count, min_allele_frequency))
    runner = _runner(design, *words, relatedness)
    of_men = _of_men(design, *words) or runner
    parts: list[Part] = []
    for block in blocks(folder, rows_of(folder, region, gene)):
        one = of_men if block.chromosome == "chrY" else runner
        parts.append(Part.of(block, one.of(block)))
        progress(len(block.calls))
    found = without_given(table_of(parts, runner.columns), condition_on)
    found.attrs = _told(folder, design, model, runner, found)
    _warn_of_failures(found)
    return found


def _require(words: object, name: str, value: str) -> None:
    if value not in get_args(words):
        raise BadInput(f"{name}={shown(value)}", remedy=f"One of {', '.join(get_args(words))}")


def _runner(
    design: Model, folder: Folder, model: Kind, test: Test, impute_mean: bool, least: Least,
    relatedness: pd.DataFrame | None = None,
) -> Linear | Logistic | Mixed:  # fmt: skip
    if model == "mixed":
        return Mixed(folder, design, least, relatedness)
    if model == "linear":
        return Linear(design, folder.n_samples, impute_mean=impute_mean, least=least)
    return Logistic(design, folder.n_samples, test, impute_mean=impute_mean, least=least)


def _of_men(
    design: Model, folder: Folder, model: Kind, test: Test, impute_mean: bool, least: Least
) -> Linear | Logistic | Mixed | None:
    """Return the model for Y, where sex is no covariate; None where men alone make none."""
    sexes = np.array(folder.sample_sexes)[design.samples]
    men = sexes != "female"
    if model == "mixed" or "chrY" not in folder.chromosomes or men.all() or not men.any():
        return None
    try:
        return _runner(design.of_some(men), folder, model, test, impute_mean, least)
    except BadInput:
        return None


def _told(
    folder: Folder,
    design: Model,
    model: Kind,
    runner: Linear | Logistic | Mixed,
    found: pd.DataFrame,
) -> dict[str, object]:
    people = np.array(folder.samples["individual_id"].to_pylist())[design.samples]
    told: dict[str, object] = {
        "model": model,
        "assembly": folder.assembly,
        "n": design.n,
        "n_left_out": design.n_left_out,
        "covariates": list(design.names[1:]),
        "lambda_gc": inflation(found["p_value"].to_numpy()),
        "relatives_by_calls": calls_can_tell(folder),
        "n_related_pairs": warn_of_relatives(folder, people.tolist(), takes_them=model == "mixed"),
    }
    if isinstance(runner, Mixed):
        told |= runner.told()
    if isinstance(runner, Logistic):
        told |= {"n_cases": runner.n_cases, "n_controls": runner.n_controls}
    return told | _without_estimate(found)


def _without_estimate(found: pd.DataFrame) -> dict[str, object]:
    count, n = found["allele_count"].to_numpy(), found["n"].to_numpy()
    is_missing = np.flatnonzero(np.isnan(found["p_value"].to_numpy()))
    varies = (count[is_missing] > 0) & (count[is_missing] < 2 * n[is_missing])
    failed = found.take(is_missing[varies])
    names = [
        f"{row.chromosome}:{row.base_pair_location}:{row.other_allele}:{row.effect_allele}"
        for row in failed.head(_LISTED).itertuples()
    ]
    return {"n_without_estimate": len(failed), "without_estimate": names}


def _warn_of_failures(found: pd.DataFrame) -> None:
    if "test" not in found or not found.attrs["n_without_estimate"]:
        return
    n_failed, names = found.attrs["n_without_estimate"], found.attrs["without_estimate"]
    why = (
        f"{n_failed} variants have no finite estimate, where cases and controls are told apart or "
        f"the variant follows from covariates: {', '.join(names[:_NAMED])}"
        f"{' and more' if n_failed > _NAMED else ''}. They are NaN and test is none; Firth's "
        'estimate is finite (test="firth"), or ask for min_allele_count'
    )
    caution(NoFiniteEstimate(why))
