"""Show a file's canonical bytes on a page: tables by pages, text as text, pictures apart."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass

from gdi_spe.node.web.node_api import Content

ROWS_A_PAGE = 100
_MAX_TEXT = 200_000
_MAX_COLUMNS = 200


@dataclass(frozen=True)
class Preview:
    """What a page shows of a file."""

    form: str
    header: tuple[str, ...] = ()
    rows: tuple[tuple[str, ...], ...] = ()
    n_rows: int = 0
    page: int = 1
    n_pages: int = 1
    text: str = ""
    is_cut: bool = False


def preview(content: Content, page: int) -> Preview:
    """Return what to show of a file; what has no form to show is said so."""
    if content.media_type in ("text/csv", "text/tab-separated-values"):
        return _delimited(content, page)
    if content.media_type == "application/vnd.apache.parquet":
        return _parquet(content, page)
    if content.media_type in ("text/plain", "application/json"):
        text = content.data.decode("utf-8", errors="replace")
        return Preview("text", text=text[:_MAX_TEXT], is_cut=len(text) > _MAX_TEXT)
    return Preview("picture" if content.media_type == "image/png" else "none")


def _delimited(content: Content, page: int) -> Preview:
    delimiter = "\t" if content.media_type == "text/tab-separated-values" else ","
    text = content.data.decode("utf-8", errors="replace")
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    header, *rows = [tuple(row) for row in reader]
    return _table(header, rows, page)


def _parquet(content: Content, page: int) -> Preview:
    # Only canonical bytes, which this product wrote, carry the media type.
    import pyarrow.parquet as pq

    table = pq.read_table(io.BytesIO(content.data))
    columns = [[_cell(value) for value in column.to_pylist()] for column in table.columns]
    rows = list(zip(*columns, strict=True))
    return _table(tuple(table.column_names), rows, page)


def _cell(value: object) -> str:
    return "" if value is None else str(value)


def _table(header: tuple[str, ...], rows: list[tuple[str, ...]], page: int) -> Preview:
    n_pages = max(1, -(-len(rows) // ROWS_A_PAGE))
    page = min(max(page, 1), n_pages)
    shown = rows[(page - 1) * ROWS_A_PAGE : page * ROWS_A_PAGE]
    return Preview(
        "table", header[:_MAX_COLUMNS], tuple(row[:_MAX_COLUMNS] for row in shown),
        len(rows), page, n_pages, is_cut=len(header) > _MAX_COLUMNS,
    )  # fmt: skip
