"""Rules about pictures: what is drawn is counted and compared with people, before it passes."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import pairwise

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.parts import Picture, Text
from gdi_spe.disclosure.figures.cells import Matrix
from gdi_spe.disclosure.figures.density import Density
from gdi_spe.disclosure.figures.ground import Box
from gdi_spe.disclosure.figures.labels import labelled_numbers
from gdi_spe.disclosure.figures.lettering import Words
from gdi_spe.disclosure.figures.scale import number_in
from gdi_spe.disclosure.figures.scene import Chart, Scene
from gdi_spe.disclosure.figures.traces import Traces
from gdi_spe.disclosure.rules.rule import Hit, Judging, Rule

_MATRIX_CELLS, _FEW_COLOURS = 400, 4
_LABELLED = 0.6
_PEOPLE = re.compile(
    r"participant|individual|patient|people|person|subject|case|control|carrier|sample|women|men\b"
    r"|donor|famil|death|event|at risk",
    re.IGNORECASE,
)
_COUNT = re.compile(r"count|frequency|number|\bn\b|#|total", re.IGNORECASE)
_OTHER = re.compile(r"variant|snp|loc[iu]|gene|allele|read|peak|pathway|tests?\b", re.IGNORECASE)
_SHARE = re.compile(r"proportion|fraction|share|percent|%|prevalence|rate\b", re.IGNORECASE)
# Letters are read with errors; a few of them must not matter.
_GENOME = re.compile(
    r"chro\w{2,6}me|\wro\w?mosom|genomic|\bchr(?:\d{1,2}|X|Y)?\b|positi", re.IGNORECASE
)
_LOG_P = re.compile(r"[li1|]og|\bp\b|\(p\)|-value", re.IGNORECASE)
_EXPECTED = re.compile(r"expected|theoretical|uniform", re.IGNORECASE)
_OBSERVED = re.compile(r"observed|sample|quantile", re.IGNORECASE)
_PHENOME = re.compile(r"phe-?code|phe-?was|phenotype|\bICD\b|disease|circulat|neoplasm|neurolog"
                      r"|endocrin|respirat|metabol|digest|\bcirc\b|\bneopl?\b|\bneuro\b|\bresp\b"
                      r"|\bendo\b", re.IGNORECASE)  # fmt: skip
_SIZE = re.compile(r"\bbeta\b|effect|fold|log2|\bOR\b|odds|estimate|\bSD\b|coefficient|logFC|β",
                   re.IGNORECASE)  # fmt: skip
_LEAST_PEOPLE = 1000
_SURVIVAL = re.compile(r"surviv|kaplan|event.?free|progression.?free", re.IGNORECASE)
_AT_RISK = re.compile(r"at risk", re.IGNORECASE)
_EFFECT = re.compile(
    r"\bodds|hazard|\beffect|\bbeta\b|\blog|p-?value|per ?cent|%|frequency|\bPC ?\d|component|mean"
    r"|median|surviv|proportion|fraction|prevalence|rate\b|mmol|score|density",
    re.IGNORECASE,
)
_N_IS = re.compile(r"(?<!\w)n\s*=\s*(\d{1,3})(?![\d.,])", re.IGNORECASE)
_NAMED_VARIANT = re.compile(r"\b[pcg]\.\(?[A-Za-z*]{0,3}\d+|\brs\d{3,}\b|\b[0-9XYM]{1,2}[:-]\d{4,}")
_COUNTED = re.compile(
    r"^(?:number of |no\. of |n |# ?)?(?:carriers|patients|participants|people|individuals|cases"
    r"|families|deaths|persons|subjects|probands|donors)\b",
    re.IGNORECASE | re.MULTILINE,
)
_UNKNOWN, _LARGE_AREA = 0.003, 0.08
_UNREAD, _UNREAD_SHARE, _SPECKS = 10, 0.15, 60
_LEAST_TEXT = 25
_SOME_CURVE = 0.3
_CODE = re.compile(r"(?<![\w.])([A-Za-z]{1,6}[-_.]?)(\d{2,10})(?![\w.])")
_NUMBERED = re.compile(
    r"\b(pt|patient|subject|participant|person|individual|sample|case|donor|id)s?[ #-]{0,2}"
    r"(\d{1,6})\b",
    re.IGNORECASE,
)
_KNOWN_CODES = {"rs", "chr", "hp", "go", "ensg", "pc", "n", "p", "q", "r", "k", "icd"}
_LEAST_CODES = 4
_TABLE_ROWS, _TABLE_COLUMNS = 7, 4
# So many numbers along an axis agree by no accident.
_SURE = 4


def all_words(scene: Scene) -> str:
    """Return every word of a picture."""
    return " ".join(words.text for words in scene.words)


def matrix_of_people(part: Picture, judging: Judging) -> Iterator[Hit]:
    """Find matrices whose rows or columns are people, or whose cells have few values."""
    if part.scene is None:
        return
    for matrix in part.scene.matrices:
        sides = f"{matrix.rows:,} by {matrix.columns:,} cells"
        evidence = {"rows": matrix.rows, "columns": matrix.columns, "n_colours": matrix.n_colours}
        if matrix.is_fine:
            yield Hit(f"Its pixels are a matrix of about {sides}.", evidence)
            continue
        # A density of few shades goes to a person for its names.
        few = matrix.n_colours <= _FEW_COLOURS and not (matrix.is_symmetric or matrix.is_smooth)
        if few and matrix.n_cells >= _MATRIX_CELLS:
            why = f"A matrix of {sides} has {matrix.n_colours} colours only, as genotypes have."
            yield Hit(why, evidence)
        elif _is_number_of_people(matrix.rows, judging) or _is_number_of_people(
            matrix.columns, judging
        ):
            yield Hit(f"A matrix of {sides} has one row or column for each individual.", evidence)
    if part.scene.n_changes >= judging.policy.pictures.changes_blocked:
        why = (
            f"Half of its rows and columns change colour {part.scene.n_changes:,} times or more: "
            "each shows values of its own."
        )
        yield Hit(why, {"n_changes": part.scene.n_changes})


def _is_number_of_people(n: int, judging: Judging) -> bool:
    people = judging.context.n_individuals
    return (
        people is not None
        and n >= judging.policy.counts.minimum
        and abs(n - people) <= max(1, people // 50)
    )


def one_mark_a_person(part: Picture, judging: Judging) -> Iterator[Hit]:
    """Find as many marks as the cohort has people."""
    if part.scene is None:
        return
    for traces in part.scene.traces:
        n = traces.n_marks
        if traces.cloud and _is_number_of_people(n, judging):
            why = f"It has about {n:,} marks, and the cohort as many individuals."
            yield Hit(why, {"n_marks": n, "n_individuals": judging.context.n_individuals})


def small_bars(part: Picture, judging: Judging) -> Iterator[Hit]:
    """Find bars and numbers of few people."""
    if part.scene is None:
        return
    minimum = judging.policy.counts.minimum
    for chart in part.scene.charts:
        label = axis_label(part.scene, chart)
        small = _small(chart, minimum) if _is_sure(chart, minimum) else []
        numbers = _small_numbers(part.scene.words, chart.bars.frame, minimum)
        if not _PEOPLE.search(label) or _OTHER.search(label):
            continue
        if small or numbers:
            n = len(small) + len(numbers)
            why = f"{n:,} bars or numbers of people are below the policy's minimum of {minimum}."
            yield Hit(why, {"n_small": n, "minimum": minimum})
    at_risk = next((w for w in part.scene.words if _AT_RISK.search(w.text)), None)
    if at_risk is not None:
        below = [w for w in part.scene.words if w.box[0].start >= at_risk.box[0].start - 2]
        lines = [line for line in _lines_of_numbers(below) if not _is_axis(line)]
        low = [line for line in lines if any(_has_small(w.text, minimum) for w, _ in line)]
        if low:
            why = f"{len(low):,} lines at risk go below the policy's minimum of {minimum}."
            # Those at risk become fewer; where numbers rise they were read in pieces.
            sure = any(_never_rises(line) for line in low)
            evidence = {"n_small": len(low), "minimum": minimum}
            yield Hit(why, evidence, severity=None if sure else Verdict.REVIEW)


def _lines_of_numbers(words: list[Words]) -> list[list[tuple[Words, float]]]:
    """Return the words that stand in one line and are numbers, from left to right."""
    lines: list[list[tuple[Words, float]]] = []
    for word in sorted(words, key=lambda w: (w.box[0].stop, w.box[1].start)):
        value = number_in(word.text)
        if value is None:
            continue
        if lines and abs(lines[-1][0][0].box[0].stop - word.box[0].stop) <= word.height // 2:
            lines[-1].append((word, value))
        else:
            lines.append([(word, value)])
    return [sorted(line, key=lambda each: each[0].box[1].start) for line in lines]


def _is_axis(line: list[tuple[Words, float]]) -> bool:
    """Whether numbers go up by one step: the times below which people stand."""
    steps = {round(b - a, 6) for (_, a), (_, b) in pairwise(line)}
    return len(line) >= _SURE and len(steps) == 1 and min(steps) > 0


def _never_rises(line: list[tuple[Words, float]]) -> bool:
    return all(b <= a for (_, a), (_, b) in pairwise(line))


def _is_sure(chart: Chart, minimum: int) -> bool:
    """Whether enough numbers agree on the scale, and some bars are large: it was read rightly."""
    scale = chart.scale
    return scale is not None and scale.n_numbers >= _SURE and max(chart.values) >= minimum


def axis_label(scene: Scene, chart: Chart) -> str:
    """Return the words along the axis that bars are measured by."""
    down, across = chart.bars.frame
    if chart.bars.is_lying:
        near = [w for w in scene.words if w.box[0].start >= down.stop]
    else:
        near = [w for w in scene.words if w.is_upright and w.box[1].stop <= across.start + 8]
    return " ".join(w.text for w in near if number_in(w.text) is None)


def _small(chart: Chart, minimum: int) -> list[float]:
    """Return the bars that are seen to stand for fewer than the minimum."""
    if chart.scale is None:
        return []
    off = 1.5 * abs(chart.scale.step)
    return [v for v in chart.values if off < v < minimum - 0.5 or 0 < off < v + off < minimum]


def _small_numbers(words: tuple[Words, ...], frame: Box, minimum: int) -> list[Words]:
    down, across = frame
    return [
        w for w in words
        if down.start <= w.box[0].start <= down.stop
        and across.start <= w.box[1].start <= across.stop and _has_small(w.text, minimum)
    ]  # fmt: skip


def small_labels(part: Text, judging: Judging) -> Iterator[Hit]:
    """Find numbers of few people among the words of a drawing, beside those of its axes."""
    if not part.path.endswith("labels") or part.path.startswith("picture"):
        return
    minimum, text = judging.policy.counts.minimum, part.text
    if not _PEOPLE.search(text) or _EFFECT.search(text):
        return
    few = [n for n in labelled_numbers(text) if 0 < n < minimum]
    few += [int(n) for n in _N_IS.findall(text) if 0 < int(n) < minimum]
    if not few:
        return
    # Names of variants, or people named first, say what the numbers count.
    is_sure = bool(_NAMED_VARIANT.search(text)) or bool(_COUNTED.search(text))
    severity = None if is_sure else Verdict.REVIEW
    why = f"{len(few):,} numbers drawn beside people are below the policy's minimum of {minimum}."
    yield Hit(why, {"n_small": len(few), "minimum": minimum}, severity=severity)


def _has_small(text: str, minimum: int) -> bool:
    return any(
        re.fullmatch(r"\d{1,3}", each) and 0 < int(each) < minimum
        for each in re.split(r"[\s=()]+", text)
    )


def unexplained_picture(part: Picture, judging: Judging) -> Iterator[Hit]:
    """A picture passes if all that is drawn is explained, and nothing of it can be people."""
    if part.scene is None:
        yield Hit("A picture was not taken apart; a person looks at it.", {})
        return
    found = list(dict.fromkeys(doubts(part.scene, judging)))
    if found:
        yield Hit(f"A person looks at it: {'; '.join(found)}.", {"n_doubts": len(found)})


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
        yield from _doubts_of_traces(traces, told, judging)
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
    drawn = drawn or any(_shows_something(traces) for traces in scene.traces)
    if n_codes := _n_codes(told):
        yield f"{n_codes:,} of its words are codes of one kind, as people have"
    if _n_table_rows(scene) >= _TABLE_ROWS:
        yield "it is a table that was drawn"
    if not drawn and len(told.split()) > _LEAST_TEXT:
        yield "it is a page of words"
    if (scene.charts or scene.traces or scene.matrices) and not scene.words:
        yield "no words say what it shows"


def _shows_something(traces: Traces) -> bool:
    return bool(traces.layers > _SOME_CURVE or traces.n_on_lines or traces.n_marks or traces.cloud)


def _n_codes(told: str) -> int:
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
    elif not _is_labelled(matrix, scene.words):
        yield f"the rows and columns of a matrix ({matrix.rows} by {matrix.columns}) have no names"
    if _small_numbers(scene.words, matrix.box, judging.policy.counts.minimum):
        yield "a cell has a small number"


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
    if _OTHER.search(label) and not _PEOPLE.search(label):
        return
    if chart.scale is None:
        yield "the numbers along the axis of its bars cannot be read"
        return
    people = judging.context.n_individuals
    if max(values) <= 1.05 and people and _SHARE.search(label):
        small = [v for v in values if 0.5 < v * people < minimum - 0.5]
    elif _COUNT.search(label) or _PEOPLE.search(label):
        small = _small(chart, minimum)
    else:
        small = _small(chart, minimum) if max(values) > 10 * minimum and not label else []
    if small:
        yield f"{len(small):,} bars may stand for fewer than {minimum} people"


def _is_of_tests(traces: Traces, told: str, is_declared: bool, judging: Judging) -> bool:
    """Whether a cloud is of variants, genes or phenotypes: its form and its words agree."""
    # TRUST: either alone can be had of people; what is drawn in this form with these words cannot
    # be told from p-values.
    if not _LOG_P.search(told):
        return False
    is_along = bool(_GENOME.search(told)) or is_declared
    forms, people = traces.cloud.split(), judging.context.n_individuals
    is_large = people is not None and people >= _LEAST_PEOPLE
    is_along = is_along or bool(_PHENOME.search(told))
    return (
        ("manhattan" in forms and is_along)
        or ("quantiles" in forms and bool(_EXPECTED.search(told) and _OBSERVED.search(told)))
        or ("falling" in forms and is_large and is_along)
        or ("volcano" in forms and is_large and bool(_SIZE.search(told)))
    )


def _doubts_of_traces(traces: Traces, told: str, judging: Judging) -> Iterator[str]:
    limits = judging.policy.pictures
    # A declared kind stands for the words of the axis along the genome, not for the form.
    is_declared = judging.side_car.kind.lower() == "manhattan"
    if _is_of_tests(traces, told, is_declared, judging):
        return
    if traces.n_marks > limits.most_marks:
        yield f"it has about {traces.n_marks:,} marks that no line goes through"
    if traces.n_on_lines > limits.most_estimates:
        yield f"it has {traces.n_on_lines:,} marks on lines"
    if traces.n_strokes > limits.most_strokes:
        yield f"it has {traces.n_strokes:,} strokes"
    if traces.layers > limits.most_curves:
        yield f"its curves cross it about {traces.layers:.0f} times"
    if traces.n_turns > limits.most_turns:
        yield f"its curves turn {traces.n_turns:,} times"
    if _SURVIVAL.search(told) and traces.layers > _SOME_CURVE and not traces.n_even_steps:
        yield "a curve of survival does not step evenly"
    if traces.n_uneven_steps:
        yield f"a curve has {traces.n_uneven_steps:,} steps that are not evenly apart"
    if traces.unknown_share > _UNKNOWN:
        yield f"{traces.unknown_share:.1%} of its axes is none of what is known"


RULES = (
    Rule(
        "IMG101", "A matrix of people", Verdict.BLOCK,
        "Draw groups instead: means by population, frequencies by variant.",
        Picture, matrix_of_people,
    ),
    Rule(
        "IMG102", "As many marks as people", Verdict.BLOCK,
        "Draw a density whose cells hold enough people, or the groups.",
        Picture, one_mark_a_person,
    ),
    Rule(
        "IMG103", "Bars and numbers of few people", Verdict.BLOCK,
        "Merge groups, or leave bars of few people out, and draw it again.",
        Picture, small_bars,
    ),
    Rule(
        "IMG104", "Numbers of few people in a drawing", Verdict.BLOCK,
        "Merge groups, or leave those of few people out, and draw it again.",
        Text, small_labels,
    ),
    Rule(
        "IMG901", "Picture", Verdict.REVIEW,
        "Draw groups with axes, labels and few marks; export the numbers behind it beside it.",
        Picture, unexplained_picture,
    ),
)  # fmt: skip
