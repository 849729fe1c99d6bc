"""Tables in the canonical shape (TSV or CSV, one file a table) into the canonical tables."""

from __future__ import annotations

import csv
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa

from gdi_spe.boundary.errors import BadInput
from gdi_spe.node.cohorts.phenotypes import Phenotypes, Row
from gdi_spe.query.periods import years_of
from gdi_spe.store.schemas import ORIGINS, PERSON_TABLES, SEXES, STATUSES
from gdi_spe.terms.curies import require_known

_CHOICES = {"sex": SEXES, "status": STATUSES, "origin": ORIGINS}
_TERMS = ("term", "value_term", "severity", "response")
# A period's column -> the column of the same age in years.
_PERIODS = {"age": "age_years", "onset_age": "onset_years", "start_age": "start_years"}
_FILLED_IN = ("dataset_id", "sample_index")


@dataclass(frozen=True)
class SampleRow:
    """Whose sample a VCF column is, and of which kind."""

    individual_id: str
    origin: str


def read_samples(folder: Path | None, names: tuple[str, ...]) -> dict[str, SampleRow]:
    """Return the individual of each sample: ``samples.tsv`` says, else the sample's own name."""
    mapped = {name: SampleRow(name, "germline") for name in names}
    path = _file(folder, "samples") if folder else None
    seen: set[str] = set()
    for line, row in _rows(path, "samples") if path else ():
        name = row["sample_id"]
        if name not in mapped or name in seen:
            why = "stands twice" if name in seen else "is in no VCF file"
            raise BadInput(f"sample {name!r} {why}", source=str(path), line=line)
        seen.add(name)
        mapped[name] = SampleRow(row["individual_id"], row.get("origin") or "germline")
    return mapped


def read_tables(folder: Path, into: Phenotypes) -> None:
    """Read every canonical table of a folder.

    Raises
    ------
    BadInput
        Naming file and line of the first row that is not understood.
    """
    if not folder.is_dir():
        raise BadInput("there is no such folder", source=str(folder))
    for path in sorted(folder.iterdir()):
        if path.stem not in PERSON_TABLES or path.suffix not in (".tsv", ".csv"):
            into.findings.left_out[f"{path.name}: not a canonical table"] += 1
    for name in PERSON_TABLES:
        found = _file(folder, name)
        for line, row in _rows(found, name) if found and name != "samples" else ():
            into.require(row["individual_id"], str(found), line)
            if name == "individuals":
                into.add_individual(row)
            else:
                into.add(name, row)


def _file(folder: Path, name: str) -> Path | None:
    found = [p for ending in ("tsv", "csv") if (p := folder / f"{name}.{ending}").is_file()]
    if len(found) > 1:
        raise BadInput(f"{name} is there twice, as TSV and as CSV", source=str(folder))
    return found[0] if found else None


def _rows(path: Path | None, table: str) -> Iterator[tuple[int, Row]]:
    if path is None:
        return
    schema = PERSON_TABLES[table]
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, dialect="excel-tab" if path.suffix == ".tsv" else "excel")
            _check_columns(reader.fieldnames or (), schema, str(path))
            for raw in reader:
                yield reader.line_num, _row(raw, schema, str(path), reader.line_num)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise BadInput(f"cannot be read ({error})", source=str(path)) from None


def _check_columns(names: Any, schema: pa.Schema, source: str) -> None:
    needed = [f.name for f in schema if not f.nullable and f.name not in (*_FILLED_IN, *_DEFAULTS)]
    for name in names:
        if name not in schema.names:
            raise BadInput(f"unknown column {name!r}", source=source, line=1)
    for name in needed:
        if name not in names:
            raise BadInput(f"the column {name!r} is missing", source=source, line=1)


# What a required column has where it is left out.
_DEFAULTS: Mapping[str, str | None] = {
    "sex": "unknown",
    "label": None,
    "status": "present",
    "origin": "germline",
}


def _row(raw: Mapping[Any, Any], schema: pa.Schema, source: str, line: int) -> Row:
    if None in raw or None in raw.values():
        raise BadInput("not as many columns as the first line names", source=source, line=line)
    cells = {name: text.strip() for name, text in raw.items() if name not in _FILLED_IN}
    row = {
        name: _value(name, text, schema.field(name).type, source, line) if text else None
        for name, text in cells.items()
    }
    for period, years in _PERIODS.items():
        if row.get(period) and row.get(years) is None and years in schema.names:
            row[years] = years_of(str(row[period]))
    for field in schema:
        if not field.nullable and row.get(field.name) is None and field.name not in _FILLED_IN:
            if field.name not in _DEFAULTS:
                raise BadInput(f"{field.name} is empty", source=source, line=line)
            row[field.name] = _DEFAULTS[field.name] or row.get("term")
    return row


def _value(name: str, text: str, kind: pa.DataType, source: str, line: int) -> Any:
    def refuse(why: str) -> BadInput:
        return BadInput(f"{name} {text[:40]!r} {why}", source=source, line=line)

    if name in _CHOICES and text not in _CHOICES[name]:
        raise refuse(f"is not one of {', '.join(_CHOICES[name])}")
    if name in _TERMS:
        return require_known(text, source, line)
    try:
        parsed = _parsed(name, text, kind)
    except BadInput:
        raise refuse("is no age (ISO 8601 period, as in P60Y)") from None
    except ValueError:
        raise refuse("is not what the column holds") from None
    if isinstance(parsed, float) and (
        not math.isfinite(parsed) or (parsed < 0 and name != "value")
    ):
        raise refuse("is not a number that can be")
    return parsed


def _parsed(name: str, text: str, kind: pa.DataType) -> Any:
    if name in _PERIODS:
        years_of(text)
    if kind == pa.date32():
        return date.fromisoformat(text)
    return float(text) if kind == pa.float64() else text
