"""Killed at any moment, the node has the old version or the new one, whole."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from typing import Any

import pytest

from gdi_spe.boundary.errors import ExitCode
from gdi_spe.node.cohorts import datasets
from gdi_spe.node.cohorts.versions import current_dataset, scrub_dataset


def test_an_ingest_killed_at_random_moments_leaves_whole_versions_only(node: Any) -> None:
    rng = random.Random(7)
    names = [f"P{i}" for i in range(200)]
    calls = " ".join(rng.choice(["0/0", "0/1", "1/1"]) for _ in names)
    path = node.vcf([f"1 {100 + i} . A C . . . GT {calls}" for i in range(1500)], names)
    command = [sys.executable, "-m", "gdi_spe.node.cli.main", "--home", str(node.home)]
    command += ["dataset", "ingest", "D1", "--vcf", str(path), "--consent-waived", "synthetic"]
    begun = time.monotonic()
    subprocess.run(command, check=True, capture_output=True)
    whole = time.monotonic() - begun
    changed = [*command, "--keep-info", "QUAL"]

    for i in range(8):
        process = subprocess.Popen(
            [command, changed][i % 2], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        time.sleep(rng.uniform(0.3, 1.05) * whole)
        process.kill()
        process.wait()
        _check_whole(node)
    node.ingest(vcf=(path,))

    _check_whole(node)
    assert not list((node.home / "datasets").glob(".staging-*"))
    with node.database.read() as session:
        n_versions = len(datasets.get(session, "D1").versions)
    kept = [p for p in (node.home / "datasets" / "D1").iterdir() if p.name.isdecimal()]
    assert len(kept) == n_versions
    assert node.events().count("dataset.version-made") == n_versions


def _check_whole(node: Any) -> None:
    with node.database.read() as session:
        version = current_dataset(session, node.home, "D1")
    scrub_dataset(node.home, version)


def test_the_same_files_read_again_are_no_new_version(node: Any) -> None:
    path = node.vcf(["1 100 . A C . . . GT 0/1 0/0"], ("A", "B"))

    first, again = node.ingest(vcf=(path,)), node.ingest(vcf=(path,))
    other = node.ingest(vcf=(path,), keep_info=("QUAL",))

    assert (first.version, first.is_new) == (1, True)
    assert (again.version, again.is_new) == (1, False)
    assert (other.version, other.is_new) == (2, True)
    assert node.events().count("dataset.version-made") == 2


FULL_DISK = """
import resource, sys
from gdi_spe.node.cli.main import main
resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))
sys.argv = ["gdi-spe", *sys.argv[1:]]
main()
"""


def test_a_full_disk_is_told_and_nothing_is_lost(node: Any) -> None:
    rng = random.Random(3)
    names = [f"P{i}" for i in range(200)]
    lines = [
        f"1 {100 + i} . A C . . . GT {' '.join(rng.choice(['0/0', '0/1', '1/1']) for _ in names)}"
        for i in range(800)
    ]
    small, large = node.vcf(lines[:5], names, "small.vcf"), node.vcf(lines, names, "large.vcf")
    node.ingest(vcf=(small,))
    before = node.written()
    command = [sys.executable, "-c", FULL_DISK, "--home", str(node.home), "dataset", "ingest"]
    command += ["D1", "--vcf", str(large), "--consent-waived", "synthetic"]

    done = subprocess.run(command, capture_output=True, text=True, check=False)

    assert done.returncode == int(ExitCode.UNAVAILABLE)
    assert "the disk is full" in done.stderr
    assert node.written() == before
    _check_whole(node)


@pytest.mark.parametrize("is_alive", [True, False])
def test_only_what_a_dead_writer_left_is_cleared(is_alive: bool, tmp_path: Any) -> None:
    from gdi_spe.store.writing.folders import staged

    if not is_alive:
        (tmp_path / ".staging-dead").mkdir()
        with staged(tmp_path):
            assert not (tmp_path / ".staging-dead").exists()
        return
    with staged(tmp_path) as first, staged(tmp_path) as second:
        assert first.is_dir()
        assert second.is_dir()
    assert list(tmp_path.iterdir()) == []
