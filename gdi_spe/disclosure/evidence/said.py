"""How many people a file says in its words that it is of."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gdi_spe.disclosure.contents.parts import Part, Text
from gdi_spe.disclosure.contents.table import Table
from gdi_spe.disclosure.contents.words.languages import in_english
from gdi_spe.disclosure.forms.writing.programs.sections import people_of

_NUMBER = r"(\d{1,3}(?:,\d{3})+|\d{1,9})"
_SAID = re.compile(rf"(?<![\w.,]){_NUMBER}\*{{0,2}}\s+([^\W\d_]{{3,20}})(?!\w)")
# "Fewer than 10 people" is of no sample.
_BOUND = re.compile(
    r"(\b(than|least|most|below|under|over|minimum|minimum of|by|every|per)|[<>≤≥=])\s*$", re.I
)
_BEFORE = 16
_WHO = {"individuals", "participants", "people", "patients", "persons", "subjects"}
# The number of people that a model was fitted to, or what is left of them.
_COUNTED = re.compile(
    r"(n|sample_size|participants|n_participants|n_individuals|individuals|subjects|n_subjects|n_total|n_people"
    r"|((no|n|num|number)_?(of_)?)?obs(ervations)?(_(used|read))?|nobs"
    r"|(df|dof)_?resid(uals?)?|resid(ual)?_(df|dof)|degrees_of_freedom)(_\d{1,3})?"
)


def people_said(parts: Iterable[Part]) -> int | None:
    """Return the least number of people that words name as the size of a sample; None if none do.

    TRUST: words are believed as the column of a table that says how many people it is of is.
    """
    found: list[int] = []
    for part in parts:
        if isinstance(part, Text):
            found += [
                _number(told[1]) for told in _SAID.finditer(part.text)
                if in_english(told[2].lower()) in _WHO
                and not _BOUND.search(part.text[max(0, told.start() - _BEFORE) : told.start()])
            ]  # fmt: skip
        elif isinstance(part, Table) and part.is_quoted:
            named = [c for c in part.columns if _COUNTED.fullmatch(c.plain) and c.is_integer]
            found += [int(float(c.text(0))) for c in named if c.text(0)]
        elif isinstance(part, Table) and (samples := people_of(part)) is not None:
            found.append(samples)
    return min(found, default=None)


def _number(digits: str) -> int:
    return int(digits.replace(",", ""))
