"""What a confined check may do: judge, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.engine import check_files
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.process import sandbox
from gdi_spe.disclosure.process.sandbox import check_confined

ROOT = Path(__file__).parents[2]


def confined(code: str, tmp_path: Path, owner: int = 61184) -> subprocess.CompletedProcess[str]:
    if os.geteuid() == 0:
        os.chown(tmp_path, owner, owner)
    script = (
        f"import sys, os, socket, subprocess, pickle, encodings.idna\n"
        f"sys.path.insert(0, {str(ROOT)!r})\n"
        "from pathlib import Path\n"
        "from gdi_spe.disclosure.process.confine import confine\n"
        f"confine(4 * 1024**3, 10, 1024**2, Path({str(tmp_path)!r}))\n{code}\n"
    )
    return subprocess.run(
        [sys.executable, "-c", script],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


@pytest.mark.parametrize(
    "code",
    [
        "socket.socket()",
        "socket.create_connection(('127.0.0.1', 80))",
        "subprocess.run(['true'])",
        "os.system('true')",
        "os.fork()",
        "os.execv('/bin/true', ['true'])",
        "import pickle; pickle.loads(b'cos\\nsystem\\n(S\"true\"\\ntR.')",
        "open('/tmp/escape-of-a-check', 'w')",
        "os.open('/tmp/escape-of-a-check', os.O_CREAT | os.O_WRONLY)",
        "os.symlink('/etc/passwd', 'x')",
        "try:\n    socket.socket()\nexcept Exception:\n    pass",
    ],
)
def test_a_check_cannot(code, tmp_path):
    done = confined(code, tmp_path)

    assert done.returncode != 0
    assert "Forbidden" in done.stderr
    assert not Path("/tmp/escape-of-a-check").exists()


def test_a_check_can_write_its_outcome(tmp_path):
    assert confined("open('x', 'w').write('y')", tmp_path).returncode == 0


def test_a_check_cannot_take_more_memory_than_the_policy_allows(tmp_path):
    assert "MemoryError" in confined("bytearray(8 * 1024**3)", tmp_path).stderr


def test_a_check_cannot_write_more_than_its_limit(tmp_path):
    code = "open('x', 'wb').write(b'y' * 2 * 1024**2)"

    assert confined(code, tmp_path).returncode != 0
    assert (tmp_path / "x").stat().st_size <= 1024**2


def test_the_confined_verdict_is_the_engines_own(tmp_path, policy):
    path = tmp_path / "t.csv"
    path.write_text("group,n_individuals\nA,40\nB,3\n")

    with check_confined({"t.csv": path}, policy, CheckContext(), tmp_path / "scratch") as checked:
        assert checked.outcome.report.verdict is Verdict.BLOCK
        assert {"limits", "hook", "privileges", "user"} <= set(checked.outcome.held)
        file, at = checked.canonical("t.csv")
        assert at.read_bytes() == b"group,n_individuals\nA,40\nB,3\n"
        assert file.media_type == "text/csv"
    assert list((tmp_path / "scratch").iterdir()) == []


@pytest.mark.parametrize(
    "run",
    ["import sys; sys.exit(1)", "import os; os.abort()", "print('nothing written')",
     "import sys, pathlib; pathlib.Path(sys.argv[2], 'out', 'outcome.json').write_text('{}')"],
)  # fmt: skip
def test_a_check_that_breaks_means_review_and_no_canonical_form(run, tmp_path, policy, monkeypatch):
    monkeypatch.setattr(sandbox, "_RUN", run)
    path = tmp_path / "t.csv"
    path.write_text("group,n_individuals\nA,40\nB,50\n")

    with check_confined({"t.csv": path}, policy, CheckContext(), tmp_path / "scratch") as checked:
        assert checked.outcome.report.verdict is Verdict.REVIEW
        assert checked.canonical("t.csv") is None


def test_a_check_started_by_root_runs_as_somebody_who_owns_nothing_else(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    os.chown(tmp_path, 61184, 61184)

    done = confined(
        "print(os.getresuid(), os.getresgid(), os.getgroups())\nopen('/etc/shadow').read()",
        tmp_path,
    )

    assert done.stdout.strip() == "(61184, 61184, 61184) (61184, 61184, 61184) []"
    assert "PermissionError" in done.stderr


def test_a_check_started_by_root_in_roots_own_folder_is_none(tmp_path):
    if os.geteuid() != 0:
        pytest.skip("only root can become somebody else")
    os.chown(tmp_path, 0, 0)

    assert "belongs to root" in confined("pass", tmp_path, owner=0).stderr


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.html", b"<table><tr><td>g</td><td>n</td></tr><tr><td>a</td><td>40</td></tr></table>"),
     ("a.csv", b"site,F,M,All\nA,500,497,997\nB,<10,<10,11\nAll,505,503,1008\n"),
     ("a.svg", b'<svg xmlns="http://www.w3.org/2000/svg"><circle cx="1" cy="1" r="1"/></svg>'),
     ("a.pkl", b"\x80\x04cos\nsystem\n(S'true'\ntR.")],
)  # fmt: skip
def test_every_form_is_judged_confined_as_it_is_outside(name, data, tmp_path, policy):
    path = tmp_path / name
    path.write_bytes(data)
    context = CheckContext(n_individuals=2000)

    with check_confined({name: path}, policy, context, tmp_path / "scratch") as checked:
        inside = checked.outcome.report
    assert inside.files == check_files([path], policy, context).files
