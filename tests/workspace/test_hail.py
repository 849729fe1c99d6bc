"""The cohort in Hail has the same calls, people and counts."""

from __future__ import annotations

import importlib.util
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gdi_spe.boundary.errors import BadInput
from gdi_spe.demo.cohort import DemoCohort
from gdi_spe.store.folder import CohortFolder
from gdi_spe.store.writing.vcf import VcfOptions, write_vcf
from gdi_spe.workspace.cohort.opened import Cohort
from tests.workspace.inside import Workspace, image_or_skip

HAS_HAIL = importlib.util.find_spec("hail") is not None


@pytest.mark.skipif(HAS_HAIL, reason="Hail is here")
def test_without_hail_it_is_said_where_it_is(cohort: Cohort) -> None:
    with pytest.raises(BadInput, match="in every workspace"):
        cohort.to_hail()


KEYS = ["chromosome", "base_pair_location", "effect_allele", "other_allele"]
PLACE = ["chromosome", "position", "reference", "alternate"]


@pytest.fixture(scope="module")
def told(planted: DemoCohort, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What Hail and the library say of one cohort, inside one workspace."""
    shared = tmp_path_factory.mktemp("hail")
    shared.chmod(0o777)
    said = Workspace(image_or_skip(), planted.path, shared).run(
        "python", "/opt/tests/ask_hail.py", "/run/node"
    )
    # Java's and Spark's own messages would fill a cell.
    assert said == "GRCh38 2441\n"
    return shared


def both(told: Path, name: str, keys: list[str]) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return Hail's and our table, row by row of the same variants."""
    theirs, ours = (pd.read_parquet(told / f"{name}.{whose}") for whose in ("hail", "ours"))
    alone = theirs.drop_duplicates(keys, keep=False)[keys].merge(ours[keys], on=keys)
    return alone.merge(theirs, on=keys), alone.merge(ours, on=keys)


@pytest.mark.engine
@pytest.mark.parametrize(("name", "least"), [("linear", 2700), ("logistic", 20)])
def test_hail_and_the_library_give_one_regression(told: Path, name: str, least: int) -> None:
    theirs, ours = both(told, name, KEYS)

    known = theirs["p_value"].notna().to_numpy() & ours["p_value"].notna().to_numpy()
    assert known.sum() >= least
    assert set(theirs.columns) <= set(ours.columns)
    for column in ("beta", "standard_error", "p_value", "neg_log_10_p_value"):
        np.testing.assert_allclose(
            theirs.loc[known, column], ours.loc[known, column], rtol=1e-6, atol=1e-9
        )


@pytest.mark.engine
def test_hail_and_the_library_count_the_same_calls(told: Path) -> None:
    theirs, ours = both(told, "variant_qc", PLACE)

    # Hail takes a half-missing call for missing; the library counts the allele it has.
    whole = (theirs["allele_number"] == ours["allele_number"]).to_numpy()
    assert whole.mean() > 0.5
    assert set(theirs.columns) <= set(ours.columns)
    for column in [name for name in theirs.columns if name not in PLACE]:
        np.testing.assert_allclose(
            theirs.loc[whole, column], ours.loc[whole, column], rtol=1e-9, err_msg=column
        )


@pytest.mark.engine
def test_a_test_of_hails_own_has_the_same_columns(told: Path) -> None:
    tested, counted = (pd.read_parquet(told / f"{name}.hail") for name in ("hwe", "variant_qc"))

    assert list(tested.columns) == [*PLACE, "het_freq_hwe", "p_value_hwe"]
    np.testing.assert_allclose(tested["p_value_hwe"], counted["p_value_hwe"], rtol=1e-12)


@pytest.mark.engine
def test_hail_and_the_library_count_the_same_of_each_individual(told: Path) -> None:
    theirs = pd.read_parquet(told / "sample_qc.hail")
    ours = pd.read_parquet(told / "sample_qc.ours").loc[theirs.index]

    assert theirs.index.name == "individual_id"
    assert len(theirs) == 2441
    for column in ("call_rate", "n_called", "n_hom_ref", "n_het", "n_hom_var", "n_non_ref"):
        np.testing.assert_allclose(theirs[column], ours[column], rtol=1e-9, err_msg=column)
    # The allele that is known of a half-missing call counts here, and not in Hail.
    more = ours["n_snp"] - theirs["n_snp"]
    assert (more >= 0).all()
    assert (more == 0).mean() > 0.9


@pytest.mark.engine
def test_what_is_no_result_is_refused(told: Path) -> None:
    assert (told / "refused").read_text().startswith("BadInput: this is no result")


def test_the_vcf_says_what_the_store_holds(folder: CohortFolder, tmp_path: object) -> None:
    path = Path(str(tmp_path)) / "cohort.vcf"

    write_vcf(folder, path, VcfOptions(annotations=True, counts=False))

    records = [line.split("\t") for line in path.read_text().splitlines() if line[:1] != "#"]
    by_place = {(each[0], int(each[1])): each for each in records}
    assert len(records) == 9
    assert by_place["chr19", 38500000][10] == "1/.", "half-missing"
    assert by_place["chrX", 12885361][9:18] == [
        "0/1", "1/1", "0/0", "0/0", "0/0", "0/0", "1/1", "1", "0/1",
    ]  # fmt: skip
    assert by_place["chr1", 1000][18] == "./."
    assert by_place["chr10", 87933147][7] == (
        "GENE=PTEN;GENE_ID=ENSG_PTEN;CONSEQUENCE=stop_gained;HGVS_P=ENSP00000361021.3:p.Arg130Ter"
    )


def test_bcftools_reads_the_vcf_and_counts_the_same(
    cohort: Cohort, folder: CohortFolder, tmp_path: object
) -> None:
    import subprocess

    if shutil.which("bcftools") is None:
        pytest.skip("bcftools is not on this machine")
    path = Path(str(tmp_path)) / "cohort.vcf"
    write_vcf(folder, path)
    counted = subprocess.run(
        ["bcftools", "view", "-c", "0", str(path)], capture_output=True, check=True
    ).stdout
    told = subprocess.run(
        ["bcftools", "query", "-f", "%CHROM %POS %AC %AN\n"],
        input=counted, capture_output=True, check=True,
    ).stdout.decode()  # fmt: skip
    theirs = {tuple(line.split()) for line in told.splitlines() if not line.startswith("chrX")}

    table = cohort.allele_frequencies()
    ours = {
        (row.chromosome, str(row.position), str(row.allele_count), str(row.allele_number))
        for row in table[table["chromosome"] != "chrX"].itertuples()
    }
    assert theirs == ours
