"""Association in NumPy, on dosages: the fallback of the compiled kernels, and their oracle.

Dosages are floats, NaN where a call is missing, one row a variant. What is NaN leaves that
variant's model; who wants means in their place puts them there before.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]

MAX_ROUNDS = 40
_CLOSE = 1e-9


class NotFitted(Exception):
    """A model without a finite maximum, or one that a column makes singular."""


def linear(dosages: Floats, basis: Floats, residual: Floats) -> tuple[Floats, Floats]:
    """Return slope and standard error of each variant; NaN where it does not vary."""
    out = np.full((2, len(dosages)), np.nan)
    whole = ~np.isnan(dosages).any(axis=1)
    filled = dosages[whole]
    inside = filled @ basis
    square = np.einsum("vn,vn->v", filled, filled)
    spread = square - np.einsum("vk,vk->v", inside, inside)
    freedom = len(residual) - basis.shape[1] - 1
    total = float(residual @ residual)
    _slopes(out, np.flatnonzero(whole), spread, square, filled @ residual, total, freedom)
    for v in np.flatnonzero(~whole):
        out[:, v] = _linear_of_called(dosages[v], basis, residual)
    return out[0], out[1]


def _slopes(
    out: Floats, rows: NDArray[np.intp], spread: Floats, square: Floats, covered: Floats,
    total: float, freedom: int,
) -> None:  # fmt: skip
    fits = (spread > 1e-9 * square) & (square > 0) & (freedom > 0)
    rows, spread, covered = rows[fits], spread[fits], covered[fits]
    rest = np.maximum(total - covered**2 / spread, 0)
    out[0, rows] = covered / spread
    out[1, rows] = np.sqrt(rest / freedom / spread)


def _linear_of_called(dosage: Floats, basis: Floats, residual: Floats) -> tuple[float, float]:
    called = ~np.isnan(dosage)
    covariates, trait, g = basis[called], residual[called], dosage[called]
    freedom = len(g) - basis.shape[1] - 1
    inside, *_ = np.linalg.lstsq(covariates, np.column_stack([g, trait]), rcond=None)
    g_rest, trait_rest = (np.column_stack([g, trait]) - covariates @ inside).T
    spread = g_rest @ g_rest
    if freedom <= 0 or not spread > 1e-9 * (g @ g):
        return np.nan, np.nan
    slope = g_rest @ trait_rest / spread
    rest = trait_rest - slope * g_rest
    return slope, float(np.sqrt(rest @ rest / freedom / spread))


def fit_logistic(columns: Floats, outcome: Bools, start: Floats) -> tuple[Floats, Floats]:
    """Maximise the likelihood; return coefficients and the inverse of their information.

    Raises
    ------
    NotFitted
        If a column is a sum of others, or cases and controls are separated.
    """
    b = start.astype(float)
    for _ in range(MAX_ROUNDS):
        score, information, _ = _derivatives(columns, outcome, b)
        step = _solved(information, score)
        b = b + step
        if not (np.abs(b) < 1e3).all():
            raise NotFitted
        if (np.abs(step) / np.maximum(1, np.abs(b))).max() < _CLOSE:
            return b, _inverse(information)
    raise NotFitted


def are_apart(dosage: Floats, outcome: Bools) -> bool:
    """Say whether cases and controls lie on two sides of a dosage: no estimate is finite then."""
    cases, controls = dosage[outcome], dosage[~outcome]
    return bool(cases.max() <= controls.min() or controls.max() <= cases.min())


def score(columns: Floats, outcome: Bools, b: Floats) -> tuple[float, float]:
    """Return the score of the last column and its variance, given the others' coefficients."""
    slopes, information, _ = _derivatives(columns, outcome, np.append(b, 0.0))
    explained = information[-1, :-1] @ _solved(information[:-1, :-1], information[:-1, -1])
    return float(slopes[-1]), float(information[-1, -1] - explained)


def fit_firth(
    columns: Floats, outcome: Bools, start: Floats, n_free: int
) -> tuple[Floats, Floats, float]:
    """Maximise Firth's penalised likelihood over the first ``n_free`` coefficients.

    Returns
    -------
    Coefficients, the inverse of their information, and the penalised log-likelihood.
    """
    b = start.astype(float)
    now, share, last = _penalised(columns, outcome, b), 1.0, np.zeros(len(b))
    for _ in range(4 * MAX_ROUNDS):
        step = np.zeros(len(b))
        step[:n_free] = _firth_step(columns, outcome, b, n_free)
        largest = np.abs(step).max(initial=0)
        if largest < _CLOSE:
            information = _derivatives(columns, outcome, b)[1]
            return b, _inverse(information), now
        share, last = _share_of_step(step, last, share), step
        factor = min(share, 5 / largest)
        for _half in range(20):
            trial = b + factor * step
            then = _penalised(columns, outcome, trial)
            if then >= now - 1e-12 * abs(now):
                break
            factor /= 2
        b, now = trial, then
    raise NotFitted


def _share_of_step(step: Floats, last: Floats, share: float) -> float:
    """Return how much of a step to take.

    The information is not the penalised likelihood's curvature, and where one carrier tells all
    it is half of it, so that whole steps go to and fro for ever.
    """
    if not last.any():
        return share
    turn = 1 - float(step @ last) / float(last @ last)
    return min(1.0, max(0.1, share / turn if turn > 0 else 1.0))


def _firth_step(columns: Floats, outcome: Bools, b: Floats, n_free: int) -> Floats:
    _, information, mean = _derivatives(columns, outcome, b)
    weight = mean * (1 - mean)
    hat = weight * np.einsum("ni,ij,nj->n", columns, np.linalg.inv(information), columns)
    corrected = columns.T @ (outcome - mean + hat * (0.5 - mean))
    return _solved(information[:n_free, :n_free], corrected[:n_free])


def _penalised(columns: Floats, outcome: Bools, b: Floats) -> float:
    _, information, mean = _derivatives(columns, outcome, b)
    sign, log_determinant = np.linalg.slogdet(information)
    if sign <= 0:
        raise NotFitted
    likely = np.where(outcome, mean, 1 - mean)
    return float(np.log(likely).sum() + log_determinant / 2)


def _derivatives(columns: Floats, outcome: Bools, b: Floats) -> tuple[Floats, Floats, Floats]:
    mean = 1 / (1 + np.exp(-np.clip(columns @ b, -700, 700)))
    weighted = columns * (mean * (1 - mean))[:, None]
    return columns.T @ (outcome - mean), weighted.T @ columns, mean


def _solved(matrix: Floats, value: Floats) -> Floats:
    if not np.isfinite(matrix).all() or np.linalg.cond(matrix) > 1e13:
        raise NotFitted
    return np.asarray(np.linalg.solve(matrix, value), np.float64)


def _inverse(matrix: Floats) -> Floats:
    return np.asarray(np.linalg.inv(matrix), np.float64)
