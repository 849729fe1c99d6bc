"""Who is related to whom in a model: said before anyone believes its p-values."""

from __future__ import annotations

import itertools
from collections.abc import Collection
from weakref import WeakKeyDictionary

from gdi_spe.analysis.regression.scan import stays_in_memory
from gdi_spe.analysis.structure.kinship import SECOND_DEGREE, Progress, n_common_variants, quiet
from gdi_spe.analysis.structure.relatives import MOST_PEOPLE, compared
from gdi_spe.boundary.cautions import Caution, caution
from gdi_spe.store.folder import Folder

Pair = frozenset[str]
# The estimate's standard error is 0.87 over the root of the variants: with fewer than this, pairs
# of strangers come within five of it of the second degree.
_ENOUGH_VARIANTS, _COMMON = 3_000, 0.05
_KNOWN: WeakKeyDictionary[Folder, frozenset[Pair]] = WeakKeyDictionary()
_TOLD: WeakKeyDictionary[Folder, bool] = WeakKeyDictionary()


class RelativesInModel(Caution):
    """Relatives are in a model that takes everybody for strangers."""


def related_pairs(folder: Folder, progress: Progress = quiet) -> frozenset[Pair]:
    """Return pairs of the second degree or nearer, by the pedigree and by the calls.

    The calls are looked at where at least 3,000 common autosomal variants can tell, up to 6,000
    individuals, and where they may stay in memory as a whole; what was found stays too.
    ``progress`` is called as by `kinship`.
    """
    if folder not in _KNOWN:
        _KNOWN[folder] = frozenset(_by_pedigree(folder) | _by_calls(folder, progress))
    return _KNOWN[folder]


def warn_of_relatives(
    folder: Folder, individuals: Collection[str], *, takes_them: bool = False
) -> int:
    """Count the pairs of relatives among the individuals; warn unless the model takes them."""
    inside = frozenset(individuals)
    n_pairs = sum(pair <= inside for pair in related_pairs(folder))
    if n_pairs and not takes_them:
        why = (
            f"{n_pairs} pairs of relatives (second degree or nearer) are in a model that takes "
            "everybody for strangers: its p-values are too small. Leave relatives out "
            '(individuals=cohort.unrelated()), or use model="mixed"'
        )
        caution(RelativesInModel(why))
    return n_pairs


def _by_pedigree(folder: Folder) -> set[Pair]:
    table = folder.table("pedigree")
    children: dict[str, set[str]] = {}
    pairs: set[Pair] = set()
    for row in table.to_pylist():
        for parent in (row["father_id"], row["mother_id"]):
            if parent:
                pairs.add(frozenset((parent, row["individual_id"])))
                children.setdefault(parent, set()).add(row["individual_id"])
    for siblings in children.values():
        pairs |= {frozenset(pair) for pair in itertools.combinations(sorted(siblings), 2)}
    return pairs


def calls_can_tell(folder: Folder) -> bool:
    """Say whether relatives are looked for by the calls: of few people, with enough variants, and
    calls that may stay in memory as a whole.
    """
    if folder not in _TOLD:
        _TOLD[folder] = (
            len(folder.germline) <= MOST_PEOPLE
            and stays_in_memory(folder)
            and n_common_variants(folder, _COMMON) >= _ENOUGH_VARIANTS
        )
    return _TOLD[folder]


def _by_calls(folder: Folder, progress: Progress) -> set[Pair]:
    if not calls_can_tell(folder):
        return set()
    found = compared(folder, SECOND_DEGREE, _COMMON, progress)
    return {
        frozenset(pair) for pair in zip(found["individual_1"], found["individual_2"], strict=True)
    }
