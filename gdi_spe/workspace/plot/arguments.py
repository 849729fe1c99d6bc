"""Look at the arguments of pictures by their names, before anything is drawn."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any

from gdi_spe.boundary.errors import BadInput, shown
from gdi_spe.workspace.arguments.looking import Look, flag, looking, number, place, single


@cache
def checked(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a picture's function that looks at its arguments first."""
    return looking(function, _LOOKS)


def _axes(_: object, value: Any, word: str, __: str) -> None:
    from matplotlib.axes import Axes

    if not isinstance(value, Axes):
        raise BadInput(
            f"{word}: a {type(value).__name__} is no axes", remedy="As of matplotlib's subplots()"
        )


def _column(_: object, value: Any, word: str, annotation: str) -> None:
    is_by_person = "Mapping" in annotation and isinstance(value, Mapping) and value
    if not is_by_person and (not isinstance(value, str) or not value.strip()):
        raise BadInput(
            f"{word} {shown(value)} is no name of a column", remedy="One text, as in table.columns"
        )


def _linkage(_: object, value: Any, word: str, __: str) -> None:
    import pandas as pd

    is_name = isinstance(value, str) and value.strip()
    if not is_name and not isinstance(value, Mapping | pd.Series | pd.DataFrame):
        raise BadInput(
            f"{word} {shown(value)} tells no linkage",
            remedy="A column, a value by variant, or the table of cohort.linkage()",
        )


def _pair(_: object, value: Any, word: str, __: str) -> None:
    is_pair = isinstance(value, tuple | list) and len(value) == 2
    if not is_pair or not all(isinstance(each, str) for each in value):
        raise BadInput(f"{word} {shown(value)} are no two names", remedy=f"As in {word}=('A', 'B')")


_LOOKS: dict[str, Look] = {
    "ax": _axes,
    "title": single,
    **dict.fromkeys(("p_value", "label", "trait", "group", "x", "y", "by", "lead"), _column),
    "region": place,
    "r2": _linkage,
    "names": _pair,
    "threshold": number(0, 1),
    **dict.fromkeys(("labels", "around", "minimum"), number(0, is_whole=True)),
    **dict.fromkeys(("as_ratio", "as_shares", "at_risk", "limits", "points"), flag),
}
