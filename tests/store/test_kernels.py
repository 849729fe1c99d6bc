"""The compiled kernels, with and without wide instructions, do what their NumPy twins do."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdi_spe.store import calls as format_of
from gdi_spe.store import counts, ploidy
from gdi_spe.store.calls import COUNTS, EXCEPTION, Call, Calls, CallsBroken, encode
from gdi_spe.store.kernels import numpy_packed, packed
from gdi_spe.store.kernels.library import library
from tests.store.strategies import call, variants

pytestmark = pytest.mark.skipif(library() is None, reason="there are no compiled kernels here")
KINDS = ("native", "plain")


@contextmanager
def instructions(kind: str) -> Iterator[None]:
    found = library()
    assert found is not None
    found.spe_choose(int(kind == "native"))
    try:
        yield
    finally:
        found.spe_choose(1)


def rules(n_samples: int) -> st.SearchStrategy[np.ndarray | None]:
    values = st.sampled_from([ploidy.ABSENT, ploidy.ONE, ploidy.AS_WRITTEN])
    drawn = st.lists(values, min_size=n_samples, max_size=n_samples)
    return st.one_of(st.none(), drawn.map(lambda rule: np.array(rule, np.int8)))


@st.composite
def groups_of(draw: st.DrawFn, n_samples: int) -> np.ndarray:
    """Draw who is in each of some groups: nobody, some, everybody."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    shares = draw(st.lists(st.sampled_from([0.0, 0.5, 0.9, 1.0]), max_size=7))
    return np.array([random.random(n_samples) < share for share in shares], bool).reshape(
        len(shares), n_samples
    )


@settings(deadline=None, max_examples=300)
@given(variants(), st.data())
@pytest.mark.parametrize("kind", KINDS)
def test_counts_are_those_of_numpy(kind: str, calls: Calls, data: st.DataObject) -> None:
    n = calls.n_samples
    members = data.draw(groups_of(n))
    groups = [np.flatnonzero(inside) for inside in members]
    rule = data.draw(rules(n))
    expected = np.full(n, ploidy.AS_WRITTEN, np.int8) if rule is None else rule
    members[:, expected == ploidy.ABSENT] = False

    with instructions(kind):
        compiled = counts.count(calls, groups, rule)

    twin = numpy_packed.count(calls, members, expected == ploidy.ONE)
    assert compiled.dtype == COUNTS
    assert np.array_equal(compiled, twin)


def test_more_groups_than_one_pass_takes_are_counted() -> None:
    calls = Calls.of([encode(Call.of(np.full(70, code, np.uint8))) for code in (1, 2, 3)], 70)

    found = counts.count(calls, [np.array([sample]) for sample in range(70)] + [np.arange(70)])

    assert (found["allele_count"][:70] == [1, 2, 0]).all()
    assert found["allele_count"][70].tolist() == [70, 140, 0]
    assert counts.count(calls, []).shape == (0, 3)


@settings(deadline=None, max_examples=300)
@given(variants(), st.data())
@pytest.mark.parametrize("kind", KINDS)
def test_unpacked_calls_are_those_of_numpy(kind: str, calls: Calls, data: st.DataObject) -> None:
    rule = data.draw(rules(calls.n_samples))

    with instructions(kind):
        codes, alleles = packed.codes(calls), packed.genotypes(calls)
        dosages = packed.dosages(calls, rule)
        carriers = packed.carrier_pairs(calls, rule)

    assert np.array_equal(codes, format_of.codes_by_numpy(calls))
    assert np.array_equal(alleles, numpy_packed.genotypes(calls))
    assert np.array_equal(dosages, numpy_packed.dosages(calls, rule))
    for found, twin in zip(carriers, numpy_packed.carrier_pairs(calls, rule), strict=True):
        assert np.array_equal(found, twin)


@settings(deadline=None, max_examples=300)
@given(st.data())
def test_what_is_refused_is_what_numpy_refuses(data: st.DataObject) -> None:
    n_samples = data.draw(st.sampled_from([1, 5, 64, 65, 130]))
    value = bytearray(encode(data.draw(call(n_samples))))
    for _ in range(data.draw(st.integers(0, 2))):
        value[data.draw(st.integers(0, len(value) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    value = value[: 8 * data.draw(st.integers(1, len(value) // 8))]
    words = np.frombuffer(bytes(value), "<u8")
    calls = Calls(words, np.array([0]), np.array([len(words)]), n_samples)

    compiled, twin = packed.first_broken(calls), format_of._first_broken(calls)

    assert (compiled is None) == (twin is None)


@settings(deadline=None)
@given(variants(max_size=3))
def test_what_a_writer_makes_is_accepted(calls: Calls) -> None:
    assert packed.first_broken(calls) is None
    assert format_of._first_broken(calls) is None


BROKEN: dict[str, Callable[[], list[int]]] = {
    "a code of 0": lambda: [1 << 32, 5 << 2 | 0xFFFFFFFF << 32],
    "samples out of order": lambda: [2 << 32, (5 << 2 | 1) | (4 << 2 | 1) << 32],
    "a sample twice": lambda: [2 << 32, (5 << 2 | 1) | (5 << 2 | 1) << 32],
    "a sample beyond the last": lambda: [1 << 32, 70 << 2 | 1 | 0xFFFFFFFF << 32],
    "no padding": lambda: [1 << 32, 5 << 2 | 1],
    "a bit beyond the last sample": lambda: [1, 0, 1 << 6, 0, 0],
    "a haploid bit beyond the last sample": lambda: [2, 0, 1 << 6],
    "a haploid call of two alternates": lambda: [3, 0, 0, 2, 0, 2, 0],
    "entries beside planes": lambda: [1 | 1 << 32, 0, 0, 0, 0],
    "an exception announced that is not there": lambda: [4],
    "an exception that is not announced": lambda: [1 << 32, 7 | 0xFFFFFFFF << 32, 1 | 3 << 32],
    "an exception of a call that is known": lambda: [4, 1 | 3 << 32],
    "an exception with more alternates than alleles": lambda: [
        4 | 1 << 32,
        7 | 0xFFFFFFFF << 32,
        1 | 3 << 32 | 4 << 40,
    ],
    "more entries than the value has room for": lambda: [9 << 32, 0],
}


@pytest.mark.parametrize("case", BROKEN)
def test_broken_values_are_refused_by_both(case: str) -> None:
    words = np.array(BROKEN[case](), np.uint64)
    calls = Calls(words, np.array([0]), np.array([len(words)]), 70)

    assert packed.first_broken(calls) is not None
    assert format_of._first_broken(calls) is not None
    with pytest.raises(CallsBroken, match="value 0"):
        Calls.of([words.tobytes()], 70)


@pytest.mark.parametrize("kind", KINDS)
def test_more_alternates_than_a_dosage_holds_are_still_all_of_them(kind: str) -> None:
    exceptions = np.array([(0, 200, 200, 0, 0)], EXCEPTION)
    value = encode(Call(np.array([3, 0], np.uint8), np.zeros(2, bool), exceptions))
    calls, rule = Calls.of([value], 2), np.full(2, ploidy.ONE, np.int8)

    with instructions(kind):
        found = packed.dosages(calls, rule)

    assert found.tolist() == numpy_packed.dosages(calls, rule).tolist() == [[1, 0]]
