"""Groups of individuals with their times."""

from __future__ import annotations

from collections.abc import Collection, Mapping

import numpy as np

from gdi_spe.analysis.survival.times import Times
from gdi_spe.boundary.errors import BadInput

_MOST_GROUPS = 30


def grouped(times: Times, groups: Mapping[str, Collection[str]] | None) -> dict[str, Times]:
    """Return the times of each group; of everybody without groups.

    Raises
    ------
    BadInput
        If somebody is in two groups.
    """
    if groups is None:
        return {"everybody": times}
    names = np.array(times.individuals, object)
    found, seen = {}, np.zeros(len(times), bool)
    for name, members in groups.items():
        rows = np.isin(names, list(members))
        if (rows & seen).any():
            raise BadInput(
                f"{int((rows & seen).sum()):,} individuals of {name!r} are in another group too",
                remedy="Make the groups apart with & and -",
            )
        seen |= rows
        found[str(name)] = times.take(rows)
    return found


def by_label(labels: Mapping[str, object]) -> dict[str, list[str]]:
    """Return who has each label, in the order of the labels.

    Raises
    ------
    BadInput
        If there are more labels than groups that can be compared.
    """
    values = {str(label) for _, label in labels.items()}
    if len(values) > _MOST_GROUPS:
        raise BadInput(
            f"there are {len(values):,} groups, such as {min(values)!r}",
            remedy=f"Make at most {_MOST_GROUPS}, as selections by name",
        )
    found: dict[str, list[str]] = {}
    for person, label in labels.items():
        found.setdefault(str(label), []).append(person)
    return dict(sorted(found.items()))
