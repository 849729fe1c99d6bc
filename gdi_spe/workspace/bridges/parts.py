"""Which part of a cohort another tool is handed, and whether there is room for it."""

from __future__ import annotations

import os
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from gdi_spe.boundary.errors import BadInput
from gdi_spe.boundary.manifest import Region
from gdi_spe.query.places import region_of
from gdi_spe.store.chromosomes import length_of
from gdi_spe.store.folder import Folder

Regions = str | Sequence[str] | None
# Of the memory that is free a table may take this share: the session goes on after it.
_SHARE = 0.5
_CONTROL_GROUPS = Path("/sys/fs/cgroup")


class TooLarge(BadInput):
    """A table that does not fit into the memory that is free."""

    code = "too-large"


@contextmanager
def part_of(
    folder: Folder, individuals: Collection[str] | None, region: Regions, scratch: Path
) -> Iterator[Folder]:
    """Yield the part as a folder, for as long as it is looked at; the whole where all is meant."""
    if individuals is None and region is None:
        yield folder
        return
    from gdi_spe.store.writing.aside import room_on_disk
    from gdi_spe.store.writing.folders import staged
    from gdi_spe.store.writing.part import write_part

    regions = regions_of(region, folder.assembly)
    with staged(scratch) as aside:
        with room_on_disk(scratch):
            part = write_part(aside, folder, individuals, regions)
        yield part


def regions_of(region: Regions, assembly: str) -> list[Region]:
    """Read regions as researchers write them, such as ``chr19:38433691-38595273``.

    Raises
    ------
    BadInput
        If one cannot be read, or lies beyond the chromosome.
    """
    if region is None:
        return []
    texts = [region] if isinstance(region, str) else list(region)
    return [_region(text, assembly) for text in texts]


def _region(text: str, assembly: str) -> Region:
    span = region_of(text, assembly)
    length = length_of(span.chromosome, assembly)
    start, end = max(span.end_from - 1, 0), min(span.start_to, length)
    if start >= length:
        raise BadInput(
            f"{text!r} lies beyond {span.chromosome}, which has {length:,} bases",
            remedy=f"Places here are those of {assembly}, counted from 1",
        )
    return Region(chromosome=span.chromosome, start=start, end=end)


def require_room(wanted_bytes: int, what: str, remedy: str, free_bytes: int | None = None) -> None:
    """Refuse a table that would take more than half of the memory that is free.

    Raises
    ------
    TooLarge
        With its size, what is free, and the remedy.
    """
    free = free_memory_bytes() if free_bytes is None else free_bytes
    if wanted_bytes > _SHARE * free:
        raise TooLarge(
            f"{what} would take {_size(wanted_bytes)}, and {_size(free)} are free here",
            remedy=remedy,
        )


def _size(n_bytes: int) -> str:
    return f"{n_bytes / 2**30:,.1f} GiB" if n_bytes >= 2**30 else f"{n_bytes / 2**20:,.0f} MiB"


def free_memory_bytes(groups: Path = _CONTROL_GROUPS, meminfo: Path = Path("/proc/meminfo")) -> int:
    """Return what the machine and the workspace's limit leave free, whichever is less."""
    found = [_available(meminfo)]
    for limit, used in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        most, now = _number(groups / limit), _number(groups / used)
        if most is not None and now is not None:
            found.append(max(most - now, 0))
    return min(found)


def _available(meminfo: Path) -> int:
    try:
        lines = meminfo.read_text().splitlines()
    except OSError:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_AVPHYS_PAGES")
    told = dict(line.split(":", 1) for line in lines if ":" in line)
    return int(told["MemAvailable"].split()[0]) * 1024


def _number(path: Path) -> int | None:
    """Return the number in a file; ``None`` where there is no file, or it says ``max``."""
    try:
        text = path.read_text().strip()
    except OSError:
        return None
    return int(text) if text.isdigit() else None
