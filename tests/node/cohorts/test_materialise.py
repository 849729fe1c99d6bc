"""A cohort is the people whom query and consent leave, under the project's pseudonyms."""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import stat
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from gdi_spe.boundary.errors import BadInput, ExitCode, NotFound, Tampered
from gdi_spe.node.cohorts import (
    datasets,
    definitions,
    materialise,
    references,
    seals,
    withdrawal,
)
from gdi_spe.node.cohorts.definitions import AlreadyDefined, region_of
from gdi_spe.node.cohorts.pseudonyms import individual_pseudonyms, pseudonym
from gdi_spe.node.cohorts.seals import CohortTampered
from gdi_spe.node.cohorts.tables import DatasetVersionRow
from gdi_spe.node.cohorts.versions import current_version, scrub, verify_quick
from gdi_spe.query.genotypes import NotAnnotated
from gdi_spe.store.folder import CohortFolder
from gdi_spe.terms.hierarchy import HierarchyMissing

NOW = datetime(2026, 6, 1, 12, tzinfo=UTC)
GIVEN = "{},XX,opt_in,secondary_use,given,2024-01-01,,paper,DUO:0000042"
WITHDRAWN = "{},XX,opt_in,secondary_use,withdrawn,2026-01-01,,paper,"


def people(path: Path) -> list[str]:
    return sorted(CohortFolder(path).table("individuals")["individual_id"].to_pylist())


def test_a_cohort_has_pseudonyms_and_no_real_name_in_any_byte(node: Any) -> None:
    names = ("RealName1", "RealName2")
    node.ingest(vcf=(node.vcf(["1 100 . A C . . . GT 0/1 1/1"], names),))
    node.define()

    made = node.materialise()

    assert people(made.path) == sorted(individual_pseudonyms(node.home, "c1", names))
    for path in made.path.rglob("*"):
        if path.is_file():
            assert b"RealName" not in path.read_bytes()
            columns = pq.read_table(path).to_pydict() if path.suffix == ".parquet" else {}
            assert "RealName" not in str(columns)
    assert "D1" not in str(made.path)
    assert "C1" not in str(made.path)


def test_pseudonyms_differ_between_projects_and_stay_between_versions(small: Any) -> None:
    small.define("C1")
    small.define("C2")

    first, again, other = (small.materialise(name) for name in ("C1", "C1", "C2"))

    assert people(first.path) == people(again.path)
    assert not set(people(first.path)) & set(people(other.path))


def test_a_pseudonym_is_the_keyed_hash_of_what_it_names() -> None:
    """Made by hand here: names that people took into their notes must not change."""
    text = b"\0\0\0\x01I\0\0\0\x02c1\0\0\0\x05Ann\xc3\xa9"
    digest = hmac.new(bytes(32), text, hashlib.sha256).digest()

    expected = base64.b32encode(digest)[:16].decode()
    assert pseudonym(bytes(32), "I", "c1", "Ann\u00e9") == f"I-{expected}"


def test_who_is_behind_a_pseudonym_is_kept_apart_for_the_node_alone(small: Any) -> None:
    small.define()

    made = small.materialise()

    folder = small.home / "pseudonyms" / made.path.parent.name
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "1.parquet").stat().st_mode) == 0o600
    assert stat.S_IMODE((small.home / "keys" / "pseudonyms.key").stat().st_mode) == 0o600
    rows = pq.read_table(folder / "1.parquet").to_pylist()
    assert sorted(row["pseudonym"] for row in rows) == people(made.path)


def test_alleles_without_a_carrier_in_the_cohort_are_dropped(node: Any) -> None:
    records = ["1 100 . A C . . . GT 0/1 0/0", "1 200 . A C . . . GT 0/0 0/1"]
    consent = node.consent(GIVEN.format("A"))
    node.ingest(vcf=(node.vcf(records, "AB"),), consent=consent)
    node.define()

    made = node.materialise()

    folder = CohortFolder(made.path)
    assert folder.variants("chr1")["position"].to_pylist() == [100]
    assert folder.variants("chr1")["allele_number"].to_pylist() == [2]


def test_consent_decides_who_is_in_and_the_count_of_others_stays_with_the_node(node: Any) -> None:
    consent = node.consent(GIVEN.format("A"), GIVEN.format("B"), WITHDRAWN.format("B"))
    node.ingest(vcf=(node.vcf(["1 100 . A C . . . GT 0/1 1/1 1/1"], "ABC"),), consent=consent)
    node.define()

    made = node.materialise()

    assert people(made.path) == individual_pseudonyms(node.home, "c1", ["A"])
    public = (made.path / "manifest.json").read_text()
    assert "excluded" not in public
    assert "2026" not in public
    assert '"withdrawn":1' in made.seal.replace(" ", "").replace("\n", "")


def test_consent_that_ends_ends_with_the_next_version(node: Any) -> None:
    row = GIVEN.format("A").replace("2024-01-01,,", "2024-01-01,2026-06-30,")
    consent = node.consent(row, GIVEN.format("B"))
    node.ingest(vcf=(node.vcf(["1 100 . A C . . . GT 0/1 1/1"], "AB"),), consent=consent)
    node.define()
    first = node.materialise()

    later = node.materialise(now=first.materialised_at + timedelta(days=60))

    assert (first.n_individuals, later.n_individuals) == (2, 1)


def test_the_same_input_gives_the_same_bytes(small: Any) -> None:
    small.define()

    members = [CohortFolder(small.materialise().path).members for _ in range(2)]

    assert members[0] == members[1]


def test_a_query_selects_by_gene_and_phenotype(node: Any) -> None:
    header_free = ["1 100 . A C . . . GT 0/1 1/1"]
    tables = node.table("diagnoses", "individual_id term\nA MONDO:0100096\n")
    node.ingest(vcf=(node.vcf(header_free, "AB"),), tables=tables)
    add_mondo(node)
    node.define(query={"query": {"filters": [{"id": "MONDO:0100096"}]}})

    made = node.materialise()

    assert made.n_individuals == 1
    manifest = CohortFolder(made.path).manifest
    assert [r.name for r in manifest.references] == ["MONDO"]
    assert (made.path / "references" / "MONDO.obo").is_file()


def add_mondo(node: Any) -> None:
    path = node.files / "MONDO.obo"
    path.write_text(
        "format-version: 1.2\ndata-version: 1\n\n[Term]\nid: MONDO:0100096\nname: COVID-19\n"
    )
    references.add(node.database, node.home, "ontology", path, NOW)


def test_a_filter_whose_ontology_is_not_here_is_an_error_and_leaves_nothing(small: Any) -> None:
    before = small.written()

    with pytest.raises(HierarchyMissing):
        small.define(query={"query": {"filters": [{"id": "MONDO:0100096"}]}})

    assert small.written() == before
    with small.database.read() as session:
        assert definitions.every(session) == ()


def test_a_cohort_that_selects_nobody_is_refused_and_leaves_nothing(node: Any) -> None:
    node.ingest(
        vcf=(node.vcf(["1 100 . A C . . . GT 0/1 1/1"], "AB"),),
        consent=node.consent(WITHDRAWN.format("A")),
    )
    node.define()
    before = node.written()

    with pytest.raises(materialise.CohortEmpty) as refused:
        node.materialise()

    assert refused.value.exit_code is ExitCode.EMPTY
    assert node.written() == before
    with node.database.read() as session, pytest.raises(NotFound):
        current_version(session, "C1")


def test_an_individual_in_two_datasets_is_refused(node: Any) -> None:
    path = node.vcf(["1 100 . A C . . . GT 0/1 1/1"], "AB")
    for name in ("D1", "D2"):
        node.ingest(name, vcf=(path,))
    node.define(datasets=("D1", "D2"))

    with pytest.raises(materialise.SamePerson, match="2 individuals"):
        node.materialise()


def test_two_datasets_become_one_cohort(small: Any) -> None:
    small.ingest("D2", vcf=(small.vcf(["1 100 . A C . . . GT 0/1"], "Z"),))
    small.define(datasets=("D1", "D2"))

    made = small.materialise()

    folder = CohortFolder(made.path)
    assert made.n_individuals == 4
    assert folder.variants("chr1")["allele_number"].to_pylist() == [8]
    # At the place on X that the second dataset never looked at, its person is missing.
    assert folder.variants("chrX")["n_missing"].to_pylist() == [1]


@pytest.mark.parametrize(
    ("change", "error"),
    [
        ({"cohort_id": "a/b"}, BadInput),
        ({"datasets": ()}, BadInput),
        ({"datasets": ("D1", "D1")}, BadInput),
        ({"datasets": ("D9",)}, NotFound),
        ({"purposes": ("HP:0000508",)}, BadInput),
        ({"regions": ("19-5",)}, BadInput),
        ({"regions": ("chr21:1-46709984",)}, BadInput),
        ({"purposes": ("DUO:0000007",)}, BadInput),
        ({"query": {"query": {"requestParameters": {"geneId": "RYR1"}}}}, NotAnnotated),
        ({"query": {"requestParameters": {"datasets": {"datasetIds": ["D9"]}}}}, BadInput),
        ({"query": {"query": {"filters": [{"unknown": 1}]}}}, BadInput),
    ],
)
def test_a_definition_that_is_not_understood_is_refused(
    change: dict[str, Any], error: type[Exception], small: Any
) -> None:
    with pytest.raises(error):
        small.define(**change)

    with small.database.read() as session:
        assert definitions.every(session) == ()


def test_datasets_of_two_assemblies_and_sites_without_samples_are_refused(small: Any) -> None:
    path = small.vcf(["1 100 . A C . . . GT 0/1"], "Z")
    small.ingest("D37", vcf=(path,), assembly="GRCh37")
    small.ingest("DSITES", vcf=(path,))
    with small.database.write() as session:
        session.get_one(DatasetVersionRow, ("DSITES", 1)).n_samples = 0

    with pytest.raises(BadInput, match="D1 is GRCh38, D37 is GRCh37"):
        small.define(datasets=("D1", "D37"))
    with pytest.raises(BadInput, match="DSITES has sites and no samples"):
        small.define(datasets=("DSITES",))


def test_a_cohort_is_defined_once(small: Any) -> None:
    small.define("C1")

    for name in ("C1", "c1"):
        with pytest.raises(AlreadyDefined):
            small.define(name)


def test_regions_are_read_as_people_write_them() -> None:
    region = region_of("19:38,433,690-38,587,564")

    assert (region.chromosome, region.start, region.end) == ("chr19", 38433689, 38587564)


def test_a_retired_dataset_makes_no_cohort(small: Any) -> None:
    small.define()
    with small.database.write() as session:
        datasets.retire(session, "D1", "a sample swap", NOW)

    with pytest.raises(NotFound):
        small.materialise()


def _touch(path: Path) -> None:
    path.chmod(0o644)
    os.utime(path)


def _replace(path: Path) -> None:
    facts = path.stat()
    content = path.read_bytes()
    path.unlink()
    path.write_bytes(content)
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))


def _link(path: Path) -> None:
    path.with_name("more.parquet").symlink_to("/etc/passwd")


@pytest.mark.parametrize(
    "attack",
    [
        _touch,
        _replace,
        _link,
        lambda path: path.unlink(),
        lambda path: path.with_name("more.parquet").write_text("x"),
        lambda path: (path.chmod(0o644), path.write_bytes(b"x")),
        lambda path: path.rename(path.with_name("other.parquet")),
    ],
)
def test_a_folder_that_is_not_as_it_was_sealed_is_never_mounted(attack: Any, small: Any) -> None:
    small.define()
    made = small.materialise()
    verify_quick(small.home, made)

    attack(made.path / "individuals.parquet")

    with pytest.raises(CohortTampered):
        verify_quick(small.home, made)


def test_a_time_that_was_set_back_is_noticed(small: Any) -> None:
    small.define()
    made = small.materialise()
    path = made.path / "individuals.parquet"
    facts = path.stat()
    path.chmod(0o644)
    with path.open("r+b") as file:
        file.seek(50)
        file.write(b"\xff")
    os.utime(path, ns=(facts.st_atime_ns, facts.st_mtime_ns))

    for check in (verify_quick, scrub):
        with pytest.raises(CohortTampered):
            check(small.home, made)


def test_the_scrub_compares_bytes_and_not_only_facts(small: Any) -> None:
    small.define()
    made = small.materialise()
    found = seals.opened(small.home, made.seal, made.signature)
    seals.check_content(found, made.path)
    name = "individuals.parquet"
    other = found.files[name].model_copy(update={"sha256": "0" * 64})

    with pytest.raises(CohortTampered, match="other bytes"):
        seals.check_content(
            found.model_copy(update={"files": {**found.files, name: other}}), made.path
        )


def test_a_seal_that_was_rewritten_or_is_anothers_counts_for_nothing(small: Any) -> None:
    small.define("C1")
    small.define("C2")
    one, other = small.materialise("C1"), small.materialise("C2")

    for forged in (
        replace(one, seal=one.seal.replace('"size"', '"size" ')),
        replace(one, signature=other.signature),
        replace(one, seal=other.seal, signature=other.signature),
        replace(one, signature="zz"),
    ):
        with pytest.raises(Tampered):
            verify_quick(small.home, forged)


def test_a_withdrawal_makes_a_new_dataset_without_the_person(node: Any) -> None:
    records = ["1 100 . A C,T . . . GT 0/1 1/2 ./1", "X 5000000 . G T . . . GT 0/0 0/1 1"]
    tables = node.table("individuals", "individual_id sex\nA female\nB female\nC male\n")
    consent = node.consent(*(GIVEN.format(name) for name in "ABC"))
    node.ingest(vcf=(node.vcf(records, "ABC"),), tables=tables, consent=consent)
    node.define()
    first = node.materialise()

    change = withdrawal.apply(
        node.database,
        node.home,
        node.consent(WITHDRAWN.format("B"), WITHDRAWN.format("Z"), name="w.csv"),
        NOW,
    )

    assert change.datasets == (("D1", 2, 1),)
    assert [(c.cohort_id, c.outcome, c.version) for c in change.cohorts] == [("C1", "renewed", 2)]
    assert change.n_unknown == 1
    with node.database.read() as session:
        second = current_version(session, "C1")
    assert set(people(first.path)) - set(people(second.path)) == set(
        individual_pseudonyms(node.home, "c1", ["B"])
    )
    folder = CohortFolder(second.path)
    assert folder.variants("chr1")["alternate"].to_pylist() == ["C"]
    assert folder.counts("chr1")[0]["allele_number"].tolist() == [3]
    assert folder.variants("chrX")["n_hemizygous"].to_pylist() == [1]
    held = node.home / "datasets" / "D1" / "2"
    assert "B" not in pq.read_table(held / "samples.parquet")["sample_id"].to_pylist()


def test_a_consent_file_about_nobody_here_is_refused(small: Any) -> None:
    with pytest.raises(withdrawal.NobodyConcerned):
        withdrawal.apply(small.database, small.home, small.consent(WITHDRAWN.format("Z")), NOW)


def test_every_write_is_recorded(small: Any) -> None:
    small.define()
    small.materialise()

    assert small.events() == [
        "dataset.version-made",
        "project.created",
        "cohort.defined",
        "cohort.materialised",
    ]


def test_star_alleles_of_the_assembly_lie_in_the_cohort_and_its_manifest(node: Any) -> None:
    from gdi_spe.analysis.pharmacogenes.run import diplotypes

    node.ingest(vcf=(node.vcf(["1 100 . A C . . . GT 0/1 1/1 0/0"], "ABC"),))
    for assembly in ("GRCh37", "GRCh38"):
        path = node.files / f"made-up-{assembly[-2:]}.tsv"
        path.write_text(
            f"#assembly={assembly}\n#release=7\ngene\tallele\tactivity\tchromosome\tposition"
            "\treference\talternate\nMADE\t*1\t1\nMADE\t*2\t0\tchr1\t100\tA\tC\n"
        )
        references.add(node.database, node.home, "star-alleles", path, NOW)
    node.define()

    made = node.materialise()

    folder = CohortFolder(made.path)
    (told,) = folder.manifest.references
    assert (told.kind, told.name, told.version) == (
        "star-alleles",
        f"made-up-{told.assembly[-2:]}",
        "7",
    )
    assert told.assembly == folder.assembly
    assert sorted(diplotypes(folder)["diplotypes"]) == ["*1/*1", "*1/*2", "*2/*2"]
