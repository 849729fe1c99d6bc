"""What a command loads: a verb that needs little starts with little. Nothing is timed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

RUN = """
import json, sys
from gdi_spe.node.cli import main
sys.argv = ["gdi-spe", *sys.argv[1:]]
try:
    main.main()
except SystemExit as ended:
    assert not ended.code, ended.code
print("\\n" + json.dumps(sorted(sys.modules)))
"""

VCF = """##fileformat=VCFv4.3
##contig=<ID=chr1>
##FORMAT=<ID=GT,Number=1,Type=String,Description="Genotype">
#CHROM\tPOS\tID\tREF\tALT\tQUAL\tFILTER\tINFO\tFORMAT\tS1\tS2
chr1\t5\t.\tA\tC\t.\t.\t.\tGT\t0/0\t0/1
"""

# Of other processes, of the workspace, or only for a database of an earlier release.
NEVER = {"alembic", "pandas", "duckdb", "matplotlib", "scipy", "aiohttp", "docker", "jupyterhub"}
NEVER |= {"httpx", "pyhpo", "ucumvert", "pint"}
# What reads and writes cohorts.
STORE = {"numpy", "pyarrow", "pydantic", "gdi_spe.store"}
DATABASE = {"sqlalchemy", "asyncio"}


def loaded(*words: str) -> set[str]:
    done = subprocess.run(
        [sys.executable, "-c", RUN, *words], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return set(json.loads(done.stdout.splitlines()[-1]))


def ingest(home: Path) -> set[str]:
    home.mkdir(exist_ok=True)
    vcf = home / "small.vcf"
    vcf.write_text(VCF)
    words = ("--vcf", str(vcf), "--consent-waived", "made up")
    return loaded("--home", str(home), "dataset", "ingest", "GDI-XX-DATASET-001", *words)


@pytest.mark.parametrize("words", [("--help",), ("dataset", "--help"), ("cohort", "--help")])
def test_help_loads_neither_the_database_nor_the_store(words: tuple[str, ...]) -> None:
    assert loaded(*words) & (NEVER | STORE | DATABASE) == set()


def test_listing_datasets_does_not_load_the_store(tmp_path: Path) -> None:
    ingest(tmp_path)

    assert loaded("--home", str(tmp_path), "dataset", "list") & (NEVER | STORE) == set()


def test_ingest_into_an_empty_folder_and_materialise_load_only_what_they_use(
    tmp_path: Path,
) -> None:
    home = str(tmp_path / "home")
    ingesting = ingest(tmp_path / "home")
    loaded(
        "--home", home, "cohort", "define", "GDI-XX-COHORT-001", "--dataset", "GDI-XX-DATASET-001"
    )

    materialising = loaded("--home", home, "cohort", "materialise", "GDI-XX-COHORT-001")

    assert ingesting & NEVER == set()
    assert materialising & NEVER == set()


def test_the_list_of_verbs_names_every_verb() -> None:
    from gdi_spe.node.cli.main import VERBS

    told = subprocess.run(
        [sys.executable, "-m", "gdi_spe.node.cli.main", "--help"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout

    assert all(f"  {name} " in told and verb.tells in told for name, verb in VERBS.items())
