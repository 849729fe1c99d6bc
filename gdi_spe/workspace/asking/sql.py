"""SQL over a cohort's tables in a locked DuckDB.

The lock keeps a typing mistake from reaching the work folder, and an extension from being
asked for where there is no network; it is a help, no wall: the wall is around the workspace.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.dataset as ds

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.folder import Folder
from gdi_spe.store.schemas import POPULATION_COLUMNS, TABLES, VARIANTS

if TYPE_CHECKING:
    import duckdb

CARRIERS = "carriers"
_MOST_CARRIERS = 20_000_000
_LOCKED: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_unsigned_extensions": "false",
    "python_enable_replacements": "false",
}
_PLAIN = pa.schema(
    [field for field in VARIANTS if field.name not in ("calls", *POPULATION_COLUMNS)]
)
_READ = "Start it with SELECT, WITH or FROM; keep tables in between as pandas tables"
_MISSING = re.compile(r"(?:Table with name|Referenced column|column named?) \"?([\w.]+)\"?", re.I)


class SqlNotUnderstood(BadInput):
    """A query that DuckDB cannot run, or that asks for what is locked."""

    code = "sql-not-understood"


def run(folder: Folder, text: str) -> duckdb.DuckDBPyRelation:
    """Run a query over the tables of a folder.

    Raises
    ------
    SqlNotUnderstood
        If it cannot run; a wrong name is told with the nearest.
    """
    import duckdb

    connection = duckdb.connect(config=_LOCKED)
    for name in TABLES:
        connection.register(name, folder.table(name))
    connection.register("variants", _variants(folder))
    if re.search(rf"\b{CARRIERS}\b", text, re.IGNORECASE):
        connection.register(CARRIERS, carriers(folder))
    connection.execute("SET lock_configuration = true")
    try:
        kinds = [statement.type for statement in connection.extract_statements(text)]
        if kinds not in ([duckdb.StatementType.SELECT], [duckdb.StatementType.EXPLAIN]):
            raise SqlNotUnderstood("only one query that reads can be asked", remedy=_READ)
        relation: duckdb.DuckDBPyRelation = connection.sql(text)
    except duckdb.Error as error:
        raise SqlNotUnderstood(_first_line(error), remedy=_nearest(str(error))) from None
    return relation


def _variants(folder: Folder) -> Any:
    """All variants without their calls; read from the files as a query needs them."""
    paths = [str(folder.path_of(f"variants/{name}")) for name in folder.chromosomes]
    if not paths:
        return _PLAIN.empty_table()
    return ds.dataset(paths, schema=_PLAIN, format="parquet")


def carriers(folder: Folder) -> pa.Table:
    """Return who carries what: one row an individual's sample and variant.

    Raises
    ------
    BadInput
        If there are too many for one table.
    """
    parts = []
    for chromosome in folder.chromosomes:
        names = ["position", "reference", "alternate", "gene", "consequence", "allele_frequency"]
        table = folder.variants(chromosome, [*names, "n_heterozygous", "n_homozygous"])
        n_expected = int(np.sum(table["n_heterozygous"])) + int(np.sum(table["n_homozygous"]))
        if n_expected > _MOST_CARRIERS:
            raise BadInput(
                f"{chromosome} alone has {n_expected:,} carriers, too many for one table",
                remedy="Ask cohort.individuals(gene=...) for those of a gene",
            )
        parts.append(_carriers_of(folder, chromosome, table.select(names)))
    return pa.concat_tables(parts) if parts else pa.table({"individual_id": pa.array([], "string")})


def _carriers_of(folder: Folder, chromosome: str, table: pa.Table) -> pa.Table:
    variant, sample = folder.carrier_pairs(chromosome)
    people = folder.samples.take(pa.array(sample))
    found = table.take(pa.array(variant))
    found = found.add_column(0, "chromosome", pa.array([chromosome] * len(variant), pa.string()))
    found = found.add_column(0, "origin", people["origin"])
    found = found.add_column(0, "sample_id", people["sample_id"])
    return found.add_column(0, "individual_id", people["individual_id"])


def _first_line(error: Exception) -> str:
    return str(error).split("\n")[0].rstrip(".!?")


def _nearest(message: str) -> str:
    found = _MISSING.search(message)
    known = sorted({*TABLES, "variants", CARRIERS})
    columns = sorted({name for schema in (*TABLES.values(), _PLAIN) for name in schema.names})
    if found is None:
        return "Tables: " + ", ".join(known) if "does not exist" in message else ""
    name = found[1].split(".")[-1].lower()
    near = get_close_matches(name, [*known, *columns], n=3, cutoff=0.5)
    return f"Near it: {', '.join(near)}" if near else "Tables: " + ", ".join(known)
