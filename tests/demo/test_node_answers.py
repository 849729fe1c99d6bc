"""The planted answers, found by the product itself: commands in, questions on the cohort out."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from gdi_spe.demo.synthetic.terms import CMS_FEATURES
from gdi_spe.node.cohorts.pseudonyms import individual_pseudonyms
from gdi_spe.query import conditions as ask
from gdi_spe.query.consequences import GROUPS
from gdi_spe.query.evaluate import Evaluator
from gdi_spe.store.folder import CohortFolder

COHORTS = ("GDI-XX-COHORT-001", "GDI-XX-COHORT-002")


@dataclass(frozen=True)
class Node:
    home: Path
    folders: dict[str, Path]

    def real_names(self, cohort: str, ids: list[str]) -> set[str]:
        return set(individual_pseudonyms(self.home, cohort.lower(), ids))


@pytest.fixture(scope="module")
def node(generated: Any, tmp_path_factory: pytest.TempPathFactory) -> Node:
    home = tmp_path_factory.mktemp("node")

    def command(*words: str | Path) -> Any:
        line = [sys.executable, "-m", "gdi_spe.node.cli.main", "--home", home, "--json", *words]
        done = subprocess.run(line, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return json.loads(done.stdout)

    for name in ("MONDO", "NCIT", "ORPHA"):
        command("reference", "add", "ontology", generated.folder / "references" / f"{name}.obo")
    for folder in sorted(generated.folder.glob("GDI-XX-DATASET-*")):
        command(
            *("dataset", "ingest", folder.name, "--vcf", folder / "variants.vcf.gz"),
            *("--phenopackets", folder / "phenopackets", "--tables", folder / "tables"),
            *("--consent", folder / "consent.csv"),
        )
    folders = {}
    for cohort in COHORTS:
        words: list[str | Path] = ["cohort", "define", cohort]
        for dataset in generated.truth.cohorts[cohort]["datasets"]:
            words += ["--dataset", dataset]
        query = generated.folder / "cohorts" / f"{cohort}.json"
        command(*words, *(["--query", query] if query.exists() else []))
        command("cohort", "materialise", cohort)
        folders[cohort] = Path(command("cohort", "show", cohort)["current"]["path"])
    return Node(home, folders)


def mutated(gene: str) -> ask.Condition:
    return ask.CarriesVariant(genes=(gene,), consequences=GROUPS["damaging"], max_frequency=0.01)


QUESTIONS = {
    "ryr1-cms": mutated("RYR1")
    & (
        ask.HasTerm("diagnoses", ("ORPHA:590",))
        | ask.Resembles(tuple(feature.id for feature in CMS_FEATURES), 0.6)
    ),
    "pten-braf": mutated("PTEN")
    & ask.HasBiomarker(("BRAF V600E",))
    & ask.HasTerm("treatments", ("NCIT:C64768",)),
    "tlr7-covid": mutated("TLR7") & ask.HasTerm("diagnoses", ("MONDO:0100096",)),
}


@pytest.mark.parametrize("cohort", COHORTS)
@pytest.mark.parametrize("question", QUESTIONS)
def test_the_product_finds_the_planted_answer(
    generated: Any, node: Node, question: str, cohort: str
) -> None:
    found = Evaluator(CohortFolder(node.folders[cohort])).outcome(QUESTIONS[question]).present

    planted = generated.truth.answers[question][cohort]
    assert found == node.real_names(cohort, list(planted))


@pytest.mark.parametrize("cohort", COHORTS)
def test_the_cohort_has_whom_consent_and_query_leave(
    generated: Any, node: Node, cohort: str
) -> None:
    people = pq.read_table(node.folders[cohort] / "individuals.parquet")

    assert people.num_rows == generated.truth.cohorts[cohort]["n_individuals"]


def test_allele_counts_of_the_cohorts_are_the_generators(generated: Any, node: Node) -> None:
    for allele in generated.truth.alleles:
        folder = node.folders[allele.cohort]
        same = [("position", "=", allele.position), ("alternate", "=", allele.alternate)]
        rows = pq.read_table(folder / "variants" / f"{allele.chromosome}.parquet", filters=same)
        found = [(row["allele_count"], row["allele_number"]) for row in rows.to_pylist()]

        carried = allele.counts["Total"][0] > 0  # an allele without a carrier is not in a cohort
        assert found == ([allele.counts["Total"]] if carried else []), allele
