"""What a newcomer writes by mistake is answered by what to write instead."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

import gdi_spe as spe
from gdi_spe.analysis.variants.choice import NothingChosen
from gdi_spe.boundary.errors import BadInput
from gdi_spe.demo.cohort import DemoCohort
from gdi_spe.workspace.asking.nobody import RecordedOfNobody
from gdi_spe.workspace.cohort.opened import Cohort

Asked = Callable[[Cohort], Any]


@pytest.fixture(scope="module")
def demo(planted: DemoCohort) -> Cohort:
    return Cohort(planted.path)


REFUSED: dict[str, tuple[Asked, str]] = {
    "a symbol in small letters": (
        lambda c: c.individuals(gene="ryr1").count(), "gene 'ryr1'. Write 'RYR1'"),
    "an identifier with its version": (
        lambda c: c.individuals(gene="ENSG00000196218.12").count(), "Write 'ENSG00000196218'"),
    "several genes in one text": (
        lambda c: c.individuals(gene="RYR1,PTEN").count(), r"as a list: \['RYR1', 'PTEN'\]"),
    "a transcript": (
        lambda c: c.individuals(gene="ENST00000359596").count(), "goes by its symbol"),
    "a number of a nomenclature": (
        lambda c: c.sample_qc(gene="HGNC:10483"), "goes by its symbol"),
    "an rs number": (
        lambda c: c.individuals(variant="rs113488022"), "its alleles, as in chr7.*column id"),
    "an rs number beside a trait": (
        lambda c: c.association("height", condition_on="rs123"), "'rs123' is no variant"),
    "a gene as a region": (
        lambda c: c.variant_qc("RYR1", unrelated=False), "a gene goes by gene="),
    "a place beyond its chromosome": (
        lambda c: c.allele_frequencies(region="chr19:1-99999999"), "GRCh38, which has 58,617,616"),
    "a gene and its change": (
        lambda c: c.individuals(protein_change="BRAF V600E"),
        "gene='BRAF', protein_change='V600E'"),
    "a residue": (lambda c: c.individuals(protein_change="V600"), "Write it as in V600E"),
    "an impact": (
        lambda c: c.individuals(gene="RYR1", consequence="HIGH"), "Ask for 'protein_truncating'"),
    "a word of papers": (lambda c: c.burden("height", masks="LoF"), "Ask for 'protein_truncating'"),
    "an accession": (
        lambda c: c.individuals(consequence="SO:0001583"), "Ask for 'missense_variant'"),
    "a code without its zeros": (
        lambda c: c.individuals(phenotype="HP:508"), "Write HP:0000508, if that is meant"),
    "a label that is near one": (
        lambda c: c.individuals(phenotype="Ptosys"), r"Near it: HP:0000508 \(Ptosis\), HP:0000520"),
    "another word": (lambda c: c.individuals(disease="COVID-19"), "Did you mean diagnosis?"),
    "another word for frequency": (
        lambda c: c.individuals(gene="RYR1", maf=0.01), "Did you mean max_frequency?"),
    "a trait with a slip": (lambda c: c.association("Heigth"), "Near names: Body height"),
    "a disease as a trait": (
        lambda c: c.association("COVID-19"), r"cohort.individuals\(diagnosis=...\)"),
    "a component before there is one": (
        lambda c: c.association("height", ["PC1"]), r"once cohort.pca\(\) has found"),
    "a test of cases for numbers": (
        lambda c: c.association("height", test="firth"), "says nothing to a linear model"),
    "a statistic that is none": (
        lambda c: c.burden("height", statistic="burden"), "One of collapse, sum, max"),
    "too small a number": (lambda c: c.pca(0), "n_components 0 is below 1"),
    "a sum of selections": (
        lambda c: c.individuals(sex="male") + c.individuals(gene="RYR1"), r"Write a \| b"),
}  # fmt: skip


@pytest.mark.parametrize("asked", REFUSED.values(), ids=REFUSED.keys())
def test_a_mistake_is_answered_by_what_to_write(demo: Cohort, asked: tuple[Asked, str]) -> None:
    ask, answer = asked

    with pytest.raises(BadInput, match=answer):
        ask(demo)


TOLD: dict[str, tuple[Asked, type[Warning], str]] = {
    "swapped alleles": (
        lambda c: c.individuals(variant="7:140753336:T:A"), RecordedOfNobody,
        "nobody here has chr7-140753336-T-A. At this place here: A-T"),
    "a place of another assembly": (
        lambda c: c.individuals(variant="chr7-140453136-A-T"), RecordedOfNobody,
        "Places are those of GRCh38"),
    "a region without a variant": (
        lambda c: c.individuals(region="chr3:1-100"), RecordedOfNobody, "chr3:1-100 has no"),
    "a feature as a diagnosis": (
        lambda c: c.individuals(diagnosis="HP:0000508"), RecordedOfNobody,
        "HP:0000508 is recorded of nobody here. It is as phenotype='HP:0000508'"),
    "a drug that nobody took": (
        lambda c: c.individuals(treatment="Trametinib"), RecordedOfNobody,
        "NCIT:C77908 is recorded of nobody here. See cohort.sql"),
    "an empty region": (
        lambda c: c.allele_frequencies(region="7:140453136-140453137"), NothingChosen,
        "'7:140453136-140453137'. Places are those of GRCh38"),
}  # fmt: skip


@pytest.mark.parametrize("asked", TOLD.values(), ids=TOLD.keys())
def test_an_answer_about_nobody_says_why_it_may_be_empty(
    demo: Cohort, asked: tuple[Asked, type[Warning], str]
) -> None:
    ask, kind, why = asked

    with pytest.warns(kind, match=why):
        found = ask(demo)

    assert len(found) == 0


@pytest.mark.parametrize(
    ("word", "other", "term"),
    [
        ("phenotype", "hp:0000508", "HP:0000508"),
        ("phenotype", "http://purl.obolibrary.org/obo/HP_0000508", "HP:0000508"),
        ("diagnosis", "MONDO_0100096", "MONDO:0100096"),
        ("diagnosis", "http://www.orpha.net/ORDO/Orphanet_590", "ORPHA:590"),
    ],
)
def test_other_spellings_of_an_identifier_are_the_same(
    demo: Cohort, word: str, other: str, term: str
) -> None:
    asked, same = (demo.individuals(**{word: text}) for text in (other, term))

    assert asked.ids == same.ids
    assert asked.count() > 0


def test_a_method_that_is_not_there_is_answered_by_those_that_are(demo: Cohort) -> None:
    with pytest.raises(AttributeError, match=r"a cohort has no 'gwas'. Near it: association"):
        demo.gwas("height")
    with pytest.raises(AttributeError, match="Near it: allele_frequencies"):
        _ = demo.allele_frequency
    with pytest.raises(AttributeError, match=r"spe.plot has no 'manhatan'. Near it: manhattan"):
        _ = spe.plot.manhatan
    with pytest.raises(AttributeError, match="Near it: open_cohort"):
        _ = spe.open_cohorts


def test_a_condition_may_be_one_variant(demo: Cohort) -> None:
    first = demo.association("height", min_allele_frequency=0.2).iloc[0]
    name = "chr{chromosome}-{base_pair_location}-{other_allele}-{effect_allele}".format(**first)
    place = f"chr{first['chromosome']}"

    one, several = (
        demo.association("height", region=place, condition_on=each, min_allele_frequency=0.2)
        for each in (name, [name])
    )

    assert one.equals(several)
