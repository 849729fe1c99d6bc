"""Order in time and ages, as a researcher writes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, Literal, get_args

from gdi_spe.boundary.errors import BadInput, shown
from gdi_spe.query import conditions as ask
from gdi_spe.query.periods import parts_of
from gdi_spe.query.records import Records
from gdi_spe.workspace.arguments import reading
from gdi_spe.workspace.asking.selection import Selection

_ORDERS: tuple[ask.Order, ...] = get_args(ask.Order)
# At what an age is recorded of every individual, and in which column.
_AT: dict[str, Literal["age_years", "death_years"]] = {
    "last_encounter": "age_years",
    "death": "death_years",
}


def ordered(
    given: Mapping[str, Any], events: Mapping[str, ask.Condition], records: Records
) -> list[ask.Condition]:
    """Return the conditions on events, each in the asked order in time.

    A variant of the germline is there from birth on: beside something else that is dated it is
    asked for as it is.
    """
    words = [word for word in _ORDERS if word in given]
    if not words:
        return list(events.values())
    dated = [word for word, condition in events.items() if not _is_germline(condition)]
    timed = dated or list(events)
    if not timed:
        raise BadInput(
            f"{words[0]} says nothing alone",
            remedy=f"Say what came {words[0]} it, as in biomarker='BRAF V600E'",
        )
    found = []
    for name, condition in events.items():
        found += [_in_order(condition, word, given, records) for word in words if name in timed]
        found += [condition] if name not in timed else []
    return found


def _is_germline(condition: ask.Condition) -> bool:
    return isinstance(condition, ask.CarriesVariant) and condition.origin != "tumour"


def _in_order(
    condition: ask.Condition, word: ask.Order, given: Mapping[str, Any], records: Records
) -> ask.Condition:
    within = reading.days(given["within"], "within") if "within" in given else None
    if word == "around" and within is None:
        raise BadInput("around needs within", remedy="Say how near, as in within='P30D'")
    return ask.InOrder(condition, word, _anchor(given[word], word, records), within)


def _anchor(value: Any, word: str, records: Records) -> ask.Condition | ask.Moment:
    if isinstance(value, Selection):
        if value.cohort.folder.path != records.folder.path:
            raise BadInput(
                f"{word}: selections of different cohorts cannot be combined",
                remedy="Select both from one cohort",
            )
        return value.condition
    if isinstance(value, str) and value.startswith("P"):
        parts_of(value)
        return ask.Moment(age=value)
    if isinstance(value, str | date):
        return ask.Moment(day=reading.day(value, word))
    raise BadInput(
        f"{word} {shown(value)} is nothing to be compared in time",
        remedy="Give a selection, a date as in '2021-03-01', or an age as in 'P60Y'",
    )


def aged(given: Mapping[str, Any], events: Mapping[str, ask.Condition]) -> ask.Condition:
    """Return the condition on an age: when last seen, at death, or at what else is asked for."""
    low, high = reading.between(given["age"], "age")
    at = given.get("age_at", "last_encounter")
    if not isinstance(at, str) or at not in (*_AT, *events):
        raise BadInput(
            f"age_at {shown(at)} is nothing that this question asks for",
            remedy=f"It is one of {', '.join((*_AT, *events))}, or another argument of the "
            "same question",
        )
    if at in _AT:
        return ask.AgeBetween(low, high, _AT[at])
    return ask.AtAge(events[at], low, high)
