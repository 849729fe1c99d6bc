"""What a picture shows, kept with the picture: its kind, the numbers behind its marks, and whose.

It hangs on an artist, so that axes that are cleared or copied tell of what they show.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from gdi_spe.boundary.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd
    from matplotlib.artist import Artist
    from matplotlib.axes import Axes

_KEPT_AS = "gdi_spe_drawn"
_LABEL = "one mark a person: not for export"


@dataclass(frozen=True)
class Drawn:
    """The kind of a picture, the numbers that its marks show, and how many people they tell of."""

    kind: str
    table: pd.DataFrame
    n_individuals: int | None = None
    # Whether single marks are single people.
    is_of_people: bool = False


def remember(
    artist: Artist,
    kind: str,
    table: pd.DataFrame,
    n_individuals: int | None = None,
    *,
    is_of_people: bool = False,
) -> None:
    """Keep what an artist shows."""
    setattr(artist, _KEPT_AS, Drawn(kind, table, n_individuals, is_of_people))


def label_as_people(axes: Axes) -> None:
    """Write on axes that their marks are people."""
    axes.text(
        0.5, 0.015, _LABEL, transform=axes.transAxes, ha="center", va="bottom", color="#B00020",
        fontsize=9, fontweight="bold", zorder=10,
        bbox={"facecolor": "white", "alpha": 0.85, "edgecolor": "none", "pad": 1.5},
    )  # fmt: skip


def drawn_on(picture: Any) -> Iterator[Drawn]:
    """Yield what the axes or figure show, of pictures that this library drew."""
    figure = picture if hasattr(picture, "savefig") else getattr(picture, "figure", None)
    if figure is None or not hasattr(figure, "findobj"):
        return
    for artist in figure.findobj(lambda each: hasattr(each, _KEPT_AS), include_self=False):
        yield getattr(artist, _KEPT_AS)


def data(picture: Axes | Any) -> pd.DataFrame:
    """Return the numbers behind a picture, as they were drawn.

    Parameters
    ----------
    picture
        Axes or a figure that a function of `gdi_spe.plot` drew on.

    Returns
    -------
    One row a mark, bar or step; where marks lie on each other, one for all of them. Of a
    picture of several sorts the column ``drawn`` tells which. Reviewers ask for it beside a
    picture: export it too.

    Raises
    ------
    BadInput
        If nothing of this library is drawn there.

    Examples
    --------
    >>> axes = spe.plot.frequency_spectrum(cohort.allele_frequencies(by="sex"))
    >>> list(spe.plot.data(axes).columns)
    ['group', 'from_frequency', 'to_frequency', 'n_variants']
    """
    import pandas as pd

    found = list(drawn_on(picture))
    if not found:
        raise BadInput(
            "nothing that spe.plot drew is on this picture",
            remedy="Give the axes that a function of spe.plot returned",
        )
    if len({each.kind for each in found}) == 1:
        return pd.concat([each.table for each in found], ignore_index=True)
    parts = [each.table.assign(drawn=each.kind) for each in found]
    return pd.concat(parts, ignore_index=True)
