"""Traits and variants."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from gdi_spe.workspace.asking.selection import Selection
from gdi_spe.workspace.cohort.held import Held

if TYPE_CHECKING:
    import pandas as pd

    from gdi_spe.analysis.association.logistic import Test
    from gdi_spe.analysis.association.run import Covariate, Kind, Missing


class Associating(Held):
    """Associate traits with the variants of a cohort."""

    def association(
        self,
        trait: str | Mapping[str, float] | Selection,
        covariates: Mapping[str, Covariate] | Sequence[str] = (),
        model: Kind | None = None,
        *,
        controls: Selection | None = None,
        test: Test = "auto",
        missing: Missing = "drop",
        repeated: str = "refuse",
        min_allele_count: int = 1,
    ) -> pd.DataFrame:
        """Associate a trait with every variant; see `gdi_spe.analysis.association.run`.

        Parameters
        ----------
        trait
            The code or label of a measurement, a number of each individual, or a selection of
            cases.
        covariates, test, missing, min_allele_count
            See `gdi_spe.analysis.association.run.associate`; components of `pca` go by their
            names.
        model
            ``"linear"`` for numbers and ``"logistic"`` for cases, unless said otherwise.
        controls
            Of a selection: who is compared with the cases. Without it those about whom it is
            recorded that they are no cases; who is not recorded is in neither group.
        repeated
            Which of several measurements of one individual counts.

        Examples
        --------
        >>> cohort.association("height", ["age", "sex"])  # doctest: +SKIP
        >>> sick = cohort.individuals(diagnosis="MONDO:0005148")  # doctest: +SKIP
        >>> cohort.association(sick, ["age", "sex"])  # doctest: +SKIP
        """
        from gdi_spe.analysis.association import run

        if isinstance(trait, Selection):
            others = trait.controls() if controls is None else controls
            values = run.case_control(trait.ids, others.ids)
            kind = model or "logistic"
        else:
            values = run.quantitative(self.folder, trait, repeated)
            kind = model or "linear"
        return run.associate(
            self.folder,
            values,
            self._with_components(covariates),
            kind,
            test=test,
            missing=missing,
            min_allele_count=min_allele_count,
        )

    def _with_components(
        self, covariates: Mapping[str, Covariate] | Sequence[str]
    ) -> Mapping[str, Covariate]:
        if isinstance(covariates, Mapping):
            return covariates
        return {name: self._components.get(name, name) for name in covariates}
