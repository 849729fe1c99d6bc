"""Genotype text of a VCF record into calls; a whole line at once where its shape is regular."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from gdi_spe.boundary.errors import SpeError
from gdi_spe.store.calls import EXCEPTION, MISSING, Call

_TAB, _DOT, _ZERO, _SLASH, _BAR = b"\t./0|"[0], ord("."), ord("0"), ord("/"), ord("|")
_MAX_KNOWN = 10_000  # spellings of genotypes remembered; real files have a few dozen
Alleles = tuple[int | None, ...]


class GenotypeBroken(SpeError):
    """A sample's genotype that no reading can make right."""

    code = "bad-input"

    def __init__(self, sample: int, why: str) -> None:
        super().__init__(why)
        self.sample = sample


@dataclass(frozen=True)
class Genotypes:
    """The calls of one record; `of_alternate` gives them for one allele."""

    of_alternate: Callable[[int], Call]


class GenotypeParser:
    """Parses the sample columns of one file's records."""

    def __init__(self, n_samples: int) -> None:
        self.n_samples = n_samples
        self._known: dict[bytes, int] = {}
        self._parsed: list[Alleles | None] = []

    def all_missing(self) -> Genotypes:
        """Return calls of which nothing is known."""
        codes = np.full(self.n_samples, MISSING, np.uint8)
        return Genotypes(lambda _index: Call.of(codes))

    def parse(self, text: bytes, n_fields: int, n_alternates: int) -> Genotypes:
        """Read the genotypes of all samples.

        Raises
        ------
        GenotypeBroken
            If a genotype is not one, names an allele that is not there, or a sample has more
            fields than FORMAT.
        """
        if n_fields == 1 and len(text) == 4 * self.n_samples - 1:
            regular = self._regular(text + b"\t", 4, n_alternates)
            if regular is not None:
                return regular
        parts = text.split(b"\t")
        self._refuse_extra_fields(text, parts, n_fields)
        if n_fields > 1:
            parts = [part.partition(b":")[0] for part in parts]
        joined = b"".join(parts)
        if len(joined) == 3 * self.n_samples:
            regular = self._regular(joined, 3, n_alternates)
            if regular is not None and all(len(part) == 3 for part in parts):
                return regular
        return self._irregular(parts, n_alternates)

    def _refuse_extra_fields(self, text: bytes, parts: list[bytes], n_fields: int) -> None:
        if text.count(b":") <= len(parts) * (n_fields - 1):
            return
        sample = next(i for i, part in enumerate(parts) if part.count(b":") >= n_fields)
        raise GenotypeBroken(sample, "more fields than FORMAT names")

    def _regular(self, text: bytes, stride: int, n_alternates: int) -> Genotypes | None:
        """Read diploid calls of one-digit alleles, or say that they are not all so."""
        columns = np.frombuffer(text, np.uint8).reshape(-1, stride)
        first, middle, second = columns[:, 0], columns[:, 1], columns[:, 2]
        if stride == 4 and (columns[:, 3] != _TAB).any():
            return None
        if not ((middle == _SLASH) | (middle == _BAR)).all():
            return None
        top = _ZERO + min(n_alternates, 9)
        for allele in (first, second):
            if not ((allele == _DOT) | ((allele >= _ZERO) & (allele <= top))).all():
                return None
        return Genotypes(lambda index: _diploid(first, second, index))

    def _irregular(self, parts: list[bytes], n_alternates: int) -> Genotypes:
        if len(self._parsed) > _MAX_KNOWN:
            self._known, self._parsed = {}, []
        ids = np.fromiter((self._id(part) for part in parts), np.intp, len(parts))
        for number in np.unique(ids):
            alleles = self._parsed[number]
            sample = int(np.flatnonzero(ids == number)[0])
            if alleles is None:
                raise GenotypeBroken(
                    sample, f"{parts[sample][:20].decode('ascii', 'replace')!r} is no genotype"
                )
            if any(a is not None and a > n_alternates for a in alleles):
                raise GenotypeBroken(sample, f"allele {max(a or 0 for a in alleles)} is not there")
        return Genotypes(lambda index: self._split(ids, index))

    def _id(self, part: bytes) -> int:
        number = self._known.get(part)
        if number is None:
            number = self._known[part] = len(self._parsed)
            self._parsed.append(_alleles(part))
        return number

    def _split(self, ids: NDArray[np.intp], index: int) -> Call:
        calls = [_one_call(alleles or (None,), index) for alleles in self._parsed]
        table = np.array(calls, np.uint8)[ids]
        odd = np.flatnonzero(table[:, 2])
        exceptions = np.zeros(len(odd), EXCEPTION)
        exceptions["sample"] = odd
        for column, name in enumerate(("ploidy", "n_alternate", "n_missing"), start=2):
            exceptions[name] = table[odd, column]
        return Call(table[:, 0], table[:, 1].astype(bool), exceptions)


def _alleles(text: bytes) -> Alleles | None:
    """Parse one genotype, or say that it is none."""
    body = text[1:] if text[:1] in (b"/", b"|") else text  # VCF 4.4 allows a leading phase mark
    parts = body.replace(b"|", b"/").split(b"/")
    if len(parts) > 255 or not all(p == b"." or (p.isdigit() and len(p) < 5) for p in parts):
        return None
    return tuple(None if part == b"." else int(part) for part in parts)


def _one_call(alleles: Alleles, index: int) -> tuple[int, int, int, int, int]:
    """Return code, haploid, and for an exception ploidy, alternates and missing alleles."""
    n_missing = alleles.count(None)
    n_alternate = alleles.count(index)
    if len(alleles) > 2 or (len(alleles) == 2 and n_missing == 1):
        return MISSING, 0, len(alleles), n_alternate, n_missing
    return (MISSING if n_missing else n_alternate), int(len(alleles) == 1), 0, 0, 0


def _diploid(first: NDArray[np.uint8], second: NDArray[np.uint8], index: int) -> Call:
    wanted = _ZERO + index
    codes = (first == wanted).astype(np.uint8) + (second == wanted)
    lost = (first == _DOT).astype(np.uint8) + (second == _DOT)
    half = np.flatnonzero(lost == 1)
    exceptions = np.zeros(len(half), EXCEPTION)
    exceptions["sample"], exceptions["ploidy"], exceptions["n_missing"] = half, 2, 1
    exceptions["n_alternate"] = codes[half]
    codes[lost > 0] = MISSING
    return Call(codes, np.zeros(len(codes), bool), exceptions)
