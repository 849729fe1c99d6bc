"""What VEP and SnpEff say of an allele, in the spellings that their documentation shows."""

from __future__ import annotations

from typing import Any

import pytest

from gdi_spe.query import consequences as asked
from gdi_spe.store.consequences import BY_SEVERITY
from gdi_spe.store.reading.annotations import NOTHING, Annotator

VEP = Annotator.from_header(
    "CSQ",
    "Consequence annotations from Ensembl VEP. Format: Allele|Consequence|IMPACT|SYMBOL|Gene"
    "|Feature_type|Feature|HGVSc|HGVSp|ALLELE_NUM|PICK|CANONICAL",
)
SNPEFF = Annotator.from_header(
    "ANN",
    "Functional annotations: 'Allele | Annotation | Annotation_Impact | Gene_Name | Gene_ID | "
    "Feature_Type | Feature_ID | Transcript_BioType | Rank | HGVS.c | HGVS.p | cDNA.pos / "
    "cDNA.length | CDS.pos / CDS.length | AA.pos / AA.length | Distance | ERRORS / WARNINGS / "
    "INFO' ",
)


def csq(allele: str, consequence: str, gene: str = "G1", **more: str) -> str:
    told = {
        "Allele": allele,
        "Consequence": consequence,
        "SYMBOL": gene,
        "Gene": gene and f"E{gene}",
    }
    return "|".join((told | more).get(name, "") for name in VEP.fields)


def of(value: str, reference: str, *alternates: str, by: Annotator = VEP) -> list[Any]:
    """What is told of each alternate."""
    return [
        by.of_allele(value, reference, alternates, index)["consequence"]
        for index in range(1, len(alternates) + 1)
    ]


@pytest.mark.parametrize(
    ("reference", "alternates", "names"),
    [
        ("A", ("C", "G"), ("C", "G")),
        ("GT", ("G", "GTA"), ("-", "TA")),  # VEP drops the base that all share
        ("GT", ("G", "CT"), ("G", "CT")),  # and leaves all as they are where one differs
        ("GT", ("G", "*"), ("-", "*")),
        ("CAT", ("CCT", "C"), ("CT", "-")),
        ("CAT", ("CCT", "C"), ("C", "-")),  # --minimal: each without what it shares
        ("A", ("<DEL>", "<DUP>"), ("deletion", "duplication")),
        ("AC", ("a", "at"), ("-", "T")),
    ],
)
def test_entries_of_vep_find_their_allele(
    reference: str, alternates: tuple[str, ...], names: tuple[str, ...]
) -> None:
    said = ("missense_variant", "intron_variant")
    value = ",".join(csq(name, what) for name, what in zip(names, said, strict=True))

    assert of(value, reference, *alternates) == list(said)


def test_the_number_of_an_allele_is_believed_before_its_name() -> None:
    value = (
        f"{csq('A', 'stop_gained', ALLELE_NUM='2')},{csq('A', 'intron_variant', ALLELE_NUM='1')}"
    )

    assert of(value, "CAA", "CA", "CAAA") == ["intron_variant", "stop_gained"]


def test_a_record_that_was_split_after_annotation_keeps_to_its_own_allele() -> None:
    value = (
        f"{csq('C', 'stop_gained', ALLELE_NUM='1')},{csq('G', 'intron_variant', ALLELE_NUM='2')}"
    )

    assert of(value, "A", "G") == ["intron_variant"]
    assert of(value, "A", "C") == ["stop_gained"]
    assert of(value, "A", "T") == [None]


def test_a_single_allele_under_an_unknown_name_is_the_only_one_there_is() -> None:
    assert of(csq("weird", "stop_gained"), "A", "AT") == ["stop_gained"]


def test_a_variant_in_two_genes_tells_of_both() -> None:
    value = ",".join(
        [
            csq("C", "upstream_gene_variant", "G2", HGVSc="c.-1"),
            csq("C", "intron_variant", "G1"),
            csq("C", "splice_region_variant&intron_variant", "G2"),
            csq("C", "missense_variant&NMD_transcript_variant", "G1", HGVSp="ENSP1.2:p.Ala2%3D"),
            csq("C", "regulatory_region_variant", ""),
        ]
    )

    found = VEP.of_allele(value, "A", ["C"], 1)

    assert (found["gene"], found["gene_id"]) == ("G1", "EG1")
    assert (found["consequence"], found["hgvs_p"]) == ("missense_variant", "ENSP1.2:p.Ala2=")
    assert [(o["gene"], o["consequence"]) for o in found["other_genes"]] == [
        ("G2", "splice_region_variant")
    ]


def test_of_equally_severe_transcripts_the_picked_one_is_told_then_the_canonical_one() -> None:
    plain = csq("C", "missense_variant", HGVSc="a:c.1A>C")
    canonical = csq("C", "missense_variant", HGVSc="b:c.1A>C", CANONICAL="YES")
    picked = csq("C", "missense_variant", HGVSc="c:c.1A>C", PICK="1")

    assert VEP.of_allele(f"{plain},{canonical}", "A", ["C"], 1)["hgvs_c"] == "b:c.1A>C"
    assert VEP.of_allele(f"{plain},{canonical},{picked}", "A", ["C"], 1)["hgvs_c"] == "c:c.1A>C"


def test_a_name_that_is_not_known_is_kept_and_comes_last() -> None:
    value = f"{csq('C', 'brand_new_variant', 'G1')},{csq('C', 'intron_variant', 'G2')}"

    found = VEP.of_allele(value, "A", ["C"], 1)

    assert found["consequence"] == "intron_variant"
    assert found["other_genes"][0]["consequence"] == "brand_new_variant"


def test_snpeff_names_alleles_as_they_are_written() -> None:
    value = (
        "GTA|missense_variant&splice_region_variant|MODERATE|RYR1|ENSG1|transcript|T1|protein_coding"
        "|2/5|c.1A>C|p.Met1Leu|1/9|1/9|1/3||,"
        "G|conservative_inframe_deletion|MODERATE|RYR1|ENSG1|transcript|T1|protein_coding|2/5|||||||,"
        "G-GTA|stop_gained|HIGH|PTEN|ENSG2|transcript|T2|protein_coding||||||||"
    )

    first = SNPEFF.of_allele(value, "GT", ["G", "GTA"], 1)
    second = SNPEFF.of_allele(value, "GT", ["G", "GTA"], 2)

    assert (first["gene"], first["consequence"]) == ("PTEN", "stop_gained")
    assert first["other_genes"][0]["consequence"] == "conservative_inframe_deletion"
    assert (second["consequence"], second["hgvs_p"]) == ("missense_variant", "p.Met1Leu")


@pytest.mark.parametrize(
    "format_",
    [
        "Allele | Effect | Putative_impact | Gene Name | Gene ID",
        "Allele|Annotation|Annotation_Impact|Gene_Name|Gene_ID",
        "",
    ],
)
def test_headers_of_snpeff_are_understood_in_all_spellings(format_: str) -> None:
    annotator = Annotator.from_header("ANN", f"Functional annotations: '{format_}'")

    found = annotator.of_allele("C|stop_gained|HIGH|PTEN|ENSG1", "A", ["C"], 1)

    assert (found["gene"], found["gene_id"]) == ("PTEN", "ENSG1")
    assert (found["consequence"], found["impact"]) == ("stop_gained", "HIGH")


def test_vep_that_writes_into_ann_is_read_as_vep() -> None:
    annotator = Annotator.from_header(
        "ANN", "Consequence annotations from Ensembl VEP. Format: Allele|Consequence|SYMBOL"
    )

    assert annotator.of_allele("-|frameshift_variant|G1", "GT", ["G", "GTA"], 1)["gene"] == "G1"


def test_neighbours_of_what_lies_between_genes_are_not_its_genes() -> None:
    found = SNPEFF.of_allele("C|intergenic_region|MODIFIER|A-B|ENSG1-ENSG2", "A", ["C"], 1)

    assert found == NOTHING | {"consequence": "intergenic_region", "impact": "MODIFIER"}


def test_an_allele_that_nothing_is_said_of_has_nothing() -> None:
    assert VEP.of_allele(csq("C", "stop_gained"), "A", ["G", "C"], 1) == NOTHING


def test_every_group_of_consequences_is_made_of_known_names() -> None:
    assert {name for names in asked.GROUPS.values() for name in names} <= set(BY_SEVERITY)
    assert len(set(BY_SEVERITY)) == len(BY_SEVERITY)
    assert set(asked.ACCESSIONS.values()) <= set(BY_SEVERITY)
