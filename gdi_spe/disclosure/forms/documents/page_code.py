"""Scripts and styles of a page: none of them leaves, and those that hold data are told."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from gdi_spe.disclosure.forms.documents.page_data import (
    data_in_numbered_style,
    data_in_own_script,
    packs_words,
)

_NUMBER = r"[-+]?(?:\d+\.?\d*|\.\d+)(?:[eE][-+]?\d+)?"
# Values one after the other, a table of numbers, or records with names in quotation marks.
_VALUES = re.compile(rf"(?:{_NUMBER}\s*,\s*){{24}}")
_TABLE = re.compile(rf"\[\s*\[\s*{_NUMBER}\s*[,\]]")
_RECORDS = re.compile(
    rf"""(?:(["'])[^"'\n]{{1,60}}\1\s*:\s*(?:{_NUMBER}|"[^"\n]*")[\s,{{}}\[\]]*){{12}}"""
)
_WORDS = re.compile(r"""(?:(["'])[^"'\n]{1,120}\1\s*,\s*){24}""")
_ESCAPED = re.compile(r"\\u00([0-7][0-9a-fA-F])")
# Words that a style puts on the page, and letters that only a program can read.
_SHOWN = re.compile(r"""content\s*:\s*(["'])[^"']{60,}\1""")
_PACKED = re.compile(r"(?:data:[\w/+.;=-]{0,80},)?([A-Za-z0-9+/_-]{200,}={0,2})")
_COMMENT = re.compile(r"/\*.*?\*/", re.S)
_LONGEST_COMMENT = 400
_MOST_DIGITS = 0.15
_DECORATION = (
    b"wOFF",
    b"wOF2",
    b"OTTO",
    b"\x00\x01\x00\x00",
    b"\x89PNG\r\n\x1a\n",
    b"GIF8",
    b"<svg",
    b"<?xml",
)
# A font of Internet Explorer says what it is further in.
_OLD_FONT = (34, b"LP")


def data_in_script(code: str, kind: str | None = None) -> str:
    """Say what data a script holds; nothing if it is a program alone."""
    said = _ESCAPED.sub(lambda found: chr(int(found.group(1), 16)), code)
    return next(_in_code(said), "") or next(data_in_own_script(said, kind), "")


def data_in_style(style: str) -> str:
    """Say what a style holds beside how a page looks; nothing if it is a style alone."""
    if _SHOWN.search(style):
        return "words that a style would show"
    return next(_unreadable(style), "") or next(data_in_numbered_style(style), "")


def _in_code(code: str) -> Iterator[str]:
    if _TABLE.search(code) or _VALUES.search(code):
        yield "a list of numbers"
    if _RECORDS.search(code) or any(_are_codes(m.group()) for m in _WORDS.finditer(code)):
        yield "records"
    yield from _unreadable(code)


def _unreadable(text: str) -> Iterator[str]:
    for found in _PACKED.finditer(text):
        if not _has_digits(found.group(1)):  # names of a program, joined by signs
            continue
        # TRUST: a font or picture of a style is dropped as all of it, whatever stands behind.
        packed = found.group(1)
        if not found.group().startswith("data:") or not _is_decoration(packed) or _hides(packed):
            yield f"{len(found.group(1)):,} characters that only a program can read"
    for comment in _COMMENT.findall(text):
        digits = sum(c.isdigit() for c in comment)
        if len(comment) > _LONGEST_COMMENT and digits > _MOST_DIGITS * len(comment):
            yield f"a comment of {len(comment):,} characters"


def _are_codes(words: str) -> bool:
    """Whether words in quotation marks are full of digits, as codes are and keywords are not."""
    said = [c for c in words if c.isalnum()]
    return sum(c.isdigit() for c in said) > 0.1 * len(said)


def _has_digits(packed: str) -> bool:
    return sum(c.isdigit() for c in packed) > 0.04 * len(packed)


def _hides(packed: str) -> bool:
    """Whether a compressed font has words in it that anybody can read."""
    data = base64.b64decode(packed + "=" * (-len(packed) % 4))
    return data.startswith((b"wOFF", b"wOF2")) and packs_words(data)


def _is_decoration(packed: str) -> bool:
    try:
        head = base64.b64decode(packed[:64] + "=" * (-len(packed[:64]) % 4))
    except (binascii.Error, ValueError):
        return False
    at, magic = _OLD_FONT
    return head.startswith(_DECORATION) or head[at : at + len(magic)] == magic
