"""One genome, remarks and people in columns that stand beside variants, genes and models."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from gdi_spe.boundary.findings import FileReport, Verdict
from gdi_spe.disclosure.engine import judge_bytes
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.inference.equilibrium import follow_frequencies
from gdi_spe.disclosure.presets import policy_named
from gdi_spe.disclosure.rules.rule import Judging

PEOPLE = 38_000


def judged(table: pd.DataFrame | str, name: str = "t.csv", n: int = PEOPLE) -> FileReport:
    judging = Judging(name, policy_named("gdi-default"), CheckContext(n_individuals=n))
    content = table if isinstance(table, str) else table.to_csv(index=False)
    return judge_bytes(content.encode(), judging).report


def results(n_variants: int = 300) -> pd.DataFrame:
    """Return an association of a trait with variants, as programs write it."""
    random = np.random.default_rng(5)
    frequency = random.uniform(0.05, 0.5, n_variants).round(4)
    return pd.DataFrame(
        {
            "rsid": [f"rs{1000 + 37 * i}" for i in range(n_variants)],
            "chr": 7,
            "pos": np.sort(random.integers(1_000_000, 90_000_000, n_variants)),
            "ea": "A",
            "oa": "G",
            "eaf": frequency,
            "beta": random.normal(0, 0.03, n_variants).round(4),
            "se": (1 / np.sqrt(2 * frequency * (1 - frequency) * PEOPLE)).round(4),
            "p": random.uniform(0, 1, n_variants).round(4),
            "n": PEOPLE,
        }
    )


def genome(table: pd.DataFrame) -> np.ndarray:
    """Return one person's copies of each effect allele."""
    return np.random.default_rng(6).binomial(2, table["eaf"])


def in_words(copies: np.ndarray, p: np.ndarray) -> np.ndarray:
    return np.array(["intron", "exon", "intergenic"])[copies]


def as_flags(copies: np.ndarray, p: np.ndarray) -> np.ndarray:
    return np.where(copies > 0, "yes", "no")


def scaled(copies: np.ndarray, p: np.ndarray) -> np.ndarray:
    return ((copies - 2 * p) / np.sqrt(2 * p * (1 - p))).round(4)


def in_heaps(copies: np.ndarray, p: np.ndarray) -> np.ndarray:
    return (0.9 + 0.03 * copies + 0.004 * (np.arange(copies.size) % 7) / 7).round(4)


@pytest.mark.parametrize("hidden", [in_words, as_flags, scaled, in_heaps])
@pytest.mark.parametrize("name", ["annotation", "info", "score", "strand"])
def test_a_genome_in_any_column_beside_frequencies_blocks(hidden, name):
    table = results()

    report = judged(table.assign(**{name: hidden(genome(table), table["eaf"].to_numpy())}))

    assert report.verdict is Verdict.BLOCK


def test_a_genome_in_the_number_of_people_blocks():
    table = results()

    assert judged(table.assign(n=PEOPLE - genome(table))).verdict is Verdict.BLOCK


def test_classes_of_variants_pass_beside_frequencies():
    table = results()
    random = np.random.default_rng(7)
    consequence = random.choice(["intron_variant", "missense_variant", "synonymous_variant"], 300)

    report = judged(
        table.assign(consequence=consequence, source=random.choice(["array", "imputed"], 300))
    )

    assert report.verdict is Verdict.PASS


@pytest.mark.parametrize("edges", [(0.1, 0.3), (0.2, 0.4), (0.05, 0.15)])
def test_bins_of_the_frequency_are_no_genotypes(edges):
    p = np.random.default_rng(8).uniform(0.01, 0.5, 400)

    assert not follow_frequencies(np.digitize(p, edges), p)


@pytest.mark.parametrize("seed", range(20))
def test_marks_that_know_no_frequency_are_no_genotypes_and_genotypes_are(seed):
    random = np.random.default_rng(seed)
    p = random.uniform(0.05, 0.95, 400)

    assert not follow_frequencies(random.integers(0, 3, 400), p)
    assert follow_frequencies(random.binomial(2, p), p)


def test_frequencies_that_are_copies_of_one_person_block():
    table = results()
    copied = table.assign(eaf=genome(table) / 2).drop(columns=["beta", "se", "p"])

    assert judged(copied).verdict is Verdict.BLOCK


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("comment", ["fine", "checked", "redone"]),
        ("said", ["teacher", "priest", "nurse"]),
        ("known", ["stroke at 44", "ICD at 31", "deaf since birth"]),
        ("mark", ["x", "y", "z"]),
    ],
)
def test_remarks_and_marks_beside_variants_go_to_a_person(name, words):
    table = results(60)

    report = judged(table.assign(**{name: [words[i * i % 3] for i in range(60)]}))

    assert report.verdict >= Verdict.REVIEW


GENES = [
    "APOE",
    "LDLR",
    "PCSK9",
    "APOB",
    "SORT1",
    "ABCG8",
    "HMGCR",
    "NPC1L1",
    "LPA",
    "CETP",
    "LIPC",
    "ANGPTL3",
    "BRCA1",
    "TTN",
    "MYH7",
    "RYR1",
    "SCN5A",
]


def burden(**columns: object) -> pd.DataFrame:
    n = len(GENES)
    random = np.random.default_rng(9)
    made = {"gene": GENES, "n_variants": range(20, 20 + n), "n_carriers": range(40, 40 + n),
            "beta": random.normal(0, 0.2, n).round(3), "se": random.uniform(0.02, 0.1, n).round(3),
            "p": random.uniform(0, 1, n).round(4)}  # fmt: skip
    return pd.DataFrame(made | columns)


def measured() -> np.ndarray:
    return np.random.default_rng().normal(5, 2, len(GENES)).round(2)


def test_several_columns_that_measure_the_same_in_genes_go_to_a_person():
    names = ("alpha", "beta_star", "gamma", "delta", "epsilon")

    assert judged(burden(**{n: measured() for n in names})).verdict >= Verdict.REVIEW
    assert judged(burden(tissue="liver", burden_score=measured())).verdict is Verdict.PASS


def test_columns_headed_by_names_of_people_block():
    table = burden(anna=measured(), pekka=measured(), liisa=measured(), juha=measured())

    assert judged(table).verdict is Verdict.BLOCK


def models(*people: int, last: str = "Sex") -> str:
    n = len(people)
    cells = [("Age", "0.031***"), ("", "(0.002)"), (last, "0.12*"), ("", "(0.05)")]
    lines = [f"term,{','.join(f'({i + 1})' for i in range(n))}"]
    lines += [f"{label},{','.join([cell] * n)}" for label, cell in cells]
    return "\n".join([*lines, f"Observations,{','.join(map(str, people))}"]) + "\n"


def test_a_model_fitted_again_without_few_people_blocks():
    assert judged(models(412, 411, 410), n=412).verdict is Verdict.BLOCK
    assert judged(models(412, 340), n=412).verdict is Verdict.PASS


def test_a_label_that_says_that_it_is_of_one_blocks():
    assert judged(models(412, 412, last="Site Kemi (n=1)"), n=412).verdict is Verdict.BLOCK
    assert judged(models(412, 412, last="Site Kemi (n=61)"), n=412).verdict is Verdict.PASS


def test_people_who_are_written_as_models_block():
    rows = {"Age": ("54", "61", "38", "22"), "BMI": ("24.1", "31.2", "27.7", "22.0")}
    lines = ["term,(1),(2),(3),(4)"]
    for name, cells in rows.items():
        lines += [f"{name},{','.join(f'{cell}***' for cell in cells)}", ",(1.1),(1.2),(0.9),(0.7)"]
    people = "\n".join([*lines, "Observations,4120,4120,4120,4120"]) + "\n"

    assert judged(people, n=4120).verdict is Verdict.BLOCK


def sets(head: str, few: str) -> str:
    rows = ((66171, "lipid transport", few), (66172, "cholesterol transport", "31/212"))
    told = "".join(f"GO:00{i},{words},{part},0.001\n" for i, words, part in rows)
    return f"ID,Description,{head},pvalue\n{told}"


def test_genes_among_those_of_a_set_are_no_people_and_carriers_are():
    assert judged(sets("GeneRatio", "4/212")).verdict is not Verdict.BLOCK
    assert judged(sets("carriers", "4/212")).verdict is Verdict.BLOCK
