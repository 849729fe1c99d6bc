"""Take a dataset out of the store again, for the programs that read other formats."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from gdi_spe.boundary.errors import BadInput
from gdi_spe.node.audit.log import Event, Fact, record
from gdi_spe.node.cohorts.versions import current_dataset
from gdi_spe.node.database.engine import Database
from gdi_spe.store.folder import DatasetFolder
from gdi_spe.store.writing.pgen import write_pgen
from gdi_spe.store.writing.vcf import VcfOptions, write_vcf


@dataclass(frozen=True)
class ExportRequest:
    """What to write, and where: a VCF file or the prefix of PGEN files."""

    dataset_id: str
    vcf: Path | None = None
    pgen: Path | None = None
    annotations: bool = False
    overwrite: bool = False


@dataclass(frozen=True)
class ExportReport:
    """What was written, and which calls the format could not hold."""

    file: str
    version: int
    n_records: int
    written_missing: dict[str, int] = field(default_factory=dict)


def export_dataset(
    database: Database,
    home: Path,
    request: ExportRequest,
    now: datetime,
    progress: Callable[[str, int], None] = lambda _name, _n: None,
) -> ExportReport:
    """Write the newest version of a dataset as VCF or PGEN.

    Raises
    ------
    BadInput
        If neither or both formats are asked for, or a file is there already.
    """
    format_, target = _target(request)
    with database.write() as session:
        version = current_dataset(session, home, request.dataset_id)
        # TRUST: who takes a dataset out of the store is in the log before the first byte is.
        facts: dict[str, Fact] = {"version": version.version, "format": format_}
        record(session, Event("dataset.exported", "admin", request.dataset_id, facts), now)
    folder = DatasetFolder(version.path)
    if format_ == "vcf":
        options = VcfOptions(annotations=request.annotations, replace=request.overwrite)
        n_records = write_vcf(folder, target, options, progress)
        return ExportReport(str(target), version.version, n_records)
    report = write_pgen(folder, target, replace=request.overwrite, progress=progress)
    missing = dict(report.written_missing)
    return ExportReport(str(target), version.version, report.n_variants, missing)


def _target(request: ExportRequest) -> tuple[str, Path]:
    asked = {"vcf": request.vcf, "pgen": request.pgen}
    given = [(name, path) for name, path in asked.items() if path is not None]
    if len(given) != 1:
        raise BadInput("one format to write", remedy="--vcf FILE or --pgen PREFIX")
    return given[0]
