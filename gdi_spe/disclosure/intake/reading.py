"""Bytes as text: UTF-8, UTF-16 with its mark, or the Windows code page; nothing else is text."""

from __future__ import annotations

_CONTROLS = bytes(
    b for b in range(256) if 0x20 <= b < 0x7F or b in b"\t\n\r"
)  # fmt: skip
_BAD_CONTROLS = bytes(b for b in range(32) if b not in b"\t\n\r\f\x1b") + b"\x7f"
_MARKS = ((b"\xff\xfe", "utf-16-le"), (b"\xfe\xff", "utf-16-be"))


class NotText(Exception):
    """The bytes are no text."""


def is_plain_ascii(data: bytes) -> bool:
    """Whether bytes are printable ASCII throughout, so that nothing in them is invisible."""
    return data.isascii() and not data.translate(None, _CONTROLS)


def decoded(data: bytes) -> str:
    """Return text with one line ending.

    Raises
    ------
    NotText
        If the bytes are in no encoding that is read here.
    """
    return _one_ending(as_written(data))


def as_written(data: bytes) -> str:
    """Return text with the line endings that it came with; raises as :func:`decoded` does."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            try:
                return data[2:].decode(encoding)
            except UnicodeDecodeError:
                raise NotText("the text is damaged UTF-16") from None
    if b"\0" in data:
        raise NotText("the text holds zeros")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _western(data)


def _western(data: bytes) -> str:
    """Read the code page that spreadsheets on Windows write, where letters are mostly plain."""
    n_upper = len(data) - len(data.translate(None, bytes(range(128, 256))))
    if data.translate(None, _BAD_CONTROLS) != data or n_upper > len(data) / 8:
        raise NotText("the text is not UTF-8")
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        raise NotText("the text is not UTF-8") from None


def _one_ending(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text
