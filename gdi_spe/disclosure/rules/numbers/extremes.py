"""Rules about what one person decides: extremes, and models of as many terms as people."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.roles import Role, is_about_variants, with_role
from gdi_spe.disclosure.contents.table import Column, Table
from gdi_spe.disclosure.contents.words.fitting import SCORE, is_setting
from gdi_spe.disclosure.contents.words.vocabulary import (
    DEGREES_OF_FREEDOM,
    EXTREMES,
    SUMMARY_ROWS,
    TRAIT,
)
from gdi_spe.disclosure.rules.numbers.counts import told_cells
from gdi_spe.disclosure.rules.rule import Hit, Judging, Rule
from gdi_spe.disclosure.shapes.genomes.genes import is_bound, tests_genes
from gdi_spe.disclosure.shapes.people.single import is_set
from gdi_spe.disclosure.shapes.shape import values

_LONGEST_ROW = max(map(len, SUMMARY_ROWS))
_OF_SOMEBODY = re.compile(
    r"oldest|youngest|longest|tallest|heaviest|participant|patient|person", re.IGNORECASE
)
_LEAST_GROUPS = 2
# A group so many times the minimum is large.
_LARGE = 10
_LEVEL = re.compile(r"(quantiles?|percentiles?|e?cdf|cumulative_(share|proportion))")
_EVERYBODY = re.compile(
    r"(all|total|overall|every(body|one)?|full|whole|complete|main|any)\b.{0,20}", re.IGNORECASE
)
_LEAST_LEVELS, _MOST_GROUPS = 20, 60
_ROUND = (1, 2, 3, 4, 5, 8, 10, 12, 16, 20, 24, 25, 32, 40, 50, 100, 200, 250, 400, 500, 1000)
# A condition on a trait, or everybody without somebody.
_BUT_FOR = re.compile(
    r"\w\s*(<|>|<=|>=|≤|≥|!=|==)\s*[\w.]+"
    r"|\b(without|except|excluding|minus|but for|leave-?one-?out)\b",
    re.IGNORECASE,
)
_EXTREME_WORDS = re.compile(
    r"(^|_)(min|max|minimum|maximum|range|youngest|oldest|smallest|largest|highest|lowest|longest|shortest"
    r"|heaviest|tallest|earliest|extremes?|participants?|patients?|persons?|observed)(?=_|$)"
)

# The smallest of correlations, frequencies or ranks is a pair's, a study's or a gene's.
_OF_STATISTICS = re.compile(
    r"(^|_)(r2|r_squared|rsq|corr(elation)?|ld|kinship|relatedness|e?af|m?af|maf|freq(uency)?|info|rank|lambda|rg|fst|pip"
    r"|p_?val\w*)(?=_|$)|^rank_at_max$"
)


def few_degrees_of_freedom(table: Table, judging: Judging) -> Iterator[Hit]:
    """Find models with almost as many parameters as people."""
    minimum = judging.policy.counts.minimum
    for column in table.columns:
        if column.numbers is None or not DEGREES_OF_FREEDOM.fullmatch(column.plain):
            continue
        residual = "resid" in column.plain or column.plain == "res_df"
        rows = np.flatnonzero(column.numbers < minimum)
        if not residual:
            rows = rows[[_is_residual(table, int(row)) for row in rows]]
            residual = bool(rows.size)
        if rows.size and residual:
            why = f"{told_cells(rows)} of “{column.name}” are below {minimum} degrees of freedom."
            yield Hit(
                why, {"n_cells": int(rows.size), "minimum": minimum}, f"[column={column.name}]"
            )


def _is_residual(table: Table, row: int) -> bool:
    """Whether a row of an analysis of variance is what is left after all terms."""
    words = [c.text(row).lower() for c in table.labels]
    return any(word.startswith(("residual", "error", "within")) for word in words)


def extremes(table: Table, judging: Judging) -> Iterator[Hit]:
    """Find a smallest or largest value: it is one person's."""
    if table.is_quoted:
        return
    tests = tests_genes(table)
    names = [
        c.name for c in table.columns
        if EXTREMES.fullmatch(c.plain) and not (tests and is_bound(c)) and not _is_chosen(c, table)
        and not _OF_STATISTICS.search(c.plain)
    ]  # fmt: skip
    first = [cell for cell in table.columns[0].cells if len(cell) <= _LONGEST_ROW]
    if len(SUMMARY_ROWS.intersection(map(str.lower, first))) >= 2:
        names += [cell for cell in first if cell.lower() in ("min", "max")]
    if not names:
        return
    of_groups = [name for name in names if _is_of_people(name, table)]
    if of_groups:
        why = (
            f"The smallest or largest value in each of {table.n_rows:,} groups is one person's: "
            f"{', '.join(of_groups[:6])}."
        )
        # Of groups that are all large, a person looks at extremes as at those of everybody.
        many = _are_large(table, judging) and not any(map(_OF_SOMEBODY.search, of_groups))
        severity = Verdict.REVIEW if many else Verdict.BLOCK
        yield Hit(why, {"n_places": len(of_groups)}, severity=severity)
    else:
        why = f"A smallest or largest value is one person's: {', '.join(names[:6])}."
        yield Hit(why, {"n_places": len(names)})


def _are_large(table: Table, judging: Judging) -> bool:
    counts = [values(c) for c in with_role(table, Role.PEOPLE)]
    least = min((float(np.nanmin(each)) for each in counts), default=0.0)
    return least >= _LARGE * judging.policy.counts.minimum


def _is_of_people(name: str, table: Table) -> bool:
    """Whether an extreme is of a trait, told for each of several groups of counted people."""
    column = table.column(name)
    if column is None or column.numbers is None or table.n_rows < _LEAST_GROUPS:
        return False
    trait = _EXTREME_WORDS.sub("", column.plain).strip("_")
    return bool(TRAIT.fullmatch(trait)) and bool(with_role(table, Role.PEOPLE))


def single_quantiles(table: Table, judging: Judging) -> Iterator[Hit]:
    """Find as many quantiles as people, and steps of a distribution that are of one person each."""
    n, minimum = judging.context.n_individuals, judging.policy.counts.minimum
    levels = next((c for c in table.columns if _LEVEL.fullmatch(c.plain) and _grows(c)), None)
    if levels is None or table.n_rows < _LEAST_LEVELS or is_about_variants(table):
        return
    steps = np.diff(values(levels))
    whole = 100.0 if values(levels).max() > 1 else 1.0
    even = bool(np.allclose(steps, steps[0], rtol=0.05))
    many = n is not None and table.n_rows * minimum > n
    # Steps of a round share of everybody were chosen; others are one person high.
    odd = even and not any(np.isclose(whole / steps[0], k, rtol=0.005) for k in _ROUND)
    if many or odd:
        why = f"{table.n_rows:,} quantiles are nearly one for each person."
        yield Hit(why, {"n_rows": table.n_rows, "n_individuals": n})


def _grows(column: Column) -> bool:
    if column.numbers is None or column.n_missing:
        return False
    steps = np.diff(values(column))
    return bool(steps.size and (steps > 0).all() and values(column).min() >= 0)


def groups_but_for_few(table: Table, judging: Judging) -> Iterator[Hit]:
    """Find groups that are others without a few people: the difference is of those."""
    minimum = judging.policy.counts.minimum
    counts = [c for c in with_role(table, Role.PEOPLE) if c.is_integer and not c.n_missing]
    if not counts or not table.labels or not 2 <= table.n_rows <= _MOST_GROUPS:
        return
    names = [" ".join(c.text(row) for c in table.labels) for row in range(table.n_rows)]
    told = [bool(_BUT_FOR.search(name)) for name in names]
    numbers = values(counts[0])
    few = [
        (a, b)
        for a in range(table.n_rows)
        for b in range(table.n_rows)
        if told[b] and 0 < numbers[a] - numbers[b] < minimum and _holds(names[a], names[b])
    ]
    if few:
        why = (
            f"“{names[few[0][1]][:60]}” is “{names[few[0][0]][:60]}” without fewer than {minimum} "
            "people: the difference of their numbers is of those."
        )
        yield Hit(why, {"n_pairs": len(few), "minimum": minimum})


def models_but_for_few(table: Table, judging: Judging) -> Iterator[Hit]:
    """Find one model fitted twice, the second time without a few people: it tells of those.

    Models with other terms leave people out for what is missing, and differ by their terms as well.
    """
    # Models that only a number names were read as numbers.
    model = table.column("model", "mean_model")
    term, n = table.column("term"), table.column("n_people")
    if term is None or model is None or n is None or n.numbers is None:
        return
    terms: dict[str, set[str]] = {}
    people: dict[str, float] = {}
    for row in range(table.n_rows):
        terms.setdefault(model.text(row), set()).add(term.text(row))
        people[model.text(row)] = float(n.numbers[row])
    alike = [
        (a, b) for a in terms for b in terms
        if terms[a] == terms[b] and 0 < people[a] - people[b] < judging.policy.counts.minimum
    ]  # fmt: skip
    if alike:
        why = f"The model “{alike[0][1][:40]}” is “{alike[0][0][:40]}” without a few people."
        yield Hit(why, {"n_pairs": len(alike), "minimum": judging.policy.counts.minimum})


def _but_for_few(table: Table, judging: Judging) -> Iterator[Hit]:
    yield from groups_but_for_few(table, judging)
    yield from models_but_for_few(table, judging)


def _holds(group: str, part: str) -> bool:
    """Whether a group is everybody, or one that a part has a further condition to."""
    return bool(_EVERYBODY.fullmatch(group)) or (group != part and part.startswith(group))


def _is_chosen(column: Column, table: Table) -> bool:
    """Whether "max" and the like name what a model was set to, or how well it does."""
    if table.path.startswith(("json", "yaml")) and table.n_rows == 1 and is_set(column, table):
        return True
    return is_setting(column.plain) or bool(SCORE.fullmatch(column.plain))


RULES = (
    Rule(
        "TAB118", "Groups but for few people", Verdict.BLOCK,
        "Give one of the two groups only, or groups that differ by enough people.",
        Table, _but_for_few,
    ),
    Rule(
        "TAB119", "Quantiles of single people", Verdict.BLOCK,
        "Give as many quantiles as hold enough people between any two.",
        Table, single_quantiles,
    ),
    Rule(
        "TAB104", "Few degrees of freedom", Verdict.BLOCK,
        "Fit fewer parameters, or more people.",
        Table, few_degrees_of_freedom,
    ),
    Rule(
        "TAB105", "Smallest and largest values", Verdict.REVIEW,
        "Give percentiles that hold enough people on either side, such as the 5th and 95th.",
        Table, extremes,
    ),
)  # fmt: skip
