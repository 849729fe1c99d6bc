"""Terms are known, well written and in one spelling, or refused with the place."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdi_spe.boundary.errors import BadInput
from gdi_spe.terms.codes import BY_SPELLING, KNOWN
from gdi_spe.terms.curies import UnknownTerm, looks_like_curie, require_known, spelled

DATA = Path(__file__).parents[2] / ".." / "shared" / "data"


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("HP:0000508", "HP:0000508"),
        ("Orphanet:590", "ORPHA:590"),
        ("SNOMED:372244006", "SNOMEDCT:372244006"),
        ("RXCUI:1147220", "RxNorm:1147220"),
        ("ATC:L01EC01", "ATC:L01EC01"),
        ("NCIT:C64768", "NCIT:C64768"),
        ("ICD10:F3181", "ICD10:F3181"),
    ],
)
def test_a_known_term_is_returned_in_its_one_spelling(written: str, expected: str) -> None:
    assert require_known(written) == expected


@pytest.mark.parametrize(
    "written", ["ptosis", "", ":", "HP:", ":0000508", "HP:508", "HP:0000508 ", "NCIT:64768", "XX:1"]
)
def test_what_is_not_a_term_of_a_known_system_is_refused(written: str) -> None:
    with pytest.raises(UnknownTerm):
        require_known(written)


def test_a_refusal_names_the_file_the_line_and_the_likely_prefix() -> None:
    with pytest.raises(BadInput, match=r"tables/diagnoses\.tsv, line 7: .*Write MONDO:0018940"):
        require_known("MNDO:0018940", source="tables/diagnoses.tsv", line=7)


def test_a_prefix_in_the_wrong_case_is_refused_with_the_right_one() -> None:
    with pytest.raises(UnknownTerm, match="Write HP:0000508"):
        require_known("hp:0000508")


@pytest.mark.parametrize(
    ("text", "curie"),
    [
        ("hp:0000508", "HP:0000508"),
        ("HP_0000508", "HP:0000508"),
        ("http://purl.obolibrary.org/obo/HP_0000508", "HP:0000508"),
        ("http://www.orpha.net/ORDO/Orphanet_590", "ORPHA:590"),
        ("ncit:C3510", "NCIT:C3510"),
        # Labels, codes of another shape and unknown systems stay as they are.
        ("Ptosis", "Ptosis"),
        ("HP_508", "HP_508"),
        ("my_column", "my_column"),
        ("COVID-19", "COVID-19"),
    ],
)
def test_an_identifier_has_other_spellings(text: str, curie: str) -> None:
    assert spelled(text) == curie


@given(st.text(max_size=20))
def test_a_spelling_is_brought_to_one_that_stays(text: str) -> None:
    once = spelled(text)

    assert spelled(once) == once
    assert once == text or require_known(once) == once


@given(st.text(max_size=20))
def test_any_text_is_either_refused_or_kept_stable(text: str) -> None:
    try:
        once = require_known(text)
    except UnknownTerm:
        return

    assert require_known(once) == once


def test_every_alias_leads_to_a_known_system() -> None:
    assert all(system.prefix in KNOWN for system in BY_SPELLING.values())
    assert looks_like_curie("Orphanet:590")
    assert not looks_like_curie("diseases.ageOfOnset")


@pytest.mark.parametrize(
    "name",
    ["phenopackets/covid19.json", "phenopackets/mcahs1.json", "beacon/ega-test/individuals.json"],
)
def test_terms_of_public_files_are_known(name: str) -> None:
    path = DATA / name
    if not path.exists():
        pytest.skip(f"{name} is not on this machine")
    found = re.findall(r'"id": ?"([A-Za-z0-9]+:[^"]+)"', json.dumps(json.loads(path.read_text())))
    terms = {term for term in found if term.split(":")[0] not in {"PMID", "DOI", "ENSGLOSSARY"}}

    assert terms
    assert {term for term in terms if not require_known(term)} == set()
