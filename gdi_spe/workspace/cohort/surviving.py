"""Time until something happens."""

from __future__ import annotations

import warnings
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from gdi_spe.boundary.cautions import Caution
from gdi_spe.boundary.errors import BadInput
from gdi_spe.workspace.asking.selection import Selection
from gdi_spe.workspace.cohort.held import Held, ids_of

if TYPE_CHECKING:
    import pandas as pd

    from gdi_spe.analysis.association.traits import Covariate
    from gdi_spe.analysis.survival.curves import Grid
    from gdi_spe.analysis.survival.instants import When
    from gdi_spe.analysis.survival.likelihood import Ties
    from gdi_spe.analysis.survival.proportional import Transform
    from gdi_spe.analysis.survival.times import Times

_EVENTS_A_TERM = 10
# Who is compared: a selection and its controls, named selections, a column, or a label each.
By = Selection | Mapping[str, Selection] | Mapping[str, str] | str


class FewAtRisk(Caution):
    """A group has too few individuals to be shown."""


class FewEvents(Caution):
    """A model has fewer than ten events a term: estimates run too far from 0."""


class HazardsNotProportional(Caution):
    """A hazard ratio changes with time: its estimate is a mean over the time that was watched."""


class Surviving(Held):
    """Follow individuals from an origin until an event."""

    def survival(
        self,
        event: When = "death",
        origin: When = "birth",
        by: By | None = None,
        individuals: Selection | None = None,
        *,
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
        return table

    def incidence(
        self,
        event: When,
        competing: When = "death",
        origin: When = "birth",
        by: By | None = None,
        individuals: Selection | None = None,
        *,
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
        return table

    def _grid(self, groups: Mapping[str, Times], asked: float | str | None) -> tuple[Grid, int]:
        """Return the grid and how few are too few; warn of groups that are smaller."""
        from gdi_spe.analysis.survival.curves import grid_of

        least = self.count_policy.minimum
        for name, times in groups.items():
            if len(times) < least:
                warnings.warn(FewAtRisk(f"{name}: fewer than {least} individuals"), stacklevel=3)
        return grid_of(asked, max(self._lasts(groups), default=0.0)), least

    def _lasts(self, groups: Mapping[str, Times]) -> list[float]:
        from gdi_spe.analysis.survival.curves import last_time

        found = [last_time(times, self.count_policy.minimum) for times in groups.values()]
        return [last for last in found if last == last]

    def log_rank(
        self,
        by: By,
        event: When = "death",
        origin: When = "birth",
        individuals: Selection | None = None,
        *,
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
        return logrank.as_table(groups, logrank.log_rank(groups, parts, rho))

    def cox(
        self,
        covariates: Mapping[str, Covariate | Selection] | Sequence[str],
        event: When = "death",
        origin: When = "birth",
        individuals: Selection | None = None,
        *,
        entry: When | None = None,
        strata: str | Mapping[str, str] | None = None,
        ties: Ties = "efron",
        firth: bool = False,
        proportional: Transform | None = "km",
    ) -> pd.DataFrame:
        """Estimate by Cox's model how covariates hasten or delay an event.

        Parameters
        ----------
        covariates
            Names as for `association` (columns, measurements, components of `pca`); or by name
            what is known of each individual: such a name, a value of each, or a selection,
            which counts 1 for those in it and 0 for those about whom it is recorded that they
            are not: ``{"BRAF": cohort.individuals(gene="BRAF", consequence="damaging")}``.
        event, origin, individuals, entry
            As for `survival`.
        strata
            A column, or a label of each individual: each has a baseline hazard of its own.
        ties
            How events at one time share those at risk: ``"efron"`` or ``"breslow"``.
        firth
            Keep estimates finite where a covariate parts those whom the event met from the
            others; p-values are then of penalised likelihood ratios.
        proportional
            The scale of time on which hazards are tested for being proportional: ``"km"``,
            ``"rank"``, ``"identity"`` or ``"log"``; ``None`` for no test.

        Returns
        -------
        One row a term: ``term``, ``beta`` (log hazard ratio), ``standard_error``,
        ``hazard_ratio`` with its 95 % limits ``ci_lower`` and ``ci_upper``, ``z``, ``p_value``
        and ``p_value_proportional``. ``attrs`` has n, events, how many were left out and why,
        log likelihoods, and the tests of the whole model.

        Raises
        ------
        BadInput
            If a covariate is unknown, constant or follows from others.
        TooFewPeople
            If there are no more events than terms.
        MonotoneLikelihood
            If an estimate has no end; the terms are named.

        Notes
        -----
        See `gdi_spe.analysis.survival.cox`. Relatives among the individuals make standard
        errors too small: leave them out first. With fewer than ten events a term, or where a
        hazard ratio changes with time (p below 0.05 divided by the terms), a caution is given.

        Examples
        --------
        >>> table = cohort.cox(["sex"], event={"diagnosis": "any"})
        >>> table["term"].tolist()
        ['sex=female']
        """
        from gdi_spe.analysis.survival.cox import cox

        times = self._times(event, origin, None, individuals, entry)["everybody"]
        table = cox(
            times,
            {name: self._values(value) for name, value in self._named(covariates).items()},
            strata=None if strata is None else _as_text(self._labels(strata)),
            ties=ties,
            firth=firth,
            proportional=proportional,
        )
        _caution(table)
        return table

    def _named(
        self, covariates: Mapping[str, Covariate | Selection] | Sequence[str]
    ) -> Mapping[str, Covariate | Selection]:
        if isinstance(covariates, Mapping):
            return covariates
        if isinstance(covariates, Selection):
            raise BadInput("a covariate needs a name", remedy='Such as {"carrier": selection}')
        names = (covariates,) if isinstance(covariates, str) else covariates
        return {name: self._components.get(name, name) for name in names}

    def _values(self, covariate: Covariate | Selection) -> Mapping[str, float | str]:
        from gdi_spe.analysis.association.traits import values_of

        if isinstance(covariate, Selection):
            outside = dict.fromkeys(covariate.controls().ids, 0.0)
            return {**outside, **dict.fromkeys(covariate.ids, 1.0)}
        if not isinstance(covariate, str | Mapping) and not hasattr(covariate, "index"):
            raise BadInput(
                f"{covariate!r} tells nothing of individuals",
                remedy="Give a name, a selection, or a value of each individual",
            )
        return values_of(self.folder, covariate) if isinstance(covariate, str) else covariate

    def _times(
        self,
        event: When,
        origin: When,
        by: By | None,
        individuals: Selection | None,
        entry: When | None,
    ) -> dict[str, Times]:
        from gdi_spe.analysis.survival.grouping import grouped
        from gdi_spe.analysis.survival.times import times_of

        times = times_of(self.folder, event, origin, ids_of(individuals), entry)
        return grouped(times, self._groups(by))

    def _groups(self, by: By | None) -> dict[str, list[str]] | None:
        from gdi_spe.analysis.survival.grouping import by_label

        if by is None:
            return None
        if isinstance(by, Selection):
            return {"present": by.ids, "excluded": by.controls().ids}
        if isinstance(by, Mapping) and all(isinstance(each, Selection) for each in by.values()):
            return {name: each.ids for name, each in by.items() if isinstance(each, Selection)}
        mixed = isinstance(by, Mapping) and any(isinstance(v, Selection) for v in by.values())
        if isinstance(by, str | Mapping) and not mixed:
            return by_label(self._labels(by))
        raise BadInput(
            f"by={by!r} names no groups", remedy="A selection, selections by name, or a column"
        )

    def _labels(self, by: str | Mapping[str, str | Selection]) -> Mapping[str, object]:
        from gdi_spe.analysis.association.traits import values_of

        return values_of(self.folder, by) if isinstance(by, str) else by


def _told(groups: Mapping[str, Times]) -> dict[str, object]:
    """Return how many individuals and events there are, and who was left out."""
    return {
        "groups": {
            name: {"n_individuals": len(each), "n_events": int(each.happened.sum())}
            for name, each in groups.items()
        },
        "left_out": next(iter(groups.values())).left_out,
    }


def _as_text(labels: Mapping[str, object]) -> dict[str, str]:
    return {person: str(label) for person, label in labels.items()}


def _caution(table: pd.DataFrame) -> None:
    """Warn of what makes a model's numbers worth less than they look."""
    n_events, n_terms = table.attrs["n_events"], len(table)
    if n_events < _EVENTS_A_TERM * n_terms:
        warnings.warn(
            FewEvents(f"fewer than {_EVENTS_A_TERM} events for each of {n_terms} terms"),
            stacklevel=3,
        )
    if "p_value_proportional" in table.columns:
        changing = table.loc[table["p_value_proportional"] < 0.05 / n_terms, "term"]
        if len(changing):
            warnings.warn(
                HazardsNotProportional(f"hazard ratios change with time: {', '.join(changing)}"),
                stacklevel=3,
            )
