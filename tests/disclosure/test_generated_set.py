"""The checks against a set of exports with the verdict each must get, made by others."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest

from gdi_spe.disclosure.engine import check_files
from gdi_spe.disclosure.evidence.context import CheckContext

EXPORTS = Path(__file__).parents[3] / "shared" / "data" / "exports" / "generated"


@pytest.fixture(scope="module")
def confusion(policy) -> dict[tuple[str, str], list[str]]:
    """Items by the verdict they must get and the verdict they got."""
    if not EXPORTS.exists():
        pytest.skip(f"the set of exports is not at {EXPORTS}")
    items = json.loads((EXPORTS / "manifest.json").read_text())["items"]
    files = {item["id"]: [EXPORTS / name for name in item["files"]] for item in items}
    found: dict[tuple[str, str], list[str]] = {}
    for item in items:
        known = item["context"]
        context = CheckContext(
            n_individuals=known.get("N"),
            n_variants=known.get("M"),
            declared={"*": known["declared"]} if "declared" in known else {},
            prior=tuple(path for prior in known.get("prior", []) for path in files[prior]),
        )
        verdict = check_files(files[item["id"]], policy, context).verdict.word
        found.setdefault((item["verdict"], verdict), []).append(item["id"])
    return found


def test_nothing_that_must_be_blocked_passes(confusion):
    assert confusion.get(("block", "pass"), []) == []


def test_nothing_that_a_person_must_see_passes(confusion):
    assert confusion.get(("review", "pass"), []) == []


def test_nothing_harmless_is_blocked(confusion):
    assert confusion.get(("pass", "block"), []) == []


def test_blocks_are_blocked_and_harmless_files_pass(confusion):
    counts = Counter({key: len(items) for key, items in confusion.items()})
    table = "\n".join(
        f"must {wanted:6} {got:6} {len(items):3} {' '.join(items)}"
        for (wanted, got), items in sorted(confusion.items())
    )
    print(f"\n{table}")
    blocks = sum(n for (wanted, _), n in counts.items() if wanted == "block")
    harmless = sum(n for (wanted, _), n in counts.items() if wanted == "pass")

    assert counts["block", "block"] >= 0.95 * blocks, table
    assert counts["pass", "pass"] >= 17 / 19 * harmless, table
