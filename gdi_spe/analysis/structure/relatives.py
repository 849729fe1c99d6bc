"""Who may stay where relatives must not, and whether it can be told."""

from __future__ import annotations

import heapq
from collections.abc import Collection
from weakref import WeakKeyDictionary

import pandas as pd

from gdi_spe.analysis.groups import groups_of
from gdi_spe.analysis.kept import kept_table
from gdi_spe.analysis.structure.kinship import (
    Progress,
    kinship,
    least_told,
    n_common_variants,
    quiet,
)
from gdi_spe.boundary.cautions import Caution, caution
from gdi_spe.store.folder import Folder

# With fewer, only nearer relatives than those of the third degree are told from chance.
ENOUGH_VARIANTS, LEAST_VARIANTS = 12_800, 100
# More people are not compared unasked: each pair takes its time.
MOST_PEOPLE = 6_000


class RelativesNotLookedFor(Caution):
    """Relatives may be among those counted: nobody could tell, or it was not tried."""


# Pairs of each folder (None where nobody looked), and what is to be said of them.
_PAIRS: WeakKeyDictionary[Folder, tuple[pd.DataFrame | None, str]] = WeakKeyDictionary()


def compared(
    folder: Folder, min_kinship: float, min_frequency: float = 0.01, progress: Progress = quiet
) -> pd.DataFrame:
    """Compare everybody, or return what was found when everybody was compared before."""
    name = f"relatives-1-{min_kinship:.4f}-{min_frequency:g}"
    return kept_table(
        folder,
        name,
        lambda: kinship(
            folder, min_kinship=min_kinship, min_frequency=min_frequency, progress=progress
        ),
    )


def pairs_of(folder: Folder, progress: Progress = quiet) -> pd.DataFrame | None:
    """Return pairs of relatives among everybody, of the third degree where they can be told.

    They are looked for once, and kept; ``progress`` is called as by `kinship`.

    Returns
    -------
    A table as of `kinship`, or ``None`` (with a `Caution`) where it was not tried: there are
    fewer than 100 common variants, or more than 6,000 people. With fewer than 12,800 variants
    only nearer relatives are told from chance (`least_told`), and a `Caution` says so.
    """
    look(folder, progress)
    pairs, why = _PAIRS[folder]
    if why:
        _warn(why)
        if pairs is not None:
            _PAIRS[folder] = pairs, ""  # said once: it is as true of every result
    return pairs


def look(folder: Folder, progress: Progress = quiet) -> None:
    """Compare everybody where that can tell anything; nothing is said of it yet."""
    if folder not in _PAIRS:
        _PAIRS[folder] = _looked(folder, progress)


def _looked(folder: Folder, progress: Progress) -> tuple[pd.DataFrame | None, str]:
    n_people = groups_of(folder)[0].n_individuals
    if n_people > MOST_PEOPLE:
        return None, f"relatives were not left out: {n_people:,} people were not compared unasked"
    n_variants = n_common_variants(folder)
    if n_variants < LEAST_VARIANTS:
        return None, f"relatives were not left out: {n_variants} common variants are too few"
    pairs = compared(folder, least_told(n_variants), progress=progress)
    if n_variants >= ENOUGH_VARIANTS:
        return pairs, ""
    return pairs, f"distant relatives may be left: {n_variants:,} common variants tell near ones"


def _warn(why: str) -> None:
    caution(RelativesNotLookedFor(f"{why}; `kinship` and `unrelated` look on request"))


def without_relatives(
    folder: Folder, individuals: Collection[str] | None
) -> Collection[str] | None:
    """Leave relatives out where they can be told; ``None`` stands for everybody."""
    pairs = pairs_of(folder)
    if pairs is None or pairs.empty:
        return individuals
    people = individuals
    if people is None:
        people = folder.table("individuals")["individual_id"].to_pylist()
    return unrelated(pairs, people)


def unrelated(
    table: pd.DataFrame, individuals: Collection[str], prefer: Collection[str] = ()
) -> list[str]:
    """Choose individuals of whom no two are a pair of the table.

    Parameters
    ----------
    table
        Pairs of relatives, as `kinship` gives them.
    individuals
        Whom to choose from.
    prefer
        Those who are to stay, such as cases: others leave for them, whoever has more relatives.

    Returns
    -------
    Sorted. Who has most relatives leaves first, of several the last by name; nobody who could
    stay is left out.

    Examples
    --------
    >>> import pandas as pd
    >>> pairs = pd.DataFrame({"individual_1": ["a", "b"], "individual_2": ["b", "c"]})
    >>> unrelated(pairs, ["a", "b", "c", "d"])
    ['a', 'c', 'd']
    >>> unrelated(pairs, ["a", "b", "c", "d"], prefer=["b"])
    ['b', 'd']
    """
    wanted = set(individuals)
    relatives: dict[str, set[str]] = {}
    for one, two in zip(table["individual_1"], table["individual_2"], strict=True):
        if one in wanted and two in wanted:
            relatives.setdefault(one, set()).add(two)
            relatives.setdefault(two, set()).add(one)
    first = set(prefer) & wanted
    stay = _independent(relatives, first)
    near = {other for person in stay for other in relatives.get(person, ())}
    return sorted(stay | _independent(relatives, wanted - first - near))


def _independent(relatives: dict[str, set[str]], among: set[str]) -> set[str]:
    """Return some of the people of whom no two are relatives, to whom nobody can be added."""
    left = {person: relatives[person] & among for person in among if person in relatives}
    queue = [(-len(others), _LastFirst(person)) for person, others in left.items()]
    heapq.heapify(queue)
    gone: list[str] = []
    while queue:
        n_before, person = queue[0][0], queue[0][1].name
        heapq.heappop(queue)
        if person not in left or len(left[person]) != -n_before or not left[person]:
            continue
        for other in left.pop(person):
            left[other].discard(person)
            heapq.heappush(queue, (-len(left[other]), _LastFirst(other)))
        gone.append(person)
    stay = among - set(gone)
    for person in reversed(gone):
        if not relatives[person] & stay:
            stay.add(person)
    return stay


class _LastFirst:
    """A name that sorts behind those that come before it in the alphabet."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __lt__(self, other: _LastFirst) -> bool:
        return self.name > other.name
