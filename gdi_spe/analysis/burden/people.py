"""Whom a test of sets is about: the model without variants, and counts of carriers in it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from scipy import sparse

from gdi_spe.analysis.regression.model import Model, model_of
from gdi_spe.analysis.regression.relatives import warn_of_relatives
from gdi_spe.analysis.regression.traits import Covariates, by_name
from gdi_spe.analysis.variants.carried import families_of
from gdi_spe.boundary.errors import BadInput, shown
from gdi_spe.store.folder import Folder

KINDS = ("linear", "logistic")


@dataclass(frozen=True)
class People:
    """The model, the place of each sample among its individuals, and their families."""

    model: Model
    kind: str
    row_of: NDArray[np.int32]
    families: sparse.csr_array
    n_related_pairs: int
    assembly: str

    @property
    def n(self) -> int:
        """How many individuals."""
        return self.model.n

    @property
    def samples(self) -> NDArray[np.int64]:
        """The sample of each individual."""
        return self.model.samples

    @cached_property
    def cases(self) -> NDArray[np.bool_]:
        """Who is a case; meaningful in a logistic model alone."""
        return self.model.trait > 0

    def counted(self, carriers: sparse.csc_array) -> pd.DataFrame:
        """Count who carries each set, shape ``(individuals, sets)``: individuals and families."""
        table = pd.DataFrame({"n_carriers": _sum(carriers)})
        together = self.families @ carriers
        together.data = (together.data > 0).astype(float)
        table["n_carrier_families"] = _sum(together)
        if self.kind == "logistic":
            in_cases = np.asarray(self.cases.astype(float) @ carriers).astype(np.int64)
            table["n_carriers_cases"] = in_cases
            table["n_carriers_controls"] = table["n_carriers"] - in_cases
        return table

    def told(self) -> dict[str, object]:
        """Return the facts about everybody that a result carries."""
        told: dict[str, object] = {
            "model": self.kind,
            "assembly": self.assembly,
            "n": self.n,
            "n_left_out": self.model.n_left_out,
            "covariates": list(self.model.names[1:]),
            "n_related_pairs": self.n_related_pairs,
        }
        if self.kind == "logistic":
            n_cases = int(self.cases.sum())
            told |= {"n_cases": n_cases, "n_controls": self.n - n_cases}
        return told


def people_of(
    folder: Folder,
    trait: Mapping[str, float],
    covariates: Covariates,
    kind: str,
    individuals: Collection[str] | None = None,
    repeated: str = "refuse",
) -> People:
    """Bring a trait, covariates and samples together; see `association.model.model_of`."""
    if kind not in KINDS:
        raise BadInput(f"model={shown(kind)}", remedy="linear or logistic")
    model = model_of(folder, trait, by_name(folder, covariates, repeated), individuals)
    ids = folder.samples["individual_id"].to_pylist()
    inside = [ids[sample] for sample in model.samples]
    return People(
        model,
        kind,
        model.row_of(folder.n_samples),
        families_of(folder, inside),
        warn_of_relatives(folder, inside),
        folder.assembly,
    )


def _sum(matrix: sparse.csc_array) -> NDArray[np.int64]:
    return np.asarray(matrix.sum(axis=0)).astype(np.int64)
