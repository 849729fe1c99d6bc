"""VCF of any shape is read right, or refused with its file and line."""

from __future__ import annotations

import gzip
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdi_spe.boundary.errors import BadInput, ExitCode
from gdi_spe.store import germline
from gdi_spe.store.folder import DatasetFolder
from gdi_spe.store.kernels.library import library
from gdi_spe.store.reading import load
from gdi_spe.store.reading.genotypes import GenotypeBroken, GenotypeParser
from gdi_spe.store.reading.vcf import open_vcf
from gdi_spe.store.reading.wanted import Filters, Wanted

WriteVcf = Callable[..., Path]
MakeFolder = Callable[..., DatasetFolder]

GOOD = "chr1 100 . A C . . . GT 0/1 1/1"

REFUSED = {
    "too few columns": ("chr1 100 . A C . . . GT 0/1", "columns instead of 11"),
    "too many columns": (f"{GOOD} 0/0", "columns instead of 11"),
    "no position": ("chr1 x . A C . . . GT 0/1 1/1", "position 'x'"),
    "a negative position": ("chr1 -1 . A C . . . GT 0/1 1/1", "position '-1'"),
    "an ambiguous reference": ("chr1 100 . B C . . . GT 0/1 1/1", "REF 'B'"),
    "no reference": ("chr1 100 . . C . . . GT 0/1 1/1", "REF '.'"),
    "an ambiguous alternate": ("chr1 100 . A R . . . GT 0/1 1/1", "ALT 'R'"),
    "an empty alternate": ("chr1 100 . A C,,T . . . GT 0/1 1/1", "ALT ''"),
    "the same alternate twice": ("chr1 100 . A C,C . . . GT 0/1 1/1", "twice"),
    "a broken symbol": ("chr1 100 . A <INS>B> . . . GT 0/1 1/1", "ALT '<INS>B>'"),
    "a broken breakend": ("chr1 100 . A [1:100[ . . . GT 0/1 1/1", "no allele"),
    "an allele that is not there": ("chr1 100 . A C . . . GT 0/1 0/2", "sample B: allele 2"),
    "a genotype of letters": ("chr1 100 . A C . . . GT 0/1 1/C", "sample B: '1/C'"),
    "a genotype of two marks": ("chr1 100 . A C . . . GT 0/|1 1/1", "sample A"),
    "an empty genotype": ("chr1 100 . A C . . . GT:DP 0/1 :3", "sample B"),
    "more fields than FORMAT": ("chr1 100 . A C . . . GT:DP 0/1:1 0/1:1:1", "more fields"),
    "GT in the second place": ("chr1 100 . A C . . . DP:GT 1:0/1 1:0/0", "not the first"),
    "a reference block": ("chr1 100 . A <NON_REF> . . . GT 0/0 0/0", "gVCF"),
    "a reference block by END": ("chr1 100 . A <*> . . END=200 GT 0/0 0/0", "gVCF"),
    "a reference block by LEN": ("chr1 100 . A <*> . . . GT:LEN 0/0:9 0/0:9", "gVCF"),
    "an alternate that is the reference": ("chr1 100 . A C,a . . . GT 0/1 1/1", "the reference"),
    "GT twice": ("chr1 100 . A C . . . GT:GT 0/1:1/1 1/1:0/0", "GT stands twice"),
    "a second header": ("#chr1 100 . A C . . . GT 0/1 1/1", "two files in one"),
    "an allele beyond a missing ALT": ("chr1 100 . A . . . . GT 0/2 0/0", "allele 2"),
    "a position beyond the end": ("chr1 248956424 . A C . . . GT 0/1 0/0", "has no position"),
    "a control character in the ID": ("chr1 100 a\x07b A C . . . GT 0/1 0/0", "control character"),
    "a chromosome with a comma": ("chr,1 100 . A C . . . GT 0/0 0/0", "chromosome's name"),
}


@pytest.mark.parametrize("why", REFUSED)
def test_a_breach_that_would_make_calls_wrong_is_refused_with_its_line(
    why: str, write_vcf: WriteVcf, make_folder: MakeFolder
) -> None:
    record, text = REFUSED[why]
    path = write_vcf([GOOD.replace("100", "90"), record])

    with pytest.raises(BadInput) as refused:
        make_folder([path])

    assert f"{path}, line 4: " in refused.value.public_message
    assert text in refused.value.public_message
    assert refused.value.exit_code is ExitCode.BAD_INPUT


@pytest.mark.parametrize(
    ("header", "samples", "text"),
    [
        ("", ("A",), "line 1: not a VCF file"),
        ("##fileformat=VCFv9.9\n", ("A",), "line 1: unknown version"),
        ("##fileformat=VCFv4.2\n", ("A", "B", "A"), "line 2: the sample name 'A' stands twice"),
        ("##fileformat=VCFv4.2\n", ("A", ""), "line 2: a sample has no name"),
        (
            "##fileformat=VCFv4.2\n##contig=<ID=1,length=249250621>\n"
            "##contig=<ID=2,length=242193529>\n",
            ("A",),
            "line 3: contigs of GRCh37 and GRCh38",
        ),
        ("##fileformat=VCFv4.2\n##contig=<ID=1,length=249250621>\n", ("A",), "those of GRCh37"),
    ],
)
def test_a_header_that_cannot_be_trusted_is_refused(
    header: str, samples: tuple[str, ...], text: str, write_vcf: WriteVcf
) -> None:
    path = write_vcf([], samples, header)

    with pytest.raises(BadInput, match=text):
        load.read_samples([path], "GRCh38")


def test_a_cut_gzip_is_refused(write_vcf: WriteVcf, tmp_path: Path) -> None:
    text = write_vcf([GOOD.replace("100", str(n)) for n in range(1, 3000)]).read_bytes()
    path = tmp_path / "cut.vcf.gz"
    path.write_bytes(gzip.compress(text)[:-20])

    with pytest.raises(BadInput, match="cut short"), open_vcf(path) as reader:
        list(reader.variants())


def test_a_bgzip_file_without_its_last_block_is_refused(
    real_vcf: Callable[[str], Path], tmp_path: Path
) -> None:
    path = tmp_path / "cut.vcf.gz"
    path.write_bytes(real_vcf("bio2zarr/chr22.vcf.gz").read_bytes()[:-28])

    with pytest.raises(BadInput, match="lacks its last block"):
        load.read_samples([path], "GRCh38")


@pytest.mark.parametrize("name", ["absent.vcf", "."])
def test_an_unreadable_file_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="cannot be read"):
        load.read_samples([tmp_path / name], "GRCh38")


def test_two_records_of_one_allele_are_refused_naming_both(
    write_vcf: WriteVcf, make_folder: MakeFolder
) -> None:
    path = write_vcf([GOOD, GOOD])

    with pytest.raises(
        BadInput, match=r"line 4: this allele has a record already \(in.vcf, line 3"
    ):
        make_folder([path])


def test_positions_out_of_order_are_sorted(write_vcf: WriteVcf, make_folder: MakeFolder) -> None:
    path = write_vcf([GOOD, GOOD.replace("100", "50"), GOOD.replace("chr1", "2")])

    folder = make_folder([path])

    assert folder.chromosomes == ("chr1", "chr2")
    assert folder.variants("chr1")["position"].to_pylist() == [50, 100]


def test_samples_of_a_second_file_in_another_order_are_the_same_people(
    write_vcf: WriteVcf, make_folder: MakeFolder
) -> None:
    first = write_vcf([GOOD], ("A", "B"))
    second = write_vcf(["chr2 5 . A C . . . GT 0/1 ./1"], ("B", "A"), name="second.vcf")

    folder = make_folder([first, second])

    assert folder.samples["sample_id"].to_pylist() == ["A", "B"]
    assert folder.genotypes("chr2").tolist() == [[[1, -1], [0, 1]]]


def test_files_of_other_samples_are_refused(write_vcf: WriteVcf) -> None:
    paths = [write_vcf([], ("A",)), write_vcf([], ("B",), name="second.vcf")]

    with pytest.raises(BadInput, match=r"second.vcf: the samples are not those of"):
        load.read_samples(paths, "GRCh38")


def test_a_record_of_several_alternates_becomes_one_variant_each(
    write_vcf: WriteVcf, make_folder: MakeFolder
) -> None:
    path = write_vcf(["1 5 rs1 A C,*,<DEL> . . . GT:DP 1|2:3 0/3:1"])

    folder = make_folder([path])

    rows = folder.variants("chr1").to_pylist()
    assert [(r["alternate"], r["allele_index"]) for r in rows] == [("*", 2), ("<DEL>", 3), ("C", 1)]
    assert folder.dosages("chr1").tolist() == [[1, 0], [0, 1], [1, 0]]
    assert [r["allele_number"] for r in rows] == [4, 4, 4]


def test_other_contigs_are_left_out_and_told(write_vcf: WriteVcf) -> None:
    path = write_vcf([GOOD.replace("chr1", "chrUn_KI270302v1"), GOOD])

    with open_vcf(path) as reader:
        chromosomes = [variant.chromosome for variant in reader.variants()]

    assert chromosomes == ["chr1"]
    assert reader.skipped_contigs == {"chrUn_KI270302v1": 1}


def test_consequences_are_read_from_csq_for_the_right_allele(
    write_vcf: WriteVcf, make_folder: MakeFolder
) -> None:
    described = "Consequence annotations from Ensembl VEP. Format: "
    parts = "Allele|Consequence|IMPACT|SYMBOL|Gene|HGVSc|HGVSp"
    header = (
        "##fileformat=VCFv4.2\n"
        f'##INFO=<ID=CSQ,Number=.,Type=String,Description="{described}{parts}">\n'
    )
    csq = (
        "CSQ=-|frameshift_variant|HIGH|RYR1|ENSG1|c.1del|p.Met1fs,"
        "TA|intron_variant&missense_variant|MODERATE|RYR1|ENSG1||p.Ala2%3D,"
        "TA|upstream_gene_variant|MODIFIER|OTHER|ENSG2||"
    )
    path = write_vcf([f"19 5 . GT G,GTA . . {csq} GT 0/1 0/2"], header=header)

    folder = make_folder([path])

    rows = {r["alternate"]: r for r in folder.variants("chr19").to_pylist()}
    assert (rows["G"]["gene"], rows["G"]["consequence"]) == ("RYR1", "frameshift_variant")
    assert (rows["GTA"]["consequence"], rows["GTA"]["hgvs_p"]) == ("missense_variant", "p.Ala2=")


def test_consequences_are_read_from_ann(write_vcf: WriteVcf, make_folder: MakeFolder) -> None:
    header = (
        '##fileformat=VCFv4.2\n##INFO=<ID=ANN,Number=.,Type=String,Description="Functional '
        "annotations: 'Allele | Annotation | Annotation_Impact | Gene_Name | Gene_ID'\">\n"
    )
    ann = "ANN=C|synonymous_variant|LOW|PTEN|ENSG1,C|stop_gained|HIGH|PTEN|ENSG1"
    path = write_vcf([f"10 5 . A C . . {ann} GT 0/1 0/0"], header=header)

    row = make_folder([path]).variants("chr10").to_pylist()[0]

    assert (row["gene"], row["consequence"], row["impact"]) == ("PTEN", "stop_gained", "HIGH")


@pytest.mark.parametrize("name", ["AC", "AN", "AF", "AF_nfe", "NS", "HWE", "InbreedingCoeff"])
def test_info_about_the_people_of_the_source_is_never_kept(name: str) -> None:
    with pytest.raises(BadInput, match="describes the people"):
        load.check_keep_info([name])


def test_named_info_is_kept_with_the_value_of_its_allele(
    write_vcf: WriteVcf, make_folder: MakeFolder
) -> None:
    header = (
        '##fileformat=VCFv4.2\n##INFO=<ID=CADD,Number=A,Type=Float,Description="score">\n'
        '##INFO=<ID=DB,Number=1,Type=String,Description="x">\n'
    )
    path = write_vcf(["1 5 . A C,T 30 PASS CADD=1.5,2.5;DB=y GT 0/1 0/2"], header=header)

    folder = make_folder([path], keep_info=("CADD", "QUAL"))
    rows = pq.read_table(folder.path_of("variants/chr1")).to_pylist()

    kept = [(r["alternate"], r["info_CADD"], r["info_QUAL"]) for r in rows]
    assert kept == [("C", "1.5", "30"), ("T", "2.5", "30")]
    assert all("info_DB" not in r for r in rows)


@given(st.binary(max_size=40), st.integers(1, 4), st.integers(1, 3))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_genotypes_or_refused(text: bytes, n_samples: int, n_fields: int) -> None:
    parser = GenotypeParser(n_samples)
    whole = b"\t".join([text.replace(b"\t", b"")] * n_samples)

    try:
        called = parser.parse(whole, n_fields, 2)
    except GenotypeBroken:
        return

    assert len(called.of_alternate(1).codes) == n_samples


@settings(deadline=None)
@given(
    st.lists(
        st.lists(st.sampled_from([".", "0", "1", "2", "10"]), min_size=1, max_size=3),
        min_size=1,
        max_size=6,
    ),
    st.booleans(),
    st.sampled_from(["/", "|"]),
)
def test_every_way_of_reading_a_line_gives_the_same_calls(
    calls: list[list[str]], has_more_fields: bool, mark: str
) -> None:
    texts = [mark.join(call).encode() for call in calls]
    plain = GenotypeParser(len(calls)).parse(b"\t".join(texts), 1, 10)
    longer = GenotypeParser(len(calls)).parse(b"\t".join(t + b":9" for t in texts), 2, 10)
    slow = GenotypeParser(len(calls))._irregular(texts, 10)

    for index in (1, 2, 10):
        assert plain.of_alternate(index) == longer.of_alternate(index)
        assert plain.of_alternate(index) == slow.of_alternate(index)
        for sample, call in enumerate(calls):
            if "." not in call and len(call) <= 2:
                assert plain.of_alternate(index).codes[sample] == call.count(str(index))


def test_calls_of_an_allele_that_alt_leaves_out_are_missing(
    write_vcf: WriteVcf, make_folder: MakeFolder
) -> None:
    path = write_vcf(["1 5 . A . . . . GT:DP 0|1:1 1/1:11", "1 6 . A . . . . GT 0/0 0/0"])

    folder = make_folder([path])

    assert folder.genotypes("chr1").tolist() == [[[0, -1], [-1, -1]], [[0, 0], [0, 0]]]


def test_an_unspecified_allele_of_one_position_is_an_allele_that_nobody_has(
    write_vcf: WriteVcf, make_folder: MakeFolder
) -> None:
    rows = make_folder([write_vcf(["1 5 . A C,<*> . . . GT 0/1 1/1"])]).variants("chr1").to_pylist()

    assert [(r["alternate"], r["allele_count"]) for r in rows] == [("<*>", 0), ("C", 3)]


@pytest.mark.parametrize("position", [0, 248956423])
def test_telomeres_have_positions_beside_the_bases(
    position: int, write_vcf: WriteVcf, make_folder: MakeFolder
) -> None:
    path = write_vcf([f"1 {position} . N ]2:5]N . . . GT 0/1 1/1"])

    assert make_folder([path]).variants("chr1")["position"].to_pylist() == [position]


HEADERS = {
    "a byte order mark": ("\ufeff##fileformat=VCFv4.2\n", "byte order mark"),
    "a remark": ("##fileformat=VCFv4.2\n#a remark\n", "neither metadata nor names"),
    "an empty line": ("##fileformat=VCFv4.2\n\n", "neither metadata nor names"),
    "open quotes": ('##fileformat=VCFv4.2\n##INFO=<ID=A,Description="a>\n', "##INFO is not as"),
    "a type": (
        '##fileformat=VCFv4.2\n##FORMAT=<ID=A,Number=1,Type=Int,Description="a">\n',
        "##FORMAT is not as",
    ),
    "GT as a number": (
        '##fileformat=VCFv4.2\n##FORMAT=<ID=GT,Number=1,Type=Float,Description="a">\n',
        "##FORMAT is not as",
    ),
    "no value": ("##fileformat=VCFv4.2\n##reference=\n", "not KEY=value"),
}


@pytest.mark.parametrize("what", HEADERS)
def test_the_style_of_a_header_is_warned_of(what: str, write_vcf: WriteVcf) -> None:
    header, text = HEADERS[what]

    with open_vcf(write_vcf([GOOD], header=header)) as reader:
        assert len(list(reader.variants())) == 1

    assert any(text in told for told in reader.warnings.lines("file"))


def test_a_second_header_line_of_the_format_is_refused(write_vcf: WriteVcf) -> None:
    path = write_vcf([GOOD], header="##fileformat=VCFv4.2\n##fileformat=VCFv4.3\n")

    with pytest.raises(BadInput, match="line 2: a second"), open_vcf(path):
        pass


@pytest.mark.parametrize(
    ("described", "value"),
    [
        ("Number=1,Type=Integer", "1.5"),
        ("Number=1,Type=Integer", "1,2"),
        ("Number=A,Type=Float", "1"),
        ("Number=R,Type=Float", "1,2"),
        ("Number=R,Type=Float", "1,2,x"),
        ("Number=0,Type=Flag", "yes"),
        ("Number=1,Type=Character", "ab"),
        ("Number=2,Type=String", "ab"),
    ],
)
def test_kept_info_that_is_not_as_described_is_refused(
    described: str, value: str, write_vcf: WriteVcf, make_folder: MakeFolder
) -> None:
    header = f'##fileformat=VCFv4.2\n##INFO=<ID=X,{described},Description="x">\n'
    path = write_vcf([f"1 5 . A C,G . . X={value} GT 0/1 0/2"], header=header)

    with pytest.raises(BadInput, match=r"line 4: INFO X"):
        make_folder([path], keep_info=("X",))


@pytest.mark.parametrize(
    ("record", "name"),
    [
        ("1 5 . A C high PASS . GT 0/1 0/0", "QUAL"),
        ("1 5 . A C -3 PASS . GT 0/1 0/0", "QUAL"),
        ("1 5 . A C 3 q10;;s5 . GT 0/1 0/0", "FILTER"),
        ("1 5 . A C 3 0 . GT 0/1 0/0", "FILTER"),
        ("1 5 . A C 3 PASS X=1;X=2 GT 0/1 0/0", "X"),
    ],
)
def test_what_is_kept_is_right_or_refused_and_else_only_warned_of(
    record: str, name: str, write_vcf: WriteVcf, make_folder: MakeFolder
) -> None:
    path = write_vcf([record])

    with pytest.raises(BadInput, match=f"line 3: .*{name}"):
        make_folder([path], keep_info=(name,))

    assert make_folder([path]).variants("chr1").num_rows == 1


def test_the_assembly_is_told_by_the_contigs(write_vcf: WriteVcf) -> None:
    header = "##fileformat=VCFv4.2\n##contig=<ID=1,assembly=b37>\n"

    with pytest.raises(BadInput, match="those of GRCh37, not GRCh38"):
        load.read_samples([write_vcf([GOOD], header=header)], "GRCh38")


def test_a_pipe_is_refused_by_ingest_that_reads_twice(tmp_path: Path) -> None:
    path = tmp_path / "pipe"
    os.mkfifo(path)

    with pytest.raises(BadInput, match="only once"):
        load.read_samples([path], "GRCh38")


def test_quality_filters_leave_out_records_and_make_poor_calls_missing(
    write_vcf: WriteVcf, make_folder: MakeFolder
) -> None:
    path = write_vcf(
        [
            "chr1 10 . A C 50 PASS . GT:GQ:DP 0/1:5:30 1/1:99:30",
            "chr1 20 . A C 50 q10 . GT:GQ:DP 0/1:99:30 1/1:99:30",
            "chr1 30 . A C . . . GT:GQ:DP 0/1:99:30 1/1:99:30",
            "chr1 40 . A C 50 . . GT:GQ:DP 0/1:.:30 1/1:99:3",
        ]
    )

    folder = make_folder([path], filters=Filters(only_pass=True, min_qual=20, min_gq=10, min_dp=5))

    assert folder.variants("chr1")["position"].to_pylist() == [10, 40]
    assert folder.dosages("chr1").tolist() == [[-1, 2], [1, -1]]


def test_qualities_depths_and_phase_are_kept_where_they_are_asked_for(
    write_vcf: WriteVcf, make_folder: MakeFolder
) -> None:
    path = write_vcf(
        [
            "chr1 10 . A C,G . . . GT:AD:DP:GQ 1|2:3,4,5:12:99 0/1:.:.",
            "chr1 20 . A C . . . GT 0/0 1",
        ]
    )

    folder = make_folder([path], keep_format=("phase", "GQ", "DP", "AD"))

    columns = ["format_GQ", "format_DP", "format_AD_reference", "format_AD_alternate", "phase"]
    table = folder.variants("chr1", columns)
    phase = [int.from_bytes(value, "little") for value in table["phase"].to_pylist()]
    assert table["format_GQ"].to_pylist() == [[99, None], [99, None], [None, None]]
    assert table["format_DP"].to_pylist() == [[12, None], [12, None], [None, None]]
    assert table["format_AD_reference"].to_pylist() == [[3, None], [3, None], [None, None]]
    assert table["format_AD_alternate"].to_pylist() == [[4, None], [5, None], [None, None]]
    # Two planes of 64 samples: who is written with a bar, whose first allele is this alternate.
    assert phase == [1 | 1 << 64, 1, 2 << 64]


@pytest.mark.parametrize("name", ["PL", "gq", ""])
def test_format_that_the_store_has_no_column_for_cannot_be_kept(name: str) -> None:
    with pytest.raises(BadInput, match="cannot be kept"):
        Wanted(keep_format=(name,))


def test_the_mitochondrion_of_hg19_is_refused_where_it_has_records(
    write_vcf: WriteVcf, make_folder: MakeFolder
) -> None:
    header = "##fileformat=VCFv4.2\n##contig=<ID=chrM,length=16571>\n"

    make_folder([write_vcf([GOOD], header=header)])
    with pytest.raises(BadInput, match=r"line 5: chrM of 16,571"):
        make_folder([write_vcf([GOOD, GOOD.replace("chr1", "chrM")], header=header)])


@pytest.mark.parametrize("kernels", ["native", "numpy"])
def test_a_last_line_without_its_end_is_warned_of(
    kernels: str, write_vcf: WriteVcf, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("GDI_SPE_KERNELS", kernels)
    library.cache_clear()
    path = write_vcf([GOOD])
    path.write_bytes(path.read_bytes()[:-1])
    (tmp_path / "out").mkdir()
    samples = germline.Samples(("A", "B"), ("unknown",) * 2, np.arange(2))

    report = load.load(tmp_path / "out", [path], samples, "GRCh38", "D")

    library.cache_clear()
    assert report.n_variants == 1
    assert report.warnings == [f"{path}, line 3: the last line has no end: was the file cut?"]


@pytest.mark.parametrize(
    ("filters", "record"),
    [
        (Filters(min_qual=3), "1 5 . A C high PASS . GT 0/1 0/0"),
        (Filters(only_pass=True), "1 5 . A C 3 q10;;s5 . GT 0/1 0/0"),
    ],
)
def test_a_filter_on_what_is_not_as_it_must_be_is_refused(
    filters: Filters, record: str, write_vcf: WriteVcf, make_folder: MakeFolder
) -> None:
    with pytest.raises(BadInput, match=r"line 3: (QUAL|FILTER)"):
        make_folder([write_vcf([record])], filters=filters)
