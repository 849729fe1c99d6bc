"""Tables about chosen people under a project's pseudonyms, in an order that tells nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gdi_spe.node.cohorts import pedigree
from gdi_spe.node.cohorts.pseudonyms import pseudonym
from gdi_spe.node.cohorts.selecting import Chosen
from gdi_spe.store.schemas import PERSON_TABLES, SAMPLES


@dataclass(frozen=True)
class Renamed:
    """The people taken from one dataset: their names there, and in the project."""

    chosen: Chosen
    people: pa.Array
    pseudonyms: pa.Array
    # One row a sample: its column in the dataset's calls, and its row of the table of samples.
    samples: pa.Table
    _key: bytes
    _project: str

    @staticmethod
    def of(chosen: Chosen, key: bytes, project: str) -> Renamed:
        """Name the people and samples of one dataset."""
        people = sorted(chosen.people)
        names = pa.array([pseudonym(key, "I", project, name) for name in people], pa.string())
        made = Renamed(chosen, pa.array(people, pa.string()), names, SAMPLES.empty_table(),
                       key, project)  # fmt: skip
        return Renamed(chosen, made.people, names, made._samples(), key, project)

    def table(self, name: str) -> pa.Table:
        """Return one table about the chosen people, under their pseudonyms."""
        table = self.chosen.folder.table(name)
        if name == "pedigree":
            table = pedigree.restricted(table, self.chosen.people)
        place = pc.index_in(table["individual_id"], value_set=self.people)
        # TRUST: a row goes on only by the name of somebody chosen; nothing else is looked at.
        table = table.filter(pc.is_valid(place))
        table = self._named(table, "individual_id")
        if name == "pedigree":
            for parent in pedigree.PARENTS:
                table = self._named(table, parent)
            table = self._coded(table, "family_id", "F")
        return table.cast(PERSON_TABLES[name])

    def _samples(self) -> pa.Table:
        return self._coded(self.table("samples"), "sample_id", "S")

    def _named(self, table: pa.Table, column: str) -> pa.Table:
        """Put pseudonyms in the place of names; nothing stays nothing."""
        place = pc.index_in(table[column], value_set=self.people)
        return _with(table, column, pc.take(self.pseudonyms, place))

    def _coded(self, table: pa.Table, column: str, kind: str) -> pa.Table:
        """Put a pseudonym of its own in the place of each sample's or family's name."""
        dataset = self.chosen.ref.dataset_id
        names = [
            None if name is None else pseudonym(self._key, kind, self._project, dataset, name)
            for name in table[column].to_pylist()
        ]
        return _with(table, column, pa.chunked_array([pa.array(names, pa.string())]))


def _with(table: pa.Table, column: str, values: pa.ChunkedArray) -> pa.Table:
    place = table.schema.get_field_index(column)
    return table.set_column(place, pa.field(column, pa.string()), values)


def together(parts: Sequence[Renamed], name: str) -> pa.Table:
    """Return one table of the cohort, by pseudonym; a person's rows keep their order."""
    table = pa.concat_tables([part.table(name) for part in parts])
    return table.take(pc.sort_indices(table, [("individual_id", "ascending")])).combine_chunks()


def samples_together(parts: Sequence[Renamed]) -> tuple[pa.Table, list[NDArray[np.int64]]]:
    """Return the cohort's samples, and the place in it of each sample of each dataset."""
    table = pa.concat_tables([part.samples for part in parts])
    # A person's samples keep the dataset's order, of which the first germline one is counted.
    names = ("individual_id", "sample_index", "sample_id")
    keys = [(name, "ascending") for name in names]
    order = pc.sort_indices(table, keys).to_numpy()
    place = np.empty(len(order), np.int64)
    place[order] = np.arange(len(order))
    sizes = np.cumsum([part.samples.num_rows for part in parts])
    index = pa.array(np.arange(len(order), dtype=np.int32))
    numbered = table.take(pa.array(order)).set_column(0, SAMPLES.field("sample_index"), index)
    return numbered.combine_chunks().cast(SAMPLES), np.split(place, sizes[:-1])
