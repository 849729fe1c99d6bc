"""Reference panels of ancestry: weights of variants, and where populations lie; no individuals."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
from numpy.typing import NDArray

from gdi_spe.analysis.groups import NOT_RECORDED, By, groups_of
from gdi_spe.analysis.structure.eigen import blocks, of_matrix, relationship
from gdi_spe.analysis.structure.independent import Common, independent
from gdi_spe.analysis.structure.pca import TooLittleToTell
from gdi_spe.analysis.structure.relatives import without_relatives
from gdi_spe.analysis.variants.choice import keys_of
from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.folder import Folder

Floats = NDArray[np.float64]
WEIGHTS, POPULATIONS = "weights.parquet", "populations.parquet"
PLACE = ("chromosome", "position", "reference", "alternate")
_ASSEMBLY = b"gdi-spe.assembly"
_MADE = "Name a folder that cohort.ancestry_panel(...) made"
# A population of fewer is not told apart: its spread is not known.
LEAST_OF_A_POPULATION = 20


@dataclass(frozen=True)
class Panel:
    """A reference panel.

    ``weights`` has a row a variant: its place, ``frequency`` of the alternate, ``PC1`` and on.
    ``centres`` has a row a population, ``spreads`` their covariances, shape
    ``(populations, components, components)``.
    """

    assembly: str
    weights: pd.DataFrame
    populations: tuple[str, ...]
    centres: Floats
    spreads: Floats

    @property
    def components(self) -> list[str]:
        """Names of the components."""
        return [name for name in self.weights.columns if name.startswith("PC")]

    def save(self, folder: str | Path) -> None:
        """Write the two files of a panel."""
        target = Path(folder)
        target.mkdir(parents=True, exist_ok=True)
        weights = pa.Table.from_pandas(self.weights, preserve_index=False)
        weights = weights.replace_schema_metadata({_ASSEMBLY: self.assembly.encode()})
        pq.write_table(weights, target / WEIGHTS)
        table = {
            "population": list(self.populations),
            "centre": self.centres.tolist(),
            "covariance": self.spreads.reshape(len(self.populations), -1).tolist(),
        }
        pq.write_table(pa.table(table), target / POPULATIONS)

    @staticmethod
    def load(folder: str | Path) -> Panel:
        """Read a panel.

        Raises
        ------
        BadInput
            If a file or column is not there, or the numbers do not fit together.
        """
        source = Path(folder)
        try:
            weights, told = (pq.read_table(source / name) for name in (WEIGHTS, POPULATIONS))
        except (OSError, pa.ArrowException) as error:
            raise BadInput(
                f"this is no panel ({type(error).__name__})", source=source.name, remedy=_MADE
            ) from None
        names = [name for name in weights.column_names if name.startswith("PC")]
        assembly = (weights.schema.metadata or {}).get(_ASSEMBLY, b"").decode()
        lacking = {*PLACE, "frequency"} - set(weights.column_names)
        lacking |= {"population", "centre", "covariance"} - set(told.column_names)
        if lacking or not names or not assembly:
            raise BadInput(
                f"the panel lacks {', '.join(sorted(lacking)) or 'components or its assembly'}",
                source=source.name,
                remedy=_MADE,
            )
        n, k = told.num_rows, len(names)
        centres, spreads = (
            np.array([value for row in told[name].to_pylist() for value in row], float)
            for name in ("centre", "covariance")
        )
        if centres.size != n * k or spreads.size != n * k * k:
            why = "centres and covariances do not fit the components"
            raise BadInput(why, source=source.name, remedy=_MADE)
        return Panel(
            assembly,
            weights.to_pandas(),
            tuple(told["population"].to_pylist()),
            centres.reshape(n, k),
            spreads.reshape(n, k, k),
        )


def make_panel(
    folder: Folder,
    by: By = "population",
    n_components: int = 10,
    individuals: Collection[str] | None = None,
    *,
    min_frequency: float = 0.05,
    max_r2: float = 0.2,
) -> Panel:
    """Make a reference panel of a cohort whose populations are known.

    Parameters
    ----------
    folder
        The cohort, such as one of 1000 Genomes.
    min_frequency, max_r2
        Variants, as of `pca`.
    by, n_components, individuals
        As of a cohort's `ancestry_panel`.

    Returns
    -------
    A panel without individuals: `Panel.save` writes it. Populations of fewer than 20 unrelated
    individuals are left out.
    """
    people = without_relatives(folder, individuals)
    groups = [
        group
        for group in groups_of(folder, by, people)
        if group.n_individuals >= LEAST_OF_A_POPULATION and group.name != NOT_RECORDED
    ]
    if len(groups) < 2:
        raise TooLittleToTell(
            f"{len(groups)} populations of {LEAST_OF_A_POPULATION} unrelated individuals or more",
            remedy="Give a cohort of several populations",
        )
    base = np.sort(np.concatenate([group.samples[::2] for group in groups]))
    chosen = independent(folder, base, min_frequency, max_r2)
    n_variants = sum(len(each.rows) for each in chosen)
    if min(len(base) - 1, n_variants) <= n_components:
        raise TooLittleToTell(f"{n_variants} variants for {n_components} components")
    values, vectors = of_matrix(relationship(folder, chosen, base), n_components)
    parts = [block.values.astype(float) @ vectors for block in blocks(folder, chosen, base)]
    weights = np.concatenate(parts) / np.sqrt(n_variants * values)
    table = _named(folder, chosen, weights)
    coordinates = [_coordinates(folder, chosen, weights, group.samples[1::2]) for group in groups]
    spreads = np.array([np.cov(found, rowvar=False) for found in coordinates])
    sizes = np.array([len(found) for found in coordinates])
    return Panel(
        folder.assembly,
        table,
        tuple(group.name for group in groups),
        np.array([found.mean(axis=0) for found in coordinates]),
        _steadied(spreads, sizes),
    )


def _named(folder: Folder, chosen: list[Common], weights: Floats) -> pd.DataFrame:
    parts = []
    for each in chosen:
        keys = keys_of(folder, each.chromosome).take(pa.array(each.rows))
        part = keys.select(PLACE[1:]).to_pandas()
        part.insert(0, "chromosome", each.chromosome)
        parts.append(part.assign(frequency=each.frequency))
    table = pd.concat(parts, ignore_index=True)
    names = [f"PC{number}" for number in range(1, weights.shape[1] + 1)]
    return pd.concat([table, pd.DataFrame(weights, columns=names)], axis=1)


def _coordinates(
    folder: Folder, chosen: list[Common], weights: Floats, people: NDArray[np.int64]
) -> Floats:
    """Project people on all variants of the panel; missing calls are left out of each."""
    found, n_called, first = np.zeros((len(people), weights.shape[1])), np.zeros(len(people)), 0
    for block in blocks(folder, chosen, people):
        part = weights[first : first + len(block.values)]
        found += block.values.T.astype(float) @ part
        n_called += len(part)
        if block.missing is not None:
            n_called -= block.missing.sum(axis=0)
        first += len(part)
    scaled: Floats = found * (first / np.maximum(n_called, 1))[:, None]
    return scaled


def _steadied(spreads: Floats, sizes: NDArray[np.integer]) -> Floats:
    """Draw covariances of small populations towards the common one, so that all can be inverted."""
    k = spreads.shape[1]
    common = (spreads * (sizes - 1)[:, None, None]).sum(axis=0) / (sizes - 1).sum()
    share = (k / (k + sizes))[:, None, None]
    steadied: Floats = (1 - share) * spreads + share * common
    return steadied
