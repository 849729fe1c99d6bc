"""Files that appear whole: written aside, then given their names."""

from __future__ import annotations

import errno
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from gdi_spe.boundary.errors import BadInput, Unavailable
from gdi_spe.store.writing import folders

_NO_ROOM = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


class DiskFull(Unavailable):
    """The disk has no room for what is being written; nothing of it was kept."""

    code = "disk-full"

    def __init__(self, path: Path) -> None:
        self.public_message = f"{path}: the disk is full. Nothing was written."
        super().__init__(self.public_message)


@contextmanager
def room_on_disk(path: Path) -> Iterator[None]:
    """Say that the disk is full, where that is why something could not be written."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise DiskFull(path) from None
        raise
    except Exception as error:
        if "database or disk is full" in str(error):  # SQLite's message, through any layer
            raise DiskFull(path) from None
        raise


@contextmanager
def written_aside(targets: Sequence[Path], *, replace: bool) -> Iterator[list[Path]]:
    """Yield a path to write for each target; they get their names when all is written.

    The targets are in one folder. The first gets its name last, so that who finds it finds all.

    Raises
    ------
    BadInput
        If a target is there already and nobody said to replace it, or the folder is not there.
    DiskFull
        If there is no room; nothing is left behind.
    """
    first = targets[0]
    if not first.parent.is_dir():
        raise BadInput("there is no such folder", source=str(first.parent))
    _refuse_existing(targets, replace)
    try:
        with folders.staged(first.parent) as staging:
            paths = [staging / target.name for target in targets]
            yield paths
            _refuse_existing(targets, replace)
            _name(paths, targets)
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise DiskFull(first) from None
        if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
            why = f"cannot be written ({error.strerror})"
            raise BadInput(why, source=str(first)) from None
        raise


def _refuse_existing(targets: Sequence[Path], replace: bool) -> None:
    # TRUST: what somebody wrote before is never replaced by a slip of the command line.
    there = [target for target in targets if target.exists()]
    if there and not replace:
        raise BadInput("there is such a file", source=str(there[0]), remedy="--overwrite")


def _name(paths: Sequence[Path], targets: Sequence[Path]) -> None:
    there = [(path, target) for path, target in zip(paths, targets, strict=True) if path.exists()]
    for path, _ in there:
        folders.sync(path)
    for path, target in reversed(there):
        path.replace(target)
    folders.sync(targets[0].parent)
