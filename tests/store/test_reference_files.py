"""GTF and FASTA, in the forms in which Ensembl, GENCODE and others hand them out."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.reading.fasta import Fasta, assembly_by_lengths, write_canonical
from gdi_spe.store.reading.gtf import read_gtf, refuse_beyond

ENSEMBL = """#!genome-build GRCh38.p14
#!genome-version GRCh38
#!genebuild-last-updated 2023-03
1\thavana\tgene\t11869\t14409\t.\t+\t.\tgene_id "ENSG00000290825"; gene_version "1"; \
gene_name "DDX11L2"; gene_source "havana"; gene_biotype "lncRNA";
1\thavana\ttranscript\t11869\t14409\t.\t+\t.\tgene_id "ENSG00000290825"; gene_name "DDX11L2";
MT\tinsdc\tgene\t577\t647\t.\t+\t.\tgene_id "ENSG00000210049"; gene_version "1"; \
gene_biotype "Mt_tRNA";
KI270728.1\tensembl\tgene\t5\t9\t.\t-\t.\tgene_id "ENSG00000277400"; gene_version "1";
"""
GENCODE = """##description: annotation of the human genome (GRCh38), version 44 (Ensembl 110)
##provider: GENCODE
chrY\tENSEMBL\tgene\t253743\t255091\t.\t+\t.\tgene_id "ENSG00000228572.7_PAR_Y"; \
gene_type "lncRNA"; gene_name "LL0YNC03-29C1.1"; level 2;
"""


def gtf(folder: Path, text: str, name: str = "g.gtf") -> Path:
    path = folder / name
    data = text.encode()
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


@pytest.mark.parametrize(
    "name", ["Homo_sapiens.GRCh38.110.gtf", "Homo_sapiens.GRCh38.110.chr.gtf.gz"]
)
def test_genes_of_ensembl_are_read(tmp_path: Path, name: str) -> None:
    found = read_gtf(gtf(tmp_path, ENSEMBL, name))

    assert (found.release, found.assembly, found.n_elsewhere) == ("110", "GRCh38", 1)
    first, second = found.genes.to_pylist()
    assert first == {
        "gene_id": "ENSG00000290825", "version": "1", "symbol": "DDX11L2", "chromosome": "chr1",
        "start": 11868, "end": 14409, "strand": "+", "biotype": "lncRNA",
    }  # fmt: skip
    assert (second["chromosome"], second["symbol"]) == ("chrM", None)


def test_genes_of_gencode_are_read(tmp_path: Path) -> None:
    found = read_gtf(gtf(tmp_path, GENCODE))

    assert (found.release, found.assembly) == ("44", "GRCh38")
    row = found.genes.to_pylist()[0]
    assert (row["gene_id"], row["version"], row["biotype"]) == ("ENSG00000228572", "7", "lncRNA")


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("1\th\tgene\t5\t9\t.\t+\t.", "not the nine columns"),
        ('1\th\tgene\t9\t5\t.\t+\t.\tgene_id "E";', "no stretch"),
        ('1\th\tgene\t0\t5\t.\t+\t.\tgene_id "E";', "no stretch"),
        ('1\th\tgene\tx\t5\t.\t+\t.\tgene_id "E";', "no stretch"),
        ('1\th\tgene\t1\t5\t.\t?\t.\tgene_id "E";', "no strand"),
        ('1\th\tgene\t1\t5\t.\t+\t.\tgene_name "E";', "without gene_id"),
    ],
)
def test_a_line_that_is_not_gtf_is_named(tmp_path: Path, line: str, why: str) -> None:
    path = gtf(tmp_path, f"{ENSEMBL}{line}\n")

    with pytest.raises(BadInput, match=f"g.gtf, line 8: .*{why}"):
        read_gtf(path)


def test_a_gtf_without_genes_or_of_two_assemblies_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="no genes"):
        read_gtf(gtf(tmp_path, ENSEMBL.replace("\tgene\t", "\texon\t")))
    with pytest.raises(BadInput, match="GRCh37 and GRCh38"):
        read_gtf(gtf(tmp_path, "#!genome-version GRCh37\n" + ENSEMBL))


def test_a_gene_behind_the_end_of_its_chromosome_is_of_another_assembly(tmp_path: Path) -> None:
    path = gtf(tmp_path, ENSEMBL.replace("14409", "249000000"))

    refuse_beyond(read_gtf(path).genes, "GRCh37", path)
    with pytest.raises(BadInput, match="ends behind the end of chr1 of GRCh38"):
        refuse_beyond(read_gtf(path).genes, "GRCh38", path)


@pytest.mark.parametrize("width", [1, 3, 60])
@pytest.mark.parametrize("ending", ["\n", "\r\n"])
@pytest.mark.parametrize("name", ["s.fa", "s.fa.gz"])
def test_a_sequence_is_kept_in_one_form(tmp_path: Path, width: int, ending: str, name: str) -> None:
    bases = "acgtNRYACGT"
    lines = [bases[i : i + width] for i in range(0, len(bases), width)]
    text = ending.join([">1 the first", *lines, ">GL000009.2", "ACGT", ">MT", "AC", "", "GT"])
    source, target = tmp_path / name, tmp_path / "out.fa"
    source.write_bytes(gzip.compress(text.encode()) if name.endswith(".gz") else text.encode())

    lengths = write_canonical(source, target)

    assert lengths == {"chr1": 11, "chrM": 4}
    assert target.read_text() == ">chr1\nACGTNNNACGT\n>chrM\nACGT\n"
    fasta = Fasta(target)
    assert fasta.bases("chr1", 3, 8) == b"TNNNA"
    assert fasta.bases("chrM", -5, 99) == b"ACGT"
    assert fasta.bases("chr2", 0, 9) == b""


def test_an_indexed_fasta_of_lines_is_read_too(tmp_path: Path) -> None:
    path = tmp_path / "s.fa"
    path.write_bytes(b">chr1\r\nACG\r\nTTA\r\nC\r\n")
    path.with_name("s.fa.fai").write_text("chr1\t7\t7\t3\t5\n")

    assert [Fasta(path).bases("chr1", n, n + 3) for n in (0, 2, 5)] == [b"ACG", b"GTT", b"AC"]


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("ACGT\n", "line 1: not FASTA"),
        (">1\nAC\nGQ!\n", "line 3: not FASTA"),
        (">2\nA\nC\n>1\nA\n\nA?\n", "line 7: not FASTA"),
        (">1\nA\n>chr1\nA\n", "line 3: chr1 stands twice"),
        (">1\n>2\nA\n", "chr1 has no bases"),
        (">x\nA\n", "no sequence of a chromosome"),
    ],
)
def test_what_is_not_fasta_is_named(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "s.fa"
    path.write_text(text)

    with pytest.raises(BadInput, match=why):
        write_canonical(path, tmp_path / "out.fa")


def test_lengths_of_chromosomes_tell_the_assembly(tmp_path: Path) -> None:
    assert assembly_by_lengths({"chr1": 248956422, "chrM": 16569}, tmp_path) == "GRCh38"
    assert assembly_by_lengths({"chr1": 249250621}, tmp_path) == "GRCh37"
    assert assembly_by_lengths({"chr1": 100, "chr2": 50}, tmp_path) is None
    for odd in (100, 243199373):
        with pytest.raises(BadInput, match=r"has [\d,]+ bases, GRCh3[78] has [\d,]+"):
            assembly_by_lengths({"chr1": 248956422, "chr2": odd}, tmp_path)
