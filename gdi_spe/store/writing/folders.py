"""Write a folder aside and put it in its place whole: the old or the new, never half."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import secrets
import shutil
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
from pydantic import BaseModel

from gdi_spe.boundary.manifest import Member, canonical_json
from gdi_spe.store.manifests import MANIFEST
from gdi_spe.store.schemas import STORE_VERSION, TABLES
from gdi_spe.store.writing.groups import ROW_GROUP, row_groups

_STAGING = ".staging-"


@contextmanager
def staged(parent: Path) -> Iterator[Path]:
    """Make a folder to write in; what is still there at the end is removed.

    The folder is locked while its writer lives, so that what a killed writer left is told from
    what another one is writing, and cleared.
    """
    parent.mkdir(parents=True, exist_ok=True, mode=0o755)
    with ExitStack() as own:
        with _locked(parent, fcntl.LOCK_EX):
            _clear_left_behind(parent)
            folder = parent / f"{_STAGING}{secrets.token_hex(8)}"
            folder.mkdir(mode=0o700)
            own.enter_context(_locked(folder, fcntl.LOCK_EX))
        own.callback(remove, folder)
        yield folder


def _clear_left_behind(parent: Path) -> None:
    for folder in parent.glob(f"{_STAGING}*"):
        try:
            with _locked(folder, fcntl.LOCK_EX | fcntl.LOCK_NB):
                remove(folder)
        except (BlockingIOError, FileNotFoundError):
            continue


@contextmanager
def _locked(folder: Path, how: int) -> Iterator[None]:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        fcntl.flock(descriptor, how)
        yield
    finally:
        os.close(descriptor)


def write_table(folder: Path, name: str, rows: list[dict[str, Any]] | pa.Table) -> None:
    """Write one of the tables, with exactly its columns."""
    table = rows if isinstance(rows, pa.Table) else pa.Table.from_pylist(rows, schema=TABLES[name])
    write_parquet(folder / f"{name}.parquet", table)


class VariantsFile:
    """The variants of one chromosome, given in order, a row group at a time.

    ``populations`` are those of the counts by population, in their order.
    """

    def __init__(
        self, path: Path, schema: pa.Schema, n_samples: int, populations: Sequence[str] = ()
    ) -> None:
        told = {
            "gdi-spe.store": STORE_VERSION,
            "gdi-spe.samples": str(n_samples),
            "gdi-spe.populations": json.dumps(list(populations), ensure_ascii=False),
        }
        path.parent.mkdir(exist_ok=True)
        self.n_variants = 0
        self._schema = schema.with_metadata(told)
        self._writer = _writer(path, self._schema)

    def write(self, group: pa.Table) -> None:
        """Write the next variants."""
        self._writer.write_table(group.cast(self._schema), row_group_size=group.num_rows)
        self.n_variants += group.num_rows

    def close(self) -> None:
        """Write what tells where the row groups are."""
        self._writer.close()


def write_variants(
    folder: Path,
    chromosome: str,
    batches: Iterator[pa.Table],
    schema: pa.Schema,
    n_samples: int,
    populations: Sequence[str] = (),
) -> int:
    """Write the variants of one chromosome, given in order; return how many.

    Row groups depend on the rows alone, however they are cut into batches.
    """
    path = folder / "variants" / f"{chromosome}.parquet"
    file = VariantsFile(path, schema, n_samples, populations)
    with closing(file):
        for group in row_groups(batches):
            file.write(group)
    return file.n_variants


def write_parquet(path: Path, table: pa.Table) -> None:
    """Write a Parquet file as this store does: zstd, no instant, the same rows the same bytes."""
    write_in_parts(path, table.schema, iter([table]))


def write_in_parts(path: Path, schema: pa.Schema, parts: Iterator[pa.Table]) -> None:
    """Write a Parquet file of which only a part is in memory at a time."""
    schema = schema.with_metadata({"gdi-spe.store": STORE_VERSION})
    with _writer(path, schema) as writer:
        for part in parts:
            writer.write_table(part.cast(schema), row_group_size=ROW_GROUP * 8)


def _writer(path: Path, schema: pa.Schema) -> pq.ParquetWriter:
    """Open a file. Positions grow from row to row, and identifiers do not repeat.

    Statistics are of what readers prune by; lists have none.
    """
    plain = [name for name in schema.names if name not in ("calls", "phase")]
    encoding = {"position": "DELTA_BINARY_PACKED"} if "position" in plain else None
    return pq.ParquetWriter(
        path,
        schema,
        compression="zstd",
        use_dictionary=[name for name in plain if name not in ("position", "id")],
        column_encoding=encoding,
        write_statistics=[
            name for name in plain if not pa.types.is_nested(schema.field(name).type)
        ],
        write_batch_size=ROW_GROUP,
    )


def members_of(folder: Path) -> dict[str, Member]:
    """Hash every file of a folder."""
    return {
        path.relative_to(folder).as_posix(): Member(
            sha256=sha256_of(path), size=path.stat().st_size
        )
        for path in sorted(folder.rglob("*"))
        if path.is_file() and path.name != MANIFEST
    }


def sha256_of(path: Path) -> str:
    """Hash a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def write_manifest(folder: Path, manifest: BaseModel) -> None:
    """Write ``manifest.json``."""
    (folder / MANIFEST).write_bytes(canonical_json(manifest))


def put_in_place(staging: Path, target: Path) -> None:
    """Make the files durable and read-only, then give the folder its name.

    Files become 0444 and folders 0755, so that a workspace's uid can read them where they are
    mounted; the folders above them are closed.
    """
    for path in sorted(staging.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o444)
        sync(path)
    staging.chmod(0o755)
    sync(staging)
    target.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
    if target.exists():
        remove(target)  # left by a run that ended before its version was registered
    staging.rename(target)
    sync(target.parent)


def remove(folder: Path) -> None:
    """Remove a folder that nobody knows of."""
    shutil.rmtree(folder, ignore_errors=True)


def sync(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
