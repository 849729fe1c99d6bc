"""Filled areas within axes: parts of boxes, violins, ridges, slices, regions, flows.

An area of one colour is one thing, whatever its outline, as long as the outline is smooth: many
marks that lie on each other have a bumpy one, and stairs of people have steps.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np

from gdi_spe.disclosure.figures.ground import Box, Ground, Mask, is_paper
from gdi_spe.disclosure.figures.inked.shapes import turns_of
from gdi_spe.disclosure.figures.inked.stairs import steps_in
from gdi_spe.disclosure.figures.strokes import blobs_of

# So many times a mark's square, and so much of it is left when slim parts are cut off.
_LEAST_SIZE, _LEAST_SOLID = 1.5, 0.6
_ROUGH = 0.35
_MOST_EVEN = 12
# Discs of one size are marks, however large.
_ROUND, _LIKE, _LEAST_DISCS = 0.12, 0.2, 6
_LEAST_BARS = 3
_DISC, _FULL = np.pi / 4, 0.95


@dataclass(frozen=True)
class Areas:
    """The filled areas of a frame: how many, which pixels, and how their outlines turn."""

    mask: Mask
    n: int = 0
    n_turns: int = 0
    n_uneven_steps: int = 0
    # Those that are discs of one size.
    n_discs: int = 0
    # Those that are bars on one line, upwards or downwards of it.
    n_bars: int = 0


def areas_in(ground: Ground, inside: Mask, frame: Box, mark: int) -> Areas:
    """Find the areas of one colour with smooth outlines within a frame."""
    mask = np.zeros_like(inside)
    turns = uneven = 0
    shapes: list[tuple[Box, Mask]] = []
    page = ground.areas[ground.page] if ground.areas else None
    for place, area in enumerate(ground.areas):
        box = _common(area.box, frame)
        if area.n_pixels < _LEAST_SIZE * mark**2 or box is None or is_paper(area, page):
            continue
        own = (ground.nearest[box] == place) & inside[box]
        if own.sum() < _LEAST_SIZE * mark**2 or not _is_smooth(own, mark):
            continue
        turns = max(turns, turns_of(own) + turns_of(own[::-1]))
        uneven += _n_steps(own)
        shapes.append((box, own))
        mask[box] |= own
    return Areas(mask, _n_whole(mask), turns, uneven, _n_discs(shapes), _n_bars(shapes))


def _n_steps(own: Mask) -> int:
    """Count the steps of an outline; more than a grid of time has may be a person each."""
    even, uneven = steps_in(_outline(np.pad(own, 2)), 1)
    return uneven + (even if even > _MOST_EVEN else 0)


def _n_whole(mask: Mask) -> int:
    """Count areas; the lines of a grid part none."""
    from scipy.ndimage import binary_closing

    return len(blobs_of(np.asarray(binary_closing(mask, np.ones((5, 5)))))[1])


def _n_discs(shapes: list[tuple[Box, Mask]]) -> int:
    sizes = [float(own.sum()) for _, own in shapes if _is_disc(own)]
    usual = float(np.median(sizes)) if sizes else 0.0
    n = sum(abs(size - usual) <= _LIKE * usual for size in sizes)
    return n if n >= _LEAST_DISCS else 0


def _n_bars(shapes: list[tuple[Box, Mask]]) -> int:
    """Count full boxes of one width that stand on, or hang from, one line."""
    tight = [_tight(box, own) for box, own in shapes if own.mean() > 0 and _is_full(own)]
    most = 0
    for axis in (0, 1):
        edges = Counter[tuple[int, int]]()
        for box in tight:
            wide = round((box[1 - axis].stop - box[1 - axis].start) / 3)
            for edge in {round(box[axis].start / 4), round(box[axis].stop / 4)}:
                edges[edge, wide] += 1
        most = max([most, *edges.values()])
    return most if most >= _LEAST_BARS else 0


def _tight(box: Box, own: Mask) -> Box:
    rows, columns = np.flatnonzero(own.any(axis=1)), np.flatnonzero(own.any(axis=0))
    down, across = box
    return (
        slice(down.start + int(rows[0]), down.start + int(rows[-1]) + 1),
        slice(across.start + int(columns[0]), across.start + int(columns[-1]) + 1),
    )


def _is_full(own: Mask) -> bool:
    rows, columns = np.flatnonzero(own.any(axis=1)), np.flatnonzero(own.any(axis=0))
    size = (rows[-1] - rows[0] + 1) * (columns[-1] - columns[0] + 1)
    return bool(own.sum() >= _FULL * size)


def _common(one: Box, other: Box) -> Box | None:
    """Return where two boxes lie on each other, if more than a line does."""
    down, across = (
        slice(max(a.start, b.start), min(a.stop, b.stop)) for a, b in zip(one, other, strict=True)
    )
    return (down, across) if down.stop - down.start > 2 and across.stop - across.start > 2 else None


def _is_smooth(own: Mask, mark: int) -> bool:
    """Whether a shape is solid, and what a small disc rounds off is little of its outline."""
    from scipy.ndimage import binary_closing, binary_opening

    reach = max(2, mark // 5)
    padded = np.pad(own, 2 * reach)
    disc = _disc(reach)
    opened = binary_opening(padded, disc)
    if opened.sum() < _LEAST_SOLID * own.sum():
        return False
    rounded = binary_closing(padded, disc) & ~opened
    return bool(rounded.sum() <= _ROUGH * max(1, int(_outline(own).sum())))


def _disc(reach: int) -> Mask:
    at = np.arange(-reach, reach + 1)
    return np.asarray(at[:, None] ** 2 + at[None, :] ** 2 <= reach**2 + 1, dtype=bool)


def _outline(own: Mask) -> Mask:
    from scipy.ndimage import binary_erosion

    return np.asarray(own & ~binary_erosion(own, np.ones((3, 3))), dtype=bool)


def _is_disc(own: Mask) -> bool:
    rows, columns = np.flatnonzero(own.any(axis=1)), np.flatnonzero(own.any(axis=0))
    high, wide = rows[-1] - rows[0] + 1, columns[-1] - columns[0] + 1
    fill = own.sum() / (high * wide)
    return bool(abs(high - wide) <= 2 + 0.05 * wide and abs(fill - _DISC) <= _ROUND * _DISC)
