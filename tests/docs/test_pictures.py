"""Each picture of the page is what the code beside it draws, and the page shows all of them."""

from __future__ import annotations

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest
from PIL import Image

from gdi_spe.workspace import plot

DOCS = Path(__file__).parents[2] / "docs"
MOST_BYTES = 400_000


def drawing() -> ModuleType:
    spec = importlib.util.spec_from_file_location("draw_pictures", DOCS / "draw_pictures.py")
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


PAGE = drawing()


@pytest.mark.parametrize("name", PAGE.examples())
def test_a_picture_is_what_the_code_beside_it_draws(name: str, tmp_path: Path) -> None:
    PAGE.draw(PAGE.examples()[name], tmp_path / name)

    with Image.open(tmp_path / name) as new, Image.open(PAGE.FOLDER / name) as shown:
        assert new.size == shown.size
        pairs = zip(_lightness(new), _lightness(shown), strict=True)
        assert max(abs(a - b) for a, b in pairs) < 25


def _lightness(image: Image.Image) -> list[int]:
    """Return how light each of 16 by 12 parts of a picture is: fonts may differ a little."""
    small = image.convert("L").resize((16, 12), Image.Resampling.BOX)
    return list(small.tobytes())


def test_every_function_is_shown_and_every_picture_is_there() -> None:
    text = PAGE.PAGE.read_text(encoding="utf-8")
    linked = set(re.findall(r"pictures/plots/([a-z-]+\.png)", text))

    drawn = {name for name in plot.__all__ if name.islower() and name != "data"}
    assert drawn == set(re.findall(r"spe\.plot\.([a-z_]+)\(", text)) - {"data"}
    assert linked == set(PAGE.examples()) == {path.name for path in PAGE.FOLDER.iterdir()}
    assert sum(path.stat().st_size for path in PAGE.FOLDER.iterdir()) < MOST_BYTES
