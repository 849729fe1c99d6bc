"""Marks of genes by pathways and masks, and genotypes of two pipelines against each other."""

from __future__ import annotations

import numpy as np
import pytest

from tests.disclosure.genomics_written import GENES, rows

PATHWAYS = [
    "Lipid metabolism", "Glycolysis", "Cell cycle", "DNA repair", "Apoptosis", "mTOR", "Wnt",
    "TGF-beta", "NF-kB", "Muscle contraction", "Immune response", "Cardiac outflow",
]  # fmt: skip
MASKS = [
    f"{rare}_{effect}"
    for rare in ("singleton", "maf0.1", "maf1")
    for effect in ("lof", "lof_mis", "mis_cadd25", "mis_revel75", "syn", "splice", "ptv_hc")
]
PEOPLE = ["Anna", "Mari", "Jaan", "Peeter", "Kadri", "Liis", "Tiina", "Toomas", "Katrin", "Andres",
          "Kristiina", "Marika"]  # fmt: skip


def marked(columns: list[str], first: list[str] | None = None) -> str:
    drawn = np.random.default_rng(7).integers(0, 2, (len(GENES), len(columns)))
    named = zip(first or GENES, drawn, strict=True)
    return rows("\t".join(["gene", *columns]), [[gene, *map(int, row)] for gene, row in named])


@pytest.mark.parametrize(
    ("columns", "kind", "n", "passes"),
    [
        (PATHWAYS, "", 48_000, True),
        # As many pathways as there may be people.
        (PATHWAYS, "", 100, False),
        (PATHWAYS[:6] + PEOPLE[:4], "", 48_000, False),
        ([*PATHWAYS[:4], "Lund", "Tartu", "Praha", "Leiden", "Narva"], "", 48_000, False),
        ([*PATHWAYS, "carrier DNA repair"], "", 48_000, False),
        ([f"Apoptosis_{i}" for i in range(12)], "", 48_000, False),
        (PEOPLE, "", 48_000, False),
        (MASKS, "public-annotation", 5000, True),
        # Of the cohort, a mask of singletons tells who is there.
        (MASKS, "", 5000, False),
        ([*MASKS, "maf0.1_proband"], "public-annotation", 5000, False),
        ([f"mask_P{i:03d}_lof" for i in range(21)], "public-annotation", 5000, False),
    ],
)  # fmt: skip
def test_genes_are_marked_by_pathways_and_masks_and_by_no_people(report, columns, kind, n, passes):
    found = report(marked(columns), "membership.tsv", kind=kind, n=n)

    assert (found.verdict.word == "pass") is passes


def test_people_in_place_of_genes_are_marked_under_no_names_of_pathways(report):
    people = [f"P{i:04d}" for i in range(len(GENES))]

    found = report(marked(PATHWAYS, people), "membership.tsv", n=48_000)

    assert found.verdict.word != "pass"


def concordance(scale: float = 1.0, swapped: int = 1204, names: str = "0/0 0/1 1/1") -> str:
    ref, het, alt = names.split()
    cells = [
        [412_883_190, 21_873, swapped],
        [30_112, 61_240_877, 18_430],
        [1377, 22_054, 24_019_362],
    ]
    return rows(
        "\t".join(["array", ref, het, alt]),
        [[name, *(int(scale * each) for each in row)]
         for name, row in zip((ref, het, alt), cells, strict=True)],
    )  # fmt: skip


@pytest.mark.parametrize(
    ("text", "passes"),
    [
        (concordance(), True),
        (concordance(names="hom_ref het hom_alt"), True),
        (concordance(swapped=412), False),
        (concordance(swapped=3), False),
        # One genome has so many calls.
        (concordance(scale=0.05), False),
        (concordance(names="S001 S002 S003"), False),
    ],
)
def test_calls_of_two_pipelines_pass_where_they_are_of_many(report, text, passes):
    found = report(text, "concordance.tsv", n=None)

    assert (found.verdict.word == "pass") is passes
