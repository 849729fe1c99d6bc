"""One opened file's records as Arrow tables: compiled where lines are plain, judged where not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.calls import Call, encode
from gdi_spe.store.chromosomes import CHROMOSOMES, canonical, rank_of
from gdi_spe.store.kernels.library import library
from gdi_spe.store.kernels.text import Parsed, Parser, People
from gdi_spe.store.reading.annotations import NOTHING
from gdi_spe.store.reading.encrypted import Crypt4ghKey
from gdi_spe.store.reading.formats import FormatBroken, SampleFields, in_order, read_people, without
from gdi_spe.store.reading.header import Header, Warnings
from gdi_spe.store.reading.intake import TextSource, open_text
from gdi_spe.store.reading.kept import FieldBroken, kept_filter, kept_quality
from gdi_spe.store.reading.streams import made_ahead
from gdi_spe.store.reading.vcf import Variant, VcfReader
from gdi_spe.store.reading.wanted import Wanted
from gdi_spe.store.schemas import VARIANTS

CHUNK_BYTES = 8 << 20  # of text
_N_THREADS, _N_AHEAD = 2, 4

ALLELES = Wanted()  # and calls, nothing else

Ints = NDArray[np.int64]
Row = dict[str, Any]
Bytes = NDArray[np.uint8]

# What a row is before it is counted. Line numbers are those of the file.
PLAIN = pa.schema(
    [
        ("line", pa.int64()),
        ("position", pa.int32()),
        ("id", pa.string()),
        ("reference", pa.string()),
        ("alternate", pa.string()),
        ("allele_index", pa.int16()),
        ("calls", pa.binary()),
    ]
)


class Records:
    """An opened file; `tables` may be asked for once."""

    def __init__(self, text: TextSource, wanted: Wanted) -> None:
        self._text, self._wanted = text, wanted
        self._is_ended = True
        # Records that a filter left out, and calls that one made missing ("calls").
        self.left_out: Counter[str] = Counter()
        head = _Head(text.chunks(CHUNK_BYTES))
        self._reader = VcfReader(text.name, head, wanted.keep_info)
        self._chunks = head.rest()
        self._last: dict[int, int] = {}

    @property
    def header(self) -> Header:
        """What the top of the file says."""
        return self._reader.header

    @property
    def warnings(self) -> Warnings:
        """What was read although it is not as it should be."""
        return self._reader.warnings

    @property
    def skipped_contigs(self) -> dict[str, int]:
        """Records of contigs that the store does not know."""
        return dict(self._reader.skipped_contigs)

    @property
    def consumed_bytes(self) -> int:
        """How much of the file was read so far."""
        return self._text.consumed_bytes

    @property
    def size_bytes(self) -> int | None:
        """How large the file is, where that is known."""
        return self._text.size_bytes

    def tables(self, samples: Sequence[str]) -> Iterator[tuple[str, pa.Table]]:
        """Yield the rows of each chromosome, some at a time, in the order of the file.

        Parameters
        ----------
        samples
            The samples in the order that the calls shall have.
        """
        order = self._order(samples)
        jobs = (partial(self._parser(order), chunk) for chunk in self._looked_at())
        number = self.header.n_lines + 1
        for stretches in made_ahead(jobs, _N_THREADS, _N_AHEAD):
            for parsed in stretches:
                yield from self._rows(parsed, number, order)
                number += parsed.n_lines
        if not self._is_ended:
            self.warnings.add("the last line has no end: was the file cut?", number - 1)

    def _looked_at(self) -> Iterator[Bytes]:
        for chunk in self._chunks:
            self._is_ended = bool(chunk[-1] == ord("\n"))
            yield chunk

    def _order(self, samples: Sequence[str]) -> Ints | None:
        """Return the file's column of each sample, or None where they stand in order."""
        if self.header.samples == tuple(samples):
            return None
        column = {name: i for i, name in enumerate(self.header.samples)}
        return np.array([column[name] for name in samples], np.int64)

    def _parser(self, order: Ints | None) -> Callable[[Bytes], list[Parsed]]:
        if library() is None:
            return _all_odd
        place = None if order is None else np.argsort(order).astype(np.int32)
        filters, columns = self._wanted.filters, self._wanted.format_fields
        people = People(tuple(f.name for f in columns), filters.min_gq, filters.min_dp)
        return Parser(len(self.header.samples), place, people).parse

    def _rows(
        self, parsed: Parsed, first: int, order: Ints | None
    ) -> Iterator[tuple[str, pa.Table]]:
        table, fields, ranks = self._known(parsed, first)
        table, error = self._with_details(table, fields, parsed.text)
        judged: list[Row] = []
        for line, raw in parsed.odd:
            if error is not None and first + line > (error.line or 0):
                break
            judged += self._judged(raw, first + line, order)
        if error is not None:
            raise error
        if judged:
            table, ranks = self._merged(table, ranks, judged)
        for rank in dict.fromkeys(ranks.tolist()):
            here = ranks == rank
            part = table if here.all() else table.filter(pa.array(here))
            self._note_order(rank, part)
            yield CHROMOSOMES[rank], part

    def _known(self, parsed: Parsed, first: int) -> tuple[pa.Table, NDArray[np.int32], Ints]:
        """Return the rows that are kept, where their texts are, and their chromosomes."""
        ranks = self._ranks(parsed)
        lines = pa.array(parsed.table["line"].to_numpy() + first)
        table, fields, low = parsed.table.set_column(0, "line", lines), parsed.fields, parsed.low
        is_kept = ranks >= 0
        if self._wanted.filters.concerns_records:
            is_kept &= self._passes(parsed, is_kept)
        if not is_kept.all():
            table, fields = table.filter(pa.array(is_kept)), fields[is_kept]
            ranks, low = ranks[is_kept], low[is_kept]
        self.left_out["calls"] += int(low.sum())
        return table, fields, ranks

    def _passes(self, parsed: Parsed, is_known: NDArray[np.bool_]) -> NDArray[np.bool_]:
        """Say which rows the filters of records keep; count the records that they do not."""
        passes, told_of = np.ones(len(is_known), bool), -1
        lines = parsed.table["line"].to_pylist()
        for row, (at, line) in enumerate(zip(parsed.fields.tolist(), lines, strict=True)):
            quality, filters, _ = _texts(parsed.text, at)
            why = self._wanted.filters.why_not(quality, filters) if is_known[row] else None
            passes[row] = why is None
            if why is not None and line != told_of:
                self.left_out[why] += 1
                told_of = line
        return passes

    def _ranks(self, parsed: Parsed) -> Ints:
        """Return each row's chromosome as its place in the store's order, -1 if it has none."""
        starts = [row for row, _ in parsed.runs]
        ends = [*starts, parsed.table.num_rows][1:]
        ranks = np.empty(parsed.table.num_rows, np.int64)
        for (start, raw), end in zip(parsed.runs, ends, strict=True):
            name = raw.decode("ascii")
            known = canonical(name)
            ranks[start:end] = -1 if known is None else rank_of(known)
            if known is None:
                lines = parsed.table["line"].to_numpy()[start:end]
                self._reader.skipped_contigs[name[:50]] += len(np.unique(lines))
        return ranks

    def _with_details(
        self, table: pa.Table, fields: NDArray[np.int32], text: Bytes
    ) -> tuple[pa.Table, BadInput | None]:
        """Add what QUAL, FILTER and INFO say, as far as it is wanted; tell the first error."""
        if not (self._reader.has_details and table.num_rows):
            return table, None
        try:
            rows = self._details(table, fields, text)
        except BadInput as error:
            return table, error
        details = pa.Table.from_pylist(rows, schema=self._detail_schema())
        for name in details.column_names:
            table = table.append_column(name, details[name])
        return table, None

    def _details(self, table: pa.Table, fields: NDArray[np.int32], text: Bytes) -> list[Row]:
        rows: list[Row] = []
        lines = table["line"].to_pylist()
        references, alternates = table["reference"].to_pylist(), table["alternate"].to_pylist()
        alleles: dict[int, list[str]] = {}
        for line, alternate in zip(lines, alternates, strict=True):
            alleles.setdefault(line, []).append(alternate)
        places = zip(lines, references, table["allele_index"].to_pylist(), strict=True)
        for at, (line, reference, index) in zip(fields.tolist(), places, strict=True):
            texts = _texts(text, at)
            annotation, kept = self._reader.details(
                texts, reference, alleles[line], max(index, 1), line
            )
            rows.append({**annotation, **_named(kept)})
        return rows

    def _detail_schema(self) -> pa.Schema:
        if not self._reader.has_details:
            return pa.schema([])
        kept = [pa.field(f"info_{name}", pa.string()) for name in self._wanted.keep_info]
        return pa.schema([*(VARIANTS.field(name) for name in NOTHING), *kept])

    def _judged(self, raw: bytes, number: int, order: Ints | None) -> list[Row]:
        """Return the rows of a line that the kernels left alone."""
        variants = list(self._reader.record(raw, number))
        if not variants:
            return []
        columns = raw.removesuffix(b"\r").split(b"\t")
        quality, filters = (text.decode() for text in columns[5:7])
        self._refuse_unfit(quality, filters, number)
        why = self._wanted.filters.why_not(quality, filters)
        if why is not None:
            self.left_out[why] += 1
            return []
        people = self._people(columns, variants, number) if self._wanted.wants_people else None
        return [self._row(variant, people, order) for variant in variants]

    def _refuse_unfit(self, quality: str, filters: str, number: int) -> None:
        """Refuse QUAL and FILTER that are not as they must be where a filter looks at them."""
        try:
            if self._wanted.filters.min_qual is not None:
                kept_quality(quality)
            if self._wanted.filters.only_pass:
                kept_filter(filters)
        except FieldBroken as error:
            raise self._reader.refuse(str(error), number) from None

    def _people(self, columns: list[bytes], variants: list[Variant], number: int) -> SampleFields:
        keys = columns[8].split(b":") if len(columns) > 9 else []
        if b"GT" not in keys:
            return read_people(self._wanted, [], [b"."] * len(self.header.samples), 0)
        n_alternates = sum(variant.allele_index > 0 for variant in variants)
        try:
            return read_people(self._wanted, keys, columns[9:], n_alternates)
        except FormatBroken as error:
            name = self.header.samples[error.sample]
            raise self._reader.refuse(f"sample {name}: {error}", number) from None

    def _row(self, variant: Variant, people: SampleFields | None, order: Ints | None) -> Row:
        call, told = variant.call, {}
        if people is not None:
            call, n_low = without(call, people.is_low())
            self.left_out["calls"] += n_low if variant.allele_index <= 1 else 0
            told = (people if order is None else in_order(people, order)).columns(
                variant.allele_index
            )
        return {
            "chromosome": variant.chromosome,
            "line": variant.line,
            "position": variant.position,
            "id": variant.id,
            "reference": variant.reference,
            "alternate": variant.alternate,
            "allele_index": variant.allele_index,
            "calls": encode(call if order is None else reordered(call, order)),
            **told,
            **variant.annotation,
            **_named(variant.info),
        }

    def _merged(self, table: pa.Table, ranks: Ints, judged: list[Row]) -> tuple[pa.Table, Ints]:
        """Put the rows of odd lines among the others, in the order of the file."""
        fields = [*PLAIN, *self._wanted.format_fields, *self._detail_schema()]
        theirs = pa.Table.from_pylist(judged, schema=pa.schema(fields))
        both = pa.concat_tables([table, theirs], promote_options="default")
        own = np.array([rank_of(row["chromosome"]) for row in judged], np.int64)
        sequence = np.argsort(both["line"].to_numpy(), kind="stable")
        return both.take(sequence).combine_chunks(), np.concatenate([ranks, own])[sequence]

    def _note_order(self, rank: int, part: pa.Table) -> None:
        positions = part["position"].to_numpy()
        before = np.concatenate([[self._last.get(rank, 0)], positions[:-1]])
        self._last[rank] = int(positions[-1])
        back = np.flatnonzero(positions < before)
        if len(back):
            line = part["line"][int(back[0])].as_py()
            self.warnings.add("the positions are not in order; they are sorted", line, len(back))


class _Head:
    """The lines at the top of the text; the rest is given back in chunks."""

    def __init__(self, chunks: Iterator[Bytes]) -> None:
        self._chunks, self._chunk, self._at = chunks, np.zeros(0, np.uint8), 0

    def __iter__(self) -> Iterator[bytes]:
        return self

    def __next__(self) -> bytes:
        if self._at >= len(self._chunk):
            self._chunk, self._at = next(self._chunks), 0
        found = np.flatnonzero(self._chunk[self._at : self._at + 4096] == 10)
        if not len(found):
            found = np.flatnonzero(self._chunk[self._at :] == 10)
        end = self._at + int(found[0]) if len(found) else len(self._chunk)
        line = self._chunk[self._at : end].tobytes()
        self._at = end + 1
        return line

    def rest(self) -> Iterator[Bytes]:
        """Yield what was not read as lines."""
        if self._at < len(self._chunk):
            yield self._chunk[self._at :]
        yield from self._chunks


@contextmanager
def open_records(
    path: Path, wanted: Wanted = ALLELES, key: Crypt4ghKey | None = None
) -> Iterator[Records]:
    """Open a file of genotypes and read its header.

    Raises
    ------
    BadInput
        If it cannot be read, is no VCF of a known version, or is cut short.
    """
    with open_text(path, key) as text:
        yield Records(text, wanted)


def _all_odd(text: Bytes) -> list[Parsed]:
    """Leave every line to the reader in Python."""
    lines = text.tobytes().split(b"\n")
    if not lines[-1]:
        lines.pop()
    none = np.zeros((0, 5), np.int32)
    odd = list(enumerate(lines))
    return [Parsed(len(lines), PLAIN.empty_table(), [], odd, none, text, none[:, 0])]


def _named(kept: dict[str, str | None]) -> dict[str, str | None]:
    return {f"info_{name}": value for name, value in kept.items()}


def _texts(text: Bytes, at: list[int]) -> list[str]:
    """Return QUAL, FILTER and INFO of a row."""
    return [text[at[k] : at[k + 1] - 1].tobytes().decode("ascii") for k in range(3)]


def reordered(call: Call, order: Ints) -> Call:
    """Return the calls of the samples at ``order``, in that order."""
    place = np.full(len(call.codes), -1, np.int64)
    place[order] = np.arange(len(order))
    exceptions = call.exceptions[place[call.exceptions["sample"]] >= 0].copy()
    exceptions["sample"] = place[exceptions["sample"]]
    exceptions = exceptions[np.argsort(exceptions["sample"])]
    return Call(call.codes[order], call.haploid[order], exceptions)
