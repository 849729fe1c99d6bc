"""Where individuals lie on two components, as numbers of people in cells."""

from __future__ import annotations

from collections.abc import Mapping
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gdi_spe.boundary.errors import BadInput
from gdi_spe.workspace.plot.axes import (
    COLOURS,
    QUIET,
    SMALL,
    axes_for,
    finish,
    nothing_to_draw,
    numbers,
    require_columns,
)
from gdi_spe.workspace.plot.drawn import label_as_people, remember

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.axes import Axes

Floats = NDArray[np.float64]
# Cells a side: the most with which this share of the people is in cells that are shown.
_SIDES = (60, 48, 36, 28, 22, 16, 12, 9, 7, 5, 4, 3, 2)
_SHOWN = 0.8
_MOST_GROUPS = len(COLOURS)


def pca(
    components: pd.DataFrame,
    ax: Axes | None = None,
    x: str = "PC1",
    y: str = "PC2",
    *,
    by: Mapping[str, Any] | str | None = None,
    points: bool = False,
    minimum: int | None = None,
    title: str = "",
) -> Axes:
    """Draw where individuals lie on two components, as a density.

    Parameters
    ----------
    components
        A table of `cohort.pca`: one row an individual (the index).
    ax
        Where to draw; new axes without it.
    x, y
        The columns across and up.
    by
        Colours of groups: a label of each individual, selections by name, or a column of the
        table; at most seven groups, and who is in none is left out.
    points
        Draw a mark a person instead. It is labelled as no export, and `spe.export` refuses it.
    minimum
        Cells of fewer people are blank; the policy's smallest count without it.
    title
        Above the picture.

    Returns
    -------
    The axes. The plane is parted into equal cells, as many as leave most people in cells that
    can be shown; darker cells hold more people. Lone people are in blank cells: a picture
    without outliers does not say that there are none.

    Raises
    ------
    BadInput
        If a column is not there, or there are too many groups.

    Examples
    --------
    >>> groups = {name: cohort.individuals(population=name) for name in ("XN", "XS")}
    >>> axes = spe.plot.pca(cohort.pca(2), by=groups)
    >>> sorted(set(spe.plot.data(axes)["group"]))
    ['XN', 'XS']
    """
    require_columns(components, x, y)
    axes = axes_for(ax, 6.4, 4.8)
    across, up = numbers(components, x), numbers(components, y)
    groups = _groups(components, by, np.isfinite(across) & np.isfinite(up))
    least = _least() if minimum is None else minimum
    draw = _points if points else _cells
    if not any(rows.any() for rows in groups.values()):
        return finish(nothing_to_draw(axes, "nobody"), x, y, title)
    draw(axes, across, up, groups, (x, y), least)
    return finish(axes, x, y, title)


def _least() -> int:
    from gdi_spe.workspace.surroundings import surroundings

    return surroundings().load_policy().counts.minimum


def _groups(
    components: pd.DataFrame, by: Mapping[str, Any] | str | None, known: NDArray[np.bool_]
) -> dict[str, NDArray[np.bool_]]:
    """Return who is in each group, largest first, so that small ones lie above."""
    if by is None:
        return {"": known}
    people = components.index.astype(str)
    if isinstance(by, str):
        require_columns(components, by)
        labels = dict(zip(people, components[by], strict=True))
    elif all(hasattr(each, "ids") for each in by.values()):
        labels = {person: name for name, each in by.items() for person in each.ids}
    else:
        labels = dict(by)
    mine = np.array([labels.get(person) for person in people], object)
    told = np.array([isinstance(each, str) or each == each for each in mine]) & (mine != None)  # noqa: E711
    names = sorted({str(each) for each in mine[told]})
    if len(names) > _MOST_GROUPS:
        raise BadInput(
            f"{len(names)} groups cannot be told apart", remedy=f"Draw at most {_MOST_GROUPS}"
        )
    found = {name: known & told & (mine.astype(str) == name) for name in names}
    return dict(sorted(found.items(), key=lambda item: -int(item[1].sum())))


def _cells(
    axes: Axes, across: Floats, up: Floats, groups: dict[str, NDArray[np.bool_]],
    names: tuple[str, str], least: int,
) -> None:  # fmt: skip
    import pandas as pd

    everybody = np.logical_or.reduce(list(groups.values()))
    edges = _edges(across, up, groups, everybody, least)
    counts = {
        name: np.histogram2d(across[rows], up[rows], edges)[0] for name, rows in groups.items()
    }
    bounds = _bounds(least, max(float(count.max()) for count in counts.values()))
    drawn: Any = None
    for index, count in enumerate(counts.values()):
        drawn = _shade(axes, edges, count, bounds, COLOURS[index], lone=len(groups) == 1)
    _legend(axes, list(groups), bounds)
    axes.set_xlim(edges[0][0], edges[0][-1])
    axes.set_ylim(edges[1][0], edges[1][-1])
    tables = [_table(name, count, edges, names, least) for name, count in counts.items()]
    n = int(sum(table["n_individuals"].sum() for table in tables))
    remember(drawn, "pca", pd.concat(tables, ignore_index=True), n)


def _bounds(least: int, most: float) -> list[int]:
    """Return where one shade ends and the next begins: the least, twice, five times, and on."""
    steps = (least * step * 10**power for power in range(9) for step in (1, 2, 5))
    found = [next(steps)]
    for step in steps:
        found.append(step)
        if step > most:
            return found
    return found


def _shade(
    axes: Axes, edges: tuple[Floats, Floats], count: Floats, bounds: list[int], color: str,
    *, lone: bool,
) -> Any:  # fmt: skip
    """Draw the cells of a group that hold enough people, each in the shade of its number."""
    from matplotlib.colors import BoundaryNorm, ListedColormap

    shades = ListedColormap(_shades(color, len(bounds) - 1))
    shown = np.where(count >= bounds[0], count, np.nan)
    return axes.pcolormesh(
        edges[0], edges[1], shown.T, cmap=shades, norm=BoundaryNorm(bounds, shades.N),
        alpha=1.0 if lone else 0.85,
    )  # fmt: skip


def _shades(color: str, n: int) -> list[str]:
    """Return shades of a colour, from light to the colour itself and on to a darker one."""
    from matplotlib.colors import LinearSegmentedColormap, to_hex, to_rgb

    red, green, blue = (0.6 * part for part in to_rgb(color))
    ramp = [_lighter(color), color, to_hex((red, green, blue))]
    scale = LinearSegmentedColormap.from_list("", ramp)
    return [to_hex(scale(place)) for place in np.linspace(0.1, 0.85, n)]


def _legend(axes: Axes, groups: list[str], bounds: list[int]) -> None:
    """Tell the colours of groups, or of one group the numbers that its shades are."""
    from matplotlib.patches import Patch

    if len(groups) > 1:
        told = list(zip(COLOURS, groups, strict=False))
        title = None
    else:
        ends = [f"{low:,}–{high - 1:,}" for low, high in pairwise(bounds)]
        told = list(zip(_shades(COLOURS[0], len(ends)), ends, strict=True))
        title = "number in a cell"
    blank = Patch(facecolor="white", edgecolor=QUIET, lw=0.5, label="blank: too few")
    axes.legend(
        handles=[*(Patch(color=color, label=name) for color, name in told), blank],
        frameon=False, fontsize=SMALL, title=title, title_fontsize=SMALL, loc="upper left",
        bbox_to_anchor=(1.0, 1.0), alignment="left",
    )  # fmt: skip


def _lighter(color: str) -> str:
    """Return a colour with much white in it."""
    from matplotlib.colors import to_hex, to_rgb

    red, green, blue = (0.78 + 0.22 * part for part in to_rgb(color))
    return to_hex((red, green, blue))


def _edges(
    across: Floats, up: Floats, groups: dict[str, NDArray[np.bool_]],
    everybody: NDArray[np.bool_], least: int,
) -> tuple[Floats, Floats]:  # fmt: skip
    """Part the plane into as many cells as leave most people where they can be shown."""
    ends = [(float(v[everybody].min()), float(v[everybody].max())) for v in (across, up)]
    room = [0.03 * max(high - low, 1e-9) for low, high in ends]
    for side in _SIDES:
        edges = tuple(
            np.linspace(low - more, high + more, side + 1)
            for (low, high), more in zip(ends, room, strict=True)
        )
        shown = 0.0
        for rows in groups.values():
            count, _, _ = np.histogram2d(across[rows], up[rows], edges)
            shown += float(count[count >= least].sum())
        if shown >= _SHOWN * everybody.sum():
            break
    return edges[0], edges[1]


def _table(
    name: str, count: Floats, edges: tuple[Floats, Floats], names: tuple[str, str], least: int
) -> pd.DataFrame:
    import pandas as pd

    column, row = np.nonzero(count >= least)
    digits = [max(0, 2 - int(np.floor(np.log10(edge[1] - edge[0])))) for edge in edges]
    middle = [(edge[:-1] + edge[1:]) / 2 for edge in edges]
    return pd.DataFrame(
        {
            "group": name,
            names[0]: np.round(middle[0][column], digits[0]),
            names[1]: np.round(middle[1][row], digits[1]),
            "n_individuals": count[column, row].astype(np.int64),
        }
    )


def _points(
    axes: Axes, across: Floats, up: Floats, groups: dict[str, NDArray[np.bool_]],
    names: tuple[str, str], least: int,
) -> None:  # fmt: skip
    import pandas as pd

    for index, (name, rows) in enumerate(groups.items()):
        marks = axes.scatter(
            across[rows], up[rows], s=9, color=COLOURS[index], alpha=0.7, linewidths=0,
            label=name or None,
        )  # fmt: skip
        table = pd.DataFrame({"group": name, names[0]: across[rows], names[1]: up[rows]})
        remember(marks, "pca", table, int(rows.sum()), is_of_people=True)
    if len(groups) > 1:
        axes.legend(
            frameon=False, fontsize=SMALL, loc="upper left", bbox_to_anchor=(1.0, 1.0),
            markerscale=2,
        )  # fmt: skip
    label_as_people(axes)
