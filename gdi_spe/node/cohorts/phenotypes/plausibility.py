"""Dates and ages of one life that cannot all be true: told, and kept as they were given."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from gdi_spe.node.cohorts.phenotypes.findings import Findings
from gdi_spe.node.cohorts.phenotypes.reading.record import Row

# A year may be the whole of what is known of a birth, and an age is rounded down.
_MAX_YEARS_APART = 2.0
_DAYS = ("date", "start_date")


def check_life(row: Row, findings: Findings) -> None:
    """Compare a person's birth, last encounter and death with each other and with the age."""
    born = _earliest(row.get("birth_date"))
    if born is None:
        return
    name = row["individual_id"]
    for column in ("last_encounter_date", "death_date"):
        day = row.get(column)
        if day is not None and day < born:
            findings.contradictions.add(f"{column} before birth, kept as told", name)
    seen, years = row.get("last_encounter_date"), row.get("age_years")
    if seen is not None and years is not None:
        apart = abs((seen - born).days / 365.25 - years)
        if apart > _MAX_YEARS_APART:
            why = "age and date of birth do not fit together, kept as told"
            findings.contradictions.add(why, name)


def _earliest(birth: str | None) -> date | None:
    """Return the first day that a date of birth (a day, month or year) can mean."""
    return date.fromisoformat((birth + "-01-01")[:10]) if birth else None


def check_observations(
    tables: dict[str, pa.Table], individuals: pa.Table, findings: Findings
) -> None:
    """Compare the days of observations with the birth of whom they are about."""
    births = [_earliest(birth) for birth in individuals["birth_date"].to_pylist()]
    born = pa.array(births, pa.date32())
    people = individuals["individual_id"].combine_chunks()
    for name, table in tables.items():
        for column in (c for c in _DAYS if c in table.column_names and name != "samples"):
            place = pc.index_in(table["individual_id"], value_set=people)
            early = pc.fill_null(pc.less(table[column], pc.take(born, place)), False)
            for person in table.filter(early)["individual_id"].to_pylist():
                findings.contradictions.add(f"{name}: {column} before birth, kept as told", person)
