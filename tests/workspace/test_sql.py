"""SQL reaches this cohort's tables and nothing else."""

from __future__ import annotations

import gc
import subprocess
import sys
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from gdi_spe.store.folder import CohortFolder
from gdi_spe.workspace.asking.carriers import ZYGOSITIES
from gdi_spe.workspace.asking.sql import SqlNotUnderstood
from gdi_spe.workspace.cohort.opened import Cohort
from tests.query import test_oracle as oracle


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


@pytest.mark.parametrize("ask", ["df", "arrow", "fetchall", "repr"])
def test_what_is_wrong_with_a_row_is_told_in_words_too(cohort: Cohort, ask: str) -> None:
    late = cohort.sql("SELECT CAST(individual_id AS INTEGER) AS n FROM individuals")

    with pytest.raises(SqlNotUnderstood, match="TRY_CAST gives NULL"):
        repr(late) if ask == "repr" else getattr(late, ask)()


def test_an_answer_does_what_a_relation_does(cohort: Cohort) -> None:
    people = cohort.sql("SELECT individual_id, sex FROM individuals")
    women = people.filter("sex = 'female'").project("individual_id")

    both = people.join(women.set_alias("women"), "individual_id")

    assert len(women) == len(both) == cohort.individuals(sex="female").count()
    assert women["individual_id"].columns == ["individual_id"]
    assert pa.table(women).num_rows == len(women)
    with pytest.raises(SqlNotUnderstood, match="Near it: sex"):
        people.filter("sexx = 'female'")


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
        "SELECT * FROM query('SELECT * FROM read_csv(''/etc/passwd'')')",
        "SELECT * FROM query_table('/etc/passwd')",
        "SELECT * FROM read_blob('/proc/self/environ')",
        "SELECT * FROM parquet_metadata('/etc/passwd')",
        "SELECT getenv('HOME')",
        f"WITH x AS (COPY individuals TO '{secret.parent}/out.csv') SELECT 1",
        "WITH x AS (DELETE FROM individuals RETURNING *) SELECT * FROM x",
        "WITH x AS (INSERT INTO individuals FROM individuals RETURNING *) SELECT * FROM x",
        "CREATE MACRO m() AS TABLE FROM read_csv('/etc/passwd')",
        "CALL enable_logging(storage = 'file')",
        "SELECT * FROM enable_logging('QueryLog', storage = 'file', storage_path = '/tmp/logs')",
        "SELECT * FROM pandas_scan(1)",
        "SELECT * FROM arrow_scan(1, 2, 3)",
        "SELECT * FROM sqlite_scan('a', 'b')",
        "SET temp_directory = '/tmp'",
        "SET VARIABLE x = 1",
        "PRAGMA database_list",
        "BEGIN",
        "VACUUM",
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
    relation = cohort.sql("SELECT * FROM individuals")

    with pytest.raises(SqlNotUnderstood, match="file system"):
        relation.write_csv(str(tmp_path / "out.csv"))


@pytest.mark.parametrize(
    "text",
    [
        "SELECT * FROM duckdb_secrets()",
        "SELECT * FROM duckdb_extensions()",
        "SELECT * FROM sniff_csv('/etc/passwd')",
    ],
)
def test_what_is_looked_up_late_is_locked_too(cohort: Cohort, text: str) -> None:
    with pytest.raises(SqlNotUnderstood, match="disabled"):
        cohort.sql(text).fetchall()


def test_nothing_spills_to_the_disk(cohort: Cohort) -> None:
    found = cohort.sql("SELECT current_setting('temp_directory')").fetchall()

    assert found == [("",)]


def test_carriers_are_those_of_the_calls_with_their_zygosity(
    cohort: Cohort, folder: CohortFolder
) -> None:
    """P07 is a man written 1/1 on X, P08 one written 1, P09 has two alleles there, P02 is ./1."""
    rows = cohort.sql(
        "SELECT chromosome, position, individual_id, zygosity FROM carriers ORDER BY ALL"
    ).fetchall()
    expected = []
    for chromosome in folder.chromosomes:
        people = np.array(folder.samples["individual_id"].to_pylist())
        for row, position in enumerate(folder.variants(chromosome)["position"].to_pylist()):
            carrying = people[folder.carrying(chromosome, [row])]
            expected += [(chromosome, position, person) for person in carrying]

    assert sorted(row[:3] for row in rows) == sorted(expected)
    on_x = {row[2]: row[3] for row in rows if row[0] == "chrX"}
    assert on_x == {"P01": "heterozygous", "P02": "homozygous", "P07": "hemizygous",
                    "P08": "hemizygous"}  # fmt: skip
    assert ("chr19", 38500000, "P02", None) in rows


@pytest.mark.parametrize("seed", [10, 11, 12])
def test_carriers_of_random_calls_are_those_of_a_slow_reading(tmp_path: Path, seed: int) -> None:
    """On autosomes, X, Y and the mitochondrion; half-missing, haploid and torn calls among them."""
    made = oracle.make(tmp_path / "cohort", seed)
    sexes = {person["individual_id"]: person["sex"] for person in made.people}
    expected = []
    for site in made.sites:
        for index, sample in enumerate(made.samples):
            alleles = oracle.counted(site, sexes[sample["individual_id"]], site["codes"][index])
            if alleles and 1 in alleles:
                whole = "hemizygous" if len(alleles) == 1 else ZYGOSITIES[sum(map(bool, alleles))]
                zygosity = None if None in alleles else whole
                expected.append(
                    (site["chromosome"], site["position"], f"S{index}", sample["origin"], zygosity)
                )

    found = (
        Cohort(tmp_path / "cohort")
        .sql("SELECT chromosome, position, sample_id, origin, zygosity FROM carriers")
        .fetchall()
    )

    assert len(found) > 30
    assert sorted(found, key=str) == sorted(expected, key=str)


def test_zygosities_agree_with_selections(cohort: Cohort) -> None:
    for zygosity in ("heterozygous", "homozygous", "hemizygous"):
        found = cohort.sql(
            f"SELECT DISTINCT individual_id FROM carriers WHERE zygosity = '{zygosity}' ORDER BY 1"
        ).fetchall()
        regions = cohort.sql("SELECT DISTINCT chromosome FROM variants").fetchall()
        asked = cohort.individuals(region=[row[0] for row in regions], zygosity=zygosity)

        assert [row[0] for row in found] == asked.ids


def test_carriers_are_read_as_a_query_needs_them(cohort: Cohort) -> None:
    plan = cohort.sql("EXPLAIN SELECT count(*) FROM carriers WHERE gene = 'PTEN'").fetchall()[0][1]

    assert plan.index("Unnest") < plan.index("gene"), "the gene is looked at before the calls"


def test_queries_do_not_disturb_each_other(cohort: Cohort) -> None:
    first = cohort.sql("SELECT individual_id FROM individuals ORDER BY 1")
    reader = first.to_arrow_reader(batch_size=1)
    cohort.sql("SELECT count(*) FROM carriers").fetchall()

    assert reader.read_all().num_rows == 12
    assert first.fetchall()[0] == ("P01",)


def test_an_answer_outlives_its_cohort(folder: CohortFolder) -> None:
    relation = Cohort(folder.path).sql("SELECT count(*) FROM carriers").filter("1 = 1")
    gc.collect()

    assert (
        relation.fetchall() == Cohort(folder.path).sql("SELECT count(*) FROM carriers").fetchall()
    )


def test_the_end_of_a_session_is_silent(folder: CohortFolder) -> None:
    code = (
        "import gdi_spe as spe\n"
        f"found = spe.open_cohort({str(folder.path)!r}).sql('SELECT count(*) FROM carriers')\n"
        "print(found.fetchall())"
    )

    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)

    assert done.stderr == ""
    assert done.stdout.startswith("[(")


def test_calls_that_are_none_are_an_error_and_no_crash(cohort: Cohort) -> None:
    with pytest.raises(SqlNotUnderstood, match="not a multiple of 8"):
        cohort.sql("SELECT _carried('chr1', 1, 'garbage'::BLOB)").fetchall()
    with pytest.raises(SqlNotUnderstood):
        cohort.sql("SELECT _individual(99999999)").fetchall()


def test_tables_and_columns_are_listed(cohort: Cohort) -> None:
    listed = cohort.tables().set_index(["table", "column"])

    assert listed.loc[("individuals", "sex"), "is_filled"]
    assert not listed.loc[("exposures", "term"), "is_filled"]
    assert not listed.loc[("variants", "hgvs_c"), "is_filled"]
    assert listed.loc[("variants", "gene"), "is_filled"]
    assert listed.loc[("carriers", "zygosity"), "type"] == "VARCHAR"
    for table in set(listed.index.get_level_values("table")):
        assert cohort.sql(f"FROM {table}").columns == listed.loc[table].index.tolist()


def test_no_name_that_is_no_text_is_run(cohort: Cohort) -> None:
    with pytest.raises(SqlNotUnderstood, match="no text"):
        cohort.sql(5)  # type: ignore[arg-type]


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
