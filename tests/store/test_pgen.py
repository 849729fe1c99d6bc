"""PGEN files open in plink2 and give the store's counts."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.calls import bits_of
from gdi_spe.store.folder import DatasetFolder
from gdi_spe.store.ploidy import is_sex_linked
from gdi_spe.store.writing.pgen import write_pgen
from gdi_spe.store.writing.vcf import write_vcf as export_vcf

WriteVcf = Callable[..., Path]
MakeFolder = Callable[..., DatasetFolder]
Counts = dict[tuple[str, int, str, str], tuple[int, ...]]
SEXES = {"Wa": "female", "Wb": "female", "Ma": "male", "Mb": "male", "U": "unknown"}
NAMES = tuple(SEXES)


def plink_counts(prefix: Path) -> Counts:
    """Heterozygous, homozygous, one alternate allele, missing: as plink2 counts them."""
    if shutil.which("plink2") is None:
        pytest.skip("plink2 is not installed")
    columns = "cols=chrom,pos,ref,alt,homref,refalt,homalt1,hapref,hapalt,missing"
    subprocess.run(
        ["plink2", "--pfile", str(prefix), "--geno-counts", columns, "--out", str(prefix)],
        check=True,
        capture_output=True,
    )
    found: Counts = {}
    for line in prefix.with_suffix(".gcount").read_text().splitlines()[1:]:
        chromosome, position, _, reference, alternate, *numbers = line.split("\t")
        _, het, hom, _, hemi, missing = map(int, numbers)
        key = (chromosome, int(position), reference, alternate)
        found[key] = (het, hom, hemi, missing)
    return found


def our_counts(folder: DatasetFolder, chromosome: str) -> Counts:
    found: Counts = {}
    for row in folder.variants(chromosome).to_pylist():
        key = ("MT" if chromosome == "chrM" else chromosome[3:], row["position"])
        numbers = ("n_heterozygous", "n_homozygous", "n_hemizygous", "n_missing")
        found[(*key, row["reference"], row["alternate"])] = tuple(row[name] for name in numbers)
    return found


def test_plink2_counts_calls_of_autosomes_as_the_store(
    tmp_path: Path, write_vcf: WriteVcf, make_folder: MakeFolder
) -> None:
    rng = np.random.default_rng(7)
    names = [f"S{number}" for number in range(131)]
    spelt = np.array(["0/0", "0/1", "1|1", "2/1", "./.", "0|2"])
    records = [
        f"{chromosome} {position} rs{position} A C,<DEL> . . . GT "
        + " ".join(rng.choice(spelt, len(names), p=[0.7, 0.1, 0.05, 0.05, 0.05, 0.05]))
        for chromosome in ("1", "22")
        for position in range(100, 160)
    ]
    folder = make_folder([write_vcf(records, names)], {"S0": "male", "S1": "female"})

    report = write_pgen(folder, tmp_path / "out")

    assert report.n_variants == 240
    assert report.written_missing == {}
    assert plink_counts(tmp_path / "out") == {
        **our_counts(folder, "chr1"),
        **our_counts(folder, "chr22"),
    }


def test_plink2_counts_calls_of_men_on_x_as_the_store(
    tmp_path: Path, write_vcf: WriteVcf, make_folder: MakeFolder
) -> None:
    records = [
        "X 2781479 . A C . . . GT 0/1 0/0 0/1 1/1 0/0",
        "X 5000000 . A C . . . GT 0/1 1/1 1 0/0 0/1",
        "X 5000001 . A C . . . GT 0/1 1/1 0/1 1/1 0/0",
        "X 155701383 . A C . . . GT 0/1 1/1 1/1 0/0 0/1",
    ]
    folder = make_folder([write_vcf(records, NAMES)], SEXES)

    report = write_pgen(folder, tmp_path / "out")

    theirs = {key[1:]: numbers for key, numbers in plink_counts(tmp_path / "out").items()}
    assert theirs == {key[1:]: numbers for key, numbers in our_counts(folder, "chrX").items()}
    assert report.written_missing == {"of two different alleles where there is one": 1}
    assert is_sex_linked("GRCh38", "chrX", np.array([2781479, 5000000, 155701383])).tolist() == [
        False, True, False,
    ]  # fmt: skip


def test_calls_that_pgen_cannot_hold_are_written_missing_and_counted(
    tmp_path: Path, write_vcf: WriteVcf, make_folder: MakeFolder
) -> None:
    folder = make_folder([write_vcf(["1 9 . A C . . . GT 0/1 ./1 1 0/1/1 1/1"], NAMES)], SEXES)

    report = write_pgen(folder, tmp_path / "out")

    assert report.written_missing == {
        "half-missing": 1,
        "of one allele where plink2 counts two": 1,
        "of other ploidy": 1,
    }
    assert plink_counts(tmp_path / "out") == {("1", 9, "A", "C"): (1, 1, 0, 3)}


def test_files_that_are_there_are_kept(
    tmp_path: Path, write_vcf: WriteVcf, make_folder: MakeFolder
) -> None:
    folder = make_folder([write_vcf(["1 9 . A C . . . GT 0/1 ./1"])])
    (tmp_path / "out.psam").write_text("precious")

    with pytest.raises(BadInput, match=r"out\.psam: there is such a file. --overwrite"):
        write_pgen(folder, tmp_path / "out")

    assert (tmp_path / "out.psam").read_text() == "precious"
    assert not (tmp_path / "out.pgen").exists()
    assert write_pgen(folder, tmp_path / "out", replace=True).n_variants == 1
    assert (tmp_path / "out.psam").read_text() == "#IID\tSEX\nA\tNA\nB\tNA\n"


def test_a_name_with_a_blank_is_refused(
    tmp_path: Path, write_vcf: WriteVcf, make_folder: MakeFolder
) -> None:
    path = write_vcf(["1 9 . A C . . . GT 0/1"], ["A"])
    path.write_text(path.read_text().replace("\tA\n", "\tA B\n"))
    folder = make_folder([path])

    with pytest.raises(BadInput, match="'A B' has a blank"):
        write_pgen(folder, tmp_path / "out")

    assert list(tmp_path.glob("out*")) == []


def test_phase_that_was_kept_is_in_both_formats(
    tmp_path: Path, write_vcf: WriteVcf, make_folder: MakeFolder
) -> None:
    calls = ["0|1", "1|0", "0/1", "1|1", "./."]
    folder = make_folder([write_vcf([f"1 9 . A C . . . GT {' '.join(calls)}"], NAMES)])
    planes = [np.array(["|" in c for c in calls]), np.array([c[0] == "1" for c in calls])]
    column = pa.array([b"".join(bits_of(plane).tobytes() for plane in planes)], pa.binary())
    file = folder.path / "variants/chr1.parquet"
    pq.write_table(pq.read_table(file).append_column("phase", column), file)

    export_vcf(folder, tmp_path / "out.vcf")
    write_pgen(folder, tmp_path / "out")

    assert (tmp_path / "out.vcf").read_text().splitlines()[-1].split("\t")[9:] == calls
    plink_counts(tmp_path / "out")
    words = ["plink2", "--pfile", str(tmp_path / "out"), "--export", "vcf"]
    subprocess.run([*words, "--out", str(tmp_path / "back")], check=True, capture_output=True)
    back = (tmp_path / "back.vcf").read_text().splitlines()[-1].split("\t")[9:]
    # Only heterozygous calls have a phase to keep.
    assert back[:3] == calls[:3]
