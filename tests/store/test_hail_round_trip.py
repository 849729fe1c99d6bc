"""A folder opened as Hail MatrixTable, in the workspace's image, has the store's counts."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from gdi_spe.store.folder import DatasetFolder

ROOT = Path(__file__).parents[2]
SITE = "/opt/venv/lib/python3.11/site-packages"
SCRIPT = """
import json
from pathlib import Path
from gdi_spe.store.folder import DatasetFolder
from gdi_spe.workspace.bridges.hail import library, written

hl = library()
table = written(hl, DatasetFolder("/dataset"), Path("/tmp"))
table.write("/tmp/calls.mt")
table = hl.variant_qc(hl.read_matrix_table("/tmp/calls.mt"))
haploid = hl.agg.count_where(table.GT.ploidy == 1)
table = table.annotate_rows(n_one=haploid, n_het=hl.agg.count_where(table.GT.is_het()))
rows = table.rows().collect()
print("COUNTS" + json.dumps([
    {
        "place": [row.locus.contig, row.locus.position, *row.alleles],
        "ac": row.variant_qc.AC[1], "an": row.variant_qc.AN,
        "het": row.n_het, "missing": row.variant_qc.n_not_called,
        "gene": row.gene, "hgvs_p": row.hgvs_p, "one": row.n_one,
    }
    for row in rows
]))
"""
RECORDS = [
    "1 1000 rs1 A C . . . GT 0/0 0/1 1/1 ./. 0|1 1|1",
    "1 2000 . A C,G . . CSQ=C|RYR1|p.Leu1%3D;x GT 0/1 1/2 2/2 ./. 0/0 2|1",
    "1 3000 . A <DEL>,* . . . GT 0/1 1/2 2/2 ./. 0/0 0/0",
    "22 4000 . A C . . . GT 0 1 0/1 . 0/0 0/0",
    "22 5000 . A C . . . GT 0/1/1 0/. 1/. 1/1 0/0 0/0",
]
HEADER = (
    "##fileformat=VCFv4.2\n"
    '##INFO=<ID=CSQ,Number=.,Type=String,Description="VEP. Format: Allele|SYMBOL|HGVSp">\n'
)


@pytest.fixture(scope="module")
def image() -> str:
    try:
        image = (ROOT / ".cache/workspace-image").read_text().strip()
    except FileNotFoundError:
        pytest.skip("there is no image: make images")
    try:
        seen = subprocess.run(["docker", "image", "inspect", image], capture_output=True)
    except FileNotFoundError:
        pytest.skip("the container engine is not here")
    if seen.returncode:
        pytest.skip("the image of .cache/workspace-image is gone: make images")
    return image


def in_workspace(image: str, dataset: Path) -> list[dict[str, Any]]:
    """Run the script as a workspace would run it, with this library in place of the image's."""
    names = dataset.parent / "passwd"  # Java asks for the user's name
    names.write_text("researcher:x:200123:200123::/home/spe:/bin/sh\n")
    mounts = (
        f"{ROOT}/gdi_spe:{SITE}/gdi_spe:ro",
        f"{dataset}:/dataset:ro",
        f"{names}:/etc/passwd:ro",
    )
    done = subprocess.run(
        ["docker", "run", "--rm", "--network", "none", "--cap-drop", "ALL", "--read-only",
         "--user", "200123:200123", "--env", "HOME=/home/spe", "--tmpfs", "/tmp:exec,mode=1777",
         "--tmpfs", "/home/spe:uid=200123,mode=700",
         *(word for mount in mounts for word in ("--volume", mount)),
         image, "python", "-c", SCRIPT],
        capture_output=True, text=True, timeout=500,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    line = next(each for each in done.stdout.splitlines() if each.startswith("COUNTS"))
    told: list[dict[str, Any]] = json.loads(line.removeprefix("COUNTS"))
    return told


@pytest.mark.engine
def test_hail_has_the_counts_of_the_store(
    image: str,
    write_vcf: Callable[..., Path],
    make_folder: Callable[..., DatasetFolder],
) -> None:
    names = [f"S{number}" for number in range(6)]
    folder = make_folder([write_vcf(RECORDS, names, header=HEADER)])
    for path in (folder.path, *folder.path.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)

    theirs = {tuple(row["place"]): row for row in in_workspace(image, folder.path)}

    ours = [row for name in folder.chromosomes for row in folder.variants(name).to_pylist()]
    assert len(theirs) == len(ours) == 7
    for row in ours:
        found = theirs[row["chromosome"], row["position"], row["reference"], row["alternate"]]
        assert found["gene"] == row["gene"]
        assert found["hgvs_p"] == row["hgvs_p"]
        assert found["missing"] == row["n_missing"] + 1 * (row["position"] == 5000)
        if row["position"] != 5000:
            assert found["ac"] == row["allele_count"]
            assert found["an"] == row["allele_number"]
            assert found["het"] == row["n_heterozygous"]
    # Hail has no calls of three alleles and takes half-missing ones for missing: one more
    # missing than here, and the alleles of those three calls are not counted.
    odd = theirs["chr22", 5000, "A", "C"]
    assert (odd["ac"], odd["an"], odd["missing"]) == (2, 6, 3)
    assert theirs["chr22", 4000, "A", "C"]["one"] == 2
