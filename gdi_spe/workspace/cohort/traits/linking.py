"""Variants that go together."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from gdi_spe.workspace.asking.held import Held
from gdi_spe.workspace.asking.selection import Selection, ids_of
from gdi_spe.workspace.progress import progress

if TYPE_CHECKING:
    import pandas as pd


class Linking(Held):
    """Find how the variants of a cohort go together."""

    def linkage(
        self,
        region: str | None = None,
        gene: str | Sequence[str] | None = None,
        *,
        individuals: Selection | Collection[str] | None = None,
        window: int = 1_000_000,
        min_r2: float = 0.2,
        min_frequency: float = 0.01,
    ) -> pd.DataFrame:
        """Find pairs of variants that go together.

        Parameters
        ----------
        region, gene
            Only variants that touch the region, of these genes: both of a pair.
        individuals
            Look at these individuals only, such as `unrelated` ones of one population: a mixture
            makes variants go together that are not linked.
        window
            Bases that the two of a pair are apart at most.
        min_r2
            Leave out pairs below.
        min_frequency
            Leave out variants whose rarer allele has a smaller frequency.

        Returns
        -------
        One row a pair, the earlier variant first: ``chromosome``, ``position_1``, ``reference_1``,
        ``alternate_1``, ``position_2``, ``reference_2``, ``alternate_2``, ``r`` and ``r2`` of the
        numbers of alternate alleles, and ``d_prime`` in [-1, 1] of haplotypes, estimated without
        phase.

        Raises
        ------
        BadInput
            If a region or gene is not known.

        Notes
        -----
        ``r2`` is plink's ``--r2`` (calls known at both variants; no phase is needed), ``d_prime``
        the maximum-likelihood estimate of plink2's ``--ld``. Chromosomes whose number depends on
        sex are left out, the pseudoautosomal regions apart.

        Examples
        --------
        >>> pairs = cohort.linkage(gene="RYR1", min_r2=0.5)
        >>> bool((pairs["r2"] >= 0.5).all())
        True
        """
        from gdi_spe.analysis.linkage.pairs import linkage

        with progress("linkage", None) as advance:
            return linkage(
                self.folder,
                region,
                gene,
                ids_of(individuals),
                window=window,
                min_r2=min_r2,
                min_frequency=min_frequency,
                progress=advance,
            )

    def linkage_matrix(
        self,
        region: str | None = None,
        gene: str | Sequence[str] | None = None,
        *,
        individuals: Selection | Collection[str] | None = None,
        min_frequency: float = 0.01,
    ) -> pd.DataFrame:
        """Correlate all variants of a region with each other.

        Parameters
        ----------
        region, gene
            The variants: those that touch the region, of these genes; 5,000 at most.
        individuals
            Look at these individuals only.
        min_frequency
            Leave out variants whose rarer allele has a smaller frequency.

        Returns
        -------
        Pearson's r of the numbers of alternate alleles, a row and a column a variant, named as in
        ``"chr19-38433691-A-G"``; square it for r2. NaN where a variant does not vary among those
        called at both.

        Raises
        ------
        BadInput
            If the variants are on several chromosomes, or more than 5,000.

        Examples
        --------
        >>> matrix = cohort.linkage_matrix(gene="RYR1")
        >>> bool((matrix.columns == matrix.index).all())
        True
        """
        from gdi_spe.analysis.linkage.pairs import linkage_matrix

        return linkage_matrix(
            self.folder, region, gene, ids_of(individuals), min_frequency=min_frequency
        )

    def clump(
        self,
        results: pd.DataFrame,
        *,
        individuals: Selection | Collection[str] | None = None,
        p1: float = 1e-4,
        p2: float = 0.01,
        r2: float = 0.5,
        window: int = 250_000,
    ) -> pd.DataFrame:
        """Keep the strongest variant of each signal of an association.

        Parameters
        ----------
        results
            A table of `association`, or any with ``chromosome``, ``position`` (or
            ``base_pair_location``), ``reference`` and ``alternate`` (or ``other_allele`` and
            ``effect_allele``) and ``p_value``.
        individuals
            Take linkage disequilibrium from these individuals, such as the unrelated of the study's
            population; from all without it.
        p1, p2
            The largest p-value of a variant that stands for a clump, and of those that are listed.
        r2
            The least squared correlation with the variant that stands for it.
        window
            Bases from it.

        Returns
        -------
        One row a clump, smallest p-value first: the variant that stands for it (``chromosome``,
        ``position``, ``reference``, ``alternate``, ``p_value``), ``n_variants`` of the clump beside
        it, ``n_listed`` of them with a p-value of at most ``p2``, their names in ``listed``, and
        ``start`` and ``end``, the first and the last position. ``attrs["n_not_found"]`` counts
        variants of the results that the cohort does not have.

        Raises
        ------
        BadInput
            If a column is missing, or no variant is found in the cohort.

        Notes
        -----
        As plink's ``--clump`` with its default thresholds: variants are taken by their p-values,
        and each takes those around it that no stronger one has taken. The squared correlation is
        that of haplotypes, estimated without phase.

        Examples
        --------
        >>> results = cohort.variant_qc().rename(columns={"p_value_hwe": "p_value"})
        >>> clumps = cohort.clump(results)
        >>> bool((clumps["p_value"] <= 1e-4).all())
        True
        """
        from gdi_spe.analysis.linkage.clumping import clump

        with progress("clump", None) as advance:
            return clump(
                self.folder,
                results,
                ids_of(individuals),
                p1=p1,
                p2=p2,
                r2=r2,
                window=window,
                progress=advance,
            )
