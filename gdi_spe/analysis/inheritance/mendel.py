"""Mendelian errors: calls of a child that the calls of its parents cannot give."""

from __future__ import annotations

from collections.abc import Callable, Collection

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gdi_spe.analysis.inheritance.family_calls import Block, blocks
from gdi_spe.analysis.inheritance.pedigree import Families, NoPedigree, families_of
from gdi_spe.store.folder import Folder

Bools = NDArray[np.bool_]
# What a parent of a dosage can hand on, as bits: 1 the reference, 2 the alternate.
_GIVES = np.array([1, 3, 2])
_ONE_GIVES = np.array([1, 2])


def _possible() -> Bools:
    """Return whether a child can have a dosage, by father's and mother's."""
    table = np.zeros((3, 3, 3), bool)
    for father in range(3):
        for mother in range(3):
            for one in (0, 1):
                for two in (0, 1):
                    if _GIVES[father] >> one & 1 and _GIVES[mother] >> two & 1:
                        table[father, mother, one + two] = True
    return table


_POSSIBLE = _possible()


def errors(block: Block, families: Families) -> tuple[Bools, Bools]:
    """Say where all three were called, and where the child's call cannot be.

    On X outside the pseudoautosomal regions a son's allele is his mother's, and a daughter's
    are one of each; on Y a son's is his father's; mitochondria are the mother's. Who has no
    known sex is not looked at there.
    """
    child, father, mother = block.child, block.father, block.mother
    looked = (child >= 0) & (father >= 0) & (mother >= 0)
    wrong = looked & ~_POSSIBLE[_capped(father), _capped(mother), _capped(child)]
    linked = block.is_linked
    if linked.any():
        rule = {"chrX": _on_x, "chrY": _on_y, "chrM": _on_m}[block.chromosome]
        looked[linked], wrong[linked] = rule(
            child[linked], father[linked], mother[linked], families
        )
    return looked, wrong


def _capped(dosage: NDArray[np.int8]) -> NDArray[np.int8]:
    return np.clip(dosage, 0, 2)


def _on_x(
    child: NDArray[np.int8], father: NDArray[np.int8], mother: NDArray[np.int8], who: Families
) -> tuple[Bools, Bools]:
    called = (child >= 0) & (mother >= 0)
    son = called & who.is_male
    wrong = son & ((_GIVES[_capped(mother)] >> np.clip(child, 0, 1) & 1) == 0)
    daughter = called & who.is_female & (father >= 0)
    as_homozygous = np.clip(2 * father, 0, 2)
    wrong |= daughter & ~_POSSIBLE[as_homozygous, _capped(mother), _capped(child)]
    return son | daughter, wrong


def _on_y(
    child: NDArray[np.int8], father: NDArray[np.int8], _mother: NDArray[np.int8], who: Families
) -> tuple[Bools, Bools]:
    looked = (child >= 0) & (father >= 0) & who.is_male
    return looked, looked & (child != father)


def _on_m(
    child: NDArray[np.int8], _father: NDArray[np.int8], mother: NDArray[np.int8], _who: Families
) -> tuple[Bools, Bools]:
    looked = (child >= 0) & (mother >= 0)
    return looked, looked & (child != mother)


def mendelian_errors(
    folder: Folder,
    pedigree: pd.DataFrame | None = None,
    individuals: Collection[str] | None = None,
    *,
    progress: Callable[[int], None] = lambda _n: None,
) -> pd.DataFrame:
    """Count the calls of each child that its parents' calls cannot give.

    Parameters
    ----------
    folder
        The cohort.
    progress
        Called with the number of variants done since the last call.
    pedigree, individuals
        As of a cohort's `mendelian_errors`.

    Returns
    -------
    As of a cohort's `mendelian_errors`, which tells errors and sources too.

    Examples
    --------
    >>> import pandas as pd
    >>> women, men = cohort.individuals(sex="female").ids, cohort.individuals(sex="male").ids
    >>> trio = pd.DataFrame({"individual_id": women[:1]})
    >>> trio["mother_id"], trio["father_id"] = women[1:2], men[:1]
    >>> table = mendelian_errors(cohort.folder, trio)
    >>> bool(table["error_rate"].iloc[0] > 0.001)  # they are no family
    True
    """
    families = families_of(folder, pedigree, individuals)
    families = families.only(families.has_both)
    if not len(families):
        raise NoPedigree("no child has both parents in the cohort")
    n_looked, n_wrong = np.zeros(len(families), np.int64), np.zeros(len(families), np.int64)
    for block in blocks(folder, families, progress=progress):
        looked, wrong = errors(block, families)
        n_looked += looked.sum(axis=0)
        n_wrong += wrong.sum(axis=0)
    people = np.array(folder.samples["individual_id"].to_pylist(), object)
    rate = np.full(len(families), np.nan)
    np.divide(n_wrong, n_looked, out=rate, where=n_looked > 0)
    table = pd.DataFrame(
        {
            "individual_id": families.names,
            "father_id": people[families.father],
            "mother_id": people[families.mother],
            "n_variants": n_looked,
            "n_errors": n_wrong,
            "error_rate": rate,
        }
    )
    table.attrs = {"exportable": False, "why": "rows about people"}
    return table
