"""VCF text into rows by the compiled parser; what it is not sure of comes back as odd lines."""

from __future__ import annotations

import ctypes
import threading
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gdi_spe.store.kernels.library import library

Bytes = NDArray[np.uint8]
Ints = NDArray[np.int32]

_MAX_ROWS, _MAX_RUNS, _MAX_ODD = 1 << 16, 1 << 10, 1 << 14
_PEOPLE_BYTES = 64 << 20  # of what is wanted of each sample beside its genotype, at a time
_MAX_ALTERNATES = 64
_VALUES = ("format_GQ", "format_DP", "format_AD_reference", "format_AD_alternate")
_NO_VALUE = -(2**31)
_P = ctypes.c_void_p
_I = ctypes.c_int64


class _Strings(ctypes.Structure):
    _fields_ = (("offsets", _P), ("bytes", _P), ("capacity", _I))


class _Chunk(ctypes.Structure):
    """Mirrors ``chunk`` of ``source/vcf.c``, field by field."""

    _fields_ = (
        *((name, _P if name == "text" else _I) for name in ("text", "n_bytes", "n_samples")),
        *((name, _P) for name in ("place", "scratch")),
        *((name, _I) for name in ("max_rows", "max_runs", "max_odd")),
        *((name, _P) for name in ("line", "position", "allele_index", "fields", "id_is_there")),
        *((name, _Strings) for name in ("id", "reference", "alternate", "calls")),
        *((name, _P) for name in ("runs", "odd")),
        *((name, _I) for name in ("min_gq", "min_dp")),
        *((name, _P) for name in ("low", "phase", *_VALUES)),
        *((name, _I) for name in ("n_consumed", "n_lines", "n_rows", "n_runs", "n_odd")),
    )


@dataclass(frozen=True)
class Parsed:
    """Rows of a stretch of lines; numbers of lines count from 0 within it."""

    n_lines: int
    # Without the chromosome, which `runs` tells.
    table: pa.Table
    # (first row, name) of each stretch of rows on one chromosome.
    runs: list[tuple[int, bytes]]
    # (line, text) of what a closer look must judge.
    odd: list[tuple[int, bytes]]
    # Where QUAL, FILTER, INFO and FORMAT start in the text, and where FORMAT ends, a row each.
    fields: Ints
    text: Bytes
    # Calls that a filter made missing, told at the first row of each record.
    low: Ints


@dataclass(frozen=True)
class People:
    """What is wanted of each sample beside its genotype."""

    columns: tuple[str, ...] = ()
    min_gq: int = 0
    min_dp: int = 0


class Parser:
    """Reads the text of one file; may be used by several threads at a time."""

    def __init__(
        self, n_samples: int, place: Ints | None = None, people: People | None = None
    ) -> None:
        found = library()
        if found is None:
            raise ValueError("the compiled kernels are not there")
        if place is not None and sorted(place.tolist()) != list(range(n_samples)):
            raise ValueError("a place for each sample")
        self._library, self._n_samples = found, n_samples
        self._place = None if place is None else np.ascontiguousarray(place, np.int32)
        self._people = people or People()
        self._rooms = threading.local()

    def parse(self, text: Bytes) -> list[Parsed]:
        """Read whole lines; several stretches where the rows of one would not fit its room."""
        if text.dtype != np.uint8 or text.ndim != 1 or len(text) >= 2**31:
            raise ValueError("text is one row of at most 2 GiB")
        done: list[Parsed] = []
        rest = np.ascontiguousarray(text)
        while len(rest):
            parsed, n_bytes = self._room(len(text)).parse(self._library, rest)
            done.append(parsed)
            rest = rest[n_bytes:]
        return done

    def _room(self, n_bytes: int) -> _Room:
        room = getattr(self._rooms, "room", None)
        if room is None or room.n_bytes < n_bytes:
            room = self._rooms.room = _Room(n_bytes, self._n_samples, self._place, self._people)
        return room


class _Room:
    """Arrays that a parse writes to; used again and again, so that they stay in the cache."""

    def __init__(self, n_bytes: int, n_samples: int, place: Ints | None, people: People) -> None:
        n_words = (n_samples + 63) // 64
        n_rows = min(n_bytes // (2 * n_samples + 16) + 256, _MAX_ROWS)
        if people.columns:
            n_rows = min(n_rows, max(_PEOPLE_BYTES // (4 * n_samples + 1), _MAX_ALTERNATES))
        self._filters, self._low = people, np.zeros(n_rows, np.int32)
        self._values = {
            name: np.empty((n_rows, n_samples), np.int32)
            for name in people.columns
            if name in _VALUES
        }
        self._phase = np.empty((n_rows, 2 * n_words), "<u8") if "phase" in people.columns else None
        self.n_bytes, self._n_samples, self._place = n_bytes, n_samples, place
        self.line, self.position = (np.empty(n_rows, np.int32) for _ in range(2))
        self.allele_index = np.empty(n_rows, np.int16)
        self.fields = np.empty((n_rows, 5), np.int32)
        self.id_is_there = np.empty((n_rows + 7) // 8, np.uint8)
        self.runs, self.odd = (np.empty((n, 3), np.int32) for n in (_MAX_RUNS, _MAX_ODD))
        self._scratch = np.empty(6 * n_words + 2 * n_samples + 1, np.uint64)
        largest = 16 + 24 * n_words + 8 * n_samples
        self._strings = {
            name: (np.empty(n_rows + 1, np.int32), np.empty(min(capacity, 2**31 - 1), np.uint8))
            for name, capacity in (
                ("id", n_bytes),
                ("reference", n_bytes),
                ("alternate", n_bytes),
                ("calls", n_bytes // 4 + largest),
            )
        }

    def parse(self, found: ctypes.CDLL, text: Bytes) -> tuple[Parsed, int]:
        """Read lines until the text or the room ends; return how much of the text was read."""
        chunk = self._chunk(text)
        found.spe_vcf_parse(ctypes.byref(chunk))
        n = int(chunk.n_rows)
        odd = [
            (line, text[start:end].tobytes())
            for line, start, end in self.odd[: chunk.n_odd].tolist()
        ]
        runs = [
            (row, text[start:end].tobytes())
            for row, start, end in self.runs[: chunk.n_runs].tolist()
        ]
        columns = {
            "line": pa.array(self.line[:n].astype(np.int64)),
            "position": pa.array(self.position[:n].copy()),
            "id": self._column("id", n, pa.string()),
            "reference": self._column("reference", n, pa.string()),
            "alternate": self._column("alternate", n, pa.string()),
            "allele_index": pa.array(self.allele_index[:n].copy()),
            "calls": self._column("calls", n, pa.binary()),
            **self._people(n),
        }
        fields, low = self.fields[:n].copy(), self._low[:n].copy()
        parsed = Parsed(chunk.n_lines, pa.table(columns), runs, odd, fields, text, low)
        return parsed, int(chunk.n_consumed)

    def _people(self, n: int) -> dict[str, pa.Array]:
        columns: dict[str, pa.Array] = {}
        offsets = np.arange(n + 1, dtype=np.int32)
        for name, values in self._values.items():
            told = values[:n].reshape(-1).copy()
            items = pa.array(told, mask=told == _NO_VALUE)
            columns[name] = pa.ListArray.from_arrays(pa.array(offsets * self._n_samples), items)
        if self._phase is not None:
            data = self._phase[:n].tobytes()
            ends = pa.py_buffer(offsets * (self._phase.shape[1] * 8))
            buffers = [None, ends, pa.py_buffer(data)]
            columns["phase"] = pa.Array.from_buffers(pa.binary(), n, buffers)
        return columns

    def _chunk(self, text: Bytes) -> _Chunk:
        def at(array: NDArray[Any]) -> int:
            return int(array.ctypes.data)

        parts = {
            name: _Strings(at(offsets), at(data), len(data))
            for name, (offsets, data) in self._strings.items()
        }
        return _Chunk(
            text=at(text),
            n_bytes=len(text),
            n_samples=self._n_samples,
            place=None if self._place is None else at(self._place),
            scratch=at(self._scratch),
            max_rows=len(self.line),
            max_runs=len(self.runs),
            max_odd=len(self.odd),
            line=at(self.line),
            position=at(self.position),
            allele_index=at(self.allele_index),
            fields=at(self.fields),
            id_is_there=at(self.id_is_there),
            runs=at(self.runs),
            odd=at(self.odd),
            min_gq=self._filters.min_gq,
            min_dp=self._filters.min_dp,
            low=at(self._low),
            phase=None if self._phase is None else at(self._phase),
            **{name: at(values) for name, values in self._values.items()},
            **parts,
        )

    def _column(self, name: str, n: int, kind: pa.DataType) -> pa.Array:
        offsets, data = self._strings[name]
        there = self.id_is_there[: (n + 7) // 8].copy() if name == "id" else None
        used = int(offsets[n])
        buffers = [
            None if there is None else pa.py_buffer(there),
            pa.py_buffer(offsets[: n + 1].copy()),
            pa.py_buffer(data[:used].copy()),
        ]
        return pa.Array.from_buffers(kind, n, buffers)
