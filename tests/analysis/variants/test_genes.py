"""Genes lie from their first to their last variant, wherever a variant of several counts."""

from __future__ import annotations

import pytest

from gdi_spe.analysis.variants.genes import genes
from gdi_spe.boundary.errors import BadInput
from gdi_spe.store.folder import CohortFolder
from gdi_spe.workspace import plot
from gdi_spe.workspace.cohort.opened import Cohort
from tests.query import small_cohort


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> CohortFolder:
    made: CohortFolder = small_cohort.make(tmp_path_factory.mktemp("genes") / "twelve")
    return made


def by_hand(folder: CohortFolder) -> dict[str, tuple[str, int, int, int]]:
    """Return chromosome, first and last position and number of variants of each gene, slowly."""
    found: dict[str, list[tuple[str, int]]] = {}
    for chromosome in folder.chromosomes:
        for row in folder.variants(chromosome).to_pylist():
            told = [row["gene"], *(each["gene"] for each in row["other_genes"] or ())]
            for name in filter(None, told):
                found.setdefault(name, []).append((chromosome, row["position"]))
    return {
        name: (places[0][0], min(at for _, at in places), max(at for _, at in places), len(places))
        for name, places in found.items()
    }


def test_genes_reach_from_their_first_to_their_last_variant(folder: CohortFolder) -> None:
    table = genes(folder)

    told = {
        row.gene: (row.chromosome, row.base_pair_location, row.base_pair_end, row.n_variants)
        for row in table.itertuples()
    }
    assert told == by_hand(folder)
    assert len(told) > 2


def test_a_region_and_a_gene_leave_their_own(folder: CohortFolder) -> None:
    everything = genes(folder).set_index("gene")
    place = everything.loc["PTEN", "region"]

    assert genes(folder, region=place)["gene"].tolist() == ["PTEN"]
    assert genes(folder, gene=["PTEN", "TLR7"])["gene"].tolist() == ["PTEN", "TLR7"]
    assert genes(folder, gene="ENSG_PTEN")["gene"].tolist() == ["PTEN"]


def test_before_and_behind_a_gene_there_is_none(folder: CohortFolder) -> None:
    row = genes(folder, gene="PTEN").iloc[0]

    def near(first: int, last: int) -> list[str]:
        return genes(folder, f"{row.chromosome}:{first}-{last}")["gene"].tolist()

    assert near(row.base_pair_end, row.base_pair_end) == ["PTEN"]
    assert near(row.base_pair_end + 1, row.base_pair_end + 1) == []
    assert near(row.base_pair_location - 9, row.base_pair_location - 1) == []
    assert list(genes(folder, f"{row.chromosome}:1-2").columns) == list(genes(folder).columns)


def test_an_unknown_gene_is_told_with_near_names(folder: CohortFolder) -> None:
    with pytest.raises(BadInput, match="Near it: PTEN"):
        genes(folder, gene="PTE")


def test_genes_can_be_drawn_under_results(folder: CohortFolder) -> None:
    cohort = Cohort(folder.path)
    heights = {person: 150.0 + n * n % 17 for n, person in enumerate(cohort.individuals())}
    table = cohort.association(heights)
    table["p_value"] = table["p_value"].fillna(1.0)
    place = cohort.genes(gene="PTEN")["region"].iloc[0]

    axes = plot.regional(table, region=place, genes=cohort.genes())

    (below,) = axes.child_axes
    assert [text.get_text() for text in below.texts] == ["PTEN"]
