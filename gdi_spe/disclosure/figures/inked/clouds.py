"""Clouds of marks: whether they have a form that p-values have, and values of people do not.

Under no association the negative logarithm of a p-value falls off exponentially: each step upwards
leaves a fixed share. Marks of that form stand on the foot of the axes everywhere and thin out.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from gdi_spe.disclosure.figures.ground import Mask, widened
from gdi_spe.disclosure.figures.strokes import blobs_of

_BANDS = 16
_WIDE, _LOW_FULL, _TOP_EMPTY, _FROM_FOOT = 0.75, 0.8, 0.2, 0.85
_ONE_RUN, _RISING, _LEAST_RISE = 0.9, 0.97, 0.6
# Of a sparse cloud: parts of its width that stand on the foot, and how it falls off.
_PARTS, _ON_FOOT, _FOOT = 8, 7, 0.12
_LEAST_LOW, _HALVED, _MOST_TOP, _RISE = 0.22, 0.62, 0.12, 0.06
_THICK, _THINNED = 0.5, 0.3
# Letters that were not read, beside quantiles.
_MOST_STRAY, _STRAY_SHARE = 6, 0.05
# Of a volcano: how high its notch and its shoulders are.
_NOTCH, _MOST_NOTCH, _TIMES, _LEAST_SHOULDER = 0.03, 0.3, 2.0, 0.35
# The foot of a Manhattan plot, its blocks, and the millions of bases of chromosomes 1 to 22
# (GRCh38, Genome Reference Consortium).
_FOOT_PARTS, _LEAST_BLOCK, _MOST_MORE, _AS_WIDE = 20, 3, 3, 0.95
LENGTHS = (249, 242, 198, 190, 182, 171, 159, 145, 138, 134, 135, 133, 114, 107, 102, 90, 83, 80,
            59, 64, 47, 51)  # fmt: skip
_MOSTLY, _NEARLY_ALL = 0.8, 0.95
_MOST_COLOURS, _COLOUR_SHARE, _LIKE = 6, 0.03, 40
# How far the soft rim of a mark reaches.
_RIM = 2


def kind_of_cloud(cloud: Mask, mark: int, pixels: NDArray[np.int16]) -> str:
    """Return the forms that it has, such as ``manhattan`` and ``falling``, or ``cloud``."""
    if cloud.sum() < 4 * mark:
        return "cloud" if cloud.any() else ""
    # Of two studies set against each other the lower one hangs from the top.
    hanging = cloud[::-1]
    is_manhattan = _is_manhattan(cloud) or _is_manhattan(hanging)
    forms = {
        "manhattan": is_manhattan,
        "chromosomes": is_manhattan
        and (_has_chromosomes(cloud, pixels) or _has_chromosomes(hanging, pixels[::-1])),
        "quantiles": _is_quantiles(cloud, mark, pixels),
        "volcano": _is_volcano(cloud),
        "falling": _is_falling(cloud) or _is_falling(hanging) or _is_mirrored(cloud),
        "thinning": _is_thinning(cloud) or _is_thinning(hanging),
    }
    return " ".join(name for name, is_one in forms.items() if is_one) or "cloud"


def _is_manhattan(cloud: Mask) -> bool:
    """Whether marks stand dense along the whole foot and thin out upwards."""
    rows, columns = np.flatnonzero(cloud.any(axis=1)), np.flatnonzero(cloud.any(axis=0))
    if columns[-1] - columns[0] < _WIDE * cloud.shape[1] or rows[-1] < 0.8 * cloud.shape[0]:
        return False
    part = cloud[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    lowest = part.shape[0] - 1 - part[::-1].argmax(axis=0)
    from_foot = part.any(axis=0) & (lowest >= 0.9 * part.shape[0])
    bands = _bands(part, _BANDS)
    falling = np.diff(bands[1:]) <= 0.08
    return bool(
        from_foot.mean() >= _FROM_FOOT
        and bands[0] >= _LOW_FULL
        and bands[_BANDS // 2 :].max() <= _TOP_EMPTY
        and falling.all()
    )


def _has_chromosomes(cloud: Mask, pixels: NDArray[np.int16]) -> bool:
    """Whether colours change along the foot in blocks that are as wide as chromosomes are long."""
    parts = by_colour(cloud, pixels)
    rows = np.flatnonzero(cloud.any(axis=1))
    foot = slice(rows[-1] - max(4, (rows[-1] - rows[0]) // _FOOT_PARTS), rows[-1] + 1)
    seen = np.array([part[foot].sum(axis=0) for part in parts])
    if len(parts) < 2:
        return False
    colours = seen.argmax(axis=0)[seen.any(axis=0)]
    ends = np.r_[0, np.flatnonzero(np.diff(colours)) + 1, colours.size]
    wide = np.diff(ends)[np.diff(ends) >= _LEAST_BLOCK].astype(float)
    n = len(LENGTHS)
    # X and Y may follow.
    if not n <= wide.size <= n + _MOST_MORE:
        return False
    return float(np.corrcoef(wide[:n], LENGTHS)[0, 1]) >= _AS_WIDE


def _bands(part: Mask, n: int) -> NDArray[np.float64]:
    """Return which share of the columns has marks in each band, from the foot upwards."""
    return np.array([band.any(axis=0).mean() for band in np.array_split(part[::-1], n)])


def _is_falling(cloud: Mask) -> bool:
    """Whether marks stand on the foot along the whole width, and ever fewer of them above."""
    rows, columns = np.flatnonzero(cloud.any(axis=1)), np.flatnonzero(cloud.any(axis=0))
    if columns.size == 0 or columns[-1] - columns[0] < _WIDE * cloud.shape[1]:
        return False
    if rows[-1] < 0.8 * cloud.shape[0]:
        return False
    part = cloud[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    foot = part[int((1 - _FOOT) * part.shape[0]) :].any(axis=0)
    on_foot = sum(bool(each.any()) for each in np.array_split(foot, _PARTS))
    return on_foot >= _ON_FOOT and _falls_off(part)


def _falls_off(part: Mask) -> bool:
    bands = _bands(part, _BANDS // 2)
    return bool(
        bands[0] >= _LEAST_LOW
        and bands[2] <= _HALVED * bands[0]
        and bands[5:].max() <= _MOST_TOP
        and (np.diff(bands) <= _RISE).all()
    )


def _is_thinning(cloud: Mask) -> bool:
    """Whether marks stand on the foot along the width, and much fewer of them in the upper half."""
    rows, columns = np.flatnonzero(cloud.any(axis=1)), np.flatnonzero(cloud.any(axis=0))
    if columns[-1] - columns[0] < _WIDE * cloud.shape[1] or rows[-1] < 0.8 * cloud.shape[0]:
        return False
    bands = _bands(cloud[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1], _BANDS // 2)
    upper = bands[_BANDS // 4 :]
    return bool(bands[0] >= _THICK and upper.max() <= _THINNED * bands[0] and bands[1] < bands[0])


def _is_mirrored(cloud: Mask) -> bool:
    """Whether two such clouds stand foot to foot, as two studies are set against each other."""
    rows = np.flatnonzero(cloud.any(axis=1))
    if rows.size < 40:
        return False
    full = cloud.mean(axis=1)
    middle = int(np.average(np.arange(full.size), weights=full**2))
    if not 0.2 <= middle / cloud.shape[0] <= 0.8:
        return False
    halves = cloud[rows[0] : middle], cloud[middle : rows[-1] + 1][::-1]
    return all(half.shape[0] >= 20 and half.any() and _is_falling(half) for half in halves)


def _is_volcano(cloud: Mask) -> bool:
    """Whether marks thin out upwards around a notch: what is certain is far from no effect."""
    rows, columns = np.flatnonzero(cloud.any(axis=1)), np.flatnonzero(cloud.any(axis=0))
    if rows[-1] < 0.8 * cloud.shape[0] or columns[-1] - columns[0] < 0.4 * cloud.shape[1]:
        return False
    part = cloud[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    high, wide = part.shape
    top = np.where(part.any(axis=0), high - part.argmax(axis=0), 0) / high
    foot = part[int(0.9 * high) :].mean(axis=0)
    reach = max(2, round(_NOTCH * wide))
    smooth = np.convolve(foot, np.ones(2 * reach + 1) / (2 * reach + 1), mode="same")
    near = np.flatnonzero(smooth >= 0.7 * smooth.max())
    middle = int(near[np.argmin([top[max(0, c - reach) : c + reach + 1].max() for c in near])])
    notch = float(top[max(0, middle - reach) : middle + reach + 1].max())
    sides = top[: middle - reach], top[middle + reach + 1 :]
    if min(side.size for side in sides) < 0.15 * wide:
        return False
    shoulders = min(float(side.max()) for side in sides)
    bands = _bands(part, _BANDS // 2)
    falls = bands[0] >= _LEAST_LOW and bands[5:].max() <= 2 * _MOST_TOP
    return bool(
        falls and notch <= _MOST_NOTCH
        and shoulders >= max(_LEAST_SHOULDER, _TIMES * notch)
        and (np.diff(bands[1:]) <= _RISE).all()
    )  # fmt: skip


def _is_quantiles(cloud: Mask, mark: int, pixels: NDArray[np.int16]) -> bool:
    """Whether the marks of each colour lie on one line that rises from the lower left."""
    rows, columns = np.flatnonzero(cloud.any(axis=1)), np.flatnonzero(cloud.any(axis=0))
    high, wide = cloud.shape
    if columns[0] > 0.15 * wide or rows[-1] < 0.85 * high or columns.size < 0.3 * wide:
        return False
    if _is_rising(cloud, mark) or _is_rising(_without_strays(cloud, mark), mark):
        return True
    # Where series lie on each other, little is seen of some, and lines are drawn over them.
    parts = _without_rims(by_colour(cloud, pixels), cloud, pixels)
    told = sum(int(part.sum()) for part in parts)
    risen = sum(int(part.sum()) for part in parts if _is_rising(part, mark))
    if len(parts) < 2 or risen < _MOSTLY * told:
        return False
    return risen >= _NEARLY_ALL * told or _is_rising(cloud, mark, is_strict=False)


def _without_strays(cloud: Mask, mark: int) -> Mask:
    """Drop a few small shapes that lie far above a rising curve: signs of a legend."""
    labelled, blobs = blobs_of(cloud)
    if len(blobs) < 2:
        return cloud
    largest = max(blobs, key=lambda b: b.n_pixels)
    # What the curve reaches only further right is above it.
    strays = [
        b for b in blobs
        if max(b.height, b.width) <= 2 * mark and b.box[1].stop <= largest.box[1].stop
        and b.box[0].stop < largest.box[0].start + largest.height // 2
        and b.n_pixels < _STRAY_SHARE * cloud.sum()
    ]  # fmt: skip
    if not 0 < len(strays) <= _MOST_STRAY:
        return cloud
    return np.asarray(cloud & ~np.isin(labelled, [b.number for b in strays]), dtype=bool)


def _is_rising(cloud: Mask, mark: int, is_strict: bool = True) -> bool:
    columns = np.flatnonzero(cloud.any(axis=0))
    top = cloud.argmax(axis=0)[columns]
    end = cloud.shape[0] - cloud[::-1].argmax(axis=0)[columns]
    thick = cloud.sum(axis=0)[columns] / np.maximum(end - top, 1)
    middle = (top + end) / 2
    rising = np.diff(middle) <= mark / 2
    fallen = middle - np.minimum.accumulate(middle)
    rows = np.flatnonzero(cloud.any(axis=1))
    is_rise = middle[0] - middle[-1] >= _LEAST_RISE * (rows[-1] - rows[0])
    one_run = (thick > 0.7) | (end - top <= mark)
    return bool(
        is_rise
        and one_run.mean() >= (_ONE_RUN if is_strict else _MOSTLY)
        and rising.mean() >= _RISING
        and (fallen <= mark).mean() >= (_RISING if is_strict else _MOSTLY)
    )


def _without_rims(parts: list[Mask], cloud: Mask, pixels: NDArray[np.int16]) -> list[Mask]:
    """Take the soft rims of marks out of the parts of lighter shades, such as a line's."""
    # TRUST: what lies within two pixels of darker marks shows nothing that they do not.
    paper = 255 if cloud.all() else np.median(pixels[~cloud], axis=0)
    marks, kept = np.zeros_like(cloud), []
    parts = [part for part in parts if part.any()]
    shades = [-float(np.abs(np.median(pixels[p], axis=0) - paper).max()) for p in parts]
    for place in np.argsort(shades):
        own = np.asarray(parts[place] & ~widened(marks, _RIM), dtype=bool)
        marks |= parts[place]
        kept += [own] if own.sum() > (1 - _NEARLY_ALL) * parts[place].sum() else []
    return kept


def by_colour(cloud: Mask, pixels: NDArray[np.int16]) -> list[Mask]:
    """Part a cloud by the colours that most of it has; shades between them are left out."""
    told = pixels[cloud].astype(np.int32)
    packed = (told >> 4) @ np.array([256, 16, 1], dtype=np.int32)
    counts = np.bincount(packed, minlength=4096)
    common = [c for c in np.argsort(-counts) if counts[c] >= _COLOUR_SHARE * told.shape[0]]
    found: list[NDArray[np.int32]] = []
    for code in common:
        colour = np.array([code >> 8, (code >> 4) & 15, code & 15]) * 16 + 8
        if all(np.abs(colour - other).max() > _LIKE for other in found):
            found.append(colour.astype(np.int32))
    return [
        cloud & (np.abs(pixels - colour).max(axis=-1) <= _LIKE) for colour in found[:_MOST_COLOURS]
    ]
