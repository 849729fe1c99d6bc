"""Packed calls say what was written, and are counted as a person would count them."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from gdi_spe.store import counts, ploidy
from gdi_spe.store.calls import EXCEPTION, MISSING, Call, Calls, CallsBroken, decode, encode

# A call as a reader writes it: alleles, None for a missing one. Rare odd ones among plain ones.
ORDINARY = st.sampled_from([(0, 0), (0, 1), (1, 1), (None, None)])
ODD = st.sampled_from(
    [(0,), (1,), (None,), (0, None), (1, None), (0, 1, 1), (1, 1, 1), (0, 0, None)]
)


@st.composite
def variant(draw: st.DrawFn) -> list[tuple[int | None, ...]]:
    n_samples = draw(st.sampled_from([1, 2, 15, 16, 63, 64, 65, 130]))
    calls: list[tuple[int | None, ...]] = [(0, 0)] * n_samples
    n_other = draw(st.sampled_from([0, 1, n_samples // 16, n_samples]))
    for sample in draw(st.permutations(range(n_samples)))[:n_other]:
        calls[sample] = draw(st.one_of(ORDINARY, ORDINARY, ODD))
    return calls


def packed(alleles: list[tuple[int | None, ...]]) -> Call:
    codes = np.zeros(len(alleles), np.uint8)
    haploid = np.zeros(len(alleles), bool)
    odd = []
    for sample, call in enumerate(alleles):
        n_missing, n_alternate = call.count(None), sum(a or 0 for a in call)
        haploid[sample] = len(call) == 1
        if len(call) > 2 or (len(call) == 2 and n_missing == 1):
            odd.append((sample, len(call), n_alternate, n_missing, 0))
            codes[sample] = MISSING
        else:
            codes[sample] = MISSING if n_missing else n_alternate
    return Call(codes, haploid, np.array(odd, EXCEPTION))


def counted_by_hand(
    alleles: list[tuple[int | None, ...]], group: list[int], expected: list[int]
) -> tuple[int, ...]:
    ac = an = het = hom = hemi = missing = 0
    for sample in group:
        call = alleles[sample]
        called = [a for a in call if a is not None]
        if expected[sample] == ploidy.ABSENT:
            continue
        if expected[sample] == ploidy.ONE:
            if len(called) < len(call) or len(set(called)) > 1:
                missing += 1
            else:
                an, ac, hemi = an + 1, ac + called[0], hemi + called[0]
            continue
        an, ac = an + len(called), ac + sum(called)
        if len(called) < len(call):
            missing += 1
        elif len(call) == 1:
            hemi += called[0]
        elif len(set(called)) > 1:
            het += 1
        else:
            hom += called[0]
    return ac, an, het, hom, hemi, missing


@settings(deadline=None)
@given(variant())
def test_what_is_written_is_read_back(alleles: list[tuple[int | None, ...]]) -> None:
    call = packed(alleles)

    again = decode(encode(call), len(alleles))

    assert np.array_equal(again.codes, call.codes)
    assert np.array_equal(again.haploid, call.haploid)
    assert np.array_equal(again.exceptions, call.exceptions)


@settings(deadline=None)
@given(st.data())
def test_counts_of_any_group_equal_those_by_hand(data: st.DataObject) -> None:
    first = data.draw(variant())
    n_samples = len(first)
    others = [[data.draw(st.one_of(ORDINARY, ODD)) for _ in range(n_samples)] for _ in range(2)]
    variants = [first, *others]
    calls = Calls.of([encode(packed(v)) for v in variants], n_samples)
    group = data.draw(st.lists(st.integers(0, n_samples - 1), unique=True))
    expected = data.draw(st.lists(st.integers(0, 2), min_size=n_samples, max_size=n_samples))

    plain = counts.count(calls, [np.array(group, int)])
    by_sex = counts.count(calls, [np.array(group, int)], np.array(expected, np.int8))

    as_written = [ploidy.AS_WRITTEN] * n_samples
    for row, alleles in enumerate(variants):
        assert tuple(plain[0, row]) == counted_by_hand(alleles, group, as_written)
        assert tuple(by_sex[0, row]) == counted_by_hand(alleles, group, expected)


@settings(deadline=None)
@given(variant(), st.booleans())
def test_dosages_and_carriers_agree_with_the_alleles(
    alleles: list[tuple[int | None, ...]], in_ones: bool
) -> None:
    calls = Calls.of([encode(packed(alleles))], len(alleles))
    rule = np.full(len(alleles), ploidy.ONE if in_ones else ploidy.AS_WRITTEN, np.int8)

    dosages = counts.dosages(calls, rule)[0]
    carriers = set(counts.carrier_pairs(calls, rule)[1].tolist())

    for sample, call in enumerate(alleles):
        whole = None not in call
        torn = in_ones and len(set(call)) > 1
        known = sum(a or 0 for a in call) if whole and not torn else -1
        assert dosages[sample] == (min(known, 1) if in_ones else known)
        carries = (1 in call) and not (in_ones and (torn or not whole))
        assert (sample in carriers) == carries


@settings(deadline=None)
@given(variant())
def test_genotypes_show_alleles_as_written(alleles: list[tuple[int | None, ...]]) -> None:
    calls = Calls.of([encode(packed(alleles))], len(alleles))

    shown = counts.genotypes(calls)[0]

    for sample, call in enumerate(alleles):
        as_numbers = sorted(-1 if a is None else a for a in call)
        if len(call) == 1:
            assert shown[sample].tolist() == [as_numbers[0], -2]
        elif len(call) == 2:
            assert sorted(shown[sample].tolist()) == as_numbers
        else:
            assert shown[sample].tolist() == [-1, -1]


def test_the_list_is_used_up_to_a_sixteenth_of_the_samples() -> None:
    codes = np.zeros(160, np.uint8)
    codes[:10] = MISSING

    at_the_limit = encode(Call.of(codes))
    codes[10] = 1
    beyond = encode(Call.of(codes))

    assert at_the_limit[0] & 1 == 0
    assert beyond[0] & 1 == 1
    assert len(at_the_limit) <= len(beyond)


@settings(deadline=None)
@given(variant(), st.data())
@example([(0, 0), (0, 1)], None)
def test_broken_bytes_are_refused_or_stay_inside(
    alleles: list[tuple[int | None, ...]], data: st.DataObject | None
) -> None:
    value = bytearray(encode(packed(alleles)))
    if data is not None:
        value[data.draw(st.integers(0, len(value) - 1))] = data.draw(st.integers(0, 255))
        value = value[: data.draw(st.integers(0, len(value)))]
    try:
        calls = Calls.of([bytes(value)], len(alleles))
        counts.count(calls, [np.arange(len(alleles))])
        counts.dosages(calls)
    except CallsBroken:
        return


def test_a_value_of_another_version_is_refused() -> None:
    value = bytearray(encode(Call.of(np.zeros(3, np.uint8))))
    value[0] |= 0x10

    with pytest.raises(CallsBroken, match="unknown kind"):
        Calls.of([bytes(value)], 3)
