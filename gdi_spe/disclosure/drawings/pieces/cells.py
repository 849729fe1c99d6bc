"""Numbers that stand in the cells of a matrix, and the words beside them."""

from __future__ import annotations

from gdi_spe.disclosure.drawings.pieces.axes import number_of
from gdi_spe.disclosure.drawings.pieces.kinds import kinds_of
from gdi_spe.disclosure.drawings.sheet import Sheet, within

_MANY_WORDS = 40


def beside_cells(words: list[str], sheet: Sheet) -> list[str]:
    """Leave out the number in each cell of a matrix: it is judged with its cell."""
    if len(words) < _MANY_WORDS:
        return words
    cells = kinds_of(sheet).tiles
    held = [w.text for c in cells for w in sheet.words
            if within(w.middle * 2, c.box, 0) and number_of(w.text) is not None]  # fmt: skip
    if len(held) > len(cells):
        return words
    rest = list(words)
    for each in held:
        same = next((w for w in rest if w.strip() == each), None)
        if same is not None:
            rest.remove(same)
    return rest
