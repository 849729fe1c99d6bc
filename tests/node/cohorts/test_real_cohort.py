"""A cohort of a real file counts what bcftools counts in the same people."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from gdi_spe.node.cohorts.pseudonyms import individual_pseudonyms
from gdi_spe.store.folder import CohortFolder

REAL = Path(__file__).parents[4] / "shared" / "data" / "vcf" / "bio2zarr" / "chr22.vcf.gz"
GIVEN = "{},XX,opt_in,secondary_use,given,2024-01-01,,paper,"


def bcftools(*words: str) -> str:
    done = subprocess.run(["bcftools", *words], capture_output=True, text=True, check=True)
    return done.stdout


@pytest.mark.skipif(shutil.which("bcftools") is None, reason="bcftools is not installed")
@pytest.mark.skipif(not REAL.exists(), reason="the folder of real files is not there")
def test_a_cohort_of_some_people_counts_what_bcftools_counts_in_them(
    node: Any, tmp_path: Path
) -> None:
    everybody = bcftools("query", "-l", str(REAL)).split()
    chosen = everybody[5:60:2]
    node.ingest(vcf=(REAL,), consent=node.consent(*(GIVEN.format(name) for name in chosen)))
    node.define()

    made = node.materialise()

    split, subset, filled = (str(tmp_path / f"{n}.bcf") for n in ("split", "subset", "filled"))
    bcftools("norm", "-m-", str(REAL), "-Ob", "-o", split)
    bcftools("view", "-s", ",".join(chosen), split, "-Ob", "-o", subset)
    bcftools("+fill-tags", subset, "-Ob", "-o", filled, "--", "-t", "AC,AN,AC_Hom,AC_Het")
    told = bcftools("query", "-i", "AC>0", "-f", "%POS %REF %ALT %AC %AN %AC_Hom %AC_Het\n", filled)
    folder = CohortFolder(made.path)
    ours = [
        f"{r['position']} {r['reference']} {r['alternate']} {r['allele_count']} "
        f"{r['allele_number']} {2 * r['n_homozygous']} {r['n_heterozygous']}"
        for r in folder.variants("chr22").to_pylist()
    ]
    assert sorted(ours) == sorted(told.splitlines())
    assert len(ours) > 5
    names = folder.table("individuals")["individual_id"].to_pylist()
    assert sorted(names) == sorted(individual_pseudonyms(node.home, "c1", chosen))
