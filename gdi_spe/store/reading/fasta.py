"""Windows of a reference sequence, without ever holding a chromosome in memory."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.chromosomes import canonical

# Every code that is not A, C, G or T stands for "one of several" and becomes N, as in bcftools;
# soft-masked (small) letters are the same bases.
_TO_ACGTN = bytes(ord(chr(b).upper() if chr(b) in "ACGTacgt" else "N") for b in range(256))


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
            self._file = path.open("rb")
        except OSError as error:
            raise BadInput(f"cannot be read ({error.strerror})", source=str(path)) from None

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
        raw = os.pread(self._file.fileno(), n_bytes, place)
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
