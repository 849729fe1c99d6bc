"""Single cells of the canonical tables: what each column may hold."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime
from functools import lru_cache
from typing import Any

import pyarrow as pa

from gdi_spe.node.cohorts.phenotypes.reading.moments import (
    OLDEST_YEARS,
    NoMoment,
    age_of,
    birth_of,
    day_of,
)
from gdi_spe.node.cohorts.phenotypes.reading.units import NoUnit, unit_of
from gdi_spe.store.schemas import ORIGINS, SEXES, STATUSES
from gdi_spe.terms.curies import UnknownTerm, require_known

FILLED_IN = ("dataset_id", "sample_index")
# What a required column has where it is left out; a label is then its term.
DEFAULTS: Mapping[str, str | None] = {
    "sex": "unknown",
    "label": None,
    "status": "present",
    "origin": "germline",
}
# A period's column -> the column of the same age in years.
PERIODS = {
    "age": "age_years",
    "onset_age": "onset_years",
    "start_age": "start_years",
    "death_age": "death_years",
}
_CHOICES = {
    "sex": SEXES,
    "status": STATUSES,
    "origin": ORIGINS,
    "vital_status": ("alive", "deceased"),
}
_AGES = (*PERIODS, "onset_age_end")
_YEARS = tuple(PERIODS.values())
_TERM = (
    "term",
    "value_term",
    "severity",
    "response",
    "onset_term",
    "route",
    "intent",
    "target",
    "termination_reason",
    "body_site",
    "panel",
    "cause_of_death",
    "ethnicity",
    "geographic_origin",
    "tissue",
    "diagnosis",
    "progression",
)
_TERMS = ("modifiers", "stage")
_UNITS = ("unit", "cumulative_dose_unit")
_SIGNED = ("value", "reference_low", "reference_high")
_MAX_TEXT = 4096


class WrongCell(ValueError):
    """A cell that does not hold what its column holds."""

    def __init__(self, column: str, why: str, remedy: str = "") -> None:
        super().__init__(f"{column} {why}")
        self.column, self.remedy = column, remedy


def read_cell(column: str, value: Any, kind: pa.DataType) -> Any:
    """Return a cell's value; text is parsed, a typed value (of Parquet) is checked.

    Raises
    ------
    WrongCell
        Saying what is wrong with it.
    """
    if value is None or value == "":
        return None
    if isinstance(value, str):
        return _from_text(column, value, kind)
    if kind == pa.date32() and isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
        return _from_text(column, day.isoformat(), kind)
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    if is_number and kind in (pa.float64(), pa.int32()):
        return _number(column, value, kind)
    if column == "birth_date" and isinstance(value, date):
        return _from_text(column, value.isoformat()[:10], kind)
    raise WrongCell(column, f"is a {type(value).__name__}, which the column cannot hold")


@lru_cache(maxsize=65536)
def _from_text(column: str, raw: str, kind: pa.DataType) -> Any:
    text = raw.strip()
    if not text:
        return None
    if len(text) > _MAX_TEXT or "\0" in text:
        raise WrongCell(column, "is no text that can be")
    choices = _CHOICES.get(column, (text,))
    if text not in choices:
        raise WrongCell(column, f"{text[:40]!r} is not one of {', '.join(choices)}")
    if kind == pa.float64() or kind == pa.int32():
        return _number(column, text, kind)
    try:
        return _checked(column, text, kind)
    except UnknownTerm as error:
        raise WrongCell(column, error.why, error.remedy) from None
    except NoMoment as error:
        remedy = "An age is an ISO 8601 period, as P60Y; a date is as 2024-05-31"
        raise WrongCell(column, str(error), remedy) from None
    except NoUnit as error:
        raise WrongCell(column, str(error), "Write it as UCUM does") from None


def _checked(column: str, text: str, kind: pa.DataType) -> Any:
    if kind == pa.date32():
        return day_of(text)
    if column in _TERM:
        return require_known(text)
    if column in _TERMS:
        return " ".join(require_known(part) for part in text.split())
    if column in _UNITS:
        return unit_of(text)
    if column in _AGES:
        age_of(text)
    if column == "birth_date":
        return birth_of(text)
    return text


def _number(column: str, value: Any, kind: pa.DataType) -> float | int:
    told = str(value)[:40]
    try:
        number = float(value)
    except (ValueError, OverflowError):
        raise WrongCell(column, f"{told!r} is no number") from None
    if not math.isfinite(number) or (number < 0 and column not in _SIGNED):
        raise WrongCell(column, f"{told!r} is no number that can be")
    if column in _YEARS and number > OLDEST_YEARS:
        raise WrongCell(column, f"{told!r} is no age that a person reaches")
    if kind == pa.int32():
        if number != int(number) or number > 2**31 - 1:
            raise WrongCell(column, f"{told!r} is no whole number")
        return int(number)
    return number
