"""The ledger on disk: one file a release, written once, read whole, and a basis of all of them."""

from __future__ import annotations

import hashlib
import io
import os
import re
import zipfile
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gdi_spe.boundary.errors import Tampered
from gdi_spe.node.ledger.basis import Basis
from gdi_spe.node.ledger.differencing import Known, QuerySet
from gdi_spe.node.ledger.people import alone

_WAITING = "waiting"
_BASIS = "basis.cache"
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")


class LedgerDamaged(Tampered):
    """A record of what was released cannot be read."""

    code = "ledger-damaged"


@dataclass(frozen=True)
class _Record:
    """One release's sets, and the hash of the file they are in."""

    name: str
    sha256: str
    sets: list[QuerySet]


class Ledger:
    """``$GDI_SPE_HOME/ledger``: what was released in each project, as sets of its people."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "ledger"

    def of_project(self, project: str) -> Path:
        """Return where a project's releases are."""
        return self.folder / _checked(project)

    def remember(self, project: str, release: str, n_people: int, sets: Sequence[QuerySet]) -> None:
        """Write the sets behind a release's numbers; writing the same again changes nothing."""
        path = self._path(project, release)
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        sink = io.BytesIO()
        members = np.stack([each.members for each in sets]) if sets else np.zeros((0, 0), np.uint8)
        np.savez_compressed(
            sink, members=members, labels=np.array([each.label for each in sets], dtype=np.str_),
            n_people=np.array(n_people),
            rounded=np.array([(each.step, each.told) for each in sets], dtype=np.int64),
            origins=np.array([each.origin for each in sets], dtype=np.str_),
        )  # fmt: skip
        _replace(path, sink.getvalue())

    def prepare(self, project: str, release: str, n_people: int, sets: Sequence[QuerySet]) -> None:
        """Keep the sets of a request that is not released yet, where `known` does not look."""
        apart = Ledger(self.folder / _WAITING / _checked(release))
        apart.remember(project, release, n_people, sets)

    def settle(self, release: str) -> int:
        """Move what was prepared for a release to what is released; return of how many projects."""
        waiting = self.folder / _WAITING / _checked(release) / "ledger"
        found = sorted(waiting.glob("*/*.npz"))
        for path in found:
            to = self._path(path.parent.name, release)
            to.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            path.replace(to)
        return len(found)

    def recall(self, project: str, n_people: int) -> list[QuerySet]:
        """Return every set released in a project.

        Raises
        ------
        LedgerDamaged
            If a record cannot be read or is of more people: nothing is left out.
        """
        return [each for record in self._records(project, n_people) for each in record.sets]

    def adopt(self, cohort: str, project: str, places: NDArray[np.int64], n_people: int) -> None:
        """Take over what was released before people were counted by project.

        Sets were kept by cohort then, with a bit for each of its people in their order.
        """
        with alone(self.of_project(project)):
            for path in sorted((self.folder / _checked(cohort)).glob("*.npz")):
                sets = []
                for each in _read(path, places.size).sets:
                    everybody = np.zeros(n_people, dtype=bool)
                    everybody[places] = each.mask(places.size)
                    sets.append(replace(each, members=np.packbits(everybody)))
                self.remember(project, f"{path.stem}-{cohort[:8]}", n_people, sets)
                path.unlink()

    def recall_waiting(
        self, project: str, n_people: int, requests: Collection[str]
    ) -> list[QuerySet]:
        """Return every set of these requests, which are not released yet."""
        paths = [
            self.folder / _WAITING / _checked(each) / "ledger" / _checked(project) / f"{each}.npz"
            for each in sorted(requests)
        ]
        return [one for path in paths if path.is_file() for one in _read(path, n_people).sets]

    def known(self, project: str, family: NDArray[np.int64]) -> Known:
        """Return what a project's releases tell, from the basis that is kept beside them.

        What was released since the basis was kept is added to it, and it is kept anew.

        Raises
        ------
        LedgerDamaged
            If a record cannot be read, or one that the basis knows is gone or is another.
        """
        folder = self.of_project(project)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        with alone(folder):
            return self._known(project, family)

    def _known(self, project: str, family: NDArray[np.int64]) -> Known:
        records = {each.name: each for each in self._records(project, family.size)}
        nothing = Known.nothing(family.size, family)
        path = self.of_project(project) / _BASIS
        names, known = _kept(path, records, nothing)
        more = [record for name, record in sorted(records.items()) if name not in names]
        if not more:
            return known
        known = known.and_these([each for record in more for each in record.sets])
        _replace(path, _basis_bytes([*(records[name] for name in names), *more], known))
        return known

    def _records(self, project: str, n_people: int) -> list[_Record]:
        folder = self.of_project(project)
        paths = sorted(folder.glob("*.npz")) if folder.is_dir() else ()
        return [_read(path, n_people) for path in paths]

    def _path(self, project: str, release: str) -> Path:
        return self.of_project(project) / f"{_checked(release)}.npz"


def _replace(path: Path, data: bytes) -> None:
    aside = path.with_name(f".{path.name}.new")
    with aside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name) or name == _WAITING:
        raise ValueError("not a name of a project or release")
    return name


def _read(path: Path, n_people: int) -> _Record:
    data = path.read_bytes()
    try:
        with np.load(io.BytesIO(data), allow_pickle=False) as told:
            members, labels, n = told["members"], told["labels"], int(told["n_people"])
            # Records from before these were kept are of exact numbers of one version.
            rounded = told["rounded"] if "rounded" in told else np.zeros((len(labels), 2), np.int64)
            origins = told["origins"] if "origins" in told else np.full(len(labels), "")
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile) as error:
        raise LedgerDamaged(f"{path.name}: {error}") from None
    if n > n_people or not len(labels) == len(members) == len(rounded) == len(origins):
        raise LedgerDamaged(f"{path.name} is of {n:,} people, the project has {n_people:,}")
    # Who joined the project since is in none of them.
    wider = np.pad(members, ((0, 0), (0, (n_people + 7) // 8 - members.shape[1])))
    sets = [
        QuerySet(str(label), row, int(step), int(number), str(origin))
        for label, row, (step, number), origin in zip(labels, wider, rounded, origins, strict=True)
    ]
    return _Record(path.stem, hashlib.sha256(data).hexdigest(), sets)


# --- the basis, kept ---------------------------------------------------------------------------


def _basis_bytes(records: Sequence[_Record], known: Known) -> bytes:
    sink = io.BytesIO()
    arrays = {
        f"{name}_{what}": getattr(basis, what)
        for name, basis in (("exact", known.exact), ("every", known.every))
        for what in ("kept", "n_seen", "triangle", "leverage", "weights")
        if name == "exact" or known.every is not known.exact
    }
    told = np.array([(each.name, each.sha256) for each in records], dtype=np.str_)
    np.savez(sink, records=told, **arrays)
    return sink.getvalue()


def _kept(path: Path, records: dict[str, _Record], nothing: Known) -> tuple[list[str], Known]:
    """Return the releases that a kept basis is of, and what is known with it."""
    try:
        with np.load(path, allow_pickle=False) as told:
            arrays = {name: told[name] for name in told.files}
        names = [(str(name), str(sha256)) for name, sha256 in arrays["records"]]
    except (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile):
        return [], nothing  # it is made from the records, and so can be made again
    known = _known_by(arrays, names, records, nothing)
    return ([], nothing) if known is None else ([name for name, _ in names], known)


def _known_by(
    arrays: dict[str, NDArray[np.generic]], names: Sequence[tuple[str, str]],
    records: dict[str, _Record], nothing: Known,
) -> Known | None:  # fmt: skip
    """Return what is known by a kept basis; nothing where it must be made anew."""
    for name, sha256 in names:
        # TRUST: a release that is forgotten is a difference that nobody finds.
        if name not in records or records[name].sha256 != sha256:
            raise LedgerDamaged(f"{name}.npz is gone or was changed")
    sets = tuple(each for name, _ in names for each in records[name].sets)
    exact = _basis_of(arrays, "exact", [each for each in sets if not each.step], nothing.exact)
    every = exact
    if exact is not None and "every_kept" in arrays:
        every = _basis_of(arrays, "every", sets, nothing.exact)
    if exact is None or every is None:
        return None
    return replace(nothing, sets=sets, exact=exact, every=every)


def _basis_of(
    arrays: dict[str, NDArray[np.generic]], name: str, sets: Sequence[QuerySet], nothing: Basis
) -> Basis | None:
    """Return a basis as it was kept; nothing where families are others than they were."""
    weights = np.asarray(arrays[f"{name}_weights"], dtype=np.float64)
    n = weights.size
    if n > nothing.n_people or (weights != nothing.weights[:n]).any():
        return None
    kept = np.asarray(arrays[f"{name}_kept"], dtype=np.int64)
    members = np.stack([sets[i].members for i in kept.tolist()]) if kept.size else nothing.members
    leverage = np.zeros(nothing.n_people)
    leverage[:n] = arrays[f"{name}_leverage"]
    triangle = np.asarray(arrays[f"{name}_triangle"], dtype=np.float64)
    return Basis(
        members, kept, int(np.asarray(arrays[f"{name}_n_seen"])), triangle, leverage,
        nothing.weights,
    )  # fmt: skip
