"""A table as the rules see it: columns with canonical text and, where all cells are, numbers."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

# Characters that show nothing and can carry something: controls, formats, private use, surrogates.
INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\ue000-\uf8ff"
    "\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d{1,4})?")
_PLAIN = re.compile(r"[!-~]+")
_INTEGER = re.compile(r"[+-]?\d{1,15}")
_MISSING = {"", "NA", "N/A", "NaN", "nan", "null", "None", "."}


@dataclass(frozen=True)
class Column:
    """One column; ``cells`` are its distinct values, ``codes`` say which each row has."""

    name: str
    cells: tuple[str, ...]
    codes: NDArray[np.int32]

    @cached_property
    def numbers(self) -> NDArray[np.float64] | None:
        """The values as numbers, NaN where missing; None when a cell is something else."""
        values = [_number(cell) for cell in self.cells]
        if None in values or all(cell in _MISSING for cell in self.cells):
            return None
        return np.asarray(values, dtype=np.float64)[self.codes]

    @cached_property
    def is_integer(self) -> bool:
        """Whether every cell that has a value is a whole number."""
        return self.numbers is not None and all(
            cell in _MISSING or float(cell).is_integer() for cell in self.cells
        )

    @property
    def n_distinct(self) -> int:
        """Number of different values."""
        return len(self.cells)

    @property
    def n_missing(self) -> int:
        """Number of rows without a value."""
        missing = [i for i, cell in enumerate(self.cells) if cell in _MISSING]
        return int(np.isin(self.codes, missing).sum())

    def text(self, row: int) -> str:
        """Return one cell."""
        return self.cells[int(self.codes[row])]

    def texts(self) -> list[str]:
        """Return every row's cell."""
        cells = self.cells
        return [cells[code] for code in self.codes.tolist()]


@dataclass(frozen=True)
class Table:
    """A part of a file that is rows and columns."""

    path: str
    columns: tuple[Column, ...]

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self.columns[0].codes) if self.columns else 0

    @cached_property
    def labels(self) -> tuple[Column, ...]:
        """The columns that are not numbers."""
        return tuple(column for column in self.columns if column.numbers is None)

    def column(self, *names: str) -> Column | None:
        """Return the first column that has one of these names, whatever their case."""
        wanted = {name.lower() for name in names}
        return next((c for c in self.columns if c.name.lower() in wanted), None)

    def label_of(self, row: int) -> str:
        """Say which row this is, for a person: its labels, or its number."""
        labels = [c.text(row) for c in (self.labels or self.columns[:1])[:4]]
        return ", ".join(label[:60] for label in labels if label) or f"row {row + 1}"


def column_of(name: str, array: pa.Array | pa.ChunkedArray, digits: int) -> Column:
    """Make a column with canonical cells from Arrow's strings."""
    encoded = pc.dictionary_encode(array)
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    cleaned = [canonical_cell(value or "", digits) for value in encoded.dictionary.to_pylist()]
    codes = pc.fill_null(encoded.indices, len(cleaned)).to_numpy(zero_copy_only=False)
    cleaned.append("")
    return _column(clean_text(name).strip(), cleaned, codes)


def _column(name: str, cleaned: list[str], codes: NDArray[np.int32]) -> Column:
    """Merge values that became equal, in the order in which rows first show them."""
    order: dict[str, int] = {}
    used = np.unique(codes)
    mapping = np.zeros(len(cleaned), dtype=np.int32)
    for code in used.tolist():
        mapping[code] = order.setdefault(cleaned[code], len(order))
    return Column(name, tuple(order), mapping[codes])


def clean_text(text: str) -> str:
    """Return the text in NFC without characters that show nothing."""
    return INVISIBLE.sub("", unicodedata.normalize("NFC", text))


def canonical_cell(text: str, digits: int) -> str:
    """Return a cell's one spelling: clean, trimmed, numbers with the digits that policy allows."""
    if _PLAIN.fullmatch(text):  # most cells: nothing to clean
        return canonical_number(text, digits) if NUMBER.fullmatch(text) else text
    text = " ".join(clean_text(text.replace("\n", " ").replace("\t", " ")).split())
    return canonical_number(text, digits) if NUMBER.fullmatch(text) else text


def canonical_number(text: str, digits: int) -> str:
    """Return a number's one spelling; whole numbers of up to 15 digits are kept exactly."""
    if _INTEGER.fullmatch(text):
        return str(int(text))
    value = float(f"{float(text):.{digits}g}")
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _number(cell: str) -> float | None:
    if cell in _MISSING:
        return float("nan")
    return float(cell) if NUMBER.fullmatch(cell) else None
