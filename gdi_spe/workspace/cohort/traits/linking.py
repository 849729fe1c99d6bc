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
        One row a pair: ``chromosome``, ``position_1``, ``reference_1``, ``alternate_1``, the same
        of the second, ``r`` and ``r2`` (plink's ``--r2``) and ``d_prime``; see
        `gdi_spe.analysis.linkage.pairs`.

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
        Pearson's r, a row and a column a variant, named as in ``"chr19-38433691-A-G"``.

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
            A table of `association`.
        individuals
            Take linkage disequilibrium from these individuals; from all without it.
        p1, p2
            The largest p-value of a variant that stands for a clump, and of those that are
            listed.
        r2
            The least squared correlation with the variant that stands for it.
        window
            Bases from it.

        Returns
        -------
        One row a clump, smallest p-value first: the variant that stands for it, ``n_variants``
        beside it, those ``listed``, ``start`` and ``end``; see
        `gdi_spe.analysis.linkage.clumping`. ``attrs["n_not_found"]`` counts variants of the
        results that the cohort does not have.

        Notes
        -----
        As plink's ``--clump``, with its default thresholds.

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
