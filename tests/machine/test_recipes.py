"""The front door and its scripts, the lock files, the notices."""

import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).parents[2]
RECIPES = ("demo", "test", "check", "bench", "docs", "images", "up", "down")
LOCKS = (
    "deploy/requirements.lock",
    "images/workspace/requirements.lock",
    "images/workspace/build-tools.lock",
)


def scripts(language: str) -> list[str]:
    """Return the project's scripts in a language, by their first line."""
    files = [p for f in ("deploy", "images", ".ci") for p in (ROOT / f).rglob("*") if p.is_file()]
    found = (p for p in files if "node_modules" not in p.parts and p.suffix != ".pyc")
    return sorted(
        str(p.relative_to(ROOT))
        for p in found
        if re.match(rb"#!.*(%s)\n" % language.encode(), p.read_bytes()[:80])
    )


def locked(path: str) -> dict[str, str]:
    """Return the name and version of everything in a lock file."""
    text = (ROOT / path).read_text()
    pairs = re.findall(r"^([A-Za-z0-9._-]+)==([^ \\;]+)", text, flags=re.M)
    return {canonicalize_name(name): version for name, version in pairs}


@pytest.mark.parametrize("recipe", RECIPES)
def test_a_recipe_calls_only_programs_that_exist(recipe: str) -> None:
    printed = subprocess.run(
        ["make", "--dry-run", recipe], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout

    called = set(re.findall(r"\b((?:deploy|images)/[a-z]+)\b", printed))
    assert called
    for script in called:
        assert os.access(ROOT / script, os.X_OK), script


@pytest.mark.parametrize("script", scripts("bash|/sh"))
def test_a_shell_script_is_well_formed(script: str) -> None:
    subprocess.run(["bash", "-n", ROOT / script], check=True)
    text = (ROOT / script).read_text()
    assert re.search(r"^set -(euo pipefail|uo pipefail|eu)$", text, flags=re.M), "fails silently"
    if shutil.which("shellcheck"):
        subprocess.run(["shellcheck", "--severity=warning", ROOT / script], check=True)


def test_a_clone_finds_the_scripts_executable() -> None:
    printed = subprocess.run(
        ["git", "ls-files", "--stage", "--", "deploy", "images", ".ci"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    ).stdout  # fmt: skip
    modes = {line.split("\t")[1]: line.split()[0] for line in printed.splitlines()}
    started = {path for path in modes if (ROOT / path).read_bytes().startswith(b"#!")}

    assert started
    # Sourced by name inside a container, and so never started by itself.
    assert {p for p in started if modes[p] != "100755"} == set()


@pytest.mark.parametrize("path", LOCKS)
def test_a_lock_file_has_a_hash_for_everything_and_names_no_index(path: str) -> None:
    entries = re.split(r"^(?=[a-zA-Z])", (ROOT / path).read_text(), flags=re.M)[1:]

    assert entries
    for entry in entries:
        assert "--hash=sha256:" in entry
        assert "://" not in entry
    assert not re.search(r"^--", (ROOT / path).read_text(), flags=re.M)


def test_the_locks_satisfy_what_the_project_asks_for() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    library = [Requirement(r) for r in project["dependencies"]]
    extras = [Requirement(r) for rs in project["optional-dependencies"].values() for r in rs]

    for lock, requirements in (
        ("deploy/requirements.lock", [*library, *extras]),
        ("images/workspace/requirements.lock", library),
    ):
        versions = locked(lock)
        for requirement in requirements:
            version = versions[canonicalize_name(requirement.name)]
            assert requirement.specifier.contains(version), f"{requirement} in {lock}: deploy/lock"


def test_hail_and_pandas_2_are_what_a_workspace_has() -> None:
    versions = locked("images/workspace/requirements.lock")

    assert versions["hail"] == "0.2.139"
    assert versions["pandas"].startswith("2.")
    assert versions["duckdb"].startswith("2.")
    assert versions["jupyterlab"].startswith("4.6.")


def test_the_proxys_lock_names_no_registry_and_only_the_proxy_itself_asks_for_a_newer_node() -> (
    None
):
    packages = json.loads((ROOT / "deploy/proxy/package-lock.json").read_text())["packages"]
    installed = {name: values for name, values in packages.items() if name}

    assert all(values["integrity"].startswith("sha512-") for values in installed.values())
    assert not any("resolved" in values for values in installed.values())
    newer = [n for n, v in installed.items() if re.search(r"^>= ?(19|2\d)", engine_of(v))]
    assert newer == ["node_modules/configurable-http-proxy"]


def engine_of(values: dict[str, object]) -> str:
    """Return the Node.js that a package of a lock file declares."""
    engines = values.get("engines", {})
    return str(engines.get("node", "")) if isinstance(engines, dict) else ""


def test_the_notices_name_what_the_locks_name() -> None:
    check = subprocess.run(
        [sys.executable, ROOT / "deploy/notices", "--check"], capture_output=True, text=True
    )

    assert check.stdout == "", "run deploy/notices"
    assert check.returncode == 0


def test_the_licence_is_the_apache_licences_whole_text() -> None:
    text = (ROOT / "LICENSE").read_text()

    assert text.split()[:4] == ["Apache", "License", "Version", "2.0,"]
    assert "END OF TERMS AND CONDITIONS" in text
    assert len(text) > 11_000
