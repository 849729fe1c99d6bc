"""Read VCF as a stream: each record split into its alternate alleles, each error with its line.

Where a breach of the specification would make calls, alleles or positions wrong, the file is
refused; where it cannot, it is read and a warning is kept.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.calls import Call
from gdi_spe.store.chromosomes import assembly_of, canonical
from gdi_spe.store.reading.annotations import NOTHING, Annotation, Annotator
from gdi_spe.store.reading.encrypted import Crypt4ghKey
from gdi_spe.store.reading.genotypes import GenotypeBroken, GenotypeParser, Genotypes
from gdi_spe.store.reading.intake import TextSource, open_text

_CHUNK_BYTES = 1 << 20
VERSIONS = tuple(f"VCFv4.{minor}" for minor in range(6))
FIXED = b"#CHROM POS ID REF ALT QUAL FILTER INFO".split()

# INFO that describes the people of the source file: never kept, whatever the admin names.
ABOUT_PEOPLE = re.compile(
    r"^(ML)?(AC|AN|AF|MAC|MAF|NS|NA|NCC|DP|DP4|HWE|HWEAF|HWDAF|EXCHET|ExcessHet|InbreedingCoeff|F_MISSING|MLEAC"
    r"|MLEAF|AC_.*|AN_.*|AF_.*|.*_(AC|AN|AF)|.*_(HET|HOM|HEMI)|NHET|NHOM.*|nhomalt.*|LDAF|AVGPOST)$",
    re.IGNORECASE,
)

# VCF 4.5, 1.4.7: names of contigs; in angle brackets, one of the ##assembly file.
_CONTIG = re.compile(
    rb"^(?:[0-9A-Za-z!#$%&+./:;?@^_|~-][0-9A-Za-z!#$%&*+./:;=?@^_|~-]*|<[^<>\s,]+>)$"
)
_BASES = re.compile(r"^[ACGTNacgtn]+$")
_SYMBOLIC = re.compile(r"^<[^<>\s,]+>$")
_BREAKEND = re.compile(
    r"^(?:[ACGTNacgtn.]+(?:\[[^\[\]\s]+:\d+\[|\][^\[\]\s]+:\d+\])"
    r"|(?:\[[^\[\]\s]+:\d+\[|\][^\[\]\s]+:\d+\])[ACGTNacgtn.]+|\.[ACGTNacgtn]+|[ACGTNacgtn]+\.)$"
)
_META = re.compile(r"^##(INFO|contig)=<(.*)>$")
_PAIR = re.compile(r'([A-Za-z0-9_.]+)=("(?:[^"\\]|\\.)*"|[^,]*)')


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


@dataclass
class Warnings:
    """What was read although it is not as it should be: kinds, how often, the first line."""

    first: dict[str, int] = field(default_factory=dict)
    count: Counter[str] = field(default_factory=Counter)

    def add(self, why: str, line: int, n: int = 1) -> None:
        """Note one more case, or several of which this is the first."""
        self.first[why] = min(line, self.first.get(why, line))
        self.count[why] += n

    def lines(self, source: str) -> list[str]:
        """Return one sentence a kind."""
        return [
            f"{source}, line {self.first[why]}: {why}" + (f" ({n} times)" if n > 1 else "")
            for why, n in sorted(self.count.items(), key=lambda item: self.first[item[0]])
        ]


@dataclass(frozen=True)
class Header:
    """What the top of the file says."""

    version: str
    samples: tuple[str, ...]
    annotator: Annotator | None
    assembly: str | None
    # INFO fields with one value an alternate (A) or an allele (R).
    per_allele: dict[str, str]
    n_lines: int


class VcfReader:
    """One VCF file, opened; iterate over `variants` once."""

    def __init__(self, source: str, lines: Iterator[bytes], keep_info: Sequence[str] = ()) -> None:
        self.source, self._lines, self._keep = source, lines, tuple(keep_info)
        self.warnings = Warnings()
        self.skipped_contigs: Counter[str] = Counter()
        self._last: dict[str, int] = {}
        self.header = self._read_header()
        self._parser = GenotypeParser(len(self.header.samples))

    def refuse(self, why: str, line: int, remedy: str = "") -> BadInput:
        """Return the error that names this file and a line."""
        return BadInput(why, source=self.source, line=line, remedy=remedy)

    def _read_header(self) -> Header:
        meta: list[str] = []
        for number, raw in enumerate(self._lines, start=1):
            line = raw.removesuffix(b"\r")
            if number == 1 and not line.startswith(b"##fileformat="):
                raise self.refuse("not a VCF file: the first line is not ##fileformat", 1)
            if line.startswith(b"##"):
                meta.append(self._text(line, number))
            elif line.startswith(b"#CHROM"):
                return self._header(meta, self._samples(line, number), number)
            else:
                raise self.refuse("the line that names the columns (#CHROM) is missing", number)
        raise BadInput("the file ends within its header", source=self.source)

    def _text(self, line: bytes, number: int) -> str:
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError:
            raise self.refuse("not UTF-8 text", number) from None

    def _header(self, meta: list[str], samples: tuple[str, ...], n_lines: int) -> Header:
        version = meta[0].removeprefix("##fileformat=").strip()
        if version not in VERSIONS:
            raise self.refuse(
                f"unknown version {version[:20]!r}", 1, f"Known are {VERSIONS[1]} to {VERSIONS[-1]}"
            )
        annotator, assembly, per_allele = None, None, {}
        for number, line in enumerate(meta, start=1):
            found = _META.match(line)
            pairs = {} if not found else {k: v.strip('"') for k, v in _PAIR.findall(found[2])}
            if found and found[1] == "contig":
                assembly = self._assembly(pairs, assembly, number)
            elif found and pairs.get("ID") in ("CSQ", "ANN"):
                annotator = Annotator.from_header(pairs["ID"], pairs.get("Description", ""))
            if found and pairs.get("Number") in ("A", "R"):
                per_allele[pairs.get("ID", "")] = pairs["Number"]
        return Header(version, samples, annotator, assembly, per_allele, n_lines)

    def _assembly(self, contig: dict[str, str], so_far: str | None, line: int) -> str | None:
        name, length = canonical(contig.get("ID", "")), contig.get("length", "")
        found = assembly_of(name, int(length)) if name and length.isdecimal() else None
        if found and so_far and found != so_far:
            raise self.refuse("contigs of GRCh37 and GRCh38 in one file", line)
        return found or so_far

    def _samples(self, line: bytes, number: int) -> tuple[str, ...]:
        columns = line.split(b"\t")
        if columns[:8] != FIXED:
            raise self.refuse("the eight fixed columns are not named as they must be", number)
        if len(columns) > 8 and columns[8] != b"FORMAT":
            raise self.refuse("the ninth column is not FORMAT", number)
        names = tuple(self._text(name, number) for name in columns[9:])
        twice = [name for name, n in Counter(names).items() if n > 1]
        if twice:
            raise self.refuse(f"the sample name {twice[0]!r} stands twice", number)
        if any(not name.strip() for name in names):
            raise self.refuse("a sample has no name", number)
        return names

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
        columns = line.split(b"\t", 9)
        n_samples = len(self.header.samples)
        n_columns = len(columns) + (columns[9].count(b"\t") if len(columns) == 10 else 0)
        expected = 9 + n_samples if n_samples else n_columns
        if n_columns != expected or n_columns < 8:
            raise self.refuse(f"{n_columns} columns instead of {max(expected, 8)}", number)
        if not _CONTIG.match(columns[0]):
            raise self.refuse("the chromosome's name has characters it must not have", number)
        chromosome = canonical(columns[0].decode())
        if chromosome is None:
            self.skipped_contigs[columns[0].decode()[:50]] += 1
            return
        fixed = [self._text(column, number) for column in columns[1:8]]
        position = self._position(fixed[0], number)
        alternates = self._alleles(fixed[2], fixed[3], number)
        called = self._genotypes(columns, len(alternates), number)
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
        info = self._info(texts[2])
        annotation = self._annotation(info, reference, alternates, index)
        return annotation, self._kept(info, texts, index, number)

    def note_order(self, chromosome: str, position: int, number: int) -> None:
        """Warn where positions go back; they are sorted later."""
        if self._last.get(chromosome, 0) > position:
            self.warnings.add("the positions are not in order; they are sorted", number)
        self._last[chromosome] = position

    def _position(self, text: str, number: int) -> int:
        if not (text.isascii() and text.isdecimal()) or int(text) >= 2**31:
            raise self.refuse(f"the position {text[:20]!r} is not a number", number)
        return int(text)

    def _id(self, text: str, number: int) -> str | None:
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
            if allele in ("<NON_REF>", "<*>"):
                raise self.refuse(
                    "a gVCF reference block", number, "Genotype the gVCF jointly before ingest"
                )
        if len(set(alternates)) < len(alternates):
            raise self.refuse("ALT names an allele twice", number)
        return alternates

    def _genotypes(self, columns: list[bytes], n_alternates: int, number: int) -> Genotypes:
        parser = self._parser
        if len(columns) < 10:
            return parser.all_missing()
        keys = columns[8].split(b":")
        if b"GT" not in keys:
            self.warnings.add("no genotypes (GT): all calls are missing", number)
            return parser.all_missing()
        if keys[0] != b"GT":
            raise self.refuse("GT is not the first field of FORMAT", number)
        if len(set(keys)) < len(keys) or b"" in keys:
            self.warnings.add("FORMAT has an empty or repeated field", number)
        try:
            return parser.parse(columns[9], len(keys), n_alternates)
        except GenotypeBroken as error:
            sample = self.header.samples[error.sample]
            raise self.refuse(f"sample {sample}: {error}", number) from None

    def _info(self, text: str) -> dict[str, str]:
        pairs = (part.partition("=") for part in text.split(";"))
        return {key: value for key, _, value in pairs}

    def _annotation(
        self, info: dict[str, str], reference: str, alternates: list[str], index: int
    ) -> Annotation:
        annotator = self.header.annotator
        if annotator is None or annotator.key not in info:
            return NOTHING
        return annotator.of_allele(info[annotator.key], reference, alternates, index)

    def _kept(
        self, info: dict[str, str], texts: Sequence[str], index: int, number: int
    ) -> dict[str, str | None]:
        kept: dict[str, str | None] = {}
        for name in self._keep:
            value = {"QUAL": texts[0], "FILTER": texts[1]}.get(name, info.get(name))
            kind, parts = self.header.per_allele.get(name), (value or "").split(",")
            if value is not None and kind:
                place = index - 1 if kind == "A" else index
                if place >= len(parts):
                    raise self.refuse(f"INFO {name} has not one value an allele", number)
                value = parts[place]
            kept[name] = None if value in (None, ".") else value
        return kept


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
