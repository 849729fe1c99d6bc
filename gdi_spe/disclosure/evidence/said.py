"""How many people a file says in its words that it is of."""

from __future__ import annotations

import re
from collections.abc import Iterable

from gdi_spe.disclosure.contents.parts import Part, Text
from gdi_spe.disclosure.contents.table import Table
from gdi_spe.disclosure.contents.words.languages import in_english
from gdi_spe.disclosure.forms.writing.sections import people_of

_NUMBER = r"(\d{1,3}(?:,\d{3})+|\d{1,9})"
_SAID = re.compile(rf"(?<![\w.,]){_NUMBER}\*{{0,2}}\s+([^\W\d_]{{3,20}})(?!\w)")
_WHO = {"individuals", "participants", "people", "patients", "persons", "subjects"}
_COUNTED = {
    "n", "sample_size", "participants", "n_participants", "n_individuals", "no_observations",
    "observations", "n_obs", "nobs", "num_obs", "number_of_obs", "number_of_observations",
    "n_observations", "n_total", "n_people", "n_subjects",
    # What is left of them when a model is fitted is fewer than there are.
    "residual_df", "df_residuals", "df_resid",
}  # fmt: skip


def people_said(parts: Iterable[Part]) -> int | None:
    """Return the least number of people that words name as the size of a sample; None if none do.

    TRUST: words are believed as the column of a table that says how many people it is of is.
    """
    found: list[int] = []
    for part in parts:
        if isinstance(part, Text):
            told = _SAID.findall(part.text)
            found += [_number(n) for n, who in told if in_english(who.lower()) in _WHO]
        elif isinstance(part, Table) and part.is_quoted:
            named = [c for c in part.columns if c.plain in _COUNTED and c.is_integer]
            found += [int(float(c.text(0))) for c in named if c.text(0)]
        elif isinstance(part, Table) and (samples := people_of(part)) is not None:
            found.append(samples)
    return min(found, default=None)


def _number(digits: str) -> int:
    return int(digits.replace(",", ""))
