"""Numbers that are each harmless, and what they tell together."""

from __future__ import annotations

import time
from itertools import product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdi_spe.node.ledger.differencing import QuerySet, disclosed
from gdi_spe.node.ledger.memory import Ledger, LedgerDamaged

N = 2000
PICK = np.random.default_rng(7)
SITE, AGE = PICK.integers(0, 6, N), PICK.integers(0, 5, N)


def cells(name: str, mask: np.ndarray, by: np.ndarray) -> list[QuerySet]:
    return [QuerySet.of(f"{name}[{v}]", mask & (by == v)) for v in np.unique(by)]


def test_one_table_and_another_of_other_groups_tell_of_nobody():
    everyone = np.ones(N, dtype=bool)

    assert disclosed(cells("age", everyone, AGE), cells("site", everyone, SITE), N, 10) == []


def test_the_same_table_without_a_person_tells_of_that_person():
    everyone = np.ones(N, dtype=bool)
    without = everyone.copy()
    without[17] = False

    found = disclosed(cells("new", without, SITE), cells("old", everyone, SITE), N, 10)

    assert found[0].n_people == 1
    assert f"old[{SITE[17]}]" in found[0].releases
    assert f"new[{SITE[17]}]" in found[0].releases


def test_a_tracker_of_three_queries_is_found_where_no_pair_is_nested():
    one, other = PICK.random(N) < 0.3, PICK.random(N) < 0.3
    one[5] = other[5] = True
    both = one & other
    both[5] = False
    queries = [("a", one), ("a without b", one & ~other), ("a and b, but one", both)]
    sets = [QuerySet.of(name, mask) for name, mask in queries]

    found = disclosed(sets[2:], sets[:2], N, 10)

    assert [each.n_people for each in found] == [1]
    assert set(found[0].releases) == {name for name, _ in queries}


def test_ten_of_one_family_are_one():
    all_of, but_ten = np.ones(N, dtype=bool), np.ones(N, dtype=bool)
    but_ten[100:112] = False
    family = np.arange(N)
    sets = [QuerySet.of("all", all_of)], [QuerySet.of("but some", but_ten)]

    assert disclosed(*sets, N, 10) == []
    family[100:112] = 100
    assert disclosed(*sets, N, 10, family)[0].n_families == 1


def test_what_was_told_before_is_not_told_again():
    everyone = np.ones(N, dtype=bool)
    earlier = [QuerySet.of("all", everyone), QuerySet.of("few", np.arange(N) < 3)]

    assert disclosed(cells("site", everyone, SITE), earlier, N, 10) == []


@settings(max_examples=60, deadline=None)
@given(st.lists(st.lists(st.booleans(), min_size=6, max_size=6), min_size=1, max_size=4))
def test_single_people_are_found_exactly_where_every_assignment_agrees(masks):
    # Six people with a 0 or 1 each: who is determined, by trying every integer combination.
    sets = [QuerySet.of(str(i), np.array(mask)) for i, mask in enumerate(masks)]

    found = disclosed(sets, [], 6, 2)

    matrix = np.array(masks, dtype=float)
    signatures = {tuple(column) for column in matrix.T if column.any()}
    for signature in signatures:
        alone = int((signature == matrix.T).all(axis=1).sum()) == 1
        person = int(np.flatnonzero((signature == matrix.T).all(axis=1))[0])
        unit = np.eye(6)[person]
        follows = np.linalg.matrix_rank(np.vstack([matrix, unit])) == np.linalg.matrix_rank(matrix)
        if alone and follows:
            assert any(each.n_people == 1 for each in found)
    if not any(
        abs(np.array(weights) @ matrix).sum() == 1
        and np.isin(np.array(weights) @ matrix, (0, 1)).all()
        for weights in product((-2, -1, 0, 1, 2), repeat=len(masks))
    ):
        assert not [each for each in found if each.how.startswith("sum")]


def test_a_thousand_cells_of_a_hundred_thousand_people_take_seconds():
    n = 100_000
    groups = [PICK.integers(0, k, n) for k in (2, 8, 12, 5, 20)]
    sets: list[QuerySet] = []
    while len(sets) < 1000:
        i, j = PICK.choice(5, 2, replace=False)
        chosen = PICK.random(n) < PICK.uniform(0.3, 1)
        both = groups[i] * 100 + groups[j]
        sets += [QuerySet.of(f"{len(sets)}-{v}", chosen & (both == v)) for v in np.unique(both)]
    started = time.monotonic()

    disclosed(sets[960:1000], sets[:960], n, 10)

    took = time.monotonic() - started
    print(f"\n1,000 cells over 100,000 people: {took:.1f} s")
    assert took < 30


def test_the_ledger_gives_back_what_it_was_given(tmp_path):
    ledger = Ledger(tmp_path)
    sets = cells("site", np.ones(N, dtype=bool), SITE)
    ledger.remember("opaque", "r1", N, sets)
    ledger.remember("opaque", "r1", N, sets)

    back = ledger.recall("opaque", N)

    assert [each.label for each in back] == [each.label for each in sets]
    assert all((a.mask(N) == b.mask(N)).all() for a, b in zip(back, sets, strict=True))
    assert ledger.recall("another", N) == []


def test_a_ledger_that_cannot_be_read_is_no_empty_ledger(tmp_path):
    ledger = Ledger(tmp_path)
    ledger.remember("opaque", "r1", N, cells("site", np.ones(N, dtype=bool), SITE))

    with pytest.raises(LedgerDamaged):
        ledger.recall("opaque", N - 1)
    next(tmp_path.rglob("*.npz")).write_bytes(b"PK")
    with pytest.raises(LedgerDamaged):
        ledger.recall("opaque", N)
