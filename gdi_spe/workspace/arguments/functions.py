"""Look at the arguments of the functions of `spe` by their names, before they begin."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

from gdi_spe.boundary.errors import BadInput, shown
from gdi_spe.query.conditions import Condition
from gdi_spe.workspace.arguments import reading
from gdi_spe.workspace.arguments.looking import Look, flag, looking, number, single


@cache
def checked(function: Callable[..., Any]) -> Callable[..., Any]:
    """Return a function that looks at its arguments first."""
    return looking(function, _LOOKS)


def table(_: object, value: Any, word: str, __: str) -> None:
    """Refuse what is no pandas table."""
    import pandas as pd

    if not isinstance(value, pd.DataFrame):
        raise BadInput(f"{word}: {shown(value)} is no table", remedy="A pandas DataFrame")


def path(_: object, value: Any, word: str, __: str) -> None:
    """Refuse what is no name of a file."""
    if not isinstance(value, str | Path) or not str(value).strip():
        raise BadInput(f"{word} {shown(value)} is no path", remedy="The name of a file, as text")


def columns(_: object, value: Any, word: str, __: str) -> None:
    """Refuse what is no list of names; an empty one asks nothing."""
    if not (isinstance(value, list | tuple) and not value):
        reading.names(value, word)


def _text(_: object, value: Any, word: str, __: str) -> None:
    reading.text(value, word)


def _said(_: object, value: Any, word: str, __: str) -> None:
    if not reading.text(value, word).strip():
        raise BadInput(f"{word} is empty", remedy="Say it in some words")


def _values(_: object, value: Any, word: str, __: str) -> None:
    # A selection is known by the condition that it asks.
    is_plain = isinstance(getattr(value, "condition", None), Condition) or (
        isinstance(value, Mapping)
        and all(isinstance(each, str) for pair in value.items() for each in pair)
    )
    if not is_plain:
        raise BadInput(
            f"{word} {shown(value)} names no values of columns",
            remedy=f"As in {word}={{'sex': 'female'}}, or a selection of a cohort",
        )


def _named(_: object, value: Any, word: str, __: str) -> None:
    if not isinstance(value, Mapping) or not all(isinstance(each, str) for each in value):
        raise BadInput(
            f"{word} {shown(value)} names nothing",
            remedy=f"As in {word}={{'trait_description': ['Height']}}",
        )


def _day(_: object, value: Any, word: str, __: str) -> None:
    if not isinstance(value, date):
        raise BadInput(
            f"{word} {shown(value)} is no date", remedy="One of datetime: date(2026, 3, 1)"
        )


_LOOKS: dict[str, Look] = {
    **dict.fromkeys(("kind", "name", "unit", "how", "why"), _text),
    **dict.fromkeys(("title", "justification", "request_id"), _said),
    "path": path,
    "table": table,
    **dict.fromkeys(("by", "files"), columns),
    "where": _values,
    "metadata": _named,
    "on": _day,
    **dict.fromkeys(("data", "genomic_control"), flag),
    "min_studies": number(1, is_whole=True),
    **dict.fromkeys(("effects", "palindromic"), single),
}
