"""Numbers in the attributes of a drawing: read, and written with few digits."""

from __future__ import annotations

import re

# Any number of an attribute.
NUMBER = re.compile(r"-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][-+]?\d+)?")
_DECIMAL = re.compile(r"-?(?<!\d)\d++\.\d+(?:[eE]-?\d+)?")


def rounded(value: str, form: str = ".1f") -> str:
    """Write the numbers of a value with few digits."""
    return _DECIMAL.sub(lambda m: _short(f"{float(m.group()):{form}}"), value)


def _short(number: str) -> str:
    return number.rstrip("0").rstrip(".") if "." in number and "e" not in number else number


def place_of(value: str | None) -> float:
    """Return the number that a place begins with."""
    found = re.match(r"-?\d+(\.\d+)?", value or "")
    return float(found.group()) if found else 0.0


def size_of(value: str | None) -> float:
    """Return the number that a size begins with."""
    found = re.match(r"\d+(\.\d+)?", value or "")
    return float(found.group()) if found else 0.0
