"""The people of a cohort version as the ledger counts them: by their columns, or by a condition."""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from numpy.typing import NDArray

from gdi_spe.boundary.errors import BadInput, SpeError
from gdi_spe.query.evaluate import Evaluator
from gdi_spe.query.written import condition_of
from gdi_spe.store.folder import CohortFolder


class NotAsked(BadInput):
    """What a side-car names cannot be asked of the cohort."""

    code = "ledger-not-asked"


class Cohort:
    """One cohort version in its folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        manifest = json.loads((folder / "manifest.json").read_bytes())
        self.id = str(manifest["cohort_id"])
        self.version = int(manifest["version"])
        self.project = str(manifest["project"]["slug"])

    @cached_property
    def individuals(self) -> pa.Table:
        """The individuals, their plain columns only."""
        read = pq.read_table(self.folder / "individuals.parquet")
        plain = [
            f.name for f in read.schema
            if pa.types.is_string(f.type) or pa.types.is_large_string(f.type)
            or pa.types.is_integer(f.type) or pa.types.is_boolean(f.type)
        ]  # fmt: skip
        return read.select(plain)

    @cached_property
    def names(self) -> list[str]:
        """The pseudonyms of the individuals, in their order."""
        return [str(name) for name in self.individuals["individual_id"].to_pylist()]

    @cached_property
    def _coded(self) -> dict[str, tuple[dict[str, int], NDArray[np.int64]]]:
        return {}

    def _codes(self, column: str) -> tuple[dict[str, int], NDArray[np.int64]]:
        """Return a number for each value of a column, and that of each individual."""
        if column not in self._coded:
            if column not in self.individuals.column_names:
                raise NotAsked(f"individuals have no column {column!r}")
            texts = pc.fill_null(self.individuals[column].cast(pa.string()), "")
            coded = texts.combine_chunks().dictionary_encode()
            values = {str(value): i for i, value in enumerate(coded.dictionary.to_pylist())}
            self._coded[column] = values, coded.indices.to_numpy().astype(np.int64)
        return self._coded[column]

    def values(self, column: str) -> Mapping[str, int]:
        """Return the values that a column has."""
        return self._codes(column)[0]

    def those(self, where: Mapping[str, str]) -> NDArray[np.bool_]:
        """Return who has every one of these values."""
        mask = np.ones(self.individuals.num_rows, dtype=bool)
        for column, value in where.items():
            values, codes = self._codes(column)
            mask &= codes == values.get(value, -1)
        return mask

    def selected(self, condition: Mapping[str, Any] | None) -> NDArray[np.bool_]:
        """Return who meets a condition that was written as data; everybody without one."""
        if condition is None:
            return np.ones(self.individuals.num_rows, dtype=bool)
        try:
            asked = condition_of(condition)
            present = self._evaluator.outcome(asked).present
        except SpeError as error:
            raise NotAsked(f"the selection cannot be asked: {error}") from None
        # TRUST: whom the words select is found here, by the node's own evaluator, and not told.
        return np.array([name in present for name in self.names])

    @cached_property
    def _evaluator(self) -> Evaluator:
        return Evaluator(CohortFolder(self.folder))
