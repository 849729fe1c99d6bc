from __future__ import annotations

import csv
import gzip
import hashlib
import json
import re
import shutil
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from gdi_spe.boundary.errors import BadInput
from gdi_spe.demo.synthetic import consent
from gdi_spe.demo.synthetic.generate import generate, main
from gdi_spe.demo.synthetic.people import DATASETS, POPULATIONS
from gdi_spe.demo.synthetic.planted.questions import PLANTS
from gdi_spe.demo.synthetic.sites import CONTIGS, GENES
from gdi_spe.demo.synthetic.terms import HPO_TERMS, SLICES
from gdi_spe.terms import hpo
from gdi_spe.terms.references import Hierarchies


def digests(folder: Path) -> dict[str, str]:
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def rows_of(path: Path, delimiter: str) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text().splitlines(), delimiter=delimiter))


def records(path: Path) -> list[list[str]]:
    with gzip.open(path, "rt") as file:
        return [line.rstrip("\n").split("\t") for line in file if not line.startswith("#")]


def test_the_same_seed_gives_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a", "b"):
        generate(tmp_path / name, seed=7, n_individuals=1000)

    assert digests(tmp_path / "a") == digests(tmp_path / "b")


def test_another_seed_gives_other_people_and_as_many_answers(tmp_path: Path) -> None:
    one, two = (generate(tmp_path / str(seed), seed, 1200) for seed in (2, 3))

    counts = [{q: len(by["GDI-XX-COHORT-001"]) for q, by in t.answers.items()} for t in (one, two)]
    assert counts[0] == counts[1]
    assert one.answers != two.answers


def test_the_default_is_at_least_2500_people_over_two_datasets(generated: Any) -> None:
    assert generated.truth.n_individuals >= 2500
    assert sorted(path.name for path in generated.folder.glob("GDI-*")) == list(DATASETS)


def test_each_question_has_ten_answers_in_the_whole_and_few_in_a_part(generated: Any) -> None:
    whole = {q: len(by["GDI-XX-COHORT-001"]) for q, by in generated.truth.answers.items()}
    part = {q: len(by["GDI-XX-COHORT-002"]) for q, by in generated.truth.answers.items()}

    assert min(whole.values()) >= 10
    assert 0 < part["ryr1-cms"] < 10
    assert 0 < part["pten-braf"] < 10
    assert part["tlr7-covid"] >= 10


def test_as_many_answers_and_near_misses_as_the_table_says(generated: Any) -> None:
    truth = generated.truth
    for question in truth.answers:
        mine = [group for group in PLANTS if group.question == question]
        planted = sum(sum(group.counts) for group in mine if group.is_answer)
        missed = sum(sum(group.counts) for group in mine if not group.is_answer)

        assert len(truth.answers[question]["GDI-XX-COHORT-001"]) == planted
        assert len(truth.near_misses[question]) == missed


def test_a_folder_that_holds_something_is_not_written_to(tmp_path: Path) -> None:
    (tmp_path / "mine.txt").write_text("mine")

    with pytest.raises(BadInput, match="not empty"):
        generate(tmp_path)


def test_too_few_people_are_refused_with_a_documented_exit_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path / "few"), "--individuals", "50"]) == 3
    assert "1,000" in capsys.readouterr().err
    assert not (tmp_path / "few").exists()


@pytest.mark.parametrize("dataset", DATASETS)
def test_bcftools_reads_the_file_without_complaint(generated: Any, dataset: str) -> None:
    if not shutil.which("bcftools"):
        pytest.skip("bcftools is not here")
    path = generated.folder / dataset / "variants.vcf.gz"

    done = subprocess.run(
        ["bcftools", "query", "-f", "%CHROM %POS %AC %AN\n", path],
        capture_output=True,
        text=True,
        check=True,
    )

    assert "rror" not in done.stderr
    assert len(done.stdout.splitlines()) == len(records(path))


@pytest.mark.parametrize("dataset", DATASETS)
def test_records_are_sorted_and_within_the_contigs_of_the_header(
    generated: Any, dataset: str
) -> None:
    found = records(generated.folder / dataset / "variants.vcf.gz")

    places = [(list(CONTIGS).index(row[0]), int(row[1])) for row in found]
    assert places == sorted(set(places))
    assert all(0 < int(row[1]) + len(row[3]) <= CONTIGS[row[0]] for row in found)


@pytest.mark.parametrize("dataset", DATASETS)
def test_counts_in_the_file_are_those_of_its_calls(generated: Any, dataset: str) -> None:
    for row in records(generated.folder / dataset / "variants.vcf.gz")[::7]:
        alleles = Counter(a for call in row[9:] for a in re.split(r"[/|]", call) if a != ".")
        info = dict(each.partition("=")[::2] for each in row[7].split(";"))

        assert int(info["AN"]) == alleles.total()
        if "AC" in info:
            wanted = [alleles[str(i + 1)] for i in range(len(row[4].split(",")))]
            assert [int(each) for each in info["AC"].split(",")] == wanted


def test_the_files_hold_what_makes_vcf_hard(generated: Any) -> None:
    first, second = (records(generated.folder / each / "variants.vcf.gz") for each in DATASETS)
    calls = Counter(call for row in first + second for call in row[9:])
    alternates = {row[4] for row in first}

    assert {"./.", "0/.", "./1", "1/2", "0|1", "1", "0", "."} <= calls.keys() | {"0/."}
    assert any(call in calls for call in ("./0", "0/."))
    assert {".", "<DEL>"} <= alternates
    assert any("*" in each.split(",") for each in alternates)
    assert any(row[7].startswith("AC=0;") for row in first)
    assert {row[6] for row in first} == {"PASS", "LowQual"}
    missing = {row[1] for row in first} - {row[1] for row in second}
    assert len(missing) == 3


def test_men_have_one_allele_on_chrx_in_one_file_and_two_equal_ones_in_the_other(
    generated: Any,
) -> None:
    ploidies = []
    for dataset in DATASETS:
        folder = generated.folder / dataset
        with gzip.open(folder / "variants.vcf.gz", "rt") as file:
            names = next(line for line in file if line.startswith("#CHROM")).split()[9:]
        samples = [name.removesuffix("-T1") for name in names]
        table = rows_of(folder / "tables" / "individuals.tsv", "\t")
        sexes = {row["individual_id"]: row["sex"] for row in table}
        packets = [json.loads(p.read_text()) for p in (folder / "phenopackets").iterdir()]
        sexes |= {p["subject"]["id"]: p["subject"]["sex"].lower() for p in packets}
        tlr7 = next(
            row
            for row in records(folder / "variants.vcf.gz")
            if row[0] == "chrX" and GENES["TLR7"].start <= int(row[1]) <= GENES["TLR7"].end
        )
        men = [c for s, c in zip(samples, tlr7[9:], strict=True) if sexes[s] == "male"]
        ploidies.append(Counter(len(call.split("/")) for call in men))
        if dataset == DATASETS[1]:
            assert not {"0/1", "1/0"} & set(men)

    assert ploidies[0].keys() == {1}
    assert ploidies[1].keys() == {2}


@pytest.mark.parametrize("gene", GENES)
def test_annotations_name_the_gene_with_its_severest_consequence(generated: Any, gene: str) -> None:
    rows = [
        row
        for row in records(generated.folder / DATASETS[0] / "variants.vcf.gz")
        if row[0] == GENES[gene].chromosome and GENES[gene].start <= int(row[1]) <= GENES[gene].end
    ]
    entries = [e.split("|") for row in rows for e in row[7].partition("CSQ=")[2].split(",")]

    assert {len(entry) for entry in entries} == {7}
    assert {entry[3] for entry in entries} == {gene, GENES[gene].neighbour[0]}
    assert {"missense_variant", "synonymous_variant", "intron_variant", "stop_gained"} <= {
        entry[1] for entry in entries
    }
    assert all(row[4].count(",") < 2 for row in rows)


def test_hpo_terms_exist_in_the_library_under_their_names() -> None:
    ontology = hpo.ontology()

    assert {each.id: ontology.label(each.id) for each in HPO_TERMS} == dict(HPO_TERMS)


def test_slices_are_read_as_ontologies_with_their_equivalences(generated: Any) -> None:
    hierarchies = Hierarchies(generated.folder / "references")

    syndrome = hierarchies.expand("MONDO:0018940")

    assert {"ORPHA:590", "ORPHA:98913", "ORPHA:98914", "ORPHA:98915"} <= syndrome
    assert "MONDO:0100163" in hierarchies.expand("MONDO:0100096")
    assert "MONDO:0100320" not in hierarchies.expand("MONDO:0100096")
    assert "MONDO:0100096" in hierarchies.expand("MONDO:0005550")


def test_every_parent_in_a_slice_is_in_the_slice() -> None:
    for rows in SLICES.values():
        known = {row.id for row in rows}
        assert {parent for row in rows for parent in row.parents} <= known


def test_everybody_is_in_the_table_and_some_have_no_phenopacket(generated: Any) -> None:
    for dataset in DATASETS:
        folder = generated.folder / dataset
        with gzip.open(folder / "variants.vcf.gz", "rt") as file:
            samples = next(line for line in file if line.startswith("#CHROM")).split()[9:]
        rows = rows_of(folder / "tables" / "individuals.tsv", "\t")
        packets = {path.stem for path in (folder / "phenopackets").iterdir()}

        tumours = [each.id for each in generated.truth.tumours if each.dataset == dataset]
        assert [row["individual_id"] for row in rows] + tumours == samples
        assert {row["population"] for row in rows} == set(POPULATIONS)
        assert packets < set(samples)


def test_consent_of_every_kind_is_there(generated: Any) -> None:
    rows = [
        row
        for dataset in DATASETS
        for row in rows_of(generated.folder / dataset / "consent.csv", ",")
    ]
    people = {path.stem for path in generated.folder.glob("*/phenopackets/*")}

    assert {row["status"] for row in rows} == {"given", "refused", "withdrawn", "unknown"}
    assert {row["model"] for row in rows} == {"opt_in", "opt_out"}
    assert {row["purpose"] for row in rows} == {consent.PURPOSE, "commercial_use"}
    assert people - {row["subject_id"] for row in rows}
    assert set(generated.truth.cohorts["GDI-XX-COHORT-001"]["not_included"]) == {
        kind for kind in consent.KINDS if not consent.is_included(kind)
    }
