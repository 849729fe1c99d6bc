"""Ancestry, relatives, and variants that go together."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from gdi_spe.workspace.asking.selection import Selection
from gdi_spe.workspace.cohort.held import Held, ids_of
from gdi_spe.workspace.progress import progress

if TYPE_CHECKING:
    import pandas as pd

# The least kinship of the third degree (Manichaikul et al. 2010).
_THIRD_DEGREE = 2**-4.5


class Structuring(Held):
    """Find the structure of a cohort."""

    def pca(
        self,
        n_components: int = 10,
        individuals: Selection | Collection[str] | None = None,
        *,
        min_frequency: float = 0.05,
        max_r2: float = 0.2,
        max_kinship: float | None = _THIRD_DEGREE,
    ) -> pd.DataFrame:
        """Find the directions in which ancestry varies most.

        The names of its columns may be covariates of `association` from then on.

        Parameters
        ----------
        n_components
            How many.
        individuals
            Only these.
        min_frequency, max_r2
            Variants: of the rarer allele, and of two within 200,000 bases.
        max_kinship
            The components are found among individuals of whom no two are nearer; the others are
            put in their place. ``None`` leaves everybody in.

        Returns
        -------
        One row an individual, columns ``PC1`` and on. ``attrs`` has the eigenvalues, how many
        variants and individuals they come from, and who was ``projected``; see
        `gdi_spe.analysis.structure.pca`. A point is a person: no export.

        Notes
        -----
        Autosomes alone, pruned for linkage disequilibrium, without the major histocompatibility
        complex and the other long stretches of the assembly. Each pair of people counts over the
        variants that both have called.

        Examples
        --------
        >>> components = cohort.pca(2, max_kinship=None)
        >>> list(components.columns)
        ['PC1', 'PC2']
        """
        from gdi_spe.analysis.structure.pca import pca

        with progress("pca", None) as advance:
            table = pca(
                self.folder,
                n_components,
                ids_of(individuals),
                min_frequency=min_frequency,
                max_r2=max_r2,
                max_kinship=max_kinship,
                progress=advance,
            )
        self._components = {str(name): table[name].to_dict() for name in table.columns}
        return table

    def kinship(
        self,
        individuals: Selection | Collection[str] | None = None,
        *,
        min_kinship: float = _THIRD_DEGREE,
        min_frequency: float = 0.01,
    ) -> pd.DataFrame:
        """Estimate how nearly pairs of individuals are related.

        Parameters
        ----------
        individuals
            Only these.
        min_kinship
            Leave out pairs below; the default is the least of third-degree relatives.
        min_frequency
            Leave out variants whose rarer allele has a smaller frequency.

        Returns
        -------
        One row a pair, nearest first: ``individual_1``, ``individual_2``,
        ``n_both_heterozygous``, ``n_opposite`` and ``kinship``, 0.25 for parents, children and
        siblings; see `gdi_spe.analysis.structure.kinship`. The rows are about people and cannot
        be exported.

        Notes
        -----
        KING's robust estimate (Manichaikul et al. 2010), as plink2's ``--make-king-table``. Few
        variants tell little: with a thousand, unrelated people look like cousins.

        Examples
        --------
        >>> pairs = cohort.kinship(min_kinship=0.2)
        >>> bool((pairs["kinship"] >= 0.2).all())
        True
        """
        from gdi_spe.analysis.structure.kinship import kinship

        return kinship(
            self.folder,
            ids_of(individuals),
            min_kinship=min_kinship,
            min_frequency=min_frequency,
        )

    def unrelated(
        self,
        individuals: Selection | Collection[str] | None = None,
        *,
        prefer: Selection | Collection[str] | None = None,
        max_kinship: float = _THIRD_DEGREE,
    ) -> list[str]:
        """Choose individuals of whom no two are relatives.

        Parameters
        ----------
        individuals
            Whom to choose from; everybody without it.
        prefer
            Those who are to stay, such as cases: others leave for them.
        max_kinship
            No two may be nearer.

        Returns
        -------
        Their identifiers, sorted. Who has most relatives leaves first, and nobody who could stay
        is left out; there may be a larger set.

        Examples
        --------
        >>> quality = cohort.variant_qc(individuals=cohort.unrelated(max_kinship=0.3))
        >>> bool((quality["n_called"] > 0).any())
        True
        """
        from gdi_spe.analysis.structure.relatives import unrelated

        pairs = self.kinship(individuals, min_kinship=max_kinship)
        people = ids_of(individuals)
        if people is None:
            people = self.folder.table("individuals")["individual_id"].to_pylist()
        return unrelated(pairs, people, ids_of(prefer) or ())

    def linkage(
        self,
        region: str | None = None,
        gene: str | Sequence[str] | None = None,
        individuals: Selection | Collection[str] | None = None,
        *,
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
        individuals: Selection | Collection[str] | None = None,
        *,
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
        individuals: Selection | Collection[str] | None = None,
        *,
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
