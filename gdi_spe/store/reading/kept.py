"""QUAL, FILTER and INFO that the admin names: kept with the value of each allele, and checked."""

from __future__ import annotations

import re
from collections.abc import Sequence

from gdi_spe.store.reading.header import Described

# INFO that describes the people of the source file: never kept, whatever the admin names.
ABOUT_PEOPLE = re.compile(
    r"^(ML)?(AC|AN|AF|MAC|MAF|NS|NA|NCC|DP|DP4|HWE|HWEAF|HWDAF|EXCHET|ExcessHet|InbreedingCoeff|F_MISSING|MLEAC"
    r"|MLEAF|AC_.*|AN_.*|AF_.*|.*_(AC|AN|AF)|.*_(HET|HOM|HEMI)|NHET|NHOM.*|nhomalt.*|LDAF|AVGPOST)$",
    re.IGNORECASE,
)

_INTEGER = re.compile(r"^[+-]?[0-9]+$")
_FLOAT = re.compile(
    r"^[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]+)?$|^[+-]?(nan|inf(inity)?)$", re.IGNORECASE
)
_FILTER = re.compile(r"^[^\x00-\x20\x7f;,]+$")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")


class FieldBroken(ValueError):
    """A value that is not what the header or the specification says."""


def kept_quality(text: str) -> str | None:
    """Return QUAL, a number that is not negative."""
    if text == ".":
        return None
    if not _FLOAT.match(text) or text.startswith("-"):
        raise FieldBroken(f"QUAL {text[:20]!r} is not a number of at least 0")
    return text


def kept_filter(text: str) -> str | None:
    """Return FILTER, names parted by semicolons."""
    if text == ".":
        return None
    names = text.split(";")
    if not all(_FILTER.match(name) and name not in (".", "0") for name in names):
        raise FieldBroken(f"FILTER {text[:20]!r} is not a list of filters")
    return text


def kept_info(
    name: str, value: str | None, described: Described | None, n_alternates: int, index: int
) -> str | None:
    """Return one INFO field's value for one alternate allele (``index`` from 1).

    Raises
    ------
    FieldBroken
        If the value has not the type or the number of parts that the header says.
    """
    if value is None or described is None:
        return None if value in (None, ".") else _clean(name, value or "")
    if not described.is_clear:
        raise FieldBroken(f"the header describes INFO {name} twice and not alike")
    if described.type == "Flag" or described.number == "0":
        if value not in ("", "1"):
            raise FieldBroken(f"INFO {name} is a flag and has a value")
        return ""
    if value == ".":
        return None
    parts = value.split(",")
    if not value or any(not _has_type(part, described.type) for part in parts):
        raise FieldBroken(f"INFO {name} is not {described.type}: {value[:20]!r}")
    wanted = {"A": n_alternates, "R": n_alternates + 1}.get(described.number)
    if wanted is None and described.number.isdecimal():
        wanted = int(described.number)
    if wanted is not None and len(parts) != wanted:
        why = "one value an allele" if described.number in "AR" else f"{wanted} values"
        raise FieldBroken(f"INFO {name} has not {why}")
    if described.number in ("A", "R"):
        value = parts[index - 1 if described.number == "A" else index]
    return None if value == "." else _clean(name, value)


def _clean(name: str, value: str) -> str:
    if _CONTROL.search(value):
        raise FieldBroken(f"INFO {name} has a control character")
    return value


def _has_type(part: str, kind: str) -> bool:
    if part == ".":
        return True
    if kind == "Integer":
        return bool(_INTEGER.match(part))
    if kind == "Float":
        return bool(_FLOAT.match(part))
    return len(part) == 1 if kind == "Character" else True


def info_pairs(text: str) -> dict[str, str]:
    """Cut INFO into its fields."""
    pairs = [part.partition("=") for part in text.split(";")]
    return {key: value for key, _, value in pairs}


def named_twice(text: str, names: Sequence[str]) -> str | None:
    """Return the first of the names that INFO has twice."""
    keys = [part.partition("=")[0] for part in text.split(";")]
    return next((name for name in names if keys.count(name) > 1), None)
