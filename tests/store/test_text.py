"""The compiled parser and the reader in Python agree on every text: rows, warnings, refusals."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store import germline
from gdi_spe.store.kernels.library import library
from gdi_spe.store.reading import load, records
from gdi_spe.store.reading.wanted import Filters, Wanted
from tests.store.strategies import SIZES

pytestmark = pytest.mark.skipif(library() is None, reason="there are no compiled kernels here")
KINDS = ("native", "plain", "numpy")
HEADER = (
    "##fileformat=VCFv4.4\n"
    '##INFO=<ID=CSQ,Number=.,Type=String,Description="Format: Allele|Consequence|SYMBOL">\n'
    '##INFO=<ID=SCORE,Number=A,Type=Float,Description="x">\n'
)
KEPT = ("QUAL", "FILTER", "SCORE")
EVERYTHING = Wanted(KEPT, ("phase", "GQ", "DP", "AD"), Filters(min_gq=10, min_dp=5))
FILTERED = Wanted(filters=Filters(only_pass=True, min_qual=20.0))
KEPT_WAYS = st.sampled_from([Wanted(), Wanted(KEPT), EVERYTHING, FILTERED])


@contextmanager
def kernels(kind: str) -> Iterator[None]:
    found = library()
    assert found is not None
    found.spe_choose(int(kind == "native"))
    with pytest.MonkeyPatch.context() as patch:
        if kind == "numpy":
            patch.setattr(records, "library", lambda: None)
        try:
            yield
        finally:
            found.spe_choose(1)


def a_genotype(rng: random.Random, sort: str, n_alternates: int) -> str:
    alleles = ["0"] * 12 + ["."] + [str(i + 1) for i in range(n_alternates)]
    if sort == "rare":
        return "0|0" if rng.random() < 0.99 else f"0|{rng.choice(alleles)}"
    if sort == "dense":
        some = [".", *map(str, range(n_alternates + 1))]
        return f"{rng.choice(some)}{rng.choice('/|')}{rng.choice(some)}"
    if sort == "missing":
        return "./."
    ploidy = rng.choice([1, 2, 2, 2, 3, 4]) if sort == "odd" else rng.choice([1, 2])
    lead = rng.choice(["", "", "|", "/"]) if sort == "odd" else ""
    return lead + rng.choice("/|").join(rng.choice(alleles) for _ in range(ploidy))


def some_fields(
    rng: random.Random, keys: list[str], n_alternates: int, is_faulty: bool
) -> list[str]:
    """The fields after a genotype; the last ones may be left out, one may be wrong."""
    found = []
    for key in keys[: rng.randint(0, len(keys))]:
        numbers = [str(rng.choice([0, 3, 9, 10, 40])) for _ in range(n_alternates + 1)]
        value = ",".join(numbers) if key == "AD" else numbers[0]
        found.append("." if rng.random() < 0.1 else value)
    if found and is_faulty and rng.random() < 0.0005:
        found[-1] = rng.choice(["", "x", "1,2", "99999999999", "-1", "3.5", "1,,2", ".,."])
    return found


def a_record(rng: random.Random, n_samples: int, position: int, is_faulty: bool) -> str:
    n_alternates = rng.choice([1, 1, 1, 1, 2, 3, 12])
    alternates = ["C", "g", "T", "CA", "*", "CAA", "CT", "CC", "CG", "TTT", "N", "AAAAAA"]
    alternate = ",".join(alternates[:n_alternates])
    if rng.random() < 0.1:
        alternate, n_alternates = rng.choice([".", "<DEL>", "A[chr2:5["]), 1
    sort = rng.choice(["rare", "rare", "dense", "missing", "haploid", "odd"])
    calls = [a_genotype(rng, sort, n_alternates) for _ in range(n_samples)]
    form = rng.choice(["GT", "GT", "GT:DP", "GT:AD:DP", "GT:GQ:AD:XX:DP"])
    keys, n_told = form.split(":")[1:], 0 if alternate == "." else n_alternates
    if keys:
        calls = [":".join([call, *some_fields(rng, keys, n_told, is_faulty)]) for call in calls]
    info = rng.choice([".", "AC=1", "CSQ=C|missense_variant|RYR1,CA|stop_gained|TTN"])
    info += rng.choice(["", f";SCORE={','.join(map(str, range(n_alternates)))}"])
    info += ";SCORE=" * (is_faulty and rng.random() < 0.01)
    name = rng.choice(["rs1", ".", "rs1;rs2", "a b"])
    where = rng.choice(["1", "1", "chr2", "X", "GL000191.1"])
    fixed = [
        where,
        str(position),
        name,
        rng.choice("Aa"),
        alternate,
        rng.choice(["30", "9.5", "."]),
        rng.choice(["PASS", ".", "q10"]),
        info,
        form,
    ]
    return "\t".join([*fixed, *calls])


def a_file(rng: random.Random, n_samples: int, n_records: int, is_faulty: bool = True) -> bytes:
    names = [f"S{i}" for i in range(n_samples)]
    fixed = ["#CHROM", "POS", "ID", "REF", "ALT", "QUAL", "FILTER", "INFO", "FORMAT"]
    lines, position = ["\t".join([*fixed, *names])], 100
    for _ in range(n_records):
        position += rng.choice([-3, 1, 5, 5, 50])
        lines.append(a_record(rng, n_samples, max(position, 1), is_faulty))
    end = rng.choice(["\n", "\n", "\r\n"])
    text = HEADER + end.join(lines) + rng.choice(["", end])
    return text.encode()


def damaged(rng: random.Random, text: bytes) -> bytes:
    """Change single bytes after the header."""
    content = bytearray(text)
    start = text.index(b"#CHROM")
    for _ in range(rng.randint(1, 3)):
        where = rng.randrange(start, len(content))
        what = rng.choice([b"", b"\t", b"\n", b"0", b"/", b"|", b".", b":", b"\x00", b"\xff", b"3"])
        content[where : where + rng.randint(0, 1)] = what
    return bytes(content)


Rows = list[tuple[str, dict[str, object]]]
Seen = tuple[Rows, list[str], dict[str, int], dict[str, int]] | str


def seen(path: Path, kind: str, wanted: Wanted, order: Callable[[list[str]], list[str]]) -> Seen:
    """Everything a file gives: its rows, or why it is refused."""
    rows: Rows = []
    with kernels(kind):
        try:
            with records.open_records(path, wanted) as opened:
                for where, table in opened.tables(order(list(opened.header.samples))):
                    rows += [(where, row) for row in table.to_pylist()]
        except BadInput as error:
            return error.public_message
    rows.sort(key=lambda pair: pair[1]["line"])
    left_out = dict(+opened.left_out)
    return rows, opened.warnings.lines("x"), opened.skipped_contigs, left_out


@settings(deadline=None, max_examples=60)
@given(st.sampled_from(SIZES), st.integers(0, 2**32 - 1), st.booleans(), st.booleans(), KEPT_WAYS)
def test_the_compiled_parser_sees_what_the_reader_in_python_sees(
    tmp_path_factory: pytest.TempPathFactory,
    n_samples: int,
    seed: int,
    is_damaged: bool,
    is_reversed: bool,
    wanted: Wanted,
) -> None:
    rng = random.Random(seed)
    text = a_file(rng, n_samples, rng.randint(0, 30))
    path = tmp_path_factory.mktemp("text") / "in.vcf"
    path.write_bytes(damaged(rng, text) if is_damaged else text)

    def order(names: list[str]) -> list[str]:
        return names[::-1] if is_reversed else names

    native, plain, twin = (seen(path, kind, wanted, order) for kind in KINDS)

    assert native == twin
    assert plain == twin


@pytest.mark.parametrize("n_samples", [1, 63, 64, 65, 200])
def test_every_kernel_writes_the_same_files(n_samples: int, tmp_path: Path) -> None:
    rng = random.Random(n_samples)
    lines = a_file(rng, n_samples, 300, is_faulty=False).splitlines(keepends=True)
    position = iter(range(1000, 10_000))
    for i, line in enumerate(lines):
        if not line.startswith(b"#"):
            fields = line.split(b"\t")
            lines[i] = b"\t".join([fields[0], b"%d" % next(position), *fields[2:]])
    path = tmp_path / "in.vcf"
    path.write_bytes(b"".join(lines))
    names = tuple(f"S{i}" for i in range(n_samples))
    samples = germline.Samples(names, ("female",) * n_samples, np.arange(n_samples))

    written = {}
    for kind in KINDS:
        folder = tmp_path / kind
        folder.mkdir()
        with kernels(kind):
            load.load(folder, [path], samples, "GRCh38", "D", EVERYTHING)
        files = sorted(folder.rglob("*.parquet"))
        written[kind] = {str(f.relative_to(folder)): f.read_bytes() for f in files}

    assert len(written["native"]) == 4
    assert written["native"] == written["plain"] == written["numpy"]


def test_calls_are_those_of_bcftools(
    real_vcf: Callable[[str], Path], bcftools: Callable[..., str], tmp_path: Path
) -> None:
    path = real_vcf("bio2zarr/sample.vcf.gz")
    split = tmp_path / "split.vcf"
    bcftools("norm", "-m-", str(path), "-o", str(split))

    with records.open_records(path) as ours, records.open_records(split) as theirs:
        samples = ours.header.samples
        mine = [row for _, t in ours.tables(samples) for row in t.to_pylist()]
        split_rows = [row for _, t in theirs.tables(samples) for row in t.to_pylist()]

    keys = ("position", "reference", "alternate")
    found = {tuple(row[k] for k in keys): row["calls"] for row in mine if row["alternate"] != "."}
    expected = {tuple(row[k] for k in keys): row["calls"] for row in split_rows}
    assert found
    assert {key: expected[key] for key in found} == found
