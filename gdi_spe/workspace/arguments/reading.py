"""Read the arguments of a question: names, numbers, days and ages, or say how to write them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import date, datetime
from numbers import Real
from typing import Any

from gdi_spe.boundary.errors import BadInput, shown
from gdi_spe.query.periods import years_of

Names = str | Sequence[str]
_EXAMPLES = {
    "gene": "'RYR1'",
    "region": "'chr19:38433691-38595273'",
    "variant": "'chr7-140753336-A-T'",
    "consequence": "'missense'",
    "zygosity": "'heterozygous'",
    "protein_change": "'V600E'",
    "diagnosis": "'ORPHA:590'",
    "biomarker": "'BRAF V600E'",
    "sex": "'female'",
    "population": "'FIN'",
}


def names(value: Any, word: str = "") -> tuple[str, ...]:
    """Return one name or several as a tuple."""
    example = _EXAMPLES.get(word, "'HP:0000508'")
    how = f"{word or 'This'} takes a name, as in {example}, or a list of names"
    # Columns of pandas and arrays of NumPy name several, as lists do.
    listed = value.tolist() if hasattr(value, "tolist") else value
    if not isinstance(listed, str | list | tuple | set | frozenset):
        raise BadInput(f"{word} {shown(value)} is no name".strip(), remedy=how)
    found = (listed,) if isinstance(listed, str) else tuple(listed)
    if not found or not all(isinstance(each, str) and each.strip() for each in found):
        raise BadInput(f"{word} {shown(value)} names nothing".strip(), remedy=how)
    return tuple(each.strip() for each in found)


def several(value: Any) -> tuple[str, ...]:
    """Return names that were looked at already as a tuple; none where the list is empty."""
    return names(value) if len(value) else ()


def require_among(word: str, values: Sequence[str], known: Sequence[str]) -> None:
    """Refuse a value that is none of the known ones."""
    for value in values:
        if not isinstance(value, str) or value not in known:
            raise BadInput(
                f"{shown(value)} is no {word}", remedy=f"It is one of {', '.join(known)}"
            )


def text(value: Any, word: str) -> str:
    """Return a text; an empty one says nothing, and is one."""
    if not isinstance(value, str):
        raise BadInput(f"{word} {shown(value)} is no text", remedy=f"Write it as in {word}='words'")
    return value


def number(value: Any, word: str, low: float = -math.inf, high: float = math.inf) -> float:
    """Return a number that lies between two bounds."""
    if isinstance(value, bool) or not isinstance(value, Real):
        raise BadInput(f"{word} {shown(value)} is no number", remedy=_as_in(word, low, high))
    if not low <= float(value) <= high:
        if math.isinf(high) or math.isinf(low):
            bound = f"below {low:g}" if math.isinf(high) else f"above {high:g}"
        else:
            bound = f"not between {low:g} and {high:g}"
        raise BadInput(f"{word} {shown(value)} is {bound}", remedy=_as_in(word, low, high))
    return float(value)


def whole(value: Any, word: str, low: float = -math.inf, high: float = math.inf) -> int:
    """Return a whole number that lies between two bounds."""
    found = number(value, word, low, high)
    if not found.is_integer():
        example = max(10, int(low)) if math.isfinite(low) else 10
        raise BadInput(
            f"{word} {shown(value)} is no whole number", remedy=f"Write it as in {word}={example}"
        )
    return int(found)


def _as_in(word: str, low: float, high: float) -> str:
    example = 0.01 if low <= 0.01 <= high else low
    return f"Write it as in {word}={example:g}"


def flag(value: Any, word: str) -> bool:
    """Return True or False, and nothing that merely counts as one."""
    if type(value).__name__ not in ("bool", "bool_"):  # NumPy has its own
        raise BadInput(
            f"{word} {shown(value)} is neither True nor False", remedy=f"Write {word}=True or False"
        )
    return bool(value)


def day(value: Any, word: str = "date") -> date:
    """Return a day."""
    if isinstance(value, datetime):
        return value.date()
    if isinstance(value, date):
        return value
    try:
        return date.fromisoformat(value)
    except (TypeError, ValueError):
        raise BadInput(
            f"{word} {shown(value)} is no date", remedy="Write it as in 2021-03-01"
        ) from None


def between(value: Any, word: str) -> tuple[float | None, float | None]:
    """Return the two bounds of an age in years, either of them open."""
    how = f"Write {word}=(18, 65) for at least 18 and below 65; None leaves a side open"
    if not isinstance(value, Sequence) or isinstance(value, str) or len(value) != 2:
        raise BadInput(f"{word} {shown(value)} is no pair of bounds", remedy=how)
    low, high = (None if each is None else years(each, word) for each in value)
    if low is None and high is None:
        raise BadInput(f"{word} {shown(value)} bounds nothing", remedy=how)
    if low is not None and high is not None and low >= high:
        why = f"{word} {shown(value)}: nobody is at least {low:g} and below {high:g}"
        raise BadInput(why, remedy=how)
    return low, high


def years(value: Any, word: str) -> float:
    """Return an age in years, from a number of them or an ISO 8601 period."""
    return years_of(value) if isinstance(value, str) else number(value, word, 0)


def days(value: Any, word: str) -> float:
    """Return a span of days, from a number of them or an ISO 8601 period such as ``P6M``."""
    return years_of(value) * 365.25 if isinstance(value, str) else number(value, word, 0)
