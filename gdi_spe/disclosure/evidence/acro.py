"""What ACRO wrote of a session: declared evidence that stands beside the files, never a verdict."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

_NAMES = ("results.json", "outputs.json")
_LARGEST = 10_000_000
_LONGEST = 160


def acro_records(paths: Iterable[Path]) -> dict[str, str]:
    """Return, by file name, the status and kind that an ACRO record among the files gives it."""
    found: dict[str, str] = {}
    for path in paths:
        if path.name in _NAMES and path.is_file() and not path.is_symlink():
            found |= dict(_records(path))
    return found


def _records(path: Path) -> Iterator[tuple[str, str]]:
    if path.stat().st_size > _LARGEST:
        return
    try:
        told = json.loads(path.read_bytes())
    except (ValueError, RecursionError, OSError):
        return
    results = told.get("results") if isinstance(told, dict) and "version" in told else None
    for record in results.values() if isinstance(results, dict) else ():
        if isinstance(record, dict):
            yield from _files(record)


def _files(record: dict[str, Any]) -> Iterator[tuple[str, str]]:
    status, properties = record.get("status"), record.get("properties")
    method = properties.get("method", "") if isinstance(properties, dict) else ""
    words = f"{status} ({record.get('type', '')} {method})".strip()
    for file in record.get("files") or ():
        name = file.get("name") if isinstance(file, dict) else None
        if isinstance(name, str):
            yield name, words[:_LONGEST]
