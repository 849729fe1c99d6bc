"""Counts and frequencies equal bcftools' and a count by hand."""

from __future__ import annotations

import gzip
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gdi_spe.analysis.counting.frequencies import COLUMNS, allele_frequencies
from gdi_spe.analysis.counting.quality import variant_qc
from gdi_spe.analysis.variants.choice import NothingChosen
from gdi_spe.boundary.errors import BadInput
from gdi_spe.boundary.manifest import CohortManifest, DatasetVersion, ProjectPurpose
from gdi_spe.store import germline
from gdi_spe.store.folder import CohortFolder
from gdi_spe.store.kernels import packed
from gdi_spe.store.reading import load
from gdi_spe.store.writing.folders import members_of, write_manifest, write_table

VCF = Path(__file__).parents[3] / ".." / "shared" / "data" / "vcf" / "bio2zarr" / "chr22.vcf.gz"


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> CohortFolder:
    """100 samples of 1000 Genomes, split into two made-up populations."""
    if not VCF.exists():
        pytest.skip("the VCF of 1000 Genomes is not on this machine")
    folder = tmp_path_factory.mktemp("real") / "cohort"
    folder.mkdir()
    names = load.read_samples([VCF], "GRCh38")
    write_table(folder, "individuals", [
        {"individual_id": name, "dataset_id": "D", "sex": "unknown",
         "population": "odd" if index % 2 else "even"}
        for index, name in enumerate(names)
    ])  # fmt: skip
    write_table(folder, "samples", [
        {"sample_index": index, "sample_id": name, "individual_id": name, "dataset_id": "D",
         "origin": "germline"}
        for index, name in enumerate(names)
    ])  # fmt: skip
    samples = germline.Samples(names, ("unknown",) * len(names), np.arange(len(names)))
    load.load(folder, [VCF], samples, "GRCh38", "D")
    manifest = CohortManifest(
        cohort_id="REAL", version=1, assembly="GRCh38", project=ProjectPurpose(slug="real"),
        datasets=(DatasetVersion(id="D", version=1),), n_individuals=len(names),
        n_samples=len(names), n_variants=0, members=members_of(folder),
    )  # fmt: skip
    write_manifest(folder, manifest)
    return CohortFolder(folder)


def by_hand(wanted: set[str] | None = None) -> dict[tuple[int, str, str], tuple[int, int]]:
    """AC and AN of every alternate allele, read from the text of the VCF."""
    found = {}
    with gzip.open(VCF, "rt") as lines:
        for line in lines:
            fields = line.rstrip().split("\t")
            if line.startswith("#"):
                names = fields[9:]
                continue
            alleles = [
                allele
                for name, call in zip(names, fields[9:], strict=True)
                if wanted is None or name in wanted
                for allele in call.split(":")[0].replace("|", "/").split("/")
                if allele != "."
            ]
            for index, alternate in enumerate(fields[4].split(","), start=1):
                count = sum(allele == str(index) for allele in alleles)
                found[int(fields[1]), fields[3], alternate] = (count, len(alleles))
    return found


def table_of(frequencies: object) -> dict[tuple[int, str, str], tuple[int, int]]:
    rows = frequencies[["position", "reference", "alternate", "allele_count", "allele_number"]]  # type: ignore[index]
    return {(p, r, a): (ac, an) for p, r, a, ac, an in rows.itertuples(index=False)}


def test_counts_of_a_real_file_equal_a_count_by_hand(real: CohortFolder) -> None:
    expected = {key: value for key, value in by_hand().items() if key[2] != "."}

    found = table_of(allele_frequencies(real))

    assert len(found) > 50
    assert {key: expected[key] for key in found} == found
    assert all(expected[key][0] == 0 for key in expected.keys() - found.keys())


def test_counts_of_a_real_file_equal_bcftools(real: CohortFolder) -> None:
    if shutil.which("bcftools") is None:
        pytest.skip("bcftools is not on this machine")
    norm = subprocess.run(["bcftools", "norm", "-m-", str(VCF)], capture_output=True, check=True)
    asked = ["bcftools", "query", "-f", "%POS\t%REF\t%ALT\t%AC\t%AN\n"]
    filled = subprocess.run(
        ["bcftools", "view", "-c", "0"], input=norm.stdout, capture_output=True, check=True
    )
    lines = subprocess.run(asked, input=filled.stdout, capture_output=True, check=True).stdout
    expected = {}
    for line in lines.decode().splitlines():
        position, reference, alternate, count, number = line.split("\t")
        expected[int(position), reference, alternate] = (int(count), int(number))

    found = table_of(allele_frequencies(real))

    assert {key: expected[key] for key in found} == found


def test_counts_by_population_equal_a_count_by_hand(real: CohortFolder) -> None:
    names = real.table("individuals")["individual_id"].to_pylist()
    table = allele_frequencies(real, by="population")

    for group, chosen in (("even", names[::2]), ("odd", names[1::2])):
        expected = by_hand(set(chosen))
        found = table_of(table[table["group"] == group])
        assert found
        assert {key: expected[key] for key in found} == found


def test_each_row_names_a_variant_and_a_group(folder: CohortFolder) -> None:
    table = allele_frequencies(folder, by="population", gene="PTEN")

    assert tuple(table.columns) == COLUMNS
    assert table["group"].tolist() == ["EST", "EST", "FIN", "FIN", "not recorded", "not recorded"]
    assert table["n_individuals"].tolist() == [5, 5, 5, 5, 2, 2]
    assert table["allele_count"].tolist() == [0, 0, 3, 1, 0, 0]
    assert table["allele_number"].tolist() == [10, 10, 10, 10, 4, 4]


def test_men_have_one_allele_on_x(folder: CohortFolder) -> None:
    table = allele_frequencies(folder, by="sex", gene="TLR7").set_index("group")

    assert table.loc["female", ["allele_count", "allele_number"]].tolist() == [3, 12]
    # P07 1/1 and P08 1 carry; P09 has two different alleles, which nobody with one X has.
    assert table.loc["male", ["allele_count", "allele_number"]].tolist() == [2, 4]


def test_a_half_missing_call_counts_with_the_allele_it_has(folder: CohortFolder) -> None:
    row = allele_frequencies(folder, region="chr19:38500000-38500000").iloc[0]

    assert (row["allele_count"], row["allele_number"]) == (1, 23)


def test_frequencies_of_an_uncalled_group_are_nan(folder: CohortFolder) -> None:
    table = allele_frequencies(folder, region="chr1:1000", individuals=["P10"])

    assert table["allele_number"].tolist() == [0]
    assert table["allele_frequency"].isna().all()


def test_a_variant_rare_in_one_group_goes_from_all(folder: CohortFolder) -> None:
    known = [f"P{number:02d}" for number in range(1, 12)]

    table = allele_frequencies(folder, by="sex", individuals=known, min_allele_count=1)

    assert 1000 in set(table["position"])
    assert 87933200 not in set(table["position"]), "nobody but a man carries it"
    assert (table.groupby("position")["group"].nunique() == 2).all()


def test_nothing_chosen_is_an_empty_table_with_the_same_columns(folder: CohortFolder) -> None:
    with pytest.warns(NothingChosen, match="no variant here is of 'chr2'"):
        table = allele_frequencies(folder, region="chr2")

    assert table.empty
    assert tuple(table.columns) == COLUMNS


@pytest.mark.parametrize(
    "arguments", [{"by": "hair"}, {"gene": "RYR"}, {"region": "moon"}, {"consequence": "bad"}]
)
def test_a_wrong_argument_is_refused_with_what_would_do(
    folder: CohortFolder, arguments: dict[str, str]
) -> None:
    with pytest.raises(BadInput):
        allele_frequencies(folder, **arguments)  # type: ignore[arg-type]


def test_quality_counts_missing_calls_among_those_who_can_have_one(folder: CohortFolder) -> None:
    table = variant_qc(folder, unrelated=False).set_index(["chromosome", "position"])

    row = table.loc[("chr1", 1000)]
    assert row["call_rate"] == pytest.approx(11 / 12)
    assert (row["n_called"], row["n_not_called"], row["n_hom_var"]) == (11, 1, 2)
    assert row["n_hom_ref"] + row["n_het"] + row["n_hom_var"] == 11


def test_kernels_and_their_twins_count_alleles_alike(
    folder: CohortFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    compiled = allele_frequencies(folder, by="sex")
    monkeypatch.setattr(packed, "is_native", lambda: False)

    by_numpy = allele_frequencies(folder, by="sex")

    pd.testing.assert_frame_equal(compiled, by_numpy)


def test_the_second_answer_is_the_first_and_neither_changes_with_the_other(
    folder: CohortFolder,
) -> None:
    first = allele_frequencies(folder, by="population")
    untouched = first.copy()
    first.loc[:, "allele_count"] = -1
    first.loc[0, "reference"] = "N"

    second = allele_frequencies(folder, by="population")

    pd.testing.assert_frame_equal(second, untouched)


def test_an_empty_list_of_genes_is_not_every_gene(folder: CohortFolder) -> None:
    with pytest.raises(BadInput, match="names nothing"):
        allele_frequencies(folder, gene=[])
