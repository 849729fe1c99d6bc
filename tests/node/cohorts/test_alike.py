"""Twins and people under two names are told to the node, and to nobody else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
import pytest
from numpy.typing import NDArray

from gdi_spe.node.cohorts import alike, seals

N_SITES = 200
TEXT = ("0/0", "0/1", "1/1")


def people(seed: int, n: int) -> NDArray[np.int8]:
    """Unrelated people at common variants, a column each."""
    draw = np.random.default_rng(seed)
    frequency = draw.uniform(0.3, 0.7, N_SITES)
    return draw.binomial(2, frequency[:, None], (N_SITES, n)).astype(np.int8)


def vcf(node: Any, calls: NDArray[np.int8], names: list[str], name: str) -> Path:
    records = [
        f"{1 + row % 3} {1000 + row * 997} . A C . . . GT {' '.join(TEXT[x] for x in row_calls)}"
        for row, row_calls in enumerate(calls)
    ]
    path: Path = node.vcf(sorted(records, key=lambda r: (r[0], int(r.split()[1]))), names, name)
    return path


def made(node: Any, first: NDArray[np.int8], second: NDArray[np.int8]) -> Any:
    for dataset, calls in (("D1", first), ("D2", second)):
        names = [f"{dataset}-{number}" for number in range(calls.shape[1])]
        node.ingest(dataset, vcf=(vcf(node, calls, names, f"{dataset}.vcf"),))
    node.define(datasets=("D1", "D2"))
    return node.materialise()


def test_one_person_under_two_identifiers_is_told_to_the_node_alone(node: Any) -> None:
    first, second = people(1, 12), people(2, 12)
    second[:, 3] = first[:, 7]
    wrong = np.random.default_rng(3).choice(N_SITES, 2, replace=False)
    second[wrong, 3] = (second[wrong, 3] + 1) % 3

    version = made(node, first, second)

    seal = seals.opened(node.home, version.seal, version.signature)
    assert any("1 pairs of individuals" in note for note in seal.notes)
    path = node.home / "pseudonyms" / version.path.parent.name / "1-alike.parquet"
    row = pq.read_table(path).to_pylist()[0]
    pair = {row["individual_id"], row["other_individual_id"]}
    assert pair == {"D1-7", "D2-3"}
    assert row["kinship"] > 0.45
    assert path.stat().st_mode & 0o077 == 0
    public = (version.path / "manifest.json").read_text()
    assert "alike" not in public
    assert not list(version.path.rglob("*alike*"))


def test_strangers_parents_and_siblings_are_not_told(node: Any) -> None:
    draw = np.random.default_rng(5)
    parents = people(4, 2)
    gametes = [draw.binomial(1, parents / 2).astype(np.int8) for _ in range(2)]
    children = np.stack([g.sum(axis=1) for g in gametes], axis=1).astype(np.int8)

    version = made(node, np.hstack([parents, people(6, 8)]), children)

    assert seals.opened(node.home, version.seal, version.signature).notes == (
        "the smallest size was not checked: there is no policy.toml here",
    )


@pytest.mark.parametrize("n_sites", [0, alike.LEAST_VARIANTS - 1])
def test_few_common_variants_say_nothing(n_sites: int, node: Any) -> None:
    calls = people(1, 6)[:n_sites]
    calls = np.vstack([calls, np.array([[1, 0, 0, 0, 0, 0]], np.int8)])

    version = made(node, calls, calls)

    seal = seals.opened(node.home, version.seal, version.signature)
    assert not any("pairs" in note for note in seal.notes)


def test_kinship_is_that_of_king() -> None:
    one = np.array([0, 1, 1, 2, 1, 0, -1], np.int8)
    other = np.array([0, 1, 0, 0, 1, 1, 1], np.int8)

    value, n_variants = alike.kinship(one, other)

    # Both heterozygous at 2, opposite homozygotes at 1, heterozygous calls 3 + 3.
    assert (value, n_variants) == ((2 - 2 * 1) / 6, 6)
