"""Who is in and who is out follows from the latest valid statement, and doubt means out."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gdi_spe.boundary.errors import BadInput
from gdi_spe.node.cohorts.consent import ConsentRecords, read_consent, to_csv

HEADER = "subject_id,jurisdiction,model,purpose,status,valid_from,valid_to,source,duo\n"
NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)

# Statements (model, status, from, to) -> is the individual in, and why.
CASES = {
    "opt-in, given": ([("opt_in", "given", "2024-01-01", "")], True, "given"),
    "opt-in, unknown": ([("opt_in", "unknown", "2024-01-01", "")], False, "unknown"),
    "opt-out, unknown": ([("opt_out", "unknown", "2024-01-01", "")], True, "opt_out"),
    "opt-out, refused": ([("opt_out", "refused", "2024-01-01", "")], False, "refused"),
    "opt-out, given": ([("opt_out", "given", "2024-01-01", "")], True, "given"),
    "no record": ([], False, "unknown"),
    "given, then withdrawn": (
        [("opt_in", "given", "2024-01-01", ""), ("opt_in", "withdrawn", "2025-01-01", "")],
        False,
        "withdrawn",
    ),
    "withdrawn, then given": (
        [("opt_in", "withdrawn", "2024-01-01", ""), ("opt_in", "given", "2025-01-01", "")],
        True,
        "given",
    ),
    "withdrawn from tomorrow": (
        [("opt_in", "given", "2024-01-01", ""), ("opt_in", "withdrawn", "2026-06-02", "")],
        True,
        "given",
    ),
    "withdrawn today": (
        [("opt_in", "given", "2024-01-01", ""), ("opt_in", "withdrawn", "2026-06-01", "")],
        False,
        "withdrawn",
    ),
    "given until yesterday": ([("opt_in", "given", "2024-01-01", "2026-05-31")], False, "unknown"),
    "given until today": ([("opt_in", "given", "2024-01-01", "2026-06-01")], True, "given"),
    "two words on one day": (
        [("opt_in", "given", "2024-01-01", ""), ("opt_in", "refused", "2024-01-01", "")],
        False,
        "contradiction",
    ),
    "the same word twice": (
        [("opt_in", "given", "2024-01-01", ""), ("opt_in", "given", "2024-01-01", "")],
        True,
        "given",
    ),
}


def written(tmp_path: Path, rows: list[tuple[str, str, str, str]]) -> Path:
    path = tmp_path / "consent.csv"
    lines = [f"A,XX,{m},secondary_use,{s},{f},{t},paper,DUO:0000042\n" for m, s, f, t in rows]
    path.write_text(HEADER + "".join(lines))
    return path


@pytest.mark.parametrize("case", CASES)
def test_a_decision_follows_the_latest_valid_statement(case: str, tmp_path: Path) -> None:
    rows, is_in, why = CASES[case]
    records = read_consent(written(tmp_path, rows))

    decision = records.decide("A", "secondary_use", NOW)

    assert (decision.is_in, decision.why) == (is_in, why)


def test_consent_to_one_purpose_is_none_to_another(tmp_path: Path) -> None:
    records = read_consent(written(tmp_path, [("opt_in", "given", "2024-01-01", "")]))

    assert not records.decide("A", "allele_frequency", NOW).is_in


@settings(deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["opt_in", "opt_out"]),
            st.sampled_from(["given", "refused", "withdrawn", "unknown"]),
            st.integers(-3, 3),
        ),
        min_size=1,
        max_size=5,
    )
)
def test_nobody_is_in_against_their_latest_word(
    tmp_path_factory: pytest.TempPathFactory, said: list[tuple[str, str, int]]
) -> None:
    rows = [(m, s, (NOW + timedelta(days=d)).date().isoformat(), "") for m, s, d in said]
    records = read_consent(written(tmp_path_factory.mktemp("c"), rows))

    decision = records.decide("A", "secondary_use", NOW)

    known = [(d, s) for _, s, d in said if d <= 0]
    latest = max((d for d, _ in known), default=None)
    words = {s for d, s in known if d == latest}
    if words & {"refused", "withdrawn"} or len(words) > 1:
        assert not decision.is_in


@pytest.mark.parametrize(
    ("row", "why"),
    [
        ("A,XX,opt_maybe,secondary_use,given,2024-01-01,,x,", "model 'opt_maybe'"),
        ("A,XX,opt_in,secondary_use,yes,2024-01-01,,x,", "status 'yes'"),
        ("A,XX,opt_in,secondary_use,given,yesterday,,x,", "valid_from"),
        ("A,XX,opt_in,secondary_use,given,2024-01-01,never,x,", "valid_to"),
        (",XX,opt_in,secondary_use,given,2024-01-01,,x,", "subject_id"),
        ("A,XX,opt_in,secondary_use,given,2024-01-01,,x,DUO:00000020", "DUO"),
        ("A,XX,opt_in,secondary_use,given,2024-01-01,,x,DUO:0000099", "DUO"),
        ("A,XX,opt_in,secondary-use,given,2024-01-01,,x,", "purpose 'secondary-use'"),
        ("A,XX,opt_in,secondary_use,given,2024-01-01", "columns"),
        ("A,XX,opt_in,secondary_use,given,2024-01-01,,x,,more", "columns"),
    ],
)
def test_a_row_that_is_not_understood_is_refused_with_its_line(
    row: str, why: str, tmp_path: Path
) -> None:
    path = tmp_path / "consent.csv"
    path.write_text(HEADER + "B,XX,opt_in,secondary_use,given,2024-01-01,,x,\n" + row + "\n")

    with pytest.raises(BadInput, match=f"consent.csv, line 3: .*{why}"):
        read_consent(path)


def test_statements_written_are_the_statements_read(tmp_path: Path) -> None:
    records = read_consent(written(tmp_path, CASES["given, then withdrawn"][0]))
    (tmp_path / "again.csv").write_bytes(to_csv(records.statements))

    again = read_consent(tmp_path / "again.csv")

    assert again.statements == records.statements
    assert isinstance(again, ConsentRecords)
