"""Marks of a drawing that may be people, and forms of clouds that are of tests."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence

import numpy as np

from gdi_spe.disclosure.drawings.pieces.axes import Axis, axes_across, axes_up
from gdi_spe.disclosure.drawings.pieces.curves import is_even
from gdi_spe.disclosure.drawings.pieces.kinds import Kinds
from gdi_spe.disclosure.drawings.pieces.marks import marks_of, n_beside_boxes
from gdi_spe.disclosure.drawings.pieces.tests_drawn import (
    are_quantiles,
    falls_off,
    is_mirrored,
    is_volcano,
)
from gdi_spe.disclosure.drawings.sheet import Piece, Places, Sheet
from gdi_spe.disclosure.rules.drawn.things_drawn import are_things_drawn
from gdi_spe.disclosure.rules.drawn.vocabulary import (
    EACH_PERSON,
    EXPECTED,
    GENOME,
    GRID,
    LEAST_PEOPLE,
    LOG_P,
    OBSERVED,
    PEOPLE,
    PHENOME,
    SIZE,
)
from gdi_spe.disclosure.rules.rule import Judging

_LEAST_ON_GRID = 4
_ESTIMATES = re.compile(
    r"\bbeta\b|effect|\blog ?OR\b|odds|hazard|estimate|log2|fold|coefficient|\br_?g\b|Z[- ]?score"
    r"|frequency|\bMAF\b|standard error|precision|p-?value",
    re.IGNORECASE,
)
_OF_TESTS = re.compile(
    r"variant|\balleles?\b|\bSNPs?\b|loc[iu]s?\b|\bgenes?\b|stud(y|ies)|cohorts?\b|trait|pathway|instrument",
    re.IGNORECASE,
)
GROUPED = re.compile(
    r"decile|quintile|quartile|tertile|tenths|percentile|predicted|calibration|bins?\b"
    r"|component|\bPC\b|cluster",
    re.IGNORECASE,
)
_MOST_ESTIMATES = 200
_LARGEST_ESTIMATE = 10.0


def doubts_of_marks(
    kinds: Kinds, bars: list[Piece], sheet: Sheet, judging: Judging
) -> Iterator[str]:
    """Yield why marks may be people: nothing explains them, or there are as many."""
    limits, minimum = judging.policy.pictures, judging.policy.counts.minimum
    n = judging.context.n_individuals
    marks = marks_of(sheet, kinds)
    if marks.n_loose > limits.most_marks:
        yield f"it has about {marks.n_loose:,} short strokes that are no ticks"
    if marks.n_with_intervals + marks.n_on_lines + marks.n_named > limits.most_estimates:
        yield "it has more marks on lines than estimates are drawn"
    if beside := n_beside_boxes(kinds.marks, [*kinds.boxes, *bars], kinds):
        yield f"{beside:,} marks beside boxes are single people's values"
    if len(marks.alone) <= limits.most_marks:
        return
    if n is not None and len(marks.alone) >= minimum and abs(len(marks.alone) - n) <= n // 50:
        yield f"it has {len(marks.alone):,} marks, as many as people"
    elif not (
        _are_of_tests(marks.alone, kinds, sheet, judging)
        or _are_on_grid(marks.alone, kinds, sheet, judging)
        or are_things_drawn(marks.alone, kinds, sheet, judging)
    ):
        yield f"it has {len(marks.alone):,} marks that no line, interval or name explains"


def _are_of_tests(at: Places, kinds: Kinds, sheet: Sheet, judging: Judging) -> bool:
    """Whether marks are of variants, genes, studies or groups: form and words agree."""
    # TRUST: either alone can be had of people; form and words together are the form of results.
    people, told = judging.context.n_individuals, sheet.told
    if people is None or people < LEAST_PEOPLE:
        return False
    up, across = axes_up(sheet.words), axes_across(sheet.words)
    vertical = _covering(up, at[:, 1])
    level = _covering(across, at[:, 0])
    if vertical is None:
        return False
    y = np.array([vertical.value(v) for v in at[:, 1]])
    along = bool(GENOME.search(told)) or judging.side_car.kind.lower() == "manhattan"
    is_along = bool(LOG_P.search(told)) and (along or PHENOME.search(told) is not None)
    if is_along and (falls_off(y, 0.0) or is_mirrored(y)):
        return True
    x = np.array([level.value(v) for v in at[:, 0]]) if level is not None else None
    if x is None:
        return False
    if LOG_P.search(told) and EXPECTED.search(told) and OBSERVED.search(told):
        return are_quantiles(x, y)
    if LOG_P.search(told) and SIZE.search(told) and is_volcano(x, y, 0.0):
        return True
    return _are_estimates(x, y, told) or _are_groups(x, y, told)


def _covering(axes: Sequence[Axis], at: Places) -> Axis | None:
    low, high = float(at.min()), float(at.max())
    return next((a for a in axes if a.covers(low, high)), None)


def _are_estimates(x: Places, y: Places, told: str) -> bool:
    """Whether marks are estimates of tests or studies, set against each other or their errors."""
    if len(x) > _MOST_ESTIMATES or not _OF_TESTS.search(told):
        return False
    # Each axis says so.
    is_of_estimates = len(_ESTIMATES.findall(told)) >= len(("across", "up"))
    return is_of_estimates and max(np.abs(y).max(), np.abs(x).max()) <= _LARGEST_ESTIMATE


def _are_groups(x: Places, y: Places, told: str) -> bool:
    """Whether a few marks rise together, as what is predicted of groups and what is seen do."""
    if len(x) > 25 or not GROUPED.search(told):
        return False
    order = np.argsort(x)
    rises = np.corrcoef(x, y)[0, 1] >= 0.9 or bool((np.diff(y[order]) <= 0).mean() >= 0.9)
    return bool(rises and float(x.min()) >= 0 and float(np.diff(x[order]).min()) > 0)


def _are_on_grid(at: Places, kinds: Kinds, sheet: Sheet, judging: Judging) -> bool:
    """Whether marks are of components, tenths or years: one of each look at even places."""
    # TRUST: what stands one by one along an axis may be people; then its words say no grid.
    people, told = judging.context.n_individuals, sheet.told
    if not GRID.search(told) or (people and abs(len(kinds.marks) - people) <= 2 + people // 50):
        return False
    if EACH_PERSON.search(told) or PEOPLE.search(told):
        return False
    every = np.array([m.middle for m in kinds.marks]).reshape(-1, 2)
    panels = max(1, len(kinds.frames))
    looks = len({(m.ink.fill, m.ink.stroke, len(m.places)) for m in kinds.marks})
    columns = Counter(every[:, 0].round().tolist())
    return (
        _LEAST_ON_GRID <= len(every) <= judging.policy.pictures.most_estimates
        and len(at) <= len(every)
        and max(columns.values()) <= looks * panels
        and is_even(np.unique(every[:, 0].round(1)))
    )
