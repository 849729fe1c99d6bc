"""Re-encode a file into its one canonical form: the bytes that are checked, reviewed and released.

What does not change the meaning is dropped: metadata, comments, trailers, quoting, invisible
characters, low-order bits, digits beyond the policy's. What has no such form cannot leave
without a person who says so.
"""

from __future__ import annotations

import csv
import io
import json
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.csv as pacsv
import pyarrow.parquet as pq

from gdi_spe.boundary.policy import DisclosurePolicy
from gdi_spe.disclosure import pictures, trees
from gdi_spe.disclosure.form import Canonical, Hostile, Impossible, NoCanonicalForm, named
from gdi_spe.disclosure.forms import archives, arrays, excel, html, notebook, svg
from gdi_spe.disclosure.parts import Opaque, Part, Picture, Text
from gdi_spe.disclosure.sniff import Kind, delimiter_of, sniff
from gdi_spe.disclosure.table import INVISIBLE, Table, clean_text, column_of


def canonicalise(path: Path, name: str, policy: DisclosurePolicy) -> Canonical | NoCanonicalForm:
    """Re-encode a file.

    Parameters
    ----------
    path
        The file, as submitted.
    name
        The name it shall have; its ending is corrected when the content is something else.
    policy
        Limits, and how many significant digits a number keeps.

    Returns
    -------
    The canonical bytes with the parts they were written from, or why there are none.
    """
    if path.stat().st_size > policy.files.max_file_bytes:
        return NoCanonicalForm("the file is larger than the policy allows")
    return canonicalise_bytes(path.read_bytes(), name, policy)


def canonicalise_bytes(
    data: bytes, name: str, policy: DisclosurePolicy
) -> Canonical | NoCanonicalForm:
    """Re-encode bytes that are in memory."""
    kind = sniff(data)
    if kind is Kind.GZIP:
        return _gunzipped(data, name, policy)
    encode = _ENCODERS.get(kind)
    # TRUST: a form that is not listed has no canonical form.
    if encode is None:
        return NoCanonicalForm(f"{kind.value} has no canonical form")
    try:
        return encode(data, name, policy)
    except Hostile as error:
        return NoCanonicalForm(str(error), is_hostile=True)
    except Impossible as error:
        return NoCanonicalForm(str(error))
    except (trees.NotATree, pictures.NotAPicture) as error:
        return NoCanonicalForm(str(error))


def _gunzipped(data: bytes, name: str, policy: DisclosurePolicy) -> Canonical | NoCanonicalForm:
    inner = gunzip(data, policy.files.max_file_bytes)
    if isinstance(inner, NoCanonicalForm):
        return inner
    if sniff(inner) is Kind.GZIP:
        return NoCanonicalForm("compressed twice")
    return canonicalise_bytes(inner, name.removesuffix(".gz"), policy)


def gunzip(data: bytes, limit: int) -> bytes | NoCanonicalForm:
    """Decompress one gzip member that must be the whole file and stay within the limit."""
    inflate = zlib.decompressobj(31)
    try:
        inner = inflate.decompress(data, limit + 1)
    except zlib.error as error:
        return NoCanonicalForm(f"damaged gzip: {error}")
    if len(inner) > limit:
        return NoCanonicalForm("it decompresses to more than the policy allows")
    if not inflate.eof or inflate.unused_data:
        return NoCanonicalForm("the gzip is cut short, or something follows its end")
    return inner


def _decoded(data: bytes) -> str:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise Impossible("the text is not UTF-8") from None
    return text.replace("\r\n", "\n").replace("\r", "\n")


def _clean(text: str) -> tuple[str, tuple[str, ...]]:
    """Return the text without characters that show nothing, and what was dropped."""
    dropped = ("characters that show nothing",) if INVISIBLE.search(text) else ()
    return clean_text(text), dropped


# --- tables -----------------------------------------------------------------------------------


def _delimited(data: bytes, name: str, policy: DisclosurePolicy) -> Canonical:
    text, dropped = _clean(_decoded(data))
    delimiter = delimiter_of(text)
    if delimiter is None:
        raise Impossible("its lines do not have the same number of columns")
    comments, header, body = _split_header(text, delimiter)
    table = _read_delimited(header, body, delimiter, policy)
    if comments:
        dropped += (f"{len(comments)} comment lines",)
    media_type = "text/tab-separated-values" if delimiter == "\t" else "text/csv"
    notes = (Text("comments", "\n".join(comments)),) if comments else ()
    written = write_delimited(table, "\t" if delimiter == "\t" else ",")
    return Canonical(written, media_type, named(name, media_type), (table, *notes), dropped)


def _split_header(text: str, delimiter: str) -> tuple[list[str], list[str], str]:
    """Take comment lines and the header off; the last comment may itself be the header."""
    lines = text.split("\n")
    first = next((i for i, line in enumerate(lines) if line and not line.startswith("#")), 0)
    comments = [line for line in lines[:first] if line]
    fields = next(csv.reader([lines[first]], delimiter=delimiter))
    if comments and comments[-1].count(delimiter) == lines[first].count(delimiter):
        header = next(csv.reader([comments.pop().lstrip("# ")], delimiter=delimiter))
        return comments, _unique(header), "\n".join(lines[first:])
    if any(_is_number(field) for field in fields):
        return comments, [f"column_{i + 1}" for i in range(len(fields))], "\n".join(lines[first:])
    return comments, _unique(fields), "\n".join(lines[first + 1 :])


def _is_number(field: str) -> bool:
    try:
        float(field)
    except ValueError:
        return False
    return True


def _unique(names: list[str]) -> list[str]:
    seen: dict[str, int] = {}
    unique = []
    for name in (clean_text(name).strip() for name in names):
        seen[name] = seen.get(name, 0) + 1
        unique.append(name if seen[name] == 1 else f"{name}_{seen[name]}")
    return unique


def _read_delimited(
    header: list[str], body: str, delimiter: str, policy: DisclosurePolicy
) -> Table:
    places = [str(i) for i in range(len(header))]
    try:
        read = pacsv.read_csv(
            io.BytesIO(body.encode()),
            read_options=pacsv.ReadOptions(column_names=places, use_threads=False),
            parse_options=pacsv.ParseOptions(delimiter=delimiter, newlines_in_values=True),
            convert_options=pacsv.ConvertOptions(
                column_types=dict.fromkeys(places, pa.string()), strings_can_be_null=False
            ),
        )
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
        raise Impossible("its lines do not have the same number of columns") from None
    _within_rows(read.num_rows, policy)
    digits = policy.files.significant_digits
    return Table("table", tuple(column_of(n, read.column(i), digits) for i, n in enumerate(header)))


def _within_rows(n_rows: int, policy: DisclosurePolicy) -> None:
    if n_rows == 0:
        raise Impossible("the table has no row")
    if n_rows > policy.files.max_rows:
        raise Impossible(
            f"it has {n_rows:,} rows, more than the policy's {policy.files.max_rows:,}"
        )


def write_delimited(table: Table, delimiter: str) -> bytes:
    """Write a table: one quoting, one line ending, no cell that a spreadsheet would run."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator="\n")
    writer.writerow([_harmless(column.name) for column in table.columns])
    columns = []
    for column in table.columns:
        cells = column.cells
        if column.numbers is None:
            cells = tuple(_harmless(cell) for cell in cells)
        columns.append([cells[code] for code in column.codes.tolist()])
    writer.writerows(zip(*columns, strict=True))
    return out.getvalue().encode()


def _harmless(cell: str) -> str:
    """Put an apostrophe before what a spreadsheet would take for a formula."""
    return f"'{cell}" if cell[:1] in set("=+-@|") and not _is_number(cell) else cell


def _parquet(data: bytes, name: str, policy: DisclosurePolicy) -> Canonical:
    try:
        file = pq.ParquetFile(io.BytesIO(data))
        metadata = file.metadata
        _within_rows(metadata.num_rows, policy)
        size = sum(metadata.row_group(i).total_byte_size for i in range(metadata.num_row_groups))
        if size > 20 * policy.files.max_file_bytes:
            raise Impossible("it decompresses to more than the policy allows")
        read = file.read(use_threads=False)
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError, ValueError) as error:
        raise Impossible(f"the Parquet file cannot be read: {error}") from None
    foreign = _parquet_metadata(file)
    read = _plain(read)
    digits = policy.files.significant_digits
    names = _unique(list(read.column_names))
    table = Table(
        "table", tuple(_arrow_column(n, read.column(i), digits) for i, n in enumerate(names))
    )
    written = _write_parquet(table)
    media_type = "application/vnd.apache.parquet"
    notes = (Text("metadata", foreign),) if foreign else ()
    dropped = (f"{len(foreign):,} characters of metadata",) if foreign else ()
    return Canonical(written, media_type, named(name, media_type), (table, *notes), dropped)


def _parquet_metadata(file: pq.ParquetFile) -> str:
    """Return the key-value metadata that is not the writer's own description of the columns."""
    metadata = dict(file.metadata.metadata or {})
    for written_by_libraries in (b"ARROW:schema", b"pandas"):
        metadata.pop(written_by_libraries, None)
    for field in file.schema_arrow:
        metadata.update(
            {k: v for k, v in (field.metadata or {}).items() if k != b"PARQUET:field_id"}
        )
    return "\n".join(f"{k.decode('latin-1')}={v.decode('latin-1')}" for k, v in metadata.items())


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


def _arrow_column(name: str, values: pa.ChunkedArray, digits: int) -> Any:
    if pa.types.is_dictionary(values.type):
        values = values.cast(values.type.value_type)
    return column_of(name, values.cast(pa.string()), digits)


def _write_parquet(table: Table) -> bytes:
    arrays = [_typed(column) for column in table.columns]
    out = pa.Table.from_arrays(arrays, names=[column.name for column in table.columns])
    sink = io.BytesIO()
    pq.write_table(out, sink, compression="zstd", store_schema=False, write_statistics=False)
    return sink.getvalue()


def _typed(column: Any) -> pa.Array:
    if column.numbers is None:
        return pa.array(column.texts(), type=pa.string())
    missing = np.isnan(column.numbers)
    if column.is_integer and np.abs(column.numbers[~missing]).max(initial=0) < 2**53:
        whole = np.where(missing, 0, column.numbers).astype(np.int64)
        return pa.array(whole, mask=missing)
    return pa.array(column.numbers, mask=missing)


# --- trees, text, pictures --------------------------------------------------------------------


def _json(data: bytes, name: str, policy: DisclosurePolicy) -> Canonical:
    tree = trees.read_tree(_decoded(data), policy.files.significant_digits)
    written = (json.dumps(tree, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode()
    media_type = "application/json"
    parts = trees.parts_of(tree, policy.files.significant_digits)
    return Canonical(written, media_type, named(name, media_type), parts)


def _text(data: bytes, name: str, policy: DisclosurePolicy) -> Canonical:
    text, dropped = _clean(_decoded(data))
    written = "\n".join(line.rstrip() for line in text.split("\n")).strip("\n") + "\n"
    media_type = "text/plain"
    parts = (Text("text", written),)
    return Canonical(written.encode(), media_type, named(name, media_type), parts, dropped)


def _png(data: bytes, name: str, policy: DisclosurePolicy) -> Canonical:
    return _picture(data, name, policy, "PNG", ())


def _jpeg(data: bytes, name: str, policy: DisclosurePolicy) -> Canonical:
    # What stands beside the pixels of a JPEG was put there by a program: a short note, or more.
    beside = pictures.jpeg_segments(data)
    notes: list[Part] = [Text("metadata", beside.text)] if len(beside.text) > 400 else []
    if beside.n_trailing_bytes:
        notes.append(Opaque("trailer", f"{beside.n_trailing_bytes:,} bytes follow the picture"))
    if beside.n_other_bytes > 2000:
        notes.append(Opaque("segments", f"{beside.n_other_bytes:,} bytes show nothing"))
    return _picture(data, name, policy, "JPEG", tuple(notes))


def _picture(
    data: bytes, name: str, policy: DisclosurePolicy, form: str, notes: tuple[Part, ...]
) -> Canonical:
    written, width, height, seen = pictures.quantised_png(data, policy.files.max_pixels, form)
    media_type = "image/png"
    parts = (Picture("picture", width, height, seen), *notes)
    return Canonical(written, media_type, named(name, media_type), parts)


def _arrow(data: bytes, name: str, policy: DisclosurePolicy) -> Canonical:
    try:
        with pa.ipc.open_file(pa.BufferReader(data)) as reader:
            n_rows = sum(reader.get_batch(i).num_rows for i in range(reader.num_record_batches))
            _within_rows(n_rows, policy)
            read = reader.read_all()
    except (pa.ArrowInvalid, pa.ArrowNotImplementedError, OSError, ValueError) as error:
        raise Impossible(f"the Arrow file cannot be read: {error}") from None
    kept = _plain(read)
    digits = policy.files.significant_digits
    table = Table(
        "table",
        tuple(
            _arrow_column(n, kept.column(i), digits)
            for i, n in enumerate(_unique(list(kept.column_names)))
        ),
    )
    foreign = {k: v for k, v in (read.schema.metadata or {}).items() if k != b"pandas"}
    told = "\n".join(f"{k.decode('latin-1')}={v.decode('latin-1')}" for k, v in foreign.items())
    out = pa.Table.from_arrays(
        [_typed(column) for column in table.columns], names=[c.name for c in table.columns]
    )
    sink = io.BytesIO()
    with pa.ipc.new_file(sink, out.schema) as writer:
        writer.write_table(out)
    media_type = "application/vnd.apache.arrow.file"
    notes = (Text("metadata", told),) if told else ()
    return Canonical(sink.getvalue(), media_type, named(name, media_type), (table, *notes))


def _html(data: bytes, name: str, policy: DisclosurePolicy) -> Canonical:
    return html.encode(_decoded(data), name, policy, canonicalise_bytes)


def _svg(data: bytes, name: str, policy: DisclosurePolicy) -> Canonical:
    return svg.encode(_decoded(data), name)


def _notebook(data: bytes, name: str, policy: DisclosurePolicy) -> Canonical:
    return notebook.encode(_decoded(data), name, policy, canonicalise_bytes)


def _excel(data: bytes, name: str, policy: DisclosurePolicy) -> Canonical:
    return excel.encode(data, name, policy)


def _numpy(data: bytes, name: str, policy: DisclosurePolicy) -> Canonical:
    return arrays.encode(data, name, policy)


def _zip(data: bytes, name: str, policy: DisclosurePolicy) -> Canonical:
    return archives.encode(data, name, policy, canonicalise_bytes)


_ENCODERS: dict[Kind, Callable[[bytes, str, DisclosurePolicy], Canonical]] = {
    Kind.CSV: _delimited,
    Kind.TSV: _delimited,
    Kind.PARQUET: _parquet,
    Kind.ARROW: _arrow,
    Kind.NUMPY: _numpy,
    Kind.EXCEL: _excel,
    Kind.ZIP: _zip,
    Kind.JSON: _json,
    Kind.NOTEBOOK: _notebook,
    Kind.HTML: _html,
    Kind.SVG: _svg,
    Kind.TEXT: _text,
    Kind.PNG: _png,
    Kind.JPEG: _jpeg,
}
