"""When something happened to each individual, by day and by age."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from difflib import get_close_matches
from typing import Any, cast

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from gdi_spe.boundary.errors import BadInput, shown
from gdi_spe.query.evaluate import hierarchies_of
from gdi_spe.query.periods import years_of
from gdi_spe.query.records import Records, among
from gdi_spe.store.folder import Folder
from gdi_spe.terms.curies import looks_like_curie

# What is asked: a word, a kind of record with its terms, or each individual's own day or age.
When = str | Mapping[str, str | Sequence[str]] | Mapping[str, float] | Mapping[str, date]
DAYS_PER_YEAR = 365.25
_DAY_ZERO = date(1970, 1, 1)

# kind of record -> table, column of the term, of the day, of the end of the day, of the age
KINDS: dict[str, tuple[str, str, str, str | None, str | None]] = {
    "diagnosis": ("diagnoses", "term", "date", "date_end", "onset_years"),
    "phenotype": ("phenotypic_features", "term", "date", "date_end", "onset_years"),
    "treatment": ("treatments", "term", "start_date", None, "start_years"),
    "end of treatment": ("treatments", "term", "end_date", None, None),
    "procedure": ("procedures", "term", "date", None, "age_years"),
    "exposure": ("exposures", "term", "date", None, "age_years"),
    "biomarker": ("biomarkers", "name", "date", None, None),
    "measurement": ("measurements", "term", "date", None, "age_years"),
    "progression": ("samples", "progression", "date", None, "age"),
}
WORDS = ("birth", "death", "last encounter")


def instants_of(folder: Folder, when: When) -> pd.DataFrame:
    """Find when something first happened to each individual.

    Parameters
    ----------
    folder
        The cohort.
    when
        ``"birth"``, ``"death"`` or ``"last encounter"``; a kind of record with its terms, as
        ``{"diagnosis": "NCIT:C3224"}`` (terms stand for their kinds too; ``"any"`` for every
        term); or for each individual a day or an age in years.

    Returns
    -------
    One row for each individual to whom it happened (the index), with ``day`` (since 1970) and
    ``years`` of age, NaN where not recorded; both NaN: it happened, nobody knows when. The
    first of several counts. Of a day that is known only as a span its middle is taken.

    Raises
    ------
    BadInput
        If it cannot be understood, or a term is nowhere in the cohort.
    """
    if isinstance(when, str):
        return _by_word(folder, when)
    if not isinstance(when, Mapping) or not when:
        raise BadInput(f"{shown(when)} is no point in time", remedy=_HOW)
    kind = next(iter(when))
    if len(when) == 1 and isinstance(when[kind], str | list | tuple):
        return _by_record(folder, str(kind), cast("Mapping[str, str | Sequence[str]]", when)[kind])
    if all(each in KINDS for each in when):
        raise BadInput(f"{shown(when)} is no point in time", remedy=f"One kind of record. {_HOW}")
    return _given(folder, cast("Mapping[str, Any]", when))


_HOW = (
    'Use "birth", "death" or "last encounter", a record as in {"diagnosis": "NCIT:C3224"}, or a '
    "day or age of each individual"
)


def empty() -> pd.DataFrame:
    """Return that it happened to nobody."""
    index = pd.Index([], dtype=object, name="individual_id")
    return pd.DataFrame({"day": np.zeros(0), "years": np.zeros(0)}, index=index)


def _by_word(folder: Folder, word: str) -> pd.DataFrame:
    people = folder.table("individuals").to_pandas().set_index("individual_id")
    if word == "birth":
        found = pd.DataFrame({"day": _days(people["birth_date"]), "years": 0.0}, index=people.index)
    elif word == "death":
        found = pd.DataFrame(
            {"day": _days(people["death_date"]), "years": people["death_years"].astype(float)},
            index=people.index,
        )
        told_dead = people["vital_status"].fillna("").str.upper() == "DECEASED"
        found = found[told_dead | found.notna().any(axis=1)]
    elif word == "last encounter":
        found = pd.DataFrame(
            {
                "day": _days(people["last_encounter_date"]),
                "years": people["age_years"].astype(float),
            },
            index=people.index,
        )
        found = found[found.notna().any(axis=1)]
    else:
        near = get_close_matches(word, (*WORDS, *KINDS), n=2, cutoff=0.5)
        raise BadInput(
            f"{shown(word)} is no point in time",
            remedy=f"Near it: {', '.join(near)}. {_HOW}" if near else _HOW,
        )
    return _both_ways(folder, found)


def _days(values: pd.Series) -> np.ndarray:
    """Return days since 1970; a month or a year alone is no day."""
    return np.array([_day(value) for value in values], float)


def _day(value: object) -> float:
    if isinstance(value, str):
        try:
            value = date.fromisoformat(value)
        except ValueError:
            return float("nan")
    if isinstance(value, datetime):  # a pandas timestamp is one
        value = value.date() if not pd.isna(value) else None
    return float((value - _DAY_ZERO).days) if isinstance(value, date) else float("nan")


def _by_record(folder: Folder, kind: str, terms: str | Sequence[str]) -> pd.DataFrame:
    if kind not in KINDS:
        near = get_close_matches(kind, KINDS, n=2, cutoff=0.5)
        told = f"Near it: {', '.join(near)}" if near else f"One of {', '.join(KINDS)}"
        raise BadInput(f"no record is called {shown(kind)}", remedy=told)
    table_name, column, day, day_end, years = KINDS[kind]
    rows = folder.table(table_name)
    if "status" in rows.column_names:
        rows = rows.filter(pc.equal(rows["status"], "present"))
    rows = rows.filter(pc.is_valid(rows[column]))
    asked = (terms,) if isinstance(terms, str) else tuple(terms)
    if asked != ("any",):
        rows = _with_terms(folder, rows, column, asked)
    if not rows.num_rows:
        raise BadInput(
            f"nobody here has the {kind} {', '.join(asked)}",
            remedy=f"See cohort.sql('FROM {table_name}')",
        )
    table = rows.to_pandas()
    days = _days(table[day])
    if day_end is not None:
        last = _days(table[day_end])
        days = np.where(np.isnan(last), days, (days + last) / 2)
    ages = _ages(table[years]) if years else np.full(len(table), np.nan)
    found = pd.DataFrame({"day": days, "years": ages}, index=table["individual_id"])
    return _both_ways(folder, found.groupby(level=0).min())


def _ages(values: pd.Series) -> np.ndarray:
    """Return ages in years, of numbers or of periods such as ``P45Y``."""
    if pd.api.types.is_numeric_dtype(values):
        numbers: np.ndarray = values.to_numpy(float)
        return numbers
    return np.array([years_of(v) if isinstance(v, str) else np.nan for v in values], float)


def _with_terms(folder: Folder, rows: pa.Table, column: str, asked: tuple[str, ...]) -> pa.Table:
    if not all(map(looks_like_curie, asked)):
        folded = {name.casefold() for name in asked}
        names = [
            (rows[each].to_pylist() if each in rows.column_names else [None] * rows.num_rows)
            for each in (column, "label")
        ]
        keep = [
            any(value is not None and value.casefold() in folded for value in values)
            for values in zip(*names, strict=True)
        ]
        return rows.filter(pa.array(keep, pa.bool_()))
    records = Records(folder, hierarchies_of(folder))
    column = "term" if "term" in rows.column_names else column
    return rows.filter(among(rows[column], records.kinds(asked, with_kinds=True)))


def _given(folder: Folder, when: Mapping[str, Any]) -> pd.DataFrame:
    everybody = set(folder.table("individuals")["individual_id"].to_pylist())
    unknown = [name for name in when if name not in everybody]
    if unknown:
        raise BadInput(f"{len(unknown):,} of the individuals given are not here", remedy=_HOW)
    values = [value for value in when.values() if value is not None]
    are_days = any(isinstance(value, date) for value in values)
    try:
        numbers = _days(pd.Series(list(when.values()))) if are_days else np.array(
            [np.nan if value is None else float(value) for value in when.values()]
        )  # fmt: skip
    except (TypeError, ValueError):
        raise BadInput("a point in time is no day and no age in years", remedy=_HOW) from None
    nothing = np.full(len(numbers), np.nan)
    found = pd.DataFrame(
        {"day": numbers if are_days else nothing, "years": nothing if are_days else numbers},
        index=pd.Index(list(when), name="individual_id"),
    )
    return _both_ways(folder, found[found.notna().any(axis=1)])


def _both_ways(folder: Folder, found: pd.DataFrame) -> pd.DataFrame:
    """Fill days from ages and ages from days where the day of birth is known."""
    people = folder.table("individuals").select(["individual_id", "birth_date"]).to_pandas()
    born = pd.Series(_days(people["birth_date"]), index=people["individual_id"]).reindex(
        found.index
    )
    age = (found["day"] - born) / DAYS_PER_YEAR
    day = born + found["years"] * DAYS_PER_YEAR
    full = pd.DataFrame({"day": found["day"].fillna(day), "years": found["years"].fillna(age)})
    full.index.name = "individual_id"
    return full
