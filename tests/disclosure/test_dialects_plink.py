"""What plink2 itself writes of made-up people, judged as it is."""

from __future__ import annotations

import re
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from gdi_spe.boundary.findings import FileReport, Verdict

PLINK = shutil.which("plink2")
pytestmark = pytest.mark.skipif(PLINK is None, reason="plink2 is not installed")


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plink2")
    subprocess.run(
        [str(PLINK), "--dummy", "3000", "400", "scalar-pheno", "--threads", "1", "--maf", "0.05",
         "--freq", "--missing", "variant-only", "--glm", "allow-no-covars", "--seed", "7",
         "--out", str(folder / "made")],
        check=True, capture_output=True,
    )  # fmt: skip
    return folder


def _as_named(path: Path) -> str:
    """Return a file in which made-up variants and alleles go by names that real ones have."""
    header, *rows = path.read_text().splitlines(keepends=True)
    if path.suffix == ".afreq":
        # plink2 counts before it leaves the rare ones out.
        rows = [row for row in rows if 0.05 <= float(row.split()[4]) <= 0.95]
    text = re.sub(r"\bsnp(\d)", r"rs1\1", header + "".join(rows))
    return re.sub(r"(?<=\t)B(?=\t)", "G", text)


@pytest.mark.parametrize("file", ["made.afreq", "made.PHENO1.glm.linear", "made.vmiss"])
def test_statistics_of_common_variants_pass_as_plink2_writes_them(
    file: str, written: Path, report: Callable[..., FileReport]
) -> None:
    told = report(_as_named(written / file), file, n=3000)

    assert told.verdict is Verdict.PASS, [f.why for f in told.findings]


def test_the_same_frequencies_of_thirty_people_are_blocked(
    written: Path, report: Callable[..., FileReport]
) -> None:
    few = _as_named(written / "made.afreq").replace("\t6000\n", "\t60\n")

    assert report(few, "made.afreq", n=30).verdict is Verdict.BLOCK
