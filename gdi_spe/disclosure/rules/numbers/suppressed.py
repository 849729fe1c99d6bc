"""Rules about cells that were hidden, and about edges of groups that only look so."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.roles import Role, role_of
from gdi_spe.disclosure.contents.table import NUMBER, Column, Table
from gdi_spe.disclosure.contents.words.vocabulary import PEOPLE
from gdi_spe.disclosure.rules.numbers.counts import count_columns
from gdi_spe.disclosure.rules.rule import Hit, Judging, Rule
from gdi_spe.disclosure.shapes.people.flows import are_gaps_told

_HIDDEN = re.compile(r"(<|≤|&lt;)\s?\d{1,3}|\*|x|supp\w*")

# "<40" beside "40-49" and ">=50" is where a group ends.
_BELOW = re.compile(r"(?:<|≤|&lt;)=?\s?(\d{1,3})")
_BAND = re.compile(
    r"(?:>=?|≥|&gt;=?)?\s?(\d{1,3}(?:\.\d+)?)\s?"
    r"(?:\+|(?:-|–|—|to|bis|à|a|til|till|y|and|und|et)\s?(?:<?\s?\d{1,3}(?:\.\d+)?|\w{3,12}))?"
)


def suppressed_cells(table: Table, judging: Judging) -> Iterator[Hit]:
    """Find cells that were hidden: totals may give them back."""
    minimum = judging.policy.counts.minimum
    counted = {column.name for column in count_columns(table, judging)}
    for column in table.columns:
        # A star in a column of alleles is an allele: one that a deletion spans.
        words = column.numbers is None and role_of(column) not in (Role.VARIANT, Role.ALLELE)
        cells = column.cells if words else ()
        hidden = [c for c in cells if _HIDDEN.fullmatch(c)]
        if _are_edges(column, hidden, table):
            continue
        # A lone "x" among words is the name of a group.
        if all(c == "x" for c in hidden) and not any(NUMBER.fullmatch(c) for c in cells):
            hidden = []
        known = column.name not in counted or column.is_part or are_gaps_told(column, table)
        gap = 0 if known else column.n_missing
        if hidden or gap:
            why = (
                f"The column “{column.name}” has hidden cells. Row or column totals, here or in "
                f"another table, may give back what counts fewer than {minimum} people."
            )
            yield Hit(why, {"n_hidden": len(hidden) + gap}, f"[column={column.name}]")


def _are_edges(column: Column, hidden: list[str], table: Table) -> bool:
    """Whether "<40" is the lowest of the bands that a column divides people into.

    Another cell begins where it ends, no cell is a plain number, and the column counts nobody:
    what hides a count stands among counts.
    """
    below = [found.group(1) for cell in hidden if (found := _BELOW.fullmatch(cell))]
    if len(below) != 1 or len(hidden) != 1 or PEOPLE.fullmatch(column.plain):
        return False
    if any(NUMBER.fullmatch(cell) for cell in column.cells):
        return False
    bands = [found.group(1) for cell in column.cells if (found := _BAND.fullmatch(cell))]
    begins = {float(each) for each in bands}
    beside = any(c.numbers is not None for c in table.columns)
    return beside and bool({float(below[0]), float(below[0]) + 1} & begins)


RULES = (
    Rule(
        "TAB103", "Hidden cells", Verdict.REVIEW,
        "Drop the totals, or merge the groups instead of hiding cells.",
        Table, suppressed_cells,
    ),
)  # fmt: skip
