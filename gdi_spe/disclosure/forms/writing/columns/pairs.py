"""Cells that are names with their values, side by side, as statsmodels writes above a model."""

from __future__ import annotations


def lines_of_pairs(rows: list[list[str]]) -> list[str] | None:
    """Return "name: value" for each pair of cells, where rows are such pairs side by side."""
    width = max(map(len, rows), default=0)
    if width < 2 or width % 2 or any(len(row) != width for row in rows):
        return None
    pairs = [(row[i].strip(), row[i + 1].strip()) for row in rows for i in range(0, width, 2)]
    pairs = [pair for pair in pairs if any(pair)]
    if not pairs or not all(name.endswith((":", "No.")) for name, _ in pairs):
        return None
    return [f"{name.rstrip(':')}: {value}" for name, value in pairs]
