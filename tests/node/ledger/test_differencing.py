"""Numbers that are each harmless, and what they tell together."""

from __future__ import annotations

from itertools import product

import numpy as np
import pytest
from hypothesis import assume, given, settings
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
    groups = [(signature == matrix.T).all(axis=1) for signature in signatures]
    rank = np.linalg.matrix_rank(matrix)
    if all(np.linalg.matrix_rank(np.vstack([matrix, group])) > rank for group in groups):
        assert not [each for each in found if each.how.startswith("sum")]


def rounded(name: str, mask: np.ndarray, step: int) -> QuerySet:
    return QuerySet.of(name, mask, step, step * round(int(mask.sum()) / step))


def test_rounding_hides_a_person_whom_exact_numbers_would_show():
    everyone = np.ones(N, dtype=bool)
    without = everyone.copy()
    without[17] = False

    assert disclosed([rounded("new", without, 5)], [rounded("old", everyone, 5)], N, 10) == []


def test_rounded_cells_that_together_tell_of_one_person_are_found():
    # 25 + 25 told as 24 + 24, which are at most 25 each; 51 told as 52, which is at least 51.
    place = np.arange(51)
    parts = [rounded("one", place < 25, 2), rounded("other", (place >= 25) & (place < 50), 2)]
    everyone = rounded("all", place >= 0, 2)

    found = disclosed([everyone], parts, 51, 10)

    assert [each.told for each in (*parts, everyone)] == [24, 24, 52]
    assert [(each.n_people, each.how) for each in found] == [(1, "bounds of rounded numbers")]
    assert set(found[0].releases) == {"one", "other", "all"}
    assert disclosed([everyone], parts[:1], 51, 10) == []


def test_a_rounded_number_beside_exact_ones_gives_its_person_away():
    everyone = np.ones(600, dtype=bool)
    parts = [np.arange(600) % 3 == r for r in range(3)]
    less = parts[0].copy()
    less[[0, 3]] = False
    earlier = [QuerySet.of("all", everyone), *(QuerySet.of(f"p{i}", parts[i]) for i in (1, 2))]
    low = rounded("less", less, 3)

    found = disclosed([low], earlier, 600, 10)

    # 200 - [196.5, 199.5]: one, two or three people are left out.
    assert [(each.n_people, each.how) for each in found] == [(2, "bounds of rounded numbers")]
    assert "less" in found[0].releases


@settings(max_examples=40, deadline=None)
@given(
    st.lists(st.lists(st.booleans(), min_size=5, max_size=5), min_size=1, max_size=4),
    st.sampled_from([2, 3, 5]),
)
def test_what_bounds_call_disclosed_no_assignment_of_people_contradicts(masks, step):
    sets = [rounded(str(i), np.array(mask), step) for i, mask in enumerate(masks)]

    found = [each for each in disclosed(sets, [], 5, 3) if each.how.startswith("bounds")]

    matrix = np.array(masks, dtype=int)
    kinds = np.unique(matrix.T[matrix.any(axis=0)], axis=0)
    told = np.array([each.told for each in sets])
    possible = [
        counts for counts in product(range(7), repeat=len(kinds))
        if (np.abs(np.array(counts) @ kinds - told) <= step / 2).all()
    ]  # fmt: skip
    sure = [
        place for place in range(len(kinds))
        if possible and all(1 <= counts[place] < 3 for counts in possible)
    ]  # fmt: skip
    assert len(found) <= len(sure)


def test_sets_that_are_rounded_come_back_rounded(tmp_path):
    ledger = Ledger(tmp_path)
    ledger.remember("opaque", "r1", N, [rounded("all", np.ones(N, dtype=bool), 7)])

    back = ledger.recall("opaque", N)

    assert [(each.step, each.told) for each in back] == [(7, 2002)]


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


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.booleans(), min_size=5, max_size=5), min_size=1, max_size=4),
    st.sampled_from([2, 3]),
)
def test_a_union_that_every_assignment_holds_to_few_is_found(masks, step):
    """Groups are told apart by who is in them, sizes tried from none to six."""
    assume(np.array(masks).any())
    sets = [rounded(str(i), np.array(mask), step) for i, mask in enumerate(masks)]
    matrix = np.array(masks, dtype=int)
    kinds = np.unique(matrix.T[matrix.any(axis=0)], axis=0)
    told = np.array([each.told for each in sets])
    # Halves of people as well: bounds are those of real numbers.
    possible = np.array([
        counts for counts in product(np.arange(0, 6.5, 0.5), repeat=len(kinds))
        if (np.abs(np.array(counts) @ kinds - told) <= step / 2).all()
    ]).reshape(-1, len(kinds))  # fmt: skip
    unions = [
        np.array(chosen) for chosen in product((False, True), repeat=len(kinds)) if any(chosen)
    ]  # fmt: skip
    sums = [possible[:, union].sum(axis=1) for union in unions]
    sure = [each for each in sums if each.min() > 0 and each.max() < 3]

    found = disclosed(sets, [], 5, 3)

    if found:
        assert sure or any(each.min() > 0 and np.floor(each.max()) < 3 for each in sums)
    if sure:
        assert found
