"""Records of BCF into lines of VCF."""

from __future__ import annotations

import ctypes
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdi_spe.store.kernels.library import library
from gdi_spe.store.kernels.numpy_bcf import BAD, FULL, MORE, lines_of

Bytes = NDArray[np.uint8]
_P, _I = ctypes.c_void_p, ctypes.c_int64


class RecordBroken(ValueError):
    """A record that is not one of BCF; `number` counts from 0 among those that were given."""

    def __init__(self, number: int, why: str) -> None:
        super().__init__(why)
        self.number = number


class _Names(ctypes.Structure):
    _fields_ = (("bytes", _P), ("starts", _P), ("n", _I))


class _Task(ctypes.Structure):
    """Mirrors ``task`` of ``source/bcf.c``, field by field."""

    _fields_ = (
        ("data", _P),
        ("n_data", _I),
        ("keys", _Names),
        ("contigs", _Names),
        ("n_samples", _I),
        ("gt_key", _I),
        ("out", _P),
        ("n_out", _I),
        *((name, _I) for name in ("consumed", "written", "n_records")),
    )


@dataclass(frozen=True)
class Written:
    """What came of a call: bytes read, bytes written, records, and whether the room was the end."""

    consumed: int
    written: int
    n_records: int
    is_full: bool


class Transcoder:
    """Writes the records of one file; knows the names that its header gives."""

    def __init__(self, keys: Sequence[str], contigs: Sequence[str], n_samples: int) -> None:
        self._keys = [name.encode() for name in keys]
        self._contigs = [name.encode() for name in contigs]
        self._n_samples = n_samples
        self._gt_key = self._keys.index(b"GT") if b"GT" in self._keys else -1
        self._tables = [_table(names) for names in (self._keys, self._contigs)]

    def write(self, data: Bytes, out: Bytes) -> Written:
        """Write whole records of ``data`` as lines into ``out``, as many as fit.

        Raises
        ------
        RecordBroken
            If a record is not what the format allows; those before it are not told.
        """
        kernels = library()
        if kernels is None:
            return self._write_plainly(data, out)
        task = _Task(data=data.ctypes.data, n_data=len(data), n_samples=self._n_samples)
        task.gt_key, task.out, task.n_out = self._gt_key, out.ctypes.data, len(out)
        task.keys, task.contigs = (
            _Names(text.ctypes.data, starts.ctypes.data, len(starts) - 1)
            for text, starts in self._tables
        )
        kernels.spe_bcf_text.restype = ctypes.c_int64
        status = int(kernels.spe_bcf_text(ctypes.byref(task)))
        if status not in (MORE, FULL):
            raise RecordBroken(task.n_records, BAD[status])
        return Written(task.consumed, task.written, task.n_records, status == FULL)

    def _write_plainly(self, data: Bytes, out: Bytes) -> Written:
        found = lines_of(
            data.tobytes(), self._keys, self._contigs, self._n_samples, self._gt_key, len(out)
        )
        if found.status not in (MORE, FULL):
            raise RecordBroken(found.n_records, BAD[found.status])
        out[: len(found.text)] = np.frombuffer(found.text, np.uint8)
        return Written(found.consumed, len(found.text), found.n_records, found.status == FULL)


def _table(names: Sequence[bytes]) -> tuple[Bytes, NDArray[np.int64]]:
    starts = np.cumsum([0, *map(len, names)], dtype=np.int64)
    return np.frombuffer(b"".join(names) + b"\0", np.uint8), starts
