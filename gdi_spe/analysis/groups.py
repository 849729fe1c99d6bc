"""Groups of individuals that counts are made for."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, Literal
from weakref import WeakKeyDictionary

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gdi_spe.boundary.errors import BadInput, shown
from gdi_spe.store.folder import Folder

By = Literal["population", "country_of_origin", "sex"]
COLUMNS: tuple[By, ...] = ("population", "country_of_origin", "sex")
EVERYBODY = "all"
NOT_RECORDED = "not recorded"


@dataclass(frozen=True)
class Group:
    """A named group and the samples that stand for its individuals."""

    name: str
    samples: NDArray[np.int64]

    @property
    def n_individuals(self) -> int:
        """Individuals in the group, one sample each."""
        return len(self.samples)


def individuals_of(folder: Folder, group: Group) -> pd.Index:
    """Return whose samples these are, as an index."""
    names = folder.samples["individual_id"].to_pylist()
    return pd.Index([names[sample] for sample in group.samples], name="individual_id")


def groups_of(
    folder: Folder, by: By | None = None, individuals: Collection[str] | None = None
) -> list[Group]:
    """Split the individuals that have a germline sample.

    Parameters
    ----------
    folder
        The cohort.
    by
        Column of the individuals to split by; one group of everybody without it. Genetic
        ancestry (``population``) and ``country_of_origin`` are different columns.
    individuals
        Only these individuals; all without it.

    Raises
    ------
    BadInput
        If there is no such column.
    """
    if by is not None and by not in COLUMNS:
        raise BadInput(f"cannot group by {shown(by)}", remedy=f"Group by {', '.join(COLUMNS)}")
    if individuals is not None:
        return _split(folder, by, frozenset(individuals))
    held = _EVERYBODY.setdefault(folder, {})
    if by not in held:
        held[by] = _split(folder, by, None)
    return list(held[by])


def _split(folder: Folder, by: By | None, chosen: frozenset[str] | None) -> list[Group]:
    people = folder.samples["individual_id"].to_pylist()
    stands_for = [(int(sample), people[sample]) for sample in folder.germline]
    if chosen is not None:
        stands_for = [(sample, person) for sample, person in stands_for if person in chosen]
    if by is None:
        return [Group(EVERYBODY, _indexes(sample for sample, _ in stands_for))]
    value_of = _values(folder, by)
    found: dict[str, list[int]] = {}
    for sample, person in stands_for:
        found.setdefault(value_of.get(person) or NOT_RECORDED, []).append(sample)
    return [Group(name, _indexes(found[name])) for name in sorted(found)]


_EVERYBODY: WeakKeyDictionary[Folder, dict[By | None, list[Group]]] = WeakKeyDictionary()
_VALUES: WeakKeyDictionary[Folder, dict[str, dict[str, str | None]]] = WeakKeyDictionary()


def _values(folder: Folder, by: By) -> dict[str, str | None]:
    held = _VALUES.setdefault(folder, {})
    if by not in held:
        table = folder.table("individuals")
        pairs = zip(table["individual_id"].to_pylist(), table[by].to_pylist(), strict=True)
        held[by] = dict(pairs)
    return held[by]


def _indexes(samples: Any) -> NDArray[np.int64]:
    found = np.array(sorted(samples), np.int64)
    found.flags.writeable = False
    return found
