"""References are releases: versioned, hashed, of one assembly, and named in manifests."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from gdi_spe.boundary.errors import BadInput
from gdi_spe.node.cohorts import references
from gdi_spe.node.cohorts.references import AddedReference, ReferenceTampered
from gdi_spe.store.folder import CohortFolder
from gdi_spe.store.reading.fasta import Fasta
from gdi_spe.terms import hpo

NOW = datetime(2026, 1, 1, tzinfo=UTC)
GTF = '1\th\tgene\t50\t{end}\t.\t+\t.\tgene_id "ENSG00000000001"; gene_name "{name}";\n'


def write(node: Any, name: str, text: str) -> Path:
    path: Path = node.files / name
    path.write_text(text)
    return path


def add(node: Any, kind: str, path: Path, assembly: str = "") -> AddedReference:
    return references.add(node.database, node.home, kind, path, NOW, assembly=assembly)


def in_use(node: Any, assembly: str = "GRCh38") -> references.Coordinates:
    with node.database.read() as session:
        return references.of_assembly(session, node.home, assembly)


def test_the_newest_gtf_of_an_assembly_is_in_use_and_an_old_one_can_come_back(node: Any) -> None:
    old = write(node, "Homo_sapiens.GRCh38.109.gtf", GTF.format(end=99, name="OLD"))
    new = write(
        node, "gencode.gtf", "##description: (GRCh38), version 44\n" + GTF.format(end=98, name="B")
    )

    added = [add(node, "gtf", path).release for path in (old, new)]
    newest = in_use(node).gtf
    again = add(node, "gtf", old)

    assert added == ["109", "44"]
    assert newest is not None
    assert newest.name == "gencode"
    assert in_use(node).gtf == again
    with node.database.read() as session:
        assert len(references.every(session, node.home)) == 3
    assert add(node, "gtf", old) == again


def test_a_reference_of_another_assembly_is_never_used(node: Any) -> None:
    add(node, "gtf", write(node, "g.gtf", GTF.format(end=99, name="A")), "GRCh37")
    add(node, "fasta", write(node, "s.fa", ">1\nACGT\n"), "GRCh37")

    found = in_use(node, "GRCh38")

    assert (found.gtf, found.fasta) == (None, None)
    assert found.genes() is None
    assert found.normaliser(()) is None
    assert "no FASTA of GRCh38" in found.told("GRCh38")[0]
    assert in_use(node, "GRCh37").to_manifest()[0].assembly == "GRCh37"


@pytest.mark.parametrize(
    ("kind", "name", "text", "assembly", "why"),
    [
        ("gtf", "g.gtf", GTF.format(end=99, name="A"), "", "does not tell its assembly"),
        ("gtf", "g.gtf", GTF.format(end=99, name="A"), "hg38", "unknown assembly"),
        ("gtf", "g.GRCh37.gtf", GTF.format(end=99, name="A"), "GRCh38", "name says GRCh37"),
        ("gtf", "g.gtf", "#!genome-build GRCh37\n" + GTF.format(end=9**9, name="A"), "", "behind"),
        (
            "gtf",
            "g.gtf",
            "#!genome-build GRCh37\n" + GTF.format(end=99, name="A"),
            "GRCh38",
            "not G",
        ),
        ("fasta", "s.fa", ">1\nACGT\n", "", "does not tell its assembly"),
        ("fasta", "s.fa", "ACGT\n", "GRCh38", "line 1: not FASTA"),
        ("ontology", "MONDO.obo", "[Term]\nid: MONDO:0000001\nname: d\n", "GRCh38", "no assembly"),
        ("ontology", "WHAT.obo", "[Term]\nid: WHAT:1\n", "", "prefix of a known code system"),
    ],
)
def test_what_is_not_as_it_is_said_is_refused_and_leaves_nothing(
    node: Any, kind: str, name: str, text: str, assembly: str, why: str
) -> None:
    with pytest.raises(BadInput, match=why):
        add(node, kind, write(node, name, text), assembly)

    assert not list((node.home / "references").glob("*"))


def test_a_sequence_is_kept_in_one_form_with_its_index(node: Any) -> None:
    added = add(node, "fasta", write(node, "GRCh38.slice.fa", ">1 x\nac\ngt\n>HLA\nA\n"))

    assert (added.name, added.release, added.assembly) == ("GRCh38", "slice", "GRCh38")
    assert Fasta(added.path).bases("chr1", 0, 9) == b"ACGT"
    assert added.path.stat().st_mode & 0o222 == 0


def test_genes_that_were_changed_on_the_disk_are_not_used(node: Any) -> None:
    added = add(node, "gtf", write(node, "g.gtf", GTF.format(end=99, name="A")), "GRCh38")
    added.path.chmod(0o644)
    added.path.write_bytes(added.path.read_bytes() + b"x")

    with pytest.raises(ReferenceTampered):
        in_use(node).genes()


def test_an_ontology_in_json_counts_as_in_obo(node: Any) -> None:
    iri = "http://purl.obolibrary.org/obo/"
    graph = {
        "meta": {"version": f"{iri}mondo/releases/2024-03-04/mondo.json"},
        "nodes": [{"id": f"{iri}MONDO_000000{n}", "lbl": str(n), "type": "CLASS"} for n in (1, 2)],
        "edges": [{"sub": f"{iri}MONDO_0000002", "pred": "is_a", "obj": f"{iri}MONDO_0000001"}],
    }
    obo = "data-version: releases/2024-03-04\n\n[Term]\nid: MONDO:0000001\nname: 1\n"

    from_obo = add(node, "ontology", write(node, "mondo.obo", obo))
    from_json = add(node, "ontology", write(node, "mondo.json", json.dumps({"graphs": [graph]})))

    assert from_obo.release == from_json.release == "2024-03-04"
    with node.database.read() as session:
        assert references.current(session, node.home) == (from_json,)


def test_a_dataset_is_read_with_the_references_of_its_assembly_and_names_them(node: Any) -> None:
    add(node, "gtf", write(node, "g.gtf", GTF.format(end=120, name="FOUND")), "GRCh38")
    add(node, "fasta", write(node, "s.fa", f">1\n{'C' * 100}{'A' * 50}\n"), "GRCh38")
    path = node.vcf(["1 110 . AA A . . . GT 0/1 1/1", "1 130 . A C . . . GT 0/1 0/0"], "AB")

    report = node.ingest(vcf=(path,))
    node.define()
    made = node.materialise()

    assert report.n_moved == 1
    assert [text.split(" (")[0] for text in report.references] == [
        "REF checked and indels left-aligned against fasta s unversioned",
        "genes by position from gtf g unversioned",
    ]
    cohort = CohortFolder(made.path)
    rows = cohort.variants("chr1").to_pylist()
    assert [(r["position"], r["reference"], r["gene"]) for r in rows] == [
        (100, "CA", "FOUND"),
        (130, "A", None),
    ]
    assert [(r.kind, r.name, r.assembly) for r in cohort.manifest.references] == [
        ("fasta", "s", "GRCh38"),
        ("gtf", "g", "GRCh38"),
    ]


def test_a_file_that_does_not_fit_the_sequence_is_refused_by_its_line(node: Any) -> None:
    add(node, "fasta", write(node, "s.fa", f">1\n{'C' * 200}\n"), "GRCh38")
    path = node.vcf(["1 100 . C A . . . GT 0/1 1/1", "1 110 . A C . . . GT 0/1 1/1"], "AB")

    with pytest.raises(BadInput, match=r"line \d+: REF 'A', but sequence.fa has 'C' at chr1:110"):
        node.ingest(vcf=(path,))


def test_records_that_become_the_same_allele_are_refused(node: Any) -> None:
    add(node, "fasta", write(node, "s.fa", f">1\n{'C' * 100}{'A' * 50}\n"), "GRCh38")
    path = node.vcf(["1 110 . AA A . . . GT 0/1 1/1", "1 120 . AA A . . . GT 0/1 0/0"], "AB")

    with pytest.raises(BadInput, match="has a record already"):
        node.ingest(vcf=(path,))


@pytest.mark.parametrize("similarity", [None, "low"])
def test_the_hpo_that_a_query_was_answered_with_is_named_in_the_cohort(
    node: Any, similarity: str | None
) -> None:
    tables = node.table("phenotypic_features", "individual_id term\nA HP:0003473\n")
    node.ingest(vcf=(node.vcf(["1 100 . A C . . . GT 0/1 1/1"], "AB"),), tables=tables)
    asked = {"id": "HP:0003473"} | ({"similarity": similarity} if similarity else {})
    node.define(query={"query": {"filters": [asked]}})

    manifest = CohortFolder(node.materialise().path).manifest

    assert [(r.kind, r.name, r.version) for r in manifest.references] == [
        ("ontology", "HP", hpo.ontology().version)
    ]


def test_a_query_without_phenotypes_names_no_hpo(small: Any) -> None:
    small.define()

    assert CohortFolder(small.materialise().path).manifest.references == ()


STARS = (
    "#assembly={assembly}\n#release=1\ngene\tallele\tactivity\tchromosome\tposition\treference"
    "\talternate\nMADE\t*1\t1\nMADE\t*2\t0\tchr10\t94781859\tG\tA\n"
)


def test_star_alleles_are_of_an_assembly_and_come_with_its_cohorts(node: Any) -> None:
    added = add(node, "star-alleles", write(node, "made-up.tsv", STARS.format(assembly="GRCh38")))
    add(node, "star-alleles", write(node, "other.tsv", STARS.format(assembly="GRCh37")))

    with node.database.read() as session:
        brought = references.brought(session, node.home, {"GRCh38"})

    assert (added.name, added.release, added.assembly) == ("made-up", "1", "GRCh38")
    assert [each for each in brought if each.kind == "star-alleles"] == [added]
    assert added.path.name == "made-up.star-alleles.tsv"


def test_a_table_of_star_alleles_that_is_none_is_refused_and_leaves_nothing(node: Any) -> None:
    path = write(node, "made-up.tsv", "gene\tallele\n")

    with pytest.raises(BadInput, match=r"made-up.tsv, line 1"):
        add(node, "star-alleles", path)
    with pytest.raises(BadInput, match="GRCh38, not GRCh37"):
        add(node, "star-alleles", write(node, "m.tsv", STARS.format(assembly="GRCh38")), "GRCh37")

    with node.database.read() as session:
        assert references.every(session, node.home) == ()


SCORE = (
    "###PGS CATALOG SCORING FILE\n#pgs_id={id}\nrsID\teffect_allele\teffect_weight\nrs1\tA\t0.1\n"
)


def test_scores_are_in_use_each_for_itself_and_only_as_they_were_added(node: Any) -> None:
    first = add(node, "score", write(node, "PGS000018.txt", SCORE.format(id="PGS000018")))
    second = add(node, "score", write(node, "other.txt", SCORE.format(id="PGS000662")))

    with node.database.read() as session:
        assert set(references.scores(session, node.home)) == {first.path, second.path}
    second.path.write_text("rs1 A 9")
    with node.database.read() as session, pytest.raises(references.ReferenceTampered):
        references.scores(session, node.home)


def test_a_file_without_the_header_of_a_score_is_no_score(node: Any) -> None:
    with pytest.raises(BadInput, match="scoring file"):
        add(node, "score", write(node, "own.txt", "rsID\teffect_allele\teffect_weight\n"))
