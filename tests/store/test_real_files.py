"""Counts and calls of real files equal bcftools'."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gdi_spe.store.chromosomes import canonical
from gdi_spe.store.folder import DatasetFolder
from gdi_spe.store.writing.vcf import write_vcf as export_vcf


def ours(folder: DatasetFolder) -> dict[tuple[str, int, str, str], tuple[int, int]]:
    found = {}
    for chromosome in folder.chromosomes:
        for row in folder.variants(chromosome).to_pylist():
            if row["alternate"] != ".":
                key = (chromosome, row["position"], row["reference"], row["alternate"])
                found[key] = (row["allele_count"], row["allele_number"])
    return found


def theirs(
    run: Callable[..., str], path: Path, tmp_path: Path, tags: bool = True
) -> dict[tuple[str, int, str, str], tuple[int, int]]:
    filled, split = tmp_path / "filled.bcf", tmp_path / "split.bcf"
    run("norm", "-m-", str(path), "-Ob", "-o", str(split))
    if tags:
        run("+fill-tags", str(split), "-Ob", "-o", str(filled), "--", "-t", "AC,AN")
    else:
        samples = run("query", "-l", str(path)).split()
        run("view", "-s", ",".join(samples), str(split), "-Ob", "-o", str(filled))
    text = run("query", "-f", "%CHROM\t%POS\t%REF\t%ALT\t%AC\t%AN\n", str(filled))
    found = {}
    for line in text.splitlines():
        name, position, reference, alternate, count, number = line.split("\t")
        if alternate != ".":
            key = (str(canonical(name)), int(position), reference, alternate)
            found[key] = (int(count), int(number))
    return found


@pytest.mark.parametrize(
    ("name", "assembly"),
    [
        ("chr22.vcf.gz", "GRCh38"),
        ("sample.vcf.gz", "GRCh37"),
        ("mixed_ploidy.vcf.gz", "GRCh38"),
        ("triploid.vcf.gz", "GRCh38"),
    ],
)
def test_allele_counts_equal_those_of_bcftools(
    name: str,
    assembly: str,
    real_vcf: Callable[[str], Path],
    bcftools: Callable[..., str],
    make_folder: Callable[..., DatasetFolder],
    tmp_path: Path,
) -> None:
    path = real_vcf(f"bio2zarr/{name}")

    folder = make_folder([path], assembly=assembly)

    # fill-tags takes every call for diploid or haploid; view counts alleles whatever the ploidy.
    expected = theirs(bcftools, path, tmp_path, tags="ploid" not in name)
    assert ours(folder) == expected
    assert len(expected) > 0


def test_mitochondria_are_counted_as_one_allele_a_person(
    real_vcf: Callable[[str], Path],
    bcftools: Callable[..., str],
    make_folder: Callable[..., DatasetFolder],
    tmp_path: Path,
) -> None:
    path = real_vcf("bio2zarr/1kg_2020_chrM.vcf.gz")

    folder = make_folder([path])

    # The file writes each call as diploid: homozygous there is one allele here.
    by_alleles = {
        key: (count // 2, number // 2)
        for key, (count, number) in theirs(bcftools, path, tmp_path).items()
    }
    assert ours(folder) == by_alleles


@pytest.mark.parametrize(
    "name", ["chr22.vcf.gz", "sample.vcf.gz", "mixed_ploidy.vcf.gz", "1kg_2020_chrM.vcf.gz"]
)
def test_calls_written_as_vcf_are_those_of_the_input_split(
    name: str,
    real_vcf: Callable[[str], Path],
    bcftools: Callable[..., str],
    make_folder: Callable[..., DatasetFolder],
    tmp_path: Path,
) -> None:
    path = real_vcf(f"bio2zarr/{name}")
    assembly = "GRCh37" if name.startswith("sample") else "GRCh38"
    folder, split, out = (
        make_folder([path], assembly=assembly),
        tmp_path / "s.vcf",
        tmp_path / "o.vcf",
    )

    export_vcf(folder, out)

    bcftools("norm", "-m-", str(path), "-Ov", "-o", str(split))
    assert calls_of(out) == calls_of(split)
    bcftools("view", "-Ob", "-o", str(tmp_path / "read.bcf"), str(out))


def calls_of(path: Path) -> dict[tuple[str, ...], list[list[str]]]:
    """Calls by variant, unphased: the alleles of each in order."""
    found = {}
    for line in path.read_text().splitlines():
        if line.startswith("#"):
            continue
        cells = line.split("\t")
        key = (str(canonical(cells[0])), cells[1], cells[3], cells[4])
        calls = [cell.partition(":")[0].replace("|", "/") for cell in cells[9:]]
        # bcftools writes the other alternates of a split record as 0, or as a missing allele.
        found[key] = [sorted(call.split("/")) for call in calls]
    return found


@pytest.mark.parametrize("name", ["sample_no_genotypes.vcf.gz", "multi_contig.vcf.gz"])
def test_a_file_without_samples_gives_its_sites_and_no_calls(
    name: str,
    real_vcf: Callable[[str], Path],
    make_folder: Callable[..., DatasetFolder],
    bcftools: Callable[..., str],
    tmp_path: Path,
) -> None:
    path = real_vcf(f"bio2zarr/{name}")
    folder, out = make_folder([path]), tmp_path / "out.vcf"

    n_records = export_vcf(folder, out)

    known = [
        line
        for line in bcftools("norm", "-m-", str(path)).splitlines()
        if not line.startswith("#") and canonical(line.split("\t")[0])
    ]
    told = bcftools("query", "-f", "%CHROM\n", str(out)).splitlines()
    assert n_records == len(told) == len(known) > 0
    assert bcftools("query", "-l", str(out)) == ""


def test_a_file_without_records_gives_a_dataset_without_variants(
    real_vcf: Callable[[str], Path], make_folder: Callable[..., DatasetFolder]
) -> None:
    folder = make_folder([real_vcf("bio2zarr/empty.vcf.gz")])

    assert folder.chromosomes == ()
    assert folder.n_samples == 1


def test_genotype_counts_of_autosomes_equal_those_of_bcftools(
    bcftools: Callable[..., str],
    write_vcf: Callable[..., Path],
    make_folder: Callable[..., DatasetFolder],
    tmp_path: Path,
) -> None:
    rng = np.random.default_rng(11)
    names = [f"S{number}" for number in range(150)]
    spelt = np.array(["0/0", "0|1", "1/1", "./.", "0/2", "1/2", "2|2"])
    header = "##fileformat=VCFv4.2\n##contig=<ID=7>\n" + (
        '##FORMAT=<ID=GT,Number=1,Type=String,Description="GT">\n'
    )
    records = [
        f"7 {position} . A C,G . . . GT "
        + " ".join(rng.choice(spelt, len(names), p=[0.7, 0.1, 0.04, 0.04, 0.04, 0.04, 0.04]))
        for position in range(100, 140)
    ]
    path, split, filled = write_vcf(records, names, header), tmp_path / "s.bcf", tmp_path / "f.bcf"

    folder = make_folder([path])

    bcftools("norm", "-m-", str(path), "-Ob", "-o", str(split))
    tags = "AC,AN,AC_Het,AC_Hom,AC_Hemi"
    bcftools("+fill-tags", str(split), "-Ob", "-o", str(filled), "--", "-t", tags)
    told = bcftools("query", "-f", "%POS %ALT %AC %AN %AC_Het %AC_Hom %AC_Hemi\n", str(filled))
    numbers = ("allele_count", "allele_number", "n_heterozygous", "n_homozygous", "n_hemizygous")
    # bcftools gives the alleles of homozygous calls, two for each person.
    own = {
        (row["position"], row["alternate"]): [
            row[name] * (2 if name == "n_homozygous" else 1) for name in numbers
        ]
        for row in folder.variants("chr7").to_pylist()
    }
    theirs = {}
    for line in told.splitlines():
        position, alternate, *counts = line.split()
        theirs[int(position), alternate] = [int(number) for number in counts]
    assert own == theirs
    assert len(own) == 80
