"""Tables in the canonical shape (TSV, CSV or Parquet, one file a table)."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Any

import pyarrow as pa

from gdi_spe.boundary.errors import BadInput
from gdi_spe.node.cohorts.phenotypes.collected import Phenotypes, Relation, SampleRow
from gdi_spe.node.cohorts.phenotypes.findings import Fault
from gdi_spe.node.cohorts.phenotypes.reading.cells import (
    DEFAULTS,
    FILLED_IN,
    PERIODS,
    WrongCell,
    read_cell,
)
from gdi_spe.node.cohorts.phenotypes.reading.moments import age_of
from gdi_spe.node.cohorts.phenotypes.reading.places import Place
from gdi_spe.node.cohorts.phenotypes.reading.record import Row
from gdi_spe.node.cohorts.phenotypes.reading.table_files import ENDINGS, read_table_file
from gdi_spe.store.schemas import PERSON_TABLES

_OWN_COLUMNS = ("individual_id", "sample_id", "dataset_id", "sample_index", "origin")


def read_tables(folder: Path, into: Phenotypes) -> None:
    """Read every canonical table of a folder.

    Raises
    ------
    BadInput
        Naming file and line (of Parquet: the row) of what is not understood.
    """
    if not folder.is_dir():
        raise BadInput("there is no such folder", source=str(folder))
    for path in sorted(folder.iterdir()):
        if path.stem not in PERSON_TABLES or path.suffix not in ENDINGS:
            near = get_close_matches(path.stem, PERSON_TABLES, n=1)
            hint = f" (did you mean {near[0]}?)" if near and near[0] != path.stem else ""
            into.findings.left_out.add(f"files that are no canonical table{hint}", path.name)
    for name in PERSON_TABLES:
        path_ = _file(folder, name)
        if path_ is not None:
            _read_table(name, path_, into)


def _file(folder: Path, name: str) -> Path | None:
    found = [path for ending in ENDINGS if (path := folder / f"{name}{ending}").is_file()]
    if len(found) > 1:
        names = " and ".join(path.name for path in found)
        raise BadInput(f"{name} is there more than once: {names}", source=str(folder))
    return found[0] if found else None


def _read_table(name: str, path: Path, into: Phenotypes) -> None:
    seen: dict[str, Place] = {}
    key = "sample_id" if name == "samples" else "individual_id"
    is_alone = name in ("individuals", "samples", "pedigree")
    for place, row in _rows(path, name, into):
        if is_alone:
            earlier = seen.setdefault(row[key], place)
            if earlier is not place:
                why = f"{key} {row[key]!r} is recorded already, at {earlier}"
                raise BadInput(why, source=place.source, line=place.line)
        _take(name, row, place, into)


def _take(name: str, row: Row, place: Place, into: Phenotypes) -> None:
    if name == "individuals":
        into.add_individual(row, place)
    elif name == "samples":
        details = {k: v for k, v in row.items() if k not in _OWN_COLUMNS}
        sample = SampleRow(row["individual_id"], row["origin"], details)
        into.listed_samples[row["sample_id"]] = (sample, place)
    elif name == "pedigree":
        father, mother, family = (row.get(n) for n in ("father_id", "mother_id", "family_id"))
        into.add_relation(row["individual_id"], Relation(father, mother, family, place))
    else:
        into.add(name, [row], row["individual_id"], place)


def _rows(path: Path, table: str, into: Phenotypes) -> Iterator[tuple[Place, Row]]:
    schema = PERSON_TABLES[table]
    source = read_table_file(path)
    _check_columns(source.columns, schema, path)
    for place, cells in source.rows():
        try:
            yield place, _row(cells, schema)
        except WrongCell as error:
            kind, why = f"{table} {error.column}", str(error)
            into.findings.fault(Fault(kind, why, place.source, place.line, error.remedy))


def _check_columns(names: list[str], schema: pa.Schema, path: Path) -> None:
    def refuse(why: str, remedy: str = "") -> BadInput:
        line = None if path.suffix == ".parquet" else 1
        return BadInput(why, source=str(path), line=line, remedy=remedy)

    for name in names:
        if name not in schema.names:
            raise refuse(f"unknown column {name[:80]!r}", _hint(name, schema.names, path))
        if names.count(name) > 1:
            raise refuse(f"the column {name!r} is there twice")
    for field in schema:
        if not field.nullable and field.name not in (*FILLED_IN, *DEFAULTS, *names):
            raise refuse(f"the column {field.name!r} is missing")


def _hint(name: str, known: list[str], path: Path) -> str:
    wrong = {".tsv": ",;", ".csv": "\t;"}.get(path.suffix, "")
    if any(mark in name for mark in wrong):
        return f"Part the columns of a {path.suffix[1:]} file with " + (
            "tabs" if path.suffix == ".tsv" else "commas"
        )
    near = get_close_matches(name.casefold(), known, n=1, cutoff=0.5)
    return f"Did you mean {near[0]}" if near else f"Columns are {', '.join(known)}"


def _row(cells: dict[str, Any], schema: pa.Schema) -> Row:
    row = {
        name: read_cell(name, value, schema.field(name).type)
        for name, value in cells.items()
        if name not in FILLED_IN
    }
    for period, years in PERIODS.items():
        if row.get(period) and years in schema.names:
            _agree(row, period, years)
    for field in schema:
        if not field.nullable and row.get(field.name) is None and field.name not in FILLED_IN:
            if field.name not in DEFAULTS:
                raise WrongCell(field.name, "is empty")
            row[field.name] = DEFAULTS[field.name] or row.get("term")
    return row


def _agree(row: Row, period: str, years: str) -> None:
    told = age_of(row[period])
    if row.get(years) is None:
        row[years] = told
    elif abs(row[years] - told) > 1:
        raise WrongCell(years, f"{row[years]:g} is not the age {row[period]}")
