"""Compare a table with what was released earlier from the same cohort."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from gdi_spe.boundary.findings import Finding, Verdict
from gdi_spe.disclosure.contents.roles import Role, is_about_variants, role_of, with_role
from gdi_spe.disclosure.contents.rows.variants import people_behind
from gdi_spe.disclosure.contents.table import Column, Table
from gdi_spe.disclosure.contents.view import as_judged
from gdi_spe.disclosure.evidence.earlier import earlier_tables
from gdi_spe.disclosure.forms.tabular.cells import table_of_rows
from gdi_spe.disclosure.rules.numbers.extremes import groups_but_for_few
from gdi_spe.disclosure.rules.rule import Judging
from gdi_spe.disclosure.shapes.shape import values

_LIMIT = re.compile(r"(l|u|lower|upper|low|high|lci|uci|ci_?(low(er)?|upp(er)?|high))_?(95|ci)?")
# Frequencies that were written alike; the numbers made of them are not exact.
_LAST_DIGIT = 1e-9
_MANY_VARIANTS, _FEW_ROWS = 20, 60
_FIX = "Release one of the two tables only, or let them differ by enough people."


def compare_with_prior(table: Table, judging: Judging) -> Iterator[Finding]:
    """Find the same table, released before or in the same request, that differs by few people."""
    if judging.context.n_prior_left_out:
        why = f"{judging.context.n_prior_left_out:,} earlier releases were not compared with it."
        yield _finding(table, judging, "TAB904", why, Verdict.REVIEW)
    for path in judging.context.prior:
        tables = earlier_tables(path, judging.policy)
        if tables is None:
            why = "An earlier release cannot be compared with it."
            yield _finding(table, judging, "TAB904", why, Verdict.REVIEW)
        for other in map(as_judged, tables or ()):
            for found in _compare_any(table, other, judging):
                yield _explained(found, path, judging)
    for path in judging.context.beside:
        for other in map(as_judged, earlier_tables(path, judging.policy) or ()):
            both = _compare_any(table, other, judging)
            # Tables of one paper have the same groups and other numbers.
            yield from (each for each in both if each.severity is Verdict.BLOCK)
            yield from _but_for_few(table, other, judging)


def _but_for_few(table: Table, other: Table, judging: Judging) -> Iterator[Finding]:
    """Find a group in one table that is a group of the other without a few people."""
    if [c.name for c in table.columns] != [c.name for c in other.columns]:
        return
    together = table_of_rows(
        table.path,
        [[c.name for c in table.columns], *zip(*(c.texts() for c in table.columns), strict=True),
         *zip(*(c.texts() for c in other.columns), strict=True)],
        judging.policy.files.significant_digits,
    ) if table.n_rows + other.n_rows <= _FEW_ROWS else None  # fmt: skip
    for hit in groups_but_for_few(together, judging) if together is not None else ():
        yield _finding(table, judging, "TAB118", hit.why, Verdict.BLOCK)


def _explained(found: Finding, path: Path, judging: Judging) -> Finding:
    """Say so where a table is that of an earlier version of the cohort, made again."""
    now, then = judging.context.cohort_version, judging.context.prior_versions.get(str(path))
    if now is None or then is None or now == then or not found.rule.startswith("TAB"):
        return found
    if found.severity is not Verdict.BLOCK:
        why = (
            f"It is the table that was released of version {then} of the cohort, made again of "
            f"version {now}; the numbers differ by enough people."
        )
        return found.model_copy(
            update={"rule": "TAB203", "severity": Verdict.PASS, "why": why, "fix": ""}
        )
    why = (
        f"It is the table that was released of version {then} of the cohort, made again of version "
        f"{now}. Fewer than {judging.policy.counts.minimum} people joined or left between the two, "
        "so the difference of the tables describes them."
    )
    fix = (
        "Keep the released table, or wait for a version that more people have joined or left; "
        "rounding both hides the difference."
    )
    return found.model_copy(update={"rule": "TAB203", "why": why, "fix": fix})


def _compare_any(table: Table, other: Table, judging: Judging) -> Iterator[Finding]:
    if is_about_variants(table) and is_about_variants(other):
        yield from _compare_variants(table, other, judging)
    elif is_about_variants(table) == is_about_variants(other):
        yield from _compare(table, other, judging)


def _compare(table: Table, other: Table, judging: Judging) -> Iterator[Finding]:
    names = [column.name for column in table.columns]
    if names != [column.name for column in other.columns] or table.n_rows != other.n_rows:
        yield from _compare_shared(table, other, judging)
        return
    total = 0.0
    for mine, theirs in zip(table.columns, other.columns, strict=True):
        if mine.numbers is None or theirs.numbers is None:
            if mine.texts() != theirs.texts():
                yield from _compare_shared(table, other, judging)
                return
        elif mine.is_integer and theirs.is_integer:
            total += float(np.nansum(np.abs(mine.numbers - theirs.numbers)))
    if 0 < total < judging.policy.counts.minimum:
        why = (
            f"The same table was released earlier, and the two differ by fewer than "
            f"{judging.policy.counts.minimum} people: their difference describes those."
        )
        yield _finding(table, judging, "TAB201", why, Verdict.BLOCK)
    elif total and _grew(table, other, judging):
        why = (
            "The same table was released earlier. Each count that changed grew by at least "
            f"{judging.policy.counts.minimum} people, so the difference of the two describes as "
            "many: a later version of the cohort."
        )
        yield _finding(table, judging, "TAB904", why, Verdict.PASS)
    elif total:
        why = "The same table was released earlier with other numbers."
        yield _finding(table, judging, "TAB904", why, Verdict.REVIEW)


def _grew(table: Table, other: Table, judging: Judging) -> bool:
    """Whether each number is a count of before and enough people besides, or fitted to such."""
    # TRUST: a mean of few people more would be theirs; only counts tell nothing else of them, and
    # fitted effects, where enough people joined in each row.
    grown = _grown_rows(table, other, judging.policy.counts.minimum)
    for mine, theirs in zip(table.columns, other.columns, strict=True):
        if mine.numbers is None or theirs.numbers is None:
            continue
        more = mine.numbers - theirs.numbers
        if not np.isfinite(more).all():
            return False
        explained = _is_fitted(mine, table) and grown[more != 0].all()
        if explained or not more.any():
            continue
        if not mine.is_integer or not theirs.is_integer:
            return False
        if not ((more == 0) | (more >= judging.policy.counts.minimum)).all():
            return False
    return True


def _grown_rows(table: Table, other: Table, minimum: int) -> NDArray[np.bool_]:
    """Return the rows in which every count of people grew by enough."""
    grown = np.full(table.n_rows, bool(with_role(table, Role.PEOPLE)))
    for mine, theirs in zip(table.columns, other.columns, strict=True):
        if role_of(mine) is Role.PEOPLE and theirs.numbers is not None:
            grown &= values(mine) - values(theirs) >= minimum
    return grown


def _is_fitted(column: Column, table: Table) -> bool:
    """Whether numbers are a model's: effects, their errors, limits and p-values."""
    if column.is_integer or not with_role(table, Role.EFFECT):
        return False
    limit = bool(_LIMIT.fullmatch(column.plain) or _LIMIT.fullmatch(column.name.lower()))
    return limit or role_of(column) in (Role.EFFECT, Role.ERROR, Role.P)


def _compare_shared(table: Table, other: Table, judging: Judging) -> Iterator[Finding]:
    """Compare what both tables say of the same groups: each group's total in either."""
    mine, theirs = _totals(table), _totals(other)
    shared = mine.keys() & theirs.keys()
    minimum = judging.policy.counts.minimum
    close = [name for name in shared if 0 < abs(mine[name] - theirs[name]) < minimum]
    if close:
        why = (
            f"An earlier release counts {len(close):,} of the same groups with a difference of "
            f"fewer than {minimum} people: {', '.join(sorted(close)[:6])}."
        )
        yield _finding(table, judging, "TAB201", why, Verdict.BLOCK)
    elif any(mine[name] != theirs[name] for name in shared):
        why = "An earlier release has another shape; what the two tell together is not computed."
        yield _finding(table, judging, "TAB904", why, Verdict.REVIEW)


def _totals(table: Table) -> dict[str, float]:
    """Return the number of people in each group of the first column, where whole numbers tell."""
    first, *rest = table.columns
    counted = with_role(table, Role.PEOPLE) or [c for c in rest if c.is_integer]
    if first.numbers is not None or not counted:
        return {}
    rows = np.nansum(np.column_stack([values(c) for c in counted]), axis=1)
    found: dict[str, float] = {}
    for name, number in zip(first.texts(), rows, strict=True):
        found[name] = found.get(name, 0.0) + float(number)
    return found


def _compare_variants(table: Table, other: Table, judging: Judging) -> Iterator[Finding]:
    """Find two releases whose difference is the genotypes of few people.

    Notes
    -----
    2 N p - 2 N' p' counts the alleles of the people who are in one release and not in the other.
    """
    mine, theirs = _allele_counts(table, judging), _allele_counts(other, judging)
    shared = mine.keys() & theirs.keys()
    if not shared:
        return
    names = sorted(shared)
    (first, n), (second, m) = _aligned(mine, names), _aligned(theirs, names)
    people = float(np.abs(n - m).max())
    difference = np.abs(first - second)
    # Half an allele covers the rounding of a frequency.
    few = judging.policy.counts.minimum
    if (people or (difference > 0.5).any()) and max(people, difference.max() / 2) < few:
        why = (
            f"An earlier release has {len(names):,} of the same variants, of "
            f"{people:,.0f} more or fewer people: the difference of the two is their genotypes."
        )
        yield _finding(table, judging, "TAB202", why, Verdict.BLOCK)
    elif _are_of_everybody(first, n, second, m):
        return
    elif people or (difference > 0.5).any():
        why = f"An earlier release has {len(names):,} of the same variants with other numbers."
        yield _finding(table, judging, "TAB904", why, Verdict.REVIEW)


def _are_of_everybody(
    first: NDArray[np.float64], n: NDArray[np.float64],
    second: NDArray[np.float64], m: NDArray[np.float64],
) -> bool:  # fmt: skip
    """Whether both releases have one frequency for each variant, and only traits differ in people.

    The number of people is then of those with the trait, and the frequency of all who were
    genotyped: what is left of the one when the other is taken away has that frequency as well.
    """
    with np.errstate(invalid="ignore", divide="ignore"):
        same = np.isclose(first / (2 * n), second / (2 * m), rtol=0, atol=_LAST_DIGIT)
    return len(first) >= _MANY_VARIANTS and bool(same.all())


def _aligned(
    counts: dict[str, tuple[float, float]], names: list[str]
) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    return (
        np.array([counts[name][0] for name in names]),
        np.array([counts[name][1] for name in names]),
    )


def _allele_counts(table: Table, judging: Judging) -> dict[str, tuple[float, float]]:
    """Return allele count and number of people by variant, where a table tells both."""
    people = people_behind(table, judging)
    count = _counted(table, people)
    if people is None or count is None:
        return {}
    places = with_role(table, Role.CHROMOSOME, Role.POSITION, Role.ALLELE, Role.LABEL)
    keys: list[Column] = with_role(table, Role.VARIANT)[:1] or places
    names = zip(*(c.texts() for c in keys), strict=True)
    return {
        ":".join(name): (float(c), float(n))
        for name, c, n in zip(names, count, people, strict=True)
        if np.isfinite(c)
    }


def _counted(table: Table, people: NDArray[np.float64] | None) -> NDArray[np.float64] | None:
    counts = with_role(table, Role.ALLELE_COUNT)
    if counts:
        return values(counts[0])
    frequencies = with_role(table, Role.FREQUENCY)
    return 2 * people * values(frequencies[0]) if frequencies and people is not None else None


def _finding(table: Table, judging: Judging, rule: str, why: str, severity: Verdict) -> Finding:
    part = f"{judging.name}!{table.path}"
    return Finding(rule=rule, severity=severity, part=part, why=why, fix=_FIX)
