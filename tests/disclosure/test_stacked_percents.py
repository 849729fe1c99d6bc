"""Cross tables that stack percents below each count, as SAS prints them."""

from __future__ import annotations

import numpy as np
import pytest

_NAMES = ("Innlandet", "Midt", "Nord", "Vest")
_COUNTS = ((447, 941, 1282), (625, 1353, 1928), (441, 934, 1305), (754, 1550, 2269))
_RULE = "----------+--------+--------+--------+\n"


def cells(label: str, told: list[str], total: str) -> str:
    return f"{label:10}|" + "".join(f"{each:>7} |" for each in told) + f"{total:>7}\n"


def listing(
    counts: tuple[tuple[int, ...], ...] = _COUNTS, kinds: str = "r", off: float = 0.0
) -> str:
    """Print counts with percents of everybody (a), of rows (r) and of columns (c) below them."""
    matrix = np.array(counts)
    rows, columns, everybody = matrix.sum(axis=1), matrix.sum(axis=0), matrix.sum()
    heads = {"a": "Percent", "r": "Row Pct", "c": "Col Pct"}
    text = "The FREQ Procedure\n\nTable of region by smoke\n\nFrequency |\n"
    text += "".join(f"{heads[k]:10}|\n" for k in kinds[:-1])
    text += f"{heads[kinds[-1]]:10}|current |former  |never   |  Total\n{_RULE}"
    for i, name in enumerate(_NAMES[: len(counts)]):
        text += cells(name, [str(n) for n in matrix[i]], str(rows[i]))
        for kind in kinds:
            wholes = {"a": everybody, "r": rows[i], "c": columns}[kind]
            shares = 100 * matrix[i] / wholes + (off if i == 1 else 0)
            total = f"{100 * rows[i] / everybody:.2f}" if kind == "a" else ""
            text += cells("", [f"{share:.2f}" for share in shares], total)
        text += _RULE
    return text + cells("Total", [str(n) for n in columns], str(everybody)).replace("|", " ")


@pytest.mark.parametrize("kinds", ["r", "c", "a", "arc"])
def test_percents_that_counts_beside_them_give_hide_no_cells(report, kinds):
    assert report(listing(kinds=kinds), "freq.lst", n=24_317).verdict.word == "pass"


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        (listing((*_COUNTS[:3], (754, 4, 2269))), "block"),
        (listing((*_COUNTS[:3], (754, 4, 2269))).replace("      4 |", "    <10 |"), "block"),
        # Percents that the counts do not give may be of other people.
        (listing(off=0.37), "block review"),
        (listing(kinds="arc", off=-0.02), "block review"),
    ],
)
def test_few_people_and_percents_of_something_else_do_not_pass(report, text, wanted):
    assert report(text, "freq.lst", n=24_317).verdict.word in wanted.split()
