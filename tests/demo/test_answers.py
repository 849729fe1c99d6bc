"""The planted answers, found again in the written files by a reader that shares nothing with the
generator: it knows VCF, CSQ, phenopackets and the contract's consent rules, and nothing else."""

from __future__ import annotations

import csv
import gzip
import json
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

TODAY = datetime.now(UTC).date().isoformat()
CMS = {"ORPHA:590", "ORPHA:98913", "ORPHA:98914", "ORPHA:98915", "MONDO:0018940"}
CMS_FEATURES = {
    "HP:0003473", "HP:0000508", "HP:0001319", "HP:0003403", "HP:0003398", "HP:0002872",
}  # fmt: skip
COVID = {"MONDO:0100096", "MONDO:0100163"}
DAMAGING = {
    "missense_variant", "stop_gained", "frameshift_variant", "splice_donor_variant",
    "splice_acceptor_variant",
}  # fmt: skip


@dataclass
class Read:
    """What the files of all datasets say."""

    dataset_of: dict[str, str] = field(default_factory=dict)
    packets: dict[str, dict[str, Any]] = field(default_factory=dict)
    table: dict[str, dict[str, str]] = field(default_factory=dict)
    consenting: set[str] = field(default_factory=set)
    # (chromosome, position, reference, alternate) -> {individual: (copies, called alleles)}
    calls: dict[tuple[str, int, str, str], dict[str, tuple[int, int]]] = field(
        default_factory=lambda: defaultdict(dict)
    )
    damaging: dict[tuple[str, int, str, str], str] = field(default_factory=dict)

    def sex(self, person: str) -> str:
        said = {self.table[person]["sex"]}
        if person in self.packets:
            said.add(self.packets[person]["subject"]["sex"].lower())
        return said.pop() if len(said) == 1 else "unknown"


@pytest.fixture(scope="module")
def read(generated: Any) -> Read:
    found = Read()
    for folder in sorted(generated.folder.glob("GDI-XX-DATASET-*")):
        read_people(folder, found)
        read_consent(folder / "consent.csv", found)
        read_calls(folder / "variants.vcf.gz", found)
    return found


def rows_of(path: Path, delimiter: str) -> list[dict[str, str]]:
    return list(csv.DictReader(path.read_text().splitlines(), delimiter=delimiter))


def read_people(folder: Path, found: Read) -> None:
    for row in rows_of(folder / "tables" / "individuals.tsv", "\t"):
        found.table[row["individual_id"]] = row
        found.dataset_of[row["individual_id"]] = folder.name
    for path in (folder / "phenopackets").iterdir():
        packet = json.loads(path.read_text())
        found.packets[packet["subject"]["id"]] = packet


def read_consent(path: Path, found: Read) -> None:
    said = defaultdict(list)
    for row in rows_of(path, ","):
        if row["purpose"] == "secondary_use":
            said[row["subject_id"]].append(row)
    for person, rows in said.items():
        valid = [
            row
            for row in rows
            if row["valid_from"] <= TODAY and (not row["valid_to"] or row["valid_to"] >= TODAY)
        ]
        if not valid:
            continue  # nothing said that holds now, under the dataset's opt-in
        latest = max(row["valid_from"] for row in valid)
        statuses = {(r["model"], r["status"]) for r in valid if r["valid_from"] == latest}
        if statuses <= {("opt_in", "given"), ("opt_out", "given"), ("opt_out", "unknown")}:
            found.consenting.add(person)


def read_calls(path: Path, found: Read) -> None:
    samples: list[str] = []
    for line in gzip.decompress(path.read_bytes()).decode().splitlines():
        row = line.rstrip("\n").split("\t")
        if row[0] == "#CHROM":
            samples = row[9:]
        if line.startswith("#") or row[4] == ".":
            continue
        info = dict(each.partition("=")[::2] for each in row[7].split(";"))
        for index, alternate in enumerate(row[4].split(","), start=1):
            key = (row[0], int(row[1]), row[3], alternate)
            for entry in info["CSQ"].split(","):
                allele, consequence, _, gene = entry.split("|")[:4]
                shown = alternate[1:] or "-" if len(row[3]) != len(alternate) else alternate
                if allele == shown and consequence in DAMAGING:
                    found.damaging[key] = gene
            if key in found.damaging or row[0] in ("chr22", "chrY", "chrM", "chr19", "chrX"):
                read_alleles(samples, row, str(index), key, found)


def read_alleles(
    samples: list[str], row: list[str], index: str, key: tuple[str, int, str, str], found: Read
) -> None:
    for sample, call in zip(samples, row[9:], strict=True):
        if sample not in found.table:
            continue  # a tumour's
        alleles = re.split(r"[/|]", call)
        if row[0] == "chrX" and key[1] > 2_781_479 and found.sex(sample) == "male":
            assert len(set(alleles)) == 1
            alleles = alleles[:1]
        called = [each for each in alleles if each != "."]
        found.calls[key][sample] = (called.count(index), len(called))


def present(packet: dict[str, Any], section: str, name: str) -> set[str]:
    return {e[name]["id"] for e in packet.get(section, []) if not e.get("excluded")}


def members(read: Read, cohort: dict[str, Any]) -> set[str]:
    inside = {person for person in read.consenting if read.dataset_of[person] in cohort["datasets"]}
    if cohort["beacon_query"]:
        (condition,) = cohort["beacon_query"]["query"]["filters"]
        assert condition["id"] == "MONDO:0100096"
        inside &= {
            person
            for person, packet in read.packets.items()
            if present(packet, "diseases", "term") & COVID
        }
    return inside


def mutated(read: Read, gene: str, inside: set[str]) -> set[str]:
    found = set()
    for key, of_gene in read.damaging.items():
        if of_gene == gene:
            calls = {p: c for p, c in read.calls[key].items() if p in inside}
            count, number = (sum(c[i] for c in calls.values()) for i in (0, 1))
            if number and count / number < 0.01:
                found |= {person for person, (copies, _) in calls.items() if copies}
    return found


def is_like_cms(packet: dict[str, Any]) -> bool:
    features = present(packet, "phenotypicFeatures", "type") & CMS_FEATURES
    return bool(present(packet, "diseases", "term") & CMS) or len(features) >= 3


def took_vemurafenib_for_v600e(packet: dict[str, Any]) -> bool:
    markers = {
        genomic["variantInterpretation"]["variationDescriptor"]["label"]
        for each in packet.get("interpretations", [])
        for genomic in each["diagnosis"]["genomicInterpretations"]
        if genomic["interpretationStatus"] != "REJECTED"
    }
    agents = {each["treatment"]["agent"]["id"] for each in packet.get("medicalActions", [])}
    return "BRAF V600E" in markers and "NCIT:C64768" in agents


QUESTIONS = {
    "ryr1-cms": ("RYR1", is_like_cms),
    "pten-braf": ("PTEN", took_vemurafenib_for_v600e),
    "tlr7-covid": ("TLR7", lambda p: bool(present(p, "diseases", "term") & COVID)),
}


@pytest.fixture(scope="module")
def truth(generated: Any) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((generated.folder / "truth.json").read_text())
    return found


@pytest.mark.parametrize("cohort", ["GDI-XX-COHORT-001", "GDI-XX-COHORT-002"])
@pytest.mark.parametrize("question", QUESTIONS)
def test_the_answer_is_in_the_files(
    read: Read, truth: dict[str, Any], question: str, cohort: str
) -> None:
    gene, fits = QUESTIONS[question]
    inside = members(read, truth["cohorts"][cohort])

    found = {
        person
        for person in mutated(read, gene, inside)
        if person in read.packets and fits(read.packets[person])
    }

    assert found == set(truth["answers"][question][cohort])
    assert not found & {miss["individual"] for miss in truth["near_misses"][question]}


@pytest.mark.parametrize("cohort", ["GDI-XX-COHORT-001", "GDI-XX-COHORT-002"])
def test_the_cohorts_have_the_size_that_the_files_give(
    read: Read, truth: dict[str, Any], cohort: str
) -> None:
    inside = members(read, truth["cohorts"][cohort])

    assert len(inside) == truth["cohorts"][cohort]["n_individuals"]
    assert len(inside) == sum(truth["cohorts"][cohort]["n_by_population"].values())


def test_allele_counts_by_population_are_those_of_the_files(
    read: Read, truth: dict[str, Any]
) -> None:
    for allele in truth["alleles"]:
        key = tuple(allele[name] for name in ("chromosome", "position", "reference", "alternate"))
        if key[0] in ("chr7", "chr10") and key not in read.damaging:
            continue
        inside = members(read, truth["cohorts"][allele["cohort"]])
        for population, counts in allele["counts"].items():
            calls = [
                call
                for person, call in read.calls[key].items()
                if person in inside and population in ("Total", read.table[person]["population"])
            ]

            assert [sum(c[0] for c in calls), sum(c[1] for c in calls)] == list(counts), allele


def test_nobody_is_near_the_bound_of_rare(read: Read, truth: dict[str, Any]) -> None:
    for cohort in truth["cohorts"].values():
        inside = members(read, cohort)
        for key, gene in read.damaging.items():
            if gene in ("RYR1", "PTEN", "TLR7"):
                calls = [c for p, c in read.calls[key].items() if p in inside]
                frequency = sum(c[0] for c in calls) / max(1, sum(c[1] for c in calls))
                assert frequency < 0.008 or frequency > 0.03, (key, frequency)


def test_height_grows_with_the_planted_allele(read: Read, truth: dict[str, Any]) -> None:
    trait = truth["trait"]
    key = tuple(trait[name] for name in ("chromosome", "position", "reference", "alternate"))
    heights = defaultdict(list)
    for person, packet in read.packets.items():
        for measured in packet.get("measurements", []):
            copies = read.calls[key][person][0]
            value = measured["value"]["quantity"]["value"]
            heights[copies].append(value - 13 * (packet["subject"]["sex"] == "MALE"))

    means = [sum(heights[copies]) / len(heights[copies]) for copies in (0, 1)]
    assert means[1] - means[0] == pytest.approx(trait["effect"], abs=1.0)
