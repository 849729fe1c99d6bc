"""Counts and quality of variants."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING, Any

from gdi_spe.workspace import recipes
from gdi_spe.workspace.asking.held import Held
from gdi_spe.workspace.asking.selection import Selection, ids_of

if TYPE_CHECKING:
    import pandas as pd

    from gdi_spe.analysis.groups import By


class Counting(Held):
    """Count alleles and calls of a cohort."""

    def allele_frequencies(
        self,
        by: By | None = None,
        region: str | None = None,
        gene: str | Sequence[str] | None = None,
        consequence: str | Sequence[str] | None = None,
        *,
        individuals: Selection | Collection[str] | None = None,
        min_allele_count: int = 0,
    ) -> pd.DataFrame:
        """Count alleles and estimate their frequency in each group.

        Parameters
        ----------
        by
            ``"population"`` (genetic ancestry), ``"country_of_origin"`` or ``"sex"``; without it
            one group, ``all``. Individuals without a value form the group ``not recorded``.
        region, gene, consequence
            Only variants that touch the region (``"chr19:38433691-38595273"``), of these genes,
            with these consequences or groups of them.
        individuals
            Count these individuals only.
        min_allele_count
            Leave out a variant where any group has fewer copies of either allele: what an export
            needs, and safe against subtraction, since it goes from all groups at once.

        Returns
        -------
        One row a variant and group, all variants of the first group first: ``chromosome``,
        ``position`` (1-based), ``reference``, ``alternate``, ``gene``, ``group``, ``allele_count``,
        ``allele_number``, ``allele_frequency`` in [0, 1], and ``n_individuals`` of the group,
        called or not. The frequency is NaN where no allele was called. A variant that nobody in the
        cohort carries has no row, which does not say that everybody was looked at there; one that
        tumours alone have has a row, and a frequency of 0.

        Raises
        ------
        BadInput
            If a column, region, consequence or gene is not known.

        Warns
        -----
        NothingChosen
            If no variant here is of the region, or of all that is asked together.

        Notes
        -----
        AF = AC / AN as VCF 4.5 defines them, over one germline sample an individual. Men have one
        allele on X and Y outside the pseudoautosomal regions, everybody one of the mitochondria;
        half-missing calls count with the allele they have. The counts behind a frequency are still
        personal data until they pass an export.

        Examples
        --------
        >>> table = cohort.allele_frequencies(by="sex", gene="RYR1")
        >>> sorted(table["group"].unique())
        ['female', 'male', 'unknown']
        """
        from gdi_spe.analysis.counting.frequencies import allele_frequencies

        table = allele_frequencies(
            self.folder,
            by,
            region,
            gene,
            consequence,
            ids_of(individuals),
            min_allele_count,
        )
        arguments: dict[str, Any] = {
            "by": by, "region": region, "gene": gene, "consequence": consequence,
            "min_allele_count": min_allele_count,
        }  # fmt: skip
        if individuals is None:
            recipes.attach(table, self.folder.manifest, "allele_frequencies", arguments)
        return table

    def variant_qc(
        self,
        region: str | None = None,
        gene: str | Sequence[str] | None = None,
        *,
        individuals: Selection | Collection[str] | None = None,
        controls: Selection | Collection[str] | None = None,
        strata: By | None = "population",
        unrelated: Selection | Collection[str] | bool = True,
        mid_p: bool = False,
    ) -> pd.DataFrame:
        """Summarise the calls of each variant, and test Hardy-Weinberg equilibrium.

        Parameters
        ----------
        region, gene
            Only variants that touch the region, of these genes.
        individuals
            Look at these individuals only.
        controls
            Of these, test equilibrium among these only: a variant that causes a disease is out of
            equilibrium in those who have it. Without it everybody is tested, since a cohort has
            cases only of a question.
        strata
            Test each population by itself, and combine; ``None`` tests all as one. A mixture of
            populations has too few heterozygotes without any error.
        unrelated
            ``True`` leaves relatives of the third degree or nearer out of the test; a selection is
            tested as it is; ``False`` tests everybody.
        mid_p
            Give mid-p values, as Hail does.

        Returns
        -------
        One row a variant: ``chromosome``, ``position``, ``reference``, ``alternate``, ``gene``, and

        - ``allele_count``, ``allele_number``, ``allele_frequency`` (Hail: AC, AN, AF), half-missing
          calls with the allele they have;
        - ``call_rate``, ``n_called``, ``n_not_called``: complete calls among those who can have one
          (women none on Y);
        - ``n_hom_ref``, ``n_het``, ``n_hom_var``, ``n_hemi`` and ``n_non_ref``: complete calls
          without the alternate, with one of two alleles, with two, with one where there is one
          only, and with any;
        - ``het_freq_hwe``: the share of heterozygotes to be expected of those tested;
        - ``p_value_hwe`` and ``p_value_excess_het``: two-sided, and for too many heterozygotes. Of
          several populations the smallest, times the number of populations that have both alleles.

        ``attrs["hardy_weinberg"]`` says who was tested: how many of each population.

        Raises
        ------
        BadInput
            If a region, gene or column is not known.

        Warns
        -----
        NothingChosen
            If no variant here is of the region, or of all that is asked together.

        Notes
        -----
        The test is the exact one of Wigginton, Cutler and Abecasis (2005, Am J Hum Genet 76:887),
        as plink2's ``--hardy``; Hail's is the mid-p one. It is among those with two alleles: women
        alone on X outside the pseudoautosomal regions; NaN on Y and the mitochondria. People
        without a recorded population are not tested, unless nobody has one. Nobody is left out as a
        relative where there are too few common variants to tell, or too many people to compare; a
        `Caution` says so.

        Hail's names are kept where Hail has the field. Hail counts calls of one allele neither as
        homozygous nor as heterozygous and takes half-missing calls for missing throughout.

        Examples
        --------
        >>> quality = cohort.variant_qc()
        >>> bool((quality["call_rate"] <= 1).all())
        True
        """
        from gdi_spe.analysis.counting.quality import variant_qc
        from gdi_spe.analysis.structure.relatives import look

        if unrelated is True:
            self._compared(look)
        return variant_qc(
            self.folder,
            region,
            gene,
            ids_of(individuals),
            controls=ids_of(controls),
            strata=strata,
            unrelated=unrelated if isinstance(unrelated, bool) else ids_of(unrelated) or (),
            mid_p=mid_p,
        )

    def hardy_weinberg(
        self,
        by: By | None = "population",
        region: str | None = None,
        gene: str | Sequence[str] | None = None,
        *,
        individuals: Selection | Collection[str] | None = None,
        controls: Selection | Collection[str] | None = None,
        unrelated: Selection | Collection[str] | bool = True,
        mid_p: bool = False,
    ) -> pd.DataFrame:
        """Test Hardy-Weinberg equilibrium in each population.

        Parameters
        ----------
        by
            ``"population"``, ``"country_of_origin"`` or ``"sex"``; ``None`` for one group.
        region, gene, individuals, controls, unrelated, mid_p
            As of `variant_qc`.

        Returns
        -------
        One row a variant and group, all variants of the first group first: what names the variant,
        ``group``, ``n_individuals`` of the group who are tested, ``n_hom_ref``, ``n_het``,
        ``n_hom_var`` of those who have two alleles there, ``het_freq_hwe`` (the share of
        heterozygotes to be expected), ``p_value_hwe`` and ``p_value_excess_het``. NaN where nobody
        was called or nobody has two alleles.

        Notes
        -----
        The exact test of Wigginton, Cutler and Abecasis (2005, Am J Hum Genet 76:887): plink2's
        ``--hardy``, and with ``mid_p`` Hail's ``hardy_weinberg_test``. On X outside the
        pseudoautosomal regions women alone are tested.

        Examples
        --------
        >>> table = cohort.hardy_weinberg(gene="RYR1")
        >>> bool(table["p_value_hwe"].dropna().between(0, 1).all())
        True
        """
        from gdi_spe.analysis.counting.equilibrium import equilibrium_by_group
        from gdi_spe.analysis.structure.relatives import look

        if unrelated is True:
            self._compared(look)
        return equilibrium_by_group(
            self.folder,
            by,
            region,
            gene,
            ids_of(individuals),
            controls=ids_of(controls),
            unrelated=unrelated if isinstance(unrelated, bool) else ids_of(unrelated) or (),
            mid_p=mid_p,
        )
