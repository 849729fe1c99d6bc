"""What a workbook keeps for printers beside its sheets: settings, and the places of other parts.

Excel and R's openxlsx write them unasked. They are left out of the canonical workbook; what is not
exactly of their form is looked at by the rules as something hidden.
"""

from __future__ import annotations

import re

_SETTINGS = re.compile(r"xl/printerSettings/printerSettings\d{1,3}\.bin")
_PLACES = re.compile(r"xl/worksheets/_rels/sheet\d{1,4}\.xml\.rels")
_SCHEMA = r"http://schemas\.openxmlformats\.org/(officeDocument|package)/2006/relationships"
_PLACE = (
    rf'<Relationship( Id="rId\w{{1,8}}"| Type="{_SCHEMA}/\w{{1,20}}"'
    r'| Target="\.\./\w{1,20}/\w{1,24}\.\w{1,4}"){3}\s*/>\s*'
)
_RELATIONS = re.compile(
    rf'(<\?xml version="1\.0"[^<>]{{0,60}}\?>)?\s*<Relationships xmlns="{_SCHEMA}">\s*'
    rf"({_PLACE}){{0,8}}"
    r"(</Relationships>)\s*"
)
# openxlsx writes the bytes as numbers of two letters.
_SPELLED = re.compile(rb"[0-9a-f]{2}( [0-9a-f]{2})*")
_MOST_BYTES = 8_000
# Where the public part of a DEVMODE says its version and its lengths (MS-RPRN 2.2.2.1).
_VERSION, _SIZE, _EXTRA, _PUBLIC = 64, 68, 70, 220
_VERSIONS = (0x0400, 0x0401, 0x0320)
_MOST_FILLED, _LONGEST_WORDS = 420, 48
_DIGITS = re.compile(r"\d{5}")
_READABLE = re.compile(r"[ -~]{8,}")


def belongs_to_printers(path: str, data: bytes) -> bool:
    """Whether a part holds what printers are told and nothing else."""
    if _PLACES.fullmatch(path):
        return bool(_RELATIONS.fullmatch(data.decode("utf-8", errors="replace")))
    return bool(_SETTINGS.fullmatch(path)) and _is_devmode(data)


def _is_devmode(data: bytes) -> bool:
    """Whether bytes are a DEVMODE that says little: few are filled, and none spell a list.

    TRUST: these bytes are never written again; so little room is too small for people's data.
    """
    if len(data) > _MOST_BYTES:
        return False
    raw = bytes.fromhex(data.decode()) if _SPELLED.fullmatch(data.strip()) else data
    if len(raw) < _PUBLIC:
        return False
    version, size, extra = (
        int.from_bytes(raw[at : at + 2], "little") for at in (_VERSION, _SIZE, _EXTRA)
    )
    filled = sum(byte != 0 for byte in raw)
    told = version in _VERSIONS and size == _PUBLIC and len(raw) <= size + extra
    words = raw.decode("latin-1").replace("\0", "")
    longest = max(map(len, _READABLE.findall(words)), default=0)
    return (
        told and filled <= _MOST_FILLED and longest <= _LONGEST_WORDS and not _DIGITS.search(words)
    )
