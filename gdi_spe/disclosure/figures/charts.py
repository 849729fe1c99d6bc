"""Charts of bars: what each bar stands for by the scale beside it, or beside the panels in line."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from itertools import pairwise

from gdi_spe.disclosure.figures.filled.bars import Bars
from gdi_spe.disclosure.figures.ground import Box
from gdi_spe.disclosure.figures.letters.lettering import Words
from gdi_spe.disclosure.figures.letters.scale import Scale, scale_below, scale_left

_SAME_SIDE, _HIDDEN = 4, 4


@dataclass(frozen=True)
class Chart:
    """The bars of one frame, and the scale they are read by."""

    bars: Bars
    scale: Scale | None

    @property
    def values(self) -> tuple[float, ...]:
        """Return what each bar, or part of a stack, stands for; nothing without a scale."""
        if self.scale is None:
            return ()
        found = []
        for bar in self.bars.bars:
            ends = [bar.foot, *sorted(bar.joints, key=lambda j: abs(j - bar.foot)), bar.end]
            told = [self._at_zero(self.scale.value(ends[0])), *map(self.scale.value, ends[1:])]
            found += [b - a for a, b in pairwise(told)]
        return tuple(found)

    def _at_zero(self, foot: float) -> float:
        """Return where a bar begins: the line of an axis hides the lowest pixels."""
        is_zero = self.scale is not None and abs(foot) <= _HIDDEN * abs(self.scale.step)
        return 0.0 if is_zero else foot


def with_shared_scales(
    charts: tuple[Chart, ...], frames: Iterable[Box], words: tuple[Words, ...],
    shape: tuple[int, int],
) -> tuple[Chart, ...]:  # fmt: skip
    """Return charts of which those without numbers take the scale of the panel in line with them.

    Panels that share an axis have its numbers beside the first of their row, or below the last of
    their column.
    """
    every = tuple(frames)
    return tuple(
        replace(chart, scale=chart.scale or _shared(chart, every, words, shape)) for chart in charts
    )


def _shared(
    chart: Chart, frames: tuple[Box, ...], words: tuple[Words, ...], shape: tuple[int, int]
) -> Scale | None:
    """Return the scale of the nearest panel to the left, or below, that has one."""
    axis = 1 if chart.bars.is_lying else 0
    own = chart.bars.frame
    in_line = [f for f in frames if _is_same(f[axis], own[axis]) and f != own]
    if chart.bars.is_lying:
        near = sorted((f for f in in_line if f[0].start >= own[0].stop), key=lambda f: f[0].start)
        read = (scale_below(words, f, shape) for f in near)
    else:
        near = sorted((f for f in in_line if f[1].stop <= own[1].start), key=lambda f: -f[1].stop)
        read = (scale_left(words, f, shape) for f in near)
    return next((scale for scale in read if scale is not None), None)


def _is_same(one: slice, other: slice) -> bool:
    ends = max(abs(one.start - other.start), abs(one.stop - other.stop))
    return bool(ends <= _SAME_SIDE)
