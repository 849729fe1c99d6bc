"""Random calls of every sort the format holds."""

from __future__ import annotations

import numpy as np
from hypothesis import strategies as st

from gdi_spe.store.calls import EXCEPTION, MISSING, Call, Calls, encode

SIZES = (1, 2, 15, 16, 17, 63, 64, 65, 128, 130, 200)


@st.composite
def call(draw: st.DrawFn, n_samples: int) -> Call:
    """Draw one variant: how many differ from the reference is near each boundary of the format."""
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    limit = n_samples // 16
    n_other = draw(st.sampled_from([0, 1, limit, limit + 1, n_samples // 2, n_samples]))
    codes, haploid = np.zeros(n_samples, np.uint8), np.zeros(n_samples, bool)
    if draw(st.booleans()):
        haploid = random.random(n_samples) < draw(st.sampled_from([0.01, 0.5, 1.0]))
    others = random.permutation(n_samples)[: min(n_other, n_samples)]
    codes[others] = random.integers(1, 4, len(others))
    if draw(st.integers(0, 7)) == 0:
        codes[:] = MISSING
    codes[haploid & (codes == 2)] = 1
    lost = np.flatnonzero((codes == MISSING) & ~haploid)
    n_odd = draw(st.sampled_from([0, 0, 1, len(lost)]))
    return Call(codes, haploid, _exceptions(random, np.sort(random.permutation(lost)[:n_odd])))


def _exceptions(random: np.random.Generator, samples: np.ndarray) -> np.ndarray:
    out = np.zeros(len(samples), EXCEPTION)
    for i, sample in enumerate(samples):
        ploidy = int(random.choice([2, 3, 4, 200]))
        n_missing = 1 if ploidy == 2 else int(random.integers(0, ploidy + 1))
        most = ploidy - n_missing
        n_alternate = int(random.choice([0, most, random.integers(0, most + 1)]))
        out[i] = (sample, ploidy, n_alternate, n_missing, 0)
    return out


@st.composite
def variants(draw: st.DrawFn, n_samples: int | None = None, max_size: int = 6) -> Calls:
    """Draw the calls of several variants of the same samples."""
    n = draw(st.sampled_from(SIZES)) if n_samples is None else n_samples
    drawn = draw(st.lists(call(n), max_size=max_size))
    return Calls.of([encode(one) for one in drawn], n)
