"""Beacon requests select by everything they say, or are refused."""

from __future__ import annotations

import contextlib
import copy
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdi_spe.boundary.errors import BadInput
from gdi_spe.query.beacon.selecting import BeaconNotUnderstood, parse, select
from gdi_spe.query.genotypes import NotAnnotated, UnknownGene
from gdi_spe.store.folder import CohortFolder
from gdi_spe.terms.hierarchy import HierarchyMissing
from gdi_spe.terms.references import Hierarchies

QUERIES = Path(__file__).parents[2] / ".." / "shared" / "data" / "beacon" / "queries"


def ids(*numbers: int) -> frozenset[str]:
    return frozenset(f"P{number:02d}" for number in numbers)


def request(*filters: dict[str, Any], **variant: Any) -> dict[str, Any]:
    parameters = {"g_variant": variant} if variant else {}
    return {
        "meta": {"apiVersion": "v2.2.0"},
        "query": {"requestParameters": parameters, "filters": list(filters)},
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("q1_ryr1_cms", ids(1, 3)),
        ("q1b_ryr1_hpo", ids()),
        ("q2_pten_braf_vemurafenib", ids(5, 9)),
        ("q3_tlr7_covid19", ids(7, 8)),
        ("af_goe", ids()),
        ("af_goe_portal_flat", ids()),
    ],
)
def test_the_example_queries_of_gdi_are_answered(
    folder: CohortFolder, name: str, expected: frozenset[str]
) -> None:
    path = QUERIES / f"{name}.json"
    if not path.exists():
        pytest.skip(f"{path.name} is not on this machine")

    assert select(folder, json.loads(path.read_text())) == expected


def test_every_example_query_is_listed_above() -> None:
    if not QUERIES.exists():
        pytest.skip("the example queries are not on this machine")

    assert {path.stem for path in QUERIES.glob("*.json")} == {
        "q1_ryr1_cms",
        "q1b_ryr1_hpo",
        "q2_pten_braf_vemurafenib",
        "q3_tlr7_covid19",
        "af_goe",
        "af_goe_portal_flat",
    }


def test_the_flat_form_of_the_portal_means_the_same_as_the_nested_one(folder: CohortFolder) -> None:
    place = {"referenceName": "10", "start": [87933146], "alternateBases": "T"}
    flat = {"query": {"requestParameters": place}}

    assert select(folder, flat) == select(folder, request(**place)) == ids(5, 6, 9)


def test_a_query_selects_everybody_when_it_asks_nothing(folder: CohortFolder) -> None:
    assert len(select(folder, request())) == 12


@pytest.mark.parametrize(
    ("variant", "expected"),
    [
        ({"referenceName": "chr10", "start": [87933146]}, ids(5, 6, 9)),
        ({"referenceName": "10", "start": [87933147]}, ids()),
        ({"referenceName": "10", "start": [87933000], "end": [87933147]}, ids(5, 6, 9)),
        ({"referenceName": "10", "start": [87933000], "end": [87933146]}, ids()),
        ({"referenceName": "10", "start": [87933100, 87933150], "end": [87933147, 87933148]},
         ids(5, 6, 9)),
        ({"referenceName": "X"}, ids(1, 2, 7, 8)),
        ({"referenceName": "19", "variantType": "INS", "start": [38499000], "end": [38600000]},
         ids(2)),
        ({"geneId": "PTEN", "alternateBases": "N"}, ids(5, 6, 9, 10)),
        ({"geneId": "PTEN", "referenceBases": "Y"}, ids(5, 6, 9)),
        ({"aminoacidChange": "p.Arg130Ter"}, ids(5, 6, 9)),
        ({"geneId": "NOSUCH"}, ids()),
        ({"geneId": "PTEN", "assemblyId": "GRCh38.p14"}, ids(5, 6, 9, 10)),
        ({"referenceName": "NC_000010.11", "start": [87933146]}, ids(5, 6, 9)),
        ({"genomicAlleleShortForm": "NC_000010.11:g.87933147C>T"}, ids(5, 6, 9)),
        ({"genomicAlleleShortForm": "NC_000010.11:g.87933147C>G"}, ids()),
        ({"genomicAlleleShortForm": "ENSP00000361021.3:p.Arg130Ter"}, ids(5, 6, 9)),
        ({"referenceName": "10", "variantType": "DUP"}, ids()),
    ],
)  # fmt: skip
def test_variant_parameters_select(
    folder: CohortFolder, variant: dict[str, Any], expected: frozenset[str]
) -> None:
    assert select(folder, request(**variant)) == expected


@pytest.mark.parametrize(
    ("filters", "expected"),
    [
        ([{"id": "NCIT:C16576"}], ids(1, 2, 3, 4, 5, 6)),
        ([{"id": "sex", "operator": "=", "value": "NCIT:C20197"}], ids(7, 8, 9, 10, 11)),
        ([{"id": "ORPHA:590"}], ids(1, 3)),
        ([{"id": "ORPHA:590", "includeDescendantTerms": False}], ids()),
        ([{"id": "HP:0000508"}], ids(2, 3, 4)),
        ([{"id": "HP:0003473", "similarity": "high"}], ids(2)),
        ([{"id": "SO:0001587", "scope": "genomicVariation"}], ids(5, 6, 9)),
        ([{"id": "NCIT:C64768"}, {"id": "NCIT:C16576"}], ids(5, 6)),
        ([{"id": "molecularAttributes.aminoacidChanges", "operator": "=", "value": "V600E"}],
         ids(5, 9, 12)),
        ([{"id": "molecularAttributes.geneIds", "operator": "=", "value": "PTEN"}],
         ids(5, 6, 9, 10)),
        ([{"id": "treatments.treatmentCode.id", "operator": "=", "value": "NCIT:C64768"}],
         ids(5, 6, 9)),
        ([{"id": "geographicOrigin.id", "operator": "=", "value": "EE"}], ids(1, 2, 3, 7, 8)),
        ([{"id": "geographicOrigin.id", "operator": "!", "value": "EE"}], ids(4, 5, 6, 9, 10)),
        ([{"id": "sex", "operator": "!", "value": "NCIT:C16576"}], ids(7, 8, 9, 10, 11)),
        ([{"id": "population:EST"}], ids(1, 2, 3, 7, 8)),
        ([{"id": "population", "operator": "=", "value": "FIN"}, {"id": "NCIT:C20197"}],
         ids(9, 10)),
    ],
)  # fmt: skip
def test_filters_select(
    folder: CohortFolder, filters: list[dict[str, Any]], expected: frozenset[str]
) -> None:
    assert select(folder, request(*filters)) == expected


def test_an_age_at_onset_is_that_of_the_disease_that_is_asked_for(folder: CohortFolder) -> None:
    """P09 had melanoma at 30 and COVID-19 at 70."""
    young = {"id": "diseases.ageOfOnset.iso8601duration", "operator": "<", "value": "P60Y"}

    assert "P09" in select(folder, request(young))
    assert "P09" not in select(folder, request({"id": "MONDO:0100096"}, young))


def test_datasets_bound_the_selection(folder: CohortFolder) -> None:
    body = request({"id": "NCIT:C64768"})
    body["query"]["requestParameters"]["datasets"] = {"datasetIds": ["D2"]}

    assert select(folder, body) == ids(9)


REFUSED_VARIANTS: list[dict[str, Any]] = [
    {"geneID": "RYR1"},
    {"start": [5]},
    {"referenceName": "1", "start": [5, 4], "end": [1, 2]},
    {"referenceName": "1", "start": [5], "end": [5]},
    {"referenceName": "1", "end": [5]},
    {"referenceName": "1", "start": [True]},
    {"referenceName": "1", "start": ["5"]},
    {"referenceName": "25", "start": [5]},
    {"referenceName": "NC_000010.10", "start": [5]},
    {"referenceName": "NC_000099.1"},
    {"referenceName": "21", "start": [46_709_983]},
    {"referenceName": "21", "start": [5], "end": [46_709_984]},
    {"genomicAlleleShortForm": "chr10:87933147C>T"},
    {"genomicAlleleShortForm": "NC_000010.10:g.5C>T"},
    {"mateName": "2"},
    {"geneId": "RYR1", "assemblyId": "GRCh37"},
    {"geneId": "RYR1", "variantType": "EFO:0030070"},
    {"geneId": "RYR1", "variantMinLength": 5},
    {"geneId": "RYR1", "alternateBases": "A|.*"},
]
ONSET = "diseases.ageOfOnset.iso8601duration"
CHANGE = "molecularAttributes.aminoacidChanges"
REFUSED_FILTERS: list[Any] = [
    {"id": "ptosis"},
    {"id": "XYZ:123"},
    {"id": "HP:508"},
    {"id": "HP:9999999"},
    {"id": "OMIM:601462"},
    {"id": "HP:0000508", "scope": "biosample"},
    {"id": "HP:0000508", "similarity": "some"},
    {"id": "HP:0000508", "operator": "="},
    {"id": "HP:0000508", "operator": "=", "value": "x"},
    {"id": "HP:0000508", "excluded": True},
    {"id": "NCIT:C16576", "similarity": "high"},
    {"id": "sex", "operator": "=", "value": "male", "similarity": "low"},
    {"id": "SO:0001587", "scope": "individual"},
    {"id": "population:"},
    {"id": "ethnicity:asian"},
    {"id": "LOINC:39156-5", "operator": ">", "value": "heavy"},
    {"id": "SO:0001818"},
    {"id": "sex", "operator": "<", "value": "NCIT:C20197"},
    {"id": "sex", "operator": "=", "value": "M"},
    {"id": CHANGE, "operator": "=", "value": "V600%"},
    {"id": ONSET, "operator": "<", "value": 60},
    {"id": ONSET, "operator": "<", "value": "60"},
    {"id": ONSET, "operator": "!", "value": "P60Y"},
    "HP:0000508",
]
REFUSED_BODIES: list[dict[str, Any]] = [
    {"query": {"filter": []}},
    {"query": {"testMode": True}},
    {"query": {"requestParameters": {"g_variant": {"geneId": "RYR1"}, "geneId": "PTEN"}}},
    {"query": {"requestParameters": {"individual": {"id": "x"}}}},
    {"query": []},
    {"query": {}, "extra": 1},
    *({"query": {"requestParameters": {"g_variant": each}}} for each in REFUSED_VARIANTS),
    *({"query": {"requestParameters": each}} for each in REFUSED_VARIANTS),
    *({"query": {"filters": [each]}} for each in REFUSED_FILTERS),
]


@pytest.mark.parametrize("body", REFUSED_BODIES, ids=repr)
def test_what_is_not_understood_is_refused_and_never_passed_over(
    folder: CohortFolder, body: dict[str, Any]
) -> None:
    with pytest.raises(BadInput):
        select(folder, body)


def test_strictly_asked_a_gene_or_an_annotation_that_is_nowhere_is_an_error(
    folder: CohortFolder,
) -> None:
    with pytest.raises(UnknownGene):
        select(folder, request(geneId="NOSUCH"), is_strict=True)
    with pytest.raises(NotAnnotated, match="hgvs_c"):
        select(folder, request(genomicAlleleShortForm="NM_1.2:c.5A>G"), is_strict=True)

    assert select(folder, request(geneId="PTEN"), is_strict=True) == ids(5, 6, 9, 10)


def test_an_ontology_that_is_not_there_is_an_error(folder: CohortFolder) -> None:
    with pytest.raises(HierarchyMissing, match="reference add ontology ORPHA"):
        select(folder, request({"id": "ORPHA:590"}), Hierarchies())


@given(st.text(min_size=1, max_size=12))
def test_no_unknown_key_is_ever_ignored(key: str) -> None:
    base = request({"id": "HP:0000508"}, geneId="RYR1")
    known = {"geneId", "assemblyId", "referenceName", "start", "end", "referenceBases",
             "alternateBases", "variantType", "aminoacidChange",
             "genomicAlleleShortForm"}  # fmt: skip
    if key in known:
        return
    changed = copy.deepcopy(base)
    changed["query"]["requestParameters"]["g_variant"][key] = None

    with pytest.raises(BeaconNotUnderstood):
        parse(changed, "GRCh38")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
)


KEYS = st.sampled_from(["query", "meta", "filters", "requestParameters"])


@given(st.dictionaries(KEYS, json_values))
def test_any_json_is_parsed_or_refused(body: dict[str, Any]) -> None:
    with contextlib.suppress(BadInput):
        parse(body, "GRCh38")
