"""What is written as GWAS-SSF has its columns in order, and is read back as it was."""

from __future__ import annotations

import gzip
import hashlib
import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gdi_spe.analysis.combining.gwas_ssf import read_gwas_ssf, write_gwas_ssf
from gdi_spe.boundary.errors import BadInput


@pytest.fixture
def table() -> pd.DataFrame:
    found = pd.DataFrame(
        {
            "chromosome": [1, 1, 23],
            "base_pair_location": [100, 2000, 50],
            "effect_allele": ["G", "AT", "C"],
            "other_allele": ["A", "A", "T"],
            "beta": [0.1, np.nan, -0.25],
            "standard_error": [0.05, np.nan, 0.1],
            "effect_allele_frequency": [0.2, 0.01, 0.5],
            "p_value": [0.0455, np.nan, 1e-320],
            "neg_log_10_p_value": [1.342, np.nan, 320.0],
            "n": [1000, 998, 1000],
            "rsid": ["rs1", None, None],
            "test": ["wald", "none", "firth"],
        }
    )
    found.attrs = {"n": 1000, "n_cases": 200, "n_controls": 800, "assembly": "GRCh38"}
    return found


def test_the_columns_of_the_format_come_first_and_in_its_order(
    table: pd.DataFrame, tmp_path: Path
) -> None:
    write_gwas_ssf(table, tmp_path / "out.tsv.gz")

    lines = gzip.decompress((tmp_path / "out.tsv.gz").read_bytes()).decode().splitlines()
    assert lines[0].split("\t") == [
        "chromosome", "base_pair_location", "effect_allele", "other_allele", "beta",
        "standard_error", "effect_allele_frequency", "p_value", "variant_id", "rsid", "n",
        "neg_log_10_p_value", "test",
    ]  # fmt: skip
    assert lines[2].split("\t")[4:10] == ["#NA", "#NA", "0.01", "#NA", "1_2000_A_AT", "#NA"]


def test_the_metadata_tell_the_files_digest_assembly_and_people(
    table: pd.DataFrame, tmp_path: Path
) -> None:
    path = tmp_path / "out.tsv.gz"

    beside = write_gwas_ssf(
        table, path, metadata={"trait_description": "height: cm"}, on=date(2026, 1, 31)
    )

    lines = [line.split(": ", 1) for line in beside.read_text().splitlines()]
    told = {name: json.loads(value) for name, value in lines}
    assert told["data_file_md5sum"] == hashlib.md5(path.read_bytes()).hexdigest()
    assert told["genome_assembly"] == "GRCh38"
    assert told["is_sorted"] is True
    assert told["trait_description"] == "height: cm"
    assert told["date_metadata_last_modified"] == "2026-01-31"
    assert told["samples"] == [{"sample_size": 1000, "case_count": 200, "control_count": 800}]


@pytest.mark.parametrize("name", ["out.tsv", "out.tsv.gz"])
def test_what_is_written_is_read_back(table: pd.DataFrame, tmp_path: Path, name: str) -> None:
    write_gwas_ssf(table, tmp_path / name)

    found = read_gwas_ssf(tmp_path / name)

    assert found.attrs == {"file": name, "assembly": "GRCh38"}
    for column in table.columns.drop(["rsid", "test"]):
        expected = table[column].to_list()
        np.testing.assert_array_equal(found[column].to_list(), expected)


def test_an_odds_ratio_and_a_logarithm_alone_are_made_an_effect_and_a_p_value(
    tmp_path: Path,
) -> None:
    text = (
        "chromosome\tbase_pair_location\teffect_allele\tother_allele\todds_ratio\tstandard_error\t"
        "effect_allele_frequency\tneg_log_10_p_value\n2\t7\tg\tA\t1.5\t0.1\t0.3\t3\n"
    )
    (tmp_path / "theirs.tsv").write_text(text)

    found = read_gwas_ssf(tmp_path / "theirs.tsv")

    assert found["beta"][0] == pytest.approx(np.log(1.5))
    assert found["p_value"][0] == pytest.approx(1e-3)
    assert found["effect_allele"][0] == "G"


@pytest.mark.parametrize(
    ("column", "value", "why"),
    [
        ("chromosome", "X", r"chromosome is not 1 to 25 in 1 rows \(row 2\)"),
        ("base_pair_location", -5, "base_pair_location is not a position"),
        ("effect_allele", "<DEL>", "effect_allele is not of A, C, G and T"),
        ("other_allele", None, "other_allele is not of A, C, G and T"),
        ("standard_error", -0.1, "standard_error is below 0"),
        ("effect_allele_frequency", 1.2, "effect_allele_frequency is not 0 to 1"),
        ("p_value", 2, "p_value is not 0 to 1"),
        ("neg_log_10_p_value", -1, "neg_log_10_p_value is not 0 to inf"),
    ],
)
def test_what_the_format_does_not_take_is_refused_with_its_row(
    table: pd.DataFrame, tmp_path: Path, column: str, value: object, why: str
) -> None:
    wrong = table.astype({column: object})
    wrong.loc[1, column] = value

    with pytest.raises(BadInput, match=why):
        write_gwas_ssf(wrong, tmp_path / "out.tsv")


def test_a_file_that_is_not_one_is_refused_by_name(tmp_path: Path) -> None:
    (tmp_path / "cut.tsv.gz").write_bytes(gzip.compress(b"chromosome\n1\n")[:-6])
    (tmp_path / "other.tsv").write_text("a\tb\n1\t2\n")

    with pytest.raises(BadInput, match=r"cut\.tsv\.gz: it is no table"):
        read_gwas_ssf(tmp_path / "cut.tsv.gz")
    with pytest.raises(BadInput, match=r"other\.tsv: the columns chromosome"):
        read_gwas_ssf(tmp_path / "other.tsv")
    with pytest.raises(BadInput, match="there is no such file"):
        read_gwas_ssf(tmp_path / "none.tsv")
    with pytest.raises(BadInput, match="no name for it"):
        write_gwas_ssf(pd.DataFrame(), tmp_path / "out.csv")
