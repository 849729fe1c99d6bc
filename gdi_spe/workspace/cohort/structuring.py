"""Ancestry and relatives."""

from __future__ import annotations

from collections.abc import Collection
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
