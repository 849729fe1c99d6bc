"""Remember how a result was made, as long as it is that result."""

from __future__ import annotations

import hashlib
import zlib
from collections.abc import Iterator
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

import numpy as np

from gdi_spe.boundary.manifest import CohortManifest
from gdi_spe.boundary.recipe import Recipe

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

_KEY = "gdi_spe"


def library_version() -> str:
    """Return the version of this library."""
    try:
        return version("gdi-spe")
    except PackageNotFoundError:
        return "unknown"


def attach(
    table: pd.DataFrame, manifest: CohortManifest, function: str, arguments: dict[str, Any]
) -> None:
    """Note a table's recipe on it, with what it looked like."""
    recipe = Recipe(
        function=function,
        arguments={name: value for name, value in arguments.items() if value not in (None, 0)},
        cohort_id=manifest.cohort_id,
        cohort_version=manifest.version,
        cohort_sha256=manifest.sha256,
        library_version=library_version(),
    )
    table.attrs[_KEY] = {"recipe": recipe.model_dump(mode="json"), "digest": _digest(table)}


def recipe_of(table: pd.DataFrame) -> Recipe | None:
    """Return a table's recipe, unless the table was changed since."""
    noted = table.attrs.get(_KEY)
    if not noted or noted["digest"] != _digest(table):
        return None
    return Recipe.model_validate(noted["recipe"])


def _digest(table: pd.DataFrame) -> str:
    """Return a hash of a table's columns as they lie in memory: millions of rows in a moment."""
    whole = hashlib.sha256()
    for name, column in table.items():
        whole.update(f"{name}\n{column.dtype}\n".encode())
        for part in _bytes_of(column):
            whole.update(part)
    return whole.hexdigest()


def _bytes_of(column: pd.Series[Any]) -> Iterator[bytes]:
    import pandas as pd

    if hasattr(column.array, "__arrow_array__"):
        yield from _bytes_of_chunks(column.array.__arrow_array__())
    elif column.dtype.kind in "biuf":
        # A check, not a seal: it finds what was changed by hand, and the node makes results anew.
        yield zlib.crc32(np.ascontiguousarray(column.to_numpy()).data.cast("B")).to_bytes(4)
    else:
        yield pd.util.hash_pandas_object(column, index=False).to_numpy().tobytes()


def _bytes_of_chunks(column: pa.ChunkedArray | pa.Array) -> Iterator[bytes]:
    """Yield what tells the chunks of a column apart; each piece of memory is read once."""
    seen: dict[tuple[int, int], bytes] = {}
    for chunk in getattr(column, "chunks", [column]):
        yield f"{chunk.offset} {len(chunk)}\n".encode()
        for buffer in chunk.buffers():
            if buffer is None:
                yield b"-"
                continue
            place = (buffer.address, buffer.size)
            if place not in seen:
                seen[place] = hashlib.sha256(buffer).digest()
            yield seen[place]
