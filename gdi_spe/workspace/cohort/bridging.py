"""The cohort in the forms of other tools."""

from __future__ import annotations

from typing import Any

from gdi_spe.workspace.cohort.held import Held


class Bridging(Held):
    """Hand a cohort to other tools."""

    def to_hail(self) -> Any:
        """Return the cohort as a Hail MatrixTable, in a Hail that starts without network.

        Returns
        -------
        Rows by locus and alleles with ``gene`` and ``consequence``, columns by sample with the
        fields of ``individuals``, entries with ``GT``, unphased. Hail takes a half-missing call
        for missing, where this library counts the allele it has: such variants have a smaller
        AC or AN there.

        Raises
        ------
        BadInput
            If Hail is not in this environment.
        """
        from gdi_spe.workspace.bridges import hail

        return hail.matrix_table(self.folder)
