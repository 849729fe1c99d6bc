"""Which population of a reference panel an individual is like, or none."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import stats

from gdi_spe.analysis.groups import groups_of, individuals_of
from gdi_spe.analysis.structure.panel import PLACE, Panel
from gdi_spe.analysis.structure.pca import TooLittleToTell
from gdi_spe.analysis.variants.choice import keys_of
from gdi_spe.boundary.cautions import Caution, caution
from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.folder import Folder
from gdi_spe.store.kernels.linkage import numbers

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
UNKNOWN = "unknown"
LEAST_VARIANTS, LEAST_SHARE = 200, 0.5
_AT_ONCE = 2048


class PanelHardlySeen(Caution):
    """Many variants of the panel are not in the cohort."""


def assign_populations(
    folder: Folder,
    panel: Panel,
    individuals: Collection[str] | None = None,
    *,
    min_probability: float = 0.9,
    max_outside: float = 0.999,
) -> pd.DataFrame:
    """Say which population of a panel each individual is like.

    Parameters
    ----------
    folder
        The cohort.
    panel
        The reference panel.
    individuals, min_probability, max_outside
        As of a cohort's `assign_populations`.

    Returns
    -------
    As of a cohort's `assign_populations`, which tells errors and sources too.
    """
    if panel.assembly != folder.assembly:
        raise BadInput(
            f"the panel is of {panel.assembly}, the cohort of {folder.assembly}",
            remedy="Use a panel of the cohort's assembly",
        )
    group = groups_of(folder, None, individuals)[0]
    scores, n_variants = _projected(folder, panel, group.samples)
    share = n_variants / len(panel.weights)
    if share < LEAST_SHARE:
        text = f"the cohort has {share:.0%} of the panel's variants: trust the coordinates less"
        caution(PanelHardlySeen(text))
    chances, distances = _likeness(scores, panel)
    best = chances.argmax(axis=1)
    rows = np.arange(len(best))
    nearest = distances[rows, best]
    inside = nearest**2 <= stats.chi2.ppf(max_outside, scores.shape[1])
    told = np.where(
        (chances[rows, best] >= min_probability) & inside,
        np.array(panel.populations)[best],
        UNKNOWN,
    )
    table = pd.DataFrame(
        {"population": told, "probability": chances[rows, best], "distance": nearest},
        index=individuals_of(folder, group),
    )
    for number, name in enumerate(panel.populations):
        table[f"p_{name}"] = chances[:, number]
    table[panel.components] = scores
    table.attrs = {"n_variants": n_variants, "n_variants_of_panel": len(panel.weights)}
    return table


def _projected(folder: Folder, panel: Panel, people: Ints) -> tuple[Floats, int]:
    k = len(panel.components)
    total, inner = np.zeros((len(people), k)), np.zeros((k, k))
    n_called, n_used = np.zeros(len(people)), 0
    for chromosome, part in panel.weights.groupby("chromosome", sort=False, observed=True):
        if str(chromosome) not in folder.chromosomes:
            continue
        rows, found = _matched(folder, str(chromosome), part)
        for first in range(0, len(rows), _AT_ONCE):
            some = found.iloc[first : first + _AT_ONCE]
            values = _standardised(
                folder, str(chromosome), rows[first : first + _AT_ONCE], some, people
            )
            weights = some[panel.components].to_numpy(float)
            missing = np.isnan(values)
            total += np.where(missing, 0, values).T @ weights
            inner += weights.T @ weights
            n_called += (~missing).sum(axis=0)
            n_used += len(some)
    if n_used < LEAST_VARIANTS:
        raise TooLittleToTell(
            f"{n_used} variants of the panel are in the cohort",
            remedy="Use a panel of variants that this cohort was assessed at",
        )
    scaled = total * (n_used / np.maximum(n_called, 1))[:, None]
    scores = np.linalg.solve(inner, scaled.T).T.astype(np.float64)
    return scores, n_used


def _matched(folder: Folder, chromosome: str, part: pd.DataFrame) -> tuple[Ints, pd.DataFrame]:
    """Return the cohort's rows of the panel's variants, and those variants."""
    keys = keys_of(folder, chromosome).select(PLACE[1:]).to_pandas()
    kinds = {"position": "int64", "reference": "object", "alternate": "object"}
    keys["row"] = np.arange(len(keys))
    both = part.astype(kinds).merge(keys.astype(kinds), on=list(PLACE[1:])).drop_duplicates("row")
    return both["row"].to_numpy(np.int64), both


def _standardised(
    folder: Folder, chromosome: str, rows: Ints, found: pd.DataFrame, people: Ints
) -> NDArray[np.float32]:
    share = found["frequency"].to_numpy(float)[:, None]
    of_code = (np.arange(4) - 2 * share) / np.sqrt(2 * share * (1 - share))
    of_code[:, 3] = np.nan
    return numbers(folder.calls(chromosome).take(rows), people, of_code.astype(np.float32))


def _likeness(scores: Floats, panel: Panel) -> tuple[Floats, Floats]:
    """Return how likely each population is for each person, and how far its centre is."""
    logs, distances = [], []
    for centre, spread in zip(panel.centres, panel.spreads, strict=True):
        off = scores - centre
        squared = np.einsum("ij,ij->i", off, np.linalg.solve(spread, off.T).T)
        logs.append(-0.5 * (squared + np.linalg.slogdet(spread)[1]))
        distances.append(np.sqrt(squared))
    log = np.array(logs).T
    chances = np.exp(log - log.max(axis=1, keepdims=True))
    return chances / chances.sum(axis=1, keepdims=True), np.array(distances).T
