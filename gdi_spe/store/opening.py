"""Open the Parquet files of a store: of this version and shape, or refused by name."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from gdi_spe.boundary.errors import BadInput, Tampered
from gdi_spe.store.calls import CallsBroken
from gdi_spe.store.schemas import STORE_VERSION


class FileBroken(Tampered):
    """A file of a store is damaged, cut short, or not what a writer of the store makes."""

    code = "store-file-broken"

    def __init__(self, file: str, why: str) -> None:
        self.public_message = f"{file}: {why}. Compare it with the manifest, or restore it."
        super().__init__(self.public_message)


@contextmanager
def naming(file: str) -> Iterator[None]:
    """Name the file in whatever goes wrong while its bytes are read."""
    try:
        yield
    except FileNotFoundError:
        raise FileBroken(file, "the manifest names it and it is not there") from None
    except CallsBroken as error:
        raise FileBroken(file, f"in calls, {error}") from None
    except (pa.ArrowException, OSError, UnicodeDecodeError) as error:
        first = str(error).splitlines()[0][:200] if str(error) else type(error).__name__
        raise FileBroken(file, f"it is damaged or cut short ({first})") from None


def open_parquet(path: Path, file: str, schema: pa.Schema | None) -> pq.ParquetFile:
    """Open a file and check its version, and that it has the columns that it must have.

    Raises
    ------
    BadInput
        If it is of another version.
    FileBroken
        If it cannot be read, or lacks a column or has it in another type.
    """
    with naming(file):
        opened = pq.ParquetFile(path)
        found = opened.schema_arrow
    version = (found.metadata or {}).get(b"gdi-spe.store", b"").decode("utf-8", "replace")
    if version != STORE_VERSION:
        raise BadInput(
            f"the store has version {version!r}, this library reads {STORE_VERSION!r}",
            source=file,
            remedy="Ingest the dataset again, and make its cohorts anew",
        )
    for field in schema or ():
        if field.name not in found.names:
            raise FileBroken(file, f"the column {field.name} is missing")
        if found.field(field.name).type != field.type:
            kind = found.field(field.name).type
            raise FileBroken(file, f"the column {field.name} is {kind}, not {field.type}")
    return opened


def filled_columns(file: pq.ParquetFile) -> dict[str, bool]:
    """Say of each column whether a row has a value, from the statistics of the file.

    Where there are no statistics it may have one.
    """
    found: dict[str, bool] = {}
    metadata = file.metadata
    for group in range(metadata.num_row_groups):
        for index in range(metadata.num_columns):
            column = metadata.row_group(group).column(index)
            name, told = column.path_in_schema.split(".")[0], column.statistics
            is_silent = told is None or told.null_count is None
            has = is_silent or told.null_count < column.num_values
            found[name] = found.get(name, False) or has
    return dict.fromkeys(file.schema_arrow.names, False) | found
