"""What the rules and the node say about files, in words a researcher can act on."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from gdi_spe.boundary.findings import FileReport, Finding, RequestReport, Verdict
from gdi_spe.workspace.showing import html_table

_MEANS = {
    Verdict.PASS: "passes the rules",
    Verdict.REVIEW: "a person will look at it",
    Verdict.BLOCK: "blocked: it cannot leave like this",
}


class CheckResult:
    """What the rules say about files; a warning, never a decision."""

    def __init__(self, report: RequestReport) -> None:
        self.report = report

    @property
    def verdict(self) -> str:
        """``pass``, ``review`` or ``block``."""
        return self.report.verdict.word

    @property
    def findings(self) -> tuple[Finding, ...]:
        """All findings."""
        return tuple(finding for file in self.report.files for finding in file.findings)

    @staticmethod
    def lines_of(report: FileReport) -> str:
        """Return one file's verdict and findings as text."""
        lines = [f"{report.file}: {report.verdict.word} ({_MEANS[report.verdict]})"]
        for finding in report.findings:
            lines.append(f"  {finding.severity.word:<6} {finding.rule}  {finding.why}")
            if finding.fix:
                lines.append(f"  {'':<6} {'':<{len(finding.rule)}}  Fix: {finding.fix}")
        return "\n".join(lines)

    def __repr__(self) -> str:
        return "\n".join(self.lines_of(report) for report in self.report.files)

    def _repr_html_(self) -> str:
        return findings_html(self.report.files)


def findings_html(files: Iterable[FileReport]) -> str:
    """Return files and their findings as an HTML table."""
    rows: list[tuple[str, ...]] = []
    for report in files:
        rows.append((report.file, report.verdict.word, "", _MEANS[report.verdict], ""))
        rows += [("", f.severity.word, f.rule, f.why, f.fix) for f in report.findings]
    return html_table(("file", "verdict", "rule", "why", "how to fix it"), rows)


@dataclass(frozen=True)
class ExportRequest:
    """An export request as the node tells of it."""

    id: str
    status: str
    title: str
    verdict: str
    files: tuple[FileReport, ...]
    told: dict[str, Any]

    @staticmethod
    def of(told: dict[str, Any]) -> ExportRequest:
        """Read the node's answer."""
        return ExportRequest(
            id=str(told.get("id", "")),
            status=str(told.get("status", "")),
            title=str(told.get("title", "")),
            verdict=str(told.get("verdict") or ""),
            files=tuple(_file_reports(told.get("files", ()))),
            told=told,
        )

    @property
    def blocked(self) -> tuple[FileReport, ...]:
        """The files that cannot leave as they are."""
        return tuple(file for file in self.files if file.verdict is Verdict.BLOCK)

    def _next(self) -> str:
        if self.status == "blocked":
            return "Nobody reviews it as it is: mend the findings below and ask again."
        if self.status == "submitted":
            return "Reviewers look at it now; spe.exports() tells how it stands."
        if self.status == "released":
            return "It can be downloaded on the export page."
        return str(self.told.get("why", ""))

    def _head(self) -> str:
        return f"Export request {self.id} “{self.title}”: {self.status}. {self._next()}".rstrip()

    def __repr__(self) -> str:
        lines = [self._head()]
        lines += [CheckResult.lines_of(report) for report in self.files]
        lines += [f"  reviewer: {each}" for each in self._reasons()]
        return "\n".join(lines)

    def _repr_html_(self) -> str:
        parts = html_table((), [(self._head(),), *((each,) for each in self._reasons())])
        return parts + (findings_html(self.files) if self.files else "")

    def _reasons(self) -> list[str]:
        votes = self.told.get("reviews") or ()
        return [f"{vote.get('decision')}: {vote.get('reason')}" for vote in votes]


def _file_reports(files: Iterable[dict[str, Any]]) -> Iterable[FileReport]:
    """Read the findings of each file; the node may tell more about a file than a report has."""
    known = FileReport.model_fields
    for file in files:
        told = file.get("report") if isinstance(file.get("report"), dict) else file
        told = {"file": file.get("file", ""), **(told or {})}
        told.setdefault("verdict", "review")
        try:
            yield FileReport.model_validate({k: v for k, v in told.items() if k in known and v})
        except ValidationError:
            yield FileReport(file=str(told["file"]), verdict=Verdict.REVIEW)


class ExportRequests(list[ExportRequest]):
    """Export requests, a line each."""

    def _rows(self) -> list[tuple[str, ...]]:
        return [(each.id, each.status, each.verdict, each.title) for each in self]

    def __repr__(self) -> str:
        if not self:
            return "no export request yet"
        return "\n".join(f"{i}  {status:<10} {title}" for i, status, _, title in self._rows())

    def _repr_html_(self) -> str:
        return html_table(("request", "status", "verdict", "title"), self._rows())
