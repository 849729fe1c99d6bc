"""Ancestry and relatives."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

from gdi_spe.workspace.asking.held import Held
from gdi_spe.workspace.asking.selection import Selection, ids_of
from gdi_spe.workspace.progress import progress

if TYPE_CHECKING:
    import pandas as pd

    from gdi_spe.analysis.groups import By
    from gdi_spe.analysis.structure.panel import Panel

# The least kinship of the third degree (Manichaikul et al. 2010).
_THIRD_DEGREE = 2**-4.5


class Structuring(Held):
    """Find the structure of a cohort."""

    def pca(
        self,
        n_components: int = 10,
        *,
        individuals: Selection | Collection[str] | None = None,
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
        *,
        individuals: Selection | Collection[str] | None = None,
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
        from gdi_spe.analysis.structure.kinship import kinship, n_pairs

        chosen = ids_of(individuals)
        n_individuals = len(self.folder.germline) if chosen is None else len(chosen)
        with progress("kinship", n_pairs(n_individuals)) as advance:
            return kinship(
                self.folder,
                chosen,
                min_kinship=min_kinship,
                min_frequency=min_frequency,
                progress=advance,
            )

    def unrelated(
        self,
        *,
        individuals: Selection | Collection[str] | None = None,
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

        pairs = self.kinship(individuals=individuals, min_kinship=max_kinship)
        people = ids_of(individuals)
        if people is None:
            people = self.folder.table("individuals")["individual_id"].to_pylist()
        return unrelated(pairs, people, ids_of(prefer) or ())

    def ancestry_panel(
        self,
        target: str | Path,
        by: By = "population",
        *,
        n_components: int = 10,
        individuals: Selection | Collection[str] | None = None,
    ) -> Panel:
        """Make a reference panel of a cohort whose populations are known, and write it.

        Parameters
        ----------
        target
            The folder to write.
        by
            What names the populations.
        n_components
            How many directions to tell them apart by.
        individuals
            Only these.

        Returns
        -------
        The panel, for `assign_populations`: weights of variants, and the centre and spread of
        each population of 20 unrelated individuals or more. Nobody is in it by themselves; it is
        still made of people, and leaves like any result.

        Examples
        --------
        >>> panel = cohort.ancestry_panel("panel", n_components=2)
        >>> len(panel.components)
        2
        """
        from gdi_spe.analysis.structure.panel import make_panel

        panel = make_panel(self.folder, by, n_components, ids_of(individuals))
        panel.save(target)
        return panel

    def assign_populations(
        self,
        panel: Panel | str | Path,
        *,
        individuals: Selection | Collection[str] | None = None,
        min_probability: float = 0.9,
        max_outside: float = 0.999,
    ) -> pd.DataFrame:
        """Say which population of a reference panel each individual is like, or none.

        Parameters
        ----------
        panel
            A panel, or the folder of one; the page on ancestry panels describes the files.
        individuals
            Only these.
        min_probability
            Say ``unknown`` where the likeliest population is less likely.
        max_outside
            Say ``unknown`` where such a share of the population's own people lies nearer to its
            centre.

        Returns
        -------
        One row an individual: ``population`` or ``unknown``, ``probability``, ``distance``, the
        probability of each population, and the coordinates; see
        `gdi_spe.analysis.structure.assignment`. A row is about a person: no export.

        Examples
        --------
        >>> panel = cohort.ancestry_panel("panel", n_components=2)
        >>> told = cohort.assign_populations(panel)
        >>> "unknown" in told["population"].unique()
        True
        """
        from gdi_spe.analysis.structure.assignment import assign_populations
        from gdi_spe.analysis.structure.panel import Panel

        return assign_populations(
            self.folder,
            panel if isinstance(panel, Panel) else Panel.load(panel),
            ids_of(individuals),
            min_probability=min_probability,
            max_outside=max_outside,
        )
