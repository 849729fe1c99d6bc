"""Polygenic scores equal plink2's, and what cannot be matched is told."""

from __future__ import annotations

import gzip
import shutil
import subprocess
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gdi_spe.analysis.scores.run import TooFewMatched, match_scoring_file, polygenic_score
from gdi_spe.analysis.scores.scoring_file import ScoreNotAdditive, ScoreOtherAssembly, read
from gdi_spe.boundary.errors import BadInput
from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.engine import check_files
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.presets import policy_named
from gdi_spe.store.folder import CohortFolder
from tests.analysis.making import Person, Site, make

N_PEOPLE, N_SITES = 80, 40
_TEXT = {0: "0/0", 1: "0/1", 2: "1/1", 3: "./."}
COLUMNS = ("rsID", "chr_name", "chr_position", "effect_allele", "other_allele", "effect_weight")
Row = tuple[object, ...]


@dataclass(frozen=True)
class Made:
    folder: CohortFolder
    vcf: Path
    sites: tuple[Site, ...]
    names: tuple[str, ...]
    is_male: np.ndarray


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    rng = np.random.default_rng(3)
    frequency = rng.uniform(0.05, 0.95, N_SITES)
    codes = rng.binomial(2, frequency[:, None], (N_SITES, N_PEOPLE))
    codes[rng.random(codes.shape) < 0.04] = 3
    is_male = rng.random(N_PEOPLE) < 0.5
    codes[30:, is_male] = np.where(codes[30:, is_male] == 1, 2, codes[30:, is_male])
    names = tuple(f"P{number:02d}" for number in range(N_PEOPLE))
    people = [Person(n, "male" if m else "female") for n, m in zip(names, is_male, strict=True)]
    bases = ["AG", "CT", "AC", "GT", "AT", "CG"]
    sites = tuple(
        Site("chrX" if row >= 30 else "chr7", 5_000_000 + 100 * row, *bases[row % 6],
             [_TEXT[int(code)] for code in codes[row]], id=f"rs{row}")
        for row in range(N_SITES)
    )  # fmt: skip
    root = tmp_path_factory.mktemp("scores")
    return Made(make(root, people, sites), root / "calls.vcf", sites, names, is_male)


def write(
    path: Path, rows: list[Row], columns: tuple[str, ...] = COLUMNS, build: str = "GRCh38",
    **header: str,
) -> Path:  # fmt: skip
    told = {"format_version": "2.0", "pgs_id": "PGS000000", "genome_build": build,
            "weight_type": "beta", **header}  # fmt: skip
    lines = ["###PGS CATALOG SCORING FILE - see the downloads page"]
    lines += [f"#{key}={value}" for key, value in told.items()]
    lines.append("\t".join(columns))
    lines += ["\t".join("" if cell is None else str(cell) for cell in row) for row in rows]
    path.write_text("\n".join(lines) + "\n")
    return path


def row_of(site: Site, effect: str, other: str | None, weight: float) -> Row:
    return (site.id, site.chromosome.removeprefix("chr"), site.position, effect, other, weight)


def is_palindromic(site: Site) -> bool:
    return {site.reference, site.alternate} in ({"A", "T"}, {"C", "G"})


def complement(base: str) -> str:
    return base.translate(str.maketrans("ACGT", "TGCA"))


def weights(made: Made) -> list[tuple[Site, bool, float]]:
    """Every site, whether its reference is the effect allele, and its weight."""
    rng = np.random.default_rng(5)
    return [(site, bool(rng.random() < 0.5), round(float(w), 4))
            for site, w in zip(made.sites, rng.normal(0, 1, N_SITES), strict=True)]  # fmt: skip


@pytest.fixture
def mixed(made: Made, tmp_path: Path) -> Path:
    """Effect alleles that are the alternate or the reference, on either strand."""
    rows = []
    for number, (site, of_reference, weight) in enumerate(weights(made)):
        pair = (
            (site.reference, site.alternate) if of_reference else (site.alternate, site.reference)
        )
        if number % 3 == 1 and not is_palindromic(site):
            pair = (complement(pair[0]), complement(pair[1]))
        rows.append(row_of(site, *pair, weight))
    return write(tmp_path / "mixed.txt", rows)


def by_plink(made: Made, folder: Path, *words: str, keep: object = None) -> pd.DataFrame:
    if shutil.which("plink2") is None:
        pytest.skip("plink2 is not on this machine")
    lines = [f"{site.id}\t{site.reference if of_reference else site.alternate}\t{weight}"
             for site, of_reference, weight in weights(made)
             if keep is None or not is_palindromic(site)]  # fmt: skip
    (folder / "weights.tsv").write_text("\n".join(lines) + "\n")
    sexes = [f"{n}\t{1 if m else 2}" for n, m in zip(made.names, made.is_male, strict=True)]
    (folder / "sex.tsv").write_text("\n".join(["#IID\tSEX", *sexes]) + "\n")
    subprocess.run(
        ["plink2", "--vcf", made.vcf, "--split-par", "hg38", "--update-sex", folder / "sex.tsv",
         "--score", folder / "weights.tsv", *words, "cols=+scoresums,+nallele", "--out",
         folder / "plink"],
        check=True, capture_output=True, cwd=folder,
    )  # fmt: skip
    return pd.read_csv(folder / "plink.sscore", sep="\t")


@pytest.mark.parametrize(("missing", "word"), [("drop", ["no-mean-imputation"]), ("mean", [])])
def test_scores_equal_plink2s(
    made: Made, mixed: Path, tmp_path: Path, missing: str, word: list[str]
) -> None:
    theirs = by_plink(made, tmp_path, *word)

    ours = polygenic_score(made.folder, mixed, missing=missing, ambiguous="keep")  # type: ignore[arg-type]

    assert ours["individual_id"].tolist() == theirs["#IID"].tolist()
    np.testing.assert_allclose(ours["score"], theirs["SCORE1_SUM"], atol=2e-4)
    if missing == "drop":
        assert (ours["n_alleles"] == theirs["ALLELE_CT"]).all()
        np.testing.assert_allclose(ours["score_average"], theirs["SCORE1_AVG"], atol=2e-6)
    assert ours.attrs["n_flipped"] > 5
    assert ours.attrs["n_missing_calls"] > 50


def test_ambiguous_variants_do_not_count_unless_asked(
    made: Made, mixed: Path, tmp_path: Path
) -> None:
    theirs = by_plink(made, tmp_path, "no-mean-imputation", keep=False)

    ours = polygenic_score(made.folder, mixed, min_matched=0.5)

    np.testing.assert_allclose(ours["score"], theirs["SCORE1_SUM"], atol=2e-4)
    assert ours.attrs["n_ambiguous"] == sum(map(is_palindromic, made.sites))


def test_frequencies_tell_the_strand_of_what_is_not_common(made: Made, tmp_path: Path) -> None:
    chr7 = made.folder.variants("chr7")["allele_frequency"].to_pylist()
    sites = [(s, f) for s, f in zip(made.sites, chr7, strict=False) if is_palindromic(s)]
    near = [(s, f) for s, f in sites if not abs(f - 0.5) > 0.1]
    clear = [(s, f) for s, f in sites if abs(f - 0.5) > 0.1]
    assert len(clear) > 3
    rows = [(*row_of(s, s.alternate, s.reference, 1.0), 1 - f if at % 2 else f)
            for at, (s, f) in enumerate([*clear, *near])]  # fmt: skip
    file = write(tmp_path / "f.txt", rows, (*COLUMNS, "allelefrequency_effect"))

    table = match_scoring_file(made.folder, file, ambiguous="frequency")

    expected = ["flipped" if at % 2 else "matched" for at in range(len(clear))]
    assert table["status"].tolist() == expected + ["ambiguous"] * len(near)
    scored = polygenic_score(made.folder, file, ambiguous="frequency", min_matched=0)
    straight = write(tmp_path / "s.txt", [
        row_of(s, *((s.reference, s.alternate) if at % 2 else (s.alternate, s.reference)), 1.0)
        for at, (s, _) in enumerate(clear)
    ])  # fmt: skip
    expected_score = polygenic_score(made.folder, straight, ambiguous="keep")["score"]
    np.testing.assert_allclose(scored["score"], expected_score)


def test_harmonised_places_come_first_and_rsids_last(made: Made, tmp_path: Path) -> None:
    sites = [site for site in made.sites if not is_palindromic(site)]
    plain = write(tmp_path / "a.txt", [row_of(s, s.alternate, s.reference, 0.5) for s in sites])
    harmonised = write(
        tmp_path / "b.txt",
        [(s.id, "1", 1, s.alternate, s.reference, 0.5, s.chromosome[3:], s.position)
         for s in sites],
        (*COLUMNS, "hm_chr", "hm_pos"), "GRCh37", HmPOS_build="GRCh38",
    )  # fmt: skip
    by_id = write(
        tmp_path / "c.txt", [(s.id, s.alternate, 0.5) for s in sites],
        ("rsID", "effect_allele", "effect_weight"), "NR",
    )  # fmt: skip
    packed = tmp_path / "d.txt.gz"
    packed.write_bytes(gzip.compress(harmonised.read_bytes()))

    found = [polygenic_score(made.folder, file) for file in (plain, harmonised, by_id, packed)]

    assert [each.attrs["places"] for each in found] == [
        "reported", "harmonised", "rsid", "harmonised",
    ]  # fmt: skip
    for each in found:
        np.testing.assert_array_equal(each["score"], found[0]["score"])
    assert found[0].attrs["matched_fraction"] == 1


def test_what_does_not_match_is_told(made: Made, tmp_path: Path) -> None:
    first, second, third = [s for s in made.sites if not is_palindromic(s)][:3]
    rows = [
        row_of(first, first.alternate, first.reference, 0.5),
        row_of(first, first.alternate, first.reference, 0.5),
        row_of(second, "AT", second.reference, 0.5),
        ("rs_none", "7", 1000, "A", "G", 0.5),
        ("rs_none", "HLA", 1000, "A", "G", 0.5),
        row_of(third, third.reference, None, 0.5),
    ]
    file = write(tmp_path / "a.txt", rows)

    table = match_scoring_file(made.folder, file)

    assert table["status"].tolist() == [
        "matched", "duplicate", "mismatched", "absent", "absent", "matched",
    ]  # fmt: skip
    assert table.attrs["matched_fraction"] == 2 / 6
    with pytest.raises(TooFewMatched, match=r"2 of 6 variants.*2 absent, 1 mismatched"):
        polygenic_score(made.folder, file)


@pytest.mark.parametrize(
    ("columns", "cells", "header", "error", "said"),
    [
        ((), (), {"genome_build": "GRCh37", "rs": "no"}, ScoreOtherAssembly, "GRCh37.*GRCh38"),
        ((), (), {"weight_type": "OR"}, ScoreNotAdditive, "logarithms"),
        (("is_dominant",), ("True",), {}, ScoreNotAdditive, "line 7: is_dominant"),
        (("is_interaction",), ("1",), {}, ScoreNotAdditive, "is_interaction"),
        (("is_haplotype",), ("true",), {}, ScoreNotAdditive, "is_haplotype"),
        (("dosage_1_weight",), ("0",), {}, ScoreNotAdditive, "dosage_1_weight"),
    ],
)
def test_what_cannot_be_scored_is_refused_by_name(
    made: Made, tmp_path: Path, columns: tuple[str, ...], cells: Row, header: dict[str, str],
    error: type[BadInput], said: str,
) -> None:  # fmt: skip
    site = made.sites[0]
    has_rsid = header.pop("rs", "") != "no"
    build = header.pop("genome_build", "GRCh38")
    row = row_of(site, site.alternate, site.reference, 0.5)[0 if has_rsid else 1 :]
    names = COLUMNS[0 if has_rsid else 1 :]
    file = write(tmp_path / "a.txt", [(*row, *cells)], (*names, *columns), build, **header)

    with pytest.raises(error, match=said):
        polygenic_score(made.folder, file)


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("rs1", "7", 5, "A", "G", "much")], "line 7: effect_weight is no number"),
        ([("rs1", "7", 5, "A", "G", 1), ("rs1", "7", 5, "A", "G", 2)], "line 8.*two weights"),
        ([("rs1", "7", 5, "", "G", 1)], "no effect allele"),
        ([], "no variant"),
    ],
)
def test_a_broken_file_is_refused_with_its_line(
    made: Made, tmp_path: Path, rows: list[Row], said: str
) -> None:
    with pytest.raises(BadInput, match=said):
        polygenic_score(made.folder, write(tmp_path / "a.txt", rows))


def test_of_a_record_with_three_alleles_the_reference_is_what_is_neither(tmp_path: Path) -> None:
    people = [Person(name) for name in "ABCDE"]
    calls = ["0/0", "0/1", "0/2", "1/2", "./."]
    folder = make(tmp_path / "made", people, [Site("chr7", 100, "A", "G,T", calls)])
    effect = {
        allele: write(tmp_path / f"{allele}.txt", [("rs1", "7", 100, allele, None, 1.0)])
        for allele in "AGT"
    }

    found = {
        allele: polygenic_score(folder, file, ambiguous="keep")["score"].tolist()
        for allele, file in effect.items()
    }

    assert found == {"A": [2, 1, 1, 0, 0], "G": [0, 1, 0, 1, 0], "T": [0, 0, 1, 1, 0]}


def test_a_mans_x_can_count_once(made: Made, tmp_path: Path) -> None:
    site = next(s for s in made.sites[30:] if not is_palindromic(s))
    file = write(tmp_path / "a.txt", [row_of(site, site.reference, site.alternate, 1.0)])

    twice = polygenic_score(made.folder, file)
    once = polygenic_score(made.folder, file, males_on_x=1)

    men = made.is_male
    np.testing.assert_array_equal(once["score"][men] * 2, twice["score"][men])
    np.testing.assert_array_equal(once["score"][~men], twice["score"][~men])
    assert once["n_alleles"][men].max() == 1


def test_rows_about_people_say_that_they_cannot_be_exported(made: Made, mixed: Path) -> None:
    some = made.names[5:15]

    ours = polygenic_score(made.folder, mixed, some, ambiguous="keep")

    assert ours["individual_id"].tolist() == list(some)
    assert ours.attrs["exportable"] is False


CELL = st.sampled_from(["1", "7", "X", "A", "T", "rs1", "0.5", "nan", "", "\0", "True", "é"])
LINE = st.lists(CELL, min_size=0, max_size=8).map("\t".join)
HEADER = st.sampled_from(
    ["#genome_build=GRCh38", "#HmPOS_build=GRCh38", "#weight_type=beta", "#", "##x=y=z"]
)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(HEADER, max_size=4),
    st.permutations([*COLUMNS, "hm_chr", "hm_pos"]).map("\t".join),
    st.lists(LINE, max_size=5),
    st.booleans(),
)
def test_whatever_is_in_a_file_is_read_or_refused(
    tmp_path: Path, header: list[str], columns: str, lines: list[str], packed: bool
) -> None:
    path = tmp_path / "any.txt"
    content = "\n".join([*header, columns, *lines]).encode()
    path.write_bytes(gzip.compress(content) if packed else content)

    found = None
    with suppress(BadInput):
        found = read(path, "GRCh38").variants

    assert found is None or np.isfinite(found["weight"]).all()
    assert found is None or found["effect_allele"].notna().all()


@pytest.mark.parametrize(
    "content",
    [b"", b"\x1f\x8b broken", b"\xff\xfe\x00", b"#a=b\n", b"\x1f\x8b\x08\x00" + b"\0" * 6],
)
def test_what_is_no_text_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any.txt"
    path.write_bytes(content)

    with pytest.raises(BadInput, match=r"any\.txt"):
        read(path, "GRCh38")


def test_the_nodes_rules_block_the_scores_of_people(
    made: Made, mixed: Path, tmp_path: Path
) -> None:
    path = tmp_path / "scores.csv"
    polygenic_score(made.folder, mixed, ambiguous="keep").to_csv(path, index=False)

    report = check_files(
        [path], policy_named("gdi-default"), CheckContext(identifiers=frozenset(made.names))
    )

    assert report.verdict is Verdict.BLOCK


def test_the_header_of_former_files_is_read(made: Made, tmp_path: Path) -> None:
    site = next(each for each in made.sites if not is_palindromic(each))
    path = tmp_path / "former.txt"
    path.write_text(
        "### PGS CATALOG SCORING FILE\n# PGS ID = PGS000004\n# Original Genome Build = hg38\n"
        "chr_name\tchr_position\teffect_allele\treference_allele\teffect_weight\n"
        f"{site.chromosome[3:]}\t{site.position}\t{site.alternate}\t{site.reference}\t0.5\n"
    )

    found = polygenic_score(made.folder, path)

    assert found.attrs["pgs_id"] == "PGS000004"
    assert found.attrs["matched_fraction"] == 1


def test_who_interrupts_can_go_on(made: Made, mixed: Path) -> None:
    def interrupt(_n: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        polygenic_score(made.folder, mixed, ambiguous="keep", progress=interrupt)
    told: list[int] = []
    found = polygenic_score(made.folder, mixed, ambiguous="keep", progress=told.append)

    assert sum(told) == found.attrs["n_matched"] == N_SITES
