"""BCF in any wrapping is the same records as bcftools shows, and never read beyond its bytes."""

from __future__ import annotations

import io
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from crypt4gh import lib as c4gh
from hypothesis import given, settings
from hypothesis import strategies as st

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.kernels import numpy_bcf
from gdi_spe.store.kernels.bcf import RecordBroken, Transcoder
from gdi_spe.store.kernels.library import library
from gdi_spe.store.reading.bcf import dictionaries
from gdi_spe.store.reading.encrypted import Crypt4ghKey
from gdi_spe.store.reading.intake import open_text

KEY = Crypt4ghKey.generate()
RECORDS = """\
1	1	.	A	.	.	.	.	GT:AD:GL:FT	0:1,2:-0.5,.:x	./.:.:.:.	0|1|.:3:1e-06,nan:PASS
1	0	a;b	A	C,<DEL>	30.5	q10;s50	DP=3;AF=0.25,.;FLAG;S=a%3Bb	GT:AD	1/2:1,2,70000	2|1	.
2	2147483646	.	GTC	G,GTCT,*	1e-05	PASS	DP=-70000;S=,	GT	0/0	300/1	./1
2	7	.	N	]1:3]A	0	.	.	.	.	.	.
1	9	.	A	T	.	.	AF=1e+10,-0.0001	AD:S	1,2:long text	.:.	300:b
"""
HEADER = """\
##fileformat=VCFv4.2
##FILTER=<ID=PASS,Description="a">
##FILTER=<ID=q10,Description="a,ID=no,IDX=9">
##FILTER=<ID=s50,Description="a">
##INFO=<ID=DP,Number=1,Type=Integer,Description="a">
##INFO=<ID=AF,Number=A,Type=Float,Description="a">
##INFO=<ID=FLAG,Number=0,Type=Flag,Description="a">
##INFO=<ID=S,Number=.,Type=String,Description="a">
##FORMAT=<ID=GT,Number=1,Type=String,Description="a">
##FORMAT=<ID=AD,Number=R,Type=Integer,Description="a">
##FORMAT=<ID=GL,Number=.,Type=Float,Description="a">
##FORMAT=<ID=FT,Number=1,Type=String,Description="a">
##FORMAT=<ID=S,Number=1,Type=String,Description="a">
##contig=<ID=2>
##contig=<ID=1>
#CHROM	POS	ID	REF	ALT	QUAL	FILTER	INFO	FORMAT	A	B	C
"""
TEXT = HEADER + RECORDS.replace("300/1", "3/1")


def run(*words: str, text: bytes = b"") -> bytes:
    done = subprocess.run(["bcftools", *words], input=text, capture_output=True, check=True)
    return done.stdout


def records(text: bytes) -> list[bytes]:
    return [line for line in text.splitlines() if not line.startswith(b"##")]


def read(path: Path, n_bytes: int = 1 << 16) -> bytes:
    with open_text(path, KEY) as source:
        return b"".join(chunk.tobytes() for chunk in source.chunks(n_bytes))


@pytest.fixture(params=["native", "numpy"])
def kernels(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    monkeypatch.setenv("GDI_SPE_KERNELS", request.param)
    library.cache_clear()
    yield request.param
    library.cache_clear()


def wrapped(raw: bytes, how: str) -> bytes:
    if how == "raw":
        return raw
    if how == "bgzip":
        return subprocess.run(["bgzip", "-c"], input=raw, capture_output=True, check=True).stdout
    sealed = io.BytesIO()
    keys = [(0, Crypt4ghKey.generate().secret, KEY.public)]
    c4gh.encrypt(keys, io.BytesIO(wrapped(raw, "bgzip")), sealed)
    return sealed.getvalue()


@pytest.mark.parametrize("how", ["raw", "bgzip", "Crypt4GH"])
def test_records_of_every_kind_are_those_that_bcftools_shows(
    how: str, kernels: str, tmp_path: Path, bcftools: Callable[..., str]
) -> None:
    raw = run("view", "--no-version", "-Ou", "-", text=TEXT.encode())
    path = tmp_path / "calls.bcf"
    path.write_bytes(wrapped(raw, how))

    found = records(read(path))

    assert found == records(run("view", "--no-version", "-", text=raw))
    assert len(found) == 6


@pytest.mark.parametrize(
    "name",
    [
        "bio2zarr/sample.bcf",
        "bio2zarr/sample.vcf.gz",
        "bio2zarr/1kg_2020_chrM.vcf.gz",
        "bio2zarr/chr22.vcf.gz",
        "bio2zarr/mixed_ploidy.vcf.gz",
        "bio2zarr/triploid.vcf.gz",
        "bio2zarr/sample_no_genotypes.vcf.gz",
        "bio2zarr/multi_contig.vcf.gz",
    ],
)
def test_real_files_are_the_same_from_bcf(
    name: str, kernels: str, real_vcf: Callable[[str], Path], tmp_path: Path, bcftools: object
) -> None:
    raw = run("view", "--no-version", "-Ou", str(real_vcf(name)))
    path = tmp_path / "calls.bcf"
    path.write_bytes(wrapped(raw, "bgzip"))

    assert records(read(path)) == records(run("view", "--no-version", "-", text=raw))


def test_bcf_is_cut_into_the_same_chunks_each_time(tmp_path: Path, bcftools: object) -> None:
    many = HEADER + RECORDS.splitlines(keepends=True)[0] * 20_000
    path = tmp_path / "calls.bcf"
    path.write_bytes(run("view", "--no-version", "-Ou", "-", text=many.encode()))

    with open_text(path) as source:
        chunks = [chunk.tobytes() for chunk in source.chunks(1 << 16)]

    assert len(chunks) > 10
    assert all(chunk.endswith(b"\n") for chunk in chunks)
    assert b"".join(chunks) == read(path, 8 << 20)


def test_a_record_longer_than_a_chunk_is_read(tmp_path: Path, bcftools: object) -> None:
    long = HEADER + f"1\t1\t.\tA\t{'C' * 200_000}\t.\t.\t.\tGT\t0/1\t.\t.\n" * 2
    path = tmp_path / "calls.bcf"
    path.write_bytes(run("view", "--no-version", "-Ou", "-", text=long.encode()))

    assert records(read(path)) == records(long.encode())


def test_a_bcf_cut_anywhere_is_refused(kernels: str, tmp_path: Path, bcftools: object) -> None:
    raw = run("view", "--no-version", "-Ou", "-", text=TEXT.encode())
    path = tmp_path / "cut.bcf"
    whole = records(run("view", "--no-version", "-", text=raw))
    for cut in range(3, len(raw), 7):
        path.write_bytes(raw[:cut])

        try:
            found = records(read(path))
        except BadInput:
            continue
        assert found == whole[: len(found)]  # cut between two records


def test_bcf_1_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "old.bcf"
    path.write_bytes(b"BCF\4" + bytes(100))

    with pytest.raises(BadInput, match=r"not BCF of version 2\.1 or 2\.2"):
        read(path)


@pytest.mark.parametrize(
    ("lines", "keys", "contigs"),
    [
        (["INFO=<ID=A>", "FILTER=<ID=q>"], ["PASS", "A", "q"], []),
        (["FILTER=<ID=q,IDX=3>", "INFO=<ID=A,IDX=1>"], ["PASS", "A", "", "q"], []),
        (["INFO=<ID=DP>", "FORMAT=<ID=DP>", "FORMAT=<ID=GT>"], ["PASS", "DP", "GT"], []),
        (["FILTER=<ID=q>", "FILTER=<ID=PASS>"], ["PASS", "q"], []),
        (["contig=<ID=b,IDX=1>", "contig=<ID=a,IDX=0>"], ["PASS"], ["a", "b"]),
        (['INFO=<Description="a,ID=x",ID=A>'], ["PASS", "A"], []),
    ],
)
def test_names_are_numbered_as_the_specification_says(
    lines: list[str], keys: list[str], contigs: list[str]
) -> None:
    found = dictionaries("".join(f"##{line}\n" for line in lines).encode(), "file")

    assert (found.keys, found.contigs) == (keys, contigs)


@pytest.mark.parametrize(
    "lines",
    [
        ["INFO=<ID=A,IDX=1>", "INFO=<ID=B,IDX=1>"],
        ["INFO=<ID=A,IDX=1>", "FORMAT=<ID=A,IDX=2>"],
        ["INFO=<ID=A,IDX=0>"],
        ["INFO=<ID=A,IDX=99999999999>"],
        ["INFO=<ID=A,IDX=-1>"],
        ["contig=<ID=A,IDX=x>"],
    ],
)
def test_numbers_that_contradict_are_refused(lines: list[str]) -> None:
    with pytest.raises(BadInput, match=r"file, line \d"):
        dictionaries("".join(f"##{line}\n" for line in lines).encode(), "file")


def parts() -> tuple[Transcoder, list[str], list[str], bytes]:
    raw = run("view", "--no-version", "-Ou", "-", text=TEXT.encode())
    length = int.from_bytes(raw[5:9], "little")
    names = dictionaries(raw[9 : 9 + length].rstrip(b"\0"), "")
    return Transcoder(names.keys, names.contigs, 3), names.keys, names.contigs, raw[9 + length :]


@settings(deadline=None, max_examples=1500)
@given(data=st.data())
def test_kernel_and_twin_agree_on_any_bytes(data: st.DataObject) -> None:
    transcoder, keys, contigs, body = parts_once()
    changed = bytearray(body)
    for _ in range(data.draw(st.integers(0, 4))):
        place = data.draw(st.integers(0, len(changed) - 1))
        changed[place] = data.draw(st.sampled_from([0, 1, 7, 0x11, 0x1F, 0x7F, 0x80, 0x81, 0xFF]))
    changed = changed[: data.draw(st.integers(0, len(changed)))]

    twin = numpy_bcf.lines_of(
        bytes(changed),
        [key.encode() for key in keys],
        [contig.encode() for contig in contigs],
        3,
        keys.index("GT"),
        1 << 16,
    )

    expected = (twin.text, twin.consumed, twin.n_records, None)
    if twin.status != numpy_bcf.MORE:
        expected = (b"", 0, twin.n_records, numpy_bcf.BAD[twin.status])
    assert written(transcoder, bytes(changed)) == expected


def written(transcoder: Transcoder, data: bytes) -> tuple[bytes, int, int, str | None]:
    out = np.zeros(1 << 16, np.uint8)
    try:
        found = transcoder.write(np.frombuffer(data, np.uint8), out)
    except RecordBroken as error:
        return b"", 0, error.number, str(error)
    return out[: found.written].tobytes(), found.consumed, found.n_records, None


_PARTS: list[tuple[Transcoder, list[str], list[str], bytes]] = []


def parts_once() -> tuple[Transcoder, list[str], list[str], bytes]:
    if not _PARTS:
        try:
            _PARTS.append(parts())
        except FileNotFoundError:
            pytest.skip("bcftools is not installed")
    return _PARTS[0]
