"""Names beside marks, placed so that they can be read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from gdi_spe.workspace.plot.axes import QUIET, SMALL

if TYPE_CHECKING:
    from matplotlib.axes import Axes

_LETTER, _LINE, _ABOVE = 5.2, 11.0, 7.0  # points


@dataclass(frozen=True)
class _Box:
    """Where a name would stand, in points from the corner of the axes."""

    left: float
    low: float
    width: float

    def hits(self, other: _Box) -> bool:
        """Whether two names would touch."""
        return (
            self.left < other.left + other.width
            and other.left < self.left + self.width
            and abs(self.low - other.low) < _LINE
        )

    def holds(self, x: float, y: float) -> bool:
        """Whether a mark would lie under the name."""
        return self.left <= x <= self.left + self.width and self.low <= y <= self.low + _LINE


def name_marks(
    axes: Axes, marks: Sequence[tuple[float, float]], names: Sequence[str], *, sign: int = 1
) -> None:
    """Write names at marks, the first named nearest; a name without a free place is left out.

    Parameters
    ----------
    axes
        Whose limits are set already.
    marks
        Across and up, in the axes' own numbers.
    names
        Of each mark.
    sign
        1 to write above the marks, -1 below.
    """
    scale = 72 / axes.figure.dpi
    corner = axes.get_window_extent()
    width, height = corner.width * scale, corner.height * scale
    places = [
        ((x - corner.x0) * scale, (y - corner.y0) * scale)
        for x, y in axes.transData.transform(list(marks))
    ]
    taken: list[_Box] = []
    for (x, y), mark, name in zip(places, marks, names, strict=True):
        for box in _candidates(x, y, len(name) * _LETTER, sign):
            fits = 0 <= box.left <= width - box.width and 0 <= box.low <= height - _LINE
            free = not any(box.hits(other) for other in taken)
            if fits and free and not any(box.holds(*place) for place in places):
                taken.append(box)
                _write(axes, mark, name, (box.left + box.width / 2 - x, box.low - y), sign)
                break


def _candidates(x: float, y: float, width: float, sign: int) -> Iterator[_Box]:
    """Yield places for a name: at the mark first, then further aside and away."""
    for away in range(6):
        low = y + sign * (_ABOVE + away * _LINE) - (_LINE if sign < 0 else 0)
        for aside in (0.0, 0.45, -0.45, 0.8, -0.8, 1.2, -1.2):
            yield _Box(x - width / 2 + aside * width, low, width)


def _write(
    axes: Axes, mark: tuple[float, float], name: str, offset: tuple[float, float], sign: int
) -> None:
    axes.annotate(
        name, mark, offset, textcoords="offset points", fontsize=SMALL, style="italic",
        ha="center", va="bottom",
        arrowprops={"arrowstyle": "-", "color": QUIET, "lw": 0.5, "shrinkA": 0, "shrinkB": 2},
    )  # fmt: skip
