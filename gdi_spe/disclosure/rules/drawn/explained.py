"""What in a picture is not explained, and may be people."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gdi_spe.disclosure.figures.charts import Chart
from gdi_spe.disclosure.figures.filled.cells import Matrix
from gdi_spe.disclosure.figures.filled.density import Density
from gdi_spe.disclosure.figures.ground import Box
from gdi_spe.disclosure.figures.inked.traces import Traces
from gdi_spe.disclosure.figures.letters.lettering import Words
from gdi_spe.disclosure.figures.letters.scale import number_in
from gdi_spe.disclosure.figures.scene import Scene
from gdi_spe.disclosure.rules.drawn.clouded import is_of_tests
from gdi_spe.disclosure.rules.drawn.counted import (
    axis_label,
    is_of_counts,
    small_bars_of,
    small_numbers,
)
from gdi_spe.disclosure.rules.drawn.things import are_estimates
from gdi_spe.disclosure.rules.drawn.vocabulary import (
    COUNT,
    EACH_PERSON,
    EMPIRICAL,
    GRID,
    N_OF,
    NUMBER_OF,
    OTHER,
    PEOPLE,
    RATE,
    SHARE,
    SURVIVAL,
    TOLD_PEOPLE,
)
from gdi_spe.disclosure.rules.rule import Judging

_LABELLED = 0.6
_UNKNOWN, _LARGE_AREA = 0.003, 0.08
_UNREAD, _UNREAD_SHARE, _SPECKS = 10, 0.15, 60
_LEAST_TEXT, _FLOW_CHART, _LEAST_STEPS = 25, 4, 3
_FEW_SHADES = 4
_LEAST_DECIMALS, _MEASURED, _MISREAD = 6, 0.7, 0.05
_SOME_CURVE = 0.3
_FEW_BEHIND = 200
_MANY_BARS, _NAMED_EACH = 6, 0.9
_CODE = re.compile(r"(?<![\w.])([A-Za-z]{1,6}[-_.]?)(\d{2,10})(?![\w.])")
_NUMBERED = re.compile(
    r"\b(pt|patient|subject|participant|person|individual|sample|case|donor|id)s?[ #-]{0,2}"
    r"(\d{1,6})\b",
    re.IGNORECASE,
)
_KNOWN_CODES = {"rs", "chr", "hp", "go", "ensg", "pc", "n", "p", "q", "r", "k", "icd"}
_LEAST_CODES = 4
_TABLE_ROWS, _TABLE_COLUMNS = 7, 4


def all_words(scene: Scene) -> str:
    """Return every word of a picture."""
    return " ".join(words.text for words in scene.words)


def doubts(scene: Scene, judging: Judging) -> Iterator[str]:
    """Yield what in a picture is not explained."""
    limits, told = judging.policy.pictures, all_words(scene)
    if scene.textures:
        yield "colours change from one pixel to the next"
    if scene.n_changes > limits.most_changes:
        yield f"half of its rows and columns change colour {scene.n_changes:,} times or more"
    for matrix in scene.matrices:
        yield from _doubts_of_matrix(matrix, scene, judging)
    for density in scene.densities:
        yield from _doubts_of_density(density, judging)
    for chart in scene.charts:
        yield from _doubts_of_chart(chart, scene, judging)
    for traces in scene.traces:
        if not are_estimates(traces, scene, judging):
            yield from _doubts_of_traces(traces, scene, judging)
        if traces.n_area_bars and is_of_counts(_beside(traces, scene.words)):
            yield f"{traces.n_area_bars:,} bars of people could not be measured"
        if traces.n_area_bars >= _MANY_BARS and not _are_named(traces, scene.words):
            yield f"{traces.n_area_bars:,} bars up and down have no names: each may be a person"
    if scene.other_areas and scene.other_areas[0] > _LARGE_AREA:
        yield f"a filled area covers {scene.other_areas[0]:.0%} of it"
    if len(scene.other_areas) > limits.most_areas:
        yield f"it has {len(scene.other_areas):,} filled areas outside of axes"
    read = sum(len(w.blobs) for w in scene.words)
    if scene.n_unread > max(_UNREAD, _UNREAD_SHARE * read):
        yield f"{scene.n_unread:,} small shapes are no letters that can be read"
    if scene.n_specks > _SPECKS:
        yield f"{scene.n_specks:,} specks lie outside of its axes"
    if len(told) > limits.most_letters:
        yield f"it has {len(told):,} letters"
    drawn = scene.charts or scene.matrices or scene.densities or len(scene.other_areas) > 2
    drawn = drawn or _is_flow_chart(scene, told)
    drawn = drawn or any(_shows_something(traces) for traces in scene.traces)
    if codes := n_codes(told):
        yield f"{codes:,} of its words are codes of one kind, as people have"
    if _n_table_rows(scene) >= _TABLE_ROWS:
        yield "it is a table that was drawn"
    if not drawn and len(told.split()) > _LEAST_TEXT:
        yield "it is a page of words"
    if (scene.charts or scene.traces or scene.matrices) and not scene.words:
        yield "no words say what it shows"


def _is_flow_chart(scene: Scene, told: str) -> bool:
    """Whether boxes say how many were left at each step; cells of a table stand in rows."""
    is_counted = len(N_OF.findall(told)) >= _LEAST_STEPS
    return scene.n_enclosed >= _FLOW_CHART and is_counted and not _n_table_rows(scene)


def _beside(traces: Traces, words: tuple[Words, ...]) -> str:
    """Return the words left of axes and below them, which say what is counted."""
    down, across = traces.frame
    near = [
        w for w in words
        if (w.is_upright and w.box[1].stop <= across.start + 8) or w.box[0].start >= down.stop
    ]  # fmt: skip
    return " ".join(w.text for w in near if number_in(w.text) is None)


def _are_named(traces: Traces, words: tuple[Words, ...]) -> bool:
    """Whether most bars have a name of letters beside or below them."""
    return _n_names(traces, words) >= _LABELLED * traces.n_area_bars


def _n_names(traces: Traces, words: tuple[Words, ...]) -> int:
    """Count the names of letters beside axes, or below them."""
    named = [w for w in words if sum(c.isalpha() for c in w.text) >= 2]
    down, across = traces.frame
    beside = [w for w in named if not w.is_upright and w.box[1].stop <= across.start + 6]
    below = [w for w in named if w.box[0].start >= down.stop - 6 or w.is_upright]
    n_below = sum(1 if w.is_upright else len(w.text.split()) for w in below)
    return max(len(beside), n_below)


def _shows_something(traces: Traces) -> bool:
    return bool(traces.layers > _SOME_CURVE or traces.n_on_lines or traces.n_marks or traces.cloud)


def n_codes(told: str) -> int:
    """Count words of one beginning and different numbers; variants and places are known."""
    found: dict[str, set[str]] = {}
    for start, number in (*_CODE.findall(told), *_NUMBERED.findall(told)):
        if start.lower().rstrip("-_.") not in _KNOWN_CODES:
            found.setdefault(start.lower(), set()).add(number)
    most = max((len(each) for each in found.values()), default=0)
    return most if most >= _LEAST_CODES else 0


def _n_table_rows(scene: Scene) -> int:
    """Count the rows of words that stand in columns, as a table's do; cells of a matrix do not."""
    rows: dict[int, int] = {}
    for words in scene.words:
        row, column = words.box[0].stop, words.box[1].start
        if words.is_upright or any(_is_in(row, column, m.box) for m in scene.matrices):
            continue
        near = next((at for at in rows if abs(at - row) <= words.height // 2), row)
        rows[near] = rows.get(near, 0) + 1
    return sum(n >= _TABLE_COLUMNS for n in rows.values())


def _is_in(row: float, column: float, box: Box) -> bool:
    return bool(box[0].start <= row <= box[0].stop and box[1].start <= column <= box[1].stop)


def _doubts_of_matrix(matrix: Matrix, scene: Scene, judging: Judging) -> Iterator[str]:
    limits = judging.policy.pictures
    if max(matrix.rows, matrix.columns) > limits.most_cells_a_side:
        yield f"it has a matrix of {matrix.rows:,} by {matrix.columns:,} cells"
    elif not (_is_labelled(matrix, scene.words) or _is_density(matrix, judging)):
        yield f"the rows and columns of a matrix ({matrix.rows} by {matrix.columns}) have no names"
    minimum = judging.policy.counts.minimum
    if small_numbers(scene.words, matrix.box, minimum) and not _is_measured(matrix, scene.words):
        yield "a cell has a small number"


def _is_density(matrix: Matrix, judging: Judging) -> bool:
    """Whether shades fall off to an empty rim, and each cell may hold enough people."""
    people, minimum = judging.context.n_individuals, judging.policy.counts.minimum
    enough = people is not None and matrix.n_filled * minimum <= people
    few_alone = matrix.n_isolated <= judging.policy.pictures.most_marks
    return matrix.is_smooth and enough and few_alone and matrix.n_colours > _FEW_SHADES


def _is_measured(matrix: Matrix, words: tuple[Words, ...]) -> bool:
    """Whether the numbers of cells are decimals, as correlations are, but for one in each row."""
    down, across = matrix.box
    told = [
        w.text for w in words
        if _is_in(w.box[0].start, w.box[1].start, (down, across)) and number_in(w.text) is not None
    ]  # fmt: skip
    n_decimals = sum("." in each for each in told)
    others = [each for each in told if "." not in each and abs(number_in(each) or 0) > 1]
    # What has all in common with itself is a 1 in each row.
    ones = min(sum(number_in(each) in (0, 1) and "." not in each for each in told), matrix.rows)
    least = max(_LEAST_DECIMALS, _MEASURED * (len(told) - ones))
    return n_decimals >= least and len(others) <= max(1, _MISREAD * len(told))


def _doubts_of_density(density: Density, judging: Judging) -> Iterator[str]:
    """Yield why cells of a density may hold few: there are more of them than people suffice for."""
    people, minimum = judging.context.n_individuals, judging.policy.counts.minimum
    if people is None:
        yield "how many people its cells are of is not known"
    elif density.n_cells * minimum > people:
        yield f"its {density.n_cells:,} cells cannot all hold {minimum} of {people:,} people"
    if density.n_alone > judging.policy.pictures.most_marks:
        yield f"{density.n_alone:,} cells of a density touch no other"


def _is_labelled(matrix: Matrix, words: tuple[Words, ...]) -> bool:
    """Whether most rows, or most columns, have a name of letters."""
    down, across = matrix.box
    named = [w for w in words if sum(c.isalpha() for c in w.text) >= 2]
    left = [
        w for w in named
        if not w.is_upright and w.box[1].stop <= across.start + 6
        and down.start - 6 <= w.box[0].start <= down.stop
    ]  # fmt: skip
    below = [
        w for w in named
        if across.start - 6 <= w.box[1].start <= across.stop
        and (w.box[0].start >= down.stop - 6 or w.box[0].stop <= down.start + 6)
    ]  # fmt: skip
    n_below = sum(1 if w.is_upright else len(w.text.split()) for w in below)
    return len(left) >= _LABELLED * matrix.rows or n_below >= _LABELLED * matrix.columns


def _doubts_of_chart(chart: Chart, scene: Scene, judging: Judging) -> Iterator[str]:
    limits, minimum = judging.policy.pictures, judging.policy.counts.minimum
    if len(chart.bars.bars) > limits.most_bars:
        yield f"it has {len(chart.bars.bars):,} bars"
    label, values = axis_label(scene, chart), chart.values
    if OTHER.search(label) and not PEOPLE.search(label):
        return
    if chart.scale is None:
        yield "the numbers along the axis of its bars cannot be read"
        return
    if small := _of_few_people(values, chart, label, judging):
        yield f"{small:,} bars may stand for fewer than {minimum} people"


def _of_few_people(values: tuple[float, ...], chart: Chart, label: str, judging: Judging) -> int:
    """Count the bars that may be of few people: their counts, or shares of everybody."""
    people, minimum = judging.context.n_individuals, judging.policy.counts.minimum
    if people and SHARE.search(label) and max(values) <= 100:
        whole = 1.0 if max(values) <= 1.05 else 100.0
        return sum(0.5 < v / whole * people < minimum - 0.5 for v in values)
    counts = (COUNT.search(label) or PEOPLE.search(label)) and not (
        RATE.search(label) and not NUMBER_OF.search(label)
    )
    unnamed = not label and max(values) > 10 * minimum
    return len(small_bars_of(chart, minimum)) if counts or unnamed else 0


def _is_beside_chromosomes(scene: Scene, judging: Judging) -> bool:
    """Whether another panel shows tests along the chromosomes: the quantiles are of the same."""
    of_tests = [t for t in scene.traces if "chromosomes" in t.cloud]
    return any(is_of_tests(t, scene.words, False, judging) for t in of_tests)


def _few_behind(told: str, judging: Judging) -> int:
    """Return how many people a curve is of, if they are so few that each can be a step of it."""
    numbers = [int(one or other) for one, other in TOLD_PEOPLE.findall(told)]
    people = judging.context.n_individuals
    numbers += [people] if people is not None else []
    return min((n for n in numbers if 0 < n < _FEW_BEHIND), default=0)


def _doubts_of_traces(traces: Traces, scene: Scene, judging: Judging) -> Iterator[str]:
    limits, told = judging.policy.pictures, all_words(scene)
    # A declared kind stands for the words of the axis along the genome, not for the form.
    is_declared = judging.side_car.kind.lower() == "manhattan"
    if is_of_tests(traces, scene.words, is_declared, judging):
        return
    if "quantiles" in traces.cloud and _is_beside_chromosomes(scene, judging):
        return
    # One mark for each name is the value of what has the name, as a bar would be.
    has_names = _n_names(traces, scene.words) >= _NAMED_EACH * max(1, traces.n_on_grid)
    is_grid = GRID.search(told) is not None or (has_names and not PEOPLE.search(told))
    is_grid = is_grid and EACH_PERSON.search(told) is None
    n_on_grid = traces.n_on_grid if is_grid else 0
    if traces.n_marks - n_on_grid > limits.most_marks:
        yield f"it has about {traces.n_marks:,} marks that no line goes through"
    if n_on_grid > limits.most_estimates:
        yield f"it has {n_on_grid:,} marks at even places"
    if traces.n_on_lines > limits.most_estimates:
        yield f"it has {traces.n_on_lines:,} marks on lines"
    if traces.n_strokes > limits.most_strokes:
        yield f"it has {traces.n_strokes:,} strokes"
    if traces.layers > limits.most_curves:
        yield f"its curves cross it about {traces.layers:.0f} times"
    if traces.n_turns > limits.most_turns:
        yield f"its curves turn {traces.n_turns:,} times"
    if SURVIVAL.search(told) and traces.layers > _SOME_CURVE and not traces.n_even_steps:
        yield "a curve of survival does not step evenly"
    has_curve = traces.layers > _SOME_CURVE and not traces.n_even_steps
    if has_curve and EMPIRICAL.search(told) and (few := _few_behind(told, judging)):
        yield f"a curve of {few:,} people may step at each of them"
    if traces.n_uneven_steps:
        yield f"a curve has {traces.n_uneven_steps:,} steps that are not evenly apart"
    if traces.n_areas > limits.most_areas:
        yield f"it has {traces.n_areas:,} filled areas within axes"
    if traces.unknown_share > _UNKNOWN:
        yield f"{traces.unknown_share:.1%} of its axes is none of what is known"
