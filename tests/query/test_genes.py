"""A variant in several genes is found under each, with what it does to that one."""

from __future__ import annotations

import pyarrow as pa
import pytest

from gdi_spe.query.conditions import CarriesVariant
from gdi_spe.query.genotypes import UnknownGene, matching, require_genes
from gdi_spe.query.variants.rows import VariantRows
from gdi_spe.query.variants.source import InMemory
from gdi_spe.store.schemas import ANNOTATION_COLUMNS, OTHER_GENES


def told(gene: str, consequence: str, change: str | None = None) -> dict[str, str | None]:
    return {
        **dict.fromkeys(ANNOTATION_COLUMNS),
        "gene": gene,
        "gene_id": f"ENSG_{gene}",
        "consequence": consequence,
        "hgvs_p": change,
    }


class OneChromosome:
    """Records of three variants: in A, in A and B, in nothing."""

    chromosomes = ("chr1",)

    def __init__(self) -> None:
        self.folder = self
        both = [told("B", "missense_variant", "p.Ala2Val")]
        columns = {
            name: pa.array([first[name], second[name], None], pa.string())
            for first, second in [(told("A", "missense_variant"), told("A", "stop_gained"))]
            for name in ANNOTATION_COLUMNS
        }
        self.table = pa.table({**columns, "other_genes": pa.array([None, both, None], OTHER_GENES)})

    def variants(self, _chromosome: str) -> pa.Table:
        return self.table

    def variant_rows(self, _chromosome: str) -> VariantRows:
        return VariantRows(InMemory(self.table))


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        ({"genes": ("A",)}, [True, True, False]),
        ({"genes": ("B",)}, [False, True, False]),
        ({"genes": ("ENSG_B",)}, [False, True, False]),
        ({"genes": ("A",), "consequences": ("missense",)}, [True, False, False]),
        ({"genes": ("B",), "consequences": ("missense",)}, [False, True, False]),
        ({"genes": ("B",), "consequences": ("stop_gained",)}, [False, False, False]),
        ({"consequences": ("missense",)}, [True, True, False]),
        ({"genes": ("B",), "protein_changes": ("A2V",)}, [False, True, False]),
        ({"genes": ("A",), "protein_changes": ("A2V",)}, [False, False, False]),
        ({}, [True, True, True]),
    ],
)
def test_gene_consequence_and_change_are_of_one_gene(
    asked: dict[str, tuple[str, ...]], expected: list[bool]
) -> None:
    found = matching(OneChromosome(), "chr1", CarriesVariant(**asked))  # type: ignore[arg-type]

    assert found.tolist() == expected


def test_a_gene_that_is_never_the_first_is_known() -> None:
    require_genes(OneChromosome(), ("B", "ENSG_B"))  # type: ignore[arg-type]

    with pytest.raises(UnknownGene):
        require_genes(OneChromosome(), ("C",))  # type: ignore[arg-type]
