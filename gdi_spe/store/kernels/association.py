"""Association of a trait with packed calls: the compiled kernels, divided among threads."""

from __future__ import annotations

import ctypes
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdi_spe.store import counts
from gdi_spe.store.calls import Calls, bits_of
from gdi_spe.store.kernels import numpy_association as twin
from gdi_spe.store.kernels.library import library, pointer

Floats = NDArray[np.float64]

SCORE, WALD, FIRTH = 0, 1, 2
MAX_COLUMNS = 36
_LINEAR_OUT, _SCORE_OUT, _LOGISTIC_OUT = 4, 5, 8
_LINE = 8  # numbers in a cache line
_POINTER, _INT = ctypes.c_void_p, ctypes.c_int64


@dataclass(frozen=True)
class LinearFit:
    """Of each variant: slope, standard error, called samples, alternate alleles among them."""

    beta: Floats
    standard_error: Floats
    n: NDArray[np.int64]
    allele_count: NDArray[np.int64]

    @staticmethod
    def of(out: Floats) -> LinearFit:
        """Take apart what the kernel wrote."""
        n, count = (out[:, column].astype(np.int64) for column in (2, 3))
        return LinearFit(out[:, 0].copy(), out[:, 1].copy(), n, count)


@dataclass(frozen=True)
class LogisticFit:
    """Of each variant: log odds ratio, standard error, chi-squared, counts, and convergence."""

    beta: Floats
    standard_error: Floats
    chi_squared: Floats
    n: NDArray[np.int64]
    allele_count: NDArray[np.int64]
    allele_count_cases: NDArray[np.int64]
    n_cases: NDArray[np.int64]
    is_converged: NDArray[np.bool_]

    @staticmethod
    def of(out: Floats) -> LogisticFit:
        """Take apart what the kernel wrote."""
        beta, error, chi = (out[:, column].copy() for column in (0, 1, 2))
        n, count, in_cases, cases = (out[:, column].astype(np.int64) for column in (3, 4, 5, 6))
        return LogisticFit(beta, error, chi, n, count, in_cases, cases, out[:, 7] > 0)


@dataclass(frozen=True)
class ScoreFit:
    """Of each variant: the score, its variance, and the counts behind them."""

    score: Floats
    variance: Floats
    n_missing: NDArray[np.int64]
    allele_count: NDArray[np.int64]
    allele_count_cases: NDArray[np.int64]


@cache
def _kernels() -> ctypes.CDLL | None:
    found = library()
    if found is None:
        return None
    calls: list[Any] = [_POINTER, _POINTER, _INT, _INT, _POINTER]
    design: list[Any] = [_POINTER, _POINTER, _INT, _INT, _INT, _INT, _POINTER]
    found.spe_regress.argtypes = [*calls, *design, _POINTER, _POINTER]
    found.spe_score_test.argtypes = [*calls, *design, _POINTER]
    found.spe_regress.restype = found.spe_score_test.restype = None
    model: list[Any] = [_POINTER, _POINTER, _POINTER, _POINTER, _INT, _INT, _INT, _INT]
    found.spe_fit_logistic.argtypes = [*calls, *model, _POINTER, _POINTER]
    found.spe_fit_logistic.restype = None
    return found


def is_compiled(n_columns: int) -> bool:
    """Say whether the kernels are here and take models of so many columns."""
    return library() is not None and n_columns <= MAX_COLUMNS


def linear(
    calls: Calls,
    row_of: NDArray[np.int32],
    basis: Floats,
    residual: Floats,
    *,
    impute_mean: bool = False,
) -> LinearFit:
    """Regress a residualised trait on each variant.

    Parameters
    ----------
    calls
        The variants; validated.
    row_of
        Row of each sample in ``basis``, -1 for samples that are not in the analysis.
    basis
        Orthonormal columns that span the covariates, shape ``(rows, k)``.
    residual
        The trait without what the covariates explain, shape ``(rows,)``.
    impute_mean
        Missing calls count as the mean of those that are there, else they leave the model.
    """
    n_rows, k = basis.shape
    _check_rows(calls, row_of, n_rows)
    stride = (k + 1 + 3) // 4 * 4
    design = _aligned(n_rows, stride)
    design[:, :k], design[:, k] = basis, residual
    out, inside = np.empty((len(calls), _LINEAR_OUT)), bits_of(row_of >= 0)

    def work(part: slice) -> None:
        starts = np.ascontiguousarray(calls.starts[part])
        scratch, products = _room_for_rows(calls.n_samples), np.empty((k + 1, stride))
        _native().spe_regress(
            pointer(calls.words), pointer(starts), len(starts), calls.n_samples, pointer(row_of),
            pointer(inside), pointer(design), stride, k, n_rows, impute_mean, pointer(scratch),
            pointer(products), pointer(out[part]),
        )  # fmt: skip

    if is_compiled(k):
        _divided(len(calls), work)
    else:
        _linear_in_numpy(calls, row_of, basis, residual, impute_mean, out)
    return LinearFit.of(out)


def score(
    calls: Calls,
    row_of: NDArray[np.int32],
    whitened: Floats,
    residual: Floats,
    outcome: NDArray[np.bool_],
    weight: Floats,
    *,
    impute_mean: bool = False,
) -> ScoreFit:
    """Score each variant against the null model; exact where nobody is missing or all are means.

    Parameters
    ----------
    calls, row_of
        As for `linear`.
    whitened
        Weighted covariates through the inverse factor of their information, ``(rows, k)``.
    residual, outcome, weight
        Cases less their probability; True for cases; the variance of each outcome.
    """
    n_rows, k = whitened.shape
    _check_rows(calls, row_of, n_rows)
    stride = (k + 3 + 3) // 4 * 4
    design = _aligned(n_rows, stride)
    design[:, :k] = whitened
    design[:, k], design[:, k + 1], design[:, k + 2] = residual, outcome, weight
    out, inside = np.empty((len(calls), _SCORE_OUT)), bits_of(row_of >= 0)

    def work(part: slice) -> None:
        starts = np.ascontiguousarray(calls.starts[part])
        scratch = _room_for_rows(calls.n_samples)
        _native().spe_score_test(
            pointer(calls.words), pointer(starts), len(starts), calls.n_samples, pointer(row_of),
            pointer(inside), pointer(design), stride, k, n_rows, impute_mean, pointer(scratch),
            pointer(out[part]),
        )  # fmt: skip

    if is_compiled(k):
        _divided(len(calls), work)
    else:
        _score_in_numpy(calls, row_of, whitened, residual, outcome, weight, impute_mean, out)
    missing, count, in_cases = (out[:, column].astype(np.int64) for column in (2, 3, 4))
    return ScoreFit(out[:, 0].copy(), out[:, 1].copy(), missing, count, in_cases)


def logistic(
    calls: Calls,
    row_of: NDArray[np.int32],
    covariates: Floats,
    outcome: NDArray[np.bool_],
    start: Floats,
    test: int,
    *,
    impute_mean: bool = False,
) -> LogisticFit:
    """Fit cases against controls for each variant.

    Parameters
    ----------
    calls, row_of
        As for `linear`.
    covariates
        Columns of the null model with its intercept, shape ``(rows, k)``.
    outcome
        True for cases.
    start
        Coefficients of the null model.
    test
        ``SCORE``, ``WALD`` or ``FIRTH``.

    Returns
    -------
    Not converged where a variant does not vary, or cases and controls are told apart by it.
    """
    n_rows, k = covariates.shape
    _check_rows(calls, row_of, n_rows)
    padded = (n_rows + 3) // 4 * 4
    columns = np.zeros((k, padded))
    columns[:, :n_rows] = covariates.T
    cases, kept = np.zeros(padded), np.zeros(padded)
    cases[:n_rows], kept[:n_rows] = outcome, 1
    begin = np.ascontiguousarray(start, np.float64)
    out = np.empty((len(calls), _LOGISTIC_OUT))

    def work(part: slice) -> None:
        starts = np.ascontiguousarray(calls.starts[part])
        scratch = np.empty(5 * padded)
        _native().spe_fit_logistic(
            pointer(calls.words), pointer(starts), len(starts), calls.n_samples, pointer(row_of),
            pointer(columns), pointer(cases), pointer(kept), pointer(begin), k, padded, test,
            impute_mean, pointer(scratch), pointer(out[part]),
        )  # fmt: skip

    if is_compiled(k):
        _divided(len(calls), work)
    else:
        _logistic_in_numpy(calls, row_of, covariates, outcome, begin, test, impute_mean, out)
    return LogisticFit.of(out)


def _native() -> ctypes.CDLL:
    found = _kernels()
    if found is None:
        raise RuntimeError("the kernels are not here; ask is_compiled first")
    return found


def _aligned(n_rows: int, stride: int) -> Floats:
    """Return zeros whose rows lie in as few cache lines as they can."""
    room = np.zeros(n_rows * stride + _LINE)
    first = -room.ctypes.data // room.itemsize % _LINE
    return room[first : first + n_rows * stride].reshape(n_rows, stride)


def _room_for_rows(n_samples: int) -> NDArray[np.int32]:
    return np.empty(3 * n_samples + 3, np.int32)


def _check_rows(calls: Calls, row_of: NDArray[np.int32], n_rows: int) -> None:
    if row_of.dtype != np.int32 or row_of.shape != (calls.n_samples,) or row_of.max() >= n_rows:
        raise ValueError("row_of must name a row or -1 for each sample")


def _divided(n_variants: int, work: Callable[[slice], None], at_least: int = 256) -> None:
    """Give each processor its share in small parts; what a part gives depends on no other."""
    n_threads = min(len(os.sched_getaffinity(0)), max(1, n_variants // at_least))
    size = max(64, -(-n_variants // (n_threads * 8)))
    parts = [slice(first, first + size) for first in range(0, n_variants, size)]
    pool = ThreadPoolExecutor(n_threads)
    try:
        for _ in pool.map(work, parts):
            pass
    finally:
        # Who interrupts waits for the parts at work alone, not for those that wait.
        pool.shutdown(cancel_futures=True)


def dosages_of(calls: Calls, row_of: NDArray[np.int32], n_rows: int) -> Floats:
    """Return alternate alleles of the analysis's rows, shape ``(variants, rows)``; NaN missing."""
    samples = np.flatnonzero(row_of >= 0)
    found = counts.dosages(calls)[:, samples].astype(float)
    out = np.full((len(calls), n_rows), np.nan)
    out[:, row_of[samples]] = np.where(found < 0, np.nan, found)
    return out


def filled(dosages: Floats, impute_mean: bool) -> Floats:
    """Put the mean of the calls that are there in the place of missing ones, where asked."""
    if not impute_mean:
        return dosages
    n_called = np.maximum((~np.isnan(dosages)).sum(axis=1), 1)
    means = np.nansum(dosages, axis=1) / n_called
    return np.where(np.isnan(dosages), means[:, None], dosages)


def _linear_in_numpy(
    calls: Calls, row_of: NDArray[np.int32], basis: Floats, residual: Floats, impute_mean: bool,
    out: Floats,
) -> None:  # fmt: skip
    dosages = dosages_of(calls, row_of, len(basis))
    out[:, 0], out[:, 1] = twin.linear(filled(dosages, impute_mean), basis, residual)
    out[:, 2], out[:, 3] = (~np.isnan(dosages)).sum(axis=1), np.nansum(dosages, axis=1)


def _score_in_numpy(
    calls: Calls, row_of: NDArray[np.int32], whitened: Floats, residual: Floats,
    outcome: NDArray[np.bool_], weight: Floats, impute_mean: bool, out: Floats,
) -> None:  # fmt: skip
    dosages = dosages_of(calls, row_of, len(whitened))
    known = np.nan_to_num(dosages)
    whole = np.nan_to_num(filled(dosages, impute_mean))
    out[:, 0] = whole @ residual
    out[:, 1] = whole**2 @ weight - ((whole @ whitened) ** 2).sum(axis=1)
    out[:, 2] = np.isnan(dosages).sum(axis=1)
    out[:, 3], out[:, 4] = known.sum(axis=1), known @ outcome


def _logistic_in_numpy(
    calls: Calls, row_of: NDArray[np.int32], covariates: Floats, outcome: NDArray[np.bool_],
    start: Floats, test: int, impute_mean: bool, out: Floats,
) -> None:  # fmt: skip
    known = dosages_of(calls, row_of, len(covariates))
    for v, dosage in enumerate(filled(known, impute_mean)):
        called, rows = ~np.isnan(known[v]), ~np.isnan(dosage)
        g, cases = known[v][called], outcome[called]
        out[v, :3] = np.nan
        out[v, 3:] = called.sum(), g.sum(), g[cases].sum(), cases.sum(), 0
        if not g.any() or not cases.any() or cases.all():
            continue
        if test == WALD and twin.are_apart(g, cases):
            continue
        columns = np.column_stack([covariates[rows], dosage[rows]])
        try:
            out[v, :3] = _logistic_of_one(columns, outcome[rows], start, test)
            out[v, 7] = 1
        except twin.NotFitted:
            continue


def _logistic_of_one(
    columns: Floats, cases: NDArray[np.bool_], start: Floats, test: int
) -> tuple[float, float, float]:
    if test == SCORE:
        null = twin.fit_logistic(columns[:, :-1], cases, start)[0]
        found, variance = twin.score(columns, cases, null)
        return found / variance, variance**-0.5, found**2 / variance
    if test == WALD:
        b, inverse = twin.fit_logistic(columns, cases, np.append(start, 0.0))
        error = float(np.sqrt(inverse[-1, -1]))
        return b[-1], error, (b[-1] / error) ** 2
    n_free = columns.shape[1] - 1
    null, _, under_null = twin.fit_firth(columns, cases, np.append(start, 0.0), n_free)
    b, inverse, reached = twin.fit_firth(columns, cases, null, n_free + 1)
    return b[-1], float(np.sqrt(inverse[-1, -1])), max(0.0, 2 * (reached - under_null))
