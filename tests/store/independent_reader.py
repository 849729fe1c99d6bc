"""A reader of the cohort store written from ``docs/reference/cohort-store.md`` alone.

It imports nothing of the library and does no arithmetic but Python's: slow, and easy to check.
"""

from __future__ import annotations

import hashlib
import json
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

VERSION = "2"
SCHEMAS = ("gdi-spe/cohort-manifest/1", "gdi-spe/dataset-manifest/1")
PSEUDOAUTOSOMAL = {
    ("GRCh37", "chrX"): [(60001, 2699520), (154931044, 155260560)],
    ("GRCh37", "chrY"): [(10001, 2649520), (59034050, 59363566)],
    ("GRCh38", "chrX"): [(10001, 2781479), (155701383, 156030895)],
    ("GRCh38", "chrY"): [(10001, 2781479), (56887903, 57217415)],
}
NUMBERS = (
    "allele_count",
    "allele_number",
    "n_heterozygous",
    "n_homozygous",
    "n_hemizygous",
    "n_missing",
)


class Refused(Exception):
    """The store is not what the page describes."""


class Call:
    """One sample's call: how many alleles, how many are the alternate, how many are missing."""

    def __init__(self, ploidy: int, n_alternate: int, n_missing: int) -> None:
        self.ploidy, self.n_alternate, self.n_missing = ploidy, n_alternate, n_missing

    def as_tuple(self) -> tuple[int, int, int]:
        return self.ploidy, self.n_alternate, self.n_missing


def calls_of(value: bytes, n_samples: int) -> list[Call]:
    """Decode one value of the column ``calls``."""
    n_words = -(-n_samples // 64)
    if len(value) < 8 or len(value) % 8:
        raise Refused("a length that is not of whole words")
    kind, entries = value[0], struct.unpack_from("<I", value, 4)[0]
    if kind > 7 or value[1:4] != b"\0\0\0":
        raise Refused("an unknown kind")
    at = 8
    codes = [0] * n_samples
    if kind & 1:
        if entries:
            raise Refused("entries beside planes")
        low, high = _plane(value, at, n_samples), _plane(value, at + 8 * n_words, n_samples)
        codes = [a + 2 * b for a, b in zip(low, high, strict=True)]
        at += 16 * n_words
    else:
        for sample, code in _entries(value, at, entries, n_samples):
            codes[sample] = code
        at += 8 * (-(-entries // 2))
    haploid = [0] * n_samples
    if kind & 2:
        haploid = _plane(value, at, n_samples)
        at += 8 * n_words
    calls = [_call(code, one) for code, one in zip(codes, haploid, strict=True)]
    if not kind & 4 and at != len(value):
        raise Refused("a length that is not what the parts need")
    if kind & 4 and at >= len(value):
        raise Refused("no exceptions where there should be")
    for sample, call in _exceptions(value, at, n_samples):
        if codes[sample] != 3 or haploid[sample]:
            raise Refused("an exception that is not missing for who ignores it")
        calls[sample] = call
    return calls


def _call(code: int, one: int) -> Call:
    if one:
        if code == 2:
            raise Refused("two alternates in one allele")
        return Call(1, int(code == 1), int(code == 3))
    return Call(2, 0 if code == 3 else code, 2 if code == 3 else 0)


def _plane(value: bytes, at: int, n_samples: int) -> list[int]:
    n_bytes = 8 * (-(-n_samples // 64))
    part = value[at : at + n_bytes]
    if len(part) < n_bytes:
        raise Refused("cut short")
    bits = int.from_bytes(part, "little")
    if bits >> n_samples:
        raise Refused("a bit beyond the last sample")
    return [bits >> sample & 1 for sample in range(n_samples)]


def _entries(value: bytes, at: int, n: int, n_samples: int) -> Iterator[tuple[int, int]]:
    if len(value) < at + 8 * (-(-n // 2)):
        raise Refused("cut short")
    last = -1
    for number in range(n):
        entry = struct.unpack_from("<I", value, at + 4 * number)[0]
        sample, code = entry >> 2, entry & 3
        if not last < sample < n_samples or code == 0:
            raise Refused("an entry out of order, of nobody, or of code 0")
        last = sample
        yield sample, code
    if n % 2 and value[at + 4 * n : at + 4 * n + 4] != b"\xff" * 4:
        raise Refused("no padding")


def _exceptions(value: bytes, at: int, n_samples: int) -> Iterator[tuple[int, Call]]:
    last = -1
    for start in range(at, len(value), 8):
        sample, ploidy, n_alternate, n_missing, zero = struct.unpack_from("<IBBBB", value, start)
        if not last < sample < n_samples or zero or n_alternate + n_missing > ploidy:
            raise Refused("an exception that is none")
        last = sample
        yield sample, Call(ploidy, n_alternate, n_missing)


class Store:
    """A folder, opened."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
        if self.manifest["schema"] not in SCHEMAS:
            raise Refused("an unknown manifest")
        for name, member in self.manifest["members"].items():
            data = (folder / name).read_bytes()
            digest = hashlib.sha256(data).hexdigest()
            if (digest, len(data)) != (member["sha256"], member["size"]):
                raise Refused(f"{name} is not what the manifest says")
        samples = sorted(self.table("samples"), key=lambda row: row["sample_index"])
        self.samples: list[dict[str, Any]] = samples
        self.people = {row["individual_id"]: row for row in self.table("individuals")}
        seen: set[str] = set()
        self.counted: list[int] = []
        for row in samples:
            if row["origin"] == "germline" and row["individual_id"] not in seen:
                seen.add(row["individual_id"])
                self.counted.append(row["sample_index"])

    def table(self, name: str) -> list[dict[str, Any]]:
        if f"{name}.parquet" not in self.manifest["members"]:
            return []
        file = pq.ParquetFile(self.folder / f"{name}.parquet")
        self._told(file)
        rows: list[dict[str, Any]] = file.read().to_pylist()
        return rows

    def _told(self, file: pq.ParquetFile) -> dict[bytes, bytes]:
        told: dict[bytes, bytes] = file.schema_arrow.metadata or {}
        if told.get(b"gdi-spe.store") != VERSION.encode():
            raise Refused("an unknown version")
        return told

    def person(self, sample: int) -> dict[str, Any]:
        return self.people.get(self.samples[sample]["individual_id"], {})

    def variants(self, chromosome: str) -> Iterator[tuple[dict[str, Any], list[Call]]]:
        """Yield each row with its calls; counts and order are checked on the way."""
        file = pq.ParquetFile(self.folder / "variants" / f"{chromosome}.parquet")
        told = self._told(file)
        if told[b"gdi-spe.samples"] != str(len(self.samples)).encode():
            raise Refused("calls of other samples")
        populations = json.loads(told[b"gdi-spe.populations"])
        last = (0, b"", b"")
        for row in file.read().to_pylist():
            key = (row["position"], row["reference"].encode(), row["alternate"].encode())
            if key <= last or row["chromosome"] != chromosome:
                raise Refused("rows out of order")
            last = key
            calls = calls_of(row["calls"], len(self.samples))
            self._check_counts(row, calls, populations)
            yield row, calls

    def _check_counts(self, row: dict[str, Any], calls: list[Call], populations: list[str]) -> None:
        if self.count(row, calls, self.counted) != [row[name] for name in NUMBERS]:
            raise Refused("counts are not those of the calls")
        frequency = row["allele_count"] / row["allele_number"] if row["allele_number"] else None
        if frequency != row["allele_frequency"]:
            raise Refused("a frequency that is not that of the counts")
        for number, name in enumerate(populations):
            group = [s for s in self.counted if self.person(s).get("population") == name]
            if self.count(row, calls, group) != [
                row[f"{each}_by_population"][number] for each in NUMBERS
            ]:
                raise Refused(f"counts of {name} are not those of the calls")

    def count(self, row: dict[str, Any], calls: list[Call], group: list[int]) -> list[int]:
        total = dict.fromkeys(NUMBERS, 0)
        for sample in group:
            here = self._alleles_here(row, str(self.person(sample).get("sex", "unknown")))
            if here == "nothing":
                continue
            for name, n in _adds(calls[sample], one=here == "one").items():
                total[name] += n
        return [total[name] for name in NUMBERS]

    def _alleles_here(self, row: dict[str, Any], sex: str) -> str:
        chromosome = row["chromosome"]
        if chromosome == "chrM":
            return "one"
        regions = PSEUDOAUTOSOMAL.get((self.manifest["assembly"], chromosome))
        if regions is None or any(a <= row["position"] <= b for a, b in regions):
            return "as written"
        if sex == "male":
            return "one"
        return "nothing" if chromosome == "chrY" and sex == "female" else "as written"


def _adds(call: Call, *, one: bool) -> dict[str, int]:
    """What one call adds to the counts."""
    known = call.ploidy - call.n_missing
    if call.n_missing:
        if one or not known:
            return {"n_missing": 1}
        return {"n_missing": 1, "allele_count": call.n_alternate, "allele_number": known}
    is_same = call.n_alternate in (0, call.ploidy)
    if one:
        if not is_same:
            return {"n_missing": 1}
        carries = int(call.n_alternate > 0)
        return {"allele_count": carries, "allele_number": 1, "n_hemizygous": carries}
    adds = {"allele_count": call.n_alternate, "allele_number": call.ploidy}
    if call.ploidy == 1:
        adds["n_hemizygous"] = call.n_alternate
    elif not is_same:
        adds["n_heterozygous"] = 1
    elif call.n_alternate:
        adds["n_homozygous"] = 1
    return adds
