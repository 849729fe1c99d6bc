"""Counts and quality of variants and samples."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from gdi_spe.workspace.asking.selection import Selection
from gdi_spe.workspace.cohort.held import Held, ids_of
from gdi_spe.workspace.outputs import recipes

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
        individuals: Selection | None = None,
        min_allele_count: int = 0,
    ) -> pd.DataFrame:
        """Count alleles and estimate frequencies; see `gdi_spe.analysis.frequencies`."""
        from gdi_spe.analysis.frequencies import allele_frequencies

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
        individuals: Selection | None = None,
        *,
        mid_p: bool = False,
    ) -> pd.DataFrame:
        """Summarise the calls of each variant; see `gdi_spe.analysis.quality`."""
        from gdi_spe.analysis.quality import variant_qc

        return variant_qc(self.folder, region, gene, ids_of(individuals), mid_p=mid_p)
