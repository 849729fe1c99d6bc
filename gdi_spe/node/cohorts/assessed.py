"""Regions that a dataset declares as assessed (BED)."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.chromosomes import canonical, length_of, rank_of
from gdi_spe.store.schemas import ASSESSED

_NOTES = ("#", "track", "browser")


def read_bed(path: Path, dataset_id: str, assembly: str) -> pa.Table:
    """Read regions (0-based, half-open), sorted and joined where they touch.

    Raises
    ------
    BadInput
        Naming file and line.
    """
    found: dict[str, list[tuple[int, int]]] = {}
    try:
        with path.open(encoding="utf-8") as file:
            for number, text in enumerate(file, start=1):
                if text.strip() and not text.startswith(_NOTES):
                    _add(found, text.rstrip("\n").split("\t"), str(path), number, assembly)
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"cannot be read ({error})", source=str(path)) from None
    if not found:
        raise BadInput("there are no regions", source=str(path))
    rows = [
        {"dataset_id": dataset_id, "chromosome": name, "start": start, "end": end}
        for name in sorted(found, key=rank_of)
        for start, end in _joined(found[name])
    ]
    return pa.Table.from_pylist(rows, schema=ASSESSED)


def _add(
    found: dict[str, list[tuple[int, int]]],
    cells: list[str],
    source: str,
    line: int,
    assembly: str,
) -> None:
    if len(cells) < 3 or not (cells[1].isdecimal() and cells[2].isdecimal()):
        why = "not chromosome, start and end with tabs between them"
        raise BadInput(why, source=source, line=line)
    start, end, name = int(cells[1]), int(cells[2]), canonical(cells[0])
    if start >= end:
        raise BadInput("the region does not end after its start", source=source, line=line)
    if name is not None and end > length_of(name, assembly):
        why = f"the region ends behind the end of {name} of {assembly}"
        raise BadInput(why, source=source, line=line)
    if name is not None:
        found.setdefault(name, []).append((start, end))


def _joined(regions: list[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in sorted(regions):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return joined
