"""Families: how variants came to children."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from gdi_spe.workspace.asking.held import Held
from gdi_spe.workspace.asking.selection import Selection, ids_of

if TYPE_CHECKING:
    import pandas as pd

    from gdi_spe.analysis.inheritance.patterns import Bounds

Names = str | Sequence[str] | None


class Inheriting(Held):
    """Follow variants through the families of a cohort."""

    def mendelian_errors(
        self,
        pedigree: pd.DataFrame | None = None,
        *,
        individuals: Selection | Collection[str] | None = None,
    ) -> pd.DataFrame:
        """Count the calls of each child that its parents' calls cannot give.

        Parameters
        ----------
        pedigree
            ``individual_id``, ``father_id``, ``mother_id``; without it the cohort's own table.
        individuals
            Only these children.

        Returns
        -------
        One row a child of whom both parents are here: ``individual_id``, ``father_id``,
        ``mother_id``, ``n_variants`` (looked at: whoever matters was called), ``n_errors`` and
        ``error_rate`` (NaN where nothing was looked at). A rate far above the others' says that
        parents are not the parents, or a sample is another's. Rows about people:
        ``attrs["exportable"]`` is False.

        Raises
        ------
        NoPedigree
            If there is no child with both parents.
        BadInput
            If the pedigree contradicts itself.

        Examples
        --------
        >>> errors = cohort.mendelian_errors()
        >>> int((errors["error_rate"] > 0.01).sum())  # a father who is not the father
        1
        """
        from gdi_spe.analysis.inheritance.mendel import mendelian_errors

        return mendelian_errors(self.folder, pedigree, ids_of(individuals))

    def de_novo(
        self,
        pedigree: pd.DataFrame | None = None,
        *,
        individuals: Selection | Collection[str] | None = None,
        gene: Names = None,
        consequence: Names = None,
        max_frequency: float = 0.001,
        bounds: Bounds | None = None,
    ) -> pd.DataFrame:
        """Find alleles that a child has and neither parent.

        Parameters
        ----------
        pedigree
            ``individual_id``, ``father_id``, ``mother_id``; without it the cohort's own table.
        gene, consequence
            Only variants of these genes, with these consequences.
        max_frequency
            The greatest frequency of the allele among individuals outside these families.
        bounds
            Least GQ and DP of all three, least share of the child's reads that have the allele, and
            the greatest of either parent's. Each is asked where the dataset kept it.
        individuals
            Only these children.

        Returns
        -------
        One row a child and variant: ``individual_id``, ``chromosome``, ``position``, ``reference``,
        ``alternate``, ``id``, ``gene``, ``consequence``, ``others_frequency``, and ``gq``, ``dp``,
        ``allele_balance`` of the child with ``father_`` and ``mother_`` before those of the parents
        (NaN where not kept). ``attrs["not_kept"]`` names what was not. Rows about people:
        ``attrs["exportable"]`` is False. A candidate is no proof: a missed call of a parent looks
        the same.

        Raises
        ------
        NoPedigree
            If no child has both parents in the cohort.
        BadInput
            If the pedigree contradicts itself, or a gene or consequence is unknown.

        Notes
        -----
        All that matter must be called: both parents on autosomes and for daughters' X, the mother
        for a son's X outside the pseudoautosomal regions and for mitochondria, the father for Y.
        Warns `QualitiesNotKept` where GQ, DP or AD was not kept.

        Examples
        --------
        >>> new = cohort.de_novo(consequence="damaging")
        >>> new["gene"].value_counts().to_dict()
        {'BRAF': 3}
        """
        from gdi_spe.analysis.inheritance.patterns import de_novo

        return de_novo(
            self.folder,
            pedigree,
            ids_of(individuals),
            gene=gene,
            consequence=consequence,
            max_frequency=max_frequency,
            bounds=bounds,
        )

    def inherited(
        self,
        pattern: str = "recessive",
        pedigree: pd.DataFrame | None = None,
        *,
        individuals: Selection | Collection[str] | None = None,
        unaffected: Selection | Collection[str] | None = None,
        gene: Names = None,
        consequence: Names = "damaging",
        max_frequency: float = 0.01,
    ) -> pd.DataFrame:
        """Find variants that fit a pattern of inheritance in affected children.

        Parameters
        ----------
        pattern
            ``"recessive"``: two copies in the child, and one in each parent who is here.
            ``"x-linked"``: on a son's X, from a mother who has one copy (or is not here).
        individuals
            Only these children: the affected ones.
        unaffected
            People of whom nobody may have it as the children do.
        pedigree, gene, consequence, max_frequency
            As of `de_novo`.

        Returns
        -------
        One row a child and variant, with the columns of `de_novo` and ``parents``: ``both``,
        ``father``, ``mother``, whoever was called and fits; ``none`` where neither was called. Rows
        about people: ``attrs["exportable"]`` is False.

        Raises
        ------
        NoPedigree
            If the parents of none of the children are here.
        BadInput
            If the pattern, a gene or a consequence is unknown, or the pedigree contradicts itself.

        Examples
        --------
        >>> found = cohort.inherited("recessive", consequence="damaging", max_frequency=0.001)
        >>> found[["gene", "parents"]].values.tolist()
        [['RYR1', 'both']]
        """
        from gdi_spe.analysis.inheritance.patterns import inherited

        return inherited(
            self.folder,
            pattern,
            pedigree,
            ids_of(individuals),
            unaffected=ids_of(unaffected) or (),
            gene=gene,
            consequence=consequence,
            max_frequency=max_frequency,
        )

    def compound_heterozygous(
        self,
        pedigree: pd.DataFrame | None = None,
        *,
        individuals: Selection | Collection[str] | None = None,
        gene: Names = None,
        consequence: Names = "damaging",
        max_frequency: float = 0.01,
        use_phase: bool = True,
        unknown: bool = True,
    ) -> pd.DataFrame:
        """Find pairs of variants of a gene, one on each of a child's chromosomes.

        Parameters
        ----------
        individuals
            Only these children.
        pedigree
            ``individual_id``, ``father_id``, ``mother_id``; without it the cohort's own table.
        gene
            Symbols or Ensembl identifiers; without them all genes.
        consequence
            Groups or Sequence Ontology names: what both variants do to the gene.
        max_frequency
            The greatest frequency of either allele among individuals outside these families.
        use_phase
            Whether calls that were phased (``|``) tell where parents do not.
        unknown
            Whether pairs whose phase nothing tells are among the rows.

        Returns
        -------
        One row a child and pair: ``individual_id``, ``gene``, ``gene_id``, ``chromosome``, and of
        each variant ``position``, ``reference``, ``alternate``, ``consequence``; ``phase`` is
        ``trans by both parents`` (each parent has one of them, and only one), ``trans by one
        parent`` (the one who is here is homozygous for one and has not the other), ``trans by
        phased calls`` or ``unknown``. Pairs that lie on one chromosome are left out. Rows about
        people: ``attrs["exportable"]`` is False.

        Raises
        ------
        NoPedigree
            If the parents of none of the children are here.
        BadInput
            If a gene or consequence is unknown, or the pedigree contradicts itself.

        Notes
        -----
        The store keeps which allele was written first, and no phase sets: all phased calls of a
        chromosome are taken for one set, which is wrong where reads phased short stretches only.
        Believe ``trans by phased calls`` where the whole chromosome was phased. On X outside the
        pseudoautosomal regions daughters alone can have two.

        Examples
        --------
        >>> pairs = cohort.compound_heterozygous(consequence="damaging", max_frequency=0.001)
        >>> pairs[["gene", "phase"]].values.tolist()
        [['RYR1', 'trans by both parents'], ['RYR1', 'trans by both parents']]
        """
        from gdi_spe.analysis.inheritance.compound import compound_heterozygous

        return compound_heterozygous(
            self.folder,
            pedigree,
            ids_of(individuals),
            gene=gene,
            consequence=consequence,
            max_frequency=max_frequency,
            use_phase=use_phase,
            unknown=unknown,
        )
