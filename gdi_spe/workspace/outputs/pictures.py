"""What a picture tells of itself on its way out."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from gdi_spe.boundary.errors import BadInput

if TYPE_CHECKING:
    import pandas as pd

    from gdi_spe.workspace.plot.drawn import Drawn


class OneMarkAPerson(BadInput):
    """A picture in which single marks are single people."""

    code = "one-mark-a-person"

    def __init__(self, kind: str) -> None:
        super().__init__(
            f"this picture ({kind}) has one mark a person",
            remedy="Draw it without points=True, or over a table on a grid",
        )


def is_picture(obj: Any) -> bool:
    """Whether this is axes or a figure."""
    return hasattr(obj, "savefig") or hasattr(getattr(obj, "figure", None), "savefig")


def drawn_by_us(obj: Any) -> list[Drawn]:
    """Return what this library drew on axes or a figure.

    Raises
    ------
    OneMarkAPerson
        If single marks are single people. The node would have somebody look; here it is told
        before anybody waits.
    """
    from gdi_spe.workspace.plot.drawn import drawn_on

    found = list(drawn_on(obj)) if is_picture(obj) else []
    for each in found:
        if each.is_of_people:
            raise OneMarkAPerson(each.kind)
    return found


def kind_of(found: list[Drawn]) -> tuple[str, int | None]:
    """Return what a picture is of, and how many people it tells of; nothing where it is mixed."""
    kinds = {each.kind for each in found}
    counts = {each.n_individuals for each in found}
    return kinds.pop() if len(kinds) == 1 else "", counts.pop() if len(counts) == 1 else None


def table_behind(obj: Any) -> pd.DataFrame:
    """Return the numbers behind a picture."""
    from gdi_spe.workspace.plot.drawn import data

    return data(obj)
