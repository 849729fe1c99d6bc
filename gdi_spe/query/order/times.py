"""When something happened, as exactly as it was recorded: a stretch of days, an age, or both.

An age of ``P45Y`` is any day of the forty-sixth year of life, and a year of birth any of its
days: what follows from such stretches is said, and nothing else.
"""

from __future__ import annotations

import calendar
import math
import re
from dataclasses import dataclass
from datetime import date

from gdi_spe.query.periods import parts_of

# Gestation began at most so many days before birth.
_GESTATION = 301
# A birthday is at most so many days from where years of 365.25 days have it.
LEAPS = 2
_DAYS = {"Y": 365.25, "M": 365.25 / 12, "W": 7.0, "D": 1.0}
_BIRTH = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


@dataclass(frozen=True)
class Stretch:
    """The first and the last day that something can have been on, both included."""

    first: int
    last: int

    def after(self, birth: Stretch) -> Stretch:
        """Return the days of the calendar of these days of life."""
        return Stretch(birth.first + self.first - LEAPS, birth.last + self.last + LEAPS)

    def since(self, birth: Stretch) -> Stretch:
        """Return the days of life of these days of the calendar."""
        return Stretch(self.first - birth.last - LEAPS, self.last - birth.first + LEAPS)


@dataclass(frozen=True)
class When:
    """When something happened: by the calendar, by age in days, by both, or not known."""

    by_date: Stretch | None = None
    by_age: Stretch | None = None

    def dated(self, birth: Stretch | None) -> When:
        """Return the same with the calendar's days worked out from age and birth, if need be."""
        if self.by_date is not None or self.by_age is None or birth is None:
            return self
        return When(self.by_age.after(birth), self.by_age)


NEVER_TOLD = When()


def days(first: date | None, last: date | None = None) -> Stretch | None:
    """Return the stretch from one day to another, or one day alone."""
    if first is None:
        return None
    end = last or first
    return Stretch(min(first, end).toordinal(), max(first, end).toordinal())


def ages(first: str | None, last: str | None = None) -> Stretch | None:
    """Return the days of life that an age, or a range of ages, can be."""
    if not first:
        return None
    begin, end = _age(first), _age(last or first)
    return Stretch(min(begin.first, end.first), max(begin.last, end.last))


def _age(period: str) -> Stretch:
    parts = parts_of(period)
    days_old = sum(number * _DAYS[unit] for unit, number in parts.items())
    finest = min((_DAYS[unit] for unit in parts), default=1.0)
    return Stretch(math.floor(days_old), math.floor(days_old + finest) - 1)


def years(age: float | None) -> Stretch | None:
    """Return the days of life of an age in years: a whole number is all of that year."""
    if age is None or math.isnan(age):
        return None
    width = 365.25 if float(age).is_integer() else 1.0
    return Stretch(math.floor(age * 365.25), math.floor(age * 365.25 + width) - 1)


def before_birth(gestational_days: int | None) -> Stretch | None:
    """Return the days of life, below 0, of what began before birth."""
    return None if gestational_days is None else Stretch(-_GESTATION, -1)


def birth_of(text: str | None) -> Stretch | None:
    """Return the days that a date of birth (a day, a month, or a year) can be."""
    found = _BIRTH.fullmatch(text or "")
    if found is None:
        return None
    year, month, day = (int(part) if part else None for part in found.groups())
    if year is None or (month is not None and not 1 <= month <= 12):
        return None
    if day is not None and month is not None:
        return days(date(year, month, day))
    last_month = month or 12
    last_day = calendar.monthrange(year, last_month)[1]
    return days(date(year, month or 1, 1), date(year, last_month, last_day))
