"""Judge files: bytes, kind, canonical form, parts, findings, verdict."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from gdi_spe.boundary.findings import FileReport, Finding, RequestReport, Verdict
from gdi_spe.boundary.policy import DisclosurePolicy
from gdi_spe.disclosure.contents.parts import Part
from gdi_spe.disclosure.contents.table import Table
from gdi_spe.disclosure.contents.view import as_judged
from gdi_spe.disclosure.evidence.acro import acro_records
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.evidence.declared import explain
from gdi_spe.disclosure.evidence.differences import compare_with_prior
from gdi_spe.disclosure.evidence.said import people_said
from gdi_spe.disclosure.intake.canonical import canonicalise_bytes
from gdi_spe.disclosure.intake.form import Canonical, NoCanonicalForm
from gdi_spe.disclosure.intake.formats import format_findings, loose_parts
from gdi_spe.disclosure.intake.sniff import sniff
from gdi_spe.disclosure.intake.spans import DIVIDED, spans_of
from gdi_spe.disclosure.rules import RULES
from gdi_spe.disclosure.rules.rule import Judging


@dataclass(frozen=True)
class Judged:
    """A file's report, and its canonical form if it has one."""

    report: FileReport
    canonical: Canonical | None


def check_files(
    files: list[Path], policy: DisclosurePolicy, context: CheckContext
) -> RequestReport:
    """Judge files as one request, with the rules the node decides by.

    Parameters
    ----------
    files
        The files as they would be submitted; none is changed.
    policy
        The node's disclosure policy.
    context
        What is known of the cohort and declared of the files, by file name.

    Returns
    -------
    The verdict with its findings: what, where, why, and how to fix it. ``pass`` means that every
    byte was explained by a rule; it does not mean that people need not look.
    """
    return request_report(judge_together([(p, p.name) for p in files], policy, context), policy)


def judge_together(
    files: list[tuple[Path, str]], policy: DisclosurePolicy, context: CheckContext
) -> list[FileReport]:
    """Judge the files of one request, each beside those before it: together they may tell more."""
    return [each.report for each in judged_together(files, policy, context)]


def judged_together(
    files: list[tuple[Path, str]], policy: DisclosurePolicy, context: CheckContext
) -> list[Judged]:
    """Judge the files of one request and keep their canonical forms."""
    done: list[Judged] = []
    for place, (path, name) in enumerate(files):
        before = tuple(
            other for other, _ in files[:place][-_COMPARED:]
            if other.is_file() and not other.is_symlink()
            and other.stat().st_size <= _LARGEST_COMPARED
        )  # fmt: skip
        with_others = context.model_copy(update={"beside": before})
        done.append(judge(path, policy, with_others, name))
    said = acro_records([path for path, _ in files])
    return [_with_evidence(each, said) for each in done]


def _with_evidence(judged: Judged, said: dict[str, str]) -> Judged:
    """Add what ACRO said of a file: it can only make the verdict worse."""
    told = said.get(judged.report.file)
    if told is None:
        return judged
    severity = Verdict.PASS if told.startswith("pass") else Verdict.REVIEW
    finding = Finding(
        rule="ACR101", severity=severity, part=judged.report.file,
        why=f"ACRO's record beside it says: {told}. Anybody can write such a record.",
        fix="", evidence={},
    )  # fmt: skip
    report = judged.report.model_copy(
        update={
            "findings": (*judged.report.findings, finding),
            "verdict": max(judged.report.verdict, severity),
        }
    )
    return Judged(report, judged.canonical)


# Files of one request that each is compared with.
_COMPARED = 20
_LARGEST_COMPARED = 2_000_000


def request_report(reports: list[FileReport], policy: DisclosurePolicy) -> RequestReport:
    """Put files' reports together: a request is as bad as its worst file, or too much."""
    too_many = len(reports) > policy.files.max_files
    worst = max((report.verdict for report in reports), default=Verdict.REVIEW)
    return RequestReport(
        verdict=max(worst, Verdict.REVIEW) if too_many else worst,
        files=tuple(reports), policy=f"{policy.name} {policy.version}", policy_sha256=policy.sha256,
    )  # fmt: skip


def judge(
    path: Path, policy: DisclosurePolicy, context: CheckContext, name: str | None = None
) -> Judged:
    """Judge one file, under its own or another name."""
    judging = Judging(name or path.name, policy, context)
    try:
        if path.is_symlink() or not path.is_file():
            return _stopped(judging, "It is not a regular file.", Verdict.BLOCK)
        if path.stat().st_size > policy.files.max_file_bytes:
            why = f"It is larger than the {policy.files.max_file_bytes:,} bytes of the policy."
            return _stopped(judging, why, Verdict.REVIEW)
        return judge_bytes(path.read_bytes(), judging)
    except Exception as error:
        # TRUST: a check that fails is a file that nobody checked.
        return _stopped(judging, f"The check stopped ({type(error).__name__}).", Verdict.REVIEW)


def _stopped(judging: Judging, why: str, severity: Verdict) -> Judged:
    fix = "Write the result in a simpler form, such as CSV."
    finding = Finding(rule="FMT108", severity=severity, part=judging.name, why=why, fix=fix)
    return Judged(_report(judging, [finding], None), None)


def judge_bytes(data: bytes, judging: Judging) -> Judged:
    """Judge a file's bytes."""
    form = canonicalise_bytes(data, judging.name, judging.policy)
    canonical = form if isinstance(form, Canonical) else None
    findings = list(format_findings(data, judging, form))
    parts: Iterable[Part] = (
        *(canonical.parts if canonical else ()),
        *loose_parts(data, judging, form),
    )
    judging = replace(judging, n_said=people_said(parts))
    for part in parts:
        findings += _part_findings(part, judging)
    # TRUST: what has no canonical form, or no part that a rule looked at, has not earned a pass.
    if canonical is None or not canonical.parts:
        findings.append(_unexplained(judging, form))
    findings = _placed(findings, data, judging)
    return Judged(_report(judging, findings, canonical), canonical)


def _placed(findings: list[Finding], data: bytes, judging: Judging) -> list[Finding]:
    """Say in which bytes of a container the part of each finding lies."""
    kind = sniff(data)
    if not findings or kind not in DIVIDED:
        return findings
    spans = [span for span in spans_of(data, kind) if span.path]
    placed = []
    for finding in findings:
        path = finding.part.removeprefix(f"{judging.name}!")
        within = [s for s in spans if path.startswith(s.path)]
        here = max((len(span.path) for span in within), default=0)
        ends = [span for span in within if len(span.path) == here]
        if not ends or "bytes" in finding.evidence:
            placed.append(finding)
            continue
        lies = [min(span.start for span in ends), max(span.end for span in ends)]
        placed.append(finding.model_copy(update={"evidence": {**finding.evidence, "bytes": lies}}))
    return placed


def _part_findings(part: Part, judging: Judging) -> Iterator[Finding]:
    if isinstance(part, Table):
        part = as_judged(part, judging.context.n_individuals)
    for rule in RULES:
        yield from rule.check(part, judging)
    if isinstance(part, Table) and not part.is_quoted:
        yield from explain(part, judging)
        yield from compare_with_prior(part, judging)


def _unexplained(judging: Judging, form: Canonical | NoCanonicalForm) -> Finding:
    why = form.why if isinstance(form, NoCanonicalForm) else "it is empty"
    return Finding(
        rule="FMT105", severity=Verdict.REVIEW, part=judging.name,
        why=f"It cannot be re-encoded ({why}), so a person decides on the bytes as they are.",
        fix="Export a table as CSV or Parquet, a picture as PNG, words as text.",
    )  # fmt: skip


def _report(judging: Judging, findings: list[Finding], canonical: Canonical | None) -> FileReport:
    worst_first = sorted(findings, key=lambda f: (-f.severity, f.rule))
    return FileReport(
        file=judging.name,
        verdict=max((f.severity for f in findings), default=Verdict.PASS),
        findings=tuple(worst_first),
        sha256=hashlib.sha256(canonical.data).hexdigest() if canonical else None,
        media_type=canonical.media_type if canonical else "application/octet-stream",
    )
