"""Read VCF as a stream: each record split into its alternate alleles, each error with its line.

Where a breach of the specification would make calls, alleles or positions wrong, the file is
refused; where it cannot, it is read and a warning is kept.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.calls import Call
from gdi_spe.store.chromosomes import canonical
from gdi_spe.store.reading.annotations import NOTHING, Annotation
from gdi_spe.store.reading.encrypted import Crypt4ghKey
from gdi_spe.store.reading.genotypes import GenotypeBroken, GenotypeParser, Genotypes
from gdi_spe.store.reading.header import HeaderReader, Warnings
from gdi_spe.store.reading.intake import TextSource, open_text
from gdi_spe.store.reading.kept import (
    FieldBroken,
    info_pairs,
    kept_filter,
    kept_info,
    kept_quality,
    named_twice,
)

_CHUNK_BYTES = 1 << 20

# VCF 4.5, 1.4.7: names of contigs; in angle brackets, one of the ##assembly file.
_CONTIG = re.compile(
    rb"^(?:[0-9A-Za-z!#$%&+./:;?@^_|~-][0-9A-Za-z!#$%&*+./:;=?@^_|~-]*|<[^<>\s,]+>)$"
)
_BASES = re.compile(r"^[ACGTNacgtn]+$")
_SYMBOLIC = re.compile(r"^[ACGTNacgtn]*<[^<>\s,]+>$")  # with bases: an assembled contig put in
_BREAKEND = re.compile(
    r"^(?:[ACGTNacgtn.]+(?:\[[^\[\]\s]+:\d+\[|\][^\[\]\s]+:\d+\])"
    r"|(?:\[[^\[\]\s]+:\d+\[|\][^\[\]\s]+:\d+\])[ACGTNacgtn.]+|\.[ACGTNacgtn]+|[ACGTNacgtn]+\.)$"
)
# The allele 1 of a genotype, which is the first field of a column.
_UNTOLD = re.compile(rb"(?:(?<=[\t/|])|^)1(?=[\t/|:]|$)")
_FORMAT_KEY = re.compile(rb"^[A-Za-z_][0-9A-Za-z_.]*$")
_UNSPECIFIED = ("<*>", "<NON_REF>")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


@dataclass(frozen=True)
class Variant:
    """One alternate allele of one record, with everybody's calls of it."""

    chromosome: str
    position: int
    id: str | None
    reference: str
    alternate: str
    allele_index: int
    annotation: Annotation
    call: Call
    line: int
    info: dict[str, str | None]


class VcfReader:
    """One VCF file, opened; iterate over `variants` once."""

    def __init__(self, source: str, lines: Iterator[bytes], keep_info: Sequence[str] = ()) -> None:
        self.source, self._lines, self._keep = source, lines, tuple(keep_info)
        self.warnings = Warnings()
        self.skipped_contigs: Counter[str] = Counter()
        self._last: dict[str, int] = {}
        self.header = HeaderReader(source, self.warnings).read(lines)
        self._parser = GenotypeParser(len(self.header.samples))

    def refuse(self, why: str, line: int, remedy: str = "") -> BadInput:
        """Return the error that names this file and a line."""
        return BadInput(why, source=self.source, line=line, remedy=remedy)

    def _text(self, line: bytes, number: int) -> str:
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError:
            raise self.refuse("not UTF-8 text", number) from None

    def variants(self) -> Iterator[Variant]:
        """Yield each alternate allele of each record on a chromosome that the store knows."""
        for number, line in enumerate(self._lines, start=self.header.n_lines + 1):
            for variant in self.record(line, number):
                self.note_order(variant.chromosome, variant.position, number)
                yield variant

    def record(self, raw: bytes, number: int) -> Iterator[Variant]:
        """Judge one record: its variants, or the error that names its line."""
        line = raw.removesuffix(b"\r")
        if not line:
            self.warnings.add("an empty line", number)
            return
        if line.startswith(b"#"):
            raise self.refuse("a line of a header among the records: two files in one?", number)
        columns = line.split(b"\t", 9)
        n_columns = len(columns) + (columns[9].count(b"\t") if len(columns) == 10 else 0)
        if n_columns != self.header.n_columns:
            raise self.refuse(f"{n_columns} columns instead of {self.header.n_columns}", number)
        if not _CONTIG.match(columns[0]):
            raise self.refuse("the chromosome's name has characters it must not have", number)
        chromosome = canonical(columns[0].decode())
        if chromosome is None:
            self.skipped_contigs[columns[0].decode()[:50]] += 1
            return
        fixed = [self._text(column, number) for column in columns[1:8]]
        position = self._position(fixed[0], number)
        alternates = self._alleles(fixed[2], fixed[3], number)
        self._note_style(fixed[4], fixed[5], number)
        self._refuse_block(alternates, fixed[6], columns, number)
        called = self._genotypes(columns, alternates, number)
        reference = fixed[2].upper()
        written = [text if text[:1] == "<" else text.upper() for text in alternates]
        for index, alternate in enumerate(written, start=1):
            annotation, kept = self.details(fixed[4:7], reference, written, index, number)
            yield Variant(
                chromosome,
                position,
                self._id(fixed[1], number),
                reference,
                alternate,
                0 if alternate == "." else index,
                annotation,
                called.of_alternate(index),
                number,
                kept,
            )

    @property
    def has_details(self) -> bool:
        """Is there anything to look for in QUAL, FILTER and INFO?"""
        return bool(self._keep) or self.header.annotator is not None

    def details(
        self,
        texts: Sequence[str],
        reference: str,
        alternates: list[str],
        index: int,
        number: int,
    ) -> tuple[Annotation, dict[str, str | None]]:
        """Return what QUAL, FILTER and INFO say of an allele: its consequence, what is kept."""
        if not self.has_details:
            return NOTHING, {}
        info = info_pairs(texts[2])
        annotation = self._annotation(info, reference, alternates, index)
        return annotation, self._kept(info, texts, len(alternates), index, number)

    def note_order(self, chromosome: str, position: int, number: int) -> None:
        """Warn where positions go back; they are sorted later."""
        if self._last.get(chromosome, 0) > position:
            self.warnings.add("the positions are not in order; they are sorted", number)
        self._last[chromosome] = position

    def _note_style(self, quality: str, filters: str, number: int) -> None:
        """Warn of what is kept only where the admin names it, and is then refused."""
        for kept, text in ((kept_quality, quality), (kept_filter, filters)):
            try:
                kept(text)
            except FieldBroken as error:
                self.warnings.add(f"{str(error).partition(' ')[0]} is not as it should be", number)

    def _position(self, text: str, number: int) -> int:
        if not (text.isascii() and text.isdecimal()) or int(text) >= 2**31:
            raise self.refuse(f"the position {text[:20]!r} is not a number", number)
        return int(text)

    def _id(self, text: str, number: int) -> str | None:
        if _CONTROL.search(text):
            raise self.refuse("the ID has a control character", number)
        if " " in text or "" in text.split(";"):
            self.warnings.add("an ID with blanks or empty parts", number)
        return None if text == "." else text

    def _alleles(self, reference: str, alternate: str, number: int) -> list[str]:
        if not _BASES.match(reference):
            raise self.refuse(f"REF {reference[:20]!r} is not made of A, C, G, T and N", number)
        alternates = alternate.split(",")
        for allele in alternates:
            known = allele == "*" or any(p.match(allele) for p in (_BASES, _SYMBOLIC, _BREAKEND))
            if not known and alternates != ["."]:
                raise self.refuse(f"ALT {allele[:20]!r} is no allele", number)
        upper = [text if text[:1] == "<" else text.upper() for text in alternates]
        if len(set(upper)) < len(upper) or reference.upper() in upper:
            raise self.refuse("ALT names an allele twice, or the reference", number)
        return alternates

    def _refuse_block(
        self, alternates: list[str], info: str, columns: list[bytes], number: int
    ) -> None:
        """Refuse a record that tells of a stretch of reference.

        What it says of the positions after its own would be lost, and absent is not reference.
        """
        if not any(allele in _UNSPECIFIED for allele in alternates):
            return
        has_length = len(columns) > 8 and b"LEN" in columns[8].split(b":")
        if "<NON_REF>" in alternates or has_length or "END" in info_pairs(info):
            remedy = "Genotype the gVCF jointly before ingest"
            raise self.refuse("a gVCF reference block", number, remedy)

    def _genotypes(self, columns: list[bytes], alternates: list[str], number: int) -> Genotypes:
        parser = self._parser
        if len(columns) < 10:
            return parser.all_missing()
        keys = columns[8].split(b":")
        if b"GT" not in keys:
            self.warnings.add("no genotypes (GT): all calls are missing", number)
            return parser.all_missing()
        if keys[0] != b"GT":
            raise self.refuse("GT is not the first field of FORMAT", number)
        if keys.count(b"GT") > 1:
            raise self.refuse("GT stands twice in FORMAT", number)
        if len(set(keys)) < len(keys) or not all(_FORMAT_KEY.match(key) for key in keys):
            self.warnings.add("FORMAT has a repeated field, or one without a right name", number)
        is_untold = alternates == ["."]
        try:
            return parser.parse(columns[9], len(keys), 0 if is_untold else len(alternates))
        except GenotypeBroken as error:
            if is_untold and _UNTOLD.search(columns[9]):
                return self._untold(columns, len(keys), number)
            sample = self.header.samples[error.sample]
            raise self.refuse(f"sample {sample}: {error}", number) from None

    def _untold(self, columns: list[bytes], n_fields: int, number: int) -> Genotypes:
        """Read calls of an allele that ALT does not tell: it is a missing allele."""
        self.warnings.add("calls of an allele that ALT leaves out: taken as missing", number)
        known = _UNTOLD.sub(b".", columns[9])
        try:
            return self._parser.parse(known, n_fields, 0)
        except GenotypeBroken as error:
            sample = self.header.samples[error.sample]
            raise self.refuse(f"sample {sample}: {error}", number) from None

    def _annotation(
        self, info: dict[str, str], reference: str, alternates: list[str], index: int
    ) -> Annotation:
        annotator = self.header.annotator
        if annotator is None or annotator.key not in info:
            return NOTHING
        return annotator.of_allele(info[annotator.key], reference, alternates, index)

    def _kept(
        self, info: dict[str, str], texts: Sequence[str], n_alternates: int, index: int, number: int
    ) -> dict[str, str | None]:
        twice = named_twice(texts[2], self._keep) if self._keep else None
        if twice is not None:
            raise self.refuse(f"INFO {twice} stands twice", number)
        try:
            return {
                name: self._kept_value(name, info, texts, n_alternates, index)
                for name in self._keep
            }
        except FieldBroken as error:
            raise self.refuse(str(error), number) from None

    def _kept_value(
        self, name: str, info: dict[str, str], texts: Sequence[str], n_alternates: int, index: int
    ) -> str | None:
        if name == "QUAL":
            return kept_quality(texts[0])
        if name == "FILTER":
            return kept_filter(texts[1])
        return kept_info(name, info.get(name), self.header.info.get(name), n_alternates, index)


@contextmanager
def open_vcf(
    path: Path, keep_info: Sequence[str] = (), key: Crypt4ghKey | None = None
) -> Iterator[VcfReader]:
    """Open a file of genotypes, in any form that `open_text` reads, and read its header.

    Raises
    ------
    BadInput
        If it cannot be read, is no VCF of a known version, or is cut short.
    """
    with open_text(path, key) as text:
        yield VcfReader(text.name, _lines(text), keep_info)


def _lines(text: TextSource) -> Iterator[bytes]:
    """Yield lines without their ends."""
    for chunk in text.chunks(_CHUNK_BYTES):
        lines = chunk.tobytes().split(b"\n")
        yield from lines if lines[-1] else lines[:-1]
