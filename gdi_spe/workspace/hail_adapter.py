"""The only module that knows Hail: a cohort as a MatrixTable, without network."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gdi_spe.boundary.errors import BadInput
from gdi_spe.workspace.vcf_text import write_vcf

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

    Rows are keyed by locus and alleles (each alternate its own row) with ``gene`` and
    ``consequence``; columns by sample, with the fields of ``individuals``; entries have
    ``GT``, unphased.
    """
    hl = library()
    scratch = Path(tempfile.mkdtemp(prefix="spe-hail-"))
    write_vcf(folder, scratch / "cohort.vcf")
    contigs = {} if folder.assembly == "GRCh38" else {"MT": "MT"}
    table = hl.import_vcf(
        str(scratch / "cohort.vcf"),
        reference_genome=folder.assembly,
        contig_recoding=contigs or None,
    )
    table = table.annotate_rows(gene=table.info.GENE, consequence=table.info.CONSEQUENCE)
    people = folder.table("individuals").to_pandas()
    samples = folder.samples.to_pandas()[["sample_id", "individual_id", "origin"]]
    columns = samples.merge(people, on="individual_id").rename(columns={"sample_id": "s"})
    told = hl.Table.from_pandas(columns.astype(object).where(columns.notna(), None), key="s")
    return table.annotate_cols(**told[table.s]).drop("info")
