"""Likeness as a table: who is like what was asked, and why."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

import pandas as pd

from gdi_spe.terms.likeness import NULL, Likeness, TermMatch

_OF_TERMS = tuple(TermMatch.__annotations__)


def table_of(
    found: Sequence[Likeness],
    asked: Sequence[str],
    n_draws: int,
    seed: int,
    *,
    by_term: bool,
) -> pd.DataFrame:
    """Return one row an individual, or one an individual and asked feature."""
    table = _by_term(found) if by_term else _by_individual(found)
    table.attrs |= {
        "asked": list(asked),
        "null": NULL,
        "n_draws": n_draws,
        "seed": seed,
        "smallest_p_value": 1 / (1 + n_draws),
    }
    return table


def _by_individual(found: Sequence[Likeness]) -> pd.DataFrame:
    score = pd.Series([each.score for each in found], dtype=float)
    return pd.DataFrame(
        {
            "individual_id": [each.individual_id for each in found],
            "rank": score.rank(method="min", ascending=False).astype("int64"),
            "score": score,
            "p_value": [each.p_value for each in found],
            "explanation": ["; ".join(map(str, each.matches)) for each in found],
        }
    )


def _by_term(found: Sequence[Likeness]) -> pd.DataFrame:
    rows = [
        {"individual_id": each.individual_id, **asdict(match)}
        for each in found
        for match in each.matches
    ]
    return pd.DataFrame(rows, columns=["individual_id", *_OF_TERMS])
