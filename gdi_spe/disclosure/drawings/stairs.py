"""Lines that step: each step of such a curve may be a person."""

from __future__ import annotations

import re
from itertools import pairwise

from gdi_spe.disclosure.drawings.lengths import NUMBER

# Steps of a curve, and what is no step at all.
_LEAST_STEPS, _STILL = 8, 0.05


def is_stairs(drawn: str) -> bool:
    """Whether a line goes across and down in turn: each step of such a curve may be a person."""
    if len(re.findall(r"[HhVv]", drawn)) > 12:
        return True
    found = [float(number) for number in re.findall(r"-?\d+(?:\.\d+)?", drawn)]
    places = list(zip(found[::2], found[1::2], strict=False))
    turns = [abs(a[0] - b[0]) < 0.05 or abs(a[1] - b[1]) < 0.05 for a, b in pairwise(places)]
    return len(turns) > 12 and sum(turns) > 0.8 * len(turns)


def points_of(drawn: str) -> list[tuple[float, float]]:
    """Return the places that a line goes through; none for one that goes by other ways."""
    if re.search(r"[a-zCcQqSsTtAa]", re.sub(r"[zZeE]", "", drawn)) and not re.search(
        r"^[\d\s,.+-]+$", drawn
    ):
        return []
    places: list[tuple[float, float]] = []
    for command, rest in re.findall(r"([MLHV]?)([^A-Za-z]+)", drawn):
        found = [float(number) for number in NUMBER.findall(rest)]
        if command in ("H", "V") and places:
            x, y = places[-1]
            places += [(n, y) if command == "H" else (x, n) for n in found]
        else:
            places += zip(found[::2], found[1::2], strict=False)
    return places


def uneven_steps(places: list[tuple[float, float]]) -> int:
    """Return how many steps a line has that goes one way only, at places that are not even."""
    steps = [(b[0] - a[0], b[1] - a[1]) for a, b in pairwise(places)]
    across = [abs(dx) for dx, dy in steps if abs(dy) < _STILL and abs(dx) >= _STILL]
    down = [dy for dx, dy in steps if abs(dx) < _STILL and abs(dy) >= _STILL]
    if len(across) + len(down) < 0.9 * len(steps) or len(down) < _LEAST_STEPS:
        return 0
    one_way = all(dy > 0 for dy in down) or all(dy < 0 for dy in down)
    ordered = sorted(across)
    # Months are of 28 to 31 days: steps are uneven where some are half as wide as others.
    uneven = (
        len(ordered) >= _LEAST_STEPS
        and ordered[len(ordered) // 5] < 0.6 * ordered[-len(ordered) // 5]
    )
    return len(down) if one_way and uneven else 0
