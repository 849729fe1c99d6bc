"""What a picture shows, piece by piece: words, matrices, bars, marks and curves."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from gdi_spe.disclosure.figures.changes import most_changes
from gdi_spe.disclosure.figures.charts import Chart, with_shared_scales
from gdi_spe.disclosure.figures.filled.areas import Areas, areas_in
from gdi_spe.disclosure.figures.filled.bars import bars_in
from gdi_spe.disclosure.figures.filled.boxes import boxes_of, colour_bars_of, strips_of
from gdi_spe.disclosure.figures.filled.cells import Matrix, dense_parts, matrices_of
from gdi_spe.disclosure.figures.filled.density import Density, densities_of
from gdi_spe.disclosure.figures.filled.enclosures import (
    Enclosure,
    enclosures_of,
    rims_of,
    uncovered,
    with_words,
    without_rims,
)
from gdi_spe.disclosure.figures.filled.legends import keys_beside, legends_among
from gdi_spe.disclosure.figures.frames import axes_among, frames_of, size_of
from gdi_spe.disclosure.figures.ground import Box, Ground, Mask, ground_of, paper_of, widened
from gdi_spe.disclosure.figures.inked.rests import without_edges
from gdi_spe.disclosure.figures.inked.traces import (
    Traces,
    dashes_of,
    largest_mark,
    n_in_rugs,
    traces_in,
)
from gdi_spe.disclosure.figures.inked.trees import trees_beside
from gdi_spe.disclosure.figures.letters.lettering import Words, around, ticks_of, words_of
from gdi_spe.disclosure.figures.letters.lone import without_marks
from gdi_spe.disclosure.figures.letters.scale import scale_below, scale_left
from gdi_spe.disclosure.figures.letters.slanted import with_slanted
from gdi_spe.disclosure.figures.letters.standing import with_standing_numbers
from gdi_spe.disclosure.figures.strokes import Blob, Strokes, blobs_of, strokes_of

_SPANNING = 0.85
# So much of the way, a line of a grid is seen.
_LEAST_RUN = 0.3
_MOST_LOOSE, _LEAST_BODY, _RIM = 14, 25, 6
_MOST_EXPLAINED = 0.15
_CRUMB = 8
# The outermost cells of a matrix reach so far beyond what was found of it.
_CELL_RIM = 3
_SLIM, _MOSTLY = 0.09, 0.6


@dataclass(frozen=True)
class Scene:
    """A picture taken apart."""

    shape: tuple[int, int]
    words: tuple[Words, ...]
    matrices: tuple[Matrix, ...]
    densities: tuple[Density, ...]
    textures: tuple[Box, ...]
    charts: tuple[Chart, ...]
    traces: tuple[Traces, ...]
    # How many boxes of lines there are around words.
    n_enclosed: int
    # Filled parts that are neither bars nor matrices, as shares of the picture.
    other_areas: tuple[float, ...]
    # Small shapes outside every frame that were not read as letters.
    n_unread: int
    # Specks outside every frame, too small for letters.
    n_specks: int
    ink_share: float
    # How often half of the rows and columns of a part change colour, if that part is no matrix.
    n_changes: int


def scene_of(pixels: NDArray[np.uint8], is_noisy: bool = False) -> Scene:
    """Take a picture apart; one that was compressed with losses is noisy."""
    ground = ground_of(pixels, is_noisy)
    lines = strokes_of(ground)
    frames = frames_of(ground, lines)
    enclosed = enclosures_of(ground, lines)
    strokes = without_rims(lines, rims_of(enclosed, lines.ink, lines.thin))
    ticks = ticks_of(strokes, frames)
    words = words_of(ground, strokes, ticks)
    words = with_standing_numbers(words, frames, ground, strokes, ticks)
    words = with_slanted(words, frames, ground, strokes, ticks)
    words = without_marks(words, frames, strokes)
    enclosed = with_words(enclosed, words)
    legends = legends_among(frames, words, ground)
    frames = tuple(f for f in frames if f not in legends)
    matrices, textures = matrices_of(ground, frames)
    read = {number for each in words for number in each.blobs}
    letters = np.isin(strokes.labelled, list(read))
    body = _body(ground, strokes, letters)
    explained = letters | keys_beside((strokes.ink & ~strokes.lines & ~letters) | body, words)
    explained |= rims_of(enclosed, lines.ink, lines.thin) | _within(legends, ground.shape)
    wide = tuple(f for f in frames if not _is_slim(f, ground.shape))
    outside = ~explained & ~_within(wide, ground.shape)
    bars = colour_bars_of(ground, (body | strokes.ink) & outside)
    frames = tuple(f for f in frames if f in wide or bars[f].mean() < _MOSTLY)
    explained |= bars
    densities = densities_of(ground, frames)
    matrices = tuple(m for m in matrices if not any(_overlaps(d.box, m.box) for d in densities))
    for density in densities:
        explained[density.box] = True
    for box in (*(m.box for m in matrices), *textures):
        explained[_with_rim(box, ground.shape, _CELL_RIM)] = True
    explained |= widened(trees_beside(ground.ink, matrices), 2)
    apart = _Apart(ground, strokes, words, enclosed, body, letters, explained, [], [], is_noisy)
    taken = [*(m.box for m in matrices), *(d.box for d in densities)]
    for frame in axes_among(frames, ground):
        if not any(_overlaps(frame, box) for box in taken):
            apart.take(frame)
    if not apart.traces and (without := _bars_without_axes(apart)) is not None:
        apart.take(without)
    loose = _loose(apart)
    if loose is not None:
        apart.take(loose)
    charts = with_shared_scales(tuple(apart.charts), frames, words, ground.shape)
    return Scene(
        ground.shape, words, matrices, densities, textures, charts,
        tuple(apart.traces), len(enclosed), _other_areas(body & ~explained),
        *_n_unread(strokes, read, explained, ticks),
        float(ground.ink.mean()),
        most_changes(pixels, [box for box in (*frames, *dense_parts(ground))
                              if not any(_overlaps(known, box) for known in taken)]),
    )  # fmt: skip


@dataclass
class _Apart:
    """A picture while it is taken apart."""

    ground: Ground
    strokes: Strokes
    words: tuple[Words, ...]
    enclosed: tuple[Enclosure, ...]
    body: Mask
    letters: Mask
    explained: Mask
    charts: list[Chart]
    traces: list[Traces]
    is_noisy: bool

    def take(self, frame: Box) -> None:
        """Tell what is within a frame."""
        shape = self.ground.shape
        self.explained |= strips_of(self.body, frame, self.words)
        inside = self.body & ~self.explained
        pixels, whole = uncovered(self.ground.pixels, inside, self.enclosed)
        found = bars_in(pixels, whole, frame)
        if found is not None:
            scale = (scale_below if found.is_lying else scale_left)(self.words, frame, shape)
            self.charts.append(Chart(found, scale))
            drawn = (self.ground.ink & ~self.letters)[frame]
            on = _on_bars(
                inside[frame], without_edges(drawn) if self.is_noisy else drawn, found.is_lying
            )
            self.explained[frame] |= widened(inside[frame], 4) & ~on
            areas = Areas(np.zeros_like(inside))
        else:
            self.explained |= boxes_of(self.ground, inside, self.words, self.letters, self.enclosed)
            inside &= ~self.explained
            areas = self._areas(inside, frame)
            self.explained |= widened(areas.mask, 2)
            self.explained |= _crumbs(self.strokes.ink & ~self.explained, areas.mask)
        self.traces.append(_with_areas(self._traces(frame), areas))
        # Ticks and the ends of lines stand out a little.
        down, across = frame
        self.explained[
            max(0, down.start - _RIM) : down.stop + _RIM,
            max(0, across.start - _RIM) : across.stop + _RIM,
        ] = True

    def _areas(self, inside: Mask, frame: Box) -> Areas:
        """Find filled areas; where marks of tests lie dense there are none."""
        areas = areas_in(self.ground, inside, frame, largest_mark(self.ground.shape))
        if areas.n and self._traces(frame).cloud not in ("", "cloud"):
            return Areas(np.zeros_like(inside))
        return areas

    def _traces(self, frame: Box) -> Traces:
        """Tell what ink and filled parts are within a frame, besides what is known."""
        ink = (
            self.strokes.ink & ~_spanning(self.strokes, frame) & ~_grid_pieces(self.strokes, frame)
        )
        mass = (ink | self.body) & ~self.explained
        return traces_in(mass, frame, self.ground.pixels, self.strokes.thin)


def _with_areas(traces: Traces, areas: Areas) -> Traces:
    return replace(
        traces, n_turns=traces.n_turns + areas.n_turns, n_areas=areas.n,
        n_marks=traces.n_marks + areas.n_discs, n_area_bars=areas.n_bars,
        n_uneven_steps=traces.n_uneven_steps + areas.n_uneven_steps,
    )  # fmt: skip


def _is_slim(frame: Box, shape: tuple[int, int]) -> bool:
    """Whether a frame is as slim as the bar that tells what colours mean."""
    sides = [side.stop - side.start for side in frame]
    return bool(min(sides) <= _SLIM * max(shape) and max(sides) >= 2 * min(sides))


def _within(frames: tuple[Box, ...], shape: tuple[int, int]) -> Mask:
    mask = np.zeros(shape, dtype=bool)
    for frame in frames:
        mask[frame] = True
    return mask


def _bars_without_axes(apart: _Apart) -> Box | None:
    """Return the hull of the filled parts of a picture, if they are bars that no axes surround."""
    inside = apart.body & ~apart.explained
    large = [b for b in blobs_of(inside)[1] if b.n_pixels >= _LEAST_BODY]
    if not large:
        return None
    box = _with_rim(around(large), apart.ground.shape)
    return box if bars_in(apart.ground.pixels, inside, box) is not None else None


def _with_rim(box: Box, shape: tuple[int, int], rim: int = _RIM) -> Box:
    down, across = box
    return (
        slice(max(0, down.start - rim), min(shape[0], down.stop + rim)),
        slice(max(0, across.start - rim), min(shape[1], across.stop + rim)),
    )


def _loose(apart: _Apart) -> Box | None:
    """Return the hull of what lies in no frame, if more lies there than letters and ticks."""
    strokes, shape = apart.strokes, apart.ground.shape
    left = ((strokes.ink & ~strokes.lines) | apart.body) & ~apart.explained
    _, blobs = blobs_of(left)
    largest = largest_mark(shape) * 2
    large = [
        b for b in blobs
        if max(b.height, b.width) > largest or apart.body[b.box].sum() >= _LEAST_BODY
    ]  # fmt: skip
    small = [b for b in blobs if b.n_pixels > 3]
    # Without axes, all that is drawn is looked at, as soon as it is more than letters.
    has_axes = bool(apart.traces) or apart.explained.mean() > _MOST_EXPLAINED
    some = large if has_axes or not (large or len(small) > _MOST_LOOSE) else small
    if not some:
        return None
    return _with_rim(around(some), shape)


def _body(ground: Ground, strokes: Strokes, letters: Mask) -> Mask:
    """Return the filled parts: areas that are no paper, with the letters on them."""
    from scipy.ndimage import binary_closing, binary_opening

    solid = ~paper_of(ground) & (~ground.ink | letters)
    closed = binary_closing(solid, np.ones((3, 3), dtype=bool))
    return np.asarray(binary_opening(closed, np.ones((3, 3), dtype=bool)), dtype=bool)


def _spanning(strokes: Strokes, frame: Box) -> Mask:
    """Return the straight lines that run through a frame from side to side: grids, thresholds."""
    found = np.zeros_like(strokes.across)
    for mask, side in ((strokes.across, 1), (strokes.down, 0)):
        labelled, blobs = blobs_of(mask)
        least = _SPANNING * (frame[side].stop - frame[side].start)
        kept = [b.number for b in blobs if max(b.height, b.width) >= least]
        found |= np.isin(labelled, kept)
    return found


def _grid_pieces(strokes: Strokes, frame: Box) -> Mask:
    """Return what bars and areas leave of the lines of a grid: ink where they run, as thin."""
    lines, found = (strokes.grid | strokes.lines)[frame], np.zeros_like(strokes.ink)
    labelled, blobs = blobs_of(strokes.ink[frame])
    for axis, side in ((0, 1), (1, 0)):
        runs = widened(lines.mean(axis=axis) >= _LEAST_RUN, 1)
        kept = [b.number for b in blobs if runs[b.box[side]].all()]
        found[frame] |= np.isin(labelled, kept)
    return found


def _crumbs(ink: Mask, areas: Mask) -> Mask:
    """Return specks at the corners of areas, too small for marks."""
    labelled, blobs = blobs_of(ink & widened(areas, 8))
    near = widened(areas, 5)
    small = [b.number for b in blobs if b.n_pixels <= _CRUMB and near[b.box].any()]
    return np.asarray(np.isin(labelled, small) & ink, dtype=bool)


def _on_bars(body: Mask, ink: Mask, is_lying: bool) -> Mask:
    """Return the ink that lies on bars and not along their sides: marks may be drawn there."""
    from scipy.ndimage import binary_closing, binary_erosion

    # Marks leave holes along a bar; what lies between bars is on none.
    reach = (1, 2 * _RIM + 1) if is_lying else (2 * _RIM + 1, 1)
    whole = binary_closing(np.pad(body, _RIM), np.ones(reach))
    inner = binary_erosion(whole, np.ones((3, 3)), iterations=2)[_RIM:-_RIM, _RIM:-_RIM]
    return np.asarray(ink & inner, dtype=bool)


def _overlaps(one: Box, other: Box) -> bool:
    high = min(one[0].stop, other[0].stop) - max(one[0].start, other[0].start)
    wide = min(one[1].stop, other[1].stop) - max(one[1].start, other[1].start)
    return bool(max(0, high) * max(0, wide) > 0.3 * min(size_of(one), size_of(other)))


def _other_areas(body: Mask) -> tuple[float, ...]:
    found = [b.n_pixels / body.size for b in blobs_of(body)[1]]
    return tuple(sorted((share for share in found if share > 0.0005), reverse=True))


def _n_unread(
    strokes: Strokes, read: set[int], explained: Mask, ticks: set[int]
) -> tuple[int, int]:
    """Count shapes outside frames that are no letters and no short straight strokes, and specks."""
    n = specks = 0
    lone: list[Blob] = []
    for blob in strokes.blobs:
        long, short = max(blob.height, blob.width), min(blob.height, blob.width)
        y, x = (int(v) for v in blob.middle)
        if blob.number in read or explained[y, x]:
            continue
        is_stroke = short <= max(2, strokes.thin // 2) and long >= 2.5 * short
        n += short > strokes.thin
        specks += short <= strokes.thin and not is_stroke
        lone += [blob] if is_stroke and blob.number not in ticks else []
    mark = largest_mark((explained.shape[0], explained.shape[1]))
    rugs = n_in_rugs(tuple(lone), dashes_of(tuple(lone), mark), mark)
    return n + rugs, specks
