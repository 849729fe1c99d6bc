"""Rules about single people: identifiers, rows, dates."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.parts import Text
from gdi_spe.disclosure.rules.rule import Hit, Judging, Rule
from gdi_spe.disclosure.table import Column, Table
from gdi_spe.disclosure.vocabulary import (
    DATE,
    PEOPLE,
    PSEUDONYM,
    SUMMARY_ROWS,
    TRAIT,
    person_numbers,
)

_TOKEN = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.:-]*")


def _texts(part: Table | Text) -> Iterator[tuple[str, str]]:
    """Yield each place of a part with its words: for a table, a column and its different cells."""
    if isinstance(part, Text):
        yield "", part.text
        return
    yield "[header]", "\n".join(column.name for column in part.columns)
    for column in part.columns:
        if column.numbers is None or column.is_integer:
            yield f"[column={column.name}]", "\n".join(column.cells)


def cohort_identifiers(part: Table | Text, judging: Judging) -> Iterator[Hit]:
    """Find the cohort's own pseudonyms, whole or inside other words."""
    for place, text in _texts(part):
        known = judging.context.identifiers
        found = {t for t in _TOKEN.findall(text) if t in known} if known else set()
        found |= set(PSEUDONYM.findall(text))
        if found:
            n = len(found)
            why = (
                f"{_where(place)} holds {n:,} pseudonym{'s' if n > 1 else ''} of single people. "
                "A pseudonym singles out a person, whatever stands beside it."
            )
            yield Hit(why, {"n_identifiers": n}, place)


def other_person_numbers(part: Table | Text, judging: Judging) -> Iterator[Hit]:
    """Find tokens with the look of a person's number that belong to no public series."""
    for place, text in _texts(part):
        found = {t for t in person_numbers(text) if not PSEUDONYM.fullmatch(t)}
        if found:
            why = f"{_where(place)} holds {len(found):,} tokens that look like a person's number."
            yield Hit(why, {"n_tokens": len(found)}, place)


def _where(place: str) -> str:
    if place.startswith("[column="):
        return f"The column “{place[8:-1]}”"
    return "The header" if place == "[header]" else "The text"


def one_row_a_person(table: Table, judging: Judging) -> Iterator[Hit]:
    """Recognise a table in which each row is a person."""
    if _is_variant_table(table) or any(PEOPLE.fullmatch(c.name) for c in table.columns):
        return
    n = judging.context.n_individuals
    minimum = judging.policy.counts.minimum
    if n and n >= 2 * minimum and abs(table.n_rows - n) <= max(2, n // 50):
        why = (
            f"The table has {table.n_rows:,} rows and the cohort {n:,} individuals: "
            "each row seems to be a person."
        )
        yield Hit(why, {"n_rows": table.n_rows, "n_individuals": n})
    elif table.n_rows >= minimum and len(_traits(table)) >= 3 and not _is_summary(table):
        traits = ", ".join(f"“{name}”" for name in _traits(table)[:6])
        why = (
            f"Each of the {table.n_rows:,} rows describes a person ({traits}) and no column counts "
            "how many people it stands for."
        )
        yield Hit(why, {"n_rows": table.n_rows, "n_columns": len(table.columns)})


def _traits(table: Table) -> list[str]:
    return [column.name for column in table.columns if TRAIT.fullmatch(column.name)]


def _is_summary(table: Table) -> bool:
    """Rows named mean, std, min: a description of columns, as pandas' describe() writes it."""
    first = {cell.lower() for cell in table.columns[0].cells}
    return len(first & SUMMARY_ROWS) >= 2


def _is_variant_table(table: Table) -> bool:
    if table.column("position", "pos", "bp", "base_pair_location") is not None:
        return True
    first = table.columns[0].cells[:50]
    return all(re.fullmatch(r"rs\d+|(chr)?[0-9XYM]+[:_]\d+.*", cell) for cell in first)


def dates_of_people(table: Table, judging: Judging) -> Iterator[Hit]:
    """Find days in a column whose rows count few people or none at all."""
    for column in table.columns:
        if column.numbers is None and _mostly_dates(column):
            why = (
                f"The column “{column.name}” has {column.n_distinct:,} different days. "
                "A day, together with a place or a trait, singles people out."
            )
            yield Hit(why, {"n_days": column.n_distinct}, f"[column={column.name}]")


def _mostly_dates(column: Column) -> bool:
    cells = [cell for cell in column.cells if cell]
    return bool(cells) and sum(bool(DATE.fullmatch(c)) for c in cells) > len(cells) / 2


RULES = (
    Rule(
        "PII101", "Pseudonyms of the cohort", Verdict.BLOCK,
        "Leave the identifiers out and give one row a group, with the number of people in it.",
        (Table, Text), cohort_identifiers,
    ),
    Rule(
        "PII102", "Tokens like a person's number", Verdict.BLOCK,
        "Leave the identifiers out. If they are a public series, say which in the justification "
        "and spell them as the series does.",
        (Table, Text), other_person_numbers,
    ),
    Rule(
        "PII103", "One row a person", Verdict.BLOCK,
        "Give one row a group instead: count the people in it with a column named n_individuals, "
        "and drop groups below the policy's minimum.",
        Table, one_row_a_person,
    ),
    Rule(
        "PII104", "Days", Verdict.REVIEW,
        "Give the year, or the time since a common start, in steps that hold enough people.",
        Table, dates_of_people,
    ),
)  # fmt: skip
