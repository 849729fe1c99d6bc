"""Whether the rows of a table are inferred of samples: tests, terms, models, none of one person."""

from __future__ import annotations

import re

from gdi_spe.disclosure.contents.roles import Role, with_role
from gdi_spe.disclosure.contents.table import Column, Table, plain_name
from gdi_spe.disclosure.contents.words.vocabulary import PERSON_COLUMN
from gdi_spe.disclosure.shapes.genomes.beside import are_words_of_things

# What only a sample has: none of these is measured in one person.
_OF_A_SAMPLE = re.compile(
    r"(\w{1,16}_)?(chi_?sq\w{0,6}|chi2?|f_?(value|stat\w{0,6}|ratio)|lr(t|_chisq|_stat)?|aicc?|bic|log_?lik\w*|deviance|resid\w{0,4}_dev\w*"
    r"|sum_?(of_)?sq\w*|mean_?sq\w*|sum_?squares?|auc|auroc|c_?index|concordance|r_?hat|ess(_(bulk|tail))?|edf|ref_df|i2|tau2|cochrans?_q|q_?df|q_?pval|r2|r_squared"
    r"|adj_r\w*|brier|rmse|mse|mae|fmi|riv|smd|asmd|hr|or|rr|irr|odds_ratio|hazard_ratio|e_?value|vif|gvif\w*)(_\w{1,16})?",
    re.IGNORECASE,
)
# What somebody who analyses has several of: never people.
_OF_WORK = re.compile(
    r"(\w{1,12}_)?(models?|modnames|terms?|param(eter)?s?|statistics?|metrics?|tests?|features?|predictors?|covariates?|coefficients?"
    r"|components?|contrasts?|comparisons?|scenarios?|estimators?|methods?|algorithms?|classifiers?|hypothes[ie]s|exposures?|loc(us|i)|lhs|rhs"
    r"|criteri(on|a)|analys[ie]s|specifications?|(sub)?scales?|variables?|estimands?|chains?)(_(name|type|pair|\d))?",
    re.IGNORECASE,
)
_INITIALS = re.compile(r"([A-Z]\.[ -]?){1,3}")
_P = re.compile(r"p|p_?vals?(ues?)?|pr_?\w{0,6}|sig\w*", re.IGNORECASE)
_P_CELL = re.compile(r"[<>≤=]?\s*(0?\.\d+|0|1|1\.0*|\d(\.\d+)?[eE]-\d+)\s*(\*{1,3}|\.)?|")


def names_work(table: Table) -> bool:
    """Whether a column names each row as a model, a term, a test or the like, in words.

    TRUST: a name alone proves nothing: codes, initials, days and series are no terms.
    """
    return any(
        _OF_WORK.fullmatch(c.plain) and are_words_of_things(c)
        and not any(map(_INITIALS.fullmatch, c.cells))
        for c in table.labels
    )  # fmt: skip


def is_inferred(table: Table) -> bool:
    """Whether rows are named as work is, or have errors, p-values or fits; none may name people.

    TRUST: a test of one person against others ("sample, z, p") has its name in a column for names.
    """
    if any(PERSON_COLUMN.fullmatch(c.plain) for c in table.labels):
        return False
    return names_work(table) or is_tested(table)


def is_tested(table: Table) -> bool:
    """Whether columns are errors, p-values or fits: a sample has these, and no person has."""
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
