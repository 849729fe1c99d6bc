"""Many rare variants together: genes and regions against a trait."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gdi_spe.workspace import recipes
from gdi_spe.workspace.asking.held import Held
from gdi_spe.workspace.asking.selection import Selection, ids_of, listed
from gdi_spe.workspace.cohort.traits.associating import names_tell_all, trait_of

if TYPE_CHECKING:
    import pandas as pd

    from gdi_spe.analysis.burden.collapsing import Missing, Statistic
    from gdi_spe.analysis.burden.weights import Weights
    from gdi_spe.analysis.regression.logistic import Test
    from gdi_spe.analysis.regression.traits import Covariates
    from gdi_spe.analysis.variants.masks import Bounds, Masks

Trait = str | Mapping[str, float] | Selection


class Aggregating(Held):
    """Test genes and regions of a cohort."""

    def burden(
        self,
        trait: Trait,
        covariates: Covariates = (),
        model: str | None = None,
        *,
        masks: Masks = ("protein_truncating", "damaging"),
        max_frequency: Bounds = 0.01,
        gene: str | Sequence[str] | None = None,
        regions: Mapping[str, str] | None = None,
        statistic: Statistic = "collapse",
        weights: Weights = "uniform",
        controls: Selection | Collection[str] | None = None,
        individuals: Selection | Collection[str] | None = None,
        test: Test = "auto",
        missing: Missing = "mean",
        repeated: str = "refuse",
        min_carriers: int = 1,
    ) -> pd.DataFrame:
        """Test what each individual carries of a gene or region against a trait.

        Parameters
        ----------
        trait
            The code or label of a measurement, a number of each individual, or a selection of
            cases.
        covariates
            As of `association`.
        masks
            Groups of consequences (``"protein_truncating"``, ``"missense"``, ``"damaging"``,
            ``"synonymous"``), Sequence Ontology names, or ``"any"``: a mask each. Or by the name of
            a mask what it takes: ``{"M1": "protein_truncating", "M2": ["stop_gained",
            "missense"]}``. A variant counts in each of its genes by what it does to that gene.
        max_frequency
            The greatest frequency of the alternate allele among those in the model, or several:
            every mask is crossed with every bound. ``None`` for any.
        gene
            Symbols or Ensembl identifiers; without them all genes that a variant here is told of.
        regions
            In place of genes: by name a region such as ``"chr19:38433691-38595273"``.
        statistic
            ``"collapse"``: 1 for who carries any variant of the mask, else 0 (Li and Leal 2008, Am
            J Hum Genet 83:311). ``"max"``: the most alternate alleles of one variant, 0 to 2.
            ``"sum"``: the weighted number of alternate alleles.
        weights
            Of a sum: ``"uniform"``, ``"beta"`` (Wu et al. 2011) or ``"madsen-browning"`` (2009), or
            a function from the rarer allele's frequencies to weights.
        test
            Of a logistic model: ``"wald"``, ``"score"``, ``"firth"``, or ``"auto"``: the score, and
            where its p-value is below 0.05 Wald's test, or Firth's where fewer than 20 cases carry
            (or fewer than 20 do not) or one group is under a tenth of the other. The column
            ``test`` tells which was made.
        missing
            ``"mean"``: a missing call counts as the variant's mean dosage in a sum, and as no
            alternate elsewhere. ``"drop"``: who misses any call of the set leaves its model.
        model
            ``"linear"`` for numbers and ``"logistic"`` for cases, unless said otherwise.
        controls
            Of a selection: who is compared with the cases. Without it those about whom it is
            recorded that they are no cases; who is not recorded is in neither group.
        individuals
            Only these are in the model.
        repeated
            Which of several measurements of one individual counts.
        min_carriers
            Leave out sets with fewer carriers.

        Returns
        -------
        One row a set and mask: ``gene`` and ``gene_id`` (or ``region``), ``chromosome`` (23 and 25
        for X and mitochondria), ``base_pair_location`` and ``base_pair_end`` (first and last
        variant that counted), ``mask``, ``max_frequency`` (NaN for any), ``n_variants``,
        ``allele_count`` (cumulative), ``n_carriers`` (individuals), ``n_carrier_families`` (each
        family of the pedigree once), ``n_carriers_cases``, ``n_carriers_controls``, ``n_missing``
        (calls), ``beta`` (of one more carrier or allele; log odds for cases), ``standard_error``,
        ``p_value``, ``neg_log_10_p_value``, ``n``, ``n_cases``, ``n_controls``, ``test``. NaN and
        ``none`` where nothing can be estimated. ``attrs`` tells n, cases, controls, covariates,
        pairs of relatives, and lambda GC by mask and bound. A small p-value speaks of the set, not
        of any variant in it.

        Raises
        ------
        BadInput
            If a mask, gene, region, covariate or word is unknown, or weights come without a sum.
        NotAnnotated
            If no variant has a gene or a consequence.
        TooFewPeople
            If there are too few individuals, no cases, or no controls.

        Notes
        -----
        On X outside the pseudoautosomal regions a man's allele counts twice; Y is left out.
        Relatives in the model make p-values too small. Counts of carriers are personal data until
        they pass an export.

        Examples
        --------
        >>> table = cohort.burden("Body height", ["age", "sex"], masks="missense")
        >>> sorted(table["gene"])
        ['BRAF', 'PTEN', 'RYR1', 'TLR7']
        >>> sick = cohort.individuals(diagnosis="MONDO:0005148")
        >>> others = cohort.individuals() - sick
        >>> table = cohort.burden(sick, masks="protein_truncating", controls=others)
        >>> table.attrs["model"]
        'logistic'
        """
        from gdi_spe.analysis.burden import run

        values, kind = trait_of(self, trait, controls, model, repeated)
        with self._watched("burden", is_whole=gene is None and regions is None) as advance:
            table = run.burden(
                self.folder,
                values,
                self._with_components(covariates),
                kind,
                individuals=ids_of(individuals),
                repeated=repeated,
                masks=masks,
                max_frequency=max_frequency,
                gene=gene,
                regions=regions,
                statistic=statistic,
                weights=weights,
                test=test,
                missing=missing,
                min_carriers=min_carriers,
                progress=advance,
            )
        self._remember(table, "burden", individuals, {
            "trait": trait, "covariates": covariates, "model": kind, "masks": masks,
            "max_frequency": max_frequency, "gene": gene, "regions": regions,
            "statistic": statistic, "weights": weights, "test": test, "missing": missing,
            "repeated": repeated, "min_carriers": min_carriers,
        })  # fmt: skip
        return table

    def skat(
        self,
        trait: Trait,
        covariates: Covariates = (),
        model: str | None = None,
        *,
        method: str = "skat",
        masks: Masks = ("protein_truncating", "damaging"),
        max_frequency: Bounds = 0.01,
        gene: str | Sequence[str] | None = None,
        regions: Mapping[str, str] | None = None,
        weights: Weights = "beta",
        controls: Selection | Collection[str] | None = None,
        individuals: Selection | Collection[str] | None = None,
        small_sample: bool = False,
        repeated: str = "refuse",
        min_carriers: int = 1,
    ) -> pd.DataFrame:
        """Test whether variants of a gene or region bear on a trait, in either direction.

        Parameters
        ----------
        trait, covariates, model, masks, max_frequency, gene, regions, controls, individuals
            As for `burden`.
        method
            ``"skat"``: the sum of squared scores, for effects in both directions. ``"skat-o"``: the
            best of mixtures of it and a burden test.
        weights
            What multiplies each dosage; by default the density of Beta(1, 25) at the rarer allele's
            frequency (Hail's ``weight`` is its square).
        small_sample
            Of a linear model and ``"skat"``: take into account that the residual's variance is
            estimated; exact for normal residuals, however few.
        repeated, min_carriers
            As for `burden`.

        Returns
        -------
        One row a set and mask, with the columns of `burden` but ``beta`` and ``standard_error``:
        ``q_statistic`` is the sum of squared weighted scores over the residual's variance, halved
        (as Hail has it; for SKAT-O that of the best mixture), ``rho`` the best share and ``test``
        the method, ``none`` where nothing varies or there are too many variants. A small p-value
        speaks of the set, not of any variant, and not of a direction.

        Raises
        ------
        BadInput
            If a mask, gene, region, covariate or word is unknown.
        NotAnnotated
            If no variant has a gene or a consequence.
        TooFewPeople
            If there are too few individuals, no cases, or no controls.

        Notes
        -----
        Wu et al. 2011; Lee, Wu and Lin 2012 with the grid of Lee, Emond et al. 2012. Missing calls
        count as the variant's mean. p-values of the mixture of chi-squared variables have a
        relative error below 1e-9 (1e-3 for SKAT-O, as a rule 1e-6); the mixture itself is
        asymptotic but for ``small_sample``. A logistic model with few people or few cases has
        p-values that are too large; those of Lee, Emond et al. for small samples are not computed.

        Examples
        --------
        >>> table = cohort.skat("Body height", ["age", "sex"], masks="damaging", method="skat-o")
        >>> bool(table["p_value"].between(0, 1).all())
        True
        """
        from gdi_spe.analysis.skat import run

        values, kind = trait_of(self, trait, controls, model, repeated)
        with self._watched("skat", is_whole=gene is None and regions is None) as advance:
            table = run.skat(
                self.folder,
                values,
                self._with_components(covariates),
                kind,
                individuals=ids_of(individuals),
                repeated=repeated,
                method=method,
                masks=masks,
                max_frequency=max_frequency,
                gene=gene,
                regions=regions,
                weights=weights,
                small_sample=small_sample,
                min_carriers=min_carriers,
                progress=advance,
            )
        self._remember(table, "skat", individuals, {
            "trait": trait, "covariates": covariates, "model": kind, "method": method,
            "masks": masks, "max_frequency": max_frequency, "gene": gene, "regions": regions,
            "weights": weights, "small_sample": small_sample, "repeated": repeated,
            "min_carriers": min_carriers,
        })  # fmt: skip
        return table

    def combine(self, *tables: pd.DataFrame) -> pd.DataFrame:
        """Combine what several masks and tests say of each gene or region.

        Parameters
        ----------
        tables
            Results of `burden` and `skat`.

        Returns
        -------
        One row a gene (``gene``, ``gene_id``, ``chromosome``) or region, in the order of the first
        table, with ``n_tests`` (p-values that count) and ``p_value`` by the Cauchy combination
        (ACAT: Liu et al. 2019, Am J Hum Genet 104:410); NaN where there is none. Which of the tests
        it was stands in the tables.

        Raises
        ------
        BadInput
            If there is no table, or one is not of genes, or of regions as the others are.

        Examples
        --------
        >>> table = cohort.burden("Body height", masks=["missense", "damaging"])
        >>> cohort.combine(table).columns.tolist()
        ['gene', 'gene_id', 'chromosome', 'n_tests', 'p_value']
        """
        from gdi_spe.analysis.burden.combined import combined

        return combined(*tables)

    def _remember(
        self, table: pd.DataFrame, name: str, individuals: object, arguments: dict[str, Any]
    ) -> None:
        """Attach a recipe where plain arguments say all; values of people do not belong there."""
        covariates, weights = arguments["covariates"], arguments["weights"]
        is_plain = individuals is None and isinstance(weights, str)
        if is_plain and names_tell_all(self, arguments["trait"], covariates):
            told = {**arguments, "covariates": list(listed(covariates))}
            recipes.attach(table, self.folder.manifest, name, told)
