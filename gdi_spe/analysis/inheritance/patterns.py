"""Variants of single children by how they came to them: new, homozygous, or on a son's X."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gdi_spe.analysis.inheritance.family_calls import Block, blocks
from gdi_spe.analysis.inheritance.mendel import errors
from gdi_spe.analysis.inheritance.pedigree import Families, NoPedigree, families_of
from gdi_spe.analysis.variants.choice import chosen, names
from gdi_spe.analysis.variants.seen import keys, seen, together, warn_of_what_was_not_kept
from gdi_spe.boundary.errors import BadInput, shown
from gdi_spe.store.folder import Folder

Bools = NDArray[np.bool_]
Ints = NDArray[np.int64]
PATTERNS = ("recessive", "x-linked")


@dataclass(frozen=True)
class Bounds:
    """How well calls must have been seen; what was not kept is not asked."""

    min_gq: float = 20
    min_dp: float = 10
    min_balance: float = 0.25
    max_parent_balance: float = 0.05


def de_novo(
    folder: Folder,
    pedigree: pd.DataFrame | None = None,
    individuals: Collection[str] | None = None,
    *,
    gene: str | Sequence[str] | None = None,
    consequence: str | Sequence[str] | None = None,
    max_frequency: float = 0.001,
    bounds: Bounds | None = None,
    progress: Callable[[int], None] = lambda _n: None,
) -> pd.DataFrame:
    """Find alleles that a child has and neither parent.

    Parameters
    ----------
    folder
        The cohort.
    progress
        Called with the number of variants done since the last call.
    pedigree, individuals, gene, consequence, max_frequency, bounds
        As of a cohort's `de_novo`.

    Returns
    -------
    As of a cohort's `de_novo`, which tells errors and sources too.

    Examples
    --------
    >>> import pandas as pd
    >>> women, men = cohort.individuals(sex="female").ids, cohort.individuals(sex="male").ids
    >>> trio = pd.DataFrame({"individual_id": women[:1]})
    >>> trio["mother_id"], trio["father_id"] = women[1:2], men[:1]
    >>> found = de_novo(cohort.folder, trio, max_frequency=1.0)
    >>> set(found["individual_id"]) <= set(women[:1])
    True
    """
    families = families_of(folder, pedigree, individuals)
    families = families.only(families.has_both)
    if not len(families):
        raise NoPedigree("no child has both parents in the cohort")
    asked = Bounds() if bounds is None else bounds
    if not isinstance(asked, Bounds):
        raise BadInput(f"bounds={shown(bounds)}", remedy="Bounds(min_gq=20), from the same module")
    parts: list[pd.DataFrame] = []
    for block in blocks(folder, families, _rows(folder, gene, consequence), progress):
        _, wrong = errors(block, families)
        has_new = wrong & (block.child > 0) & _has_no(block, families)
        has_new &= (block.others_frequency <= max_frequency)[:, None]
        table = _described(folder, block, families, has_new)
        parts.append(table[_is_well_seen(table, asked)])
    table = together(parts)
    table.attrs["not_kept"] = warn_of_what_was_not_kept(folder)
    return table


def _has_no(block: Block, families: Families) -> Bools:
    """Say where no parent who matters has the alternate."""
    if block.chromosome == "chrM":
        return np.asarray(block.mother == 0)
    if block.chromosome == "chrY":
        return np.asarray(block.father == 0)
    nobody = (block.father == 0) & (block.mother == 0)
    if block.chromosome == "chrX":
        son = block.is_linked[:, None] & families.is_male
        return np.asarray(np.where(son, block.mother == 0, nobody))
    return np.asarray(nobody)


def inherited(
    folder: Folder,
    pattern: str = "recessive",
    pedigree: pd.DataFrame | None = None,
    individuals: Collection[str] | None = None,
    *,
    unaffected: Collection[str] = (),
    gene: str | Sequence[str] | None = None,
    consequence: str | Sequence[str] | None = "damaging",
    max_frequency: float = 0.01,
    progress: Callable[[int], None] = lambda _n: None,
) -> pd.DataFrame:
    """Find variants that fit a pattern of inheritance in affected children.

    Parameters
    ----------
    folder, progress
        As for `de_novo`.
    pedigree, gene, consequence, pattern, individuals, unaffected, max_frequency
        As of a cohort's `inherited`.

    Returns
    -------
    As of a cohort's `inherited`, which tells errors and sources too.

    Examples
    --------
    >>> import pandas as pd
    >>> women, men = cohort.individuals(sex="female").ids, cohort.individuals(sex="male").ids
    >>> duo = pd.DataFrame({"individual_id": men[:1]})
    >>> duo["mother_id"], duo["father_id"] = women[:1], None
    >>> found = inherited(cohort.folder, "x-linked", duo, max_frequency=1.0)
    >>> set(found["chromosome"]) <= {"chrX"}
    True
    """
    if pattern not in PATTERNS:
        raise BadInput(
            f"pattern={shown(pattern)}",
            remedy=f"{', '.join(PATTERNS)}; see also de_novo and compound_heterozygous",
        )
    families = families_of(folder, pedigree, individuals)
    healthy = _samples_of(folder, unaffected)
    fits = {"recessive": _recessive, "x-linked": _x_linked}[pattern]
    parts: list[pd.DataFrame] = []
    for block in blocks(folder, families, _rows(folder, gene, consequence), progress):
        fit = fits(block, families) & (block.others_frequency <= max_frequency)[:, None]
        fit &= ~_in_the_unaffected(folder, block, healthy, pattern)[:, None]
        table = _described(folder, block, families, fit)
        variant, child = np.nonzero(fit)
        table["parents"] = _who(block.father[variant, child] > 0, block.mother[variant, child] > 0)
        parts.append(table)
    return together(parts)


def _recessive(block: Block, _families: Families) -> Bools:
    carriers = [(each == 1) | (each < 0) for each in (block.father, block.mother)]
    fits: Bools = (block.child == 2) & carriers[0] & carriers[1] & ~block.is_linked[:, None]
    return fits


def _x_linked(block: Block, families: Families) -> Bools:
    if block.chromosome != "chrX":
        return np.zeros(block.child.shape, bool)
    carries = (block.mother == 1) | (block.mother < 0)
    fits: Bools = (block.child == 1) & carries & families.is_male & block.is_linked[:, None]
    return fits


def _in_the_unaffected(folder: Folder, block: Block, samples: Ints, pattern: str) -> Bools:
    """Say which variants an unaffected person has as an affected child has them."""
    if not len(samples):
        return np.zeros(len(block.rows), bool)
    dosage = folder.dosages(block.chromosome, block.rows)[:, samples]
    if pattern == "recessive":
        return np.asarray((dosage == 2).any(axis=1))
    male = np.array([folder.sample_sexes[sample] == "male" for sample in samples])
    return np.asarray((dosage >= np.where(male, 1, 2)).any(axis=1))


def _samples_of(folder: Folder, people: Collection[str]) -> Ints:
    names_of = folder.samples["individual_id"].to_pylist()
    wanted = frozenset(people)
    return np.array([s for s in folder.germline if names_of[s] in wanted], np.int64)


def _who(father: Bools, mother: Bools) -> NDArray[np.object_]:
    names_of = np.array(["none", "mother", "father", "both"], object)
    return np.asarray(names_of[2 * father.astype(int) + mother])


def _rows(
    folder: Folder,
    gene: str | Sequence[str] | None,
    consequence: str | Sequence[str] | None,
) -> Callable[[str], Ints] | None:
    """Return which variants are asked; None for all of them."""
    if not names(gene) and not names(consequence):
        return None
    found = {each.chromosome: each.row_numbers for each in chosen(folder, None, gene, consequence)}
    none = np.zeros(0, np.int64)
    return lambda chromosome: np.asarray(found.get(chromosome, none), np.int64)


def _described(folder: Folder, block: Block, families: Families, where: Bools) -> pd.DataFrame:
    """Return a row for each child and variant, with how well all three were seen."""
    variant, child = np.nonzero(where)
    rows = block.rows[variant]
    table = pd.DataFrame({"individual_id": np.array(families.names, object)[child]})
    table = pd.concat([table, keys(folder, block.chromosome, rows)], axis=1)
    table["others_frequency"] = block.others_frequency[variant]
    for role, samples in (
        ("", families.child), ("father_", families.father), ("mother_", families.mother),
    ):  # fmt: skip
        looked = seen(folder, block.chromosome, rows, samples[child])
        table = pd.concat([table, looked.add_prefix(role)], axis=1)
    return table


def _is_well_seen(table: pd.DataFrame, bounds: Bounds) -> Bools:
    """Ask what is known: a value that is not told passes."""
    passes = np.ones(len(table), bool)
    for role in ("", "father_", "mother_"):
        for name, least in (("gq", bounds.min_gq), ("dp", bounds.min_dp)):
            passes &= ~(table[f"{role}{name}"] < least).to_numpy()
    passes &= ~(table["allele_balance"] < bounds.min_balance).to_numpy()
    for role in ("father_", "mother_"):
        passes &= ~(table[f"{role}allele_balance"] > bounds.max_parent_balance).to_numpy()
    return passes
