"""A dataset comes in whole, with consent or a reason, or not at all."""

from __future__ import annotations

import gzip
import stat
from pathlib import Path
from typing import Any

import pytest

from gdi_spe.boundary.errors import BadInput, ExitCode
from gdi_spe.node.cohorts import datasets, ingest, writing
from gdi_spe.node.cohorts.seals import CohortTampered
from gdi_spe.node.cohorts.versions import current_dataset, dataset_path, scrub_dataset
from gdi_spe.store.folder import DatasetFolder
from gdi_spe.store.reading.wanted import Filters, Wanted
from gdi_spe.store.writing.aside import DiskFull

GOOD = "1 100 . A C . . . GT 0/1 1/1"


def test_a_dataset_is_registered_sealed_and_recorded(node: Any) -> None:
    report = node.ingest(vcf=(node.vcf([GOOD], "AB"),))

    with node.database.read() as session:
        version = current_dataset(session, node.home, "D1")
        shown = datasets.get(session, "D1")
    assert (report.version, report.n_individuals, report.n_variants) == (1, 2, 1)
    assert shown.versions[0].consent_waived == "synthetic data"
    assert DatasetFolder(version.path).manifest.consent.waived == "synthetic data"
    scrub_dataset(node.home, version)
    assert node.events() == ["dataset.version-made"]


def test_files_are_read_only_and_the_folders_above_closed(node: Any) -> None:
    node.ingest(vcf=(node.vcf([GOOD], "AB"),))

    folder = dataset_path(node.home, "D1", 1)
    modes = {stat.S_IMODE(p.stat().st_mode) for p in folder.rglob("*.parquet")}
    assert modes == {0o444}
    assert stat.S_IMODE((node.home / "datasets").stat().st_mode) == 0o700


def test_a_second_ingest_makes_a_second_version(node: Any) -> None:
    path = node.vcf([GOOD], "AB")
    node.ingest(vcf=(path,))

    report = node.ingest(vcf=(path,), keep_info=("QUAL",))

    assert report.version == 2
    assert dataset_path(node.home, "D1", 1).is_dir()


def test_the_same_files_give_the_same_bytes(node: Any) -> None:
    path = node.vcf([GOOD], "AB")
    for reason in ("synthetic", "made up"):
        node.ingest(vcf=(path,), consent_waived=reason)

    first, second = (DatasetFolder(dataset_path(node.home, "D1", n)).members for n in (1, 2))
    assert first == second


def _cut(node: Any) -> dict[str, Any]:
    path = node.files / "cut.vcf.gz"
    path.write_bytes(gzip.compress(node.vcf([GOOD] * 9, "AB").read_bytes())[:-12])
    return {"vcf": (path,)}


BAD: dict[str, Any] = {
    "an unreadable file": (lambda n: {"vcf": (n.files / "no.vcf",)}, "no.vcf: cannot be read"),
    "a cut gzip": (_cut, "cut.vcf.gz: .*cut short"),
    "duplicate samples": (lambda n: {"vcf": (n.vcf([GOOD], "AA"),)}, "in.vcf, line 2: .*twice"),
    "a broken record at the end": (
        lambda n: {"vcf": (n.vcf([GOOD, GOOD.replace("0/1", "0/7")], "AB"),)},
        "in.vcf, line 4: sample A",
    ),
    "a phenopacket of a stranger": (
        lambda n: {
            "vcf": (n.vcf([GOOD], "AB"),),
            "phenopackets": n.packets({"subject": {"id": "Z"}}),
        },
        "Z.json: /subject: individual 'Z'",
    ),
    "an unknown code system": (
        lambda n: {
            "vcf": (n.vcf([GOOD], "AB"),),
            "tables": n.table("diagnoses", "individual_id term\nA FOO:1\n"),
        },
        "diagnoses.tsv, line 2: term 'FOO:1'",
    ),
    "a broken consent file": (
        lambda n: {
            "vcf": (n.vcf([GOOD], "AB"),),
            "consent": n.consent("A,XX,opt_in,secondary_use,perhaps,2024-01-01,,x,"),
        },
        "consent.csv, line 2: status",
    ),
    "a sample that is in no file": (
        lambda n: {
            "vcf": (n.vcf([GOOD], "AB"),),
            "tables": n.table("samples", "sample_id individual_id\nQ A\n"),
        },
        "samples.tsv, line 2: sample 'Q'",
    ),
}


@pytest.mark.parametrize("why", BAD)
def test_bad_input_is_refused_with_its_place_and_leaves_nothing(why: str, node: Any) -> None:
    make, text = BAD[why]

    with pytest.raises(BadInput, match=text) as refused:
        node.ingest(**make(node))

    assert refused.value.exit_code is ExitCode.BAD_INPUT
    assert node.written() == []
    assert node.events() == []


def test_consent_is_never_assumed(node: Any) -> None:
    path = node.vcf([GOOD], "AB")

    for reason in ("", "   "):
        with pytest.raises(BadInput, match="consent"):
            node.ingest(vcf=(path,), consent_waived=reason)
    assert node.written() == []


@pytest.mark.parametrize("name", ["../D", "", "a b", ".hidden", "x" * 200, "a/b"])
def test_an_id_that_is_none_is_refused(name: str, node: Any) -> None:
    with pytest.raises(BadInput, match="no dataset id"):
        node.ingest(name, vcf=(node.vcf([GOOD], "AB"),))


def test_a_failure_while_registering_leaves_nothing(
    node: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(ingest, "record", broken)

    with pytest.raises(DiskFull):
        node.ingest(vcf=(node.vcf([GOOD], "AB"),))

    assert [name for name in node.written() if name != "datasets/D1"] == []
    with node.database.read() as session:
        assert datasets.every(session) == ()


def test_what_a_killed_run_left_is_replaced(node: Any) -> None:
    orphan = dataset_path(node.home, "D1", 1)
    orphan.mkdir(parents=True)
    (orphan / "half.parquet").write_text("half")

    node.ingest(vcf=(node.vcf([GOOD], "AB"),))

    assert not (orphan / "half.parquet").exists()
    assert DatasetFolder(orphan).manifest.version == 1


def test_two_writers_of_one_dataset_do_not_meet(node: Any) -> None:
    with writing.writing(node.home, "D1"), pytest.raises(writing.AlreadyWriting):
        node.ingest(vcf=(node.vcf([GOOD], "AB"),))


def test_a_changed_byte_is_found(node: Any) -> None:
    node.ingest(vcf=(node.vcf([GOOD], "AB"),))
    with node.database.read() as session:
        version = current_dataset(session, node.home, "D1")
    path: Path = version.path / "individuals.parquet"
    path.chmod(0o644)
    content = bytearray(path.read_bytes())
    content[100] ^= 1
    path.write_bytes(content)

    with pytest.raises(CohortTampered, match=r"individuals.parquet"):
        scrub_dataset(node.home, version)


def test_men_with_two_alleles_on_x_are_counted_missing_and_told(node: Any) -> None:
    path = node.vcf(["X 5000000 . A C . . . GT 0/1 0/1"], "AB")
    tables = node.table("individuals", "individual_id sex\nA male\nB female\n")

    report = node.ingest(vcf=(path,), tables=tables)

    assert report.n_torn_calls == 1


def test_a_tumour_sample_is_not_counted_as_another_person(node: Any) -> None:
    path = node.vcf(["1 100 . A C . . . GT 0/1 1/1 0/0"], ("S1", "T1", "S2"))
    tables = node.table(
        "samples", "sample_id individual_id origin\nS1 A germline\nT1 A tumour\nS2 B germline\n"
    )

    report = node.ingest(vcf=(path,), tables=tables)

    folder = DatasetFolder(dataset_path(node.home, "D1", 1))
    assert (report.n_individuals, report.n_samples) == (2, 3)
    assert folder.variants("chr1")["allele_number"].to_pylist() == [4]
    assert folder.counts("chr1")["allele_count"].tolist() == [[1]]


@pytest.mark.parametrize("bound", [float("nan"), float("inf"), -1.0])
def test_a_quality_filter_that_is_no_bound_is_refused(bound: float) -> None:
    with pytest.raises(BadInput, match="a quality filter is a number"):
        Wanted(filters=Filters(min_qual=bound))
