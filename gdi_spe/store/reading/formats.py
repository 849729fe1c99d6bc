"""FORMAT beside the genotype: depths, qualities and phase of each call, and calls too poor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from gdi_spe.boundary.errors import SpeError
from gdi_spe.store.calls import EXCEPTION, MISSING, Call, bits_of
from gdi_spe.store.reading.wanted import FORMAT_COLUMNS, Wanted

_KEYS = ("GQ", "DP", "AD")
Values = list[int | None]


class FormatBroken(SpeError):
    """A sample's field that is not what its name says."""

    code = "bad-input"

    def __init__(self, sample: int, why: str) -> None:
        super().__init__(why)
        self.sample = sample


@dataclass(frozen=True)
class SampleFields:
    """What one record says of its samples, in the order of the calls."""

    wanted: Wanted
    quality: Values
    depth: Values
    # Of each sample the depths of all alleles, the reference first; None where not told.
    depths: list[list[int | None] | None]
    genotypes: list[bytes]

    def is_low(self) -> NDArray[np.bool_]:
        """Say whose call is too poor to be kept."""
        filters = self.wanted.filters
        return np.array(
            [
                (q is not None and q < filters.min_gq) or (d is not None and d < filters.min_dp)
                for q, d in zip(self.quality, self.depth, strict=True)
            ],
            bool,
        )

    def columns(self, index: int) -> dict[str, Any]:
        """Return the kept columns of one alternate."""
        found: dict[str, Any] = {
            "format_GQ": self.quality,
            "format_DP": self.depth,
            "format_AD_reference": [None if d is None else d[0] for d in self.depths],
            "format_AD_alternate": [
                None if d is None or not index else d[index] for d in self.depths
            ],
        }
        kept = [c for name in self.wanted.keep_format for c in FORMAT_COLUMNS[name]]
        if "phase" in kept:
            found["phase"] = self._phase(index)
        return {name: found[name] for name in kept}

    def _phase(self, index: int) -> bytes:
        told = ~self.is_low()
        pairs = [_phase(genotype, index) for genotype in self.genotypes]
        planes = np.array(pairs, bool).reshape(-1, 2).T & told
        return b"".join(bits_of(plane).tobytes() for plane in planes)


def read_people(
    wanted: Wanted, keys: Sequence[bytes], columns: Sequence[bytes], n_alternates: int
) -> SampleFields:
    """Read the samples' fields.

    Raises
    ------
    FormatBroken
        If one is no whole number, or AD has not one value an allele.
    """
    places = {key: i for i, key in reversed(list(enumerate(k.decode("latin-1") for k in keys)))}
    parts = [column.split(b":") for column in columns]

    def field(key: str, sample: int) -> bytes:
        place = places.get(key, 0)
        return parts[sample][place] if 0 < place < len(parts[sample]) else b"."

    samples = range(len(parts))
    return SampleFields(
        wanted,
        [_number(field("GQ", i), "GQ", i) for i in samples],
        [_number(field("DP", i), "DP", i) for i in samples],
        [_depths(field("AD", i), n_alternates, i) for i in samples],
        [part[0] for part in parts],
    )


def in_order(people: SampleFields, order: NDArray[np.int64]) -> SampleFields:
    """Return the samples at ``order``, in that order."""
    places = order.tolist()
    return replace(
        people,
        quality=[people.quality[i] for i in places],
        depth=[people.depth[i] for i in places],
        depths=[people.depths[i] for i in places],
        genotypes=[people.genotypes[i] for i in places],
    )


def without(call: Call, is_low: NDArray[np.bool_]) -> tuple[Call, int]:
    """Make calls missing; return also how many of them said something before."""
    codes = np.where(is_low, np.uint8(MISSING), call.codes)
    exceptions = call.exceptions.copy()
    poor = is_low[exceptions["sample"]]
    was_known = is_low & (call.codes != MISSING)
    was_known[exceptions["sample"]] = poor & (exceptions["n_missing"] < exceptions["ploidy"])
    exceptions["n_alternate"][poor] = 0
    exceptions["n_missing"][poor] = exceptions["ploidy"][poor]
    is_plain = (exceptions["ploidy"] == 2) & (exceptions["n_missing"] == 2)
    kept = exceptions[~is_plain].astype(EXCEPTION)
    return Call(codes, call.haploid, kept), int(was_known.sum())


def _number(text: bytes, key: str, sample: int) -> int | None:
    if text in (b".", b""):
        return None
    if not text.isdigit() or len(text) > 10 or int(text) >= 2**31:
        raise FormatBroken(sample, f"{key} {text[:20].decode('latin-1')!r} is no whole number")
    return int(text)


def _depths(text: bytes, n_alternates: int, sample: int) -> list[int | None] | None:
    if text in (b".", b""):
        return None
    parts = text.split(b",")
    if len(parts) != n_alternates + 1 or b"" in parts:
        raise FormatBroken(sample, "AD has not one value an allele")
    return [_number(part, "AD", sample) for part in parts]


def _phase(genotype: bytes, index: int) -> tuple[bool, bool]:
    """Is a genotype written with bars alone, and is its first allele this one?"""
    body = genotype[1:] if genotype[:1] in (b"/", b"|") else genotype
    first = body.replace(b"|", b"/").partition(b"/")[0]
    is_first = index > 0 and first.isdigit() and int(first) == index
    return b"|" in body and b"/" not in body, is_first
