"""Words in a picture: shapes that stand in lines as letters do, read across, upright and aslant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from PIL import Image

from gdi_spe.disclosure.figures.ground import Box, Ground, widened
from gdi_spe.disclosure.figures.letters.letters import HEIGHT, Line, read_lines
from gdi_spe.disclosure.figures.strokes import Blob, Strokes

_TALLEST_SHARE, _TALLEST = 0.09, 60
_LEAST_HEIGHT = 4
# Dots and commas are so small, and two lines so high, against letters of the usual height.
_SMALL, _TWO_LINES = 0.4, 1.9
_MOST_BLOBS = 6000
_LEAST_TITLE = 4
_MANY_ALIKE = 40
_MOST_LINES = 500
# How sure letters must be to be taken for letters at all.
_SURE, _SURE_ALONE = 0.75, 0.85
_BETWEEN_LINES = 0.7
# So much of the height between two digits is no space.
_WIDEST_GAP = 0.45
_DASHES, _LONG_RULE, _RULED = set("-_=~.|+"), 8, 0.6
# Letters that marks look like.
_SHAPED, _MANY_SHAPED, _MOST_TOGETHER = set("AΔOoVvXx▲•"), 6, 4
_LIKE_MARKS = set("oO0.•-_|lI1:°,'`\"~+xX*=/\\×>")


@dataclass(frozen=True)
class Words:
    """A line of letters: what it says, where, and of which shapes it is made."""

    text: str
    certainty: float
    box: Box
    blobs: tuple[int, ...]
    # Turns by a quarter against the clock that make it upright again.
    is_upright: bool = False
    line: Line | None = None

    @property
    def height(self) -> int:
        """Pixels from the lowest to the highest, across the line."""
        side = self.box[1] if self.is_upright else self.box[0]
        return int(side.stop - side.start)


@dataclass(frozen=True)
class Group:
    """Shapes that follow each other as letters do."""

    box: Box
    blobs: tuple[Blob, ...]


def words_of(ground: Ground, strokes: Strokes, ticks: set[int]) -> tuple[Words, ...]:
    """Read the words of a picture; ticks of axes are no letters."""
    small = [b for b in strokes.blobs if b.number not in ticks and may_be_letter(b, ground)]
    if len(small) > _MOST_BLOBS:
        return ()
    # Titles of axes first: their letters would be taken for letters of the numbers beside them.
    titles = _upright(small, ground, strokes, least=_LEAST_TITLE)
    small = _without(small, titles)
    across = read_groups(grouped(small, ground.shape), ground.strength, strokes.labelled)
    sure = [words for words in across if is_sure(words)]
    upright = _upright(_without(small, sure), ground, strokes, least=3)
    found = [*titles, *sure, *upright]
    used = {number for words in found for number in words.blobs}
    alone = [w for w in across if not used & set(w.blobs) and _is_sure_alone(w, found)]
    return _without_triangles((*found, *alone))


def _without_triangles(words: tuple[Words, ...]) -> tuple[Words, ...]:
    """Drop letters that stand alone again and again: triangles, circles and crosses are marks."""
    told = [
        set(w.text.replace(" ", "")) if len(w.blobs) <= _MOST_TOGETHER else set() for w in words
    ]
    lone = [bool(letters) and letters <= _SHAPED for letters in told]
    if sum(lone) < _MANY_SHAPED:
        return words
    return tuple(w for w, is_mark in zip(words, lone, strict=True) if not is_mark)


def may_be_letter(blob: Blob, ground: Ground) -> bool:
    """Whether a shape is as small as letters are."""
    tallest = max(_TALLEST, _TALLEST_SHARE * min(ground.shape))
    return blob.height <= tallest and blob.width <= 1.6 * tallest and blob.n_pixels >= 2


def ticks_of(strokes: Strokes, frames: tuple[Box, ...]) -> set[int]:
    """Return the short strokes that stand on a long line, or on the edge of a panel without one."""
    edges = strokes.lines.copy()
    for down, across in frames:
        edges[down, max(0, across.start - 1)] = True
        edges[min(edges.shape[0] - 1, down.stop), across] = True
    near = set(np.unique(strokes.labelled[widened(edges, 2)]).tolist())
    return {
        b.number for b in strokes.blobs
        if b.number in near and min(b.height, b.width) <= max(2, strokes.thin // 2 + 1)
    }  # fmt: skip


def _without(blobs: list[Blob], found: list[Words]) -> list[Blob]:
    used = {number for words in found for number in words.blobs}
    return [blob for blob in blobs if blob.number not in used]


def _upright(blobs: list[Blob], ground: Ground, strokes: Strokes, least: int) -> list[Words]:
    """Read lines of so many letters that run upwards, and keep those that are sure."""
    return [
        w for w in read_upright(blobs, ground, strokes, least)
        if is_sure(w) and len(w.text) >= least
        and (least < _LEAST_TITLE or w.certainty > _SURE_ALONE)
    ]  # fmt: skip


def read_upright(
    blobs: list[Blob], ground: Ground, strokes: Strokes, least: int = 1
) -> list[Words]:
    """Read lines of so many letters that run upwards, by turning the picture to the right."""
    high = ground.shape[0]
    turned = [
        replace(b, box=(b.box[1], slice(high - b.box[0].stop, high - b.box[0].start)))
        for b in blobs
    ]
    shape = (ground.shape[1], ground.shape[0])
    strength, labelled = np.rot90(ground.strength, -1), np.rot90(strokes.labelled, -1)
    groups = [
        g for g in grouped(turned, shape)
        if len(g.blobs) >= least - 1 and (least < _LEAST_TITLE or _is_long(g.box))
    ]  # fmt: skip
    return [
        replace(w, box=_turned_back(w.box, high), is_upright=True)
        for w in read_groups(groups, strength, labelled)
    ]


def _is_long(box: Box) -> bool:
    return bool(box[1].stop - box[1].start >= 2.5 * (box[0].stop - box[0].start))


def _turned_back(box: Box, high: int) -> Box:
    down, across = box
    return slice(high - across.stop, high - across.start), down


def grouped(blobs: list[Blob], shape: tuple[int, int]) -> list[Group]:
    """Put shapes together that follow each other as letters of a line do."""
    from scipy.ndimage import label

    if not blobs:
        return []
    sheet = np.zeros(shape, dtype=bool)
    usual = float(np.median([b.height for b in blobs if b.height >= _LEAST_HEIGHT] or [8]))
    for blob in blobs:
        down, across = blob.box
        size = max(blob.height, min(blob.width, usual))
        reach = 0.75 * size
        below = 0.0
        if max(blob.height, blob.width) <= _SMALL * usual:
            below, reach = 1.3 * blob.height, _SMALL * usual
        sheet[down.start : int(down.stop + below), across.start : int(across.stop + reach) + 1] = 1
    labelled, _ = label(sheet)
    members: dict[int, list[Blob]] = {}
    for blob in blobs:
        members.setdefault(int(labelled[blob.box[0].start, blob.box[1].start]), []).append(blob)
    rows = [row for each in members.values() for row in _rows(each, usual)]
    return [Group(around(each), tuple(each)) for each in rows]


def _rows(blobs: list[Blob], usual: float) -> list[list[Blob]]:
    """Part lines that a comma or the dot of an i joins: there is paper between their letters."""
    box = around(blobs)
    letters = [b for b in blobs if b.height > _SMALL * usual]
    if box[0].stop - box[0].start < _TWO_LINES * usual or len(letters) < 2:
        return [blobs]
    inked = np.zeros(box[0].stop - box[0].start, dtype=bool)
    for blob in letters:
        inked[blob.box[0].start - box[0].start : blob.box[0].stop - box[0].start] = True
    starts = np.flatnonzero(inked & ~np.r_[False, inked[:-1]]) + box[0].start
    stops = np.flatnonzero(inked & ~np.r_[inked[1:], False]) + box[0].start + 1
    if starts.size < 2:
        return _by_middle(blobs, letters, usual)
    found: list[list[Blob]] = [[] for _ in starts]
    for blob in blobs:
        away = np.maximum(starts - blob.middle[0], blob.middle[0] - stops)
        # A comma belongs to the line above it, the dot of an i to the one below.
        found[int(np.argmin(np.maximum(away, 0)))].append(blob)
    return [each for each in found if each]


def _by_middle(blobs: list[Blob], letters: list[Blob], usual: float) -> list[list[Blob]]:
    """Part two lines of which the lower one's letters reach between the upper one's."""
    middles = np.sort([b.middle[0] for b in letters])
    steps = np.diff(middles)
    widest = int(np.argmax(steps))
    if steps[widest] < _BETWEEN_LINES * usual:
        return [blobs]
    between = (middles[widest] + middles[widest + 1]) / 2
    return [
        [b for b in blobs if b.middle[0] < between],
        [b for b in blobs if b.middle[0] >= between],
    ]


def around(blobs: Iterable[Blob]) -> Box:
    """Return the box around shapes."""
    boxes = [b.box for b in blobs]
    return (
        slice(min(b[0].start for b in boxes), max(b[0].stop for b in boxes)),
        slice(min(b[1].start for b in boxes), max(b[1].stop for b in boxes)),
    )


def read_groups(
    groups: list[Group], strength: NDArray[np.int16], labelled: NDArray[np.int32]
) -> list[Words]:
    """Read each group of shapes as a line of letters."""
    able = [g for g in _without_marks(groups) if g.box[0].stop - g.box[0].start >= _LEAST_HEIGHT]
    able = sorted(able, key=lambda g: -len(g.blobs))[:_MOST_LINES]
    read = read_lines([_line(group, strength, labelled) for group in able])
    lines = [_without_gaps(line, group) for line, group in zip(read, able, strict=True)]
    return [
        Words(line.text, line.certainty, group.box, tuple(b.number for b in group.blobs), line=line)
        for group, line in zip(able, lines, strict=True)
    ]


def _without_gaps(line: Line, group: Group) -> Line:
    """Join digits that stand too near to each other for a space: beside a 1 there is much room."""
    across = sorted((blob.box[1].start, blob.box[1].stop) for blob in group.blobs)
    if " " not in line.text or len(line.text.replace(" ", "")) != len(across):
        return line
    widest = _WIDEST_GAP * (group.box[0].stop - group.box[0].start)
    kept, place = [], -1
    for i, letter in enumerate(line.text):
        place += letter != " "
        beside = line.text[i - 1 : i] + line.text[i + 1 : i + 2]
        is_gap = letter == " " and beside.isdecimal() and len(beside) == 2
        if not is_gap or across[place + 1][0] - across[place][1] > widest:
            kept.append(i)
    text = "".join(line.text[i] for i in kept)
    return Line(text, tuple(line.sure[i] for i in kept), tuple(line.places[i] for i in kept))


def _without_marks(groups: list[Group]) -> list[Group]:
    """Drop lone shapes of the commonest size, where so many are alike that they are marks."""
    sizes = [(g.box[0].stop - g.box[0].start, g.box[1].stop - g.box[1].start) for g in groups]
    lone = [size for size, g in zip(sizes, groups, strict=True) if len(g.blobs) == 1]
    common = {size for size, n in Counter(lone).items() if n >= _MANY_ALIKE}
    return [
        g for size, g in zip(sizes, groups, strict=True)
        if len(g.blobs) > 1 or size not in common
    ]  # fmt: skip


def _line(
    group: Group, strength: NDArray[np.int16], labelled: NDArray[np.int32]
) -> NDArray[np.float32]:
    """Return the ink of a group alone, of the height that letters are read at."""
    near = _with_rim(group.box, strength.shape)
    own = np.isin(labelled[near], [b.number for b in group.blobs])
    ink = np.where(widened(own), strength[near], 0).astype(np.float32)
    ink /= max(float(np.percentile(ink[own], 95)), 1.0)
    ink = np.clip(ink, 0, 1)
    rows = np.flatnonzero(ink.max(axis=1) > 0.22)
    cut = ink[rows[0] : rows[-1] + 1] if rows.size else ink
    scale = HEIGHT / cut.shape[0]
    wide = max(2, round(cut.shape[1] * scale))
    how = Image.Resampling.BOX if scale < 0.5 else Image.Resampling.BILINEAR
    return np.asarray(Image.fromarray(cut).resize((wide, HEIGHT), how), dtype=np.float32)


def _with_rim(box: Box, shape: tuple[int, ...]) -> Box:
    down, across = box
    return (
        slice(max(0, down.start - 1), min(shape[0], down.stop + 1)),
        slice(max(0, across.start - 1), min(shape[1], across.stop + 1)),
    )


def is_sure(words: Words) -> bool:
    """Whether letters are sure enough to be letters at all."""
    told = words.text.replace(" ", "")
    if len(told) < 2 or "\ufffd" in told or set(told) <= _LIKE_MARKS - set("01lI"):
        return False
    # Broken lines that others cross look like letters between dashes.
    if len(told) >= _LONG_RULE and sum(c in _DASHES for c in told) >= _RULED * len(told):
        return False
    return words.certainty >= _SURE


def _is_sure_alone(words: Words, others: list[Words]) -> bool:
    """Whether a single letter is one: it stands in line with others, or looks like no mark."""
    told = words.text.replace(" ", "")
    if not told or "\ufffd" in told or words.certainty < _SURE_ALONE:
        return False
    return bool(told) and (not set(told) <= _LIKE_MARKS or any(_in_line(words, o) for o in others))


def _in_line(one: Words, other: Words) -> bool:
    """Whether two stand on one row, or end at one column, with letters of one size."""
    if other.is_upright or not 0.75 <= one.height / max(1, other.height) <= 1.34:
        return False
    same_row = abs(one.box[0].stop - other.box[0].stop) <= 2
    same_end = abs(one.box[1].stop - other.box[1].stop) <= 2
    return bool(same_row or same_end)
