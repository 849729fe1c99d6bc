"""Present and excluded of one thing in one person: which of the two is believed."""

from __future__ import annotations

from collections import defaultdict

import pyarrow as pa
import pyarrow.compute as pc

from gdi_spe.node.cohorts.phenotypes.findings import Findings

# What an observation is of, where it is not a term alone.
_THING = {"biomarkers": ("gene", "name", "hgvs_p")}
_WHEN = (
    "onset_age",
    "onset_term",
    "gestational_days",
    "date",
    "start_date",
    "start_age",
    "age",
)


def believed(table: pa.Table, name: str, findings: Findings) -> pa.Table:
    """Return the observations that nothing contradicts, each of them once.

    A thing that is both present and excluded in a person is a contradiction, unless each of the
    rows says when and no two that differ say the same: it was absent then and is there now. Of
    a contradiction neither row is kept, so that the thing is not recorded: a question counts
    the person neither among those who have it nor among those who do not.
    """
    if "status" not in table.column_names or not table.num_rows:
        return table
    once = table.group_by(table.column_names).aggregate([])
    n_twice = table.num_rows - once.num_rows
    if n_twice:
        findings.left_out.add(f"{name}: rows that say what another row says", name, n_twice)
    thing = ["individual_id", *_THING.get(name, ("term",))]
    numbered = once.append_column("_row", pa.array(range(once.num_rows)))
    statuses = numbered.group_by(thing).aggregate([("status", "count_distinct"), ("_row", "list")])
    doubtful = statuses.filter(pc.greater(statuses["status_count_distinct"], 1))
    drop: list[int] = []
    for group in doubtful.to_pylist():
        rows = once.take(group["_row_list"]).to_pylist()
        if _contradict(rows):
            drop += group["_row_list"]
            told = " ".join(str(group[column]) for column in thing if group[column] is not None)
            findings.contradictions.add(f"{name}: present and excluded, neither is kept", told)
    if not drop:
        return once
    keep = pc.invert(pc.is_in(numbered["_row"], value_set=pa.array(drop)))
    return once.filter(keep)


def _contradict(rows: list[dict[str, object]]) -> bool:
    when: dict[object, set[tuple[object, ...]]] = defaultdict(set)
    for row in rows:
        when[row["status"]].add(tuple(row.get(column) for column in _WHEN))
    untold = tuple(None for _ in _WHEN)
    present, excluded = when["present"], when["excluded"]
    # TRUST: without a time on each side nothing says that the two are of different times.
    return untold in present | excluded or bool(present & excluded)
