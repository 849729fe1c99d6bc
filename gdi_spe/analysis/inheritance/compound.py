"""Compound heterozygotes: two variants of one gene, one on each of a child's chromosomes."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from itertools import combinations

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from gdi_spe.analysis.inheritance.family_calls import Block, blocks
from gdi_spe.analysis.inheritance.pedigree import Families, families_of
from gdi_spe.analysis.variants.masks import ANY, Mask, masks_of
from gdi_spe.analysis.variants.sets import require_consequences, sets_of
from gdi_spe.store.folder import Folder
from gdi_spe.store.writing.genotype_text import Phase

Ints = NDArray[np.int64]
BOTH_PARENTS, ONE_PARENT, CALLS, UNKNOWN = (
    "trans by both parents",
    "trans by one parent",
    "trans by phased calls",
    "unknown",
)
_COLUMNS = (
    "individual_id", "gene", "gene_id", "chromosome", "position_1", "reference_1", "alternate_1",
    "consequence_1", "position_2", "reference_2", "alternate_2", "consequence_2", "phase",
)  # fmt: skip


def compound_heterozygous(
    folder: Folder,
    pedigree: pd.DataFrame | None = None,
    individuals: Collection[str] | None = None,
    *,
    gene: str | Sequence[str] | None = None,
    consequence: str | Sequence[str] | None = "damaging",
    max_frequency: float = 0.01,
    use_phase: bool = True,
    unknown: bool = True,
    progress: Callable[[int], None] = lambda _n: None,
) -> pd.DataFrame:
    """Find pairs of variants of a gene that may lie on both of a child's chromosomes.

    Parameters
    ----------
    folder
        The cohort.
    progress
        Called with the number of variants done since the last call.
    pedigree, individuals, gene, consequence, max_frequency, use_phase, unknown
        As of a cohort's `compound_heterozygous`.

    Returns
    -------
    As of a cohort's `compound_heterozygous`, which tells errors and sources too.

    Examples
    --------
    >>> import pandas as pd
    >>> women, men = cohort.individuals(sex="female").ids, cohort.individuals(sex="male").ids
    >>> trio = pd.DataFrame({"individual_id": women[:1]})
    >>> trio["mother_id"], trio["father_id"] = women[1:2], men[:1]
    >>> found = compound_heterozygous(cohort.folder, trio)
    >>> set(found["individual_id"]) <= set(women[:1])
    True
    """
    (mask,) = masks_of({"asked": ANY if consequence is None else consequence}, max_frequency)
    require_consequences(folder, (mask,))
    families = families_of(folder, pedigree, individuals)
    rows: list[tuple[object, ...]] = []
    for found in sets_of(folder, gene, None):
        taken = found.taken(mask)
        wanted = np.unique(taken["row"].to_numpy(np.int64))
        held = _Held.of(folder, families, found.chromosome, wanted, mask, use_phase, progress)
        for number, members in taken.groupby("set", sort=False)["row"]:
            name = found.names.iloc[number]
            told = found.members[found.members["set"] == number]
            rows += _pairs(held, families, name, told, members.to_numpy(np.int64), unknown)
    table = pd.DataFrame(rows, columns=list(_COLUMNS))
    table.attrs = {"exportable": False, "why": "rows about people"}
    return table


class _Held:
    """What the families carry of the asked variants of one chromosome."""

    def __init__(
        self, chromosome: str, block: Block | None, rare: Ints, keys: pd.DataFrame,
        phase: Phase | None,
    ) -> None:  # fmt: skip
        self.chromosome, self._block, self._phase = chromosome, block, phase
        self._place = {int(row): at for at, row in enumerate(rare)}
        self._keys = keys

    @staticmethod
    def of(
        folder: Folder, families: Families, chromosome: str, rows: Ints, mask: Mask,
        use_phase: bool, progress: Callable[[int], None],
    ) -> _Held:  # fmt: skip
        """Read them, those alone that are rare enough outside the families."""

        def asked(name: str) -> Ints:
            return rows if name == chromosome else np.zeros(0, np.int64)

        found = list(blocks(folder, families, asked, progress))
        columns = ["position", "reference", "alternate"]
        if not found:
            nothing = np.zeros(0, np.int64)
            return _Held(chromosome, None, nothing, pd.DataFrame(columns=columns), None)
        block = _joined(found)
        bound = np.inf if mask.max_frequency is None else mask.max_frequency
        rare = np.flatnonzero(block.others_frequency <= bound)
        block = _only(block, rare)
        where = pa.array(block.rows)
        phase = None
        if use_phase and "phase" in folder.variants_file(chromosome).schema_arrow.names:
            told = folder.variants(chromosome, ["phase"])["phase"].take(where)
            phase = Phase(told.to_pylist(), folder.n_samples)
        keys = folder.variants(chromosome, columns).take(where).to_pandas()
        return _Held(chromosome, block, block.rows, keys, phase)

    def heterozygous(self, rows: Ints, child: int) -> list[int]:
        """Return the places of those of the variants of which a child has one copy."""
        if self._block is None:
            return []
        places = [self._place[int(row)] for row in rows if int(row) in self._place]
        return [at for at in places if self._block.child[at, child] == 1]

    def row(self, place: int) -> int:
        """Return the row number of a place."""
        return int(self._block.rows[place]) if self._block is not None else -1

    def key(self, place: int) -> tuple[object, ...]:
        """Return position, reference and alternate."""
        return tuple(self._keys.iloc[place])

    def is_single(self, place: int) -> bool:
        """Say whether sex decides there how many alleles there are."""
        return self._block is not None and bool(self._block.is_linked[place])

    def phase(self, one: int, two: int, child: int, sample: int) -> str | None:
        """Say how two variants lie; None for on one chromosome."""
        if self._block is None:
            return UNKNOWN
        told = _by_parents(
            *(int(parent[at, child]) for parent in (self._block.father, self._block.mother)
              for at in (one, two))
        )  # fmt: skip
        if told != UNKNOWN or self._phase is None:
            return told
        if not (self._phase.phased[one, sample] and self._phase.phased[two, sample]):
            return UNKNOWN
        same = self._phase.first[one, sample] == self._phase.first[two, sample]
        return None if same else CALLS


def _by_parents(father_1: int, father_2: int, mother_1: int, mother_2: int) -> str | None:
    """Say what the parents' copies of two variants tell; None for on one chromosome."""
    father, mother = (father_1, father_2), (mother_1, mother_2)
    if min(*father, *mother) >= 0:
        from_father = tuple(f > 0 and m == 0 for f, m in zip(father, mother, strict=True))
        from_mother = tuple(m > 0 and f == 0 for f, m in zip(father, mother, strict=True))
        if from_father in ((True, False), (False, True)) and from_mother == from_father[::-1]:
            return BOTH_PARENTS
        if all(from_father) or all(from_mother):
            return None
        return UNKNOWN
    for here, gone in ((father, mother), (mother, father)):
        if min(here) >= 0 and max(gone) < 0 and sorted(here) == [0, 2]:
            return ONE_PARENT
    return UNKNOWN


def _joined(found: Sequence[Block]) -> Block:
    if len(found) == 1:
        return found[0]
    names = ("rows", "is_linked", "child", "father", "mother", "others_frequency")
    together = [np.concatenate([getattr(each, name) for each in found]) for name in names]
    return Block(found[0].chromosome, *together)


def _only(block: Block, places: Ints) -> Block:
    return Block(
        block.chromosome, block.rows[places], block.is_linked[places], block.child[places],
        block.father[places], block.mother[places], block.others_frequency[places],
    )  # fmt: skip


def _pairs(
    held: _Held, families: Families, name: pd.Series, told: pd.DataFrame, rows: Ints,
    unknown: bool,
) -> Iterator[tuple[object, ...]]:  # fmt: skip
    does = told.drop_duplicates("row").set_index("row")["consequence"]
    for child, sample in enumerate(families.child.tolist()):
        for one, two in combinations(held.heterozygous(rows, child), 2):
            if held.is_single(one) and families.is_male[child]:
                continue
            phase = held.phase(one, two, child, sample)
            if phase is None or (phase == UNKNOWN and not unknown):
                continue
            yield (
                families.names[child], name["gene"], name["gene_id"], held.chromosome,
                *held.key(one), does[held.row(one)], *held.key(two), does[held.row(two)], phase,
            )  # fmt: skip
