"""Files that hold one table: TSV and CSV in UTF-8 or UTF-16, and Parquet; a row at a time."""

from __future__ import annotations

import codecs
import csv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from gdi_spe.boundary.errors import BadInput
from gdi_spe.node.cohorts.phenotypes.reading.places import Place

ENDINGS = (".tsv", ".csv", ".parquet")
_BATCH_ROWS = 10_000


@dataclass(frozen=True)
class TableFile:
    """A table's columns, and its rows with their places."""

    columns: list[str]
    rows: Callable[[], Iterator[tuple[Place, dict[str, Any]]]]


def read_table_file(path: Path) -> TableFile:
    """Open a table by its file's ending.

    Raises
    ------
    BadInput
        If it cannot be read as that.
    """
    return _parquet(path) if path.suffix == ".parquet" else _delimited(path)


def _delimited(path: Path) -> TableFile:
    lines = _lines(path)
    _place, header = next(lines, (None, []))
    columns = [name.strip() for name in header]
    if not columns:
        raise BadInput("is empty: the first line names the columns", source=str(path))

    def rows() -> Iterator[tuple[Place, dict[str, Any]]]:
        for place, cells in lines:
            if len(cells) != len(columns):
                raise BadInput(
                    f"not as many columns as the first line names ({len(cells)}, not "
                    f"{len(columns)})",
                    source=place.source,
                    line=place.line,
                )
            yield place, dict(zip(columns, cells, strict=True))

    return TableFile(columns, rows)


def _lines(path: Path) -> Iterator[tuple[Place, list[str]]]:
    """Give the cells of each line; a cell in quotes may hold line breaks."""
    source = str(path)
    line = 0
    try:
        with path.open(encoding=_encoding(path), newline="") as file:
            dialect = "excel-tab" if path.suffix == ".tsv" else "excel"
            reader = csv.reader(file, dialect=dialect, strict=True)
            for cells in reader:
                line = reader.line_num
                if cells:
                    yield Place(source, line), cells
    except UnicodeError:
        remedy = "Save it as UTF-8"
        raise BadInput(
            "neither UTF-8 nor UTF-16 text", source=source, line=line + 1, remedy=remedy
        ) from None
    except csv.Error as error:
        raise BadInput(f"cannot be read ({error})", source=source, line=line + 1) from None
    except OSError as error:
        raise BadInput(f"cannot be read ({error.strerror})", source=source) from None


def _encoding(path: Path) -> str:
    with path.open("rb") as file:
        mark = file.read(2)
    return "utf-16" if mark in (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE) else "utf-8-sig"


def _parquet(path: Path) -> TableFile:
    try:
        file = pq.ParquetFile(path)
        columns = list(file.schema_arrow.names)
    except (pa.ArrowException, OSError, ValueError) as error:
        raise _not_parquet(path, error) from None

    def rows() -> Iterator[tuple[Place, dict[str, Any]]]:
        number = 0
        batches = file.iter_batches(batch_size=_BATCH_ROWS)
        while (batch := _next(path, batches)) is not None:
            for row in batch:
                number += 1
                yield Place(f"{path}, row {number}"), row

    return TableFile(columns, rows)


def _next(path: Path, batches: Iterator[pa.RecordBatch]) -> list[dict[str, Any]] | None:
    try:
        batch = next(batches, None)
        return None if batch is None else batch.to_pylist()
    except (pa.ArrowException, OSError, ValueError, OverflowError) as error:
        raise _not_parquet(path, error) from None


def _not_parquet(path: Path, error: Exception) -> BadInput:
    first = str(error).partition("\n")[0][:200]
    return BadInput(f"no Parquet that can be read ({first})", source=str(path))
