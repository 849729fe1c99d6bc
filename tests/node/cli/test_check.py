"""``gdi-spe check``: the verdict is the exit code, and wrong input is named."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

COUNTS = "site,n\nTartu,{}\nTallinn,52\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "counts.csv").write_text(COUNTS.format(48))
    (tmp_path / "few.csv").write_text(COUNTS.format(3))
    (tmp_path / "unknown.csv").write_text("what,why\n1.25,7.5\n2.75,1.5\n0.5,8.25\n")
    (tmp_path / "context.json").write_text(json.dumps({"n_individuals": 2000}))
    return tmp_path


def check(folder: Path, *words: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "gdi_spe.node.cli.main", "check", *map(str, words)]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


@pytest.mark.parametrize(
    ("names", "code", "verdict"),
    [
        (["counts.csv"], 0, "pass"),
        (["unknown.csv"], 10, "review"),
        (["few.csv"], 20, "block"),
        (["counts.csv", "few.csv"], 20, "block"),
    ],
)
def test_the_verdict_of_a_request_is_its_exit_code_and_json(
    folder: Path, names: list[str], code: int, verdict: str
) -> None:
    ended = check(folder, *names, "--policy", "gdi-default", "--context", "context.json", "--json")

    told = json.loads(ended.stdout)
    assert (ended.returncode, told["verdict"]) == (code, verdict)
    assert [each["file"] for each in told["files"]] == names
    for finding in (each for file in told["files"] for each in file["findings"]):
        assert {"rule", "severity", "part", "why", "fix", "evidence"} <= set(finding)


def test_people_read_the_cell_the_reason_and_the_fix(folder: Path) -> None:
    ended = check(folder, "few.csv", "--policy", "gdi-default")

    assert "TAB101 block few.csv!table[column=n]" in ended.stdout
    assert "Tartu" in ended.stdout
    assert "fix: " in ended.stdout


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["gone.csv", "--policy", "gdi-default"], "gone.csv: there is no such file"),
        ([".", "--policy", "gdi-default"], "it is a folder"),
        (["few.csv", "--policy", "strict"], "gdi-default"),
        (["few.csv", "--policy", "gdi-default", "--context", "bad.json"], "n_individuals"),
    ],
)
def test_wrong_input_is_named_and_is_no_verdict(folder: Path, words: list[str], told: str) -> None:
    (folder / "bad.json").write_text('{"n_individuals": "many"}')

    ended = check(folder, *words)

    assert (ended.returncode, ended.stdout) == (3, "")
    assert told in ended.stderr
