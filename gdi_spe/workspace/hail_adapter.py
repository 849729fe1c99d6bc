"""The only module that knows Hail: a cohort as a MatrixTable, without network."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.schemas import ANNOTATION_COLUMNS
from gdi_spe.store.writing.vcf import ESCAPES, VcfOptions, write_vcf

if TYPE_CHECKING:
    from gdi_spe.store.folder import Folder

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
        hl.init(
            local="local[2]",
            quiet=True,
            tmp_dir=str(scratch / "hail"),
            local_tmpdir=str(scratch / "hail"),
            log=str(scratch / "hail.log"),
            spark_conf={**_SPARK, "spark.local.dir": str(scratch / "spark")},
        )
    return hl


def matrix_table(folder: Folder) -> Any:
    """Return a cohort's calls as a MatrixTable with its individuals and annotations.

    Rows are keyed by locus and alleles (each alternate its own row) with the annotations as
    ``gene``, ``gene_id``, ``consequence``, ``impact``, ``hgvs_c`` and ``hgvs_p``; columns by
    sample, with the fields of ``individuals``; entries have ``GT``, phased where phase was kept.
    Hail knows calls of one and two alleles: others are missing, and so are half-missing ones.
    """
    hl = library()
    path = Path(tempfile.mkdtemp(prefix="spe-hail-")) / "cohort.vcf.gz"
    bare = folder.assembly == "GRCh37"
    write_vcf(
        folder,
        path,
        VcfOptions(annotations=True, counts=False, bare_names=bare, at_most_two=True),
    )
    table = hl.import_vcf(str(path), reference_genome=folder.assembly, force_bgz=True)
    told = {name: _unescaped(table.info[name.upper()]) for name in ANNOTATION_COLUMNS}
    table = table.annotate_rows(**told)
    people = folder.table("individuals").to_pandas()
    samples = folder.samples.to_pandas()[["sample_id", "individual_id", "origin"]]
    columns = samples.merge(people, on="individual_id").rename(columns={"sample_id": "s"})
    who = hl.Table.from_pandas(columns.astype(object).where(columns.notna(), None), key="s")
    return table.annotate_cols(**who[table.s]).drop("info")


def _unescaped(text: Any) -> Any:
    """Undo what INFO made of special characters."""
    for character, code in reversed(ESCAPES.items()):
        text = text.replace(code, character)
    return text
