"""NumPy arrays of numbers: read by their header, never by unpickling."""

from __future__ import annotations

import ast
import io

import numpy as np
import pyarrow as pa

from gdi_spe.boundary.policy import DisclosurePolicy
from gdi_spe.disclosure.contents.parts import Opaque, Part
from gdi_spe.disclosure.contents.table import Table, column_of
from gdi_spe.disclosure.intake.form import Canonical, Hostile, Impossible, named

_MOST_COLUMNS = 20_000


def encode(data: bytes, name: str, policy: DisclosurePolicy) -> Canonical:
    """Write an array anew with the digits that policy allows."""
    array, n_trailing = _read(data)
    digits = policy.files.significant_digits
    flat = array.reshape(array.shape[0], -1) if array.ndim > 1 else array.reshape(-1, 1)
    if flat.shape[0] > policy.files.max_rows or flat.shape[1] > _MOST_COLUMNS or not flat.size:
        raise Impossible("it has more rows or columns than can be looked at, or none")
    columns = tuple(
        column_of("values" if flat.shape[1] == 1 else f"column_{i + 1}",
                  pa.array([repr(v) for v in flat[:, i].tolist()]), digits)
        for i in range(flat.shape[1])
    )  # fmt: skip
    parts: list[Part] = [Table("array", columns)]
    if n_trailing:
        parts.append(Opaque("trailer", f"{n_trailing:,} bytes follow the array"))
    numbers = [c.numbers if c.numbers is not None else flat[:, i] for i, c in enumerate(columns)]
    rounded = np.column_stack(numbers).reshape(array.shape).astype(array.dtype)
    sink = io.BytesIO()
    np.lib.format.write_array(sink, np.ascontiguousarray(rounded), allow_pickle=False)
    media_type = "application/x-npy"
    return Canonical(sink.getvalue(), media_type, named(name, media_type), tuple(parts))


def _read(data: bytes) -> tuple[np.ndarray, int]:
    size = 2 if data[6:7] == b"\x01" else 4
    start = 8 + size
    end = start + int.from_bytes(data[8:start], "little")
    try:
        header = ast.literal_eval(data[start:end].decode("latin-1").strip())
        dtype = np.dtype(header["descr"])
        shape = tuple(int(n) for n in header["shape"])
        order = "F" if header["fortran_order"] else "C"
    except (ValueError, SyntaxError, TypeError, KeyError, MemoryError, RecursionError) as error:
        raise Hostile(f"the array's header cannot be read: {error}") from None
    # TRUST: an array of objects is a pickle.
    if dtype.kind not in "iuf" or dtype.names is not None:
        raise Hostile(f"it is an array of {dtype}, not of numbers")
    n_bytes = dtype.itemsize * int(np.prod(shape, dtype=object))
    if end + n_bytes > len(data) or any(n < 0 for n in shape):
        raise Hostile("the array is cut short")
    flat = np.frombuffer(data[end : end + n_bytes], dtype=dtype)
    return flat.reshape(shape, order=order), len(data) - end - n_bytes  # type: ignore[call-overload]
