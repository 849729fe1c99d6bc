"""Checks of who is whose child, and the table of it."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

import pyarrow as pa

from gdi_spe.node.cohorts.pedigree import restricted
from gdi_spe.node.cohorts.phenotypes.collected import CONTRADICTED, Phenotypes, Relation
from gdi_spe.node.cohorts.phenotypes.findings import Fault
from gdi_spe.store.schemas import PEDIGREE


def pedigree_table(phenotypes: Phenotypes, known: AbstractSet[str]) -> pa.Table:
    """Return the pedigree of a dataset's individuals, as far as it can be true.

    Everybody in the sources takes part in the checks; nobody outside the dataset is kept.
    """
    relations = phenotypes.relations
    broken = _in_a_circle(relations)
    for name in sorted(broken):
        _fault(phenotypes, relations[name], f"{name!r} descends from itself")
    rows = []
    for name, told in relations.items():
        if name not in broken:
            told = _with_possible_parents(phenotypes, name, told)
            row = (told.father_id, told.mother_id, told.family_id)
            rows.append((name, *row))
    columns = list(zip(*rows, strict=True)) or [(), (), (), ()]
    table = pa.table([pa.array(c, pa.string()) for c in columns], schema=PEDIGREE)
    _count_strangers(phenotypes, known)
    return restricted(table, known)


def _fault(phenotypes: Phenotypes, told: Relation, why: str) -> None:
    pointer = f"{told.place.pointer}: " if told.place.pointer else ""
    fault = Fault("pedigrees", f"{pointer}{why}", told.place.source, told.place.line)
    phenotypes.findings.fault(fault)


def _in_a_circle(relations: dict[str, Relation]) -> set[str]:
    """Return who stands on a circle of descent: its own ancestor, by whatever line."""
    n_children_left = dict.fromkeys(relations, 0)
    for told in relations.values():
        for parent in (told.father_id, told.mother_id):
            if parent in n_children_left:
                n_children_left[parent] += 1
    # Whoever has no children left is on no circle; taken away, its parents have one fewer.
    free = [name for name, n in n_children_left.items() if n == 0]
    left = set(relations)
    while free:
        name = free.pop()
        left.discard(name)
        for parent in (relations[name].father_id, relations[name].mother_id):
            if parent in n_children_left:
                n_children_left[parent] -= 1
                if n_children_left[parent] == 0:
                    free.append(parent)
    return left - _above_all_circles(relations, left)


def _above_all_circles(relations: dict[str, Relation], left: set[str]) -> set[str]:
    """Return those among them who only have descendants on a circle."""
    n_parents = {
        name: sum(p in left for p in (relations[name].father_id, relations[name].mother_id))
        for name in left
    }
    children: dict[str, list[str]] = {}
    for name in left:
        for parent in (relations[name].father_id, relations[name].mother_id):
            if parent in left:
                children.setdefault(parent, []).append(name)
    free = [name for name, n in n_parents.items() if n == 0]
    above = set(free)
    while free:
        for child in children.get(free.pop(), []):
            n_parents[child] -= 1
            if n_parents[child] == 0:
                above.add(child)
                free.append(child)
    return above


def _with_possible_parents(phenotypes: Phenotypes, name: str, told: Relation) -> Relation:
    """Return a relation without parents that cannot be: of the other sex, or twice the same."""
    father, mother = told.father_id, told.mother_id
    if father is not None and father == mother:
        _fault(phenotypes, told, f"{name!r} has one person as father and as mother")
        father = mother = None
    if father is not None and _sex_of(phenotypes, father) == "female":
        _fault(phenotypes, told, f"the father of {name!r}, {father!r}, is female")
        father = None
    if mother is not None and _sex_of(phenotypes, mother) == "male":
        _fault(phenotypes, told, f"the mother of {name!r}, {mother!r}, is male")
        mother = None
    return Relation(father, mother, told.family_id, told.place)


def _sex_of(phenotypes: Phenotypes, name: str) -> str | None:
    recorded = phenotypes.individuals.get(name, {}).get("sex")
    if recorded in (None, "unknown") or recorded is CONTRADICTED:
        return phenotypes.sexes_in_pedigrees.get(name)
    return str(recorded)


def _count_strangers(phenotypes: Phenotypes, known: AbstractSet[str]) -> None:
    for name, told in phenotypes.relations.items():
        if name not in known:
            why = "pedigree members without a sample in the dataset: not kept"
            phenotypes.findings.left_out.add(why, f"{name} ({told.place})")
