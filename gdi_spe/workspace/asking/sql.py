"""SQL over a cohort's tables in a locked DuckDB.

The lock keeps a typing mistake from reaching the work folder, and an extension from being
asked for where there is no network; it is a help, no wall: the wall is around the workspace.
"""

from __future__ import annotations

import atexit
import re
from collections.abc import Callable
from difflib import get_close_matches
from typing import Any

import pyarrow as pa
import pyarrow.dataset as ds

from gdi_spe.boundary.errors import BadInput, shown
from gdi_spe.query.records import Records
from gdi_spe.store.schemas import POPULATION_COLUMNS, TABLES, VARIANTS
from gdi_spe.workspace.asking.answers import Answer
from gdi_spe.workspace.asking.carriers import ZYGOSITIES, carried_in, taken_from

# What a query may do: read what is registered, and nothing of the machine.
_LOCKED: dict[str, str | bool | int | float | list[str]] = {
    "enable_external_access": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "allow_unsigned_extensions": "false",
    "python_enable_replacements": "false",
    "temp_directory": "",
}
_CALLED = pa.schema([field for field in VARIANTS if field.name not in POPULATION_COLUMNS])
_PLAIN = _CALLED.remove(_CALLED.get_field_index("calls"))
_OF_CARRIERS = (
    "chromosome", "position", "reference", "alternate", "gene", "gene_id", "consequence",
    "impact", "hgvs_c", "hgvs_p", "other_genes", "allele_count", "allele_frequency",
)  # fmt: skip
# Views over what is registered; the names with an underscore are not for researchers.
_VIEWS = {
    "variants": f"SELECT {', '.join(_PLAIN.names)} FROM _variants",  # noqa: S608  # own names
    "carriers": f"""
        SELECT _individual(place >> 2) AS individual_id, _sample(place >> 2) AS sample_id,
               _origin(place >> 2) AS origin, {", ".join(_OF_CARRIERS)},
               _zygosity(place & 3) AS zygosity
        FROM (SELECT {", ".join(_OF_CARRIERS)},
                     unnest(_carried(chromosome, position, calls)) AS place
              FROM _variants)""",  # noqa: S608  # own names
}
COLUMNS: dict[str, tuple[str, ...]] = {
    **{name: tuple(schema.names) for name, schema in TABLES.items()},
    "variants": tuple(_PLAIN.names),
    "carriers": ("individual_id", "sample_id", "origin", *_OF_CARRIERS, "zygosity"),
}
_READ = "Start it with SELECT, WITH or FROM; keep tables in between as pandas tables"
_CONVERSION = re.compile(r"Conversion Error|Could not convert|out of range", re.I)
_MISSING = re.compile(r"(?:Table with name|Referenced column|column named?) \"?([\w.]+)\"?", re.I)


class SqlNotUnderstood(BadInput):
    """A query that DuckDB cannot run, or that asks for what is locked."""

    code = "sql-not-understood"


class Engine:
    """A locked DuckDB over the tables of one folder; each query has a connection of its own."""

    def __init__(self, records: Records) -> None:
        import duckdb

        self._folder = records.folder
        self._tables = {name: records.table(name) for name in TABLES}
        self._variants = _variants(records)
        self._database = duckdb.connect(config=_LOCKED)
        # Functions in Python hold the connection that has them: somebody must close it.
        atexit.register(self._database.close)
        self._add_functions(records)
        self._database.execute("SET lock_configuration = true")

    def _add_functions(self, records: Records) -> None:
        from duckdb.func import FunctionNullHandling, PythonUDFType

        # The library's types do not know functions of columns.
        add: Callable[..., Any] = self._database.create_function
        samples, arrow = records.folder.samples, PythonUDFType.ARROW
        carried = carried_in(records.folder)
        add("_carried", carried, ["VARCHAR", "INTEGER", "BLOB"], "BIGINT[]", type=arrow)
        for name, column in (
            ("_individual", samples["individual_id"]),
            ("_sample", samples["sample_id"]),
            ("_origin", samples["origin"]),
            ("_zygosity", pa.chunked_array([pa.array(ZYGOSITIES, pa.string())])),
        ):
            taken, nulls = taken_from(column.combine_chunks()), FunctionNullHandling.SPECIAL
            add(name, taken, ["BIGINT"], "VARCHAR", type=arrow, null_handling=nulls)

    def run(self, text: str) -> Answer:
        """Run a query; see `run`."""
        import duckdb

        if not isinstance(text, str):
            raise SqlNotUnderstood(f"{shown(text)} is no text", remedy=_READ)
        connection = self._database.cursor()
        for name, table in self._tables.items():
            connection.register(name, table)
        connection.register("_variants", self._variants)
        for name, view in _VIEWS.items():
            connection.execute(f"CREATE TEMP VIEW {name} AS {view}")
        try:
            kinds = [statement.type for statement in connection.extract_statements(text)]
            if kinds not in ([duckdb.StatementType.SELECT], [duckdb.StatementType.EXPLAIN]):
                raise SqlNotUnderstood("only one query that reads can be asked", remedy=_READ)
            return Answer(connection.sql(text), told)
        except duckdb.Error as error:
            raise told(error) from None

    def columns(self) -> list[dict[str, Any]]:
        """Return every column with its table, its type, and whether anything is in it."""
        return [
            {"table": table, "column": name, "type": str(kind),
             "is_filled": self._is_filled(table, name)}
            for table in COLUMNS
            for name, kind in self._types(table)
        ]  # fmt: skip

    def _types(self, table: str) -> list[tuple[str, Any]]:
        relation = self.run(f"FROM {table}")
        return list(zip(relation.columns, relation.types, strict=True))

    def _is_filled(self, table: str, column: str) -> bool:
        if table == "carriers":
            return True
        if table == "variants":
            parts = (self._folder.variants(name, [column]) for name in self._folder.chromosomes)
        else:
            parts = (part.select([column]) for part in (self._tables[table],))
        return any(part[column].null_count < part.num_rows for part in parts)


# A relation lives on when its cohort is forgotten, and so does what answers it: one a cohort.
_ENGINES: dict[tuple[str, str], Engine] = {}


def engine_of(records: Records, digest: str) -> Engine:
    """Return what answers queries over a cohort's folder; ``digest`` is its manifest's."""
    key = (str(records.folder.path.resolve()), digest)
    if key not in _ENGINES:
        _ENGINES[key] = Engine(records)
    return _ENGINES[key]


def _variants(records: Records) -> Any:
    """All variants; read from the files as a query needs them."""
    folder = records.folder
    for chromosome in folder.chromosomes:
        folder.variants_file(chromosome)
    paths = [str(folder.path_of(f"variants/{name}")) for name in folder.chromosomes]
    if not paths:
        return _CALLED.empty_table()
    return ds.dataset(paths, schema=_CALLED, format="parquet")


def told(error: Exception) -> SqlNotUnderstood:
    """Return what the engine said as an error of this library."""
    return SqlNotUnderstood(_first_line(error), remedy=_nearest(str(error)))


def _first_line(error: Exception) -> str:
    return str(error).split("\n")[0].rstrip(".!?")


def _nearest(message: str) -> str:
    found = _MISSING.search(message)
    if found is None:
        if _CONVERSION.search(message):
            return "TRY_CAST gives NULL where a value cannot be read so"
        if "does not exist" in message:
            return "Tables: " + ", ".join(sorted(COLUMNS))
        return "It is DuckDB's SQL over what cohort.tables() lists"
    name = found[1].split(".")[-1].lower()
    columns = sorted({column for names in COLUMNS.values() for column in names})
    near = get_close_matches(name, [*sorted(COLUMNS), *columns], n=3, cutoff=0.5)
    if near:
        return f"Near it: {', '.join(near)}"
    return "Tables: " + ", ".join(sorted(COLUMNS)) + "; their columns: cohort.tables()"
