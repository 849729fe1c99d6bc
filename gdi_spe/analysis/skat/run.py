"""SKAT and SKAT-O over genes or regions."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from gdi_spe.analysis.burden.collapsing import Batch, batches
from gdi_spe.analysis.burden.people import People, people_of
from gdi_spe.analysis.burden.results import assembled, named
from gdi_spe.analysis.burden.run import MASKS, inflation
from gdi_spe.analysis.burden.weights import Weights
from gdi_spe.analysis.regression.traits import Covariates
from gdi_spe.analysis.skat import kernels
from gdi_spe.analysis.skat.kernels import GRID, Spectrum
from gdi_spe.analysis.skat.mixtures import NotIntegrated
from gdi_spe.analysis.skat.null import Null
from gdi_spe.analysis.variants.masks import Bounds, Masks, masks_of
from gdi_spe.analysis.variants.sets import require_consequences, sets_of
from gdi_spe.boundary.errors import BadInput, shown
from gdi_spe.store.folder import Folder

Floats = NDArray[np.float64]
METHODS = ("skat", "skat-o")
NONE = "none"


def skat(
    folder: Folder,
    trait: Mapping[str, float],
    covariates: Covariates = (),
    model: str = "linear",
    *,
    individuals: Collection[str] | None = None,
    repeated: str = "refuse",
    method: str = "skat",
    masks: Masks = MASKS,
    max_frequency: Bounds = 0.01,
    gene: str | Sequence[str] | None = None,
    regions: Mapping[str, str] | None = None,
    weights: Weights = "beta",
    rho: Sequence[float] = GRID,
    small_sample: bool = False,
    min_carriers: int = 1,
    max_variants: int = 5_000,
    progress: Callable[[int], None] = lambda _n: None,
) -> pd.DataFrame:
    """Test whether the variants of a gene or region differ in what they do to a trait.

    Parameters
    ----------
    folder, trait
        As for `gdi_spe.analysis.burden.run.burden`.
    rho
        Shares of the burden test that SKAT-O looks at, from 0 to 1.
    progress
        Called with the number of variants done since the last call.
    max_variants
        Sets with more variants are not tested: the cost grows with their cube.
    covariates, model, individuals, repeated, masks, max_frequency, gene, regions, method, weights,
    small_sample, min_carriers
        As of a cohort's `skat`.

    Returns
    -------
    As of a cohort's `skat`, which tells errors and sources too.
    """
    _require_known(method, model, rho, small_sample=small_sample)
    wanted = masks_of(masks, max_frequency)
    require_consequences(folder, wanted)
    people = people_of(folder, trait, covariates, model, individuals, repeated)
    test = _Test(Null.of(people), method, tuple(sorted(rho)), small_sample, max_variants)
    tables: list[pd.DataFrame] = []
    for found in sets_of(folder, gene, regions):
        for batch in batches(folder, found, wanted, people, weights, progress):
            table = _tested(batch, people, test)
            tables.append(named(table[table["n_carriers"] >= min_carriers], found, wanted))
    table = assembled(tables, by_region=regions is not None)
    table.attrs = people.told() | {
        "method": method,
        "weights": weights if isinstance(weights, str) else "given",
        "small_sample": small_sample,
        "n_without_estimate": int(table["p_value"].isna().sum()),
        "lambda_gc": inflation(table),
    }
    return table


def _require_known(method: str, model: str, rho: Sequence[float], *, small_sample: bool) -> None:
    if method not in METHODS:
        raise BadInput(f"method={shown(method)}", remedy=f"One of {', '.join(METHODS)}")
    if small_sample and (model != "linear" or method != "skat"):
        raise BadInput("small_sample is of a linear model and SKAT alone", remedy="Leave it out")
    if not len(rho) or any(not 0 <= share <= 1 for share in rho) or len({*rho}) < len(rho):
        raise BadInput(f"rho={shown(tuple(rho))}", remedy="Different shares from 0 to 1")


class _Test:
    """One of the tests, ready for sets."""

    def __init__(
        self, null: Null, method: str, rho: tuple[float, ...], small: bool, max_variants: int
    ) -> None:
        self.null, self._method, self._rho = null, method, rho
        self._small, self._max_variants = small, max_variants

    def of(self, carried: sparse.csc_array) -> tuple[float, float, float, str]:
        """Return statistic, log p-value, best share and name; NaN where nothing varies."""
        nothing = (np.nan, np.nan, np.nan, NONE)
        if carried.shape[1] > self._max_variants:
            return nothing
        scores = self.null.scores(carried)
        spectrum = Spectrum.of(self.null.covariance(carried))
        if not len(spectrum.variance):
            return nothing
        try:
            p, rho = self._p(scores, spectrum)
        except NotIntegrated:
            return nothing
        q = kernels.statistic(scores, rho) / 2
        return q, float(np.log(max(p, 1e-320))), rho, self._method

    def _p(self, scores: Floats, spectrum: Spectrum) -> tuple[float, float]:
        if self._method == "skat-o":
            best = kernels.skat_o(scores, spectrum, self._rho)
            return best.p_value, best.rho
        if self._small:
            return kernels.skat_small(scores, spectrum, self.null.freedom), 0.0
        return kernels.skat(scores, spectrum), 0.0


def _tested(batch: Batch, people: People, test: _Test) -> pd.DataFrame:
    counts = people.counted(batch.carriers())
    table = pd.concat([batch.what, counts], axis=1).assign(n_missing=batch.n_missing())
    held = batch.carried
    filled = (held.dosage + held.missing @ sparse.diags_array(held.means())).tocsc()
    weighted = (filled @ sparse.diags_array(batch.weights)).tocsc()
    rows = []
    for at in range(len(table)):
        start, end = batch.members.indptr[at : at + 2]
        rows.append(test.of(weighted[:, batch.members.indices[start:end]]))
    columns = list(zip(*rows, strict=True)) if rows else [(), (), (), ()]
    for name, values in zip(("q_statistic", "log_p", "rho", "test"), columns, strict=True):
        table[name] = values
    table = table.assign(n=people.n)
    if people.kind == "logistic":
        n_cases = int(people.cases.sum())
        table = table.assign(n_cases=n_cases, n_controls=people.n - n_cases)
    return table
