"""Who the people of a project are, in an order that never changes: a bit of a set is a place in it.

A pseudonym means the same person in every cohort of a project and every version of it, so sets of
people that were released of one can be compared with those of another.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
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
    known = _read(folder)
    places = {name: place for place, name in enumerate(known)}
    more = [name for name in names if name not in places]
    if more:
        places |= {name: len(known) + i for i, name in enumerate(more)}
        _write(folder, [*known, *more])
    found = np.array([places[name] for name in names], dtype=np.int64)
    return People(project, len(places), found, _families(cohort, places))


def _read(folder: Path) -> list[str]:
    path = folder / _NAME
    if not path.exists():
        return []
    try:
        names = json.loads(path.read_bytes())
    except (OSError, ValueError) as error:
        raise PeopleDamaged(f"{path.name}: {error}") from None
    # TRUST: without this order, bits that were released before mean nobody.
    if not isinstance(names, list) or len(set(names)) != len(names):
        raise PeopleDamaged(f"{path.name} is no list of people")
    return names


def _write(folder: Path, names: list[str]) -> None:
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = folder / f".{_NAME}"
    with aside.open("w", encoding="utf-8") as file:
        json.dump(names, file)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(folder / _NAME)


def _families(cohort: Path, places: dict[str, int]) -> NDArray[np.int64]:
    """Return each person's family: those of one name, and parents with their children."""
    path = cohort / "pedigree.parquet"
    n = len(places)
    if not path.is_file():
        return np.arange(n)
    table = pq.read_table(path)
    pairs = _related(table, places)
    if not pairs:
        return np.arange(n)
    one, other = np.array(pairs).T
    links = csr_matrix((np.ones(one.size), (one, other)), shape=(n, n))
    return np.asarray(connected_components(links, directed=False)[1], dtype=np.int64)


def _related(table: pa.Table, places: dict[str, int]) -> list[tuple[int, int]]:
    """Return pairs of people who are of one family."""
    pairs: list[tuple[int, int]] = []
    first: dict[str, int] = {}
    for row in table.to_pylist():
        place = places.get(row["individual_id"])
        if place is None:
            continue
        family = row.get("family_id")
        if family:
            pairs.append((first.setdefault(family, place), place))
        parents = (places.get(row.get(name)) for name in ("father_id", "mother_id"))
        pairs += [(parent, place) for parent in parents if parent is not None]
    return pairs
