"""Quality of each individual's calls."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from gdi_spe.workspace.asking.held import Held
from gdi_spe.workspace.asking.selection import Selection, ids_of

if TYPE_CHECKING:
    import pandas as pd

    from gdi_spe.analysis.groups import By


class Examining(Held):
    """Look at the calls of each individual: how many, how mixed, and of which sex."""

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
        One row an individual (the index), with one germline sample each, in Hail's names:

        - ``call_rate``, ``n_called``, ``n_not_called``: complete calls, among variants at which the
          individual can have one (women none on Y);
        - ``n_hom_ref``, ``n_het``, ``n_hom_var``: complete calls of two alleles; ``n_hemi``: of the
          alternate where there is one allele only; ``n_non_ref``: of any alternate;
        - ``n_singleton``: alleles that nobody else carries;
        - ``n_snp``, ``n_insertion``, ``n_deletion``, ``n_transition``, ``n_transversion``,
          ``n_star``: alternate alleles of each kind;
        - ``r_ti_tv``, ``r_het_hom_var``, ``r_insertion_deletion``: ratios, NaN over 0;
        - ``dp_mean``, ``dp_stdev``, ``dp_min``, ``dp_max``, and ``gq_`` likewise, where the dataset
          kept depths and qualities.

        A row is about a person: no export.

        Raises
        ------
        BadInput
            If a region or gene is not known.

        Notes
        -----
        A cohort holds only variants that somebody of it carries: counts of reference calls are not
        those of a file with more people. Half-missing calls count as not called, their allele among
        the alleles (Hail takes the whole call for missing). Expect transitions to be about twice as
        many as transversions in a genome, three times in coding sequence.

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
            Take frequencies from each population by itself; ``None`` takes those of all. A mixture
            of populations looks inbred.
        min_frequency
            Leave out variants whose rarer allele has a smaller frequency.

        Returns
        -------
        One row an individual (the index), over autosomal variants that have both alleles, in Hail's
        names: ``n_called``, ``observed_homs``, ``expected_homs`` and ``f_stat``, (observed -
        expected) / (called - expected): about 0; above for inbreeding or lost alleles, below for
        contamination. NaN where nothing can be expected. A row is about a person: no export.

        Raises
        ------
        BadInput
            If there is no such column.

        Notes
        -----
        plink2's ``--het`` (with ``strata=None``): a heterozygote is expected with 2 p (1 - p).

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
        One row an individual (the index), who do not agree first: ``sex`` as recorded,
        ``inferred_sex`` (``unknown`` between the thresholds, or with fewer than 50 variants),
        ``status`` (``ok``, ``mismatch``, or ``not told`` where either is unknown), ``f_stat``,
        ``n_called``, ``observed_homs``, ``expected_homs`` of X, and ``y_n_called`` and
        ``y_call_rate`` of Y. A row is about a person: no export.

        Raises
        ------
        BadInput
            If the thresholds are not in order.

        Notes
        -----
        As plink's ``--check-sex`` and Hail's ``impute_sex``: outside the pseudoautosomal regions of
        the assembly, calls as written, whatever sex is recorded. Men's calls are all homozygous, so
        that f_stat is 1. Y tells nothing by itself where women's calls there were filled in; a
        woman by X with a high ``y_call_rate`` may be XXY, a man by X with a low one X0. What does
        not agree is a swapped sample more often than a person.

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
