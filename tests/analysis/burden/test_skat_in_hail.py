"""SKAT equals Hail's, which runs in the workspace's image."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from gdi_spe.analysis.skat.run import skat

from .conftest import Made
from .test_skat import cases_of, trait_of

ROOT = Path(__file__).parents[3]
pytestmark = pytest.mark.engine

# Spark refuses a user without a name, which the start of a workspace gives.
NAMED = "timeout 1 /opt/gdi-spe/start-workspace / >/dev/null 2>&1; "
IN_HAIL = """
import json
from gdi_spe.workspace.bridges.hail import library

hl = library()
told = json.load(open("/data/people.json"))
sets = json.load(open("/data/sets.json"))
table = hl.import_vcf("/data/calls.vcf", reference_genome="GRCh38")
table = table.filter_rows(table.locus.in_autosome_or_par() & hl.is_defined(table.locus))
key = hl.literal(sets)[hl.str(table.locus.position)]
table = table.annotate_rows(gene=key)
table = table.filter_rows(hl.is_defined(table.gene))
table = hl.variant_qc(table)
table = table.filter_rows(table.variant_qc.AF[1] > 0)
rare = hl.min(table.variant_qc.AF[1], 1 - table.variant_qc.AF[1])
table = table.annotate_rows(w=hl.dbeta(rare, 1, 25) ** 2)
people = hl.literal(told)[table.s]
out = {}
for name, y, logistic in (("linear", people["trait"], False), ("logistic", people["case"], True)):
    found = hl.skat(table.gene, table.w, y, table.GT.n_alt_alleles(),
                    [1.0, people["age"], people["male"]], logistic=logistic)
    out[name] = {row.id: [row.size, row.q_stat, row.p_value] for row in found.collect()}
print("FOUND " + json.dumps(out))
"""


@pytest.fixture(scope="module")
def by_hail(
    made: Made, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[str, list[float]]]:
    try:
        image = (ROOT / ".cache/workspace-image").read_text().strip()
    except FileNotFoundError:
        pytest.skip("there is no image: make images")
    data = tmp_path_factory.mktemp("hail")
    data.chmod(0o755)
    shutil.copy(made.folder.path.parent / "calls.vcf", data / "calls.vcf")
    people = {
        name: {"trait": float(t), "case": float(c), "age": float(a), "male": float(m)}
        for name, t, c, a, m in zip(
            made.names, made.trait, made.is_case, made.age, made.is_male, strict=True
        )
    }
    # One gene each variant: Hail takes one key a row.
    sets = {str(5_000_000 + 1000 * row): next(iter(told)) for row, told in enumerate(made.genes)}
    (data / "people.json").write_text(json.dumps(people))
    (data / "sets.json").write_text(json.dumps(sets))
    (data / "ask.py").write_text(IN_HAIL)
    for path in data.iterdir():
        path.chmod(0o644)
    ran = subprocess.run(
        ["docker", "run", "--rm", "--network", "none", "--read-only", "--cap-drop", "ALL",
         "--security-opt", "no-new-privileges", "--user", "200123:200123",
         "--tmpfs", "/tmp:exec,mode=1777", "--tmpfs", "/home/spe:uid=200123,mode=700",
         "--volume", f"{data}:/data:ro", image, "sh", "-c", NAMED + "exec python /data/ask.py"],
        capture_output=True, text=True, timeout=500,
    )  # fmt: skip
    lines = [line for line in ran.stdout.splitlines() if line.startswith("FOUND ")]
    assert lines, ran.stderr[-3000:]
    found: dict[str, dict[str, list[float]]] = json.loads(lines[0].removeprefix("FOUND "))
    return found


@pytest.mark.parametrize("model", ["linear", "logistic"])
def test_skat_equals_hails(
    made: Made, by_hail: dict[str, dict[str, list[float]]], model: str
) -> None:
    trait = trait_of(made) if model == "linear" else cases_of(made)
    # The first gene of each variant, as regions of 30 variants: what Hail was given.
    regions = {
        gene: f"chr1:{5_000_000 + 30_000 * at}-{5_029_999 + 30_000 * at}"
        for at, gene in enumerate(("AAA", "BBB", "CCC"))
    }

    ours = skat(made.folder, trait, ["age", "sex"], model, masks="any", max_frequency=None,
                regions=regions)  # fmt: skip

    for row in ours.to_dict("records"):
        size, q, p = by_hail[model][row["region"]]
        assert row["n_variants"] == size
        assert row["q_statistic"] == pytest.approx(q, rel=1e-4)
        # Hail's Davies stops at an absolute accuracy of 1e-6.
        np.testing.assert_allclose(row["p_value"], p, atol=2e-6)
