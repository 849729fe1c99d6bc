"""The first tutorial's commands, run in the order of the page in an empty folder."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
PAGE = REPOSITORY / "docs" / "tutorials" / "first-result.md"
_BLOCK = re.compile(r"^```(bash|python)\n(.*?)^```", re.MULTILINE | re.DOTALL)


def script(page: str) -> str:
    """Return the page's blocks as one shell script; the Python blocks are one program so far."""
    lines = ["set -euo pipefail"]
    program = ""
    for language, text in _BLOCK.findall(page):
        if language == "bash":
            lines.append(text)
        else:
            program += text
            lines.append(f"python - <<'END_OF_PROGRAM'\n{program}END_OF_PROGRAM\n")
    return "\n".join(lines)


def test_the_first_tutorial_runs_from_end_to_end(tmp_path: Path) -> None:
    tools = tmp_path / "tools"
    tools.mkdir()
    for name, words in (("python", ""), ("gdi-spe", "-m gdi_spe.node.cli.main")):
        (tools / name).write_text(f'#!/bin/sh\nexec "{sys.executable}" {words} "$@"\n')
        (tools / name).chmod(0o755)
    empty = tmp_path / "empty"
    empty.mkdir()

    done = subprocess.run(
        ["bash", "-c", script(PAGE.read_text())],
        cwd=empty,
        env={
            "PATH": f"{tools}{os.pathsep}{os.environ['PATH']}",
            "PYTHONPATH": str(REPOSITORY),
            "HOME": str(tmp_path),
        },
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )

    assert done.returncode == 0, f"{done.stdout}\n{done.stderr}"
    assert "25 individuals" in done.stdout
    assert "holds" in done.stdout


@pytest.mark.parametrize("page", sorted(REPOSITORY.glob("docs/**/*.md")), ids=str)
def test_links_between_pages_lead_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#:]+\.md)(?:#[\w-]+)?\)", page.read_text()):
        assert (page.parent / target).exists(), target


def test_python_examples_of_the_how_tos_are_python() -> None:
    for page in sorted(REPOSITORY.glob("docs/how-to/*.md")):
        for language, text in _BLOCK.findall(page.read_text()):
            if language == "python":
                compile(text, str(page), "exec")
