"""Tumours against the germline."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from gdi_spe.workspace.asking.held import Held
from gdi_spe.workspace.asking.selection import Selection, ids_of

if TYPE_CHECKING:
    import pandas as pd

Names = str | Sequence[str] | None


class Comparing(Held):
    """Compare each tumour sample with the germline of the same individual."""

    def somatic(
        self,
        *,
        individuals: Selection | Collection[str] | None = None,
        gene: Names = None,
        consequence: Names = None,
        max_frequency: float = 0.001,
        min_dp: float = 8,
        min_balance: float = 0.05,
        max_germline_balance: float = 0.02,
    ) -> pd.DataFrame:
        """Find alleles that a tumour has and the germline of the same individual has not.

        Parameters
        ----------
        individuals
            Only these individuals.
        gene, consequence
            Only variants of these genes, with these consequences.
        max_frequency
            The greatest frequency of the allele among everybody's germline.
        min_dp, min_balance, max_germline_balance
            Least depth of both, least share of the tumour's reads with the allele, and greatest of
            the germline's. Each is asked where the dataset kept it.

        Returns
        -------
        One row a tumour sample and variant: ``individual_id``, ``sample_id``, ``chromosome``,
        ``position``, ``reference``, ``alternate``, ``id``, ``gene``, ``consequence``,
        ``germline_frequency``, and ``tumour_`` and ``germline_`` ``gq``, ``dp`` and
        ``allele_balance`` (the variant allele fraction; NaN where not kept). ``attrs["not_kept"]``
        names what was not. Rows about people: ``attrs["exportable"]`` is False. Candidates, not
        calls: no model of purity, contamination or strand stands behind them.

        Raises
        ------
        NoTumours
            If nobody has both samples.
        BadInput
            If a gene or consequence is unknown.

        Notes
        -----
        Calls are taken as written, whatever the sex, since a tumour need not have its individual's
        number of chromosomes. A germline call that is missing, half too, is no absence. Warns
        `QualitiesNotKept` where GQ, DP or AD was not kept.

        Examples
        --------
        >>> found = cohort.somatic(gene="BRAF")
        >>> found[["position", "alternate"]].drop_duplicates().values.tolist()
        [[140753336, 'T']]
        """
        from gdi_spe.analysis.tumours.pairs import somatic

        return somatic(
            self.folder,
            ids_of(individuals),
            gene=gene,
            consequence=consequence,
            max_frequency=max_frequency,
            min_dp=min_dp,
            min_balance=min_balance,
            max_germline_balance=max_germline_balance,
        )

    def loss_of_heterozygosity(
        self,
        *,
        individuals: Selection | Collection[str] | None = None,
        gene: Names = None,
        consequence: Names = None,
        min_dp: float = 8,
    ) -> pd.DataFrame:
        """List where the germline has two alleles and the tumour of the same individual one.

        Parameters
        ----------
        individuals
            Only these individuals.
        gene, consequence
            Only variants of these genes, with these consequences.
        min_dp
            Least depth of both samples, asked where the dataset kept it.

        Returns
        -------
        One row a tumour sample and variant: the columns of `somatic` but ``germline_frequency``,
        and ``lost``: ``"alternate"`` or ``"reference"``. ``attrs["informative"]`` is a table of
        each sample and chromosome with ``n_informative`` (heterozygous in the germline and called
        in the tumour), ``n_lost`` and ``share``: one lost call can be a mistake, a chromosome full
        of them hardly. Rows about people: ``attrs["exportable"]`` is False.

        Raises
        ------
        NoTumours
            If nobody has both samples.
        BadInput
            If a gene or consequence is unknown.

        Examples
        --------
        >>> informative = cohort.loss_of_heterozygosity().attrs["informative"]
        >>> informative.loc[informative["share"] > 0.8, "chromosome"].unique().tolist()
        ['chr10']
        """
        from gdi_spe.analysis.tumours.pairs import loss_of_heterozygosity

        return loss_of_heterozygosity(
            self.folder, ids_of(individuals), gene=gene, consequence=consequence, min_dp=min_dp
        )
