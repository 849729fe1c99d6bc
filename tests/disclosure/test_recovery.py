"""What can be worked out of hidden cells, against tables that others suppressed."""

from __future__ import annotations

import re
from itertools import product
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.sparse import csr_matrix

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.inference.recovery import bounds, determined

SUMIT = Path(__file__).parents[3] / "shared" / "data" / "exports" / "sumit"


def read_jj(path: Path) -> tuple[csr_matrix, np.ndarray, np.ndarray]:
    """Read a table of JJ format: equations over all cells, and which are hidden."""
    lines = [line.strip() for line in path.read_text().splitlines() if line.strip()]
    n = int(lines[1])
    cells = [line.split() for line in lines[2 : 2 + n]]
    values = np.array([float(cell[1]) for cell in cells])
    hidden = np.array([cell[3] in ("m", "u") for cell in cells])
    m = int(lines[2 + n])
    rows, columns, signs = [], [], []
    for row, line in enumerate(lines[3 + n : 3 + n + m]):
        for cell, sign in re.findall(r"(\d+)\s*\((-?\d+)\)", line.split(":")[1]):
            rows.append(row), columns.append(int(cell)), signs.append(float(sign))
    return csr_matrix((signs, (rows, columns)), shape=(m, n)), values, hidden


@pytest.mark.parametrize(
    ("name", "exact"), [("test", 42), ("partially_suppressed", 2), ("fully_suppressed", 0)]
)
def test_suppressed_cells_of_outside_tables_are_worked_out_exactly(name, exact):
    if not SUMIT.exists():
        pytest.skip(f"the tables are not at {SUMIT}")
    equations, _, hidden = read_jj(SUMIT / f"{name}.jj")

    assert int(determined(equations[:, np.flatnonzero(hidden)]).sum()) == exact


@settings(max_examples=30, deadline=None)
@given(st.lists(st.integers(0, 3), min_size=4, max_size=4), st.data())
def test_bounds_are_those_of_every_table_that_fits(numbers, data):
    # Two rows, two columns; the right-hand sides are the margins.
    matrix = np.array([[1, 1, 0, 0], [0, 0, 1, 1], [1, 0, 1, 0], [0, 1, 0, 1]], dtype=float)
    used = data.draw(st.lists(st.integers(0, 3), unique=True, min_size=1))
    equations, totals = matrix[used], matrix[used] @ np.array(numbers)

    found = bounds(csr_matrix(equations), totals, np.zeros(4), np.full(4, 3.0))

    fitting = [t for t in product(range(4), repeat=4) if (equations @ t == totals).all()]
    for cell in range(4):
        seen = [t[cell] for t in fitting]
        assert (round(found[cell, 0], 6), round(found[cell, 1], 6)) == (min(seen), max(seen))


def test_the_true_total_gives_back_what_was_hidden_before_totals_were_made(report, rules_of):
    # ACRO recomputes totals after suppression: 1,997 of 2,000 people.
    table = "site,F,M,All\nA,500,497,997\nB,,1000,1000\nAll,500,1497,1997\n"

    found = report(table, n=2000)

    assert found.verdict is Verdict.BLOCK
    assert "TAB109" in rules_of(found)


def test_a_second_hidden_cell_in_each_line_keeps_both(report, rules_of):
    table = "site,F,M,All\nA,<10,<10,412\nB,<10,<10,318\nC,300,300,600\nAll,500,830,1330\n"

    assert "TAB109" not in rules_of(report(table.replace("<10", "supp"), n=2000))


@pytest.mark.parametrize(
    ("table", "worst"),
    [
        # Largest values of groups, as `aggfunc="max"` prints them.
        ("type,2010,2011\nG,81250.5,64011.25\nR,71200.75,91822.0\n", Verdict.REVIEW),
        # A dummy for one person among 4,000.
        ("term,coef,se,n\nconst,1,0.05,4000\nis_old,0.2,0.04,4000\nis_him,3,2.1,4000\n",
         Verdict.REVIEW),
        # Means over the few who have a value: no column counts those.
        ("site,mean_ldl,median_ldl\nA,3.41,3.3\nB,3.22,3.1\n", Verdict.REVIEW),
        # Margins of a suppressed table with a count of 8 in them.
        ("year,G,N,All\n2010,15,,15\n2011,8,12,20\nAll,23,12,35\n", Verdict.BLOCK),
    ],
)  # fmt: skip
def test_what_acro_lets_pass_does_not_pass_here(table, worst, report):
    assert report(table, n=4000).verdict >= worst


def test_few_families_are_few_people(report, rules_of):
    found = report("gene,n_carriers,n_families\nRYR1,40,3\nTLR7,50,44\n", kind="counts")

    assert found.verdict is Verdict.BLOCK
    assert "TAB101" in rules_of(found)


@pytest.mark.parametrize(
    ("table", "rule"),
    [("site,n,sum_cost,top1,top2\nA,40,1000,800,150\nB,50,1000,30,20\n", "TAB110"),
     ("site,n,mean_event\nA,600,0.005\nB,500,0.12\n", "TAB106")],
)  # fmt: skip
def test_sums_and_means_that_tell_of_few_are_found(table, rule, report, rules_of):
    assert rule in rules_of(report(table, n=4000))
