"""Numbers and categories of individuals by name: a column, a measurement, or what is given."""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping, Sequence
from math import isfinite
from typing import TypeAlias
from weakref import WeakKeyDictionary

import pandas as pd

from gdi_spe.boundary.errors import BadInput, shown
from gdi_spe.store.folder import Folder

Value = float | str
Covariate: TypeAlias = str | Mapping[str, Value]
Covariates: TypeAlias = Mapping[str, Covariate] | Sequence[str] | pd.DataFrame
# What a researcher calls a column of `individuals`.
_NUMBERS = {"age": "age_years", "age_years": "age_years"}
_CATEGORIES = ("sex", "karyotypic_sex", "population", "country_of_origin", "dataset_id")
_UNKNOWN = {"sex": "unknown"}
# What was read of a folder's people; it stays in memory as long as the folder is held.
_VALUES: WeakKeyDictionary[Folder, dict[tuple[str, str], dict[str, Value]]] = WeakKeyDictionary()
REPEATED = ("refuse", "first", "last", "mean")


class MixedUnits(BadInput):
    """One measurement is recorded in several units."""

    code = "mixed-units"


class RepeatedMeasurements(BadInput):
    """Individuals were measured several times, and nobody has said which value counts."""

    code = "repeated-measurements"


def values_of(folder: Folder, name: str, repeated: str = "refuse") -> dict[str, Value]:
    """Return the value of each individual who has one.

    Parameters
    ----------
    folder
        The cohort.
    name
        ``"age"``, ``"sex"``, ``"population"``, ``"country_of_origin"``, or the code or label of
        a measurement (``"LOINC:8302-2"``, ``"Body height"``), or words that the label of one
        measurement alone has (``"height"``).
    repeated
        Which of several measurements of one individual counts: ``"first"`` or ``"last"`` by
        date or age, their ``"mean"``, or none (``"refuse"``).

    Raises
    ------
    BadInput
        If nothing here has that name (near names are given).
    MixedUnits, RepeatedMeasurements
        If the measurement cannot be one number an individual.
    """
    held = _VALUES.setdefault(folder, {})
    if (name, repeated) not in held:
        if name in _NUMBERS or name in _CATEGORIES:
            held[name, repeated] = _of_column(folder, _NUMBERS.get(name, name))
        else:
            held[name, repeated] = _of_measurement(folder, name, repeated)
    return dict(held[name, repeated])


def _of_column(folder: Folder, column: str) -> dict[str, Value]:
    table = folder.table("individuals").select(["individual_id", column]).to_pandas()
    table = table[table[column].notna() & (table[column] != _UNKNOWN.get(column))]
    if table.empty:
        raise BadInput(
            f"{column} is recorded of nobody in this cohort",
            remedy="cohort.tables() lists what is filled",
        )
    return dict(zip(table["individual_id"].tolist(), table[column].tolist(), strict=True))


def _of_measurement(folder: Folder, name: str, repeated: str) -> dict[str, Value]:
    if repeated not in REPEATED:
        raise BadInput(f"repeated={repeated!r}", remedy=f"One of {', '.join(REPEATED)}")
    table = folder.table("measurements").to_pandas()
    labels = [label for label in table["label"].dropna().unique() if _is_same(label, name)]
    named = (table["term"] == name) | table["label"].isin(labels)
    rows = table[named & table["value"].notna()]
    if rows.empty:
        rows = _of_words(name, table[table["value"].notna()])
    if rows.empty:
        raise _unknown(name, table)
    _refuse_mixed(rows, name)
    return dict(_one_each(rows, name, repeated).items())


def _is_same(label: str, name: str) -> bool:
    return label.casefold() == name.casefold()


def _of_words(name: str, table: pd.DataFrame) -> pd.DataFrame:
    """Return the one measurement whose label has all words of the name ("height"); else none."""
    asked = set(name.casefold().split())
    named = table[["term", "label"]].dropna().drop_duplicates()
    has = [asked <= set(label.casefold().split()) for label in named["label"]]
    terms = named["term"][has].unique()
    return table[table["term"].isin(terms)] if len(terms) == 1 else table[:0]


def _unknown(name: str, table: pd.DataFrame) -> BadInput:
    here = sorted({*table["label"].dropna(), *table["term"].dropna(), *_NUMBERS, *_CATEGORIES})
    near = _near(name, here)
    if near:
        remedy = f"Near names: {', '.join(near)}"
    elif re.fullmatch(r"PC\d+", name):
        remedy = "Components have names once cohort.pca() has found them"
    else:
        remedy = (
            "Measurements are in cohort.sql('FROM measurements'); who has a disease or a variant "
            "is a selection, as in cohort.individuals(diagnosis=...)"
        )
    return BadInput(f"nothing here is called {name!r}", remedy=remedy)


def _near(name: str, here: Sequence[str]) -> list[str]:
    """Return names that are alike as a whole, or of which one word is."""
    by_word = {word: each for each in here for word in (each.casefold(), *each.casefold().split())}
    near = difflib.get_close_matches(name.casefold(), by_word, n=3, cutoff=0.6)
    return list(dict.fromkeys(by_word[word] for word in near))


def _refuse_mixed(rows: pd.DataFrame, name: str) -> None:
    for column, what in (("term", "codes"), ("unit", "units")):
        found = rows[column].fillna("none").unique()
        if len(found) > 1:
            raise MixedUnits(
                f"{name!r} is recorded in several {what}: {', '.join(sorted(map(str, found)))}",
                remedy="Bring the values to one unit and give them as a table by individual",
            )


def _one_each(rows: pd.DataFrame, name: str, repeated: str) -> Mapping[str, float]:
    n_people = rows["individual_id"].nunique()
    if len(rows) == n_people:
        return dict(zip(rows["individual_id"].tolist(), rows["value"].tolist(), strict=True))
    if repeated == "refuse":
        raise RepeatedMeasurements(
            f"{name!r} was measured several times in some individuals",
            remedy='Say which counts: repeated="first", "last" or "mean"',
        )
    if repeated == "mean":
        means: Mapping[str, float] = rows.groupby("individual_id")["value"].mean().to_dict()
        return means
    keys = ["date", "age_years"]
    if rows[keys].isna().all(axis=1).any():
        raise RepeatedMeasurements(
            f"{name!r} was measured several times, at times that are not recorded",
            remedy='Use repeated="mean"',
        )
    ordered = rows.sort_values([*keys, "value"], na_position="first", kind="stable")
    kept = ordered.drop_duplicates("individual_id", keep="last" if repeated == "last" else "first")
    return dict(zip(kept["individual_id"].tolist(), kept["value"].tolist(), strict=True))


def numbers(values: Mapping[str, Value], name: str) -> dict[str, float]:
    """Return values as numbers.

    Raises
    ------
    BadInput
        If they are categories.
    """
    try:
        found = {person: float(value) for person, value in values.items()}
    except (TypeError, ValueError):
        raise BadInput(
            f"{shown(name)} is a category, not a number",
            remedy="Give cases as a selection, or a number of each individual",
        ) from None
    return {person: value for person, value in found.items() if isfinite(value)}


def by_name(
    folder: Folder,
    covariates: Covariates,
    repeated: str = "refuse",
) -> dict[str, Mapping[str, Value]]:
    """Return the values of each covariate; a table has one a column, by individual."""
    if isinstance(covariates, pd.DataFrame):
        return {str(name): covariates[name].to_dict() for name in covariates.columns}
    if isinstance(covariates, str):
        raise BadInput("covariates is one text", remedy=f"Give a list: [{covariates!r}]")
    given = covariates if isinstance(covariates, Mapping) else {name: name for name in covariates}
    return {
        name: values_of(folder, value, repeated) if isinstance(value, str) else value
        for name, value in given.items()
    }
