"""Columns of Arrow as arrays of NumPy and back, by the memory that both lay out alike.

Arrow's own ways between the two (``to_numpy``, ``pa.array``, ``pa.scalar``) load pandas first,
which takes longer than a whole first question; these do not.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any, TypeAlias

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

Column: TypeAlias = Any  # a column of Arrow, in one piece or in chunks
Bools = NDArray[np.bool_]


def numbers(column: Column, empty: float = 0) -> NDArray[Any]:
    """Return a column of numbers; where an entry is empty, this number stands.

    A column of one piece without empty entries is not copied, and must not be written to.
    """
    return _joined([_filled(each, _numbers(each), empty) for each in _pieces(column)], column)


def measures(column: Column) -> NDArray[np.float64]:
    """Return a column of numbers as floating point; an empty entry is NaN."""
    pieces = [_filled(each, _numbers(each).astype(float), np.nan) for each in _pieces(column)]
    return _joined(pieces, column).astype(float, copy=False)


def flags(column: Column) -> Bools:
    """Return a column of truth values; an empty entry is False."""
    return _joined([_bits(each, 1) & _is_told(each) for each in _pieces(column)], column)


def column_of(values: NDArray[Any]) -> pa.Array:
    """Return numbers or truth values as a column."""
    is_flags = values.dtype == bool
    held = np.packbits(values, bitorder="little") if is_flags else np.ascontiguousarray(values)
    kind = pa.from_numpy_dtype(values.dtype)
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(held)])


def texts(values: Iterable[str]) -> pa.Array:
    """Return texts as a column."""
    written = [value.encode() for value in values]
    ends = np.cumsum([0, *map(len, written)], dtype=np.int32)
    buffers = [None, pa.py_buffer(ends), pa.py_buffer(b"".join(written))]
    return pa.Array.from_buffers(pa.string(), len(written), buffers)


def text(value: str) -> pa.Scalar:
    """Return one text as what a column is compared with."""
    return texts([value])[0]


def _pieces(column: Column) -> Sequence[pa.Array]:
    return getattr(column, "chunks", [column])


def _joined(pieces: Sequence[NDArray[Any]], column: Column) -> NDArray[Any]:
    if len(pieces) == 1:
        return pieces[0]
    return np.concatenate([np.zeros(0, column.type.to_pandas_dtype()), *pieces])


def _numbers(piece: pa.Array) -> NDArray[Any]:
    kind = np.dtype(piece.type.to_pandas_dtype())
    if not len(piece):
        return np.zeros(0, kind)
    return np.frombuffer(piece.buffers()[1], kind, len(piece), piece.offset * kind.itemsize)


def _filled(piece: pa.Array, values: NDArray[Any], empty: float) -> NDArray[Any]:
    if not piece.null_count:
        return values
    return np.where(_is_told(piece), values, np.asarray(empty, values.dtype))


def _is_told(piece: pa.Array) -> Bools:
    return _bits(piece, 0) if piece.null_count else np.ones(len(piece), bool)


def _bits(piece: pa.Array, buffer: int) -> Bools:
    if not len(piece):
        return np.zeros(0, bool)
    held = np.frombuffer(piece.buffers()[buffer], np.uint8)
    last = piece.offset + len(piece)
    return np.unpackbits(held, count=last, bitorder="little")[piece.offset :].astype(bool)
