"""One way to write each variant: trimmed, and left-aligned against the reference sequence.

The same indel can be written at many places of a repeat; only in one form do two files agree on
it. The form is that of ``bcftools norm -f`` for records of one alternate (Tan et al. 2015,
doi:10.1093/bioinformatics/btv112): no shared last base, no shared first base beyond the one that
anchors an indel, as far left as the sequence allows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.reading.fasta import Fasta

_TILE_BITS = 16
_TILES_AT_ONCE = 64
_PLAIN = re.compile(r"[ACGTN]+")
_TO_UPPER = 0xDF

Int = NDArray[np.int64]
Bytes = NDArray[np.uint8]
Bools = NDArray[np.bool_]
Allele = tuple[int, str, str]


class Normaliser:
    """Compares REF with a reference sequence, and writes each variant in its one form.

    Parameters
    ----------
    fasta
        An uncompressed FASTA file with its ``.fai``, as ``gdi-spe reference add fasta`` keeps it.
    sources
        The names of the files that the column ``file`` counts, for messages.
    """

    def __init__(self, fasta: Path, sources: Sequence[str] = ()) -> None:
        self._fasta = Fasta(fasta)
        self._sources = tuple(sources)

    def apply(self, table: pa.Table) -> tuple[pa.Table, int]:
        """Check and normalise a batch of variants, one alternate a row.

        Parameters
        ----------
        table
            With ``chromosome``, ``position``, ``reference``, ``alternate``, ``file`` and ``line``.

        Returns
        -------
        The same rows in the same order, and how many were written anew. Rows whose alternate is
        not made of bases (``*``, symbolic, breakend) stay as they are. Two rows may have become
        the same allele, and the order of positions may be lost.

        Raises
        ------
        BadInput
            If REF is not what the sequence has (its N and other ambiguous codes match N alone),
            or lies outside it. The first such line is named.
        """
        names = pc.dictionary_encode(table["chromosome"]).combine_chunks()
        codes = names.indices.to_numpy(zero_copy_only=False)
        start = table["position"].to_numpy().astype(np.int64) - 1
        reference, alternate = (_Texts(table[name]) for name in ("reference", "alternate"))
        wrong = np.zeros(table.num_rows, bool)
        for code, name in enumerate(names.dictionary.to_pylist()):
            here = np.flatnonzero(codes == code)
            wrong[here] = self._differs(name, start[here], reference, here)
        self._refuse_wrong(table, np.flatnonzero(wrong))
        return self._aligned(table, np.flatnonzero(_may_move(reference, alternate)))

    def _differs(self, chromosome: str, start: Int, texts: _Texts, rows: Int) -> Bools:
        """Say which reference alleles are not what the sequence has."""
        lengths = texts.lengths[rows]
        row, within = _spread(lengths)
        written = texts.data[texts.starts[rows][row] + within] & _TO_UPPER
        differs: Bools = np.zeros(len(rows), bool)
        differs[row[written != self._at(chromosome, start[row] + within)]] = True
        return differs

    def _at(self, chromosome: str, places: Int) -> Bytes:
        """Return the sequence's bases at places, read in windows; 0 outside the chromosome."""
        found = np.zeros(len(places), np.uint8)
        is_inside = (places >= 0) & (places < self._fasta.length(chromosome))
        tiles = np.unique(places[is_inside] >> _TILE_BITS)
        for tile_from, tile_to in _runs(tiles):
            first, last = tile_from << _TILE_BITS, tile_to << _TILE_BITS
            bases = np.frombuffer(self._fasta.bases(chromosome, first, last), np.uint8)
            here = is_inside & (places >= first) & (places < last)
            found[here] = bases[places[here] - first]
        return found

    def _refuse_wrong(self, table: pa.Table, rows: Int) -> None:
        """Refuse the first record whose REF is wrong, by file and line."""
        if not len(rows):
            return
        wrong = table.take(pa.array(rows))
        wrong = wrong.sort_by([("file", "ascending"), ("line", "ascending")])
        for batch in wrong.to_batches(max_chunksize=1024):
            for row in batch.to_pylist():
                if not self._is_telomere(row):
                    raise self._refusal(row)

    def _is_telomere(self, row: dict[str, Any]) -> bool:
        """VCF lets what is not bases stand just before or after a chromosome (1.6.1, POS)."""
        is_at_end = row["position"] in (0, self._fasta.length(row["chromosome"]) + 1)
        return is_at_end and not _PLAIN.fullmatch(row["alternate"])

    def _refusal(self, row: dict[str, Any]) -> BadInput:
        chromosome, position, reference = row["chromosome"], row["position"], row["reference"]
        length = self._fasta.length(chromosome)
        fasta, last = self._fasta.path.name, position - 1 + len(reference)
        if not length:
            why = f"the reference sequence {fasta} has no {chromosome}"
        elif not 1 <= position <= last <= length:
            why = f"{chromosome}:{position} lies outside the chromosome, which has {length:,} bases"
        else:
            there = self._fasta.bases(chromosome, position - 1, min(last, position + 19)).decode()
            why = f"REF {reference[:20]!r}, but {fasta} has {there!r} at {chromosome}:{position}"
        source = self._sources[row["file"]] if row["file"] < len(self._sources) else ""
        remedy = (
            "Give the assembly that the file was called against, or add its FASTA: "
            "gdi-spe reference list tells which is in use"
        )
        return BadInput(why, source=source, line=row["line"], remedy=remedy)

    def _aligned(self, table: pa.Table, rows: Int) -> tuple[pa.Table, int]:
        """Write anew what is not in its one form."""
        columns = ("chromosome", "position", "reference", "alternate")
        old = [table[name].take(pa.array(rows)).to_pylist() for name in columns]
        moved: dict[int, Allele] = {}
        for row, chromosome, *allele in zip(rows.tolist(), *old, strict=True):
            if _PLAIN.fullmatch(allele[2]):
                new = self.normal(chromosome, *allele)
                if new != tuple(allele):
                    moved[row] = new
        if not moved:
            return table, 0
        mask = np.zeros(table.num_rows, bool)
        mask[list(moved)] = True
        for name, values in zip(columns[1:], zip(*moved.values(), strict=True), strict=True):
            kind = table.schema.field(name)
            new_values = pa.array(values, kind.type)
            column = pc.replace_with_mask(table[name], pa.array(mask), new_values)
            table = table.set_column(table.column_names.index(name), kind, column)
        return table, len(moved)

    def normal(self, chromosome: str, position: int, reference: str, alternate: str) -> Allele:
        """Return the one form of a variant whose alleles are made of bases."""
        if reference == alternate:
            return position, reference, alternate
        n_same = _n_same_end(reference, alternate)
        if n_same == min(len(reference), len(alternate)):
            return self._indel(chromosome, position - 1, reference, alternate)
        end = -n_same or None
        reference, alternate = reference[:end], alternate[:end]
        n_first = 0
        while min(len(reference), len(alternate)) - n_first > 1:
            if reference[n_first] != alternate[n_first]:
                break
            n_first += 1
        return position + n_first, reference[n_first:], alternate[n_first:]

    def _indel(self, chromosome: str, start: int, reference: str, alternate: str) -> Allele:
        """Move inserted or deleted bases as far left as the sequence lets them."""
        n_bases = abs(len(reference) - len(alternate))
        longer = max(reference, alternate, key=len)[:n_bases]
        n_moves = self._n_moves(chromosome, start, longer.encode())
        start -= n_moves
        turn = n_moves % n_bases
        moved = longer[n_bases - turn :] + longer[: n_bases - turn]
        is_deletion = len(reference) > len(alternate)
        if start == 0:
            # Nothing stands before the first base: the one after it anchors the indel.
            after = n_bases if is_deletion else 0
            anchor = self._fasta.bases(chromosome, after, after + 1).decode()
            long, position = moved + anchor, 1
        else:
            anchor = self._fasta.bases(chromosome, start - 1, start).decode()
            long, position = anchor + moved, start
        return (position, long, anchor) if is_deletion else (position, anchor, long)

    def _n_moves(self, chromosome: str, start: int, bases: bytes) -> int:
        """Count the steps to the left: each base before must equal the one an indel's length on."""
        n_moves, window, right = 0, 64, bases
        while start:
            left = self._fasta.bases(chromosome, max(start - window, 0), start)
            text = np.frombuffer(left + right, np.uint8)
            same = text[: len(left)] == text[len(bases) : len(bases) + len(left)]
            differs = np.flatnonzero(~same)
            if len(differs):
                return n_moves + len(left) - 1 - int(differs[-1])
            n_moves, start = n_moves + len(left), start - len(left)
            right = (left + right)[: len(bases)]
            window = min(window * 4, 1 << 20)
        return n_moves


class _Texts:
    """The bytes of a column of text, and where each value lies."""

    def __init__(self, column: pa.ChunkedArray) -> None:
        array = column.cast(pa.large_string()).combine_chunks()
        array = array.chunk(0) if isinstance(array, pa.ChunkedArray) else array
        offsets = np.frombuffer(array.buffers()[1], np.int64)[array.offset :][: len(array) + 1]
        self.data: Bytes = np.frombuffer(array.buffers()[2] or b"", np.uint8)
        self.starts: Int = offsets[:-1]
        self.lengths: Int = np.diff(offsets)

    def at(self, within: Int, rows: Int) -> Bytes:
        """Return one byte of each of some values, in capitals."""
        return np.asarray(self.data[self.starts[rows] + within] & _TO_UPPER)


def _may_move(reference: _Texts, alternate: _Texts) -> Bools:
    """Say which alleles share their last base, or more than one first base."""
    shortest = np.minimum(reference.lengths, alternate.lengths)
    may = np.zeros(len(shortest), bool)
    rows = np.flatnonzero((shortest >= 1) & (np.maximum(reference.lengths, alternate.lengths) > 1))
    last = [texts.at(texts.lengths[rows] - 1, rows) for texts in (reference, alternate)]
    first = [texts.at(np.zeros(len(rows), np.int64), rows) for texts in (reference, alternate)]
    may[rows] = (last[0] == last[1]) | ((shortest[rows] > 1) & (first[0] == first[1]))
    return may


def _spread(lengths: Int) -> tuple[Int, Int]:
    """Return, for each base of several texts, which text and which place in it."""
    row = np.repeat(np.arange(len(lengths)), lengths)
    begun = np.cumsum(lengths) - lengths
    return row, np.arange(len(row)) - begun[row]


def _runs(tiles: Int) -> Iterator[tuple[int, int]]:
    """Yield stretches of tiles that are read at once: neighbours, up to a number."""
    first = 0
    for place in range(1, len(tiles) + 1):
        is_end = place == len(tiles) or tiles[place] != tiles[place - 1] + 1
        if is_end or place - first == _TILES_AT_ONCE:
            yield int(tiles[first]), int(tiles[place - 1]) + 1
            first = place


def _n_same_end(one: str, other: str) -> int:
    """Count the last bases that two alleles share."""
    n_same = 0
    for a, b in zip(reversed(one), reversed(other), strict=False):
        if a != b:
            break
        n_same += 1
    return n_same
