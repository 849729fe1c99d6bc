"""The top of a VCF: what it says of its records, judged line by line."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.chromosomes import ASSEMBLY_NAMES, assembly_of, canonical
from gdi_spe.store.reading.annotations import Annotator
from gdi_spe.store.reading.metadata import MetaLine, parse_meta

VERSIONS = tuple(f"VCFv4.{minor}" for minor in range(6))
FIXED = b"#CHROM POS ID REF ALT QUAL FILTER INFO".split()

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NUMBER = re.compile(r"^([0-9]+|[ARGPM.]|L[ARG])$")
_TYPES = ("Integer", "Float", "Flag", "Character", "String")
_DESCRIBED = ("INFO", "FORMAT", "FILTER", "ALT")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


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
class Described:
    """What the header says of an INFO field; `is_clear` is false where it says two things."""

    number: str
    type: str
    is_clear: bool = True


@dataclass(frozen=True)
class Header:
    """What the top of the file says."""

    version: str
    samples: tuple[str, ...]
    annotator: Annotator | None
    assembly: str | None
    # What ##reference names: a hint, where the contigs tell nothing.
    reference: str | None
    info: dict[str, Described]
    # Is the mitochondrion the one of UCSC's hg19, whose positions are others?
    has_other_mitochondrion: bool
    n_columns: int
    n_lines: int


class HeaderReader:
    """Reads the lines up to the names of the columns."""

    def __init__(self, source: str, warnings: Warnings) -> None:
        self._source, self._warnings = source, warnings
        self._version = ""
        self._annotator: Annotator | None = None
        self._assembly: str | None = None
        self._reference: str | None = None
        self._info: dict[str, Described] = {}
        self._has_other_mitochondrion = False

    def read(self, lines: Iterator[bytes]) -> Header:
        """Read the header.

        Raises
        ------
        BadInput
            If it is no header of a known version, or what it says of samples or the assembly
            cannot be right.
        """
        for number, raw in enumerate(lines, start=1):
            line = raw.removesuffix(b"\r")
            if number == 1:
                self._take_version(line)
            elif line.startswith(b"##"):
                self._take(self._text(line, number), number)
            elif line.startswith(b"#CHROM"):
                return self._header(line, number)
            elif not line or line.startswith(b"#"):
                self._warnings.add(
                    "a line in the header that is neither metadata nor names", number
                )
            else:
                raise self._refuse("the line that names the columns (#CHROM) is missing", number)
        raise BadInput("the file ends within its header", source=self._source)

    def _refuse(self, why: str, line: int, remedy: str = "") -> BadInput:
        return BadInput(why, source=self._source, line=line, remedy=remedy)

    def _text(self, line: bytes, number: int) -> str:
        try:
            return line.decode("utf-8")
        except UnicodeDecodeError:
            self._warnings.add("not UTF-8 text in the header", number)
            return line.decode("latin-1")

    def _take_version(self, line: bytes) -> None:
        if line.startswith(_BYTE_ORDER_MARK):
            self._warnings.add("a byte order mark", 1)
            line = line.removeprefix(_BYTE_ORDER_MARK)
        if not line.startswith(b"##fileformat="):
            raise self._refuse("not a VCF file: the first line is not ##fileformat", 1)
        version = line.removeprefix(b"##fileformat=").decode("ascii", "replace").strip()
        if version not in VERSIONS:
            known = f"Known are {VERSIONS[1]} to {VERSIONS[-1]}"
            raise self._refuse(f"unknown version {version[:20]!r}", 1, known)
        self._version = version

    def _take(self, line: str, number: int) -> None:
        meta = parse_meta(line)
        if meta is None:
            self._take_plain(line, number)
            return
        if not meta.is_clean or not _is_well_described(meta):
            self._warnings.add(f"##{meta.key[:30]} is not as the specification has it", number)
        if meta.key == "contig":
            self._take_contig(meta, number)
        elif meta.key == "INFO":
            self._take_info(meta)

    def _take_plain(self, line: str, number: int) -> None:
        name, mark, value = line.removeprefix("##").partition("=")
        if not mark or not name or not value.strip() or value[:1] == "<":
            self._warnings.add("a metadata line that is not KEY=value", number)
        if name == "fileformat":
            raise self._refuse("a second ##fileformat: two files in one?", number)
        if name == "reference":
            self._reference = _named_assembly(value) or self._reference

    def _take_info(self, meta: MetaLine) -> None:
        told = Described(meta.fields.get("Number", "."), meta.fields.get("Type", "String"))
        before = self._info.get(meta.id, told)
        is_clear = (before.number, before.type) == (told.number, told.type)
        self._info[meta.id] = Described(told.number, told.type, is_clear and before.is_clear)
        if meta.id in ("CSQ", "ANN"):
            self._annotator = Annotator.from_header(meta.id, meta.fields.get("Description", ""))

    def _take_contig(self, meta: MetaLine, line: int) -> None:
        name, length = canonical(meta.id), meta.fields.get("length", "")
        self._has_other_mitochondrion |= (name, length) == ("chrM", "16571")
        by_length = assembly_of(name, int(length)) if name and _is_count(length) else None
        found = by_length or _named_assembly(meta.fields.get("assembly", ""))
        if found and self._assembly and found != self._assembly:
            raise self._refuse("contigs of GRCh37 and GRCh38 in one file", line)
        self._assembly = found or self._assembly

    def _header(self, line: bytes, number: int) -> Header:
        columns = line.split(b"\t")
        samples = self._samples(columns, number)
        if not samples:
            self._warnings.add("no samples: only sites are read", number)
        return Header(
            self._version,
            samples,
            self._annotator,
            self._assembly,
            self._reference,
            self._info,
            self._has_other_mitochondrion,
            len(columns),
            number,
        )

    def _samples(self, columns: list[bytes], number: int) -> tuple[str, ...]:
        if columns[:8] != FIXED:
            raise self._refuse("the eight fixed columns are not named as they must be", number)
        if len(columns) > 8 and columns[8] != b"FORMAT":
            raise self._refuse("the ninth column is not FORMAT", number)
        try:
            names = tuple(name.decode("utf-8") for name in columns[9:])
        except UnicodeDecodeError:
            raise self._refuse("a sample's name is not UTF-8 text", number) from None
        twice = [name for name, n in Counter(names).items() if n > 1]
        if twice:
            raise self._refuse(f"the sample name {twice[0]!r} stands twice", number)
        if any(not name.strip() for name in names):
            raise self._refuse("a sample has no name", number)
        if any(_CONTROL.search(name) for name in names):
            raise self._refuse("a sample's name has a control character", number)
        return names


def _is_count(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) < 12


def _named_assembly(text: str) -> str | None:
    """Return the assembly that a text names, where it names one."""
    lower = text.lower()
    found = {of for of, names in ASSEMBLY_NAMES.items() if any(name in lower for name in names)}
    return found.pop() if len(found) == 1 else None


def _is_well_described(meta: MetaLine) -> bool:
    """Say whether a line has what the specification wants of its kind."""
    if meta.key == "contig":
        return bool(meta.id) and _is_count(meta.fields.get("length", "0"))
    if meta.key not in _DESCRIBED:
        return True
    if not meta.id or "Description" not in meta.fields:
        return False
    if meta.key in ("FILTER", "ALT"):
        return True
    is_gt = meta.key == "FORMAT" and meta.id == "GT"
    told = (meta.fields.get("Number", ""), meta.fields.get("Type", ""))
    return told == ("1", "String") if is_gt else bool(_NUMBER.match(told[0]) and told[1] in _TYPES)
