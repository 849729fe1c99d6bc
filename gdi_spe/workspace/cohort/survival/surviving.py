"""Time until something happens."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from typing import TYPE_CHECKING

from gdi_spe.workspace.asking.selection import Selection, ids_of
from gdi_spe.workspace.cohort.survival.following import By, Following

if TYPE_CHECKING:
    import pandas as pd

    from gdi_spe.analysis.survival.instants import When
    from gdi_spe.analysis.survival.times import Times


class Surviving(Following):
    """Follow individuals from an origin until an event."""

    def survival(
        self,
        event: When = "death",
        origin: When = "birth",
        by: By | None = None,
        *,
        individuals: Selection | Collection[str] | None = None,
        entry: When | None = None,
        grid: float | str | None = None,
    ) -> pd.DataFrame:
        """Estimate the share that an event has not met, by Kaplan and Meier, on a time grid.

        Parameters
        ----------
        event, origin
            ``"birth"``, ``"death"``, ``"last encounter"``; a kind of record with its terms,
            as ``{"diagnosis": "NCIT:C3224"}`` (or ``treatment``, ``end of treatment``,
            ``phenotype``, ``procedure``, ``exposure``, ``biomarker``, ``measurement``,
            ``progression`` of a sample; ``"any"`` for every term), the first of several; or a
            day or an age in years of each individual.
        by
            Who is compared: a selection with those about whom it is recorded that they do not
            meet it (groups ``present`` and ``excluded``), selections by name, a column such as
            ``"sex"``, or a label of each individual. Who is in no group is left out.
        individuals
            Only these.
        entry
            When watching began, if later than the origin (left truncation): with
            ``origin="birth"`` those who died before they could join were never seen.
        grid
            Step of the grid in years. Without it about ten to twenty steps of a usual length.
            ``"exact"`` gives a row an event: a step can be a person, and it is no export.

        Returns
        -------
        One row a group and time: ``group``, ``time_years`` (or ``time_months``,
        ``time_days``), ``n_at_risk`` just before that time, ``survival`` in [0, 1], and the
        95 % limits ``lower`` and ``upper`` (NaN where survival is 0). Times at which fewer are
        at risk than the policy's smallest count are left out. ``attrs`` tells how many
        individuals and events each group has, how many were left out and why, whether it is
        ``exportable``, and of several groups the log-rank test.

        Raises
        ------
        BadInput
            If a point in time or a group cannot be understood, a term is recorded of nobody,
            or somebody is in two groups.
        TooFewPeople
            If nobody has an origin and an end.

        Notes
        -----
        Kaplan and Meier (1958), J Am Stat Assoc 53:457; limits by Greenwood's variance on the
        scale of log(−log S), as R's survival does with ``conf.type="log-log"``. Censoring must
        tell nothing about the event; death without the event censors, so competing death is
        not accounted for.

        Examples
        --------
        >>> table = cohort.survival(event={"diagnosis": "any"}, by="sex")
        >>> list(table.columns)
        ['group', 'time_years', 'n_at_risk', 'survival', 'lower', 'upper']
        >>> axes = spe.plot.survival(table)
        """
        from gdi_spe.analysis.survival import curves, logrank

        groups = self._times(event, origin, by, individuals, entry)
        if grid == "exact":
            table = curves.exact_table(groups)
        else:
            table = curves.table_of(groups, *self._grid(groups, grid))
        table.attrs = {**_told(groups), "exportable": grid != "exact"}
        comparable = {name: each for name, each in groups.items() if len(each)}
        if len(comparable) > 1 and any(each.happened.any() for each in comparable.values()):
            found = logrank.log_rank(comparable)
            table.attrs["log_rank"] = logrank.as_table(comparable, found).attrs
        self._note(table, "survival", {
            "event": event, "origin": origin, "by": by, "individuals": individuals,
            "entry": entry, "grid": grid,
        })  # fmt: skip
        return table

    def incidence(
        self,
        event: When,
        competing: When = "death",
        origin: When = "birth",
        by: By | None = None,
        *,
        individuals: Selection | Collection[str] | None = None,
        entry: When | None = None,
        grid: float | None = None,
    ) -> pd.DataFrame:
        """Estimate the share that an event has met where another can come first.

        Parameters
        ----------
        event, origin, by, individuals, entry, grid
            As for `survival`.
        competing
            The event after which the other cannot come: ``"death"``, or any point in time.

        Returns
        -------
        One row a group and time: ``group``, ``time_years`` (or ``time_months``,
        ``time_days``), ``n_at_risk`` of both events, ``cumulative_incidence`` in [0, 1], and
        its 95 % limits ``lower`` and ``upper``. Times at which fewer are at risk than the
        policy's smallest count are left out. ``attrs`` as for `survival`, of both events.

        Raises
        ------
        BadInput, TooFewPeople
            As `survival` does.

        Notes
        -----
        Aalen and Johansen (1978), Scand J Stat 5:141. One less `survival` is larger: it is
        the share in a world in which nobody dies first.

        Examples
        --------
        >>> table = cohort.incidence({"diagnosis": "any"}, by="sex")
        >>> bool(table["cumulative_incidence"].between(0, 1).all())
        True
        >>> axes = spe.plot.survival(table)
        """
        from gdi_spe.analysis.survival import competing as rivals
        from gdi_spe.analysis.survival.grouping import grouped

        causes = rivals.causes_of(self.folder, event, competing, origin, ids_of(individuals), entry)
        groups = grouped(causes.times, self._groups(by))
        table = rivals.table_of(groups, causes, *self._grid(groups, grid))
        table.attrs = {**_told(groups), "exportable": True}
        self._note(table, "incidence", {
            "event": event, "competing": competing, "origin": origin, "by": by,
            "individuals": individuals, "entry": entry, "grid": grid,
        })  # fmt: skip
        return table

    def log_rank(
        self,
        by: By,
        event: When = "death",
        origin: When = "birth",
        *,
        individuals: Selection | Collection[str] | None = None,
        entry: When | None = None,
        strata: str | Mapping[str, str] | None = None,
        rho: float = 0.0,
    ) -> pd.DataFrame:
        """Test whether groups differ in how soon an event meets them.

        Parameters
        ----------
        by, event, origin, individuals, entry
            As for `survival`.
        strata
            A column, or a label of each individual: compared within each, and summed.
        rho
            0 is the log-rank test; 1 counts early events more (Peto and Peto).

        Returns
        -------
        One row a group: ``group``, ``n_individuals``, ``n_events`` and ``n_expected`` if the
        groups did not differ. ``attrs`` has ``chi_squared``, ``degrees_of_freedom`` and
        ``p_value``.

        Raises
        ------
        BadInput
            As `survival` does.
        TooFewPeople
            If there are fewer than two groups, or nothing happened.

        Notes
        -----
        Mantel (1966); Harrington and Fleming (1982), Biometrika 69:553, as R's ``survdiff``.

        Examples
        --------
        >>> cohort.log_rank("sex", event={"diagnosis": "any"}).attrs["degrees_of_freedom"]
        1
        """
        from gdi_spe.analysis.survival import logrank
        from gdi_spe.analysis.survival.grouping import by_label, grouped

        groups = self._times(event, origin, by, individuals, entry)
        groups = {name: times for name, times in groups.items() if len(times)}
        parts = None
        if strata is not None:
            labels = self._labels(strata)
            inside: dict[str, dict[str, Times]] = {}
            for name, times in groups.items():
                for stratum, part in grouped(times, by_label(labels)).items():
                    if len(part):
                        inside.setdefault(stratum, {})[name] = part
            parts = list(inside.values())
        table = logrank.as_table(groups, logrank.log_rank(groups, parts, rho))
        self._note(table, "log_rank", {
            "by": by, "event": event, "origin": origin, "individuals": individuals,
            "entry": entry, "strata": strata, "rho": rho,
        })  # fmt: skip
        return table


def _told(groups: Mapping[str, Times]) -> dict[str, object]:
    """Return how many individuals and events there are, and who was left out."""
    return {
        "groups": {
            name: {"n_individuals": len(each), "n_events": int(each.happened.sum())}
            for name, each in groups.items()
        },
        "left_out": next(iter(groups.values())).left_out,
    }
