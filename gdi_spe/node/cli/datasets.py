"""``gdi-spe dataset``: bring datasets in, look at them, take them out of use.

Rooms are imported by the verb that needs them: listing loads neither Arrow nor NumPy.
"""

from __future__ import annotations

from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from gdi_spe.boundary.errors import BadInput
from gdi_spe.node.cli.context import Cli, named, pass_cli
from gdi_spe.node.cli.progress import ProgressLine
from gdi_spe.node.identity.roles import Verb

if TYPE_CHECKING:
    from gdi_spe.node.cohorts.ingest import IngestReport

_FILE = click.Path(path_type=Path)


@click.group()
def dataset() -> None:
    """Datasets: ingest, list, show, verify, retire, export."""


@dataset.command("ingest")
@click.argument("dataset_id")
@click.option(
    "--vcf",
    multiple=True,
    required=True,
    type=_FILE,
    help="VCF or BCF, compressed or not, or Crypt4GH.",
)
@click.option("--phenopackets", type=_FILE, help="Phenopackets v2: a JSON file, or a folder.")
@click.option(
    "--beacon", multiple=True, type=_FILE, help="Individuals or biosamples of a Beacon v2, JSON."
)
@click.option("--tables", type=_FILE, help="Folder of TSV, CSV or Parquet in the canonical shape.")
@click.option("--pedigree", type=_FILE, help="PED file: who is whose child.")
@click.option("--skip-faulty", is_flag=True, help="Leave wrong values out and list them.")
@click.option("--consent", type=_FILE, help="CSV of consent statements.")
@click.option("--consent-waived", default="", metavar="REASON", help="Why no records are needed.")
@click.option("--duo", multiple=True, metavar="CODE", help="Condition of use, as in DUO:0000006.")
@click.option("--assembly", default="GRCh38", show_default=True, help="GRCh37 or GRCh38.")
@click.option("--keep-info", multiple=True, metavar="NAME", help="INFO, QUAL or FILTER to keep.")
@click.option("--keep-format", multiple=True, metavar="NAME", help="GQ, DP, AD or phase to keep.")
@click.option("--only-pass", is_flag=True, help="Leave out records whose FILTER failed.")
@click.option("--min-qual", type=float, help="Leave out records below, or without QUAL.")
@click.option("--min-gq", type=int, default=0, help="Calls with a GQ below become missing.")
@click.option("--min-dp", type=int, default=0, help="Calls with a DP below become missing.")
@click.option("--sensitive", is_flag=True, help="The data holder holds the people sensitive.")
@click.option("--assessed", type=_FILE, help="BED of the regions that were looked at.")
@pass_cli
def _ingest(
    cli: Cli,
    dataset_id: str,
    vcf: tuple[Path, ...],
    phenopackets: Path | None,
    beacon: tuple[Path, ...],
    tables: Path | None,
    pedigree: Path | None,
    skip_faulty: bool,
    consent: Path | None,
    consent_waived: str,
    duo: tuple[str, ...],
    assembly: str,
    keep_info: tuple[str, ...],
    keep_format: tuple[str, ...],
    only_pass: bool,
    min_qual: float | None,
    min_gq: int,
    min_dp: int,
    sensitive: bool,
    assessed: Path | None,
) -> None:
    """Read VCF, phenotypes and consent into a new version of a dataset."""
    from gdi_spe.node.cohorts.ingest import IngestRequest, ingest
    from gdi_spe.store.reading.wanted import Filters

    request = IngestRequest(
        dataset_id,
        vcf,
        phenopackets,
        tables,
        consent,
        consent_waived,
        assembly,
        keep_info,
        assessed,
        beacon=beacon,
        pedigree=pedigree,
        skip_faulty=skip_faulty,
        duo=duo,
        keep_format=keep_format,
        filters=Filters(only_pass, min_qual, min_gq, min_dp),
        is_sensitive=sensitive,
    )
    with (
        cli.four_eyes(Verb.IMPORT_DATASET, dataset_id),
        closing(ProgressLine()) as progress,
    ):
        report = ingest(cli.database(), cli.home, request, cli.now(), progress=progress.reading)
    cli.show(asdict(report), _told(report))


def _told(report: IngestReport) -> str:
    from gdi_spe.node.cohorts.phenotypes.findings import report_lines

    lines = [
        f"{report.dataset_id}, version {report.version}: {report.n_individuals:,} individuals, "
        f"{report.n_samples:,} samples, {report.n_variants:,} variants"
        + ("" if report.is_new else " (there already: nothing was changed)")
    ]
    read = [f"{n:,} {name.replace('_', ' ')}" for name, n in report.phenotypes["read"].items() if n]
    lines += [f"  read: {', '.join(read)}"] if read else []
    lines += [f"  {text}" for text in report_lines(report.phenotypes)]
    lines += [f"  left out: {name} ({n:,})" for name, n in report.skipped_contigs.items()]
    for name, n in report.filtered.items():
        what = "calls made missing: GQ or DP" if name == "calls" else f"records left out: {name}"
        lines.append(f"  {what} too low ({n:,})" if name != "FILTER" else f"  {what} ({n:,})")
    lines += [f"  {text}" for text in report.references]
    if report.n_moved:
        lines.append(f"  {report.n_moved:,} variants trimmed or left-aligned")
    if report.n_torn_calls:
        lines.append(
            f"  {report.n_torn_calls:,} calls of two alleles where there is one: counted missing"
        )
    lines += [f"  warning: {text}" for text in report.warnings]
    if report.individuals_without_consent:
        lines.append(f"  {report.individuals_without_consent:,} individuals without consent record")
    if report.consent_without_individual:
        lines.append(f"  {report.consent_without_individual:,} consent records of others")
    return "\n".join(lines)


@dataset.command("list")
@pass_cli
def _list(cli: Cli) -> None:
    """List the datasets."""
    from gdi_spe.node.cohorts import datasets

    with cli.database().read() as session:
        found = datasets.every(session)
    lines = [
        f"{d.id}  version {d.versions[-1].version}  {d.versions[-1].n_individuals:,} individuals"
        + ("  retired" if d.retired_at else "")
        for d in found
    ]
    cli.show([asdict(d) for d in found], "\n".join(lines) or "There are no datasets.")


@dataset.command("show")
@click.argument("dataset_id")
@pass_cli
def _show(cli: Cli, dataset_id: str) -> None:
    """Show a dataset, its versions, and what was left out of the newest."""
    from gdi_spe.node.cohorts import datasets
    from gdi_spe.node.cohorts.phenotypes.findings import read_report, report_lines
    from gdi_spe.node.cohorts.versions import dataset_path

    with cli.database().read() as session:
        found = datasets.get(session, dataset_id)
    lines = [found.id + (f" (retired: {found.retired_why})" if found.retired_at else "")]
    lines += [f"  conditions of use: {', '.join(found.conditions)}"] if found.conditions else []
    for v in found.versions:
        waived = f", consent waived: {v.consent_waived}" if v.consent_waived else ""
        lines.append(
            f"  version {v.version}, {v.made_at:%Y-%m-%d %H:%M} ({v.made_why}): {v.assembly}, "
            f"{v.n_individuals:,} individuals, {v.n_variants:,} variants{waived}"
        )
    report = read_report(dataset_path(cli.home, dataset_id, found.versions[-1].version))
    lines += [f"  {line}" for line in report_lines(report)] if report else []
    cli.show({**asdict(found), "phenotypes": report}, "\n".join(lines))


@dataset.command("verify")
@click.argument("dataset_id")
@pass_cli
def _verify(cli: Cli, dataset_id: str) -> None:
    """Hash every file of the newest version again, and read it through."""
    from gdi_spe.node.cohorts.verification import verify_dataset
    from gdi_spe.node.cohorts.versions import current_dataset

    with cli.database().read() as session:
        version = current_dataset(session, cli.home, dataset_id)
    with named():
        verify_dataset(cli.home, version)
    text = f"{dataset_id}, version {version.version}: every file is what was sealed"
    cli.show({"dataset_id": dataset_id, "version": version.version, "verified": True}, text)


@dataset.command("set")
@click.argument("dataset_id")
@click.option("--duo", multiple=True, metavar="CODE", help="Condition of use, as in DUO:0000006.")
@click.option("--no-duo", is_flag=True, help="Take all conditions away.")
@pass_cli
def _set(cli: Cli, dataset_id: str, duo: tuple[str, ...], no_duo: bool) -> None:
    """Say on which conditions the whole dataset may be used, for cohorts made from now on."""
    from gdi_spe.node.cohorts import datasets

    if bool(duo) == no_duo:
        raise BadInput("conditions to set, or none", remedy="--duo CODE or --no-duo")
    with cli.database().write() as session:
        found = datasets.set_conditions(session, dataset_id, duo, cli.now())
    text = f"{dataset_id}: {', '.join(found) or 'no conditions'}"
    cli.show({"dataset_id": dataset_id, "conditions": found}, text)


@dataset.command("reseal")
@click.argument("dataset_id")
@click.option("--why", required=True, help="Which backup was restored, for the audit log.")
@pass_cli
def _reseal(cli: Cli, dataset_id: str, why: str) -> None:
    """Accept restored files: every byte must be what was sealed, the rest is sealed anew."""
    from gdi_spe.node.cohorts.verification import reseal_dataset

    with named():
        made = reseal_dataset(cli.database(), cli.home, dataset_id, why, cli.now())
    text = f"{dataset_id}: {len(made)} versions are sealed anew"
    cli.show({"dataset_id": dataset_id, "versions": [asdict(each) for each in made]}, text)


@dataset.command("retire")
@click.argument("dataset_id")
@click.option("--why", required=True, help="The reason, for the audit log.")
@pass_cli
def _retire(cli: Cli, dataset_id: str, why: str) -> None:
    """Take a dataset out of use."""
    from gdi_spe.node.cohorts import datasets

    with (
        cli.four_eyes(Verb.DELETE_DATASET, dataset_id),
        cli.database().write() as session,
    ):
        datasets.retire(session, dataset_id, why, cli.now())
    cli.show({"dataset_id": dataset_id, "retired": True}, f"{dataset_id} is retired")


@dataset.command("export")
@click.argument("dataset_id")
@click.option("--vcf", type=_FILE, help="File to write: .vcf, .vcf.gz (bgzip, indexed) or .bcf.")
@click.option("--pgen", type=_FILE, help="Prefix of the .pgen, .pvar and .psam files to write.")
@click.option("--annotations", is_flag=True, help="Genes and consequences as INFO of the VCF.")
@click.option("--overwrite", is_flag=True, help="Replace files that are there.")
@pass_cli
def _export(
    cli: Cli,
    dataset_id: str,
    vcf: Path | None,
    pgen: Path | None,
    annotations: bool,
    overwrite: bool,
) -> None:
    """Write the newest version's calls as VCF or PGEN."""
    from gdi_spe.node.cohorts.exports import ExportRequest, export_dataset

    request = ExportRequest(dataset_id, vcf, pgen, annotations, overwrite)
    with closing(ProgressLine()) as progress:
        report = export_dataset(cli.database(), cli.home, request, cli.now(), progress.writing)
    lines = [f"{report.file}: {report.n_records:,} records"]
    lines += [f"  written as missing: {n:,} calls {w}" for w, n in report.written_missing.items()]
    cli.show(asdict(report), "\n".join(lines))
