"""Damaged bytes never make a compiled kernel read or write beyond its arrays, crash or hang."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gdi_spe.store.kernels.build import compile_kernels
from tests.store.test_bcf import TEXT

_SECONDS = float(os.environ.get("GDI_SPE_FUZZ_SECONDS", "15"))
HARNESS = Path(__file__).parent / "fuzz" / "harness.py"

LINES = """\
chr1	1	rs1	A	C	.	PASS	.	GT	0|0	0|1	1|1
1	2	.	A	C,G,T	30.5	q10;s50	DP=3;A=b	GT	0/1	3|2	./.
chrX	3	.	A	C	.	.	.	GT:AD:DP	0:1,2:3	1/1:0,9:9	.|.:.:.
MT	4	.	ACGT	A,*	.	.	.	GT	0/1/2	.	1
chrUn_1	5	.	A	.	.	.	.	GT	0/0	./0	0
2	6	.	A	<DEL>	.	.	.	GT:FT	|0|1:x	/1/1	0/0:
"""


@pytest.fixture
def sanitizer() -> str:
    if shutil.which("gcc") is None:
        pytest.skip("there is no gcc, so no address sanitizer")
    done = subprocess.run(["gcc", "-print-file-name=libasan.so"], capture_output=True, text=True)
    found = done.stdout.strip()
    if not Path(found).is_absolute():
        pytest.skip("gcc has no address sanitizer here")
    return found


@pytest.fixture
def corpus(tmp_path: Path) -> Path:
    folder = tmp_path / "corpus"
    folder.mkdir()
    names = "\t".join(f"S{i}" for i in range(70))
    calls = [["0|0"] * (69 - n) + ["0|1"] * (n + 1) for n in range(1, 20)]
    fixed = "\t.\tA\tC\t.\t.\t.\tGT\t"
    many = "".join(f"1\t{n}{fixed}" + "\t".join(line) + "\n" for n, line in enumerate(calls))
    columns = "#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\t"
    (folder / "few.vcf").write_text(columns + "A\tB\tC\n" + LINES)
    (folder / "many.vcf").write_text(columns + names + "\n" + many)
    wide = many.replace("0|1", "0|1:5:1,2:7").replace("\tGT\t", "\tGT:DP:AD:GQ\t")
    (folder / "wide.vcf").write_text(columns + names + "\n" + wide)
    (folder / "packed.calls").write_bytes(b"")
    if shutil.which("bcftools") and shutil.which("bgzip"):
        raw = subprocess.run(
            ["bcftools", "view", "--no-version", "-Ou", "-"],
            input=TEXT.encode(), capture_output=True, check=True,
        ).stdout  # fmt: skip
        (folder / "kinds.bcf").write_bytes(raw)
        for name, data in (("text.bgz", many.encode()), ("random.bgz", os.urandom(90_000))):
            packed = subprocess.run(["bgzip", "-c"], input=data, capture_output=True, check=True)
            (folder / name).write_bytes(packed.stdout)
    return folder


def test_no_kernel_leaves_its_arrays_whatever_the_bytes(
    sanitizer: str, corpus: Path, tmp_path: Path
) -> None:
    library = tmp_path / "sanitized.so"
    compile_kernels(library, sanitize=True)
    environment = {
        **os.environ,
        "LD_PRELOAD": sanitizer,
        "PYTHONMALLOC": "malloc",
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "ARROW_DEFAULT_MEMORY_POOL": "system",
        "ASAN_OPTIONS": "detect_leaks=0:allocator_may_return_null=1",
    }

    done = subprocess.run(
        [sys.executable, str(HARNESS), str(library), str(corpus), str(_SECONDS)],
        env=environment, capture_output=True, text=True, timeout=_SECONDS + 120,
    )  # fmt: skip

    seed = (corpus / "seed").read_text().strip() if (corpus / "seed").exists() else "none"
    assert done.returncode == 0, f"seed {seed}\n{done.stderr[-6000:]}"
    print(done.stdout.strip())
    assert int(done.stdout.split()[0]) > 100
