"""What a file is, by its bytes and never by its name."""

from __future__ import annotations

import io
import pickletools
import re
import zipfile
import zlib
from enum import Enum
from functools import lru_cache
from itertools import islice

from gdi_spe.disclosure.contents.table import INVISIBLE
from gdi_spe.disclosure.intake.reading import NotText, decoded
from gdi_spe.disclosure.intake.tracks import is_about_track


class Kind(Enum):
    """The forms of file that are told apart."""

    # Genotypes: never leave.
    VCF = "VCF"
    BCF = "BCF"
    PLINK1 = "PLINK 1 genotypes"
    PLINK2 = "PLINK 2 genotypes"
    BGEN = "BGEN genotypes"
    VARIANT_INDEX = "index of variants or reads"
    # Reads: never leave.
    BAM = "BAM"
    CRAM = "CRAM"
    SAM = "SAM"
    FASTQ = "FASTQ"
    FASTA = "FASTA"
    # Containers that can hold anything: never leave in this form.
    HDF5 = "HDF5"
    PICKLE = "pickle"
    SQLITE = "SQLite database"
    DATABASE = "database"
    TENSORS = "file of tensors"
    TAR = "tar archive"
    OTHER_COMPRESSED = "compressed file"
    EXECUTABLE = "program"
    ZARR = "Zarr store"
    HAIL = "Hail table"
    R_DATA = "R data"
    STATISTICS = "data file of a statistics program"
    GENOMIC_STORE = "store of genotypes or signals"
    ENCRYPTED = "encrypted file"
    # What may be looked at.
    GZIP = "gzip"
    PARQUET = "Parquet"
    ARROW = "Arrow"
    EXCEL = "Excel workbook"
    NUMPY = "NumPy array"
    ZIP = "ZIP archive"
    WORD = "Word document"
    DOCUMENT = "word processor document"
    OTHER_PICTURE = "picture of a form that is not read"
    PNG = "PNG"
    JPEG = "JPEG"
    PDF = "PDF"
    SVG = "SVG"
    HTML = "HTML"
    NOTEBOOK = "notebook"
    JSON = "JSON"
    CSV = "CSV"
    TSV = "TSV"
    TEXT = "text"
    EMPTY = "empty file"
    UNKNOWN = "unknown bytes"


GENOTYPES = {Kind.VCF, Kind.BCF, Kind.PLINK1, Kind.PLINK2, Kind.BGEN, Kind.VARIANT_INDEX}
READS = {Kind.BAM, Kind.CRAM, Kind.SAM, Kind.FASTQ, Kind.FASTA}
CONTAINERS = {
    Kind.HDF5, Kind.PICKLE, Kind.SQLITE, Kind.TAR, Kind.TENSORS, Kind.DATABASE,
    Kind.OTHER_COMPRESSED, Kind.EXECUTABLE, Kind.ZARR, Kind.HAIL, Kind.R_DATA, Kind.STATISTICS,
    Kind.GENOMIC_STORE, Kind.ENCRYPTED, Kind.UNKNOWN,
}  # fmt: skip

_STARTS = (
    (b"BCF\x02", Kind.BCF), (b"BAM\x01", Kind.BAM), (b"CRAM", Kind.CRAM),
    (b"TBI\x01", Kind.VARIANT_INDEX), (b"CSI\x01", Kind.VARIANT_INDEX),
    (b"BAI\x01", Kind.VARIANT_INDEX), (b"\x6c\x1b\x01", Kind.PLINK1),
    (b"\x6c\x1b\x00", Kind.PLINK1),
    (b"\x6c\x1b", Kind.PLINK2), (b"\x89HDF\r\n\x1a\n", Kind.HDF5), (b"\x93NUMPY", Kind.NUMPY),
    (b"SQLite format 3\x00", Kind.SQLITE), (b"PK\x03\x04", Kind.ZIP), (b"PK\x05\x06", Kind.ZIP),
    (b"ARROW1\x00\x00", Kind.ARROW), (b"PAR1", Kind.PARQUET), (b"\x89PNG\r\n\x1a\n", Kind.PNG),
    (b"\xff\xd8\xff", Kind.JPEG),
    (b"%PDF-", Kind.PDF), (b"\x7fELF", Kind.EXECUTABLE), (b"MZ", Kind.EXECUTABLE),
    (b"BZh", Kind.OTHER_COMPRESSED), (b"\xfd7zXZ\x00", Kind.OTHER_COMPRESSED),
    (b"\x28\xb5\x2f\xfd", Kind.OTHER_COMPRESSED), (b"7z\xbc\xaf", Kind.OTHER_COMPRESSED),
    (b"\x04\x22\x4d\x18", Kind.OTHER_COMPRESSED), (b"Rar!", Kind.OTHER_COMPRESSED),
    (b"RDX", Kind.R_DATA), (b"RDA", Kind.R_DATA), (b"X\n\0\0\0", Kind.R_DATA),
    (b"A\n2\n", Kind.R_DATA),
    (b"COREARRAY", Kind.GENOMIC_STORE), (b"\x43\x27\x41\x1a", Kind.GENOMIC_STORE),
    (b"\x1a\x41\x27\x43", Kind.GENOMIC_STORE), (b"\x8bPOD\r\n", Kind.GENOMIC_STORE),
    (b"<stata_dta>", Kind.STATISTICS), (b"$FL2@(#)", Kind.STATISTICS),
    (b"$FL3@(#)", Kind.STATISTICS),
    (b"MATLAB 5.0 MAT-file", Kind.STATISTICS), (b"SAS     ", Kind.STATISTICS),
    (b"-----BEGIN PGP", Kind.ENCRYPTED), (b"age-encryption.org", Kind.ENCRYPTED),
    (b"crypt4gh", Kind.ENCRYPTED), (b"Salted__", Kind.ENCRYPTED), (b"\x85\x02", Kind.ENCRYPTED),
    (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", Kind.DOCUMENT), (b"{\\rtf", Kind.DOCUMENT),
    (b"%!PS", Kind.DOCUMENT), (b"GIF87a", Kind.OTHER_PICTURE), (b"GIF89a", Kind.OTHER_PICTURE),
    (b"II*\0", Kind.OTHER_PICTURE), (b"MM\0*", Kind.OTHER_PICTURE), (b"BM", Kind.OTHER_PICTURE),
)  # fmt: skip

# Starts that words can have too.
_WORDS = (b"MZ", b"BM", b"BZh", b"RDX", b"RDA")

_TAGS = (
    "html|head|body|script|table|div|style|p|h[1-6]|span|ul|ol|img|a|br|b|form|iframe|object|embed"
    "|meta|link|title|section|article|pre|center|font|template"
)
# Comments are taken once and for all: each could else end at any later mark.
_COMMENTS = r"(?>(?:<!--.*?-->\s*)*)"
_PROLOGUE = rf"(<\?xml[^>]*>\s*)?{_COMMENTS}"
_TEXTS = (
    (re.compile(r"##fileformat=VCF"), Kind.VCF),
    (re.compile(r"#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER"), Kind.VCF),
    (re.compile(r"@(HD|SQ|RG|PG)\t[A-Z]{2}:"), Kind.SAM),
    (re.compile(r"@[^\n]*\n[ACGTNacgtn.]{10,}\n\+[^\n]*\n"), Kind.FASTQ),
    (re.compile(r">[^\n]*\n[ACGTNUacgtnu*\n-]{40,}"), Kind.FASTA),
    (re.compile(rf"(?is){_PROLOGUE}(<!doctype\s+svg[^>]*>\s*)?{_COMMENTS}<svg\b"), Kind.SVG),
    (
        re.compile(rf"(?is){_PROLOGUE}<(!doctype\s+html|{_TAGS})\b"),
        Kind.HTML,
    ),
)  # fmt: skip

# A title without a tag above a table, as stargazer writes it.
_BEGINS_WITH_WORDS = re.compile(r"(?i)[^<>{}=;#|\t\n]{1,200}(<br\s*/?>\s*)?<(br|table)\b")
_ENDS_OF_PAGES = ("</table>", "</html>", "</div>", "</p>")
_HEAD_BYTES = 65_536
_WALKED, _WALKED_BYTES = 10_000, 1 << 20


@lru_cache(maxsize=4)
def sniff(data: bytes) -> Kind:
    """Tell what a file is from its bytes."""
    if not data:
        return Kind.EMPTY
    for start, kind in _STARTS:
        if data.startswith(start) and (len(start) > 3 or start not in _WORDS or b"\0" in data):
            return _sniff_zip(data) if kind is Kind.ZIP else kind
    if data[:2] == b"\x1f\x8b":
        return _sniff_gzip(data)
    return _sniff_binary(data) or _sniff_text(data)


def _sniff_binary(data: bytes) -> Kind | None:
    if data[16:20] == b"bgen" or (data[16:20] == b"\0\0\0\0" and data[:4] == b"\x14\0\0\0"):
        return Kind.BGEN
    if data[:1] == b"\x80" and data[1:2] in b"\x02\x03\x04\x05":
        return Kind.PICKLE
    if data[:1] in b"(]}c" and _is_old_pickle(data):
        return Kind.PICKLE
    if data[12:16] == b"\xc2\xea\x81\x60":
        return Kind.STATISTICS
    if data[:1] == b"\x78" and _is_zlib(data):
        return Kind.OTHER_COMPRESSED
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return Kind.OTHER_PICTURE
    if data[257:262] == b"ustar":
        return Kind.TAR
    if data[8:12] == b"DUCK":
        return Kind.DATABASE
    # safetensors: the length of a JSON header, then the header; ONNX: a message of known fields.
    if data[8:10] == b'{"' and int.from_bytes(data[:8], "little") < len(data):
        return Kind.TENSORS
    if data[:1] == b"\x08" and data[2:3] == b"\x12" and b"onnx" in data[:400].lower():
        return Kind.TENSORS
    return None


def _is_old_pickle(data: bytes) -> bool:
    """Walk the operations of a pickle of the first protocols; none is carried out."""
    if not data.rstrip().endswith(b"."):
        return False
    try:
        n = sum(1 for _ in islice(pickletools.genops(data[:_WALKED_BYTES]), _WALKED))
    except (ValueError, UnicodeDecodeError, IndexError, OverflowError):
        return False
    return n > 3


def _is_zlib(data: bytes) -> bool:
    try:
        return len(zlib.decompressobj().decompress(data, 64)) > 0
    except zlib.error:
        return False


def _sniff_zip(data: bytes) -> Kind:
    """Tell office documents from other archives by the names in the archive's directory."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        return Kind.ZIP
    last = {name.rstrip("/").rpartition("/")[2] for name in names}
    if last & {".zarray", ".zgroup", ".zattrs", "zarr.json", ".zmetadata"}:
        return Kind.ZARR
    if "metadata.json.gz" in last and any("rows/" in name or "parts/" in name for name in names):
        return Kind.HAIL
    if "xl/workbook.xml" in names:
        return Kind.EXCEL
    if "word/document.xml" in names and not any("vbaProject" in name for name in names):
        return Kind.WORD
    return Kind.DOCUMENT if {"word/document.xml", "content.xml"} & set(names) else Kind.ZIP


def _sniff_gzip(data: bytes) -> Kind:
    """Look into the first member: block-gzipped genomic files begin with their own magic."""
    try:
        head = zlib.decompressobj(31).decompress(data[:_HEAD_BYTES], _HEAD_BYTES)
    except zlib.error:
        return Kind.OTHER_COMPRESSED
    inner = sniff(head) if head[:2] != b"\x1f\x8b" else Kind.OTHER_COMPRESSED
    return inner if inner in GENOTYPES | READS | CONTAINERS else Kind.GZIP


def _sniff_text(data: bytes) -> Kind:
    try:
        text = decoded(data)
    except NotText:
        return Kind.UNKNOWN
    head = text[:_HEAD_BYTES].lstrip()
    for pattern, kind in _TEXTS:
        if pattern.match(head):
            return kind
    if _BEGINS_WITH_WORDS.match(head) and text.rstrip().endswith(_ENDS_OF_PAGES):
        return Kind.HTML
    # A header that stands lower down is a VCF all the same.
    if "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER" in text:
        return Kind.VCF
    if head[:1] in "{[":
        return _sniff_tree(text)
    return _sniff_table(text)


def _sniff_tree(text: str) -> Kind:
    """Tell notebooks, and the description of a store, from other JSON."""
    if _is_notebook(text):
        return Kind.NOTEBOOK
    if re.search(r'"zarr_format"\s*:', text[:_HEAD_BYTES]):
        return Kind.ZARR
    hail = re.search(r'"(MatrixTableSpec|TableSpec|VariantDataset)"', text[:_HEAD_BYTES])
    return Kind.HAIL if hail else Kind.JSON


def _is_notebook(text: str) -> bool:
    return '"nbformat"' in text and '"cells"' in text


def _sniff_table(text: str) -> Kind:
    delimiter = delimiter_of(text)
    # Rows that SQL inserts have commas as a table has, and are code.
    if delimiter is None or re.search(r"^INSERT\s+INTO\b", text[:_HEAD_BYTES], re.MULTILINE):
        return Kind.TEXT
    return Kind.TSV if delimiter == "\t" else Kind.CSV


def delimiter_of(text: str) -> str | None:
    """Return what separates the columns of a text, if the same number of them is in each line."""
    head = text[:_HEAD_BYTES] if len(text) > _HEAD_BYTES else text
    lines = INVISIBLE.sub("", head.replace("\r\n", "\n").replace("\r", "\n")).split("\n")
    if len(text) > _HEAD_BYTES:
        lines.pop()  # cut in two
    lines = [line for line in lines if line and not line.startswith("#")]
    while lines and is_about_track(lines[0]):
        lines.pop(0)
    if len(lines) < 2:
        return None
    for delimiter in ("\t", ",", ";", "|"):
        widths = {_width(line, delimiter) for line in lines}
        if len(widths) == 1 and widths.pop() > 1:
            # Lines that begin with a bar are a table in Markdown.
            is_markdown = delimiter == "|" and all(line.lstrip()[:1] == "|" for line in lines)
            return None if is_markdown else delimiter
    return None


def _width(line: str, delimiter: str) -> int:
    """Count fields; delimiters in quotes do not separate."""
    unquoted = re.sub(r'"(?:[^"]|"")*"', "", line) if '"' in line else line
    return unquoted.count(delimiter) + 1
