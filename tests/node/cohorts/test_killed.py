"""Killed at any moment, the node has the old version or the new one, whole."""

from __future__ import annotations

import random
import subprocess
import sys
import time
from typing import Any

import pytest

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

    for _ in range(5):
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(rng.uniform(0.4, 1.05) * whole)
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
