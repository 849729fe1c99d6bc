"""Importing a room loads what it needs and no more, seen from a fresh interpreter."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

HEAVY = ["pandas", "duckdb", "hail", "pyspark", "matplotlib", "pyhpo", "gdi_spe.node", "docker"]


def loaded_by(statement: str) -> set[str]:
    code = f"import json, sys\n{statement}\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    return set(json.loads(done.stdout.splitlines()[-1]))


@pytest.mark.parametrize(
    ("statement", "never"),
    [
        ("import gdi_spe", ["pydantic", "numpy", "pyarrow", *HEAVY]),
        ("import gdi_spe; dir(gdi_spe)", ["gdi_spe.workspace", "gdi_spe.boundary", *HEAVY]),
        ("import gdi_spe.boundary.recipe", ["numpy", "pyarrow", "gdi_spe.store", *HEAVY]),
        ("import gdi_spe.terms.references, gdi_spe.terms.likeness", ["pyarrow", *HEAVY]),
        ("import gdi_spe.store.folder", ["gdi_spe.query", *HEAVY]),
        ("import gdi_spe.query.beacon.selecting", ["gdi_spe.analysis", *HEAVY]),
        ("import gdi_spe.analysis.counting.frequencies", [h for h in HEAVY if h != "pandas"]),
        ("import gdi_spe.disclosure.engine", ["gdi_spe.query", "hail", "gdi_spe.node", "docker"]),
        ("import gdi_spe.workspace", ["gdi_spe.store", *HEAVY]),
        ("import gdi_spe; gdi_spe.open_cohort; gdi_spe.request_export", HEAVY),
        ("import gdi_spe.workspace.command", ["numpy", "pyarrow", *HEAVY]),
    ],
)  # fmt: skip
def test_a_room_loads_what_it_needs_and_no_more(statement: str, never: list[str]) -> None:
    loaded = loaded_by(statement)

    assert sorted(set(never) & loaded) == []


def test_every_public_name_is_there() -> None:
    code = "import gdi_spe; [getattr(gdi_spe, name) for name in gdi_spe.__all__]"
    loaded = loaded_by(code)

    assert "hail" not in loaded
    assert not any(name.startswith("gdi_spe.node") for name in loaded)


def test_a_wrong_name_is_an_attribute_error() -> None:
    import gdi_spe

    with pytest.raises(AttributeError, match="spe has no 'opencohort'"):
        _ = gdi_spe.opencohort
    assert set(gdi_spe.__all__) <= set(dir(gdi_spe))
