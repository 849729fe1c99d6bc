"""Ancestry and relatives."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gdi_spe.workspace.asking.selection import Selection
from gdi_spe.workspace.cohort.held import Held, ids_of

if TYPE_CHECKING:
    import pandas as pd


class Structuring(Held):
    """Find the structure of a cohort."""

    def pca(self, n_components: int = 10, individuals: Selection | None = None) -> pd.DataFrame:
        """Find the directions in which ancestry varies; see `gdi_spe.analysis.structure.pca`.

        The names of its columns may be covariates of `association` from then on.

        Examples
        --------
        >>> cohort.association("height", ["age", "sex", *cohort.pca(10)])  # doctest: +SKIP
        """
        from gdi_spe.analysis.structure.pca import pca

        table = pca(self.folder, n_components, ids_of(individuals))
        self._components = {str(name): table[name].to_dict() for name in table.columns}
        return table

    def kinship(self, individuals: Selection | None = None, **words: float) -> pd.DataFrame:
        """Estimate how nearly pairs are related; see `gdi_spe.analysis.structure.kinship`."""
        from gdi_spe.analysis.structure.kinship import kinship

        return kinship(self.folder, ids_of(individuals), **words)
