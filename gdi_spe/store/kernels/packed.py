"""The compiled kernels over packed calls, with arrays checked before they are called."""

from __future__ import annotations

import ctypes
import itertools
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from gdi_spe.store.kernels.library import library, pointer

_LANES = 4  # groups that the kernel counts at once
_WORTH_A_THREAD = 1 << 19  # words
Ints = NDArray[np.int64]
Words = NDArray[np.uint64]
Rule = NDArray[np.int8] | None


class Values(Protocol):
    """Values of packed calls, one after the other: `gdi_spe.store.calls.Calls`."""

    @property
    def words(self) -> Words:
        """All bytes."""

    @property
    def starts(self) -> Ints:
        """First word of each value."""

    @property
    def ends(self) -> Ints:
        """Word after the last of each value."""

    @property
    def n_samples(self) -> int:
        """Calls in a value."""


def is_native() -> bool:
    """Say whether the compiled kernels work here."""
    return library() is not None


def n_threads() -> int:
    """Threads that this process may use with profit."""
    return min(len(os.sched_getaffinity(0)), 8)


def first_broken(values: Values) -> tuple[int, int] | None:
    """Return the first value that is not what a writer makes, and what is wrong with it."""
    words, starts, ends = _arrays(values)
    found: list[int] = []

    def look(start: int, end: int) -> None:
        answer = _kernel("spe_calls_validate", ctypes.c_int64)(
            words, _number(len(values.words)), starts, ends, _number(start), _number(end),
            _number(values.n_samples),
        )  # fmt: skip
        if answer:
            found.append(answer)

    _in_slices(values, look)
    return divmod(min(found), 8) if found else None


def count(
    values: Values, members: NDArray[np.bool_], groups: Words, one: Words | None
) -> NDArray[np.int32]:
    """Count variants in groups of samples.

    Parameters
    ----------
    values
        What to count.
    members
        Who is in each group, shape ``(groups, samples)``.
    groups
        The same as planes, shape ``(groups, words)``.
    one
        The plane of samples that can have one allele only.

    Returns
    -------
    Six counts, shape ``(groups, variants, 6)``.
    """
    out = np.zeros((len(groups), len(values.starts), 6), np.int32)
    words, starts, ends = _arrays(values)
    who = _Who.of(values, members, groups, one)

    def work(start: int, end: int) -> None:
        _kernel("spe_calls_count")(
            words, starts, ends, _number(len(values.starts)), _number(start), _number(end),
            _number(values.n_samples), _number(len(groups)), *who.pointers, pointer(out),
        )  # fmt: skip

    _in_slices(values, work)
    return out


def allele_counts(
    values: Values, members: NDArray[np.bool_], groups: Words, one: Words | None,
    into: tuple[Ints, Ints, NDArray[np.float64]], at: int,
) -> None:  # fmt: skip
    """Count alleles in groups of samples, and divide.

    Parameters
    ----------
    values, members, groups, one
        As of `count`.
    into
        Allele counts, allele numbers and frequencies, each of shape ``(groups, all variants)``.
    at
        Which of all variants the first of these is.
    """
    words, starts, ends = _arrays(values)
    who = _Who.of(values, members, groups, one)
    for out in into:
        if out.shape[0] != len(groups) or out.shape[1] < at + len(values.starts):
            raise ValueError("an output that is too small")
    targets = [ctypes.c_void_p(out.ctypes.data + at * out.itemsize) for out in into]

    def work(start: int, end: int) -> None:
        _kernel("spe_calls_alleles")(
            words, starts, ends, _number(start), _number(end), _number(values.n_samples),
            _number(len(groups)), *who.pointers, _number(into[0].shape[1]), *targets,
        )  # fmt: skip

    _in_slices(values, work)


@dataclass(frozen=True)
class _Who:
    """Groups of samples as the kernels take them."""

    arrays: tuple[NDArray[Any] | None, ...]

    @staticmethod
    def of(values: Values, members: NDArray[np.bool_], groups: Words, one: Words | None) -> _Who:
        _require_shape(groups, (len(groups), (values.n_samples + 63) // 64))
        _require_shape(members, (len(groups), values.n_samples))
        n_members = np.bitwise_count(groups).sum(axis=1, dtype=np.int32)
        n_one = np.zeros(len(groups), np.int32)
        if one is not None:
            n_one = np.bitwise_count(groups & one).sum(axis=1, dtype=np.int32)
        return _Who((groups, _lanes(members), one, n_members, n_one))

    @property
    def pointers(self) -> list[ctypes.c_void_p | None]:
        return [_optional(array) for array in self.arrays]


def _lanes(members: NDArray[np.bool_]) -> Words:
    """Return for each four groups and each sample a lane of 16 bits a group: is it in there?"""
    n_groups, n_samples = members.shape
    lanes = np.zeros((-(-n_groups // _LANES), n_samples, _LANES), np.uint16)
    for group, inside in enumerate(members):
        lanes[group // _LANES, :, group % _LANES] = inside
    return lanes.view(np.uint64)[..., 0]


def codes(values: Values) -> NDArray[np.uint8]:
    """Return the codes of every call, shape ``(variants, samples)``."""
    out = np.empty((len(values.starts), values.n_samples), np.uint8)
    words, starts, ends = _arrays(values)

    def work(start: int, end: int) -> None:
        _kernel("spe_calls_codes")(
            words, starts, ends, _number(start), _number(end), _number(values.n_samples),
            pointer(out),
        )  # fmt: skip

    _in_slices(values, work, out.nbytes)
    return out


def dosages(values: Values, expected: Rule) -> NDArray[np.int8]:
    """Return the alternate alleles of every call, shape ``(variants, samples)``."""
    rule = _rule(values, expected)
    out = np.empty((len(values.starts), values.n_samples), np.int8)
    words, starts, ends = _arrays(values)

    def work(start: int, end: int) -> None:
        _kernel("spe_calls_dosages")(
            words, starts, ends, _number(start), _number(end), _number(values.n_samples),
            _optional(rule), pointer(out),
        )  # fmt: skip

    _in_slices(values, work, out.nbytes)
    return out


def genotypes(values: Values) -> NDArray[np.int8]:
    """Return the alleles of every call as written, shape ``(variants, samples, 2)``."""
    out = np.empty((len(values.starts), values.n_samples, 2), np.int8)
    words, starts, ends = _arrays(values)

    def work(start: int, end: int) -> None:
        _kernel("spe_calls_genotypes")(
            words, starts, ends, _number(start), _number(end), _number(values.n_samples),
            pointer(out),
        )  # fmt: skip

    _in_slices(values, work, out.nbytes)
    return out


def carrier_pairs(values: Values, expected: Rule) -> tuple[Ints, Ints]:
    """Return variant and sample of every call with the alternate allele, in order."""
    rule = _rule(values, expected)
    words, starts, ends = _arrays(values)
    numbers = np.zeros(len(values.starts), np.int64)

    def work(places: Ints, variants: Ints | None, samples: Ints | None) -> Callable[..., None]:
        return lambda start, end: _kernel("spe_calls_carriers")(
            words, starts, ends, _number(start), _number(end), _number(values.n_samples),
            _optional(rule), pointer(places), _optional(variants), _optional(samples),
        )  # fmt: skip

    _in_slices(values, work(numbers, None, None))
    before = np.cumsum(numbers) - numbers
    variants, samples = (np.empty(int(numbers.sum()), np.int64) for _ in range(2))
    _in_slices(values, work(before, variants, samples))
    return variants, samples


def _arrays(values: Values) -> Sequence[ctypes.c_void_p]:
    if values.words.dtype != np.uint64:
        raise ValueError("calls lie in words of 64 bits")
    for where in (values.starts, values.ends):
        if where.dtype != np.int64 or len(where) != len(values.starts):
            raise ValueError("a start and an end for each value")
    return [pointer(array) for array in (values.words, values.starts, values.ends)]


def _rule(values: Values, expected: Rule) -> Rule:
    if expected is None:
        return None
    _require_shape(expected, (values.n_samples,))
    return np.ascontiguousarray(expected, np.int8)


def _require_shape(array: NDArray[Any], shape: tuple[int, ...]) -> None:
    if array.shape != shape:
        raise ValueError(f"an array of shape {array.shape} where {shape} belongs")


def _optional(array: NDArray[Any] | None) -> ctypes.c_void_p | None:
    return None if array is None else pointer(array)


def _number(value: int) -> ctypes.c_int64:
    return ctypes.c_int64(value)


def _kernel(name: str, answer: Any = None) -> Any:
    found = library()
    if found is None:
        raise RuntimeError("there are no compiled kernels here")
    function = found[name]
    function.restype = answer
    return function


def _in_slices(values: Values, work: Callable[[int, int], None], n_out_bytes: int = 0) -> None:
    """Run a kernel over all values, by as many threads as the work is worth."""
    n_values = len(values.starts)
    if not n_values:
        return
    n_words = int((values.ends - values.starts).sum()) + n_out_bytes // 8
    n_slices = min(n_threads(), n_values, 1 + n_words // _WORTH_A_THREAD)
    if n_slices == 1:
        work(0, n_values)
        return
    # Many small slices even out what is dense in one place; each writes its own rows.
    edges = np.linspace(0, n_values, min(4 * n_slices, n_values) + 1).astype(int).tolist()
    with ThreadPoolExecutor(n_slices) as pool:
        for done in [pool.submit(work, *edge) for edge in itertools.pairwise(edges)]:
            done.result()
