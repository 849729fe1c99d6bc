"""Work that is cut in slices, each of which writes its own rows."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from gdi_spe.store.kernels.packed import n_threads


def in_slices(n: int, work: Callable[[int, int], None], worth: int) -> None:
    """Call ``work(start, end)`` for all of n rows, ``worth`` of them a thread at least."""
    n_slices = max(1, min(4 * n_threads(), n // worth))
    if n_slices == 1:
        work(0, n)
        return
    edges = np.linspace(0, n, n_slices + 1).astype(int).tolist()
    with ThreadPoolExecutor(n_threads()) as pool:
        for done in [pool.submit(work, *edge) for edge in itertools.pairwise(edges)]:
            done.result()
