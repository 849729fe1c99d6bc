"""Genes are found by position: each that a variant touches, the preferred one first."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from gdi_spe.store.reading.genes import GENES, GeneIndex

CODING, OTHER = "protein_coding", "lncRNA"
CHROMOSOMES = ("chr1", "chr2", "chrX")


def gene(name: str, start: int, end: int, kind: str = CODING, chromosome: str = "chr1") -> Any:
    return {
        "gene_id": f"ENSG_{name}", "version": "1", "symbol": name, "chromosome": chromosome,
        "start": start, "end": end, "strand": "+", "biotype": kind,
    }  # fmt: skip


def index(*genes: Any) -> GeneIndex:
    return GeneIndex(pa.Table.from_pylist(list(genes), schema=GENES))


def variants(*rows: tuple[str, int, str], **columns: list[Any]) -> pa.Table:
    plain = {
        "chromosome": pa.array([row[0] for row in rows], pa.string()),
        "position": pa.array([row[1] for row in rows], pa.int32()),
        "reference": pa.array([row[2] for row in rows], pa.string()),
    }
    return pa.table({**plain, **{k: pa.array(v, pa.string()) for k, v in columns.items()}})


def told(table: pa.Table) -> list[list[str]]:
    """The genes of each variant, first to last."""
    return [
        [g for g in (row["gene"], *(o["gene"] for o in row["other_genes"] or ())) if g]
        for row in table.to_pylist()
    ]


def test_a_variant_is_in_the_genes_that_its_reference_touches() -> None:
    genes = index(gene("A", 100, 200), gene("B", 150, 300), gene("C", 400, 500))

    found = genes.annotate(
        variants(
            ("chr1", 100, "A"),  # the base before A
            ("chr1", 101, "A"),
            ("chr1", 200, "A"),
            ("chr1", 201, "A"),
            ("chr1", 99, "ACGT"),
            ("chr1", 299, "A" * 200),
            ("chr9", 150, "A"),
        )
    )

    assert told(found) == [[], ["A"], ["A", "B"], ["B"], ["A"], ["C", "B"], []]


def test_protein_coding_genes_come_first_then_the_shortest_then_by_id() -> None:
    genes = index(
        gene("RNA", 10, 20, OTHER), gene("LONG", 0, 1000), gene("B", 0, 50), gene("A", 0, 50)
    )

    found = genes.annotate(variants(("chr1", 15, "A")))

    assert told(found) == [["A", "B", "LONG", "RNA"]]


def test_what_an_annotator_said_is_left_as_it_is() -> None:
    genes = index(gene("A", 0, 100))
    table = variants(
        *[("chr1", 5, "A")] * 3,
        gene=["SAID", None, None],
        gene_id=[None, None, None],
        consequence=["missense_variant", "intergenic_variant", None],
    )

    found = genes.annotate(table)

    assert told(found) == [["SAID"], [], ["A"]]
    assert found["consequence"].to_pylist() == ["missense_variant", "intergenic_variant", None]


def test_an_unnamed_gene_is_found_by_its_id() -> None:
    genes = index(gene("A", 0, 100) | {"symbol": None, "gene_id": "ENSG00000000001"})

    row = genes.annotate(variants(("chr1", 5, "A"))).to_pylist()[0]

    assert (row["gene"], row["gene_id"]) == (None, "ENSG00000000001")


def test_without_any_gene_the_columns_are_empty() -> None:
    found = index().annotate(variants(("chr1", 5, "A")))

    assert found.column_names[-3:] == ["gene", "gene_id", "other_genes"]
    assert told(found) == [[]]


spans = st.tuples(
    st.sampled_from(CHROMOSOMES), st.integers(0, 60), st.integers(1, 30), st.sampled_from("pl")
)


@given(st.lists(spans, max_size=15), st.lists(spans, max_size=30))
def test_the_answers_are_those_of_comparing_every_gene(genes: Any, rows: Any) -> None:
    known = [
        gene(f"G{n:02}", start, start + length, CODING if kind == "p" else OTHER, chromosome)
        for n, (chromosome, start, length, kind) in enumerate(genes)
    ]
    table = variants(*[(c, start + 1, "A" * length) for c, start, length, _ in rows])

    found = told(index(*known).annotate(table))

    for (chromosome, start, length, _), names in zip(rows, found, strict=True):
        touched = [
            g
            for g in known
            if g["chromosome"] == chromosome and g["start"] < start + length and g["end"] > start
        ]
        touched.sort(key=lambda g: (g["biotype"] != CODING, g["end"] - g["start"], g["gene_id"]))
        assert names == [g["symbol"] for g in touched]
