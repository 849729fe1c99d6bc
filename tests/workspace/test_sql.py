"""SQL reaches this cohort's tables and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest

from gdi_spe.workspace.asking.sql import SqlNotUnderstood
from gdi_spe.workspace.cohort.opened import Cohort


def test_tables_variants_and_carriers_can_be_asked(cohort: Cohort) -> None:
    sexes = cohort.sql("SELECT sex, count(*) AS n FROM individuals GROUP BY 1 ORDER BY 1").df()
    rare = cohort.sql("SELECT count(*) FROM variants WHERE gene = 'PTEN'").fetchall()
    pten = cohort.sql(
        "SELECT DISTINCT individual_id FROM carriers WHERE gene = 'PTEN' ORDER BY 1"
    ).fetchall()

    assert sexes["n"].tolist() == [6, 5, 1]
    assert rare == [(2,)]
    assert [row[0] for row in pten] == cohort.individuals(gene="PTEN").ids


def test_joins_agree_with_selections(cohort: Cohort) -> None:
    found = cohort.sql(
        "SELECT DISTINCT c.individual_id FROM carriers c JOIN treatments t USING (individual_id) "
        "WHERE c.gene = 'PTEN' AND c.consequence = 'stop_gained' AND t.term = 'NCIT:C64768' "
        "AND t.status = 'present' ORDER BY 1"
    ).fetchall()
    asked = cohort.individuals(gene="PTEN", consequence="stop_gained", treatment="NCIT:C64768")

    assert [row[0] for row in found] == asked.ids


@pytest.mark.parametrize(
    ("text", "near"),
    [
        ("SELECT * FROM individual", "individuals"),
        ("SELECT sexx FROM individuals", "sex"),
        ("SELECT * FROM diagnosis", "diagnoses"),
        ("SELECT allele_freq FROM variants", "allele_frequency"),
    ],
)
def test_a_wrong_name_is_told_with_the_nearest(cohort: Cohort, text: str, near: str) -> None:
    with pytest.raises(SqlNotUnderstood, match=near):
        cohort.sql(text)


def attacks(secret: Path) -> list[str]:
    return [
        f"SELECT * FROM read_csv('{secret}')",
        f"SELECT * FROM '{secret}'",
        f"SELECT * FROM read_text('{secret}')",
        f"SELECT * FROM glob('{secret.parent}/*')",
        f"COPY individuals TO '{secret.parent}/out.csv'",
        f"ATTACH '{secret.parent}/new.db' AS other",
        f"EXPORT DATABASE '{secret.parent}/dump'",
        "INSTALL httpfs",
        "LOAD httpfs",
        "SET enable_external_access = true",
        "SET lock_configuration = false",
        "SET memory_limit = '1TB'",
        "PRAGMA enable_profiling='json'; SET profiling_output='/tmp/x'",
        "SELECT * FROM read_parquet('https://example.org/x.parquet')",
        "FROM secret_frame",
    ]


def test_the_engine_is_locked(cohort: Cohort, tmp_path: Path) -> None:
    import pandas as pd

    secret_frame = pd.DataFrame({"x": [1]})
    secret = tmp_path / "secret.csv"
    secret.write_text("a,b\n1,2\n")

    for text in attacks(secret):
        with pytest.raises(SqlNotUnderstood):
            cohort.sql(text)
    assert [path.name for path in tmp_path.iterdir()] == ["secret.csv"]
    assert len(secret_frame) == 1


def test_a_relation_cannot_be_written_to_a_file(cohort: Cohort, tmp_path: Path) -> None:
    import duckdb

    relation = cohort.sql("SELECT * FROM individuals")

    with pytest.raises(duckdb.Error, match="file system"):
        relation.write_csv(str(tmp_path / "out.csv"))


def test_a_query_cannot_spoil_the_next(cohort: Cohort) -> None:
    for text in (
        "DROP VIEW individuals",
        "SELECT 1; DROP VIEW individuals",
        "",
        "SELECT 1; SELECT 2",
    ):
        with pytest.raises(SqlNotUnderstood, match="only one query"):
            cohort.sql(text)

    assert cohort.sql("SELECT count(*) FROM individuals").fetchall() == [(12,)]
