"""The times of what a condition finds in each individual."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import pyarrow as pa

from gdi_spe.boundary.errors import BadInput
from gdi_spe.query import conditions as ask
from gdi_spe.query import genotypes, observations
from gdi_spe.query.order import times
from gdi_spe.query.order.comparing import any_of, ordered
from gdi_spe.query.order.times import When
from gdi_spe.query.outcome import NOBODY, Ids
from gdi_spe.query.records import Records


class NoTime(BadInput):
    """A condition that is not something that happened, so that nothing is before or after it."""

    code = "no-time"


Times = Mapping[str, Sequence[When]]
_HAPPENS = (ask.HasTerm, ask.HasBiomarker, ask.Measured, ask.SampleHas, ask.InOrder)
# Columns of the first and the last day, and of the first and the last age.
_COLUMNS = {
    "treatments": ("start_date", None, "start_age", None, "start_years"),
    "diagnoses": ("date", "date_end", "onset_age", "onset_age_end", "onset_years"),
    "phenotypic_features": ("date", "date_end", "onset_age", "onset_age_end", "onset_years"),
    "biomarkers": ("date", None, None, None, None),
    "samples": ("date", None, "age", None, None),
}
_PLAIN = ("date", None, "age", None, "age_years")  # the other tables


def events_of(records: Records, condition: ask.Condition) -> Times:
    """Return when each individual has what a condition asks for, a time an occurrence.

    What is in an order has the times that are known to stand so; of two conditions that must
    both hold, one has the times.

    Raises
    ------
    NoTime
        If it is nothing that happens: sex, say, or a germline variant.
    """
    match condition:
        case ask.InOrder():
            judged = verdicts(records, condition)
            return {one: [when for when, so in told if so] for one, told in judged.items()}
        case ask.Both(left, right) if happens(left) != happens(right):
            return events_of(records, left if happens(left) else right)
    name, rows = _rows(records, condition)
    found: dict[str, list[When]] = {}
    for individual, when in zip(rows["individual_id"].to_pylist(), _times(name, rows), strict=True):
        found.setdefault(individual, []).append(when)
    births = records.births
    return {one: [when.dated(births.get(one)) for when in found[one]] for one in found}


def happens(condition: ask.Condition) -> bool:
    """Say whether a condition is about something that has a time."""
    match condition:
        case ask.Both(left, right):
            return happens(left) != happens(right)
        case ask.CarriesVariant():
            return condition.origin == "tumour"
    return isinstance(condition, _HAPPENS)


def verdicts(
    records: Records, condition: ask.InOrder
) -> Mapping[str, Sequence[tuple[When, bool | None]]]:
    """Return each time of an event with whether it stands as asked to the other, or a moment."""
    happened = events_of(records, condition.event)
    if isinstance(condition.anchor, ask.Moment):
        beside: Times = dict.fromkeys(happened, (_moment(condition.anchor, condition.order),))
    else:
        beside = events_of(records, condition.anchor)
    return {
        one: [
            (when, any_of(ordered(when, condition.order, other, condition.within_days)
                          for other in beside[one]))
            for when in happened[one]
        ]
        for one in happened.keys() & beside.keys()
    }  # fmt: skip


def doubtful(records: Records, condition: ask.Condition | ask.Moment) -> Ids:
    """Return who may have had it at a further time that is not known: a call is missing."""
    match condition:
        case ask.CarriesVariant():
            return genotypes.doubtful(records, condition)
        case ask.Both(left, right):
            return doubtful(records, left) | doubtful(records, right)
        case ask.InOrder(event, _, anchor):
            judged = verdicts(records, condition).items()
            is_open = frozenset(one for one, told in judged if any(so is None for _, so in told))
            return is_open | doubtful(records, event) | doubtful(records, anchor)
    return NOBODY


def _moment(moment: ask.Moment, order: ask.Order) -> When:
    """Return a moment that is the same for everybody; a day is neither before nor after itself,
    and an age is reached at its first day.
    """
    if moment.day is not None:
        return When(by_date=times.days(moment.day))
    reached = times.ages(moment.age)
    first = (reached.first if reached else 0) - (order == "after")
    return When(by_age=times.Stretch(first, first))


def _rows(records: Records, condition: ask.Condition) -> tuple[str, pa.Table]:
    match condition:
        case ask.HasTerm():
            return condition.table, observations.term_rows(records, condition)
        case ask.HasBiomarker():
            return "biomarkers", observations.marker_rows(records, condition, "present")
        case ask.Measured():
            return "measurements", observations.measured_rows(records, condition)[1]
        case ask.SampleHas():
            return "samples", observations.sample_rows(records, condition)
        case ask.CarriesVariant(origin="tumour"):
            return "samples", genotypes.carrying_samples(records, condition)
        case ask.CarriesVariant():
            raise NoTime(
                "a variant is dated by the tumour sample that has it",
                remedy="Ask with origin='tumour'",
            )
    raise NoTime(
        "this condition has no time, or more than one",
        remedy="Ask the order of diagnoses, phenotypes, treatments, exposures, procedures, "
        "biomarkers, measurements, progressions or variants of tumours, one of them at a time",
    )


def _times(name: str, rows: pa.Table) -> Iterator[When]:
    columns = _COLUMNS.get(name, _PLAIN)
    told = zip(*(_column(rows, column) for column in (*columns, "gestational_days")), strict=True)
    for day, last_day, age, last_age, years, gestation in told:
        by_age = times.ages(age, last_age) or times.years(years) or times.before_birth(gestation)
        yield When(times.days(day, last_day), by_age)


def _column(rows: pa.Table, name: str | None) -> list[Any]:
    known = name is not None and name in rows.column_names
    return rows[name].to_pylist() if known else [None] * rows.num_rows
