"""Every file of the specification's suite is read or refused as a table says, with the reason.

What would make calls, alleles or positions wrong is refused, naming file and line. A breach that
cannot harm (the style of a metadata line, INFO that is dropped anyway, FORMAT fields that are not
read, order) is read, with a warning where the reader looks at it.
"""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from gdi_spe.boundary.errors import BadInput
from gdi_spe.store import germline
from gdi_spe.store.reading import load

with (Path(__file__).parent / "specification_decisions.tsv").open(encoding="utf-8") as table:
    DECISIONS = {
        row["file"]: (row["decision"], row["reason"])
        for row in csv.DictReader(table, delimiter="\t")
    }


def loaded(path: Path, folder: Path) -> load.LoadReport:
    folder.mkdir()
    try:
        names = load.read_samples([path], "GRCh38")
        assembly = "GRCh38"
    except BadInput as error:
        if "GRCh37" not in str(error):
            raise
        assembly, names = "GRCh37", load.read_samples([path], "GRCh37")
    everybody = germline.Samples(names, ("unknown",) * len(names), np.arange(len(names)))
    return load.load(folder, [path], everybody, assembly, "D")


@pytest.mark.parametrize("name", DECISIONS)
def test_each_file_is_decided_as_the_table_says(
    name: str, real_vcf: Callable[[str], Path], tmp_path: Path
) -> None:
    decision, reason = DECISIONS[name]

    found, why = decided(real_vcf(name), tmp_path / "out")

    assert found == decision
    if decision == "refused":
        assert why.partition("(")[0] == reason.partition("(")[0]


def decided(path: Path, folder: Path) -> tuple[str, str]:
    """Return the decision, and why it is a refusal."""
    try:
        report = loaded(path, folder)
    except BadInput as error:
        where = f"{path}, line {error.line}: "
        return ("refused" if where in str(error) else "refused without its line"), error.why
    told = bool(report.warnings or report.skipped_contigs)
    return ("read with warning" if told else "read"), ""


def test_every_file_that_must_be_read_is_read() -> None:
    must = [name for name in DECISIONS if "/passed/" in name or name.startswith("bio2zarr/")]

    assert must
    assert [name for name in must if DECISIONS[name][0] == "refused"] == []


def test_the_table_has_every_file(real_vcf: Callable[[str], Path]) -> None:
    root = real_vcf("hts-specs").parent
    files = {path for ending in ("vcf", "vcf.gz", "bcf") for path in root.rglob(f"*.{ending}")}

    assert {str(path.relative_to(root)) for path in files} == set(DECISIONS)


@pytest.mark.parametrize("seed", range(60))
def test_a_mutated_file_is_read_or_refused_and_nothing_else(
    seed: int, real_vcf: Callable[[str], Path], tmp_path: Path
) -> None:
    rng = random.Random(seed)
    content = bytearray(real_vcf("hts-specs/4.2/passed/passed_body_samples.vcf").read_bytes())
    for _ in range(rng.randint(1, 8)):
        where = rng.randrange(len(content))
        what = rng.choice([b"", b"\t", b"\n", b"0", b"/", b"\x00", b"\xff", b",", b"9" * 12])
        content[where : where + rng.randint(0, 2)] = what
    path = tmp_path / "mutated.vcf"
    path.write_bytes(content)

    try:
        loaded(path, tmp_path / "out")
    except BadInput:
        return
