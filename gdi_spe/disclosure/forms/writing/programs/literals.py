"""Values as Python prints them among words: counts by name, small matrices of whole numbers."""

from __future__ import annotations

import re

from gdi_spe.disclosure.contents.table import Table
from gdi_spe.disclosure.forms.tabular.cells import named_table

_COUNTED = re.compile(r"['\"]([^'\"{}\n]{1,60})['\"]\s*:\s*(\d{1,12})(?![\d.])")
_COUNTER = re.compile(
    r"(?:\b(?:Counter|frozendict|OrderedDict|dict))?\(?"
    r"(?P<counts>\{(?:\s*['\"][^'\"{}\n]{1,60}['\"]\s*:\s*\d{1,12}\s*(?:,|(?=\}))){1,300}\s*\})\)?"
)
# A confusion matrix, as NumPy prints one of whole numbers.
_MATRIX = re.compile(
    r"(?:array\()?\[(?:\s*\[\s*\d{1,9}(?:[,\s]+\d{1,9}){1,20}\s*\],?){2,20}\s*\](?:, dtype=\w+)?\)?"
)
_MOST_CLASSES = 10


def without_counters(text: str, tables: list[Table], path: str, digits: int) -> str:
    """Take counts by name, as Python prints them, out of a text: {'EUR': 6120, 'AFR': 733}."""
    if "{" not in text:
        return text
    for found in _COUNTER.finditer(text):
        rows = [[name, number] for name, number in _COUNTED.findall(found["counts"])]
        place = f"{path}.table[{len(tables) + 1}]"
        tables.append(named_table(place, ["name", "n"], rows, digits))
    return _COUNTER.sub("", text)


def without_matrices(text: str, tables: list[Table], path: str, digits: int) -> str:
    """Take small square matrices of whole numbers, as NumPy prints them, out of a text."""
    if "[[" not in text:
        return text

    def taken(match: re.Match[str]) -> str:
        rows = [re.findall(r"\d+", row) for row in re.findall(r"\[([\d\s,]+)\]", match.group())]
        if not 1 < len(rows) <= _MOST_CLASSES or any(len(row) != len(rows) for row in rows):
            return match.group()
        names = [f"column_{i + 1}" for i in range(len(rows))]
        tables.append(named_table(f"{path}.confusion_matrix[{len(tables)}]", names, rows, digits))
        return ""

    return _MATRIX.sub(taken, text)
