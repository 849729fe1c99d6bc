"""Who is whose child: what may be told of it about a set of people."""

from __future__ import annotations

from collections.abc import Set as AbstractSet

import pyarrow as pa
import pyarrow.compute as pc

from gdi_spe.store.schemas import PEDIGREE

PARENTS = ("father_id", "mother_id")


def restricted(table: pa.Table, people: AbstractSet[str]) -> pa.Table:
    """Return what a pedigree says about these people among themselves.

    A parent outside becomes null, as does the identifier of a family of which fewer than two
    members remain; a row that then says nothing is left out. The result is the same whether
    the people outside were in the pedigree or not.
    """
    inside = pa.array(sorted(people), pa.string())
    rows = table.filter(pc.is_in(table["individual_id"], value_set=inside))
    for name in PARENTS:
        # TRUST: an identifier of somebody outside names a person nobody was granted.
        known = pc.is_in(rows[name], value_set=inside)
        rows = _replaced(rows, name, pc.if_else(known, rows[name], None))
    counted = pc.value_counts(rows["family_id"])
    shared = counted.field("values").filter(pc.greater(counted.field("counts"), 1)).drop_null()
    # TRUST: a family of one remains a family only because of somebody outside.
    together = pc.is_in(rows["family_id"], value_set=shared)
    rows = _replaced(rows, "family_id", pc.if_else(together, rows["family_id"], None))
    says = pc.or_(
        pc.is_valid(rows["family_id"]),
        pc.or_(pc.is_valid(rows["father_id"]), pc.is_valid(rows["mother_id"])),
    )
    return rows.filter(says).sort_by("individual_id")


def _replaced(table: pa.Table, name: str, values: pa.ChunkedArray) -> pa.Table:
    place = table.schema.get_field_index(name)
    return table.set_column(place, PEDIGREE.field(name), values.cast(pa.string()))
