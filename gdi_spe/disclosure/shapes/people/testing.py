"""Tables of tests: chi-squared and others that programs print below tables and models."""

# words of one sort read better together
from __future__ import annotations

import re
from typing import TYPE_CHECKING

import numpy as np

from gdi_spe.disclosure.contents.table import Table, distinct_rows
from gdi_spe.disclosure.shapes.shape import Objections, Shape, values

if TYPE_CHECKING:
    from gdi_spe.disclosure.rules.rule import Judging

# Who gave tests their names, and what they test.
_NAMES = re.compile(
    r"pearson|yates|mantel|haenszel|likelihood|ratio|continuity|linear|fisher|mcnemar|cochran|armitage"
    r"|welch|student|levene|bartlett|shapiro|wilk|kolmogorov|smirnov|kruskal|wallis|mann|whitney|wilcoxon"
    r"|logrank|rank|breslow|tarone|ware|hosmer|lemeshow|score|wald|omnibus|jarque|bera|phi|contingency"
    r"|cramer|kappa|gamma|somers|chi|square|squared|anova|breusch|pagan|durbin|watson|hausman|anderson"
    r"|darling|brown|forsythe|friedman|spearman|kendall|tau|test"
)
_OTHERS = re.compile(
    r"t|f|z|u|w|v|d|q|h|a|b|c|s|exact|asymptotic|coefficient|association|for|of|the|trend|sum|log|signed"
    r"|goodness|fit|global|null|hypothesis|by|adj|adjusted|adjustment|correction|corrected|two|one|sample"
    r"|samples|tailed|sided|statistic|type|and|overall"
)
_PEOPLE = re.compile(r"(n|no\.?|number) of (valid )?(cases|observations)|n", re.IGNORECASE)
_COLUMN = re.compile(
    r"value|n?df|ddf|(asymp(totic)?|exact|monte_carlo)_(sig\w*|std_err\w*|significance\w*)|sig\w*"
    r"|prob\w*|p|p_val\w*|pr_?>_?\w{0,8}|(chi|f|t|z|test)(_\w{1,12}|2|sq\w*)?|statistic|ase|method|alternative",
    re.IGNORECASE,
)
_MOST_TESTS = 20


def _is_test(label: str) -> bool:
    """Whether each word of a label belongs to the name of a test."""
    words = [w.removesuffix("'s").strip("'") for w in re.split(r"[\s,()/-]+", label.lower()) if w]
    named = [bool(_NAMES.fullmatch(word)) for word in words]
    return any(named) and all(
        name or _OTHERS.fullmatch(word) for name, word in zip(named, words, strict=True)
    )


def _fits(table: Table, judging: Judging) -> bool:
    """Whether each row is a test by its name, and the columns are what tests have."""
    first, *rest = table.columns
    if first.numbers is not None or not any(c.numbers is not None for c in rest):
        return False
    named = all(_is_test(cell) or _PEOPLE.fullmatch(cell) for cell in first.cells)
    return named and all(_COLUMN.fullmatch(c.plain) and c.numbers is not None for c in rest)


def _tests(table: Table, judging: Judging) -> Objections:
    """Object to many tests, or tests of few people."""
    if table.n_rows > _MOST_TESTS or distinct_rows(table.columns[:1]) != table.n_rows:
        yield f"It has {table.n_rows:,} rows, or a test stands twice."
    people = [row for row, x in enumerate(table.columns[0].texts()) if _PEOPLE.fullmatch(x)]
    numbers = [values(c)[row] for row in people for c in table.columns[1:]]
    if any(n < judging.policy.counts.minimum for n in numbers if np.isfinite(n)):
        yield "A test is of few people."


SHAPES = (Shape("tests", _fits, _tests),)
