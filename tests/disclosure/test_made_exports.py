"""The checks against made exports: every sort of harm in many disguises, and honest outputs."""

from __future__ import annotations

from collections import Counter
from importlib import import_module
from pathlib import Path

import pytest

from gdi_spe.disclosure.engine import check_files
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.presets import policy_named
from tests.disclosure.generated.kit import Item

SUBJECTS = ("genomes", "people", "hidden", "small", "summaries", "harmless", "listings", "writings")


def verdict_of(item: Item, folder: Path) -> str:
    folder.mkdir(parents=True)
    (folder / "prior").mkdir()
    for name, data in item.files.items():
        (folder / name).write_bytes(data)
    for name, data in item.prior.items():
        (folder / "prior" / name).write_bytes(data)
    context = CheckContext(
        n_individuals=item.n, n_variants=item.m, identifiers=frozenset(item.identifiers),
        declared={"*": item.declared} if item.declared else {},
        prior=tuple(folder / "prior" / name for name in item.prior),
    )  # fmt: skip
    paths = [folder / name for name in item.files]
    return check_files(paths, policy_named("gdi-default"), context).verdict.word


@pytest.fixture(scope="module")
def confusion(tmp_path_factory) -> dict[tuple[str, str], list[str]]:
    """Items by the verdict they must get and the verdict they got."""
    folder = tmp_path_factory.mktemp("made")
    found: dict[tuple[str, str], list[str]] = {}
    for subject in SUBJECTS:
        for maker in import_module(f"tests.disclosure.generated.{subject}").MAKERS:
            for item in maker():
                got = verdict_of(item, folder / subject / item.name)
                found.setdefault((item.verdict, got), []).append(item.name)
    return found


def test_the_made_exports_are_many(confusion):
    assert sum(map(len, confusion.values())) >= 600


def test_no_harm_and_nothing_to_look_at_passes(confusion):
    assert confusion.get(("block", "pass"), []) == []
    assert confusion.get(("review", "pass"), []) == []


def test_rates_hold_over_all_disguises(confusion):
    counts = Counter({key: len(items) for key, items in confusion.items()})
    rates = {
        wanted: {
            got: counts[wanted, got] / sum(counts[wanted, any_] for any_ in WORDS) for got in WORDS
        }
        for wanted in WORDS
    }
    print("\n".join(f"must {w:6} {rates[w]}" for w in WORDS))

    assert rates["block"]["block"] >= 0.95
    assert rates["pass"]["pass"] >= 0.85
    assert rates["pass"]["block"] <= 0.02


WORDS = ("block", "review", "pass")
