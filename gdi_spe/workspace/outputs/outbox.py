"""Files that wait to be sent: what was written, and what is declared about it beside it."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdi_spe.boundary.errors import BadInput, shown
from gdi_spe.boundary.recipe import SideCar

if TYPE_CHECKING:
    import pandas as pd

SIDE_CAR = ".spe.json"
SENT = "sent"
# The names that the node takes (see gdi_spe.boundary.identifiers.FileName).
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,79}")
_DOTS_PER_INCH = 150
# A longer text is no name of a file.
_LONGEST_PATH = 1_000


def place(folder: Path, name: str) -> Path:
    """Return where a file of this name goes.

    Raises
    ------
    BadInput
        If the node would not take the name.
    """
    if not _NAME.fullmatch(name) or name.endswith(SIDE_CAR):
        raise BadInput(
            f"{shown(name)} cannot be a file's name here",
            remedy="Use letters, digits, dots, dashes and underscores, at most 80",
        )
    return folder / name


def write(obj: Any, path: Path) -> None:
    """Write a result in the form that the file's ending asks for.

    Raises
    ------
    BadInput
        If the ending is not one of those, or the result cannot be written so.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    if isinstance(obj, Path):
        shutil.copyfile(_existing(obj), path)
        return
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        raise BadInput(
            f"{path.name}: files ending in {path.suffix or 'nothing'} are not written here",
            remedy=f"Use one of {', '.join(_WRITERS)}",
        )
    writer(obj, path)


def file_of(obj: Any) -> Path | None:
    """Return the file that a path or a text names; nothing where it is another result.

    Raises
    ------
    BadInput
        If it reads like a file's name, and there is no such file.
    """
    if isinstance(obj, Path):
        return _existing(obj)
    if not isinstance(obj, str) or len(obj) > _LONGEST_PATH or "\n" in obj:
        return None
    path = Path(obj)
    if path.is_file():
        return path
    reads_like_one = path.suffix.lower() in _WRITERS and " " not in obj
    return _existing(path) if reads_like_one else None


def _existing(path: Path) -> Path:
    if not path.is_file():
        raise BadInput(
            "there is no such file", source=str(path), remedy="Give a result, or a file's path"
        )
    return path


def table_of(obj: Any) -> pd.DataFrame:
    """Return a result as a pandas table."""
    import pandas as pd
    import pyarrow as pa

    if isinstance(obj, pd.DataFrame):
        return obj
    if isinstance(obj, pd.Series):
        return obj.reset_index()
    if isinstance(obj, pa.Table):
        return obj.to_pandas()
    if hasattr(obj, "df"):  # a DuckDB relation
        frame = obj.df()
        if isinstance(frame, pd.DataFrame):
            return frame
    raise BadInput(f"{shown(obj)} is no table", remedy="Give a pandas table")


def _plain(obj: Any) -> pd.DataFrame:
    """A table with its index as columns, where the index says something."""
    import pandas as pd

    table = table_of(obj)
    is_numbered = isinstance(table.index, pd.RangeIndex) or table.index.names == [None]
    return table if is_numbered else table.reset_index()


def _parquet(obj: Any, path: Path) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    try:
        arrow = pa.Table.from_pandas(_plain(obj), preserve_index=False)
    except (pa.ArrowException, ValueError) as error:
        raise BadInput(
            f"{path.name}: Parquet does not take this table ({str(error).splitlines()[0]})",
            remedy="Give each column one kind of value and a name of its own, or write .csv",
        ) from None
    pq.write_table(arrow.replace_schema_metadata(None), path, compression="zstd")


def _csv(obj: Any, path: Path) -> None:
    _plain(obj).to_csv(path, index=False, lineterminator="\n")


def _tsv(obj: Any, path: Path) -> None:
    _plain(obj).to_csv(path, index=False, sep="\t", lineterminator="\n")


def _figure(obj: Any) -> Any:
    figure = obj if hasattr(obj, "savefig") else getattr(obj, "figure", None)
    if figure is None:
        raise BadInput(f"{shown(obj)} is no figure", remedy="Give matplotlib axes")
    return figure


def _svg(obj: Any, path: Path) -> None:
    import matplotlib as mpl

    # The same picture gives the same bytes: names in it are hashes of what they name.
    with mpl.rc_context({"svg.hashsalt": "gdi-spe"}):
        told = dict.fromkeys(("Date", "Creator", "Format", "Type"))
        _figure(obj).savefig(path, format="svg", bbox_inches="tight", metadata=told)


def _png(obj: Any, path: Path) -> None:
    figure = _figure(obj)
    figure.savefig(path, dpi=_DOTS_PER_INCH, bbox_inches="tight", metadata={"Software": None})


def _json(obj: Any, path: Path) -> None:
    import json

    try:
        text = json.dumps(obj, indent=1, sort_keys=True, default=_plain_value)
    except (TypeError, ValueError, RecursionError) as error:
        raise BadInput(
            f"{path.name}: JSON does not take this ({str(error).splitlines()[0]})",
            remedy="Give numbers, texts, lists and dictionaries whose names are texts",
        ) from None
    path.write_text(text + "\n", encoding="utf-8")


def _plain_value(value: Any) -> Any:
    """Return numbers and arrays of NumPy and columns of pandas as Python's own."""
    if hasattr(value, "tolist"):
        return value.tolist()
    raise TypeError(f"{shown(value)} in it")


def _text(obj: Any, path: Path) -> None:
    if not isinstance(obj, str):
        raise BadInput(f"{shown(obj)} is no text", remedy="Give a text, or a file's path")
    path.write_text(obj, encoding="utf-8")


_WRITERS: dict[str, Callable[[Any, Path], None]] = {
    ".parquet": _parquet,
    ".csv": _csv,
    ".tsv": _tsv,
    ".png": _png,
    ".svg": _svg,
    ".json": _json,
    ".txt": _text,
    ".md": _text,
}


def side_car_path(path: Path) -> Path:
    """Return where a file's declaration is."""
    return path.with_name(path.name + SIDE_CAR)


def declare(path: Path, side_car: SideCar) -> None:
    """Write what is declared about a file."""
    side_car_path(path).write_text(side_car.model_dump_json(indent=1) + "\n", encoding="utf-8")


def declared(path: Path) -> SideCar:
    """Read what was declared about a file; nothing where nothing was."""
    beside = side_car_path(path)
    if not beside.is_file():
        return SideCar()
    return SideCar.model_validate_json(beside.read_bytes())


def waiting(outbox: Path) -> list[Path]:
    """Return the files that wait to be sent."""
    if not outbox.is_dir():
        return []
    return sorted(
        path for path in outbox.iterdir() if path.is_file() and not path.name.endswith(SIDE_CAR)
    )


def move_to_sent(paths: list[Path], request_id: str) -> None:
    """Put files away that were sent with a request."""
    for path in paths:
        folder = path.parent / SENT / request_id
        folder.mkdir(parents=True, exist_ok=True)
        for each in (path, side_car_path(path)):
            if each.exists():
                each.replace(folder / each.name)
