"""A reference sequence: brought into one form once, then read in windows of bases.

The form is FASTA of the store's chromosomes alone, under their canonical names, uncompressed, one
line a chromosome, in capital A, C, G, T and N; other programs read it by its index (``.fai``).
"""

from __future__ import annotations

import os
import re
import weakref
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.chromosomes import LENGTHS, assembly_of, canonical
from gdi_spe.store.reading.intake import open_text

# Every code that is not A, C, G or T stands for "one of several" and becomes N, as in bcftools;
# soft-masked (small) letters are the same bases.
_TO_ACGTN = bytes(ord(chr(b).upper() if chr(b) in "ACGTacgt" else "N") for b in range(256))
# Nucleotide codes of IUPAC, and the gaps that FASTA allows.
_CODES = b"ACGTUNRYSWKMBDHVacgtunryswkmbdhv-"
_NAME = re.compile(rb"^>(\S*).*$", re.MULTILINE)
Progress = Callable[[int, int | None], None]


@dataclass(frozen=True)
class Contig:
    """Where one sequence lies in the file, as a line of the ``.fai`` index says it."""

    name: str
    length: int
    offset: int
    line_bases: int
    line_bytes: int

    def place_of(self, base: int) -> int:
        """Return where in the file a base stands (0-based)."""
        lines, rest = divmod(base, self.line_bases)
        return self.offset + lines * self.line_bytes + rest


class Fasta:
    """An uncompressed FASTA file with its ``.fai`` index beside it.

    Parameters
    ----------
    path
        The FASTA file; contigs get their canonical names, others are not used.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.contigs = _read_index(path.with_name(f"{path.name}.fai"))
        try:
            self._descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
        except OSError as error:
            raise BadInput(f"cannot be read ({error.strerror})", source=str(path)) from None
        weakref.finalize(self, os.close, self._descriptor)

    def length(self, chromosome: str) -> int:
        """Return how many bases a chromosome has, 0 where the file lacks it."""
        contig = self.contigs.get(chromosome)
        return 0 if contig is None else contig.length

    def bases(self, chromosome: str, start: int, end: int) -> bytes:
        """Return the bases of ``[start, end)``, cut at the chromosome's ends, as ACGTN."""
        contig = self.contigs.get(chromosome)
        start, end = max(start, 0), min(end, self.length(chromosome))
        if contig is None or start >= end:
            return b""
        place = contig.place_of(start)
        n_bytes = contig.place_of(end - 1) + 1 - place
        raw = os.pread(self._descriptor, n_bytes, place)
        found = raw.translate(_TO_ACGTN, b"\r\n")
        if len(found) != end - start:
            raise BadInput("is not what its index says", source=str(self.path))
        return found


def _read_index(path: Path) -> dict[str, Contig]:
    found: dict[str, Contig] = {}
    try:
        for number, line in enumerate(path.read_text().splitlines(), start=1):
            name, *numbers = line.split("\t")
            chromosome = canonical(name)
            if len(numbers) < 4 or not all(n.isdecimal() for n in numbers[:4]):
                raise BadInput("is no line of an index", source=str(path), line=number)
            if chromosome is not None and int(numbers[2]):
                found[chromosome] = Contig(chromosome, *map(int, numbers[:4]))
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"cannot be read ({error})", source=str(path)) from None
    return found


def write_canonical(
    source: Path, target: Path, progress: Progress = lambda _done, _of: None
) -> dict[str, int]:
    """Write a FASTA file in the store's form, and its index beside it.

    Parameters
    ----------
    source
        FASTA, plain or compressed; contigs that the store does not know are left out.
    target
        The file to write; ``.fai`` is added for the index.
    progress
        Called with how many bytes of the source were read, and how many it has.

    Returns
    -------
    How many bases each chromosome has.

    Raises
    ------
    BadInput
        If it is not FASTA of nucleotides, has a chromosome twice, or none.
    """
    with open_text(source) as text, target.open("wb") as out:
        writing = _Writing(source, out)
        for chunk in text.chunks():
            writing.add(chunk.tobytes())
            progress(text.consumed_bytes, text.size_bytes)
        writing.end_contig()
    if not writing.contigs:
        raise BadInput("there is no sequence of a chromosome", source=str(source))
    lines = [
        f"{c.name}\t{c.length}\t{c.offset}\t{c.line_bases}\t{c.line_bytes}\n"
        for c in writing.contigs.values()
    ]
    target.with_name(f"{target.name}.fai").write_text("".join(lines))
    return {contig.name: contig.length for contig in writing.contigs.values()}


def assembly_by_lengths(lengths: dict[str, int], source: Path) -> str | None:
    """Return the assembly that chromosomes of these lengths are of, None where no length is known.

    Raises
    ------
    BadInput
        If some chromosomes have an assembly's length and others do not.
    """
    lengths = {name: n for name, n in lengths.items() if name in LENGTHS["GRCh38"]}
    found = {name: assembly_of(name, n) for name, n in lengths.items()}
    known = {assembly for assembly in found.values() if assembly is not None}
    if not known:
        return None
    odd = [name for name in found if found[name] != min(known)]
    if odd:
        raise BadInput(
            f"{odd[0]} has {lengths[odd[0]]:,} bases, {min(known)} has "
            f"{LENGTHS[min(known)][odd[0]]:,}",
            source=str(source),
            remedy="Give the whole sequence of one assembly",
        )
    return min(known)


@dataclass
class _Writing:
    """The canonical file as far as it is written."""

    source: Path
    out: IO[bytes]
    contigs: dict[str, Contig] = field(default_factory=dict)
    _name: str | None = None
    _start: int = 0
    _n_lines: int = 0
    _is_begun: bool = False

    def add(self, text: bytes) -> None:
        """Take whole lines more."""
        begun = 0
        for found in _NAME.finditer(text):
            self._bases(text[begun : found.start()], text.count(b"\n", 0, begun))
            self._begin(found[1], self._n_lines + text.count(b"\n", 0, found.start()) + 1)
            begun = found.end()
        self._bases(text[begun:], text.count(b"\n", 0, begun))
        self._n_lines += text.count(b"\n")

    def _begin(self, name: bytes, line: int) -> None:
        self.end_contig()
        self._is_begun = True
        self._name = canonical(name.decode("utf-8", "replace"))
        if self._name in self.contigs:
            raise BadInput(f"{self._name} stands twice", source=str(self.source), line=line)
        if self._name is not None:
            self.out.write(f">{self._name}\n".encode())
            self._start = self.out.tell()

    def _bases(self, text: bytes, lines_before: int = 0) -> None:
        bases = text.translate(_TO_ACGTN, b"\r\n")
        if bases and (not self._is_begun or text.translate(None, _CODES + b"\r\n")):
            raise BadInput(
                "not FASTA: a line that is neither >name nor bases",
                source=str(self.source),
                line=self._n_lines + lines_before + _first_odd(text, self._is_begun),
            )
        if self._name is not None:
            self.out.write(bases)

    def end_contig(self) -> None:
        """Finish the chromosome at hand."""
        if self._name is None:
            return
        length = self.out.tell() - self._start
        if not length:
            raise BadInput(f"{self._name} has no bases", source=str(self.source))
        self.out.write(b"\n")
        self.contigs[self._name] = Contig(self._name, length, self._start, length, length + 1)
        self._name = None


def _first_odd(text: bytes, is_begun: bool) -> int:
    """Return which line of a text is the first that is not bases, from 1."""
    for number, line in enumerate(text.split(b"\n"), start=1):
        if line.strip() and (not is_begun or line.translate(None, _CODES + b"\r")):
            return number
    return 1
