"""Kinship equals plink2's KING-robust estimates, on families with missing calls."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from gdi_spe.analysis.structure.kinship import kinship, n_pairs, robust
from gdi_spe.analysis.structure.relatives import (
    RelativesNotLookedFor,
    unrelated,
    without_relatives,
)
from gdi_spe.store.kernels import kinship as kernels
from gdi_spe.store.kernels.kinship import Planes, Shared, add_shared
from tests.analysis.from_codes import make_cohort, plink2, read


def families(
    rng: np.random.Generator, n_families: int = 12, n_variants: int = 1500
) -> NDArray[np.uint8]:
    """Two parents and three children each, shape ``(variants, people)``, with missing calls."""
    frequency = rng.uniform(0.05, 0.95, n_variants)
    people = []
    for _ in range(n_families):
        parents = rng.random((2, n_variants, 2)) < frequency[:, None]
        people += [parent.sum(axis=1) for parent in parents]
        for _child in range(3):
            picks = [np.take_along_axis(p, rng.integers(0, 2, (n_variants, 1)), 1) for p in parents]
            people.append(picks[0][:, 0].astype(int) + picks[1][:, 0])
    codes = np.column_stack(people).astype(np.uint8)
    codes[rng.random(codes.shape) < 0.02] = 3
    return codes


def estimates(codes: NDArray[np.uint8]) -> NDArray[np.float64]:
    planes = Planes.of(codes)
    everybody = slice(0, codes.shape[1])
    shared = Shared.none(codes.shape[1], codes.shape[1])
    add_shared(planes, everybody, everybody, shared)
    n_heterozygous = np.bitwise_count(planes.heterozygous).sum(axis=1, dtype=np.int64)
    return robust(shared, n_heterozygous, n_heterozygous)


def by_definition(codes: NDArray[np.uint8], one: int, two: int) -> float:
    called = (codes[:, one] != 3) & (codes[:, two] != 3)
    a, b = codes[called, one].astype(int), codes[called, two].astype(int)
    least = min((a == 1).sum(), (b == 1).sum())
    if not least:
        return float("nan")
    apart = ((a - b) ** 2).sum()
    return float(0.5 - apart / (4 * least))


@given(seed=st.integers(0, 2**32 - 1), n_people=st.integers(1, 7), n_variants=st.integers(1, 140))
def test_the_kernel_its_twin_and_the_definition_agree(
    seed: int, n_people: int, n_variants: int
) -> None:
    rng = np.random.default_rng(seed)
    codes = rng.integers(0, 4, (n_variants, n_people)).astype(np.uint8)

    compiled = estimates(codes)
    planes, everybody = Planes.of(codes), slice(0, n_people)
    shared = Shared.none(n_people, n_people)
    kernels._in_numpy(planes, everybody, everybody, shared)
    n_heterozygous = np.bitwise_count(planes.heterozygous).sum(axis=1, dtype=np.int64)

    np.testing.assert_array_equal(compiled, robust(shared, n_heterozygous, n_heterozygous))
    for one in range(n_people):
        for two in range(n_people):
            np.testing.assert_allclose(
                compiled[one, two], by_definition(codes, one, two), atol=1e-12
            )


def test_it_equals_plink2(tmp_path: Path) -> None:
    if shutil.which("plink2") is None:
        pytest.skip("plink2 is not on this machine")
    codes = families(np.random.default_rng(3))
    names = [f"P{number:03d}" for number in range(codes.shape[1])]
    text = {0: "0/0", 1: "0/1", 2: "1/1", 3: "./."}
    fixed = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT"]
    lines = ["##fileformat=VCFv4.3", "##contig=<ID=1>", "\t".join([*fixed, *names])]
    for row, calls in enumerate(codes):
        start = f"1\t{row + 1}\t.\tA\tG\t.\t.\t.\tGT\t"
        lines.append(start + "\t".join(text[int(code)] for code in calls))
    (tmp_path / "a.vcf").write_text("\n".join(lines) + "\n")
    command = ["plink2", "--vcf", "a.vcf", "--make-king-table", "--out", "a"]
    subprocess.run(command, check=True, capture_output=True, cwd=tmp_path)
    theirs = pd.read_csv(tmp_path / "a.kin0", sep="\t")

    ours = estimates(codes)

    number = {name: index for index, name in enumerate(names)}
    columns = ("IID1", "IID2") if "IID1" in theirs else ("#IID1", "IID2")
    found = [ours[number[a], number[b]] for a, b in zip(*(theirs[c] for c in columns), strict=True)]
    np.testing.assert_allclose(found, theirs["KINSHIP"], atol=1e-5)
    siblings = [ours[5 * f + 2, 5 * f + 3] for f in range(12)]
    assert 0.2 < np.mean(siblings) < 0.3


def test_who_is_left_has_no_relative_and_nobody_leaves_in_vain() -> None:
    table = pd.DataFrame(
        [("a", "b"), ("b", "c"), ("c", "d"), ("e", "f")], columns=["individual_1", "individual_2"]
    )

    kept = unrelated(table, ["a", "b", "c", "d", "e", "f", "g"])

    pairs = set(zip(table["individual_1"], table["individual_2"], strict=True))
    assert not any({one, two} <= set(kept) for one, two in pairs)
    for person in set("abcdefg") - set(kept):
        assert any(person in pair and set(pair) - {person} <= set(kept) for pair in pairs)
    assert len(kept) == 4
    assert "g" in kept


def test_every_pair_is_told_once_as_the_work_goes_on(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gdi_spe.analysis.structure.kinship._ROWS", 7)
    codes = families(np.random.default_rng(4), n_families=6, n_variants=300)
    places = [("chr1", 1000 + row, "A", "G") for row in range(300)]
    folder = make_cohort(tmp_path, places, codes)
    told: list[int] = []

    found = kinship(folder, min_kinship=-10, min_frequency=0, progress=told.append)

    assert len(told) == 5
    assert sum(told) == n_pairs(30) == len(found)


def test_a_cohort_equals_plink2_over_all_of_its_autosomes(tmp_path: Path) -> None:
    if shutil.which("plink2") is None:
        pytest.skip("plink2 is not on this machine")
    codes = families(np.random.default_rng(9), n_families=8, n_variants=900)
    rare = np.random.default_rng(1).random(codes.shape) < 0.01
    codes[::3] = np.where(codes[::3] == 3, 3, rare[::3])
    places = [(f"chr{1 + row // 300}", 1000 + row, "A", "G") for row in range(900)]
    folder = make_cohort(tmp_path, places, codes)
    theirs = read(plink2(tmp_path, "--make-king-table").with_suffix(".kin0"))

    ours = kinship(folder, min_kinship=-10, min_frequency=0)

    pair = [
        frozenset(names) for names in zip(ours["individual_1"], ours["individual_2"], strict=True)
    ]
    found = dict(zip(pair, ours["kinship"], strict=True))
    first = "IID1" if "IID1" in theirs else "#IID1"
    right = {frozenset(names): value for *names, value in
             zip(theirs[first], theirs["IID2"], theirs["KINSHIP"], strict=True)}  # fmt: skip
    assert found.keys() == right.keys()
    np.testing.assert_allclose([found[names] for names in right], list(right.values()), atol=1e-5)


def test_cases_stay_and_their_relatives_leave() -> None:
    pairs = [("a", "b"), ("b", "c"), ("b", "d"), ("e", "f")]
    table = pd.DataFrame(pairs, columns=["individual_1", "individual_2"])

    assert unrelated(table, "abcdef") == ["a", "c", "d", "e"]
    assert unrelated(table, "abcdef", prefer=["b", "f"]) == ["b", "f"]
    assert unrelated(table, "abcdef", prefer=["a", "b"]) == ["a", "c", "d", "e"]


@given(st.sets(st.tuples(st.integers(0, 14), st.integers(0, 14))), st.sets(st.integers(0, 14)))
def test_the_unrelated_are_unrelated_and_nobody_could_be_added(
    edges: set[tuple[int, int]], cases: set[int]
) -> None:
    pairs = [(str(a), str(b)) for a, b in edges if a != b]
    table = pd.DataFrame(pairs, columns=["individual_1", "individual_2"])
    people = [str(number) for number in range(15)]

    kept = set(unrelated(table, people, prefer=[str(case) for case in cases]))

    assert not any({a, b} <= kept for a, b in pairs)
    for person in set(people) - kept:
        near = {b if a == person else a for a, b in pairs if person in (a, b)}
        assert near & kept


def test_chance_makes_no_relatives_and_twins_are_seen(tmp_path: Path) -> None:
    rng = np.random.default_rng(3)
    codes = rng.binomial(2, rng.uniform(0.1, 0.9, (600, 1)), (600, 150)).astype(np.uint8)
    codes[:, 149] = codes[:, 0]
    places = [("chr1", 1000 + row, "A", "G") for row in range(600)]
    folder = make_cohort(tmp_path, places, codes)
    assert len(kinship(folder)) > 5, "the third degree is within chance here"

    with pytest.warns(RelativesNotLookedFor, match="distant relatives may be left"):
        kept = without_relatives(folder, None)

    assert kept is not None
    assert len(kept) == 149
