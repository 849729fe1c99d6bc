"""Parquet and Arrow: plain columns are kept; metadata, and bytes beside the columns, are told."""

from __future__ import annotations

import io
from collections.abc import Mapping

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from gdi_spe.boundary.policy import DisclosurePolicy
from gdi_spe.disclosure.contents.parts import Opaque, Part, Text
from gdi_spe.disclosure.contents.table import Column, Table, column_of
from gdi_spe.disclosure.forms.tabular.delimited import unique_names, within_rows
from gdi_spe.disclosure.intake.digits import without_exact_counts
from gdi_spe.disclosure.intake.form import Canonical, Hostile, Impossible, named

# Pages have headers, and indexes of columns stand beside them; more is a place to hide.
_BESIDE = 4096
_BY_LIBRARIES = (b"ARROW:schema", b"pandas")


def encode_parquet(data: bytes, name: str, policy: DisclosurePolicy) -> Canonical:
    """Write a Parquet file anew."""
    if not data.endswith(b"PAR1"):
        # TRUST: a reader finds the table from the end; what follows it, or replaces it, is hidden.
        raise Hostile("something follows the end of the Parquet file, or it is cut short")
    try:
        file = pq.ParquetFile(io.BytesIO(data))
        metadata = file.metadata
        within_rows(metadata.num_rows, policy)
        size = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
        if size > 20 * policy.files.max_file_bytes:
            raise Impossible("it decompresses to more than the policy allows")
        read = file.read(use_threads=False)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError, ValueError) as error:
        raise Hostile(f"the Parquet file cannot be read: {error}") from None
    foreign = _foreign(file)
    notes = _notes(foreign)
    beside = _bytes_beside(data, metadata)
    if beside > _BESIDE + 200 * metadata.num_columns * metadata.num_row_groups:
        notes += (Opaque("file", f"{beside:,} bytes belong to no column"),)
    table = _table(_plain(read), policy)
    media_type = "application/vnd.apache.parquet"
    dropped = (f"{len(foreign):,} characters of metadata",) if foreign else ()
    written = _write_parquet(without_exact_counts(table))
    return Canonical(written, media_type, named(name, media_type), (table, *notes), dropped)


def _bytes_beside(data: bytes, metadata: pq.FileMetaData) -> int:
    """Count the bytes that are neither columns, footer nor marks."""
    used = metadata.serialized_size + 12
    for group in range(metadata.num_row_groups):
        for place in range(metadata.num_columns):
            used += metadata.row_group(group).column(place).total_compressed_size
    return len(data) - int(used)


def _foreign(file: pq.ParquetFile) -> str:
    """Return the key-value metadata that is not the writer's own description of the columns."""
    metadata = dict(file.metadata.metadata or {})
    for written in _BY_LIBRARIES:
        metadata.pop(written, None)
    for field in file.schema_arrow:
        metadata.update(
            {k: v for k, v in (field.metadata or {}).items() if k != b"PARQUET:field_id"}
        )
    return _spelled(metadata)


def _spelled(metadata: Mapping[bytes, bytes]) -> str:
    return "\n".join(f"{k.decode('latin-1')}={v.decode('latin-1')}" for k, v in metadata.items())


def _notes(foreign: str) -> tuple[Part, ...]:
    return (Text("metadata", foreign),) if foreign else ()


def _plain(read: pa.Table) -> pa.Table:
    """Refuse columns that are not plain values, and drop the index that pandas writes."""
    for field in read.schema:
        kind = field.type.value_type if pa.types.is_dictionary(field.type) else field.type
        plain = (
            pa.types.is_integer(kind) or pa.types.is_floating(kind) or pa.types.is_boolean(kind)
            or pa.types.is_string(kind) or pa.types.is_large_string(kind) or pa.types.is_date(kind)
            or pa.types.is_decimal(kind) or pa.types.is_null(kind)
        )  # fmt: skip
        if not plain:
            raise Impossible(f"column {field.name!r} is {field.type}, not plain values")
    kept = [name for name in read.column_names if not name.startswith("__index_level_")]
    return read.select(kept or read.column_names)


def _table(read: pa.Table, policy: DisclosurePolicy) -> Table:
    digits = policy.files.significant_digits
    names = unique_names(list(read.column_names))
    columns = [_column(name, read.column(i), digits) for i, name in enumerate(names)]
    return Table("table", tuple(columns))


def _column(name: str, values: pa.ChunkedArray, digits: int) -> Column:
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    return column_of(name, values.cast(pa.string()), digits)


def _write_parquet(table: Table) -> bytes:
    sink = io.BytesIO()
    pq.write_table(
        _arrow(table), sink, compression="zstd", store_schema=False, write_statistics=False
    )
    return sink.getvalue()


def _arrow(table: Table) -> pa.Table:
    arrays = [_typed(column) for column in table.columns]
    return pa.Table.from_arrays(arrays, names=[column.name for column in table.columns])


def _typed(column: Column) -> pa.Array:
    if column.numbers is None:
        cells = pa.array(column.cells, pa.string())
        return pa.DictionaryArray.from_arrays(column.codes, cells).dictionary_decode()
    missing = np.isnan(column.numbers)
    if column.is_integer and np.abs(column.numbers[~missing]).max(initial=0) < 2**53:
        whole = np.where(missing, 0, column.numbers).astype(np.int64)
        return pa.array(whole, mask=missing)
    return pa.array(column.numbers, mask=missing)


def encode_arrow(data: bytes, name: str, policy: DisclosurePolicy) -> Canonical:
    """Write an Arrow file anew."""
    try:
        with pa.ipc.open_file(pa.BufferReader(data)) as reader:
            n_rows = sum(reader.get_batch(i).num_rows for i in range(reader.num_record_batches))
            within_rows(n_rows, policy)
            read = reader.read_all()
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError, ValueError) as error:
        raise Hostile(f"the Arrow file cannot be read: {error}") from None
    table = _table(_plain(read), policy)
    foreign = {k: v for k, v in (read.schema.metadata or {}).items() if k not in _BY_LIBRARIES}
    notes = _notes(_spelled(foreign))
    if len(data) > _BESIDE + 3 * read.nbytes + 2000 * read.num_columns:
        notes += (Opaque("file", "Bytes of the file belong to no column"),)
    out, sink = _arrow(without_exact_counts(table)), io.BytesIO()
    with pa.ipc.new_file(sink, out.schema) as writer:
        writer.write_table(out)
    media_type = "application/vnd.apache.arrow.file"
    return Canonical(sink.getvalue(), media_type, named(name, media_type), (table, *notes))
