"""What goes into the store comes out as VCF with the same calls, record by record."""

from __future__ import annotations

import gzip
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.chromosomes import canonical
from gdi_spe.store.folder import DatasetFolder
from gdi_spe.store.writing.vcf import VcfOptions
from gdi_spe.store.writing.vcf import write_vcf as export_vcf

DATA = Path(__file__).parents[3] / "shared" / "data" / "vcf"
MakeFolder = Callable[..., DatasetFolder]
WriteVcf = Callable[..., Path]
Bcftools = Callable[..., str]
Records = Counter[tuple[str, ...]]


def plain(path: Path, target: Path) -> Path:
    """Leave of a VCF what its calls are: bcftools refuses much that its header does not define."""
    lines = path.read_text().splitlines()
    records = [line.split("\t") for line in lines if line.strip() and line[0] != "#"]
    names = next(line for line in lines if line.startswith("#CHROM"))
    out = ["##fileformat=VCFv4.2", '##FORMAT=<ID=GT,Number=1,Type=String,Description="GT">']
    out += [f"##contig=<ID={name}>" for name in dict.fromkeys(cells[0] for cells in records)]
    out.append(names)
    for cells in records:
        has_calls = cells[8].split(":")[0] == "GT"
        calls = [cell.split(":")[0] if has_calls else "./." for cell in cells[9:]]
        fixed = [*cells[:2], ".", *cells[3:5], ".", ".", ".", "GT"]
        out.append("\t".join([*fixed, *calls]))
    target.write_text("\n".join(out) + "\n")
    return target


def calls_of(run: Bcftools, path: Path, *, phased: bool = False) -> Records:
    """Split by bcftools; without phase the alleles of each call in order."""
    split = subprocess.run(["bcftools", "norm", "-m-", str(path)], capture_output=True, check=True)
    told = subprocess.run(
        ["bcftools", "query", "-f", "%CHROM\t%POS\t%REF\t%ALT[\t%GT]\n"],
        input=split.stdout, capture_output=True, check=True,
    ).stdout.decode()  # fmt: skip
    found: Records = Counter()
    for line in told.splitlines():
        name, position, reference, alternate, *calls = line.split("\t")
        if not phased:
            calls = ["/".join(sorted(call.replace("|", "/").split("/"))) for call in calls]
        if canonical(name):
            key = (str(canonical(name)), position, reference.upper(), alternate)
            found[(*key, *calls)] += 1
    return found


def every_file() -> list[str]:
    kinds = ("bio2zarr/*.vcf.gz", "bio2zarr/*.vcf", "hts-specs/*/*/*.vcf")
    return sorted(str(path.relative_to(DATA)) for kind in kinds for path in DATA.glob(kind))


def read(make_folder: MakeFolder, path: Path) -> DatasetFolder | None:
    """Load a file whatever its assembly, or say that it is refused."""
    for assembly in ("GRCh38", "GRCh37"):
        try:
            return make_folder([path], assembly=assembly)
        except BadInput as error:
            if "the contigs are those of" not in error.why:
                return None
    return None


def test_every_file_that_is_read_comes_out_with_its_calls(
    bcftools: Bcftools, make_folder: MakeFolder, tmp_path: Path
) -> None:
    if not DATA.exists():
        pytest.skip("the folder of real files is not there")
    differ, n_compared, n_records = [], 0, 0

    for number, name in enumerate(every_file()):
        folder = read(make_folder, DATA / name)
        if folder is None or not folder.n_samples:
            continue
        out = tmp_path / f"out-{number}.vcf"
        export_vcf(folder, out)
        given = DATA / name
        if name.startswith("hts"):
            given = plain(given, tmp_path / f"in-{number}.vcf")
        expected = calls_of(bcftools, given)
        n_compared, n_records = n_compared + 1, n_records + expected.total()
        if calls_of(bcftools, out) != expected:
            differ.append(name)

    # A record there has calls of an allele that its ALT leaves out; they become missing.
    untold = [f"hts-specs/{version}/passed/passed_body_alt.vcf" for version in ("4.1", "4.2")]
    assert differ == untold
    assert n_compared > 100
    assert n_records > 500


ALLELES = {
    "snv": ("A", "C"),
    "many": ("A", "C,G,T"),
    "indels": ("ACG", "A,ACGT"),
    "deleted upstream": ("C", "*,G"),
    "symbolic": ("G", "<DEL>,<DUP>"),
}


@st.composite
def genotype(draw: st.DrawFn, n_alternates: int) -> str:
    """Any call: missing, half-missing, of one allele to four, phased or not."""
    ploidy = draw(st.sampled_from([2, 2, 2, 2, 1, 3, 4]))
    one = st.sampled_from([".", *map(str, range(n_alternates + 1))])
    mark = draw(st.sampled_from("/|"))
    return mark.join(draw(st.lists(one, min_size=ploidy, max_size=ploidy)))


@st.composite
def records(draw: st.DrawFn, n_samples: int) -> list[str]:
    """Draw records of every sort, in order."""
    lines = []
    for position in range(100, 100 + draw(st.integers(1, 6))):
        reference, alternates = ALLELES[draw(st.sampled_from(list(ALLELES)))]
        calls = [draw(genotype(alternates.count(",") + 1)) for _ in range(n_samples)]
        chromosome = draw(st.sampled_from(["1", "X", "MT"]))
        lines.append(
            f"{chromosome} {position} . {reference} {alternates} . . . GT {' '.join(calls)}"
        )
    return sorted(lines)


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data(), n_samples=st.sampled_from([1, 2, 17, 65]))
def test_generated_calls_of_every_sort_come_out_as_bcftools_splits_them(
    data: st.DataObject,
    n_samples: int,
    bcftools: Bcftools,
    make_folder: MakeFolder,
    write_vcf: WriteVcf,
    tmp_path: Path,
) -> None:
    names = [f"S{number}" for number in range(n_samples)]
    path = write_vcf(data.draw(records(n_samples)), names)
    (tmp_path / "out.vcf").unlink(missing_ok=True)

    export_vcf(make_folder([path]), tmp_path / "out.vcf")

    expected = calls_of(bcftools, plain(path, tmp_path / "plain.vcf"))
    assert calls_of(bcftools, tmp_path / "out.vcf") == expected


def test_bgzip_and_bcf_hold_the_same_records_and_are_indexed(
    bcftools: Bcftools, make_folder: MakeFolder, write_vcf: WriteVcf, tmp_path: Path
) -> None:
    lines = [f"{c} {p} rs{p} A C . . . GT 0/1 1" for c in ("2", "X") for p in range(100, 9000, 7)]
    folder = make_folder([write_vcf(lines)])

    for name in ("out.vcf", "out.vcf.gz", "out.bcf"):
        assert export_vcf(folder, tmp_path / name) == len(lines)

    text = (tmp_path / "out.vcf").read_bytes()
    assert gzip.decompress((tmp_path / "out.vcf.gz").read_bytes()) == text
    assert calls_of(bcftools, tmp_path / "out.bcf") == calls_of(bcftools, tmp_path / "out.vcf")
    for name in ("out.vcf.gz", "out.bcf"):
        found = bcftools("query", "-r", "chrX:100-120", "-f", "%POS ", str(tmp_path / name))
        assert found.split() == ["100", "107", "114"]
    assert str(tmp_path).encode() not in text + (tmp_path / "out.bcf").read_bytes()


def test_the_header_names_the_source_the_assembly_and_its_contigs(
    make_folder: MakeFolder, write_vcf: WriteVcf, tmp_path: Path
) -> None:
    folder = make_folder([write_vcf(["1 9 . A C . . . GT 0/1 1"])], assembly="GRCh37")

    export_vcf(folder, tmp_path / "out.vcf")

    header = [x for x in (tmp_path / "out.vcf").read_text().splitlines() if x[:2] == "##"]
    assert header[1].startswith("##source=gdi-spe ")
    assert header[1].endswith(", dataset D1 version 1")
    assert "##reference=GRCh37" in header
    assert "##contig=<ID=chr1,length=249250621,assembly=GRCh37>" in header
    assert sum(line.startswith("##contig") for line in header) == 25


def test_kept_quality_filter_and_info_come_out_again(
    bcftools: Bcftools, make_folder: MakeFolder, write_vcf: WriteVcf, tmp_path: Path
) -> None:
    header = (
        "##fileformat=VCFv4.2\n"
        '##INFO=<ID=CADD,Number=A,Type=Float,Description="score">\n'
        '##INFO=<ID=DB,Number=0,Type=Flag,Description="known">\n'
    )
    lines = ["1 9 . A C,G 30 q10;s50 DB;CADD=1.5,2 GT 0/1 1/2", "1 10 . A C . PASS . GT 0/1 1/1"]
    path = write_vcf(lines, header=header)
    folder = make_folder([path], keep_info=("QUAL", "FILTER", "CADD", "DB"))

    export_vcf(folder, tmp_path / "out.vcf")

    told = bcftools("query", "-f", "%QUAL %FILTER %INFO\n", str(tmp_path / "out.vcf"))
    assert told.splitlines() == [
        "30 q10;s50 AC=2;AN=4;CADD=1.5;DB",
        "30 q10;s50 AC=1;AN=4;CADD=2;DB",
        ". PASS AC=3;AN=4",
    ]
    names = bcftools("view", "-h", str(tmp_path / "out.vcf"))
    assert '##FILTER=<ID=q10,Description="Kept from the source">' in names


def test_records_without_any_info_have_a_dot(
    make_folder: MakeFolder, write_vcf: WriteVcf, tmp_path: Path
) -> None:
    folder = make_folder([write_vcf(["1 9 . A C . . . GT 0/1 1", "1 10 . A C . . . GT 0 0"])])

    export_vcf(folder, tmp_path / "out.vcf", VcfOptions(annotations=True, counts=False))

    lines = (tmp_path / "out.vcf").read_text().splitlines()
    assert [line.split("\t")[7] for line in lines if line[0] != "#"] == [".", "."]


def test_a_file_that_is_there_is_kept_unless_it_is_said(
    make_folder: MakeFolder, write_vcf: WriteVcf, tmp_path: Path
) -> None:
    folder = make_folder([write_vcf(["1 9 . A C . . . GT 0/1 1"])])
    target = tmp_path / "kept.vcf"
    target.write_text("precious")

    with pytest.raises(BadInput, match=r"kept\.vcf: there is such a file. --overwrite"):
        export_vcf(folder, target)

    assert target.read_text() == "precious"
    assert export_vcf(folder, target, VcfOptions(replace=True)) == 1
    assert target.read_text().startswith("##fileformat")


@pytest.mark.parametrize("name", ["out.vcf", "out.vcf.gz", "out.pgen"])
def test_a_full_disk_is_said_and_leaves_nothing(
    name: str, make_folder: MakeFolder, write_vcf: WriteVcf, tmp_path: Path
) -> None:
    letters = [chr(97 + p % 26) * 40 for p in range(3000)]
    lines = [f"1 {p} {letters[p]}{p} A C . . . GT 0/1 1/1" for p in range(3000)]
    folder, out = make_folder([write_vcf(lines)]), tmp_path / "full"
    out.mkdir()
    code = (
        "import sys, resource, pathlib\n"
        "from gdi_spe.store.folder import DatasetFolder\n"
        "from gdi_spe.store.writing.vcf import write_vcf\n"
        "from gdi_spe.store.writing.pgen import write_pgen\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (9000, 9000))\n"
        "target = pathlib.Path(sys.argv[2])\n"
        "folder = DatasetFolder(sys.argv[1])\n"
        "if target.suffix == '.pgen': write_pgen(folder, target.with_suffix(''))\n"
        "else: write_vcf(folder, target)\n"
    )

    done = subprocess.run(
        [sys.executable, "-c", code, str(folder.path), str(out / name)],
        capture_output=True, text=True, cwd=Path(__file__).parents[2],
    )  # fmt: skip

    assert done.returncode == 1
    assert f"{out / name}: the disk is full. Nothing was written." in done.stderr
    assert list(out.iterdir()) == []
