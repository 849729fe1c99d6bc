"""Individuals that a question selects."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING

from gdi_spe.boundary.errors import BadInput, shown
from gdi_spe.query import conditions as ask
from gdi_spe.workspace.showing import html_table, shown_count

if TYPE_CHECKING:
    import pandas as pd

    from gdi_spe.analysis.regression.traits import Covariate
    from gdi_spe.workspace.asking.held import Held


class Selection:
    """Individuals of a cohort, chosen by a condition.

    ``a & b`` are in both, ``a | b`` in either, ``a - b`` in the first and not known to be in
    the second. ``~a`` are those about whom it is recorded that they do not meet the condition;
    who is not recorded is in neither ``a`` nor ``~a``.

    Examples
    --------
    >>> ryr1 = cohort.individuals(gene="RYR1", consequence="damaging", max_frequency=0.01)
    >>> syndrome = cohort.individuals(diagnosis="ORPHA:590")
    >>> (ryr1 & syndrome).count() <= syndrome.count()
    True
    """

    def __init__(self, cohort: Held, condition: ask.Condition) -> None:
        self.cohort = cohort
        self.condition = condition

    @property
    def ids(self) -> list[str]:
        """The pseudonyms of the individuals, sorted."""
        return sorted(self.cohort.evaluator.outcome(self.condition).present)

    def count(self) -> int:
        """Count the individuals.

        Returns
        -------
        How many are known to meet the condition, exactly; summaries show it rounded.

        Examples
        --------
        >>> cohort.individuals(gene="TLR7", consequence="stop_gained").count() > 0
        True
        """
        return len(self.cohort.evaluator.outcome(self.condition).present)

    def __len__(self) -> int:
        return self.count()

    def __contains__(self, individual_id: object) -> bool:
        if not isinstance(individual_id, str):
            raise BadInput(
                f"{shown(individual_id)} is no individual",
                remedy="Ask with one identifier, as in cohort.individuals().ids",
            )
        return individual_id in self.cohort.evaluator.outcome(self.condition).present

    def table(self) -> pd.DataFrame:
        """Tell what is known of each individual.

        Returns
        -------
        Their rows of ``individuals``, one each. Rows about people cannot be exported.

        Examples
        --------
        >>> cohort.individuals(sex="female").table()["sex"].unique().tolist()
        ['female']
        """
        import pyarrow as pa
        import pyarrow.compute as pc

        rows = self.cohort.folder.table("individuals")
        mine = pc.is_in(rows["individual_id"], value_set=pa.array(self.ids, pa.string()))
        return rows.filter(mine).to_pandas()

    def controls(self) -> Selection:
        """Select those about whom it is recorded that they do not meet the condition.

        Returns
        -------
        A selection. Who is not recorded is not in it: that nothing was written down about
        somebody makes nobody a control.

        Examples
        --------
        >>> covid = cohort.individuals(diagnosis="MONDO:0100096")
        >>> covid.controls().count() == covid.counts()["excluded"]
        True
        """
        return ~self

    def not_recorded(self) -> Selection:
        """Select those about whom nothing is recorded: neither cases nor controls.

        Returns
        -------
        A selection.

        Examples
        --------
        >>> covid = cohort.individuals(diagnosis="MONDO:0100096")
        >>> (covid & covid.not_recorded()).count()
        0
        """
        return Selection(self.cohort, ask.NotRecorded(self.condition))

    def counts(self) -> dict[str, int]:
        """Count who meets the condition, who does not, and of whom nothing is recorded.

        Returns
        -------
        ``present``, ``excluded`` and ``not recorded``; together everybody.

        Examples
        --------
        >>> counts = cohort.individuals(biomarker="BRAF V600E").counts()
        >>> sum(counts.values()) == cohort.individuals().count()
        True
        """
        known = self.cohort.evaluator.outcome(self.condition)
        unknown = len(self.cohort.evaluator.everyone) - len(known.present) - len(known.excluded)
        return {
            "present": len(known.present),
            "excluded": len(known.excluded),
            "not recorded": unknown,
        }

    def digest(self) -> str:
        """Name exactly these individuals without showing anybody.

        Returns
        -------
        The SHA-256, in hex, of the sorted pseudonyms, one a line: equal digests mean the same
        people. Who can guess the people can check the guess.

        Examples
        --------
        >>> men, women = cohort.individuals(sex="male"), cohort.individuals(sex="female")
        >>> (men | women).digest() == (women | men).digest()
        True
        """
        return hashlib.sha256("\n".join(self.ids).encode()).hexdigest()

    def __and__(self, other: Selection) -> Selection:
        return Selection(self._same(other), ask.Both(self.condition, other.condition))

    def __or__(self, other: Selection) -> Selection:
        return Selection(self._same(other), ask.Either(self.condition, other.condition))

    def __sub__(self, other: Selection) -> Selection:
        return Selection(self._same(other), ask.Without(self.condition, other.condition))

    def __add__(self, other: object) -> Selection:
        raise BadInput(
            "selections are not added up", remedy="Write a | b for who is in either, a & b for both"
        )

    def __invert__(self) -> Selection:
        return Selection(self.cohort, ask.Opposite(self.condition))

    def __bool__(self) -> bool:
        raise BadInput(
            "a selection is neither true nor false",
            remedy="Combine with &, |, - and ~ instead of and, or, not; ask count() for how many",
        )

    def __iter__(self) -> Iterator[str]:
        return iter(self.ids)

    def _same(self, other: object) -> Held:
        if not isinstance(other, Selection):
            raise BadInput(
                f"a selection cannot be combined with {shown(other)}",
                remedy="Select both by cohort.individuals(...)",
            )
        if other.cohort.folder.path != self.cohort.folder.path:
            raise BadInput(
                "selections of different cohorts cannot be combined",
                remedy="Select both from one cohort",
            )
        return self.cohort

    def _shown(self) -> list[tuple[str, str]]:
        policy = self.cohort.count_policy
        return [(name, shown_count(n, policy)) for name, n in self.counts().items()]

    def __repr__(self) -> str:
        told = ", ".join(f"{name} {n}" for name, n in self._shown())
        return f"<Selection of {self.cohort.id}: {told}>"

    def _repr_html_(self) -> str:
        return html_table(
            ("", "individuals"), self._shown(), caption=f"Selection of {self.cohort.id}"
        )


def ids_of(individuals: Selection | Collection[str] | None) -> list[str] | None:
    """Return the pseudonyms of a selection or a list; ``None`` stands for everybody."""
    if individuals is None:
        return None
    if isinstance(individuals, str):
        raise BadInput(
            f"{shown(individuals)} is no selection", remedy=f"Give [{shown(individuals)}]"
        )
    return individuals.ids if isinstance(individuals, Selection) else list(individuals)


def listed(names: str | Collection[str]) -> Collection[str]:
    """Return one name or several as several."""
    return (names,) if isinstance(names, str) else names


def as_covariate(name: str, value: Covariate | Selection) -> Covariate:
    """Return 1 for who is in a selection and 0 for its controls; other covariates as they are.

    Raises
    ------
    BadInput
        If it is no covariate.
    """
    if isinstance(value, Selection):
        return {**dict.fromkeys(value.controls().ids, 0.0), **dict.fromkeys(value.ids, 1.0)}
    if not isinstance(value, str | Mapping) and not hasattr(value, "index"):
        raise BadInput(
            f"covariate {shown(name)}: {shown(value)} tells nothing of individuals",
            remedy="Give a name, a selection, or a value of each individual",
        )
    return value
