"""Remember how a result was made, as long as it is that result."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from gdi_spe.store.kernels.fingerprint import fingerprints

if TYPE_CHECKING:
    import pandas as pd
    import pyarrow as pa

    from gdi_spe.boundary.manifest import CohortManifest
    from gdi_spe.boundary.recipe import Recipe

_KEY = "gdi_spe"
Bytes = NDArray[np.uint8]
_NOTHING = np.zeros(0, np.uint8)


@cache
def library_version() -> str:
    """Return the version of this library."""
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("gdi-spe")
    except PackageNotFoundError:
        return "unknown"


def attach(
    table: pd.DataFrame, manifest: CohortManifest, function: str, arguments: dict[str, Any]
) -> None:
    """Note a table's recipe on it, with what it looked like."""
    # Models load with the first table: a count has no recipe and does without them.
    from gdi_spe.boundary.recipe import Recipe

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
    from gdi_spe.boundary.recipe import Recipe

    noted = table.attrs.get(_KEY)
    if not noted or noted["digest"] != _digest(table):
        return None
    return Recipe.model_validate(noted["recipe"])


def _digest(table: pd.DataFrame) -> str:
    """Return a hash of a table's columns as they lie in memory: millions of rows in a moment.

    A check, not a seal: it finds what was changed by hand, and the node makes results anew.
    """
    pieces: list[Bytes] = []
    told: list[str] = []
    for name, column in table.items():
        told.append(f"{name}\n{column.dtype}\n")
        for told_of, piece in _pieces_of(column):
            told.append(f"{told_of} {len(piece)}\n")
            pieces.append(piece)
    numbers = _each_once(pieces)
    return hashlib.sha256(f"{''.join(told)}{numbers}".encode()).hexdigest()


def _each_once(pieces: Sequence[Bytes]) -> list[int]:
    """Return the fingerprint of each piece; columns that share memory are read once."""
    places = [(piece.ctypes.data, len(piece)) for piece in pieces]
    distinct = dict(zip(places, pieces, strict=True))
    found = dict(zip(distinct, fingerprints(list(distinct.values())), strict=True))
    return [found[place] for place in places]


def _pieces_of(column: pd.Series[Any]) -> Iterator[tuple[str, Bytes]]:
    import pandas as pd

    if hasattr(column.array, "__arrow_array__"):
        yield from _pieces_of_chunks(column.array.__arrow_array__())
    elif column.dtype.kind in "biuf":
        yield "", np.ascontiguousarray(column.to_numpy()).view(np.uint8)
    else:
        hashes = pd.util.hash_pandas_object(column, index=False).to_numpy()
        yield "", hashes.view(np.uint8)


def _pieces_of_chunks(column: pa.ChunkedArray | pa.Array) -> Iterator[tuple[str, Bytes]]:
    for chunk in getattr(column, "chunks", [column]):
        for buffer in chunk.buffers():
            piece = np.frombuffer(buffer, np.uint8) if buffer and buffer.size else _NOTHING
            yield f"{chunk.offset} {len(chunk)} {buffer is None}", piece
