"""Children with their parents, as far as the cohort has them."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.folder import Folder

Ints = NDArray[np.int64]
NOBODY = -1
_COLUMNS = ("individual_id", "father_id", "mother_id")
_MEND = "Mend it in the table that you gave, or tell the admin of the cohort"


class NoPedigree(BadInput):
    """Nobody's parents are known here."""

    code = "no-pedigree"


@dataclass(frozen=True)
class Families:
    """Children and their parents by germline sample; -1 for a parent who is not here."""

    names: tuple[str, ...]
    child: Ints
    father: Ints
    mother: Ints
    is_male: NDArray[np.bool_]
    is_female: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.names)

    def only(self, keep: NDArray[np.bool_]) -> Families:
        """Return some of the children."""
        return Families(
            tuple(name for name, kept in zip(self.names, keep, strict=True) if kept),
            self.child[keep],
            self.father[keep],
            self.mother[keep],
            self.is_male[keep],
            self.is_female[keep],
        )

    @property
    def has_both(self) -> NDArray[np.bool_]:
        """Whose both parents are here."""
        return np.asarray((self.father >= 0) & (self.mother >= 0))


def families_of(
    folder: Folder,
    pedigree: pd.DataFrame | None = None,
    individuals: Collection[str] | None = None,
) -> Families:
    """Return the children whose father or mother has a germline sample here.

    Parameters
    ----------
    folder
        The cohort.
    pedigree
        ``individual_id``, ``father_id`` and ``mother_id`` (empty where not known); without it
        the cohort's own table.
    individuals
        Only these children.

    Raises
    ------
    NoPedigree
        If nobody's parents are known.
    BadInput
        If somebody is twice in it, is their own ancestor, or has a mother who is male or a
        father who is female.
    """
    relations = _relations(folder, pedigree)
    people = folder.samples["individual_id"].to_pylist()
    sample_of = {people[sample]: int(sample) for sample in folder.germline}
    sexes = dict(zip(people, folder.sample_sexes, strict=True))
    _refuse_impossible(relations, sexes)
    chosen = None if individuals is None else frozenset(individuals)
    names = [
        child
        for child, parents in sorted(relations.items())
        if child in sample_of
        and (chosen is None or child in chosen)
        and any(parent in sample_of for parent in parents)
    ]
    if not names:
        raise NoPedigree(
            "the parents of none of these individuals are in the cohort",
            remedy="See cohort.sql('FROM pedigree'), or give a pedigree as a table",
        )
    fathers, mothers = zip(*(relations[name] for name in names), strict=True)
    sex = np.array([sexes[name] for name in names])
    return Families(
        tuple(names),
        child=np.array([sample_of[name] for name in names], np.int64),
        father=np.array([sample_of.get(name or "", NOBODY) for name in fathers], np.int64),
        mother=np.array([sample_of.get(name or "", NOBODY) for name in mothers], np.int64),
        is_male=sex == "male",
        is_female=sex == "female",
    )


def _relations(
    folder: Folder, pedigree: pd.DataFrame | None
) -> dict[str, tuple[str | None, str | None]]:
    table = folder.table("pedigree").to_pandas() if pedigree is None else pedigree
    lacking = [name for name in _COLUMNS if name not in table.columns]
    if lacking:
        raise BadInput(
            f"the pedigree has no column {lacking[0]}", remedy=f"It has {', '.join(_COLUMNS)}"
        )
    twice = table["individual_id"][table["individual_id"].duplicated()]
    if len(twice):
        raise BadInput(f"{twice.iloc[0]} stands twice in the pedigree", remedy=_MEND)
    parents = table[["father_id", "mother_id"]].astype(object)
    parents = parents.where(parents.notna() & (parents != "") & (parents != "0"), None)
    return {
        str(child): (father, mother)
        for child, father, mother in zip(
            table["individual_id"], parents["father_id"], parents["mother_id"], strict=True
        )
    }


def _refuse_impossible(
    relations: Mapping[str, tuple[str | None, str | None]], sexes: Mapping[str, str]
) -> None:
    for child, (father, mother) in relations.items():
        if father is not None and father == mother:
            raise BadInput(f"father and mother of {child} are one person", remedy=_MEND)
        for parent, role, wrong in ((father, "father", "female"), (mother, "mother", "male")):
            if parent is not None and sexes.get(parent) == wrong:
                raise BadInput(f"the {role} of {child} is {wrong}", remedy=_MEND)
    done: set[str] = set()
    for start in relations:
        _walk_up(start, relations, done)


def _walk_up(
    start: str, relations: Mapping[str, tuple[str | None, str | None]], done: set[str]
) -> None:
    """Refuse a line of ancestors that comes back to where it began."""
    path: list[tuple[str, list[str]]] = [(start, _parents(start, relations))]
    above = {start}
    while path:
        person, left = path[-1]
        if not left:
            path.pop()
            above.discard(person)
            done.add(person)
            continue
        parent = left.pop()
        if parent in above:
            raise BadInput(f"{parent} is an ancestor of themselves", remedy=_MEND)
        if parent not in done:
            above.add(parent)
            path.append((parent, _parents(parent, relations)))


def _parents(
    person: str, relations: Mapping[str, tuple[str | None, str | None]]
) -> list[str]:  # fmt: skip
    return [parent for parent in relations.get(person, (None, None)) if parent is not None]
