"""Clouds of marks: whether they have the form of p-values along a genome, or against each other."""

from __future__ import annotations

import numpy as np

from gdi_spe.disclosure.figures.ground import Mask

_BANDS = 16
_WIDE, _LOW_FULL, _TOP_EMPTY, _FROM_FOOT = 0.75, 0.8, 0.2, 0.85
_ONE_RUN, _RISING = 0.9, 0.97


def kind_of_cloud(cloud: Mask, mark: int) -> str:
    """Return ``manhattan``, ``quantiles`` or ``cloud``."""
    if cloud.sum() < 4 * mark:
        return "cloud" if cloud.any() else ""
    if _is_manhattan(cloud):
        return "manhattan"
    return "quantiles" if _is_quantiles(cloud, mark) else "cloud"


def _is_manhattan(cloud: Mask) -> bool:
    """Whether marks stand dense along the whole foot and thin out upwards."""
    rows, columns = np.flatnonzero(cloud.any(axis=1)), np.flatnonzero(cloud.any(axis=0))
    if columns[-1] - columns[0] < _WIDE * cloud.shape[1] or rows[-1] < 0.8 * cloud.shape[0]:
        return False
    part = cloud[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    lowest = part.shape[0] - 1 - part[::-1].argmax(axis=0)
    from_foot = part.any(axis=0) & (lowest >= 0.9 * part.shape[0])
    bands = np.array([band.any(axis=0).mean() for band in np.array_split(part[::-1], _BANDS)])
    falling = np.diff(bands[1:]) <= 0.08
    return bool(
        from_foot.mean() >= _FROM_FOOT
        and bands[0] >= _LOW_FULL
        and bands[_BANDS // 2 :].max() <= _TOP_EMPTY
        and falling.all()
    )


def _is_quantiles(cloud: Mask, mark: int) -> bool:
    """Whether marks lie on one line that rises from the lower left."""
    rows, columns = np.flatnonzero(cloud.any(axis=1)), np.flatnonzero(cloud.any(axis=0))
    high, wide = cloud.shape
    if columns[0] > 0.15 * wide or rows[-1] < 0.85 * high or columns.size < 0.3 * wide:
        return False
    top = cloud.argmax(axis=0)[columns]
    end = high - cloud[::-1].argmax(axis=0)[columns]
    thick = cloud.sum(axis=0)[columns] / np.maximum(end - top, 1)
    middle = (top + end) / 2
    rising = np.diff(middle) <= mark / 2
    return bool((thick > 0.7).mean() >= _ONE_RUN and rising.mean() >= _RISING)
