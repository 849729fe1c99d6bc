"""A cohort as a MatrixTable, in a Hail that starts without network."""

from __future__ import annotations

import atexit
import os
import tempfile
import warnings
from collections.abc import Callable, Collection, Iterator
from contextlib import ExitStack, contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.schemas import ANNOTATION_COLUMNS
from gdi_spe.store.writing.folders import staged
from gdi_spe.store.writing.vcf import ESCAPES, VcfOptions, write_vcf
from gdi_spe.workspace.bridges.files import since
from gdi_spe.workspace.bridges.parts import Regions, part_of
from gdi_spe.workspace.surroundings import kept_place

if TYPE_CHECKING:
    from gdi_spe.store.folder import CohortFolder, Folder

# Spark must not look for the machine's name or an interface: there is none but loopback.
_SPARK = {
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.driver.host": "127.0.0.1",
    "spark.ui.enabled": "false",
    "spark.driver.memory": "1g",
}


def library() -> Any:
    """Return Hail, started once in this session.

    Raises
    ------
    BadInput
        If Hail is not in this environment.
    """
    try:
        import hail as hl
    except ImportError:
        raise BadInput(
            "Hail is not in this environment", remedy="It is in every workspace"
        ) from None
    if hl.utils.java.Env._hc is None:
        scratch = Path(tempfile.gettempdir())
        with _quiet(scratch / "hail-start.log"):
            hl.init(
                local="local[2]",
                quiet=True,
                tmp_dir=str(scratch / "hail"),
                local_tmpdir=str(scratch / "hail"),
                log=str(scratch / "hail.log"),
                spark_conf={**_SPARK, "spark.local.dir": str(scratch / "spark")},
            )
        hl.default_reference("GRCh38")
    return hl


@contextmanager
def _quiet(log: Path) -> Iterator[None]:
    """Let Java say what it has to say in a file: it cannot look up its host's name, and more.

    Java keeps the file for as long as it runs. What goes wrong in Hail is raised in Python.
    """
    outputs = (1, 2)
    kept = [os.dup(output) for output in outputs]
    file = os.open(log, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
    try:
        for output in outputs:
            os.dup2(file, output)
        with warnings.catch_warnings():
            warnings.filterwarnings("ignore", message="Hail was built and tested with Java")
            yield
    finally:
        for output, before in zip(outputs, kept, strict=True):
            os.dup2(before, output)
            os.close(before)
        os.close(file)


def matrix_table(
    folder: CohortFolder,
    kept: Path,
    individuals: Collection[str] | None = None,
    region: Regions = None,
    progress: Callable[[int], None] = lambda _n: None,
) -> Any:
    """Return a cohort's calls, or a part of them, as a MatrixTable.

    Rows are keyed by locus and alleles (each alternate its own row) with the annotations as
    ``gene``, ``gene_id``, ``consequence``, ``impact``, ``hgvs_c`` and ``hgvs_p``; columns by
    sample, with the fields of ``individuals``; entries have ``GT``, phased where phase was kept.
    Hail knows calls of one and two alleles: others are missing, and so are half-missing ones.

    The whole cohort is kept in Hail's own form under ``kept``, for later sessions too; a part
    is there for this session.
    """
    hl = library()
    place = kept_place(folder.manifest, kept)
    whole = place / "cohort.mt"
    if individuals is not None or region is not None:
        scratch = _scratch(place)
        return written(hl, folder, scratch, individuals, region, progress)
    if not whole.is_dir():
        scratch = _scratch(place)
        written(hl, folder, scratch, progress=progress)
        (scratch / "cohort.mt").replace(whole)
    return hl.read_matrix_table(str(whole))


def _scratch(place: Path) -> Path:
    """Make a folder that is gone when the session ends; what a killed one left is cleared."""
    stack = ExitStack()
    atexit.register(stack.close)
    # The folder itself is locked by this session: writers, which lock theirs, get one inside.
    scratch = stack.enter_context(staged(place)) / "hail"
    scratch.mkdir()
    return scratch


def written(
    hl: Any,
    folder: CohortFolder,
    scratch: Path,
    individuals: Collection[str] | None = None,
    region: Regions = None,
    progress: Callable[[int], None] = lambda _n: None,
) -> Any:
    """Write the calls as text, let Hail read them, and return them in its own form."""
    path = scratch / "cohort.vcf.gz"
    options = VcfOptions(
        annotations=True,
        counts=False,
        bare_names=folder.assembly == "GRCh37",
        at_most_two=True,
    )
    with part_of(folder, individuals, region, scratch) as part:
        write_vcf(part, path, options, since(progress))
        who = _columns(hl, part)
    table = hl.import_vcf(str(path), reference_genome=folder.assembly, force_bgz=True)
    told = {name: _unescaped(table.info[name.upper()]) for name in ANNOTATION_COLUMNS}
    table = table.annotate_rows(**told).drop("info")
    table = table.annotate_cols(**who[table.s])
    table = table.checkpoint(str(scratch / "cohort.mt"), overwrite=True)
    path.unlink()
    return table


def _columns(hl: Any, folder: Folder) -> Any:
    """Return a table of the samples, with what is known of each one's individual.

    Types are named: Hail cannot tell that of a column in which nothing is known.
    """
    people = folder.table("individuals")
    samples = folder.samples.select(["sample_id", "individual_id", "origin"])
    of = {row["individual_id"]: row for row in people.to_pylist()}
    fields = {field.name: _hail_type(hl, field.type) for field in people.schema}
    fields |= {"s": hl.tstr, "individual_id": hl.tstr, "origin": hl.tstr}
    rows = []
    for sample in samples.to_pylist():
        known = of.get(sample["individual_id"], {})
        row = {**known, **sample, "s": sample["sample_id"]}
        rows.append({name: _hail_value(row.get(name)) for name in fields})
    return hl.Table.parallelize(rows, schema=hl.tstruct(**fields), key="s")


def _hail_type(hl: Any, kind: Any) -> Any:
    return {"double": hl.tfloat64, "int32": hl.tint32}.get(str(kind), hl.tstr)


def _hail_value(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


def _unescaped(text: Any) -> Any:
    """Undo what INFO made of special characters."""
    for character, code in reversed(ESCAPES.items()):
        text = text.replace(code, character)
    return text
