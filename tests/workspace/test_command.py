"""The command `spe` and its exit codes."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gdi_spe.boundary.errors import ExitCode
from gdi_spe.workspace.command import main
from gdi_spe.workspace.isolation import Attempt, IsolationReport, isolation_report
from gdi_spe.workspace.surroundings import Surroundings


@pytest.fixture(autouse=True)
def environment(here: Surroundings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GDI_SPE_COHORTS", str(here.cohorts))
    monkeypatch.setenv("GDI_SPE_NODE_SOCKET", str(here.node_socket))
    monkeypatch.setenv("GDI_SPE_OUTBOX", str(here.outbox))


def test_cohorts_are_listed(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["cohorts", "--json"]) == ExitCode.OK

    assert json.loads(capsys.readouterr().out)[0]["id"] == "GDI-TEST-COHORT-001"


def test_no_cohort_has_an_exit_code_of_its_own(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("GDI_SPE_COHORTS", str(tmp_path / "none"))

    assert main(["cohorts"]) == ExitCode.EMPTY


@pytest.mark.parametrize(
    ("text", "kind", "expected"),
    [
        ("sex,n_individuals\nfemale,12\nmale,12\n", "counts", ExitCode.OK),
        ("sex,n_individuals\nfemale,12\nmale,12\n", "", ExitCode.OK),
        ("thing,quux\nfemale,12.75\nmale,12.5\n", "", ExitCode.REVIEW),
        ("individual_id,sex\nP01,female\nP02,female\n", "", ExitCode.BLOCK),
    ],
)
def test_a_check_ends_with_its_verdict(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], text: str, kind: str, expected: ExitCode
) -> None:
    path = tmp_path / "table.csv"
    path.write_text(text)

    assert main(["check", str(path), "--kind", kind, "--json"]) == expected
    assert json.loads(capsys.readouterr().out)["files"][0]["file"] == "table.csv"


def test_a_file_that_is_not_there_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check", "nowhere.csv"]) == ExitCode.NOT_FOUND
    assert "nowhere.csv" in capsys.readouterr().err


def test_files_are_sent_from_the_command_line(
    tmp_path: Path, node: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "table.csv"
    path.write_text("sex,n_individuals\nfemale,12\nmale,12\n")

    code = main(["export", str(path), "--title", "T", "--justification", "J", "--kind", "counts"])

    assert code == ExitCode.OK
    assert "submitted" in capsys.readouterr().out
    assert main(["export"]) == ExitCode.OK
    assert "submitted" in capsys.readouterr().out


def test_without_a_node_the_exit_code_says_so(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export"]) == ExitCode.UNAVAILABLE
    assert "does not answer" in capsys.readouterr().err


def test_a_report_on_isolation_says_that_it_is_no_evidence() -> None:
    report = IsolationReport([Attempt("TCP", True, "refused"), Attempt("DNS", False, "resolved")])

    assert not report.is_isolated
    assert "OPEN    DNS" in repr(report)
    assert "no evidence" in repr(report)
    assert "no evidence" in report._repr_html_()


def test_every_attempt_is_really_made_and_none_stops_the_report() -> None:
    report = isolation_report()

    assert len(report.attempts) >= 12
    assert any(not attempt.is_closed for attempt in report.attempts), "this is no workspace"
