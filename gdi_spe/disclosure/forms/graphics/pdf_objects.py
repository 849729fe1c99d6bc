"""The objects of a PDF: read by scanning the file, with an account of every byte between them."""

from __future__ import annotations

import base64
import re
import zlib
from dataclasses import dataclass, field
from typing import Any

from gdi_spe.disclosure.intake.form import Impossible

_OBJECT = re.compile(rb"(\d{1,7})\s+(\d{1,5})\s+obj\b")
_TOKEN = re.compile(
    rb"\s*(?:%[^\r\n]*[\r\n]+\s*)*(?P<t><<|>>|\[|\]|\((?:[^()\\]|\\.|\((?:[^()\\]|\\.)*\))*\)"
    rb"|<[0-9A-Fa-f\s]*>|/[^\s<>\[\](){}/%]*|[^\s<>\[\](){}/%]+)",
    re.DOTALL,
)
_BETWEEN = re.compile(
    rb"%[^\r\n]*|xref\s[\d\snf]*|startxref\s+\d+|trailer\s*<<.*?>>(?=\s*(?:startxref|$|%))|endobj|\s+",
    re.DOTALL,
)
_MOST_DEPTH = 40
_MOST_OBJECTS = 20_000


@dataclass(frozen=True)
class Name:
    """A name of PDF, without its slash."""

    word: str


@dataclass(frozen=True)
class Ref:
    """A reference to another object."""

    number: int


@dataclass(frozen=True)
class Stream:
    """A dictionary with bytes."""

    about: dict[str, Any]
    raw: bytes

    def data(self, limit: int) -> bytes:
        """Return the bytes, decompressed within the limit."""
        filters = self.about.get("Filter")
        names = [f.word for f in (filters if isinstance(filters, list) else [filters]) if f]
        raw = self.raw
        if names[:1] == ["ASCII85Decode"]:
            raw, names = _from_ascii(raw), names[1:]
        if not names:
            return raw
        if names != ["FlateDecode"] or self.about.get("DecodeParms"):
            raise Impossible(f"a stream is encoded as {', '.join(names)[:60]}")
        inflate = zlib.decompressobj()
        try:
            data = inflate.decompress(raw, limit)
        except zlib.error:
            raise Impossible("a stream is damaged") from None
        if inflate.unconsumed_tail:
            raise Impossible("a stream decompresses to more than the policy allows")
        if inflate.unused_data.strip():
            raise Impossible("something follows the end of a stream")
        return data


def _from_ascii(raw: bytes) -> bytes:
    try:
        return base64.a85decode(raw.strip().removesuffix(b"~>"))
    except ValueError:
        raise Impossible("a stream is damaged") from None


class Scanner:
    """Read the values of PDF one by one."""

    def __init__(self, data: bytes, at: int = 0) -> None:
        self.data, self.at = data, at

    def token(self) -> bytes | None:
        """Return the next token, or None at the end."""
        found = _TOKEN.match(self.data, self.at)
        if found is None:
            return None
        self.at = found.end()
        return found["t"]

    def value(self, depth: int = 0) -> Any:
        """Return the next value; operators come as bytes."""
        token = self.token()
        if token is None or depth > _MOST_DEPTH:
            raise Impossible("an object of the PDF does not end")
        return self.of(token, depth)

    def of(self, token: bytes, depth: int) -> Any:
        """Return the value that begins with a token."""
        if token == b"<<":
            return self._dictionary(depth)
        if token == b"[":
            return self._list(depth)
        if token[:1] == b"/":
            return Name(re.sub(rb"#([0-9A-Fa-f]{2})", _unhex, token[1:]).decode("latin-1"))
        if token[:1] == b"(":
            return _unescaped(token[1:-1])
        if token[:1] == b"<":
            return bytes.fromhex(_even(re.sub(rb"\s", b"", token[1:-1]).decode()))
        return self._number_or_word(token)

    def _number_or_word(self, token: bytes) -> Any:
        if re.fullmatch(rb"[+-]?\d+", token):
            reference = re.compile(rb"\s+(\d+)\s+R\b").match(self.data, self.at)
            if reference and not token.startswith((b"+", b"-")):
                self.at = reference.end()
                return Ref(int(token))
            return int(token)
        if re.fullmatch(rb"[+-]?(\d+\.\d*|\.\d+)", token):
            return float(token)
        return {b"true": True, b"false": False, b"null": None}.get(token, token)

    def _dictionary(self, depth: int) -> dict[str, Any]:
        found: dict[str, Any] = {}
        while (token := self.token()) != b">>":
            if token is None or token[:1] != b"/":
                raise Impossible("a dictionary of the PDF is damaged")
            found[self.of(token, depth).word] = self.value(depth + 1)
        return found

    def _list(self, depth: int) -> list[Any]:
        found: list[Any] = []
        while (token := self.token()) != b"]":
            if token is None:
                raise Impossible("a list of the PDF does not end")
            found.append(self.of(token, depth + 1))
        return found


def _unhex(match: re.Match[bytes]) -> bytes:
    return bytes([int(match.group(1), 16)])


def _even(digits: str) -> str:
    return digits + "0" * (len(digits) % 2)


_ESCAPES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


def _unescaped(raw: bytes) -> bytes:
    def one(match: re.Match[bytes]) -> bytes:
        what = match.group(1)
        if what[:1].isdigit():
            return bytes([int(what, 8) & 255])
        return _ESCAPES.get(what, b"" if what in (b"\n", b"\r") else what)

    return re.sub(rb"\\([0-7]{1,3}|.)", one, raw, flags=re.DOTALL)


@dataclass
class File:
    """The objects of a file by number, its first object, and what belongs to none."""

    objects: dict[int, Any] = field(default_factory=dict)
    root: Any = None
    n_loose_bytes: int = 0

    def get(self, value: Any) -> Any:
        """Follow a reference."""
        for _ in range(_MOST_DEPTH):
            if not isinstance(value, Ref):
                return value
            value = self.objects.get(value.number)
        raise Impossible("references of the PDF go in a circle")


def read(data: bytes) -> File:
    """Read every object of a file."""
    file, at = File(), 0
    loose: list[bytes] = []
    while (found := _OBJECT.search(data, at)) is not None:
        loose.append(data[at : found.start()])
        scanner = Scanner(data, found.end())
        value = scanner.value()
        value, at = _with_stream(data, value, scanner.at)
        number = int(found.group(1))
        if number in file.objects or len(file.objects) > _MOST_OBJECTS:
            raise Impossible("the PDF was changed after it was written, or has too many objects")
        file.objects[number] = value
    loose.append(data[at:])
    between = b"\n".join(loose)
    file.root = _root(file, between)
    file.n_loose_bytes = len(_BETWEEN.sub(b"", between).strip())
    return file


def _with_stream(data: bytes, value: Any, at: int) -> tuple[Any, int]:
    start = re.compile(rb"\s*stream(\r\n|\n|\r)").match(data, at)
    if start is None or not isinstance(value, dict):
        return value, at
    length = value.get("Length")
    end = start.end() + length if isinstance(length, int) else -1
    if end < 0 or not re.compile(rb"\s*endstream").match(data, end):
        end = data.find(b"endstream", start.end())
        if end < 0:
            raise Impossible("a stream of the PDF does not end")
    return Stream(value, data[start.end() : end]), data.find(b"endstream", end) + 9


def _root(file: File, between: bytes) -> Any:
    if b"/ObjStm" in between or any(
        isinstance(o, Stream) and o.about.get("Type") == Name("ObjStm")
        for o in file.objects.values()
    ):
        raise Impossible("its objects are packed into streams")
    trailer = re.search(rb"trailer\s*(<<.*)", between, re.DOTALL)
    if trailer:
        return Scanner(trailer.group(1)).value().get("Root")
    for each in file.objects.values():
        if isinstance(each, Stream) and each.about.get("Type") == Name("XRef"):
            return each.about.get("Root")
    raise Impossible("the PDF has no first object")
