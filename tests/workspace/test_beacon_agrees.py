"""A Beacon request and the same question in a notebook select the same people."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from gdi_spe.demo.cohort import DemoCohort
from gdi_spe.query.beacon.selecting import select
from gdi_spe.workspace.asking.selection import Selection
from gdi_spe.workspace.cohort.opened import Cohort

QUERIES = Path(__file__).parents[2] / ".." / "shared" / "data" / "beacon" / "queries"


def in_words(cohort: Cohort, name: str) -> Selection:
    """The example queries of GDI, as a researcher writes them."""
    place = "chr3-45823240-T-C"
    match name:
        case "q1_ryr1_cms":
            return cohort.individuals(gene="RYR1", diagnosis="ORPHA:590")
        case "q1b_ryr1_hpo":
            features = ("HP:0001319", "HP:0005684", "HP:0003473")
            asked = cohort.individuals(gene="RYR1")
            for feature in features[:2]:
                asked = asked & cohort.individuals(phenotype=feature)
            return asked & cohort.individuals(similar_to=features[2], at_least=0.75)
        case "q2_pten_braf_vemurafenib":
            changed = cohort.individuals(biomarker="BRAF V600E") | cohort.individuals(
                protein_change="V600E"
            )
            asked = cohort.individuals(gene="PTEN", diagnosis="NCIT:C3510", treatment="NCIT:C64768")
            return asked & changed
        case "q3_tlr7_covid19":
            return cohort.individuals(
                gene="TLR7", sex="male", diagnosis="MONDO:0100096", age=(None, "P60Y"),
                age_at="diagnosis",
            )  # fmt: skip
        case "af_goe" | "af_goe_portal_flat":
            return cohort.individuals(variant=place)
    raise AssertionError(name)


NAMES = ["q1_ryr1_cms", "q1b_ryr1_hpo", "q2_pten_braf_vemurafenib", "q3_tlr7_covid19", "af_goe",
         "af_goe_portal_flat"]  # fmt: skip


# Some ask for what the demo's people do not have.
@pytest.mark.filterwarnings("ignore::gdi_spe.workspace.asking.nobody.RecordedOfNobody")
@pytest.mark.parametrize("name", NAMES)
def test_the_example_queries_of_gdi_agree(cohort: Cohort, planted: DemoCohort, name: str) -> None:
    path = QUERIES / f"{name}.json"
    if not path.exists():
        pytest.skip(f"{path.name} is not on this machine")
    request = json.loads(path.read_text())

    for asked in (cohort, Cohort(planted.path)):
        assert select(asked.folder, request) == set(in_words(asked, name).ids)


def filters(*ids: str) -> dict[str, Any]:
    return {"query": {"filters": [{"id": each} for each in ids]}}


def test_the_requests_that_many_answer_agree_too(planted: DemoCohort) -> None:
    """The planted cohort has people for these, so that agreement is not that of two empty sets."""
    cohort = Cohort(planted.path)
    pairs = [
        (filters("ORPHA:590"), cohort.individuals(diagnosis="ORPHA:590")),
        (filters("MONDO:0100096", "NCIT:C20197"),
         cohort.individuals(diagnosis="MONDO:0100096", sex="male")),
        (filters("HP:0000508"), cohort.individuals(phenotype="HP:0000508")),
        (filters("NCIT:C64768"), cohort.individuals(treatment="NCIT:C64768")),
        ({"query": {"requestParameters": {"g_variant": {"geneId": "TLR7"}},
                    "filters": [{"id": "SO:0001583"}]}},
         cohort.individuals(gene="TLR7", consequence="missense_variant")),
        ({"query": {"requestParameters": {"referenceName": "19", "start": [38_433_690],
                                          "end": [38_595_273]}}},
         cohort.individuals(region="chr19:38433691-38595273")),
    ]  # fmt: skip

    for request, selection in pairs:
        assert select(cohort.folder, request) == set(selection.ids)
        assert selection.count() > 5
