"""Every rule has its page, and the examples on it are what it says."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import numpy as np
import pytest
from PIL import Image, PngImagePlugin

from gdi_spe.boundary.recipe import SideCar
from gdi_spe.disclosure.engine import judge_bytes
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.presets import policy_named
from gdi_spe.disclosure.rules import RULES
from gdi_spe.disclosure.rules.catalogue import CATALOGUE
from gdi_spe.disclosure.rules.examples import Example
from gdi_spe.disclosure.rules.of_releases import OF_RELEASES
from gdi_spe.disclosure.rules.rule import Judging
from tests.disclosure.figures import telling
from tests.disclosure.figures.styles import drawn

SOURCE = Path(__file__).parents[2] / "gdi_spe" / "disclosure"


def png(pixels: np.ndarray | None = None, text: str = "") -> bytes:
    sink, notes = io.BytesIO(), PngImagePlugin.PngInfo()
    if text:
        notes.add_text("note", text)
    shown = np.full((60, 80, 3), 255, np.uint8) if pixels is None else pixels
    Image.fromarray(shown).save(sink, format="PNG", pnginfo=notes)
    return sink.getvalue()


def scatter() -> np.ndarray:
    pixels = np.full((300, 400, 3), 255, np.uint8)
    pixels[5::10, 5::10] = 0
    return pixels


def cells() -> np.ndarray:
    shades = np.random.default_rng(3).choice([40, 120, 200], (60, 40, 1)).astype(np.uint8)
    pixels = np.full((560, 400, 3), 255, np.uint8)
    pixels[40:520, 40:360] = np.kron(shades, np.ones((8, 8, 3), np.uint8))
    return pixels


def marks() -> bytes:
    return drawn(lambda rng: telling.apart(rng, 200), seed=1)


def nested() -> bytes:
    sink = io.BytesIO()
    with zipfile.ZipFile(sink, "w") as made:
        made.writestr("inner.zip", b"PK\x05\x06" + bytes(18))
    return sink.getvalue()


# Files that are not text, by rule.
MADE = {
    "HID102": png(text="x" * 1000),
    "HID104": png(np.random.default_rng(1).integers(252, 254, (60, 80, 3), dtype=np.uint8)),
    "HID106": png(
        np.repeat(np.random.default_rng(2).choice([0, 128, 255], (120, 200, 1)), 3, axis=2).astype(
            np.uint8
        )
    ),
    "IMG101": png(cells()),
    "IMG102": marks(),
    "IMG103": drawn(telling.small_bars, seed=1),
    "IMG901": png(scatter()),
    "FMT103": b"\x80\x04\x95\0",
    "FMT104": nested(),
}


def rules_of(rule: str, example: Example, data: bytes | None = None) -> set[str]:
    name = example.name if data is None else "t.png" if data[:4] == b"\x89PNG" else "t.zip"
    context = CheckContext(
        n_individuals=example.n_individuals, side_cars={name: SideCar(kind=example.kind)}
    )
    content = example.content.encode() if data is None else data
    judged = judge_bytes(content, Judging(name, policy_named("gdi-default"), context))
    return {finding.rule for finding in judged.report.findings}


def test_every_rule_in_the_code_has_an_entry_and_every_entry_a_rule():
    written = {rule.id for rule in RULES}
    node = SOURCE.parent / "node"
    of_releases = (path for room in ("ledger", "airlock") for path in (node / room).rglob("*.py"))
    for path in (*SOURCE.rglob("*.py"), *of_releases):
        if path.name != "catalogue.py":
            written |= set(re.findall(r'"([A-Z]{3}\d{3})"', path.read_text()))

    assert written == CATALOGUE.keys() | OF_RELEASES.keys()


@pytest.mark.parametrize("rule", sorted(CATALOGUE))
def test_the_bad_example_is_found_and_the_good_one_is_not(rule):
    entry = CATALOGUE[rule]

    bad = None if entry.bad.is_text else MADE[rule]
    assert rule in rules_of(rule, entry.bad, bad)
    good = None if entry.good.is_text else png()
    assert rule not in rules_of(rule, entry.good, good)


@pytest.mark.parametrize("rule", sorted(CATALOGUE))
def test_parameters_of_rules_are_in_the_policy(rule):
    policy = policy_named("gdi-default")
    for parameter in CATALOGUE[rule].parameters:
        section, _, name = parameter.partition(".")
        assert getattr(getattr(policy, section), name) is not None
