"""Traits and variants."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gdi_spe.boundary.errors import BadInput, shown
from gdi_spe.workspace import recipes
from gdi_spe.workspace.asking.held import Held
from gdi_spe.workspace.asking.selection import Selection, ids_of, listed

if TYPE_CHECKING:
    import pandas as pd

    from gdi_spe.analysis.association.run import Kind, Missing
    from gdi_spe.analysis.regression.logistic import Test
    from gdi_spe.analysis.regression.traits import Covariates


class Associating(Held):
    """Associate traits with the variants of a cohort."""

    def association(
        self,
        trait: str | Mapping[str, float] | Selection,
        covariates: Covariates = (),
        model: Kind | None = None,
        *,
        controls: Selection | Collection[str] | None = None,
        individuals: Selection | Collection[str] | None = None,
        region: str | None = None,
        gene: str | Sequence[str] | None = None,
        test: Test = "auto",
        missing: Missing = "drop",
        repeated: str = "refuse",
        min_allele_count: int = 1,
        min_allele_frequency: float = 0.0,
        condition_on: str | Sequence[str] = (),
        relatedness: pd.DataFrame | None = None,
        progress: Callable[[int], None] | None = None,
    ) -> pd.DataFrame:
        """Associate a trait with every variant.

        Parameters
        ----------
        trait
            The code or label of a measurement, a number of each individual, or a selection of
            cases.
        covariates
            A name or a list of names: ``"age"``, ``"sex"``, ``"population"``, a measurement, a
            component of the last `pca` (``*cohort.pca(10)`` names them all). Or by name the value
            of each individual, or a table with a row an individual. Text is a category.
        model
            ``"linear"`` for numbers and ``"logistic"`` for cases, unless said otherwise;
            ``"mixed"`` where relatives are in the model or cases are very few: up to 8,000
            individuals, missing calls as means.
        controls
            Of a selection: who is compared with the cases. Without it those about whom it is
            recorded that they are no cases; who is not recorded is in neither group.
        individuals
            Only these are in the model.
        region, gene
            Only variants that touch the region (``"chr19:38433691-38595273"``, 1-based, both ends
            included), or of the genes.
        test
            Of a logistic model: ``"wald"``, ``"score"``, ``"firth"``, ``"saddle-point"``, or
            ``"auto"``: the score, and where its p-value is below 0.05 Wald's test, or Firth's where
            fewer than 20 minor alleles are in cases or one group is under a tenth of the other. The
            column ``test`` tells which.
        missing
            ``"drop"``: a missing call leaves its variant's model, as plink2 has it; ``"mean"``: it
            counts as the mean of those who are called, as Hail has it.
        repeated
            Which of several measurements of one individual counts: ``"first"``, ``"last"`` or their
            ``"mean"``.
        min_allele_count, min_allele_frequency
            Leave out variants whose rarer allele has fewer copies, or a smaller frequency, among
            those in the model.
        condition_on
            Variants that are covariates too, as in ``"chr7-140753336-A-T"``: what is left when they
            are known. They have no row, and a missing call of theirs is the mean.
        relatedness
            Of a mixed model: relationships (twice the kinship) to take instead of those that the
            common variants tell, a row and a column an individual.
        progress
            Called with the number of variants done since the last call; without it a line shows how
            far long work has come.

        Returns
        -------
        One row a variant, the columns of GWAS-SSF first: ``chromosome`` (23, 24 and 25 for X, Y and
        mitochondria), ``base_pair_location`` (1-based), ``effect_allele`` (the alternate),
        ``other_allele``, ``beta`` (per allele, in units of the trait; of cases the log odds ratio),
        ``standard_error``, ``effect_allele_frequency`` among those in the model, ``p_value``,
        ``neg_log_10_p_value``, ``n`` (called individuals), then ``allele_count`` (of the effect
        allele), ``rsid`` and ``gene``. A logistic model adds ``n_cases``, ``n_controls``,
        ``allele_count_cases``, ``allele_count_controls`` and ``test``. NaN where a variant does not
        vary, or a model has no finite estimate (``test`` is ``none``). ``attrs`` has ``lambda_gc``,
        ``n``, ``n_cases``, ``covariates``, ``n_related_pairs`` (of the second degree or nearer, by
        the pedigree, and by the calls where ``relatives_by_calls``), ``without_estimate`` and more.

        Raises
        ------
        BadInput
            If a name is unknown (near names are given), a covariate is constant or follows from
            others, or an argument is none that can be.
        TooFewPeople
            If too few individuals, cases or controls have everything.
        MixedUnits, RepeatedMeasurements
            If a measurement is not one number an individual.

        Warns
        -----
        RelativesInModel
            If relatives are in the model: p-values are too small then.
        NoFiniteEstimate
            If variants have no estimate; they are named.
        NothingChosen
            If no variant here is of the region.

        Notes
        -----
        An association is no cause: structure, relatives and how people came into the cohort make
        some. Alleles are additive. Y is tested in men, without sex. Men count 0 or 2 on X outside
        the pseudoautosomal regions. Firth's estimate comes with a likelihood-ratio test (Heinze and
        Schemper 2002, Stat Med 21:2409); the saddle point is that of Dey et al. (2017, Am J Hum
        Genet 101:37).

        Examples
        --------
        >>> table = cohort.association("height", ["age", "sex"], min_allele_frequency=0.01)
        >>> table.columns[:4].tolist()
        ['chromosome', 'base_pair_location', 'effect_allele', 'other_allele']
        """
        from gdi_spe.analysis.association import run
        from gdi_spe.analysis.regression.relatives import related_pairs

        values, kind = trait_of(self, trait, controls, model, repeated)
        if relatedness is not None and kind != "mixed":
            raise BadInput(
                f"relatedness says nothing to model={shown(kind)}", remedy='Ask for model="mixed"'
            )
        if test != "auto" and kind == "linear":
            raise BadInput(
                f"test={shown(test)} says nothing to a linear model",
                remedy='Leave it out, or give cases as a selection (model="logistic")',
            )
        self._compared(related_pairs)
        with self._watched(
            "association", progress, is_whole=region is None and gene is None
        ) as advance:
            table = run.associate(
                self.folder,
                values,
                self._with_components(covariates),
                kind,
                individuals=ids_of(individuals),
                region=region,
                gene=gene,
                test=test,
                missing=missing,
                repeated=repeated,
                min_allele_count=min_allele_count,
                min_allele_frequency=min_allele_frequency,
                condition_on=list(listed(condition_on)),
                relatedness=relatedness,
                progress=advance,
            )
        if individuals is None and relatedness is None and names_tell_all(self, trait, covariates):
            arguments: dict[str, Any] = {
                "trait": trait, "covariates": list(listed(covariates)), "model": kind,
                "region": region, "gene": gene, "test": test, "missing": missing,
                "repeated": repeated, "min_allele_count": min_allele_count,
                "min_allele_frequency": min_allele_frequency,
                "condition_on": list(listed(condition_on)),
            }  # fmt: skip
            recipes.attach(table, self.folder.manifest, "association", arguments)
        return table

    def independent_associations(
        self,
        trait: str | Mapping[str, float] | Selection,
        covariates: Covariates = (),
        model: Kind | None = None,
        *,
        controls: Selection | Collection[str] | None = None,
        individuals: Selection | Collection[str] | None = None,
        region: str | None = None,
        gene: str | Sequence[str] | None = None,
        repeated: str = "refuse",
        max_p_value: float = 5e-8,
        max_variants: int = 10,
        min_allele_frequency: float = 0.0,
    ) -> pd.DataFrame:
        """Find how many associations there are, by taking the strongest variant into the model.

        Parameters
        ----------
        trait, covariates, model, controls, individuals, region, gene, repeated
            As of `association`.
        max_p_value, max_variants
            Where to stop: at a p-value, or after so many variants.
        min_allele_frequency
            As of `association`.

        Returns
        -------
        One row a step with the columns of `association` and ``step``: each variant as it is in the
        model of all before it. ``attrs["variants"]`` names them for ``condition_on=``. Empty where
        nothing is associated. Of variants that always go together one stands for all, and need not
        be the one that acts.

        Raises
        ------
        BadInput
            As `association`.

        Notes
        -----
        Forward selection, as plink2's ``--condition`` by hand: a variant that is taken in never
        leaves again.

        Examples
        --------
        >>> found = cohort.independent_associations("height", ["age", "sex"], max_p_value=1e-3,
        ...                                         max_variants=2, min_allele_frequency=0.05)
        >>> found["step"].tolist() == list(range(1, len(found) + 1))
        True
        """
        from gdi_spe.analysis.association.stepwise import stepwise

        values, kind = trait_of(self, trait, controls, model, repeated)
        return stepwise(
            self.folder,
            values,
            self._with_components(covariates),
            kind,
            max_p_value=max_p_value,
            max_variants=max_variants,
            individuals=ids_of(individuals),
            region=region,
            gene=gene,
            repeated=repeated,
            min_allele_frequency=min_allele_frequency,
        )


def trait_of(
    cohort: Held,
    trait: str | Mapping[str, float] | Selection,
    controls: Selection | Collection[str] | None,
    model: Any,
    repeated: str,
) -> tuple[dict[str, float], Any]:
    """Return a number of each individual, and the model: as it was asked for, or the usual one.

    Raises
    ------
    BadInput
        If controls are named where the trait is no selection of cases.
    """
    from gdi_spe.analysis.association import run

    if isinstance(trait, Selection):
        others = ids_of(trait.controls() if controls is None else controls) or []
        return run.case_control(trait.ids, others), "logistic" if model is None else model
    if controls is not None:
        raise BadInput(
            "controls are of a selection of cases, and the trait is none",
            remedy="Give cases as the trait, or bound who is in the model by individuals=",
        )
    values = run.quantitative(cohort.folder, trait, repeated)
    return values, "linear" if model is None else model


def names_tell_all(cohort: Held, trait: object, covariates: Covariates) -> bool:
    """Say whether names tell everything; values of people belong in no recipe."""
    return (
        isinstance(trait, str)
        and isinstance(covariates, str | list | tuple)
        and not set(listed(covariates)) & set(cohort._components)
    )
