"""The calls of variants as binary values: exact, small, and counted without unpacking.

One value holds one variant's calls of all samples, for one alternate allele, unphased. All
integers are little-endian and every part is padded to 8 bytes::

    byte 0      kind: bit 0  two bit planes (else a carrier list)
                      bit 1  a haploid plane follows
                      bit 2  exceptions follow
                other bits are 0; a reader refuses what it does not know
    bytes 1-3   0
    bytes 4-7   u32, entries of the carrier list (0 with planes)
    then        carrier list: u32 each, ``sample << 2 | code``, sorted by sample,
                padded by 0xFFFFFFFF when their number is odd
        or      planes: ceil(N/64) u64 with bit 0 of each code, then as many with bit 1
    then        haploid plane: ceil(N/64) u64, 1 where the call has one allele
    then        exceptions to the end: u64 each, ``sample | ploidy << 32 | alternates << 40 |
                missing << 48``, sorted by sample

Codes: 0 no alternate, 1 one, 2 two, 3 missing; a haploid call has 0, 1 or 3. What fits neither
(half-missing, three alleles or more) is an exception, and 3 in the list or planes, so that who
ignores exceptions takes those calls for missing. The carrier list is used when codes other than
0 are at most N/16: it is then never larger than the planes.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from gdi_spe.boundary.errors import Tampered

PLANES, HAPLOID, EXCEPTIONS = 1, 2, 4
MISSING = 3
_PAD = 0xFFFF_FFFF

Bools = NDArray[np.bool_]
Bytes = NDArray[np.uint8]
Words = NDArray[np.uint64]
Ints = NDArray[np.int64]

EXCEPTION = np.dtype(
    [
        ("sample", "<u4"),
        ("ploidy", "u1"),
        ("n_alternate", "u1"),
        ("n_missing", "u1"),
        ("zero", "u1"),
    ]
)
COUNTS = np.dtype(
    [
        ("allele_count", np.int32),
        ("allele_number", np.int32),
        ("n_heterozygous", np.int32),
        ("n_homozygous", np.int32),
        ("n_hemizygous", np.int32),
        ("n_missing", np.int32),
    ]
)


class CallsBroken(Tampered):
    """A binary value that no writer of this store makes."""

    code = "calls-broken"


@dataclass(frozen=True, eq=False)
class Call:
    """One variant's calls, unpacked: a code a sample, who is haploid, what fits neither."""

    codes: Bytes
    haploid: Bools
    exceptions: NDArray[np.void]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Call) and encode(self) == encode(other)

    __hash__ = None  # type: ignore[assignment]  # arrays have no hash

    @staticmethod
    def of(codes: Bytes, haploid: Bools | None = None) -> Call:
        """Make calls without exceptions."""
        none = np.zeros(len(codes), bool) if haploid is None else haploid
        return Call(codes, none, np.zeros(0, EXCEPTION))


def n_words(n_samples: int) -> int:
    """Words that one plane needs."""
    return (n_samples + 63) // 64


def bits_of(mask: Bools) -> Words:
    """Pack one boolean a sample (last axis) into words."""
    packed = np.packbits(mask, axis=-1, bitorder="little")
    short = n_words(mask.shape[-1]) * 8 - packed.shape[-1]
    padded = np.pad(packed, [(0, 0)] * (packed.ndim - 1) + [(0, short)])
    return np.ascontiguousarray(padded).view("<u8")


def mask_of(words: Words, n_samples: int) -> Bools:
    """Unpack words (last axis) into one boolean a sample."""
    as_bytes = np.ascontiguousarray(words).view(np.uint8)
    return np.unpackbits(as_bytes, axis=-1, bitorder="little")[..., :n_samples].astype(bool)


def encode(call: Call) -> bytes:
    """Write one variant's calls; the same calls always give the same bytes."""
    carriers = np.flatnonzero(call.codes)
    is_sparse = len(carriers) * 16 <= len(call.codes)
    kind = 0 if is_sparse else PLANES
    parts: list[bytes] = []
    if is_sparse:
        entries = (carriers.astype("<u4") << 2) | call.codes[carriers]
        parts.append(
            np.append(entries, np.full(len(entries) % 2, _PAD, "<u4")).astype("<u4").tobytes()
        )
    else:
        parts += [bits_of((call.codes & 1) > 0).tobytes(), bits_of((call.codes & 2) > 0).tobytes()]
    if call.haploid.any():
        kind |= HAPLOID
        parts.append(bits_of(call.haploid).tobytes())
    if len(call.exceptions):
        kind |= EXCEPTIONS
        parts.append(call.exceptions.astype(EXCEPTION).tobytes())
    header = np.array([kind, len(carriers) if is_sparse else 0], "<u4")
    return header.tobytes() + b"".join(parts)


def decode(value: bytes, n_samples: int) -> Call:
    """Read one variant's calls."""
    calls = Calls.of([value], n_samples)
    haploid = mask_of(calls.haploid_words(), n_samples)[0]
    return Call(calls.codes()[0], haploid, calls.exceptions[1])


@dataclass(frozen=True)
class Calls:
    """The calls of many variants, as they lie in the file.

    ``words`` holds the values one after the other, ``starts`` and ``ends`` say where each is.
    """

    words: Words
    starts: Ints
    ends: Ints
    n_samples: int

    @staticmethod
    def of(values: Sequence[bytes], n_samples: int) -> Calls:
        """Put single values together."""
        lengths = np.array([len(value) for value in values], np.int64)
        return Calls._checked(np.frombuffer(b"".join(values), np.uint8), lengths, n_samples)

    @staticmethod
    def from_arrow(column: pa.ChunkedArray, n_samples: int) -> Calls:
        """Take a column of the store without copying what need not be copied."""
        parts, lengths = [np.zeros(0, np.uint8)], [np.zeros(0, np.int64)]
        for chunk in column.chunks:
            offsets = np.frombuffer(chunk.buffers()[1], np.int32)
            offsets = offsets[chunk.offset : chunk.offset + len(chunk) + 1].astype(np.int64)
            if len(chunk) and chunk.buffers()[2] is not None:
                data = np.frombuffer(chunk.buffers()[2], np.uint8)
                parts.append(data[offsets[0] : offsets[-1]])
                lengths.append(np.diff(offsets))
        data = parts[1] if len(parts) == 2 else np.concatenate(parts)
        return Calls._checked(data, np.concatenate(lengths), n_samples)

    @staticmethod
    def _checked(data: Bytes, lengths: Ints, n_samples: int) -> Calls:
        if (lengths % 8).any() or (lengths < 8).any():
            raise CallsBroken("a value's length is not a multiple of 8")
        ends = np.cumsum(lengths) // 8
        calls = Calls(np.frombuffer(data, "<u8"), ends - lengths // 8, ends, n_samples)
        if len(ends) and ((calls.headers & 0xFFFF_FFF8 != 0).any() or (calls.tails > ends).any()):
            raise CallsBroken("a value has an unknown kind or is cut short")
        if any(
            (who >= n_samples).any() for who in (calls.entries[1], calls.exceptions[1]["sample"])
        ):
            raise CallsBroken("a value names a sample that is not there")
        return calls

    def __len__(self) -> int:
        return len(self.starts)

    def take(self, rows: NDArray[np.integer] | slice) -> Calls:
        """Return the calls of some variants; nothing is copied but where they start."""
        return Calls(self.words, self.starts[rows], self.ends[rows], self.n_samples)

    @cached_property
    def headers(self) -> Words:
        """First word of each value."""
        return self.words[self.starts]

    @cached_property
    def is_dense(self) -> Bools:
        """Which variants have planes."""
        return (self.headers & PLANES) > 0

    @cached_property
    def has_haploid(self) -> Bools:
        """Which variants have a haploid plane."""
        return (self.headers & HAPLOID) > 0

    @cached_property
    def _after_codes(self) -> Ints:
        entries = (self.headers >> np.uint64(32)).astype(np.int64)
        words = np.where(self.is_dense, 2 * n_words(self.n_samples), (entries + 1) // 2)
        return self.starts + 1 + words

    @cached_property
    def tails(self) -> Ints:
        """Where the exceptions of each variant start."""
        return self._after_codes + self.has_haploid * n_words(self.n_samples)

    @cached_property
    def entries(self) -> tuple[Ints, Ints, Bytes]:
        """Carrier lists of all sparse variants: variant, sample, code of each entry."""
        rows = np.flatnonzero(~self.is_dense)
        lengths = (self.headers[rows] >> np.uint64(32)).astype(np.int64)
        where = _ragged((self.starts[rows] + 1) * 2, lengths)
        entries = self.words.view("<u4")[where]
        variant = np.repeat(rows, lengths)
        return variant, (entries >> 2).astype(np.int64), (entries & 3).astype(np.uint8)

    @cached_property
    def exceptions(self) -> tuple[Ints, NDArray[np.void]]:
        """Exceptions of all variants: variant of each, and what it is."""
        lengths = self.ends - self.tails
        words = self.words[_ragged(self.tails, lengths)]
        return np.repeat(np.arange(len(self)), lengths), words.view(EXCEPTION)

    def planes(self) -> tuple[Words, Words]:
        """Low and high planes of the dense variants, shape ``(dense variants, words)``."""
        n, starts = n_words(self.n_samples), self.starts[self.is_dense] + 1
        both = self.words[starts[:, None] + np.arange(2 * n)]
        return both[:, :n], both[:, n:]

    def haploid_words(self) -> Words:
        """Haploid planes of all variants, zero where a variant has none."""
        n = n_words(self.n_samples)
        out = np.zeros((len(self), n), "<u8")
        rows = np.flatnonzero(self.has_haploid)
        out[rows] = self.words[self._after_codes[rows][:, None] + np.arange(n)]
        return out

    def codes(self) -> Bytes:
        """Codes of every call, shape ``(variants, samples)``: 0, 1, 2 alternates, 3 missing."""
        out = np.zeros((len(self), self.n_samples), np.uint8)
        variant, sample, code = self.entries
        out[variant, sample] = code
        if self.is_dense.any():
            low, high = (mask_of(plane, self.n_samples) for plane in self.planes())
            out[self.is_dense] = low + (high.astype(np.uint8) << 1)
        return out


def _ragged(starts: Ints, lengths: Ints) -> Ints:
    """Indexes of many stretches, one after the other."""
    total = int(lengths.sum())
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(total)
