"""Likeness ranks syndromes above single signs and says why."""

from __future__ import annotations

import math

import pytest

from gdi_spe.boundary.errors import BadInput
from gdi_spe.terms import hpo
from gdi_spe.terms.curies import UnknownTerm
from gdi_spe.terms.likeness import Likeness, Meaning, compare, meaning_of
from gdi_spe.terms.references import Hierarchies

PTOSIS, WEAKNESS, HYPOTONIA = "HP:0000508", "HP:0003473", "HP:0001319"
DECREMENT, TRANSMISSION = "HP:0003403", "HP:0003398"
ASKED = [WEAKNESS, PTOSIS, HYPOTONIA, DECREMENT, TRANSMISSION]
# Things that have nothing to do with the neuromuscular junction.
MYOPIA, ECZEMA, HEADACHE = "HP:0000545", "HP:0000964", "HP:0002315"


@pytest.fixture(scope="module")
def meaning() -> Meaning:
    return meaning_of("HP", Hierarchies())


def by_id(found: list[Likeness]) -> dict[str, Likeness]:
    return {each.individual_id: each for each in found}


def test_a_lone_ptosis_does_not_outrank_a_full_syndrome(meaning: Meaning) -> None:
    full = [WEAKNESS, PTOSIS, HYPOTONIA, DECREMENT, MYOPIA, ECZEMA, HEADACHE]
    present = {"full": full, "lone": [PTOSIS], "other": [MYOPIA, HEADACHE]}

    ranked = compare(ASKED, present, {}, meaning)

    assert [each.individual_id for each in ranked] == ["full", "lone", "other"]
    assert ranked[0].score > 0.8
    assert ranked[1].score < 0.5


def test_a_symmetric_average_would_have_got_that_wrong(meaning: Meaning) -> None:
    """The outside measure that this one replaces: what is tested for does happen."""
    extras = [
        "0000365",
        "0000252",
        "0001250",
        "0001263",
        "0000822",
        "0001627",
        "0002027",
        "0001508",
    ]
    full = [WEAKNESS, MYOPIA, ECZEMA, HEADACHE, PTOSIS, *(f"HP:{code}" for code in extras)]

    def directed(asked: list[str], found: list[str]) -> float:
        return compare(asked, {"x": found}, {}, meaning)[0].score

    def symmetric(found: list[str]) -> float:
        return (directed(ASKED[:2], found) + directed(found, ASKED[:2])) / 2

    assert symmetric([PTOSIS]) > symmetric(full)
    assert directed(ASKED[:2], [PTOSIS]) < directed(ASKED[:2], full)


def test_everything_asked_for_scores_one(meaning: Meaning) -> None:
    assert compare(ASKED, {"x": ASKED}, {}, meaning)[0].score == pytest.approx(1)


def test_a_kind_of_what_is_asked_matches_in_full(meaning: Meaning) -> None:
    kind = "HP:0001488"  # bilateral ptosis

    assert compare([PTOSIS], {"x": [kind]}, {}, meaning)[0].score == pytest.approx(1)


def test_excluded_features_never_match(meaning: Meaning) -> None:
    found = by_id(compare(ASKED, {"a": [MYOPIA]}, {"b": ASKED, "c": [PTOSIS]}, meaning))

    assert found["b"].score == 0
    assert found["b"].largest == pytest.approx(0)
    assert all(match.is_excluded for match in found["b"].matches)
    assert found["c"].score == 0
    assert 0 < found["c"].largest < 1
    assert math.isnan(found["b"].p_value)


def test_an_excluded_feature_rules_out_its_kinds_but_not_what_it_is_a_kind_of(
    meaning: Meaning,
) -> None:
    muscle = "HP:0011804"  # abnormal muscle physiology: weakness and hypotonia are kinds of it
    present = {"x": [WEAKNESS, PTOSIS]}

    ruled_out = compare([WEAKNESS], present, {"x": [muscle]}, meaning)[0]
    untouched = compare([muscle], present, {"x": [HYPOTONIA]}, meaning)[0]

    assert ruled_out.matches[0].is_excluded
    assert untouched.score == pytest.approx(1)


def test_individuals_without_any_feature_are_not_ranked(meaning: Meaning) -> None:
    assert compare(ASKED, {"x": []}, {"y": []}, meaning) == []


def test_a_planted_syndrome_is_rarer_than_chance_and_a_background_is_not(meaning: Meaning) -> None:
    common = [MYOPIA, ECZEMA, HEADACHE, "HP:0001945", "HP:0012735", "HP:0002014"]
    background = {f"b{i:03d}": [common[i % 6], common[(i // 6) % 6]] for i in range(120)}

    found = by_id(compare(ASKED, {**background, "case": ASKED[:4]}, {}, meaning))

    assert found["case"].p_value < 0.01
    assert all(found[one].p_value > 0.05 for one in background)


def test_the_same_question_has_the_same_answer(meaning: Meaning) -> None:
    present = {"a": [PTOSIS, MYOPIA], "b": [WEAKNESS, HEADACHE]}

    assert compare(ASKED, present, {}, meaning) == compare(ASKED, present, {}, meaning)


def test_each_asked_term_is_explained(meaning: Meaning) -> None:
    matches = compare([PTOSIS, WEAKNESS], {"x": ["HP:0001324"]}, {"x": [PTOSIS]}, meaning)[
        0
    ].matches

    assert str(matches[0]) == "Ptosis: recorded as absent"
    assert str(matches[1]).startswith("Fatigable weakness: ")
    assert "Muscle weakness" in str(matches[1])


def test_asking_for_nothing_or_for_the_root_or_for_an_unknown_term_is_refused(
    meaning: Meaning,
) -> None:
    with pytest.raises(BadInput):
        compare([], {"x": [PTOSIS]}, {}, meaning)
    with pytest.raises(BadInput, match="say nothing"):
        compare(["HP:0000001"], {"x": [PTOSIS]}, {}, meaning)
    with pytest.raises(UnknownTerm):
        compare(["HP:9999999"], {"x": [PTOSIS]}, {}, meaning)


def test_a_kind_is_never_less_informative_than_what_it_is_a_kind_of() -> None:
    information, ontology = hpo.information(), hpo.ontology()

    wrong = [
        (term, parent)
        for term, parents in ontology.parents.items()
        for parent in parents
        if information[term] < information.get(parent, 0) - 1e-6
    ]

    assert wrong == []


def test_a_profile_of_a_disease_comes_from_its_annotations() -> None:
    assert WEAKNESS in hpo.profile("ORPHA:590")
    assert HYPOTONIA not in hpo.profile("ORPHA:590"), "profiles are thin: ask by features"
    assert hpo.profile("ORPHA:99999999") == frozenset()
