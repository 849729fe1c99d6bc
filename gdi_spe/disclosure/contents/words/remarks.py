"""Words and numbers beside things that are of somebody after all: remarks, marks, analytes."""

# ruff: noqa: E501  # words of one sort read better together
from __future__ import annotations

import re

import numpy as np

from gdi_spe.disclosure.contents.table import Column

# What a life has, and no gene or variant.
_LIFE = re.compile(
    r"\b(teacher|nurse|farmer|fisherm\w+|doctor|lawyer|priest|politician|mayor|athlete|footballer|musician|actor|engineer|soldier|pilot|student|widow\w*|married|pregnan\w+|retired"
    r"|woman|man|boy|girl|son|sons|daughters?|mother|father|brothers?|sisters?|twins?|wife|husband|cousin|uncle|aunt|grand\w+|adopted|deceased|died|sudden death|since birth|from birth"
    r"|years? old|age \d|aged \d|at (age )?\d{1,2}\b|from (age )?\d{1,2}\b|lives|lived|village|stroke at|transplant\w* at)\b",
    re.IGNORECASE,
)
_REMARKS = re.compile(
    r"(\w+_)?(remarks?|notes?|comments?|origin|story|histor\w+|memo|free_?text|complaints?|anamnes\w+|hometown|locality|place|village|occupation|profession|job|employ\w+|hobby|nickname|alias|bemerkung|notiz|huomautus)(_\w+)?",
    re.IGNORECASE,
)
# What divides things in a few classes: each row has one of two or three words.
_CLASSES = re.compile(
    r"(\w+_)?(type|class|category|consequence|impact|effect|filter|direction|annotation|source|method|build|panel|platform|strand|model|test|status|function|location|region|gene|biotype|tissue"
    r"|clin\w*|sig\w*|significance|significant|evidence|tool|caller|database|db|study|cohort|ancestry|population|mask|group|set|kind|known|novel|genotyped|typed|imputed|coding|lof|flag|qc|pass|is_\w+|in_\w+|has_\w+|cis_?trans|dataset|score|prediction|pred|rank|quality)(_\w+)?",
    re.IGNORECASE,
)
_ANALYTES = re.compile(
    r"ferritin|transferrin|iron|calcium|magnesium|phosphate|bilirubin|testosterone|oestradiol|estradiol|cortisol|prolactin|troponin\w*|nt_?pro_?bnp|bnp|nfl|d_?dimer|fibrinogen|vitamin\w*|folate|homocysteine|urea|uric\w*|lactate|ck|ck_?mb|amylase|lipase|psa|cea|afp"
    r"|hba1c|glucose|insulin|cholesterol|triglycerides?|ldl|hdl|crp|esr|wbc|rbc|platelets?|haemoglobin|hemoglobin|bmi|height|weight|pulse|sbp|dbp|lvef|qtc?|fev1|egfr|creatinine|tsh|t3|t4|igf_?1|leptin|adiponectin|lp_?a",
    re.IGNORECASE,
)
_FEW_KINDS, _MANY_ROWS = 4, 40
_LEAST_PARALLEL = 4


def is_remark(column: Column) -> bool:
    """Whether words beside things are what somebody noted, of people by what they say or by name."""
    if column.numbers is not None:
        return False
    if _REMARKS.fullmatch(column.plain):
        return True
    return any(_LIFE.search(cell) for cell in set(column.cells))


def may_mark(column: Column) -> bool:
    """Whether a few words divide many rows under a name that no classes have: marks of somebody.

    TRUST: three words beside a list of variants are a genotype as well as a class.
    """
    kinds = len({cell for cell in column.cells if cell})
    many = column.n_rows >= _MANY_ROWS and 1 < kinds <= _FEW_KINDS
    return column.numbers is None and many and not _CLASSES.fullmatch(column.plain)


def is_analyte(column: Column) -> bool:
    """Whether a name is what is measured in blood or of a body, which has one value a person."""
    return column.numbers is not None and bool(_ANALYTES.fullmatch(column.plain))


def are_parallel(columns: list[Column]) -> bool:
    """Whether several columns measure the same: their middle halves all have some value in common.

    TRUST: the same measured in each of several people is such columns, whatever they are called.
    """
    spans = []
    for column in columns:
        if column.numbers is None or column.is_integer or column.n_distinct < 0.5 * column.n_rows:
            continue
        finite = column.numbers[np.isfinite(column.numbers)]
        if finite.size:
            spans.append((float(np.quantile(finite, 0.25)), float(np.quantile(finite, 0.75))))
    if len(spans) < _LEAST_PARALLEL:
        return False
    return any(
        sum(low <= point <= high for low, high in spans) >= _LEAST_PARALLEL
        for point in (sum(span) / 2 for span in spans)
    )
