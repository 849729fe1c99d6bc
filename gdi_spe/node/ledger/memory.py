"""The ledger on disk: one file a release and cohort, written once, read whole."""

from __future__ import annotations

import io
import os
import re
import zipfile
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import numpy as np

from gdi_spe.boundary.errors import Tampered
from gdi_spe.node.ledger.differencing import QuerySet

_WAITING = "waiting"
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


class LedgerDamaged(Tampered):
    """A record of what was released cannot be read."""

    code = "ledger-damaged"


class Ledger:
    """``$GDI_SPE_HOME/ledger``: what was released of each cohort, as sets of its people."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "ledger"

    def remember(self, cohort: str, release: str, n_people: int, sets: Sequence[QuerySet]) -> None:
        """Write the sets behind a release's numbers; writing the same again changes nothing.

        The cohort's opaque name stands with the digest of its people: sets of another version,
        whose people stand in another order, are other sets.
        """
        path = self._path(cohort, release)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        sink = io.BytesIO()
        members = np.stack([each.members for each in sets]) if sets else np.zeros((0, 0), np.uint8)
        np.savez_compressed(
            sink, members=members, labels=np.array([each.label for each in sets], dtype=np.str_),
            n_people=np.array(n_people),
            rounded=np.array([(each.step, each.told) for each in sets], dtype=np.int64),
        )  # fmt: skip
        waiting = path.with_suffix(".new")
        with waiting.open("wb") as file:
            file.write(sink.getvalue())
            file.flush()
            os.fsync(file.fileno())
        waiting.replace(path)

    def prepare(self, cohort: str, release: str, n_people: int, sets: Sequence[QuerySet]) -> None:
        """Keep the sets of a request that is not released yet, where `recall` does not look."""
        Ledger(self.folder / _WAITING / _checked(release)).remember(cohort, release, n_people, sets)

    def settle(self, release: str) -> int:
        """Move what was prepared for a release to what is released; return how many cohorts."""
        waiting = self.folder / _WAITING / _checked(release) / "ledger"
        found = sorted(waiting.glob("*/*.npz"))
        for path in found:
            to = self._path(path.parent.name, release)
            to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.replace(to)
        return len(found)

    def recall(self, cohort: str, n_people: int) -> list[QuerySet]:
        """Return every set released of a cohort.

        Raises
        ------
        LedgerDamaged
            If a record cannot be read or is of another number of people: nothing is left out.
        """
        return [each for path in self._files(cohort) for each in _read(path, n_people)]

    def recall_waiting(
        self, cohort: str, n_people: int, requests: Collection[str]
    ) -> list[QuerySet]:
        """Return every set of these requests, which are not released yet."""
        paths = [
            self.folder / _WAITING / _checked(each) / "ledger" / _checked(cohort) / f"{each}.npz"
            for each in sorted(requests)
        ]
        return [one for path in paths if path.is_file() for one in _read(path, n_people)]

    def _files(self, cohort: str) -> Iterator[Path]:
        folder = self._path(cohort, "x").parent
        yield from sorted(folder.glob("*.npz")) if folder.is_dir() else ()

    def _path(self, cohort: str, release: str) -> Path:
        return self.folder / _checked(cohort) / f"{_checked(release)}.npz"


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name) or name == _WAITING:
        raise ValueError("not a name of a cohort or release")
    return name


def _read(path: Path, n_people: int) -> list[QuerySet]:
    try:
        with np.load(path, allow_pickle=False) as told:
            members, labels, n = told["members"], told["labels"], int(told["n_people"])
            # Records from before rounding was kept are of exact numbers.
            rounded = told["rounded"] if "rounded" in told else np.zeros((len(labels), 2), np.int64)
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise LedgerDamaged(f"{path.name}: {error}") from None
    if n != n_people or not len(labels) == len(members) == len(rounded):
        raise LedgerDamaged(f"{path.name} is of {n:,} people, the cohort has {n_people:,}")
    return [
        QuerySet(str(label), row, int(step), int(number))
        for label, row, (step, number) in zip(labels, members, rounded, strict=True)
    ]
