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
from gdi_spe.store.kernels import packed

PLANES, HAPLOID, EXCEPTIONS = 1, 2, 4
MISSING = 3
_PAD = 0xFFFF_FFFF
_CHUNK = 2048

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


# What can be wrong with a value, by the numbers that the kernel gives.
_SHAPE, _SAMPLE, _BITS, _EXCEPTION = 1, 2, 3, 4
_WRONG = {
    _SHAPE: "has an unknown kind or is cut short",
    _SAMPLE: "names a sample that is not there, or out of order",
    _BITS: "has a code or a bit where none belongs",
    _EXCEPTION: "has an exception that is none",
}


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
    def joined(parts: Sequence[Calls], n_samples: int) -> Calls:
        """Put calls of the same samples together; the values of these variants are copied."""
        lengths = np.concatenate([np.zeros(0, np.int64), *(p.ends - p.starts for p in parts)])
        words = [part.words[_ragged(part.starts, part.ends - part.starts)] for part in parts]
        ends = np.cumsum(lengths)
        return Calls(np.concatenate([np.zeros(0, "<u8"), *words]), ends - lengths, ends, n_samples)

    def to_arrow(self) -> pa.Array:
        """Return the values as a column; what lies together is not copied."""
        if (self.starts[1:] != self.ends[:-1]).any():
            words = self.words[_ragged(self.starts, self.ends - self.starts)]
            ends = np.cumsum(self.ends - self.starts)
            return Calls(words, ends - (self.ends - self.starts), ends, self.n_samples).to_arrow()
        edges = np.append(self.starts[:1], self.ends) if len(self) else np.zeros(1, np.int64)
        offsets = ((edges - edges[0]) * 8).astype(np.int32)
        data = self.words[edges[0] : edges[-1]]
        buffers = [None, pa.py_buffer(offsets), pa.py_buffer(data)]
        return pa.Array.from_buffers(pa.binary(), len(self), buffers)

    @staticmethod
    def _checked(data: Bytes, lengths: Ints, n_samples: int) -> Calls:
        if (lengths % 8).any() or (lengths < 8).any():
            raise CallsBroken("a value's length is not a multiple of 8")
        ends = np.cumsum(lengths) // 8
        aligned = data if data.ctypes.data % 8 == 0 else data.copy()
        calls = Calls(aligned.view("<u8"), ends - lengths // 8, ends, n_samples)
        broken = packed.first_broken(calls) if packed.is_native() else _first_broken(calls)
        if broken is not None:
            raise CallsBroken(f"value {broken[0]} {_WRONG[broken[1]]}")
        return calls

    def __len__(self) -> int:
        return len(self.starts)

    def take(self, rows: NDArray[np.integer] | slice) -> Calls:
        """Return the calls of some variants; nothing is copied but where they start."""
        starts, ends = (np.ascontiguousarray(where[rows]) for where in (self.starts, self.ends))
        return Calls(self.words, starts, ends, self.n_samples)

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
        return packed.codes(self) if packed.is_native() else codes_by_numpy(self)


def codes_by_numpy(calls: Calls) -> Bytes:
    """Return the codes of every call: the twin of the kernel."""
    out = np.zeros((len(calls), calls.n_samples), np.uint8)
    variant, sample, code = calls.entries
    out[variant, sample] = code
    if calls.is_dense.any():
        low, high = (mask_of(plane, calls.n_samples) for plane in calls.planes())
        out[calls.is_dense] = low + (high.astype(np.uint8) << 1)
    return out


def _ragged(starts: Ints, lengths: Ints) -> Ints:
    """Indexes of many stretches, one after the other."""
    total = int(lengths.sum())
    before = np.cumsum(lengths) - lengths
    return np.repeat(starts - before, lengths) + np.arange(total)


def _first_broken(calls: Calls) -> tuple[int, int] | None:
    """Return the first value that is not what a writer makes: the twin of the kernel."""
    for start in range(0, len(calls), _CHUNK):
        part = calls.take(slice(start, start + _CHUNK))
        entries = (part.headers >> np.uint64(32)).astype(np.int64)
        wrong = (part.headers & 0xFFFF_FFF8) != 0
        wrong |= part.is_dense & (entries > 0)
        rest = part.ends - part.tails
        wrong |= np.where((part.headers & EXCEPTIONS) > 0, rest <= 0, rest != 0)
        if wrong.any():
            return start + int(np.flatnonzero(wrong)[0]), _SHAPE
        found = _broken_lists(part) or _broken_bits(part) or _broken_exceptions(part)
        if found:
            return start + found[0], found[1]
    return None


def _broken_lists(part: Calls) -> tuple[int, int] | None:
    variant, sample, code = part.entries
    wrong = sample >= part.n_samples
    wrong[1:] |= (variant[1:] == variant[:-1]) & (sample[1:] <= sample[:-1])
    if wrong.any():
        return int(variant[wrong][0]), _SAMPLE
    odd = np.flatnonzero(~part.is_dense & ((part.headers >> np.uint64(32)) % 2 == 1))
    n_entries = (part.headers[odd] >> np.uint64(32)).astype(np.int64)
    padding = part.words.view("<u4")[(part.starts[odd] + 1) * 2 + n_entries]
    wrong_rows = np.append(odd[padding != _PAD], variant[code == 0])
    return (int(wrong_rows.min()), _BITS) if len(wrong_rows) else None


def _broken_bits(part: Calls) -> tuple[int, int] | None:
    """Look for bits beyond the last sample, and for haploid calls of two alternates."""
    inside = bits_of(np.ones(part.n_samples, bool))
    written = part.haploid_words()
    wrong: Bools = np.asarray((written & ~inside).any(axis=1))
    low, high = part.planes()
    dense = np.flatnonzero(part.is_dense)
    strange = ((low | high) & ~inside) | (written[dense] & high & ~low)
    wrong[dense] |= strange.any(axis=1)
    variant, sample, code = part.entries
    bit = written[variant, sample // 64] >> (sample % 64).astype(np.uint64)
    wrong[variant[(code == 2) & (bit & np.uint64(1) > 0)]] = True
    return (int(np.flatnonzero(wrong)[0]), _BITS) if wrong.any() else None


def _broken_exceptions(part: Calls) -> tuple[int, int] | None:
    variant, found = part.exceptions
    if not len(found):
        return None
    sample = found["sample"].astype(np.int64)
    wrong = sample >= part.n_samples
    wrong[1:] |= (variant[1:] == variant[:-1]) & (sample[1:] <= sample[:-1])
    if wrong.any():
        return int(variant[wrong][0]), _SAMPLE
    alleles = found["n_alternate"].astype(np.int64) + found["n_missing"]
    wrong = (found["zero"] != 0) | (found["ploidy"] < 2) | (alleles > found["ploidy"])
    written = mask_of(part.haploid_words(), part.n_samples)
    wrong |= (codes_by_numpy(part)[variant, sample] != MISSING) | written[variant, sample]
    return (int(variant[wrong][0]), _EXCEPTION) if wrong.any() else None
