"""Every group whose number follows is found, alone or as a union, against trying all of them."""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdi_spe.node.ledger import groups
from gdi_spe.node.ledger.basis import Basis
from gdi_spe.node.ledger.differencing import Known, QuerySet, disclosed, disclosed_beside
from gdi_spe.node.ledger.groups import NotSearched, determined

N = 7


def rank(rows: np.ndarray) -> int:
    return int(np.linalg.matrix_rank(rows)) if rows.size else 0


def by_trying(
    rows: np.ndarray, earlier: np.ndarray, minimum: int, family: np.ndarray
) -> set[frozenset[int]]:
    """Return the smallest groups that all rows determine and the earlier ones do not."""
    follow = []
    for size in range(1, N + 1):
        for group in combinations(range(N), size):
            unit = np.isin(np.arange(N), group).astype(float)
            few = np.unique(family[list(group)]).size < minimum
            if few and rank(np.vstack([rows, unit])) == rank(rows):
                follow.append((frozenset(group), unit))
    smallest = [(g, u) for g, u in follow if not any(other < g for other, _ in follow)]
    return {g for g, u in smallest if rank(np.vstack([earlier, u])) > rank(earlier)}


MASKS = st.lists(st.lists(st.booleans(), min_size=N, max_size=N), min_size=1, max_size=6)
FAMILIES = st.lists(st.integers(0, 4), min_size=N, max_size=N)


@settings(max_examples=300, deadline=None)
@given(MASKS, FAMILIES, st.integers(0, 5), st.integers(1, 4))
def test_the_groups_found_are_those_that_trying_all_of_them_finds(masks, family, n_earlier, least):
    rows, families = np.array(masks), np.array(family)
    known = Known.nothing(N, families).and_these(sets_of(rows[:n_earlier]))
    together = known.and_these(sets_of(rows[n_earlier:]))

    found = determined(together.exact, known.exact.rank, least, families)

    wanted = by_trying(rows.astype(float), rows[:n_earlier].astype(float), least, families)
    assert {frozenset(each.people.tolist()) for each in found} == wanted


@settings(max_examples=100, deadline=None)
@given(MASKS, FAMILIES, st.data())
def test_a_basis_that_grew_spans_what_one_made_at_once_spans(masks, family, data):
    rows = np.packbits(np.array(masks), axis=1)
    weights = 1 / np.bincount(family)[family]
    cut = data.draw(st.integers(0, len(rows)))

    grown = Basis.of_nothing(weights).grown(rows[:cut]).grown(rows[cut:])
    at_once = Basis.of_nothing(weights).grown(rows)

    assert grown.rank == at_once.rank == rank(np.array(masks, dtype=float))
    assert np.allclose(grown.leverage, at_once.leverage)
    everyone = np.arange(N)
    spanned = grown.at(everyone)
    assert np.allclose((spanned * weights) @ spanned.T, np.eye(grown.rank), atol=1e-9)


def test_a_union_of_three_groups_that_no_pair_shows_is_found_among_many():
    pick = np.random.default_rng(11)
    n = 20_000
    sets = [pick.random(n) < 0.4 for _ in range(120)]
    few = pick.choice(n, 3, replace=False)
    # One set, and parts of it that leave out three people who differ in all other sets.
    whole = sets[0].copy()
    whole[few] = True
    left = whole.copy()
    left[few] = False
    half = left & (pick.random(n) < 0.5)
    names = [QuerySet.of(f"s{i}", mask) for i, mask in enumerate([whole, *sets[1:], half])]

    found = disclosed([QuerySet.of("rest", left & ~half)], names, n, 10)

    assert [each.n_people for each in found] == [3]
    assert set(found[0].releases) == {"s0", "s120", "rest"}


def test_what_few_families_have_together_counts_families():
    n = 500
    family = np.arange(n)
    family[:14] = 0
    everybody = np.ones(n, dtype=bool)
    without = everybody.copy()
    without[:14] = False
    # The family's members lie in different groups, so that no atom holds all of them.
    other = np.arange(n) % 2 == 0
    earlier = [QuerySet.of("all", everybody), QuerySet.of("even", other)]

    found = disclosed([QuerySet.of("but them", without)], earlier, n, 3, family)

    assert [(each.n_people, each.n_families) for each in found] == [(14, 1)]
    assert disclosed([QuerySet.of("but them", without)], earlier, n, 3) == []


def test_a_search_that_would_take_too_long_says_so(monkeypatch):
    monkeypatch.setattr(groups, "_MOST_STEPS", 1)
    everyone = np.ones(40, dtype=bool)
    less = everyone.copy()
    less[[3, 5]] = False
    known = Known.nothing(40).and_these([QuerySet.of("all", everyone)])
    together = known.and_these([QuerySet.of("less", less)])

    with pytest.raises(NotSearched):
        determined(together.exact, 1, 10, np.arange(40))
    told = disclosed_beside(known, [QuerySet.of("less", less)], 10)
    assert [each.n_people for each in told] == [0, 2]


def sets_of(rows: np.ndarray) -> list[QuerySet]:
    return [QuerySet.of(str(i), row) for i, row in enumerate(rows)]
