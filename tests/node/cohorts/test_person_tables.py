"""Tables in the canonical shape: the same rows whatever the file's kind and encoding."""

from __future__ import annotations

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from gdi_spe.boundary.errors import BadInput
from gdi_spe.node.cohorts.phenotypes.findings import REPORT_FILE, report_lines
from gdi_spe.store.folder import CohortFolder, DatasetFolder
from tests.node.cohorts.people_from import read, rows

LINES = (
    ("individual_id", "term", "label", "status", "onset_age", "date"),
    ("A", "Orphanet:590", "Congenital, myasthenic\nsyndrome", "present", "P3Y6M", "2020-02-29"),
    ("B", "ORPHA:590", 'so-called "CMS"', "excluded", "", ""),
)
EXPECTED = [
    ("A", "ORPHA:590", "Congenital, myasthenic\nsyndrome", "present", 3.5, dt.date(2020, 2, 29)),
    ("B", "ORPHA:590", 'so-called "CMS"', "excluded", None, None),
]


def _text(mark: str) -> str:
    def cell(text: str) -> str:
        return '"' + text.replace('"', '""') + '"' if any(c in text for c in ',"\n') else text

    return "\r\n".join(mark.join(cell(text) for text in line) for line in LINES) + "\r\n"


def _write(folder: Path, kind: str) -> None:
    if kind == "parquet":
        columns = [list(column) for column in zip(*LINES[1:], strict=True)]
        table = pa.table(dict(zip(LINES[0], columns, strict=True)))
        days = pa.array([dt.date(2020, 2, 29), None])
        pq.write_table(table.set_column(5, "date", days), folder / "diagnoses.parquet")
        return
    ending, _, encoding = kind.partition(" ")
    mark = "\t" if ending == "tsv" else ","
    (folder / f"diagnoses.{ending}").write_bytes(_text(mark).encode(encoding or "utf-8"))


@pytest.mark.parametrize("kind", ["tsv", "csv", "csv utf-8-sig", "tsv utf-16", "parquet"])
def test_a_table_is_the_same_in_every_kind_of_file(kind: str, tmp_path: Path) -> None:
    _write(tmp_path, kind)

    found = rows(read("AB", tables=tmp_path), "diagnoses")

    names = ("individual_id", "term", "label", "status", "onset_years", "date")
    assert [tuple(r[name] for name in names) for r in found] == EXPECTED


def _parquet(**columns: Any) -> bytes:
    sink = pa.BufferOutputStream()
    pq.write_table(pa.table(columns), sink)
    return bytes(sink.getvalue())


BROKEN = {
    "no text": ("diagnoses.tsv", b"individual_id\tterm\nA\t\xff\xfe\n", "neither UTF-8 nor UTF-16"),
    "nothing": ("diagnoses.csv", b"", "is empty: the first line names the columns"),
    "tabs": ("diagnoses.csv", b"individual_id\tterm\n", "Part the columns .* with commas"),
    "semicolons": ("diagnoses.csv", b"individual_id;term\n", "Part the columns .* with commas"),
    "commas": ("diagnoses.tsv", b"individual_id,term\n", "Part the columns .* with tabs"),
    "an open quote": ("diagnoses.csv", b'individual_id,term\n"A,HP:0000508\n', "cannot be read"),
    "a nul": ("diagnoses.csv", b"individual_id,term\nA\0,HP:0000508\n", "cannot be read|can be"),
    "no parquet": ("diagnoses.parquet", b"PAR1 and then nothing", "no Parquet that can be read"),
    "a list": (
        "diagnoses.parquet",
        _parquet(individual_id=["A"], term=[["HP:0000508"]]),
        "row 1: term is a list",
    ),
    "a late row": (
        "measurements.parquet",
        _parquet(individual_id=["A", "A"], term=["LOINC:8302-2"] * 2, value=[1.0, float("inf")]),
        "row 2: value 'inf'",
    ),
    "an unknown column": (
        "diagnoses.parquet",
        _parquet(individual_id=["A"], terms=["HP:0000508"]),
        "unknown column 'terms'. Did you mean term",
    ),
}


@pytest.mark.parametrize("why", BROKEN)
def test_a_file_that_is_no_such_table_is_refused(why: str, tmp_path: Path) -> None:
    name, content, text = BROKEN[why]
    (tmp_path / name).write_bytes(content)

    with pytest.raises(BadInput, match=f"{name}.*{text}"):
        read("A", tables=tmp_path)


def test_a_table_in_two_files_is_refused(tmp_path: Path) -> None:
    for ending in ("tsv", "parquet"):
        _write(tmp_path, ending)

    with pytest.raises(BadInput, match=r"more than once: diagnoses.tsv and diagnoses.parquet"):
        read("AB", tables=tmp_path)


def test_a_file_that_is_no_table_is_told_with_the_nearest_name(tmp_path: Path) -> None:
    (tmp_path / "diagnosis.tsv").write_text("individual_id\n")

    told = read("A", tables=tmp_path).findings.left_out.examples

    assert told == {
        "files that are no canonical table (did you mean diagnoses?)": ["diagnosis.tsv"]
    }


def test_dates_of_birth_may_be_a_year_or_a_month(node: Any) -> None:
    folder = node.table(
        "individuals", "individual_id birth_date\nA 1960\nB 1960-02\nC 1960-02-29\n"
    )

    found = [r["birth_date"] for r in rows(read("ABC", tables=folder), "individuals")]

    assert found == ["1960", "1960-02", "1960-02-29"]


def test_samples_nobody_speaks_of_are_individuals_of_their_name_and_told(node: Any) -> None:
    folder = node.table("individuals", "individual_id sex\nA female\n")

    people = read(("A", "B"), tables=folder)

    assert [r["individual_id"] for r in rows(people, "individuals")] == ["A", "B"]
    told = people.findings.left_out.examples
    assert told == {"samples that no source speaks of: individuals of the same name": ["B"]}


def test_dates_of_a_life_that_cannot_all_be_true_are_told(node: Any) -> None:
    columns = "individual_id birth_date age last_encounter_date death_date"
    lives = "A 1960-05 P30Y 2020-01-01 2021-01-01\nB 1960 P59Y 2020-01-01 1950-01-01\n"
    node.table("individuals", f"{columns}\n{lives}")
    folder = node.table("diagnoses", "individual_id term date\nA HP:0000508 1959-12-31\n")

    told = read("AB", tables=folder).findings.contradictions.examples

    assert told == {
        "age and date of birth do not fit together, kept as told": ["A"],
        "death_date before birth, kept as told": ["B"],
        "diagnoses: date before birth, kept as told": ["A"],
    }


def test_the_account_is_kept_with_the_dataset_and_shown(node: Any) -> None:
    records = ["1 100 . A C . . . GT 0/1 1/1"]
    folder = node.table("diagnoses", "individual_id term\nA FOO:1\nB HP:0000508\n")

    report = node.ingest(vcf=(node.vcf(records, ("A", "B")),), tables=folder, skip_faulty=True)

    kept = json.loads((node.home / "datasets" / "D1" / "1" / REPORT_FILE).read_text())
    assert kept == report.phenotypes
    assert kept["faults"][0]["n"] == 1
    assert "FOO:1" in report_lines(kept)[0]
    node.define()
    cohort = node.materialise()
    assert not (cohort.path / REPORT_FILE).exists()


def test_the_first_germline_sample_in_the_files_stands_for_a_person_in_every_cohort(
    node: Any,
) -> None:
    text = "sample_id individual_id origin\nT P tumour\nZ P germline\nB P germline\n"
    records = ["1 100 . A C . . . GT 1/1 0/1 0/0"]
    folder = node.table("samples", text)
    node.ingest(vcf=(node.vcf(records, ("T", "Z", "B")),), tables=folder)
    node.define()

    cohort = CohortFolder(node.materialise().path)

    dataset = DatasetFolder(node.home / "datasets" / "D1" / "1")
    for where in (dataset, cohort):
        assert where.counts("chr1")["allele_count"].tolist() == [[1]]
        assert where.variants("chr1")["allele_count"].to_pylist() == [1]
