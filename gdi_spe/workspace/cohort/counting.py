"""Counts and quality of variants and samples."""

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
            one group, ``all``.
        region, gene, consequence
            Only variants that touch the region (``"chr19:38433691-38595273"``), of these genes,
            with these consequences or groups of them.
        individuals
            Count these individuals only.
        min_allele_count
            Leave out a variant where any group has fewer copies of either allele: what an export
            needs.

        Returns
        -------
        One row a variant and group, all variants of the first group first; the columns are those
        of `gdi_spe.analysis.counting.frequencies.allele_frequencies`. The frequency is NaN where
        no allele was called.

        Notes
        -----
        AF = AC / AN, as VCF 4.5 defines them; men have one allele on X and Y outside the
        pseudoautosomal regions. The counts are personal data until they pass an export.

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
            Test equilibrium among these only; say who they are where there are cases. Without it
            everybody is tested, since a cohort has cases only of a question.
        strata
            Test each population by itself and combine; ``None`` tests all as one.
        unrelated
            ``True`` leaves relatives out of the test, ``False`` nobody; a selection is tested as
            it is.
        mid_p
            Give mid-p values, as Hail does.

        Returns
        -------
        One row a variant, in Hail's names: ``call_rate``, ``n_called``, ``n_not_called``,
        ``n_hom_ref``, ``n_het``, ``n_hom_var``, ``n_non_ref``, ``het_freq_hwe``,
        ``p_value_hwe``, ``p_value_excess_het``, with ``allele_count``, ``allele_number``,
        ``allele_frequency`` and ``n_hemi``; see `gdi_spe.analysis.counting.quality.variant_qc`.
        ``attrs["hardy_weinberg"]`` says who was tested.

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
        One row a variant and group: who is tested, ``n_hom_ref``, ``n_het``, ``n_hom_var``,
        ``het_freq_hwe``, ``p_value_hwe`` and ``p_value_excess_het``; see
        `gdi_spe.analysis.counting.equilibrium.equilibrium_by_group`.

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

    def sample_qc(
        self,
        region: str | None = None,
        gene: str | Sequence[str] | None = None,
        *,
        individuals: Selection | Collection[str] | None = None,
    ) -> pd.DataFrame:
        """Summarise the calls of each individual.

        Parameters
        ----------
        region, gene
            Only variants that touch the region, of these genes.
        individuals
            These individuals only: singletons are single among them.

        Returns
        -------
        One row an individual, in Hail's names: ``call_rate``, ``n_called``, ``n_not_called``,
        ``n_hom_ref``, ``n_het``, ``n_hom_var``, ``n_hemi``, ``n_non_ref``, ``n_singleton``,
        ``n_snp``, ``n_insertion``, ``n_deletion``, ``n_transition``, ``n_transversion``,
        ``n_star``, ``r_ti_tv``, ``r_het_hom_var``, ``r_insertion_deletion``, and depths and
        qualities where the dataset kept them; see `gdi_spe.analysis.counting.samples.sample_qc`.
        A row is about a person: no export.

        Examples
        --------
        >>> quality = cohort.sample_qc()
        >>> bool((quality["n_snp"] == quality["n_transition"] + quality["n_transversion"]).all())
        True
        """
        from gdi_spe.analysis.counting.samples import sample_qc

        return sample_qc(self.folder, region, gene, ids_of(individuals))

    def heterozygosity(
        self,
        *,
        individuals: Selection | Collection[str] | None = None,
        strata: By | None = "population",
        min_frequency: float = 0.0,
    ) -> pd.DataFrame:
        """Compare each individual's homozygous calls with what chance would give.

        Parameters
        ----------
        individuals
            These only: frequencies are theirs.
        strata
            Take frequencies from each population by itself; ``None`` takes those of all.
        min_frequency
            Leave out variants whose rarer allele has a smaller frequency.

        Returns
        -------
        One row an individual: ``n_called``, ``observed_homs``, ``expected_homs`` and ``f_stat``;
        see `gdi_spe.analysis.counting.inbreeding.heterozygosity`. A row is about a person: no
        export.

        Examples
        --------
        >>> list(cohort.heterozygosity().columns)
        ['n_called', 'observed_homs', 'expected_homs', 'f_stat']
        """
        from gdi_spe.analysis.counting.inbreeding import heterozygosity

        return heterozygosity(
            self.folder, ids_of(individuals), strata=strata, min_frequency=min_frequency
        )

    def sex_check(
        self,
        *,
        individuals: Selection | Collection[str] | None = None,
        female_threshold: float = 0.2,
        male_threshold: float = 0.8,
        min_frequency: float = 0.0,
    ) -> pd.DataFrame:
        """Compare the recorded sex with what the calls on X tell.

        Parameters
        ----------
        individuals
            These only: frequencies are theirs.
        female_threshold, male_threshold
            An ``f_stat`` below the first is a woman's, above the second a man's.
        min_frequency
            Leave out variants whose rarer allele has a smaller frequency.

        Returns
        -------
        One row an individual, who do not agree first: ``sex``, ``inferred_sex``, ``status``,
        ``f_stat`` of X and ``y_call_rate``; see `gdi_spe.analysis.counting.inbreeding.sex_check`.
        A row is about a person: no export.

        Examples
        --------
        >>> int((cohort.sex_check()["status"] == "mismatch").sum())
        0
        """
        from gdi_spe.analysis.counting.inbreeding import sex_check

        return sex_check(
            self.folder,
            ids_of(individuals),
            female_threshold=female_threshold,
            male_threshold=male_threshold,
            min_frequency=min_frequency,
        )
