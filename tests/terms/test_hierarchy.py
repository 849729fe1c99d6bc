"""Ontologies are read from OBO and OBO Graphs, and a missing one is an error with its remedy."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from gdi_spe.boundary.errors import BadInput
from gdi_spe.terms import obo
from gdi_spe.terms.curies import UnknownTerm
from gdi_spe.terms.hierarchy import HierarchyMissing
from gdi_spe.terms.references import Hierarchies

MONDO = """format-version: 1.2
data-version: test/2025-01-01
ontology: mondo

[Term]
id: MONDO:0000001
name: disease

[Term]
id: MONDO:0018940
name: congenital myasthenic syndrome
alt_id: MONDO:0009999
xref: Orphanet:590 {source="MONDO:equivalentTo"}
xref: GARD:1234 {source="Orphanet:590"}
is_a: MONDO:0000001 ! disease

[Term]
id: MONDO:0011088
name: congenital myasthenic syndrome 1A
property_value: skos:exactMatch OMIM:601462
is_a: MONDO:0018940 {source="x"} ! congenital myasthenic syndrome

[Term]
id: MONDO:0005555
name: obsolete something
is_obsolete: true
replaced_by: MONDO:0011088

[Typedef]
id: part_of
name: part of
"""
ORPHA = """data-version: test
[Term]
id: ORPHA:590
name: Congenital myasthenic syndrome

[Term]
id: Orphanet:98913
name: Postsynaptic congenital myasthenic syndrome
is_a: Orphanet:590
"""


@pytest.fixture
def references(tmp_path: Path) -> Path:
    (tmp_path / "MONDO.obo").write_text(MONDO)
    (tmp_path / "ORPHA.obo").write_text(ORPHA)
    return tmp_path


def test_kinds_and_ancestors_follow_is_a(references: Path) -> None:
    mondo = obo.load(references / "MONDO.obo")

    assert mondo.label("MONDO:0018940") == "congenital myasthenic syndrome"
    assert mondo.descendants("MONDO:0018940") == {"MONDO:0018940", "MONDO:0011088"}
    assert mondo.ancestors("MONDO:0011088") == {
        "MONDO:0011088",
        "MONDO:0018940",
        "MONDO:0000001",
    }
    assert mondo.version == "test/2025-01-01"


def test_retired_and_alternative_identifiers_lead_to_the_current_term(references: Path) -> None:
    mondo = obo.load(references / "MONDO.obo")

    assert mondo.current("MONDO:0009999") == "MONDO:0018940"
    assert mondo.current("MONDO:0005555") == "MONDO:0011088"


def test_a_question_in_one_code_system_finds_people_coded_in_another(references: Path) -> None:
    asked = Hierarchies(references).expand("ORPHA:590")

    assert asked == {
        "ORPHA:590",
        "ORPHA:98913",
        "MONDO:0018940",
        "MONDO:0011088",
        "MONDO:0009999",
        "MONDO:0005555",
        "OMIM:601462",
    }


def test_a_cross_reference_that_is_no_equivalence_is_not_followed(references: Path) -> None:
    assert not any(term.startswith("GARD") for term in Hierarchies(references).expand("ORPHA:590"))


def test_a_missing_hierarchy_is_an_error_that_names_the_remedy(references: Path) -> None:
    with pytest.raises(HierarchyMissing, match="gdi-spe reference add ontology NCIT"):
        Hierarchies(references).expand("NCIT:C64768")


def test_a_term_that_the_release_lacks_is_an_error(references: Path) -> None:
    with pytest.raises(UnknownTerm, match="MONDO:0018941 is not in MONDO"):
        Hierarchies(references).expand("MONDO:0018941")


def test_the_nearest_names_are_offered(references: Path) -> None:
    mondo = obo.load(references / "MONDO.obo")

    assert mondo.nearest("congenital myastenic syndrome")[0][0] == "MONDO:0018940"


def test_the_json_form_says_the_same_as_the_flat_one(tmp_path: Path) -> None:
    base = "http://purl.obolibrary.org/obo/MONDO_"
    exact = "http://www.w3.org/2004/02/skos/core#exactMatch"
    graph = {
        "meta": {"version": "v1"},
        "nodes": [
            {"id": f"{base}0018940", "lbl": "CMS", "type": "CLASS", "meta": {
                "basicPropertyValues": [{"pred": exact, "val": "http://www.orpha.net/ORDO/Orphanet_590"}]}},
            {"id": f"{base}0011088", "lbl": "CMS 1A", "type": "CLASS"},
            {"id": f"{base}0005555", "lbl": "old", "type": "CLASS", "meta": {"deprecated": True,
                "basicPropertyValues": [{"pred": "http://purl.obolibrary.org/obo/IAO_0100001",
                                         "val": f"{base}0011088"}]}},
        ],
        "edges": [{"sub": f"{base}0011088", "pred": "is_a", "obj": f"{base}0018940"}],
    }  # fmt: skip
    (tmp_path / "MONDO.json").write_text(json.dumps({"graphs": [graph]}))

    assert Hierarchies(tmp_path).expand("ORPHA:590") == {
        "ORPHA:590",
        "MONDO:0018940",
        "MONDO:0011088",
        "MONDO:0005555",
    }


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("MONDO.obo", "[Term]\nid MONDO:0018940\n"),
        ("MONDO.obo", "[Term]\nname: nameless\n"),
        ("MONDO.obo", ORPHA),
        ("MONDO.obo", ""),
        ("MONDO.json", "{"),
        ("MONDO.json", '{"graphs": [{"nodes": [{"lbl": "x"}]}]}'),
    ],
)
def test_a_file_that_is_no_such_ontology_is_refused_with_its_name(
    tmp_path: Path, name: str, text: str
) -> None:
    (tmp_path / name).write_text(text)

    with pytest.raises(BadInput, match=name):
        Hierarchies(tmp_path).get("MONDO")


def test_a_cycle_in_bad_data_ends(tmp_path: Path) -> None:
    stanza = "[Term]\nid: MONDO:000000{}\nis_a: MONDO:000000{}\n"
    (tmp_path / "MONDO.obo").write_text(stanza.format(1, 2) + stanza.format(2, 1))

    assert len(Hierarchies(tmp_path).expand("MONDO:0000001")) == 2


def test_hpo_is_there_without_a_file() -> None:
    assert "HP:0001488" in Hierarchies().expand("HP:0000508")


def test_hpo_of_the_folder_comes_before_the_bundled_one(tmp_path: Path) -> None:
    (tmp_path / "HP.obo").write_text("[Term]\nid: HP:0000508\nname: Ptosis\n")

    assert Hierarchies(tmp_path).expand("HP:0000508") == {"HP:0000508"}
