"""The cohort in Hail has the same calls, people and counts."""

from __future__ import annotations

import importlib.util
import shutil

import pytest

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.folder import CohortFolder
from gdi_spe.store.writing.vcf import VcfOptions, write_vcf
from gdi_spe.workspace.cohort.opened import Cohort

HAS_HAIL = importlib.util.find_spec("hail") is not None


@pytest.mark.skipif(HAS_HAIL, reason="Hail is here")
def test_without_hail_it_is_said_where_it_is(cohort: Cohort) -> None:
    with pytest.raises(BadInput, match="in every workspace"):
        cohort.to_hail()


@pytest.mark.engine
@pytest.mark.skipif(not HAS_HAIL or shutil.which("java") is None, reason="Hail is not here")
@pytest.mark.filterwarnings("default")
def test_hail_counts_the_same_alleles(cohort: Cohort) -> None:
    table = cohort.to_hail()
    import hail as hl

    counted = hl.variant_qc(table).rows()
    rows = counted.select(ac=counted.variant_qc.AC[1], gene=counted.gene).collect()
    autosomal = {
        row.locus.position: row.ac for row in rows if row.locus.contig not in ("chrX", "chrY")
    }
    ours = cohort.allele_frequencies()
    expected = ours[~ours["chromosome"].isin(["chrX", "chrY"])]

    assert table.count() == (len(ours), 12)
    # Hail takes a half-missing call for missing; it counts one here.
    half = {38500000}
    assert {p: n for p, n in autosomal.items() if p not in half} == {
        p: n for p, n in expected.set_index("position")["allele_count"].items() if p not in half
    }
    assert set(table.cols().population.collect()) == {"EST", "FIN", None}


def test_the_vcf_says_what_the_store_holds(folder: CohortFolder, tmp_path: object) -> None:
    from pathlib import Path

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
    from pathlib import Path

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
