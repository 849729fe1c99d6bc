"""Tables about everybody of a cohort that take long to make: made once, and kept for later.

Where they may be kept is for the caller to say: a folder beside the researcher's work, which is
as much about people as the cohort itself, and is emptied when the cohort has a new version.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from weakref import WeakKeyDictionary

from gdi_spe.store.folder import Folder

if TYPE_CHECKING:
    import pandas as pd

# Given the cohort; it must not hold it, or the cohort would never be forgotten.
Place = Callable[[Any], Path | None]
_PLACES: WeakKeyDictionary[Folder, Place] = WeakKeyDictionary()


def keep(folder: Folder, place: Place) -> None:
    """Say where tables of a cohort may be kept; ``None`` is nowhere."""
    _PLACES[folder] = place


def kept_table(folder: Folder, name: str, make: Callable[[], pd.DataFrame]) -> pd.DataFrame:
    """Return a table as it was made once, or make it, and keep it where that can be."""
    place = _PLACES[folder](folder) if folder in _PLACES else None
    if place is None:
        return make()
    path = place / f"{name}.parquet"
    found = _read(path)
    if found is None:
        found = make()
        _write(found, path)
    return found


def _read(path: Path) -> pd.DataFrame | None:
    import pandas as pd
    import pyarrow as pa

    try:
        return pd.read_parquet(path)
    except (OSError, pa.ArrowException):
        return None  # there is none, or it is broken: it is made again


def _write(table: pd.DataFrame, path: Path) -> None:
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        table.to_parquet(aside, index=False)
        aside.replace(path)
    except OSError:  # no room: the table is there all the same
        aside.unlink(missing_ok=True)
