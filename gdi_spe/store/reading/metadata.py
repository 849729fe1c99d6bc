"""Lines at the top of a VCF: ``##KEY=value``, or ``##KEY=<ID=...,Name="...">``."""

from __future__ import annotations

import re
from dataclasses import dataclass

_STRUCTURED = re.compile(r"^##([^=<>\s]+)=<(.*)>\s*$", re.DOTALL)
_FIELD = re.compile(r'\s*([A-Za-z_][0-9A-Za-z_.]*)\s*=\s*("(?:[^"\\]|\\.)*"|[^",]*)\s*(,|$)')
_BARE = re.compile(r'^[^\s<>"]+$')


@dataclass(frozen=True)
class MetaLine:
    """One structured line; `is_clean` is false where it is not as the specification wants."""

    key: str
    fields: dict[str, str]
    is_clean: bool

    @property
    def id(self) -> str:
        """What the line describes."""
        return self.fields.get("ID", "")


def parse_meta(line: str) -> MetaLine | None:
    """Read a structured line; None where it is another kind of line.

    Of a line that breaks off, what stands before the breach is kept.
    """
    found = _STRUCTURED.match(line)
    if found is None:
        return None
    fields: dict[str, str] = {}
    body, at, is_clean = found[2], 0, True
    while at < len(body) and (field := _FIELD.match(body, at)):
        name, value = field[1], field[2].strip()
        is_clean &= name not in fields
        is_quoted = value[:1] == '"'
        is_clean &= is_quoted or (name != "Description" and _BARE.match(value) is not None)
        fields.setdefault(name, _unquoted(value) if is_quoted else value)
        at = field.end()
    return MetaLine(found[1], fields, is_clean and at == len(body) and not body.endswith(","))


def _unquoted(value: str) -> str:
    return re.sub(r'\\(["\\])', r"\1", value[1:-1])
