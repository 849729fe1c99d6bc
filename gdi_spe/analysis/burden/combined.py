"""One p-value of a gene from those of several masks and tests."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gdi_spe.boundary.errors import BadInput

Floats = NDArray[np.float64]
_SMALL, _LARGEST = 1e-15, 1 - 1e-9
_NAMES = ("gene", "gene_id", "region", "span", "chromosome")


def cauchy(p_value: Floats) -> float:
    """Combine p-values that may depend on each other.

    Parameters
    ----------
    p_value
        P-values; NaN does not count.

    Returns
    -------
    The tail of a Cauchy variable at the mean of their own; NaN where there is none. It is
    right in the tail whatever the dependence (Liu and Xie 2020, J Am Stat Assoc 115:393).

    Examples
    --------
    >>> import numpy as np
    >>> round(cauchy(np.array([0.01, 0.01, np.nan])), 12)
    0.01
    """
    known = np.clip(p_value[np.isfinite(p_value)], 1e-300, _LARGEST)
    if not len(known):
        return float("nan")
    # tan((0.5 - p) * pi) without the loss of digits near its pole.
    terms = np.where(known < _SMALL, 1 / (known * np.pi), 1 / np.tan(known * np.pi))
    mean = float(terms.mean())
    return 1 / (mean * np.pi) if mean > 1 / _SMALL else 0.5 - float(np.arctan(mean)) / np.pi


def combined(*tables: pd.DataFrame) -> pd.DataFrame:
    """Combine what several masks, bounds and tests say of each gene or region.

    Parameters
    ----------
    tables
        As of a cohort's `combine`.

    Returns
    -------
    As of a cohort's `combine`, which tells errors and sources too.

    Examples
    --------
    >>> truncating = cohort.burden("Body height", masks="damaging", max_frequency=0.05)
    >>> both = combined(truncating, cohort.skat("Body height", max_frequency=0.05))
    >>> bool((both["n_tests"] >= 1).all())
    True
    """
    if not tables:
        raise BadInput("there is no table to combine", remedy="Give results of burden and skat")
    names = [[name for name in _NAMES if name in table.columns] for table in tables]
    if (
        len({tuple(each) for each in names}) > 1
        or not {"gene", "region"} & set(names[0])
        or any("p_value" not in table.columns for table in tables)
    ):
        raise BadInput(
            "the tables are not all of genes, or all of regions",
            remedy="Give results of burden and skat",
        )
    rows = pd.concat([table[[*names[0], "p_value"]] for table in tables], ignore_index=True)
    grouped = rows.groupby(names[0], sort=False, dropna=False)["p_value"]
    found = grouped.agg(n_tests="count", p_value=lambda p: cauchy(p.to_numpy(float)))
    return found.reset_index()
