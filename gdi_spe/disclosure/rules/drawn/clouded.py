"""Whether a cloud of marks is of variants, genes or phenotypes: its form and its words agree."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

from gdi_spe.disclosure.figures.inked.clouds import LENGTHS
from gdi_spe.disclosure.figures.inked.traces import Traces
from gdi_spe.disclosure.figures.letters.lettering import Words
from gdi_spe.disclosure.rules.drawn.vocabulary import (
    ALLELES,
    EXPECTED,
    GENOME,
    INFLATION,
    LEAST_PEOPLE,
    LOG_P,
    OBSERVED,
    OTHER,
    PHENOME,
    SIZE,
)
from gdi_spe.disclosure.rules.rule import Judging

# Numbers of chromosomes below their middles: so many, from the first ones to the last ones.
_LEAST_NUMBERS, _FIRST, _LAST = 7, 3, 18
_AS_LONG = 0.995


def is_of_tests(
    traces: Traces, words: Sequence[Words], is_declared: bool, judging: Judging
) -> bool:
    """Whether a cloud is of variants, genes or phenotypes: its form and its words agree."""
    # TRUST: either alone can be had of people; what is drawn in this form with these words cannot
    # be told from p-values.
    told, forms = " ".join(w.text for w in words), traces.cloud.split()
    people = judging.context.n_individuals
    is_large = people is not None and people >= LEAST_PEOPLE
    if "quantiles" in forms and _is_of_quantiles(told, is_large):
        return True
    if not LOG_P.search(told):
        return False
    is_along = bool(GENOME.search(told) or PHENOME.search(told)) or is_declared
    is_along = is_along or "chromosomes" in forms or numbers_chromosomes(words)
    is_volcano = "volcano" in forms and bool(SIZE.search(told))
    return (
        ("manhattan" in forms and is_along)
        or (("falling" in forms or "thinning" in forms) and is_large and is_along)
        or (is_volcano and (is_large or people is None))
    )


def _is_of_quantiles(told: str, is_large: bool) -> bool:
    """Whether marks that rise on one line are quantiles of tests, or frequencies of two places."""
    if EXPECTED.search(told) and (OBSERVED.search(told) or INFLATION.search(told)):
        return bool(INFLATION.search(told) or LOG_P.search(told))
    return is_large and len(ALLELES.findall(told)) > 1 and OTHER.search(told) is not None


def numbers_chromosomes(words: Sequence[Words]) -> bool:
    """Whether numbers in one row go up to 22 and stand as far apart as chromosomes are long."""
    rows: dict[int, list[tuple[float, int]]] = {}
    for word in words:
        if word.text.strip().isdecimal() and 1 <= int(word.text) <= len(LENGTHS):
            near = next((r for r in rows if abs(r - word.box[0].stop) <= 3), word.box[0].stop)
            middle = (word.box[1].start + word.box[1].stop) / 2
            rows.setdefault(near, []).append((middle, int(word.text)))
    return any(_are_chromosomes(sorted(row)) for row in rows.values())


def _are_chromosomes(row: list[tuple[float, int]]) -> bool:
    numbers = [n for _, n in row]
    is_rising = all(b > a for a, b in pairwise(numbers))
    if len(row) < _LEAST_NUMBERS or not is_rising or numbers[0] > _FIRST or numbers[-1] < _LAST:
        return False
    places = np.array([place for place, _ in row])
    ends = np.cumsum(LENGTHS)
    middles = (ends - np.array(LENGTHS) / 2)[np.array(numbers) - 1]
    as_long = float(np.corrcoef(places, middles)[0, 1])
    return as_long >= _AS_LONG and as_long > float(np.corrcoef(places, numbers)[0, 1])
