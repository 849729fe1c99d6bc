"""Rules about statistics of people and of linkage: scores, kinship, steps of curves."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import combinations

import numpy as np

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.roles import Role, is_about_variants, with_role
from gdi_spe.disclosure.contents.table import Column, Table, distinct_rows
from gdi_spe.disclosure.contents.words.fitting import is_setting_of_grid
from gdi_spe.disclosure.inference.membership import membership_power
from gdi_spe.disclosure.rules.rule import Hit, Judging, Rule
from gdi_spe.disclosure.shapes.people.curves import MOST_POINTS, roc_columns, survival_columns
from gdi_spe.disclosure.shapes.shape import is_grid, values

_OF_A_PERSON = re.compile(
    r"(pc|pca|dim|umap|tsne|mds|axis)_?\d{1,3}(_avg)?|resid\w*|std_?resid\w*|fitted\w*|y_?hat|predicted\w*|leverage|cooks\w*"
    r"|hat_?diag\w*|score\w*|polygenic\w*|liability\w*|genetic_risk\w*|ancestry_\w+|admixture\w*|(eur|afr|amr|eas|sas|fin|nfe)(_\w+)?|k\d{1,2}|prs\w*|pgs\w*|grs\w*|risk_?score\w*|martingale\w*|deviance_resid\w*|probability|pred_?prob\w*"
    r"|y_?(prob\w*|score\w*|pred\w*)|pred(ictions?)?|proba?(_?\d)?|decision_function|logits?|risk",
    re.IGNORECASE,
)
_KIN = re.compile(
    r"(child|kid|offspring|proband|index|son|daughter|father|dad|pat|paternal|sire|mother|mom|mum|mat|maternal|dam|parent|sib|sibling|brother|sister"
    r"|twin|spouse|husband|wife)_?(_?(id|iid|no|number|code|sample|sample_id))?_?[12]?",
    re.IGNORECASE,
)
# People who would make so many groups of the smallest size are few for a matrix of linkage.
_FEW_GROUPS = 10
_MOST_SETTINGS = 8
_PAIR = re.compile(r"(kinship|pi_?hat|ibd\w*|ibs\w*|z[012]|relatedness|king\w*)", re.IGNORECASE)


def values_of_people(table: Table, judging: Judging) -> Iterator[Hit]:
    """Recognise scores, coordinates and residuals: one row a person without a name."""
    minimum = judging.policy.counts.minimum
    if is_about_variants(table) or table.n_rows < minimum or with_role(table, Role.PEOPLE):
        return
    if crosses_settings(table):
        return
    for column in table.columns:
        if not _OF_A_PERSON.fullmatch(column.plain) or column.numbers is None:
            continue
        if column.n_distinct >= 0.9 * table.n_rows and not column.is_integer:
            why = (
                f"The column “{column.name}” has {table.n_rows:,} different values, as many as "
                "people: a score, coordinate or residual is of one person."
            )
            yield Hit(why, {"n_rows": table.n_rows}, f"[column={column.name}]")


def crosses_settings(table: Table) -> bool:
    """Whether each row is another combination of settings, and every combination has its row.

    TRUST: people fill no grid: some of them are alike, and some combinations nobody has.
    """
    few = [
        c for c in table.columns
        if 1 < c.n_distinct <= table.n_rows // 2 and not c.n_missing and is_setting_of_grid(c.plain)
    ]  # fmt: skip
    return any(
        np.prod([c.n_distinct for c in chosen]) == table.n_rows
        and distinct_rows(list(chosen)) == table.n_rows
        for n in (2, 3, 4)
        for chosen in combinations(few[:_MOST_SETTINGS], n)
    )


def pairs_of_people(table: Table, judging: Judging) -> Iterator[Hit]:
    """Recognise kinship of pairs, one row a pair."""
    kin = [c for c in table.columns if _PAIR.fullmatch(c.plain) and c.numbers is not None]
    if kin and table.n_rows >= 2 and not with_role(table, Role.PEOPLE, Role.PAIRS):
        why = f"Each of the {table.n_rows:,} rows tells how one pair of people is related."
        yield Hit(why, {"n_rows": table.n_rows}, f"[column={kin[0].name}]")


def families(table: Table, judging: Judging) -> Iterator[Hit]:
    """Recognise rows that say who is whose parent, child or sibling."""
    kin = [c for c in table.columns if _KIN.fullmatch(c.plain) and _names_each(c)]
    if len({c.plain for c in kin}) >= 2 and not with_role(table, Role.PAIRS):
        why = f"Each of the {table.n_rows:,} rows names relatives: who is whose parent or child."
        yield Hit(why, {"n_rows": table.n_rows}, f"[column={kin[0].name}]")


def _names_each(column: Column) -> bool:
    """Whether most rows have another code, as those of relatives do."""
    codes = [cell for cell in column.cells if re.search(r"\d", cell) and "." not in cell]
    return len(codes) >= max(2, 0.5 * column.n_rows)


def steps_of_people(table: Table, judging: Judging) -> Iterator[Hit]:
    """Recognise ROC and survival curves that step where single people are."""
    for what, found in (("ROC", roc_columns(table)), ("survival", survival_columns(table))):
        if found is None or table.n_rows <= 25:
            continue
        at = found[0]
        if table.n_rows > MOST_POINTS or not is_grid(np.sort(np.unique(values(at)))):
            why = (
                f"The {what} curve has {table.n_rows:,} points at places that the data chose, so a "
                "step of it is a person."
            )
            yield Hit(why, {"n_points": table.n_rows}, f"[column={at.name}]")


def linkage_of_few(table: Table, judging: Judging) -> Iterator[Hit]:
    """Recognise a matrix of linkage between variants, and say whether it is of few people.

    Notes
    -----
    Of N people the matrix has rank N - 1 at most: one of as many variants holds their haplotypes
    (Wang et al. 2009). Else each of its cells is a statistic of its own for the membership test.
    """
    first, *rest = table.columns
    if len(rest) < 5 or abs(len(rest) - table.n_rows) > 1 or not _are_variants(first, rest):
        return
    genomic = judging.policy.genomic
    n = judging.side_car.n_individuals or judging.context.n_individuals
    power = 1.0 if n is None else membership_power(n, table.n_rows**2, _rate(judging))
    large = n is not None and n >= genomic.large_cohort
    if large and power <= genomic.membership_power_review:
        return
    why = (
        f"Linkage between {table.n_rows:,} variants"
        + ("" if n is None else f" of {n:,} people")
        + " holds their haplotypes where people are few."
    )
    solved = n is not None and n <= max(table.n_rows, _FEW_GROUPS * judging.policy.counts.minimum)
    severity = Verdict.BLOCK if solved else Verdict.REVIEW
    yield Hit(why, {"n_variants": table.n_rows, "n_people": n}, severity=severity)


def _rate(judging: Judging) -> float:
    return judging.policy.genomic.membership_false_positive_rate


def _are_variants(first: Column, rest: list[Column]) -> bool:
    named = Column("variant", tuple(c.name for c in rest), np.arange(len(rest), dtype=np.int32))
    return all(
        re.fullmatch(r"rs\d+|(chr)?[0-9XYM]{1,2}[:_]\d+\S*", c) for c in named.cells
    ) and all(c.numbers is not None and np.nanmax(np.abs(c.numbers)) <= 1.0001 for c in rest)


RULES = (
    Rule(
        "GEN301", "Linkage of few people", Verdict.REVIEW,
        "Give linkage from a public reference panel, or scores that sum it up.",
        Table, linkage_of_few,
    ),
    Rule(
        "PII105", "A value of each person", Verdict.BLOCK,
        "Give the distribution instead: a density, or quantiles that hold enough people.",
        Table, values_of_people,
    ),
    Rule(
        "PII106", "Pairs of people", Verdict.BLOCK,
        "Count the pairs by degree of kinship.",
        Table, pairs_of_people,
    ),
    Rule(
        "PII110", "Families", Verdict.BLOCK,
        "Count the families or trios by what they have in common.",
        Table, families,
    ),
    Rule(
        "PII107", "Curve with a step a person", Verdict.BLOCK,
        "Read the curve off at an even grid of at most 101 points, with the number at risk.",
        Table, steps_of_people,
    ),
)  # fmt: skip
