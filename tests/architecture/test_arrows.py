"""The arrows between the rooms, and proof that the check of them can fail."""

from __future__ import annotations

import ast
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

REPOSITORY = Path(__file__).resolve().parents[2]
LINT = Path(sys.executable).parent / "lint-imports"

# A wrong arrow each: the file that gets it, and the import.
WRONG = {
    "the workspace imports the node": ("workspace/cohorts.py", "gdi_spe.node.settings"),
    "the node imports the workspace": ("node/settings.py", "gdi_spe.workspace.cohorts"),
    "the node imports analysis": ("node/settings.py", "gdi_spe.analysis.counting.frequencies"),
    "the boundary imports a room": ("boundary/errors.py", "gdi_spe.store.calls"),
    "a lower line imports a higher one": ("node/identity/visas.py", "gdi_spe.node.projects.access"),
    "neighbours import each other": ("node/web/app.py", "gdi_spe.node.hub.pages"),
    "Hail leaves its adapter": ("query/evaluate.py", "hail"),
    "a model leans on an answer": (
        "analysis/regression/model.py",
        "gdi_spe.analysis.association.run",
    ),
    "structure leans on counts": (
        "analysis/structure/eigen.py",
        "gdi_spe.analysis.counting.samples",
    ),
    "the engine is spoken to elsewhere": ("node/web/app.py", "docker"),
    "the Hub speaks to the engine itself": ("node/hub/pages.py", "docker"),
    "DockerSpawner leaves the spawner": ("node/hub/authenticator.py", "dockerspawner"),
}


@pytest.fixture
def copy(tmp_path: Path) -> Path:
    ignored = shutil.ignore_patterns("__pycache__")
    shutil.copytree(REPOSITORY / "gdi_spe", tmp_path / "gdi_spe", ignore=ignored)
    shutil.copy(REPOSITORY / "pyproject.toml", tmp_path)
    return tmp_path


def lint(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [str(LINT), "--no-cache"],
        cwd=folder,
        env={"PYTHONPATH": str(folder), "PATH": str(LINT.parent)},
        capture_output=True,
        text=True,
        check=False,
    )


def test_every_arrow_points_down(copy: Path) -> None:
    checked = lint(copy)

    assert checked.returncode == 0, checked.stdout
    assert "9 kept, 0 broken" in checked.stdout


@pytest.mark.parametrize("wrong", WRONG.values(), ids=WRONG.keys())
def test_a_wrong_arrow_is_noticed(copy: Path, wrong: tuple[str, str]) -> None:
    place, imported = wrong
    with (copy / "gdi_spe" / place).open("a") as file:
        file.write(f"\nimport {imported}\n")

    assert lint(copy).returncode != 0


def test_a_room_without_a_place_is_noticed(copy: Path) -> None:
    (copy / "gdi_spe" / "helpers").mkdir()
    (copy / "gdi_spe" / "helpers" / "__init__.py").write_text('"""Things."""\n')

    assert lint(copy).returncode != 0


def test_the_hubs_configuration_is_short() -> None:
    lines = (REPOSITORY / "hub_config" / "jupyterhub_config.py").read_text().splitlines()

    assert len(lines) < 50


def test_rooms_export_nothing_but_their_modules() -> None:
    package = REPOSITORY / "gdi_spe"
    for path in [*package.glob("*/__init__.py"), *package.glob("node/*/__init__.py")]:
        statements = ast.parse(path.read_text()).body
        assert all(isinstance(each, ast.Expr) for each in statements), path


def test_the_environment_is_read_by_entry_points_alone() -> None:
    readers = {
        str(path.relative_to(REPOSITORY / "gdi_spe"))
        for path in (REPOSITORY / "gdi_spe").rglob("*.py")
        if "os.environ" in path.read_text()
    }

    # Which code computes (the answers are the same), and the compiler's name while it is built.
    allowed = {"store/kernels/library.py", "store/kernels/build.py"}
    rooms = ("boundary", "store", "query", "analysis")
    assert {one for one in readers if one.startswith(rooms)} == allowed
