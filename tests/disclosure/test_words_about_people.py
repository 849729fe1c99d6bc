"""Words that describe somebody, and words about groups that only sound like it."""

from __future__ import annotations

import pytest

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.words.somebody import described

DESCRIBES = (
    "One patient, a 34-year-old woman from Tartu with p.R2452W, had malignant hyperthermia.",
    "A boy of 7 years carries a hemizygous deletion of exons 45-50 of DMD; his mother is well.",
    "Only 3 carriers of the LDLR variant were found, all women from Hiiumaa diagnosed before 30.",
    "The patient is a 52-year-old man whose brother died suddenly.",
    "She is the only carrier of MYBPC3 c.1504C>T from Kihnu island.",
    "Two brothers from Voru, 11 and 14 years old, have Duchenne muscular dystrophy.",
    "One male carrier of GJB2 c.35delG is a teacher from Rakvere.",
    "We removed one individual, the mother of participant 212, who lived in Haapsalu.",
    "The top score belongs to a man born in 1951 in Otepaa who had a stroke in 2016.",
    "Der Patient (34 Jahre alt) aus Tartu trägt die Variante c.7354C>T heterozygot.",
    "Proband: male, 8 years, consanguineous parents, compound heterozygous in CFTR.",
    "Sample S0123 comes from a woman with chorea whose son is in the cohort too.",
)
SPEAKS_OF_GROUPS = (
    "In 5,000 participants from Estonia recruited in 2014, carriers of p.R46L (n = 212) had less.",
    "Women aged 50 years and older from Tartu county were invited in 2014; 2,310 took part.",
    "Each participant gave consent; his or her data can be withdrawn after 2015.",
    "A case was defined as a participant with E11 in 2010-2020. Five controls were matched.",
    "Heterozygous carriers of LDLR variants (N = 81) had a mean LDL of 5.1 mmol/l.",
    "Relatives were removed: 1,204 pairs of siblings, 812 parent-child pairs and 41 twin pairs.",
    "This patient cohort was recruited from Helsinki in 2008. Our case definition follows the ICD.",
    "A woman of 50 years in the top decile has a 10-year risk of breast cancer of 4.2%.",
    "Two individuals were excluded in 2019 because their genotypes did not match their sex.",
    "Parent-of-origin effects were not tested, as parents are unknown for most participants.",
)


@pytest.mark.parametrize("words", DESCRIBES)
def test_whoever_a_few_facts_point_at_is_found(judged, words) -> None:
    found = judged(f"# Results\n\n{words}\n", "results.md")

    assert found.report.verdict is Verdict.BLOCK, found.report.findings


@pytest.mark.parametrize("words", SPEAKS_OF_GROUPS)
def test_words_about_groups_describe_nobody(words) -> None:
    assert list(described(words)) == []


def test_facts_that_stand_far_apart_describe_nobody() -> None:
    apart = "One patient withdrew.\n\nThe cohort comes from Tartu.\n\nCarriers of p.R46L were 212."

    assert list(described(apart)) == []


@pytest.mark.parametrize("day", ["12.03.1961", "1/3/1961", "1961-03-12", "31.12.2009"])
def test_a_birthday_among_words_is_no_version(report, day):
    told = f"We asked 120 people of the region; one of them, born {day}, was never treated at all."
    versions = (
        "We used Python 3.11.7, pandas 2.2.3 and plink 1.9.20240319 in 4,000 adults of Tartu."
    )

    assert report(told, "methods.md", n=4_000).verdict.word != "pass"
    assert report(versions, "methods.md", n=4_000).verdict.word == "pass"
