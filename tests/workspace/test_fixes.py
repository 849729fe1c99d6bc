"""Fixes that a finding names: the mended file is checked again, and the finding is gone."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from gdi_spe.boundary.errors import BadInput
from gdi_spe.disclosure.engine import check_files
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.presets import policy_named
from gdi_spe.workspace.outputs.fixes import mended

POLICY = policy_named("gdi-default")
SMALL = "site,F,M,All\nA,193,180,373\nB,4,7,11\nC,140,150,290\nAll,337,337,674\n"
VARIANTS = "SNP,AC,AN,beta,p\nrs1,2,4000,0.3,0.01\nrs2,900,4000,0.1,0.2\nrs3,3997,4000,0.1,0.5\n"


def verdict(path: Path, n: int = 674) -> str:
    return check_files([path], POLICY, CheckContext(n_individuals=n)).verdict.word


def rules(path: Path, n: int = 674) -> set[str]:
    report = check_files([path], POLICY, CheckContext(n_individuals=n))
    return {finding.rule for finding in report.files[0].findings}


def test_suppressing_hides_small_cells_and_what_would_give_them_back(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text(SMALL)

    out = mended(path, "suppress", POLICY)

    table = pd.read_csv(out)
    assert table.loc[1, "F"] == table.loc[1, "M"] == "suppressed"
    assert "All" not in table.columns
    assert "All" not in table["site"].tolist()
    assert (verdict(path), verdict(out)) == ("block", "review")
    assert not {"TAB101", "TAB109"} & rules(out, n=4000)


def test_rounding_leaves_no_small_count(tmp_path):
    path = tmp_path / "t.csv"
    path.write_text("site,n\nA,193\nB,6\nC,141\n")

    out = mended(path, "round", POLICY)

    assert pd.read_csv(out)["n"].tolist() == [190, 10, 140]
    assert verdict(path) == "block"
    assert verdict(out) == "pass"


def test_rare_alleles_are_left_out_on_either_side(tmp_path):
    path = tmp_path / "v.csv"
    path.write_text(VARIANTS)

    out = mended(path, "mac", POLICY)

    assert pd.read_csv(out)["SNP"].tolist() == ["rs2"]
    assert "GEN201" not in rules(out, n=2000)


def test_dropping_metadata_writes_the_canonical_form(tmp_path):
    path = tmp_path / "t.csv"
    path.write_bytes(b"# made by hand\nsite,n\nA,193\nB,141\n")

    out = mended(path, "drop-metadata", POLICY)

    assert out.read_bytes() == b"site,n\nA,193\nB,141\n"


@pytest.mark.parametrize("how", ["mac", "paint"])
def test_what_cannot_be_mended_is_said(tmp_path, how):
    path = tmp_path / "t.csv"
    path.write_text("site,n\nA,193\nB,141\n")

    with pytest.raises(BadInput):
        mended(path, how, POLICY)
