"""ACRO's record beside an output is evidence: it never lowers a verdict."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gdi_spe.disclosure.engine import check_files
from gdi_spe.disclosure.evidence.context import CheckContext

SMALL, FINE = "site,n\nA,193\nB,4\n", "site,n\nA,193\nB,141\n"


def checked(tmp_path: Path, policy, table: str, status: str) -> tuple[str, set[str]]:
    record = {
        "version": "1.0.2",
        "results": {
            "o1": {
                "uid": "o1", "status": status, "type": "table",
                "properties": {"method": "crosstab"},
                "files": [{"name": "t.csv", "sdc": {"summary": {}, "cells": {}}}],
            }
        },
    }  # fmt: skip
    (tmp_path / "results.json").write_text(json.dumps(record))
    (tmp_path / "t.csv").write_text(table)
    paths = [tmp_path / "t.csv", tmp_path / "results.json"]
    report = check_files(paths, policy, CheckContext(n_individuals=334)).file("t.csv")
    return report.verdict.word, {finding.rule for finding in report.findings}


@pytest.mark.parametrize(
    ("table", "status", "verdict"),
    [(SMALL, "pass", "block"), (FINE, "pass", "pass"), (FINE, "fail", "review"),
     (FINE, "review", "review")],
)  # fmt: skip
def test_a_record_of_acro_only_adds_to_what_is_found(tmp_path, policy, table, status, verdict):
    found, rules = checked(tmp_path, policy, table, status)

    assert found == verdict
    assert "ACR101" in rules


@pytest.mark.parametrize(
    "record", ["[]", "{", '{"version": "1", "results": [1]}', '{"results": {}}']
)
def test_what_is_no_record_says_nothing(tmp_path, policy, record):
    (tmp_path / "results.json").write_text(record)
    (tmp_path / "t.csv").write_text(FINE)

    paths = [tmp_path / "t.csv", tmp_path / "results.json"]
    report = check_files(paths, policy, CheckContext(n_individuals=334)).file("t.csv")

    assert not report.findings
