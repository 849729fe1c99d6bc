"""Feed damaged bytes to the compiled kernels of an address-sanitizer build.

    LD_PRELOAD=libasan.so PYTHONMALLOC=malloc python harness.py LIBRARY CORPUS SECONDS [SEED]

Each round has a seed of its own, which is written to standard error before the round begins; with
SEED that round alone is run. What the sanitizer finds ends the process. A kernel may refuse bytes
(``REFUSALS``); anything else that is raised is a finding too.
"""

from __future__ import annotations

import os
import random
import sys
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from gdi_spe.store.calls import Calls, CallsBroken, decode, encode
from gdi_spe.store.counts import carrier_pairs, dosages, genotypes
from gdi_spe.store.kernels import library as kernels_library
from gdi_spe.store.kernels.bcf import RecordBroken, Transcoder
from gdi_spe.store.kernels.bgzf import BlockDamaged, find_blocks, inflate_blocks
from gdi_spe.store.kernels.text import Parser, People
from gdi_spe.store.reading.bcf import dictionaries
from gdi_spe.store.reading.wanted import FORMAT_COLUMNS

PEOPLE_FIELDS = [name for columns in FORMAT_COLUMNS.values() for name in columns]
REFUSALS = (BlockDamaged, RecordBroken, CallsBroken)
_WORDS = [b"\t", b"\n", b":", b"|", b"/", b".", b",", b";", b"<", b"\0", b"\xff", b"9" * 11, b"0|1"]
_NUMBERS = [0, 1, 0x7F, 0x80, 0xFF, 0x7FFF, 0xFFFF, 0x7FFFFFFF, 0xFFFFFFFF]


def mutated(data: bytes, rng: random.Random) -> np.ndarray:
    """Return damaged bytes in a room that is exactly as long, so that one more is seen."""
    out = bytearray(data)
    for _ in range(rng.choice([0, 1, 1, 2, 3, 8])):
        at, n = rng.randrange(len(out) + 1), rng.choice([0, 1, 1, 2, 4, 8, 64])
        kind = rng.randrange(5)
        if kind == 0:
            out[at : at + n] = rng.randbytes(n)
        elif kind == 1:
            out[at : at + rng.choice([0, n])] = rng.choice(_WORDS)
        elif kind == 2:
            del out[at : at + n]
        elif kind == 3:
            out[at:at] = out[rng.randrange(len(out) + 1) :][:n]
        else:
            size = rng.choice([1, 2, 4])
            number = rng.choice(_NUMBERS) & (256**size - 1)
            out[at : at + size] = number.to_bytes(size, "little")
    if rng.random() < 0.3:
        del out[rng.randrange(len(out) + 1) :]
    return np.array(np.frombuffer(bytes(out), np.uint8))


def try_bgzip(data: bytes, rng: random.Random) -> None:
    """Find blocks and inflate them."""
    damaged = mutated(data, rng)
    blocks = find_blocks(damaged, rng.choice([0, 1000, 1 << 16, 1 << 20]))
    inflate_blocks(damaged, blocks, np.empty(blocks.n_text_bytes, np.uint8))


def try_bcf(data: bytes, rng: random.Random) -> None:
    """Write records as text, into rooms of any size."""
    length = int.from_bytes(data[5:9], "little")
    header = data[9 : 9 + length].rstrip(b"\0")
    names = dictionaries(header, "corpus")
    n_samples = header.splitlines()[-1].count(b"\t") - 8
    n_told = rng.choice([n_samples, n_samples, n_samples, 0, n_samples + 1])
    transcoder = Transcoder(names.keys, names.contigs, n_told)
    room = np.empty(rng.choice([0, 1, 50, 500, 5000, 1 << 16]), np.uint8)
    transcoder.write(mutated(data[9 + length :], rng), room)


def try_vcf(data: bytes, rng: random.Random) -> None:
    """Parse lines, with samples in their order and in another."""
    body = data[data.index(b"#CHROM") :]
    names, _, lines = body.partition(b"\n")
    n_samples = max(names.count(b"\t") - 8, 0)
    place = None
    if rng.random() < 0.5:
        order = list(range(n_samples))
        rng.shuffle(order)
        place = np.array(order, np.int32)
    text = mutated(lines, rng)
    fields = [name for name in PEOPLE_FIELDS if rng.random() < 0.4]
    people = People(tuple(fields), rng.choice([0, 0, 5]), rng.choice([0, 0, 5]))
    parsed = Parser(n_samples, place, people).parse(text)
    whole = text.tobytes()
    n_lines = whole.count(b"\n") + (len(whole) > 0 and not whole.endswith(b"\n"))
    assert sum(part.n_lines for part in parsed) == n_lines


def try_calls(data: bytes, rng: random.Random) -> None:
    """Check packed calls, and unpack those that pass."""
    n_samples = rng.choice([1, 2, 15, 16, 64, 65, 130])
    codes = np.array([rng.choice([0, 0, 0, 1, 2, 3]) for _ in range(n_samples)], np.uint8)
    if rng.random() < 0.5:
        codes[n_samples // 20 :] = 0
    value = encode(decode(encode_plain(codes), n_samples))
    damaged = mutated(value, rng).tobytes()
    calls = Calls.of([damaged[: len(damaged) // 8 * 8], value], n_samples)
    calls.codes()
    dosages(calls)
    genotypes(calls)
    carrier_pairs(calls)


def encode_plain(codes: np.ndarray) -> bytes:
    """Pack calls without anything unusual."""
    from gdi_spe.store.calls import Call

    return encode(Call.of(codes))


TARGETS: dict[str, Callable[[bytes, random.Random], None]] = {
    ".bgz": try_bgzip,
    ".bcf": try_bcf,
    ".vcf": try_vcf,
    ".calls": try_calls,
}


def play(seed: int, corpus: list[Path]) -> None:
    """Run one round."""
    rng = random.Random(seed)
    path = rng.choice(corpus)
    kernels_library.library.cache_clear()
    os.environ["GDI_SPE_KERNELS"] = rng.choice(["native", "plain"])
    try:
        TARGETS[path.suffix](path.read_bytes(), rng)
    except REFUSALS:
        return


def main() -> int:
    """Run rounds until the time is over; say how many there were."""
    kernels_library._HERE = Path(sys.argv[1])
    corpus = sorted(p for p in Path(sys.argv[2]).iterdir() if p.suffix in TARGETS)
    if len(sys.argv) > 4:
        play(int(sys.argv[4]), corpus)
        return 0
    first = random.SystemRandom().randrange(1 << 48)
    seed, until = first, time.monotonic() + float(sys.argv[3])
    log = os.open(Path(sys.argv[2]) / "seed", os.O_WRONLY | os.O_CREAT, 0o600)
    while time.monotonic() < until:
        os.pwrite(log, b"%20d" % seed, 0)
        play(seed, corpus)
        seed += 1
    print(f"{seed - first} rounds from seed {first}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
