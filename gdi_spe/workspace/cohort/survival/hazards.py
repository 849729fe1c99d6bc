"""How covariates hasten or delay what happens."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING

from gdi_spe.boundary.cautions import Caution, caution
from gdi_spe.workspace.asking.selection import Selection, as_covariate, listed
from gdi_spe.workspace.cohort.survival.following import Following

if TYPE_CHECKING:
    import pandas as pd

    from gdi_spe.analysis.regression.traits import Covariate
    from gdi_spe.analysis.survival.instants import When
    from gdi_spe.analysis.survival.likelihood import Ties
    from gdi_spe.analysis.survival.proportional import Transform

_EVENTS_A_TERM = 10


class FewEvents(Caution):
    """A model has fewer than ten events a term: estimates run too far from 0."""


class HazardsNotProportional(Caution):
    """A hazard ratio changes with time: its estimate is a mean over the time that was watched."""


class Hazards(Following):
    """Model the hazard of an event."""

    def cox(
        self,
        covariates: Mapping[str, Covariate | Selection] | Sequence[str] | pd.DataFrame,
        event: When = "death",
        origin: When = "birth",
        *,
        individuals: Selection | Collection[str] | None = None,
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
            Names as for `association` (columns, measurements, components of `pca`); or by name what
            is known of each individual: such a name, a value of each, or a selection, which counts
            1 for those in it and 0 for those about whom it is recorded that they are not:
            ``{"BRAF": cohort.individuals(gene="BRAF", consequence="damaging")}``.
        event, origin, individuals, entry
            As for `survival`.
        strata
            A column, or a label of each individual: each has a baseline hazard of its own.
        ties
            How events at one time share those at risk: ``"efron"`` or ``"breslow"``.
        firth
            Keep estimates finite where a covariate parts those whom the event met from the others;
            p-values are then of penalised likelihood ratios.
        proportional
            The scale of time on which hazards are tested for being proportional: ``"km"``,
            ``"rank"``, ``"identity"`` or ``"log"``; ``None`` for no test.

        Returns
        -------
        One row a term: ``term``, ``beta`` (log hazard ratio), ``standard_error``, ``hazard_ratio``,
        ``ci_lower`` and ``ci_upper`` of it, ``z``, ``p_value``, and ``p_value_proportional``: small
        where its hazard ratio changes with time. ``attrs`` has n, events, how many were left out,
        log likelihoods, the likelihood ratio test of the whole model, the global test of
        proportional hazards, ties and strata.

        Raises
        ------
        TooFewPeople
            If there are fewer events than terms, or no events.
        MonotoneLikelihood
            If an estimate has no end; the terms are named.
        NotConverged
            If no estimate is found.
        BadInput
            If a covariate is constant or follows from others, or an argument is unknown.

        Notes
        -----
        Cox (1972), J R Stat Soc B 34:187; Efron (1977), J Am Stat Assoc 72:557; Heinze and Schemper
        (2001), Biometrics 57:114; the test of proportional hazards is the score test for a
        coefficient that changes with time (Grambsch and Therneau 1994, Biometrika 81:515, as
        ``cox.zph`` of R's survival 3). Relatives among the individuals make standard errors too
        small: leave them out first. With fewer than ten events a term, or where a hazard ratio
        changes with time (p below 0.05 divided by the terms), a caution is given.

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
            {name: self._values(name, value) for name, value in self._named(covariates).items()},
            strata=None if strata is None else _as_text(self._labels(strata)),
            ties=ties,
            firth=firth,
            proportional=proportional,
        )
        _tell(table)
        names = listed(covariates) if isinstance(covariates, str | list | tuple) else covariates
        if not set(names) & set(self._components):
            self._note(table, "cox", {
                "covariates": names, "event": event, "origin": origin,
                "individuals": individuals, "entry": entry, "strata": strata, "ties": ties,
                "firth": firth, "proportional": proportional,
            })  # fmt: skip
        return table

    def _named(
        self, covariates: Mapping[str, Covariate | Selection] | Sequence[str] | pd.DataFrame
    ) -> Mapping[str, Covariate | Selection]:
        if isinstance(covariates, Mapping):
            return covariates
        if hasattr(covariates, "columns"):
            return {str(name): covariates[name].to_dict() for name in covariates.columns}
        return {name: self._components.get(name, name) for name in listed(covariates)}

    def _values(self, name: str, covariate: Covariate | Selection) -> Mapping[str, float | str]:
        from gdi_spe.analysis.regression.traits import values_of

        told = as_covariate(name, covariate)
        return values_of(self.folder, told) if isinstance(told, str) else told


def _as_text(labels: Mapping[str, object]) -> dict[str, str]:
    return {person: str(label) for person, label in labels.items()}


def _tell(table: pd.DataFrame) -> None:
    """Warn of what makes a model's numbers worth less than they look."""
    n_events, n_terms = table.attrs["n_events"], len(table)
    if n_events < _EVENTS_A_TERM * n_terms:
        caution(FewEvents(f"fewer than {_EVENTS_A_TERM} events for each of {n_terms} terms"))
    if "p_value_proportional" in table.columns:
        changing = table.loc[table["p_value_proportional"] < 0.05 / n_terms, "term"]
        if len(changing):
            caution(
                HazardsNotProportional(f"hazard ratios change with time: {', '.join(changing)}")
            )
