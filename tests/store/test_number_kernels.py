"""The kernels over numbers do what their NumPy twins do, and what is known from elsewhere."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdi_spe.store.kernels import fingerprint, quality, tails
from gdi_spe.store.kernels.library import library

native = pytest.mark.skipif(library() is None, reason="there are no compiled kernels here")
pieces = st.binary(max_size=200).map(lambda told: np.frombuffer(told, np.uint8))


@native
@given(pieces)
def test_fingerprints_are_those_of_numpy(piece: np.ndarray) -> None:
    n_words = -(-len(piece) // 8)

    assert fingerprint.fingerprints([piece]) == [fingerprint._in_numpy(piece, 0, n_words)]


def test_a_long_piece_has_the_fingerprint_of_its_parts_wherever_it_is_cut() -> None:
    piece = np.random.default_rng(5).integers(0, 256, 9_000_003).astype(np.uint8)
    middle = 400_000

    whole = fingerprint.fingerprints([piece, piece[:10]])[0]

    halves = [
        fingerprint._in_numpy(piece, first, end)
        for first, end in ((0, middle), (middle, 1_125_001))
    ]
    assert whole == sum(halves) % 2**64


@given(st.binary(min_size=1, max_size=64), st.data())
def test_a_changed_byte_or_two_exchanged_words_change_the_fingerprint(
    told: bytes, data: st.DataObject
) -> None:
    before = np.frombuffer(told, np.uint8).copy()
    after = before.copy()
    after[data.draw(st.integers(0, len(told) - 1))] ^= data.draw(st.integers(1, 255))
    words = np.array([1, 2], np.uint64)

    changed = fingerprint.fingerprints([before, after])
    exchanged = fingerprint.fingerprints([words.view(np.uint8), words[::-1].copy().view(np.uint8)])

    assert len(set(changed)) == len(set(exchanged)) == 2


@native
@settings(deadline=None)
@given(st.integers(0, 2**32 - 1), st.integers(0, 300), st.integers(0, 5))
def test_what_is_told_of_calls_is_what_numpy_tells(seed: int, n: int, at: int) -> None:
    random = np.random.default_rng(seed)
    counts = random.integers(0, 50, (n, 6)).astype(np.int32)
    counts[random.random(n) < 0.2] = 0
    able = random.integers(0, 300, n)
    rooms = [
        (np.zeros((len(quality.NUMBERS), n + at + 2), np.int64),
         np.zeros((len(quality.SHARES), n + at + 2))) for _ in range(2)
    ]  # fmt: skip

    quality.fill(counts, able, at, *rooms[0])
    quality._in_numpy(counts, able, *(room[:, at : at + n] for room in rooms[1]))

    for compiled, twin in zip(*rooms, strict=True):
        assert np.array_equal(compiled, twin, equal_nan=True)


# Worked out with mpmath 1.3 to 60 digits, from the regularised incomplete beta function.
TAILS = [
    (1, 0.001, 0.99936338043983888, 0.00027656840582179742),
    (3, 1.3, 0.28446750872789739, 0.54596733062569424),
    (47, 2.0, 0.05129772802970585, 1.2899018693133685),
    (2_498, 0.02, 0.98404496985227502, 0.006985054299924667),
    (2_498, 1.74, 0.08198217234838237, 1.086280578012496),
    (2_498, 6.0, 2.2595994554670755e-9, 8.6459685385947973),
    (2_498, 37.0, 2.4596795551653257e-239, 238.6091214687049),
    (2_498, 80.0, 1.5897526812954179e-691, 690.79867043385759),
    (100_000, 1.86, 0.062888459873912023, 1.20142904092818),
    (100_000, 20.0, 8.2234939106543622e-89, 88.084943624829007),
]


@pytest.mark.parametrize(("freedom", "t", "p", "neg_log_10"), TAILS)
@pytest.mark.parametrize(
    ("told", "within"),
    [pytest.param(tails.student, 1e-13, marks=native), (tails._by_scipy, 1e-10)],
)
def test_tails_of_t_are_what_they_are_to_thirteen_digits(
    told: Callable[..., tuple[np.ndarray, np.ndarray]], within: float,
    freedom: int, t: float, p: float, neg_log_10: float,
) -> None:  # fmt: skip
    found = told(np.array([t, -t]), np.array([freedom, freedom]))

    assert found[0] == pytest.approx([p, p], rel=within, abs=1e-300)
    assert found[1] == pytest.approx([neg_log_10, neg_log_10], rel=within, abs=within)


@native
def test_tails_of_t_are_those_of_scipy_at_every_freedom() -> None:
    random = np.random.default_rng(11)
    freedom = np.exp(random.uniform(0, np.log(1e6), 40_000)).astype(np.int64)
    t = random.normal(size=40_000) * np.exp(random.uniform(-3, 3, 40_000))

    p, neg_log_p = tails.student(t, freedom)

    expected, expected_log = tails._by_scipy(t, freedom)
    assert p == pytest.approx(expected, rel=3e-11, abs=1e-290)
    assert neg_log_p == pytest.approx(expected_log, rel=3e-11, abs=1e-10)


def test_a_statistic_without_a_number_has_no_tail_and_an_infinite_one_has_nothing_beyond() -> None:
    t = np.array([np.nan, np.inf, -np.inf, 0.0])

    p, neg_log_p = tails.student(t, np.full(4, 9))

    assert np.isnan([p[0], neg_log_p[0]]).all()
    assert p[1:].tolist() == [0.0, 0.0, 1.0]
    assert neg_log_p[1:].tolist() == [np.inf, np.inf, 0.0]
