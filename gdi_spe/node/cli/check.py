"""``gdi-spe check``: judge files by a policy, offline."""

from __future__ import annotations

from pathlib import Path

import click

from gdi_spe.boundary.errors import BadInput, ExitCode
from gdi_spe.boundary.findings import FileReport, RequestReport, Verdict
from gdi_spe.node.cli.context import Cli, pass_cli

_EXITS = {
    Verdict.PASS: ExitCode.OK,
    Verdict.REVIEW: ExitCode.REVIEW,
    Verdict.BLOCK: ExitCode.BLOCK,
}


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--policy", required=True, help="A preset's name or a policy file.")
@click.option("--context", type=click.Path(path_type=Path), help="What is known of the cohort.")
@pass_cli
def check(cli: Cli, files: tuple[Path, ...], policy: str, context: Path | None) -> None:
    """Judge FILES as one export request: exit 0 passes, 10 needs review, 20 is blocked."""
    from gdi_spe.disclosure.engine import check_files
    from gdi_spe.disclosure.evidence.context import CheckContext, read_context
    from gdi_spe.disclosure.presets import policy_named

    for path in files:
        if path.is_dir():
            raise BadInput("it is a folder", source=str(path), remedy=f"Name files: {path}/*")
        if not path.is_file():
            raise BadInput("there is no such file", source=str(path))
    known = read_context(context) if context else CheckContext()
    report = check_files(list(files), policy_named(policy), known)
    cli.show(report.model_dump(mode="json"), _told(report))
    raise SystemExit(int(_EXITS[report.verdict]))


def _told(report: RequestReport) -> str:
    lines = [f"{report.verdict.word}: {len(report.files)} file(s), policy {report.policy}"]
    for file in report.files:
        lines += _file_told(file)
    return "\n".join(lines)


def _file_told(file: FileReport) -> list[str]:
    lines = [f"  {file.file}: {file.verdict.word}"]
    for finding in file.findings:
        lines.append(f"    {finding.rule} {finding.severity.word} {finding.part}: {finding.why}")
        if finding.fix:
            lines.append(f"      fix: {finding.fix}")
    return lines
