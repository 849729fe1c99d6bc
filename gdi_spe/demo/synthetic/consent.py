"""What people have said about the secondary use of their data, and what follows from it."""

from __future__ import annotations

import csv
from collections.abc import Iterable
from dataclasses import astuple, dataclass, fields
from pathlib import Path

PURPOSE = "secondary_use"
HOME, NEIGHBOUR = "XX", "XO"  # user-assigned codes of ISO 3166: no real country


@dataclass(frozen=True)
class Statement:
    """One row of ``consent.csv``."""

    subject_id: str
    jurisdiction: str
    model: str
    purpose: str
    status: str
    valid_from: str
    valid_to: str = ""
    source: str = "consent-service"
    duo: str = "DUO:0000042"


# How a person's consent came about -> (is the person in a cohort for secondary use, statements
# as (model, status, valid_from, valid_to)).
_KINDS: dict[str, tuple[bool, tuple[tuple[str, str, str, str], ...]]] = {
    "given": (True, (("opt_in", "given", "2023-03-01", ""),)),
    "given again": (
        True,
        (
            ("opt_in", "given", "2022-01-10", ""),
            ("opt_in", "withdrawn", "2023-02-01", ""),
            ("opt_in", "given", "2024-05-01", ""),
        ),
    ),
    "refused": (False, (("opt_in", "refused", "2023-03-01", ""),)),
    "withdrawn": (
        False,
        (("opt_in", "given", "2022-06-01", ""), ("opt_in", "withdrawn", "2024-02-15", "")),
    ),
    "unknown": (False, (("opt_in", "unknown", "2023-03-01", ""),)),
    "no record": (False, ()),
    "contradictory": (
        False,
        (("opt_in", "given", "2023-09-01", ""), ("opt_in", "refused", "2023-09-01", "")),
    ),
    "expired": (False, (("opt_in", "given", "2019-01-01", "2021-12-31"),)),
    "not yet valid": (False, (("opt_in", "given", "2999-01-01", ""),)),
    "opt-out, silent": (True, (("opt_out", "unknown", "2023-01-01", ""),)),
    "opt-out, given": (True, (("opt_out", "given", "2023-01-01", ""),)),
    "opt-out, refused": (False, (("opt_out", "refused", "2023-04-01", ""),)),
}
KINDS = tuple(_KINDS)

# How often each happens at home, where consent is opt-in, and next door, where it is opt-out.
SHARES = {
    HOME: {
        "given": 0.93,
        "given again": 0.01,
        "refused": 0.02,
        "withdrawn": 0.015,
        "unknown": 0.01,
        "no record": 0.009,
        "contradictory": 0.003,
        "expired": 0.002,
        "not yet valid": 0.001,
    },
    NEIGHBOUR: {"opt-out, silent": 0.8, "opt-out, given": 0.1, "opt-out, refused": 0.1},
}


def is_included(kind: str) -> bool:
    """Say whether a person with this history is in a cohort for secondary use."""
    return _KINDS[kind][0]


def statements(subject_id: str, country: str, kind: str) -> list[Statement]:
    """Return the rows that tell one person's history."""
    rows = [
        Statement(subject_id, country, model, PURPOSE, status, start, end)
        for model, status, start, end in _KINDS[kind][1]
    ]
    # Another purpose, answered the other way: it must count for nothing here.
    if rows and kind in {"given", "refused"} and int(subject_id[-2:]) % 10 == 0:
        opposite = "refused" if kind == "given" else "given"
        rows.append(
            Statement(subject_id, country, "opt_in", "commercial_use", opposite, "2024-01-01")
        )
    return rows


def write(path: Path, rows: Iterable[Statement]) -> None:
    """Write ``consent.csv``."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(field.name for field in fields(Statement))
        writer.writerows(astuple(row) for row in rows)
