"""Ages and spans of time as ISO 8601 periods."""

from __future__ import annotations

import re

from gdi_spe.boundary.errors import BadInput

_PERIOD = re.compile(
    r"P(?=\d)(?:(?P<Y>\d+(?:\.\d+)?)Y)?(?:(?P<M>\d+(?:\.\d+)?)M)?"
    r"(?:(?P<W>\d+(?:\.\d+)?)W)?(?:(?P<D>\d+(?:\.\d+)?)D)?(?:T[\dHMS.]+)?"
)
_PER_YEAR = {"Y": 1.0, "M": 12.0, "W": 365.25 / 7, "D": 365.25}


def parts_of(period: str) -> dict[str, float]:
    """Return the units that a period such as ``P3Y6M`` names, and how many of each."""
    found = _PERIOD.fullmatch(period)
    if found is None:
        raise BadInput(f"{period!r} is no ISO 8601 period", remedy="Write it as in P60Y or P3Y6M")
    return {unit: float(found[unit]) for unit in _PER_YEAR if found[unit]}


def years_of(period: str) -> float:
    """Return a period such as ``P60Y`` or ``P3Y6M`` in years; hours and less do not count."""
    return sum(number / _PER_YEAR[unit] for unit, number in parts_of(period).items())
