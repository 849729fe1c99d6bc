"""What is left of an association when other variants are known."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import statsmodels.api as sm

from gdi_spe.analysis.association.run import associate, quantitative
from gdi_spe.analysis.association.stepwise import stepwise
from gdi_spe.boundary.errors import BadInput

from .conftest import Made

PLANTED = "chr1-5010000-A-G"


def dosage(made: Made, row: int) -> np.ndarray:
    return np.where(made.codes[row] == 3, np.nan, made.codes[row].astype(float))


def test_a_given_variant_is_a_covariate_as_in_statsmodels(made: Made) -> None:
    trait = quantitative(made.folder, "height")

    table = associate(made.folder, trait, ["age"], condition_on=[PLANTED, "X:5280000:A:G"])

    on_x = dosage(made, 280)
    on_x[np.isnan(on_x)] = np.nanmean(on_x)
    assert table.attrs["covariates"] == ["age", PLANTED, "X:5280000:A:G"]
    assert not table["base_pair_location"].isin([5_010_000, 5_280_000]).any()
    for row in (20, 41, 150):
        g = dosage(made, row)
        called = ~np.isnan(g)
        columns = np.column_stack([np.ones(len(g)), made.age, dosage(made, 10), on_x, g])[called]
        found = sm.OLS(made.height[called], columns).fit()
        ours = table[table["base_pair_location"] == 5_000_000 + row * 1000].iloc[0]
        np.testing.assert_allclose(ours["beta"], found.params[-1], rtol=1e-7)
        np.testing.assert_allclose(ours["p_value"], found.pvalues[-1], rtol=1e-7)


@pytest.mark.skipif(shutil.which("plink2") is None, reason="plink2 is not on this machine")
def test_conditioning_equals_plink2s(made: Made, tmp_path: Path) -> None:
    lines = ["#IID\theight"]
    lines += [f"{n}\t{v}" for n, v in zip(made.names, made.height, strict=True)]
    (tmp_path / "people.tsv").write_text("\n".join(lines) + "\n")
    subprocess.run(
        ["plink2", "--vcf", made.vcf, "--chr", "1", "--pheno", "people.tsv", "--glm", "omit-ref",
         "hide-covar", "allow-no-covars", "--condition", "v10", "--out", "found"],
        check=True, capture_output=True, cwd=tmp_path,
    )  # fmt: skip
    theirs = pd.read_csv(tmp_path / "found.height.glm.linear", sep="\t")

    ours = associate(made.folder, quantitative(made.folder, "height"), condition_on=[PLANTED])

    both = ours.merge(theirs, left_on="base_pair_location", right_on="POS").dropna(subset="BETA")
    assert len(both) > 150
    np.testing.assert_allclose(both["beta"], both["BETA"], rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(both["standard_error"], both["SE"], rtol=1e-5)


def test_steps_find_the_planted_variants_and_stop(made: Made) -> None:
    rng = np.random.default_rng(5)
    trait = 1.5 * dosage(made, 60) + 0.8 * dosage(made, 72) + rng.normal(size=len(made.names))

    found = stepwise(made.folder, dict(zip(made.names, trait, strict=True)))

    strongest = found["base_pair_location"].tolist()
    assert sorted(strongest) == [5_060_000, 5_072_000]
    assert found["step"].tolist() == [1, 2]
    assert (found["p_value"] < 5e-8).all()
    assert found.attrs["variants"] == [f"chr1-{place}-A-G" for place in strongest]
    left = associate(
        made.folder, dict(zip(made.names, trait, strict=True)),
        condition_on=found.attrs["variants"],
    )  # fmt: skip
    assert left["p_value"].min() > 5e-8


def test_nothing_associated_is_an_empty_table(made: Made) -> None:
    noise = np.random.default_rng(9).normal(size=len(made.names))

    found = stepwise(made.folder, dict(zip(made.names, noise, strict=True)))

    assert found.empty
    assert found.attrs["variants"] == []
    assert "step" in found


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("chr1-5010000-A-T", "At its place there are chr1-5010000-A-G"),
        ("chr1-77-A-T", "is not among the variants"),
        ("chr9-77-A-T", "chromosome without variants"),
        ("rs123", "'rs123' is no variant"),
    ],
)
def test_a_variant_that_is_not_here_is_named(made: Made, name: str, why: str) -> None:
    with pytest.raises(BadInput, match=why):
        associate(made.folder, quantitative(made.folder, "height"), condition_on=[name])
