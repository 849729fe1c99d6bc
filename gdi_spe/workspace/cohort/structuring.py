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
            The components are found among individuals of whom no two are nearer; the others are put
            in their place. ``None`` leaves everybody in. With few variants only nearer relatives
            can be told from chance, and only they leave.

        Returns
        -------
        One row an individual (the index), columns ``PC1`` and on: what may be covariates of
        `association`. ``attrs`` has the eigenvalues, how many variants and individuals they come
        from, and who was put in place (``projected``): those are drawn a little to the middle. A
        point is a person: no export.

        Raises
        ------
        TooLittleToTell
            If there are not more individuals and variants than components.

        Notes
        -----
        Eigenvectors of the genetic relationship matrix (Price et al. 2006, Nat Genet 38:904) over
        autosomal variants outside long-range linkage disequilibrium and the major
        histocompatibility complex of the assembly. Each pair counts over the variants that both
        have called, as plink2's ``--pca`` does. Above 6,000 individuals the matrix is not held, a
        missing call is the mean, and a `Caution` tells of components that do not settle. Each
        component's sign is that of its largest entry. Components whose eigenvalues are alike (the
        last ones asked for, often) are a basis of a space, and may turn in it with the smallest
        change of the data.

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
        One row a pair, nearest first: ``individual_1``, ``individual_2``, ``n_both_heterozygous``,
        ``n_opposite`` (variants at which they are homozygous for different alleles) and
        ``kinship``: 0.5 for twins, 0.25 for parents, children and siblings, 0.125 and 0.0625 for
        the second and third degree; below 0 for people of different ancestry. The rows are about
        people and cannot be exported.

        Raises
        ------
        BadInput
            If nobody is meant, or no autosomal variant is common enough.

        Notes
        -----
        KING-robust between families (Manichaikul et al. 2010, equation 11), over the autosomes,
        which needs no allele frequencies and so no ancestry: plink2's ``--make-king-table``, by the
        same formula. Few variants tell little: with a thousand, unrelated people look like cousins.

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
        The panel, for `assign_populations`: weights of variants, and the centre and spread of each
        population of 20 unrelated individuals or more. Nobody is in it by themselves; it is still
        made of people, and leaves like any result.

        Raises
        ------
        TooLittleToTell
            If fewer than two populations are left, or there are too few variants.

        Notes
        -----
        Every other individual of a population gives the directions, and the rest say where it lies:
        people whom a direction was made of lie further out than others of the same ancestry do.

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
            centre: who is of none of the populations is far from all.

        Returns
        -------
        One row an individual (the index): ``population`` or ``unknown``, ``probability`` of the
        likeliest, ``distance`` from its centre (Mahalanobis), the probability of each population
        (``p_`` and its name), and ``PC1`` and on. ``attrs["n_variants"]`` of the panel were found.
        A row is about a person: no export.

        Raises
        ------
        TooLittleToTell
            If fewer than 200 variants of the panel are in the cohort.
        BadInput
            If the panel is of another assembly.

        Notes
        -----
        Coordinates are the least-squares projection on the panel's directions over the variants
        that the cohort has; each population is a normal distribution, and all are as likely before.
        People of mixed ancestry lie between populations, and are ``unknown``. Ancestry is a
        direction of variation, not an identity. A variant that nobody of the cohort carries is not
        in it and is left out, which draws a small cohort of one ancestry a little to the middle.

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
