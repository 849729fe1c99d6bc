"""Ages and dates, in every form that phenopackets and Beacon records give them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from typing import Any

from gdi_spe.boundary.errors import BadInput
from gdi_spe.query.periods import years_of

OLDEST_YEARS = 130.0
_FIRST_YEAR, _LAST_YEAR = 1850, 2150
_INSTANT = re.compile(
    r"(\d{4}-\d{2}-\d{2})(?:[T ]\d{2}:\d{2}(?::\d{2}(?:\.\d+)?)?(?:Z|[+-]\d{2}(?::?\d{2})?)?)?",
    re.ASCII,
)
_BIRTH = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?", re.ASCII)


class NoMoment(ValueError):
    """A text that is no age or no date, or none that can be."""


@dataclass(frozen=True, slots=True)
class Moment:
    """When something was, as far as it is told; each part is kept, none is worked out.

    `years` is given for an age alone: of an age range nobody knows where in it the age lies.
    """

    age: str | None = None
    years: float | None = None
    age_end: str | None = None
    term: str | None = None
    gestational_days: int | None = None
    day: date | None = None
    day_end: date | None = None


UNKNOWN = Moment()


@lru_cache(maxsize=65536)
def age_of(period: str) -> float:
    """Return an ISO 8601 period as an age in years.

    Raises
    ------
    NoMoment
        If it is no period, or older than anybody.
    """
    try:
        years = years_of(period) if period.isascii() else None
    except (BadInput, OverflowError):
        years = None
    if years is None:
        raise NoMoment(f"{period[:40]!r} is no ISO 8601 period")
    if years > OLDEST_YEARS:
        raise NoMoment(f"{period[:40]!r} is no age that a person reaches")
    return years


@lru_cache(maxsize=65536)
def day_of(text: str) -> date:
    """Return the day of a date or timestamp, as it was written where it was written.

    Raises
    ------
    NoMoment
        If it is none, or of no year that can be.
    """
    found = _INSTANT.fullmatch(text)
    try:
        day = date.fromisoformat(found[1]) if found else None
    except ValueError:
        day = None
    if day is None:
        raise NoMoment(f"{text[:40]!r} is no date")
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise NoMoment(f"{text[:40]!r} is no date that can be")
    return day


def birth_of(text: str) -> str:
    """Return a date of birth as it is kept: a day, a month or a year.

    Raises
    ------
    NoMoment
        If it is none of them.
    """
    if _BIRTH.fullmatch(text):
        day_of((text + "-01-01")[:10])
        return text
    return day_of(text).isoformat()


def moment_of(value: Any) -> Moment:
    """Read a time element.

    Phenopackets name the form (``{"age": {"iso8601duration": "P3Y"}}``), Beacon records give
    its content alone (``{"iso8601duration": "P3Y"}``) or a text; all are understood.

    Raises
    ------
    NoMoment
        If it is none of the forms, or its text is no age or date.
    """
    if isinstance(value, str):
        text = value.strip()
        return _age(text) if text[:1] == "P" else Moment(day=day_of(text))
    if not isinstance(value, dict):
        raise NoMoment("neither an age nor a date")
    if not value:
        return UNKNOWN
    for name, read in _FORMS.items():
        if value.get(name) is not None:
            return read(value[name])
    if "start" in value or "end" in value:
        return _between(value)
    if isinstance(value.get("id"), str):
        return _term(value)
    if "weeks" in value:
        return _gestation(value)
    raise NoMoment(f"of no known form ({', '.join(sorted(value))[:60]})")


def _age(value: Any) -> Moment:
    period = value.get("iso8601duration") if isinstance(value, dict) else value
    if not isinstance(period, str):
        raise NoMoment("an age without a period")
    return Moment(age=period, years=age_of(period))


def _between(value: Any) -> Moment:
    """Read the first and the last that it can have been, both ages or both days."""
    if not isinstance(value, dict):
        raise NoMoment("neither an age range nor an interval")
    ends = [moment_of(value[name]) if value.get(name) else UNKNOWN for name in ("start", "end")]
    first, last = ends
    if first.years is not None and last.years is not None and first.years > last.years:
        raise NoMoment("an age range that ends before it begins")
    if first.day is not None and last.day is not None and first.day > last.day:
        raise NoMoment("an interval that ends before it begins")
    is_one_age = first.age == last.age
    return Moment(
        age=first.age,
        years=first.years if is_one_age else None,
        age_end=None if is_one_age else last.age,
        day=first.day,
        day_end=None if first.day == last.day else last.day,
    )


def _term(value: Any) -> Moment:
    found = value.get("id") if isinstance(value, dict) else None
    if not isinstance(found, str):
        raise NoMoment("a term without a code")
    return Moment(term=found)


def _gestation(value: Any) -> Moment:
    weeks, days = (value.get("weeks"), value.get("days", 0)) if isinstance(value, dict) else (0, 0)
    # A bool is an int to Python, and no count of weeks.
    if type(weeks) is not int or type(days) is not int or not 0 < weeks <= 50 or not 0 <= days < 50:
        raise NoMoment("no gestational age in weeks and days")
    return Moment(gestational_days=7 * weeks + days)


def _instant(value: Any) -> Moment:
    if not isinstance(value, str):
        raise NoMoment("no timestamp")
    return Moment(day=day_of(value))


_FORMS = {
    "iso8601duration": _age,
    "age": _age,
    "ageRange": _between,
    "gestationalAge": _gestation,
    "ontologyClass": _term,
    "ageGroup": _term,
    "timestamp": _instant,
    "interval": _between,
}
