"""Verifying finds any byte that changed, and files that do not add up; a restore is accepted."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from gdi_spe.boundary.errors import BadInput, ExitCode
from gdi_spe.node.cohorts import seals
from gdi_spe.node.cohorts.seals import CohortTampered
from gdi_spe.node.cohorts.verification import (
    reseal_cohort,
    reseal_dataset,
    verify_cohort,
    verify_dataset,
)
from gdi_spe.node.cohorts.versions import current_dataset, current_version, verify_quick
from gdi_spe.store.checking import faults
from gdi_spe.store.folder import CohortFolder
from gdi_spe.store.writing.folders import write_table

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)


@pytest.fixture
def made(small: Any) -> Any:
    small.define()
    small.materialise()
    return small


def newest(node: Any) -> Any:
    with node.database.read() as session:
        return current_version(session, "C1")


def test_what_was_ingested_and_materialised_verifies(made: Any) -> None:
    with made.database.read() as session:
        dataset = current_dataset(session, made.home, "D1")

    verify_dataset(made.home, dataset)
    verify_cohort(made.home, newest(made))


@pytest.mark.parametrize("name", ["individuals", "variants/chr1", "variants/chrX", "assessed"])
def test_a_changed_byte_is_found_and_its_file_named(name: str, made: Any) -> None:
    version = newest(made)
    path = version.path / f"{name}.parquet"
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)

    with pytest.raises(CohortTampered, match=path.name) as found:
        verify_cohort(made.home, version)

    assert found.value.exit_code is ExitCode.TAMPERED


def _miscount(table: pa.Table) -> pa.Table:
    place = table.schema.get_field_index("allele_count")
    more = pc.add(table["allele_count"], pa.scalar(1, pa.int32()))
    return table.set_column(place, table.schema.field(place), more)


def _twice(table: pa.Table) -> pa.Table:
    return pa.concat_tables([table, table])


@pytest.mark.parametrize(
    ("change", "why"), [(_miscount, "allele_count is not what"), (_twice, "not in order")]
)
def test_variants_that_do_not_add_up_are_found(
    change: Any, why: str, made: Any, tmp_path: Path
) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(newest(made).path, copy)
    path = copy / "variants" / "chr1.parquet"
    path.chmod(0o644)
    table = change(pq.read_table(path))
    pq.write_table(table, path)

    assert any(why in fault for fault in faults(CohortFolder(copy)))


def test_a_row_about_somebody_else_is_found(made: Any, tmp_path: Path) -> None:
    copy = tmp_path / "copy"
    shutil.copytree(newest(made).path, copy)
    (copy / "diagnoses.parquet").chmod(0o644)
    row = {"individual_id": "I-X", "term": "MONDO:1", "label": "", "status": "present"}
    write_table(copy, "diagnoses", [row])

    assert list(faults(CohortFolder(copy))) == [
        "diagnoses.parquet: tells of somebody who is not in individuals.parquet"
    ]


def _restored(folder: Path) -> None:
    """Put copies of the same bytes in the place of a folder's files, as a restore does."""
    aside = folder.with_name("aside")
    shutil.copytree(folder, aside)
    shutil.rmtree(folder)
    shutil.copytree(aside, folder)
    shutil.rmtree(aside)


def test_a_restored_cohort_is_refused_until_it_is_sealed_anew(made: Any) -> None:
    version = newest(made)
    _restored(version.path)
    with pytest.raises(CohortTampered):
        verify_quick(made.home, version)

    found = reseal_cohort(made.database, made.home, "C1", "backup of May", NOW)

    assert [each.version for each in found] == [1]
    verify_quick(made.home, newest(made))
    verify_cohort(made.home, newest(made))
    assert "cohort.resealed" in made.events()
    before = seals.opened(made.home, version.seal, version.signature)
    after = seals.opened(made.home, newest(made).seal, newest(made).signature)
    assert (before.sealed_at, before.notes) == (after.sealed_at, after.notes)


def test_a_restored_dataset_is_sealed_anew(made: Any) -> None:
    _restored(made.home / "datasets" / "D1" / "1")
    with pytest.raises(CohortTampered):
        made.materialise()

    reseal_dataset(made.database, made.home, "D1", "backup of May", NOW)

    assert made.materialise().version == 2


@pytest.mark.parametrize("attack", ["byte", "more", "less", "link"])
def test_what_is_not_what_was_sealed_is_never_sealed_anew(attack: str, made: Any) -> None:
    version = newest(made)
    _restored(version.path)
    path = version.path / "individuals.parquet"
    content = path.read_bytes()
    path.chmod(0o644)
    if attack == "byte":
        path.write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    elif attack == "more":
        path.with_name("more.parquet").write_bytes(content)
    else:
        path.unlink()
        if attack == "link":
            other = made.files / "elsewhere.parquet"
            other.write_bytes(content)
            path.symlink_to(other)

    with pytest.raises(CohortTampered):
        reseal_cohort(made.database, made.home, "C1", "backup", NOW)

    assert newest(made).seal == version.seal
    assert "cohort.resealed" not in made.events()


def test_sealing_anew_needs_a_reason(made: Any) -> None:
    with pytest.raises(BadInput, match="reason"):
        reseal_cohort(made.database, made.home, "C1", " ", NOW)
