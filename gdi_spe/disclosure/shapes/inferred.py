"""Whether the rows of a table are inferred of samples: tests, terms, models, none of one person."""

from __future__ import annotations

import re

from gdi_spe.disclosure.contents.roles import Role, with_role
from gdi_spe.disclosure.contents.table import Column, Table, plain_name
from gdi_spe.disclosure.contents.words.vocabulary import PERSON_COLUMN

# What only a sample has: none of these is measured in one person.
_OF_A_SAMPLE = re.compile(
    r"(\w{1,16}_)?(chi_?sq\w{0,6}|chi2?|f_?(value|stat\w{0,6}|ratio)|lr(t|_chisq|_stat)?|aicc?|bic|log_?lik\w*|deviance|resid\w{0,4}_dev\w*"
    r"|sum_?(of_)?sq\w*|mean_?sq\w*|sum_?squares?|auc|auroc|c_?index|concordance|r_?hat|ess(_(bulk|tail))?|edf|ref_df|i2|tau2|cochrans?_q|q_?df|q_?pval|r2|r_squared"
    r"|adj_r\w*|brier|rmse|mse|mae|fmi|riv|smd|asmd|hr|or|rr|irr|odds_ratio|hazard_ratio|e_?value|vif|gvif\w*)(_\w{1,16})?",
    re.IGNORECASE,
)
_P = re.compile(r"p|p_?vals?(ues?)?|pr_?\w{0,6}|sig\w*", re.IGNORECASE)
_P_CELL = re.compile(r"[<>≤=]?\s*(0?\.\d+|0|1|1\.0*|\d(\.\d+)?[eE]-\d+)\s*(\*{1,3}|\.)?|")


def is_inferred(table: Table) -> bool:
    """Whether columns are errors, p-values or fits, and no column names people.

    TRUST: a test of one person against others ("sample, z, p") has its name in a column for names.
    """
    if any(PERSON_COLUMN.fullmatch(c.plain) for c in table.labels):
        return False
    if with_role(table, Role.P, Role.ERROR):
        return True
    return any(_is_of_sample(c) or _are_p_values(c) for c in table.columns)


def _is_of_sample(column: Column) -> bool:
    return column.numbers is not None and bool(_OF_A_SAMPLE.fullmatch(plain_name(column.name)))


def _are_p_values(column: Column) -> bool:
    """Whether words are p-values, as "<2e-16" and "0.03 *" are."""
    if column.numbers is not None or not _P.fullmatch(plain_name(column.name)):
        return False
    return any(column.cells) and all(_P_CELL.fullmatch(cell) for cell in column.cells)
