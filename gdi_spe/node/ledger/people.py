"""Who the people of a project are, in an order that never changes: a bit of a set is a place in it.

A pseudonym means the same person in every cohort of a project and every version of it, so sets of
people that were released of one can be compared with those of another.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
from numpy.typing import NDArray
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from gdi_spe.boundary.errors import Tampered

_NAME = "people.json"


class PeopleDamaged(Tampered):
    """The list of a project's people cannot be read."""

    code = "ledger-people-damaged"


@dataclass(frozen=True)
class People:
    """The people of one cohort version among all of the project: the place of each."""

    project: str
    n_people: int
    places: NDArray[np.int64]
    family: NDArray[np.int64]

    def packed(self, mask: NDArray[np.bool_]) -> NDArray[np.uint8]:
        """Return a bit for each person of the project, from a truth value for each of here."""
        everybody = np.zeros(self.n_people, dtype=bool)
        everybody[self.places] = mask
        return np.packbits(everybody)


def people_of(folder: Path, project: str, cohort: Path, names: Sequence[str]) -> People:
    """Return where the people of a cohort stand in their project; new ones are added at its end.

    Who is of one family is kept with them, so that it is known of people who have left as well.

    Parameters
    ----------
    folder
        Where the ledger keeps the project.
    project
        Its name.
    cohort
        The cohort's folder, which may know families.
    names
        The cohort's pseudonyms, in their order.
    """
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    # TRUST: two requests at once must not give one place to two people.
    with alone(folder):
        known = _read(folder)
        places = {name: place for place, name in enumerate(known.names)}
        more = [name for name in names if name not in places]
        places |= {name: len(known.names) + i for i, name in enumerate(more)}
        kin = known.kin | _related(cohort / "pedigree.parquet", places)
        if more or kin != known.kin:
            _write(folder, _Kept([*known.names, *more], kin))
    found = np.array([places[name] for name in names], dtype=np.int64)
    return People(project, len(places), found, _families(len(places), kin))


@contextmanager
def alone(folder: Path) -> Iterator[None]:
    """Wait until nobody else works on what the ledger keeps of a project."""
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


@dataclass(frozen=True)
class _Kept:
    """The people of a project in their order, and pairs of places of one family."""

    names: list[str]
    kin: set[tuple[int, int]]


def _read(folder: Path) -> _Kept:
    path = folder / _NAME
    if not path.exists():
        return _Kept([], set())
    try:
        told = json.loads(path.read_bytes())
        names, kin = list(told["names"]), {(int(a), int(b)) for a, b in told["kin"]}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise PeopleDamaged(f"{path.name}: {error}") from None
    # TRUST: without this order, bits that were released before mean nobody.
    if len(set(names)) != len(names):
        raise PeopleDamaged(f"{path.name} names somebody twice")
    return _Kept(names, kin)


def _write(folder: Path, kept: _Kept) -> None:
    aside = folder / f".{_NAME}"
    with aside.open("w", encoding="utf-8") as file:
        json.dump({"names": kept.names, "kin": sorted(kept.kin)}, file)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(folder / _NAME)


def _families(n_people: int, kin: set[tuple[int, int]]) -> NDArray[np.int64]:
    """Return each person's family: whoever is related to somebody in it."""
    if not kin:
        return np.arange(n_people)
    one, other = np.array(sorted(kin)).T
    links = csr_matrix((np.ones(one.size), (one, other)), shape=(n_people, n_people))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)


def _related(pedigree: Path, places: Mapping[str, int]) -> set[tuple[int, int]]:
    """Return pairs of people of one family: by its identifier, or as parent and child."""
    if not pedigree.is_file():
        return set()
    pairs: set[tuple[int, int]] = set()
    first: dict[str, int] = {}
    for row in pq.read_table(pedigree).to_pylist():
        place = places.get(row["individual_id"])
        if place is None:
            continue
        family = row.get("family_id")
        kin = [first.setdefault(family, place)] if family else []
        kin += [places.get(row.get(name), place) for name in ("father_id", "mother_id")]
        pairs |= {(other, place) for other in kin if other != place}
    return pairs
