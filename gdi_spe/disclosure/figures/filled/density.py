"""Densities in a picture: many six-sided cells of one size, shaded by how many lie in each."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from gdi_spe.disclosure.figures.ground import Area, Box, Ground, Mask, paper_of
from gdi_spe.disclosure.figures.strokes import blobs_of

_LEAST_CELLS = 10
# A six-sided cell fills three quarters of its box; a square one all of it.
_FULLEST, _EMPTIEST = 0.92, 0.6
_LIKE, _LIKE_SHARE = 0.25, 0.5
# Six-sided cells are the same in both mirrors.
_SYMMETRIC = 0.85
_LIKE_SIDE, _OF_ONE_FORM, _LONGEST = 0.2, 0.6, 2.5
_ALONE = 1.5
_MOST_LEFT, _MOST_ALONE = 0.25, 0.5


@dataclass(frozen=True)
class Density:
    """The cells of a density, and how many of them touch no other."""

    box: Box
    n_cells: int
    n_alone: int


def densities_of(ground: Ground, frames: tuple[Box, ...]) -> tuple[Density, ...]:
    """Find the frames that are filled with six-sided cells."""
    found = (_density(ground, frame) for frame in frames)
    return tuple(each for each in found if each is not None)


def _density(ground: Ground, frame: Box) -> Density | None:
    down, across = frame
    paper = paper_of(ground)
    cells = [
        a for place, a in enumerate(ground.areas)
        if down.start < a.box[0].start and a.box[0].stop < down.stop
        and across.start < a.box[1].start and a.box[1].stop < across.stop
        and not paper[_any_pixel(ground, place, a.box)]
    ]  # fmt: skip
    if len(cells) < _LEAST_CELLS:
        return None
    # Neighbours of one shade are one area; the smallest common size is a cell's.
    sizes = np.array([a.n_pixels for a in cells], dtype=float)
    size = float(np.median(sizes[sizes <= 1.6 * np.quantile(sizes, 0.3)]))
    single = [a for a, n in zip(cells, sizes, strict=True) if abs(n - size) <= _LIKE * size]
    if not _are_of_one_form(single):
        return None
    forms = [_form(ground, a) for a in single]
    fill = float(np.median([form.mean() for form in forms]))
    # Bits of a cloud of marks have no form of their own.
    if float(np.median([_sameness(form) for form in forms])) < _SYMMETRIC:
        return None
    if len(single) < _LIKE_SHARE * _LEAST_CELLS or not _EMPTIEST <= fill <= _FULLEST:
        return None
    inner = (slice(down.start + 3, down.stop - 3), slice(across.start + 3, across.stop - 3))
    drawn = (~paper & ~ground.ink)[inner]
    n_cells = max(1, round(float(drawn.sum()) / size))
    n_alone = _n_alone(drawn, size)
    # Cells of a density lie beside each other; marks stand apart.
    if n_alone > _MOST_ALONE * n_cells:
        return None
    if ground.ink[inner].sum() > _MOST_LEFT * drawn.sum():
        return None
    return Density(frame, n_cells, n_alone)


def _are_of_one_form(cells: list[Area]) -> bool:
    """Whether boxes around cells are alike: parts of bars may have one size, but no one form."""
    if not cells:
        return False
    sides = np.array([[s.stop - s.start for s in a.box] for a in cells], dtype=float)
    usual = np.median(sides, axis=0)
    alike = (np.abs(sides - usual) <= _LIKE_SIDE * usual + 1).all(axis=1)
    return bool(alike.mean() >= _OF_ONE_FORM and usual.max() <= _LONGEST * usual.min())


def _n_alone(drawn: Mask, size: float) -> int:
    """Count cells that touch no other; a line of the ground's colour may part neighbours."""
    from scipy.ndimage import binary_dilation

    labelled, blobs = blobs_of(np.asarray(binary_dilation(drawn, np.ones((3, 3)), iterations=2)))
    held = np.bincount(labelled[drawn], minlength=len(blobs) + 1)
    return sum(0.3 * size <= held[b.number] <= _ALONE * size for b in blobs)


def _form(ground: Ground, area: Area) -> Mask:
    """Return which pixels of its box an area fills, with the letters that stand on it."""
    from scipy.ndimage import binary_fill_holes

    place = ground.areas.index(area)
    own = (ground.nearest[area.box] == place) & ~ground.ink[area.box]
    return np.asarray(binary_fill_holes(own), dtype=bool)


def _sameness(form: Mask) -> float:
    """Return how much of a form is the same in both mirrors."""
    return float(min((form == form[::-1]).mean(), (form == form[:, ::-1]).mean()))


def _any_pixel(ground: Ground, place: int, box: Box) -> tuple[int, int]:
    """Return a pixel of an area."""
    rows, columns = np.nonzero(ground.nearest[box] == place)
    if rows.size == 0:
        return int(box[0].start), int(box[1].start)
    middle = rows.size // 2
    return int(box[0].start + rows[middle]), int(box[1].start + columns[middle])
