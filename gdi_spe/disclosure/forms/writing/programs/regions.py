"""Annotation of genomes as GTF or GFF: each attribute in a column of its own."""

from __future__ import annotations

import re
from dataclasses import replace

import pyarrow as pa

from gdi_spe.disclosure.contents.table import Column, Table, column_of

_DIGITS = 15
_GTF = re.compile(r'(?:([A-Za-z_][\w.]{0,40}) (?:"([^"]{0,200})"|(\d{1,9}));? ?)')
_GFF = re.compile(r"([A-Za-z_][\w.]{0,40})=([^;=\t]{0,400})(?:;|$)")
# Ensembl and NCBI write of what an identifier is before it.
_SORT = re.compile(r"^(gene|transcript|exon|CDS|rna|mrna|chromosome)[:-]")
_NAMES = ("chrom", "source", "feature", "start", "end", "score", "strand", "frame")
_MOST_ATTRIBUTES = 60


def with_attributes(table: Table) -> Table | None:
    """Return a GTF or GFF with a column for each attribute; None if a table is none.

    Its bytes stay; rules look at each attribute in a column of its own, so that none is unread.
    """
    if len(table.columns) != len(_NAMES) + 1 or not table.n_rows:
        return None
    *places, last = table.columns
    if not _are_places(places):
        return None
    for grammar in (_GTF, _GFF):
        rows = [_attributes(text, grammar) for text in last.texts()]
        told = [row for row in rows if row is not None]
        if len(told) == len(rows):
            return _apart(table, places, told)
    return None


def _are_places(columns: list[Column]) -> bool:
    start, end, strand, frame = columns[3], columns[4], columns[6], columns[7]
    return (
        start.is_integer
        and end.is_integer
        and set(strand.cells) <= {"+", "-", ".", "?"}
        and set(frame.cells) <= {"0", "1", "2", "."}
    )


def _attributes(text: str, grammar: re.Pattern[str]) -> dict[str, str] | None:
    """Return what each attribute is; the same attribute may be told several times."""
    found: dict[str, str] = {}
    at = 0
    while at < len(text):
        match = grammar.match(text, at)
        if match is None or match.end() == at:
            return None
        name, *values = match.groups()
        value = _SORT.sub("", next((each for each in values if each is not None), ""))
        found[name] = f"{found[name]},{value}" if name in found else value
        at = match.end()
    return found


def _apart(table: Table, places: list[Column], rows: list[dict[str, str]]) -> Table | None:
    names = list(dict.fromkeys(name for row in rows for name in row))
    if len(names) > _MOST_ATTRIBUTES:
        return None
    named = [
        Column(name, column.cells, column.codes)
        for name, column in zip(_NAMES, places, strict=True)
    ]
    made = [
        column_of(
            f"{name}_" if name in _NAMES else name,
            pa.array([row.get(name, "") for row in rows]), _DIGITS,
        )
        for name in names
    ]  # fmt: skip
    return replace(table, columns=(*named, *made))
