"""The three questions that GDI names, and the people planted for and against them.

"Mutation" means a consequence and a frequency bound, never any alternate allele: damaging
(missense, stop gained, frameshift, splice donor or acceptor) and under 1 % in the cohort.

========= ==========================================================================
question  an individual of the cohort with a rare damaging allele of the gene, and
========= ==========================================================================
ryr1-cms  RYR1: three or more features of a congenital myasthenic syndrome present,
          or that diagnosis (ORPHA:590, MONDO:0018940, or a kind of them) present
pten-braf PTEN: BRAF V600E found (not rejected) and treated with vemurafenib
tlr7-covid TLR7: COVID-19 (MONDO:0100096 or a kind of it) present
========= ==========================================================================

Each row of the tables below is a group of people: how many in the first and in the second
dataset, what their gene has, what their records say, how they consented. Nobody else comes
near an answer: chance draws neither two features of the syndrome, nor a melanoma, nor, in
somebody with COVID-19, a rare damaging allele of TLR7.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Question = Literal["ryr1-cms", "pten-braf", "tlr7-covid"]
GENE: dict[Question, str] = {"ryr1-cms": "RYR1", "pten-braf": "PTEN", "tlr7-covid": "TLR7"}
TITLE: dict[Question, str] = {
    "ryr1-cms": "RYR1 mutation and a phenotype like congenital myasthenic syndrome",
    "pten-braf": "PTEN mutation, BRAF V600E biomarker and vemurafenib treatment",
    "tlr7-covid": "TLR7 mutation and COVID-19",
}

# What the gene has:
#   damaging          one copy of a rare damaging allele (the only one, in a man's chrX)
#   damaging twice    two copies
#   damaging and lost one copy, the other allele not called (./1)
#   second alternate  the rare damaging second alternate of a two-alternate record
#   first alternate   its common synonymous first alternate
#   synonymous        one copy of a rare synonymous allele
#   common            one copy of a common missense allele
#   lost              no call (./.) where others have a rare damaging allele
#   none              nothing
Variant = Literal[
    "damaging",
    "damaging twice",
    "damaging and lost",
    "second alternate",
    "first alternate",
    "synonymous",
    "common",
    "lost",
    "none",
]


@dataclass(frozen=True)
class Plant:
    """One group of people who belong in an answer, or nearly do."""

    question: Question
    is_answer: bool
    counts: tuple[int, int]
    variant: Variant
    record: str
    why: str
    sex: str = ""
    consent: str = "given"


def _ryr1(
    is_answer: bool,
    counts: tuple[int, int],
    variant: Variant,
    record: str,
    why: str,
    consent: str = "given",
) -> Plant:
    return Plant("ryr1-cms", is_answer, counts, variant, record, why, consent=consent)


def _pten(
    is_answer: bool,
    counts: tuple[int, int],
    variant: Variant,
    record: str,
    why: str,
    consent: str = "given",
) -> Plant:
    return Plant("pten-braf", is_answer, counts, variant, record, why, consent=consent)


def _tlr7(
    is_answer: bool,
    counts: tuple[int, int],
    variant: Variant,
    record: str,
    why: str,
    sex: str = "",
    consent: str = "given",
) -> Plant:
    return Plant("tlr7-covid", is_answer, counts, variant, record, why, sex, consent)


PLANTS = (
    _ryr1(True, (5, 3), "damaging", "cms features", "five features of the syndrome"),
    _ryr1(True, (2, 1), "damaging", "ORPHA:590", "the diagnosis"),
    _ryr1(True, (2, 1), "damaging", "ORPHA:98913", "a kind of the diagnosis"),
    _ryr1(True, (1, 1), "damaging", "MONDO:0018940", "the same diagnosis in another ontology"),
    _ryr1(True, (1, 0), "damaging twice", "cms features", "two copies"),
    _ryr1(True, (1, 0), "damaging and lost", "ORPHA:590", "a half-missing call still carries"),
    _ryr1(True, (1, 0), "second alternate", "cms features", "the second of two alternates"),
    _ryr1(True, (1, 0), "damaging", "cms features, sex contradictory", "sex does not matter here"),
    _ryr1(True, (1, 1), "damaging", "cms features", "silence is consent next door",
          consent="opt-out, silent"),
    _ryr1(True, (1, 0), "damaging", "cms features", "withdrawn, then given again",
          consent="given again"),
    _ryr1(True, (0, 2), "damaging", "cms features, covid", "in the COVID-19 cohort too"),
    _ryr1(False, (3, 2), "synonymous", "cms features", "the allele changes no residue"),
    _ryr1(False, (3, 2), "common", "cms features", "the allele is common"),
    _ryr1(False, (1, 0), "first alternate", "cms features", "the first alternate is synonymous"),
    _ryr1(False, (4, 2), "damaging", "lone ptosis", "one feature is no syndrome"),
    _ryr1(False, (2, 2), "damaging", "cms features excluded", "looked for, and not found"),
    _ryr1(False, (1, 1), "damaging", "ORPHA:590 excluded", "the diagnosis was ruled out"),
    _ryr1(False, (2, 1), "lost", "cms features", "the call is missing"),
    _ryr1(False, (4, 3), "none", "cms features", "no mutation of RYR1"),
    _ryr1(False, (1, 1), "damaging", "no phenopacket", "nothing is known of the phenotype"),
    _ryr1(False, (2, 1), "damaging", "cms features", "refused", consent="refused"),
    _ryr1(False, (1, 1), "damaging", "cms features", "withdrawn", consent="withdrawn"),
    _ryr1(False, (1, 0), "damaging", "cms features", "contradictory", consent="contradictory"),
    _ryr1(False, (1, 0), "damaging", "cms features", "never answered", consent="unknown"),
    _ryr1(False, (0, 1), "damaging", "cms features", "never asked", consent="no record"),
    _ryr1(False, (1, 0), "damaging", "cms features", "consent ran out", consent="expired"),
    _ryr1(False, (1, 0), "damaging", "cms features", "not yet valid", consent="not yet valid"),
    _ryr1(False, (1, 0), "damaging", "cms features", "objected", consent="opt-out, refused"),
    #
    _pten(True, (8, 4), "damaging", "V600E, vemurafenib", "all three"),
    _pten(True, (1, 1), "damaging", "V600E contributory, vemurafenib", "found, if not the cause"),
    _pten(True, (0, 2), "damaging", "V600E, vemurafenib, covid", "in the COVID-19 cohort too"),
    _pten(False, (2, 1), "damaging", "V600E rejected, vemurafenib", "tested negative"),
    _pten(False, (2, 2), "damaging", "V600E, dabrafenib", "another drug"),
    _pten(False, (2, 1), "synonymous", "V600E, vemurafenib", "the allele changes no residue"),
    _pten(False, (2, 1), "damaging", "V600K, vemurafenib", "another change of the residue"),
    _pten(False, (1, 1), "common", "V600E, vemurafenib", "the allele is common"),
    _pten(False, (10, 6), "none", "V600E, vemurafenib", "no mutation of PTEN"),
    _pten(False, (1, 1), "damaging", "V600E, vemurafenib", "refused", consent="refused"),
    #
    _tlr7(True, (4, 12), "damaging", "severe covid", "a man's only copy", sex="MALE"),
    _tlr7(True, (4, 12), "damaging", "covid", "one copy of two", sex="FEMALE"),
    _tlr7(True, (1, 1), "damaging", "MONDO:0100163", "a kind of the disease"),
    _tlr7(False, (2, 2), "damaging", "covid excluded", "tested negative"),
    _tlr7(False, (2, 2), "damaging", "influenza", "another infection"),
    _tlr7(False, (1, 1), "damaging", "MONDO:0100320", "what follows it is no kind of it"),
    _tlr7(False, (2, 2), "common", "covid", "the allele is common"),
    _tlr7(False, (1, 1), "synonymous", "covid", "the allele changes no residue"),
    _tlr7(False, (1, 1), "damaging", "severe covid", "refused", consent="refused"),
)  # fmt: skip
