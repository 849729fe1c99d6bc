"""Reads sources about individuals, for tests."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from gdi_spe.node.cohorts.phenotypes.putting_together import People, Sources, read_people


def read(names: Iterable[str], **sources: Any) -> People:
    """Read sources for a dataset whose VCF has samples of these names."""
    return read_people(Sources(**sources), tuple(names), "D")


def rows(people: People, table: str) -> list[dict[str, Any]]:
    """Return a table's rows."""
    found: list[dict[str, Any]] = people.tables[table].to_pylist()
    return found


def written(folder: Path, value: Any, name: str = "in.json") -> Path:
    """Write a JSON file."""
    path = folder / name
    path.write_text(json.dumps(value))
    return path
