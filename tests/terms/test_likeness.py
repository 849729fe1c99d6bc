"""Likeness ranks syndromes above single signs and says why."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
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


def test_p_values_of_people_of_the_background_are_as_rare_as_they_say(meaning: Meaning) -> None:
    """People drawn as the null says, of one to eight features: no more are rare than should be."""
    drawn = np.random.default_rng(11)
    ontology = sorted(meaning.hierarchy.descendants("HP:0000118"))
    pool = [str(term) for term in drawn.choice(ontology, 60, replace=False)]
    often = drawn.dirichlet(np.ones(60))
    people = {
        f"p{number}": list(drawn.choice(pool, drawn.integers(1, 9), replace=False, p=often))
        for number in range(800)
    }

    found = compare(pool[:5], people, {}, meaning)

    values = np.array([each.p_value for each in found])
    assert values.min() >= 1 / 2001
    for bound in (0.01, 0.05, 0.1, 0.5):
        allowed = bound + 3 * math.sqrt(bound * (1 - bound) / len(values))
        assert np.mean(values <= bound) <= allowed
    assert np.mean(values <= 0.5) > 0.4, "nor are they all large"


def test_random_sets_have_no_feature_twice(meaning: Meaning) -> None:
    """With two features in the cohort every set of two has both: the score cannot be beaten."""
    found = by_id(compare([PTOSIS, MYOPIA], {"x": [PTOSIS, MYOPIA], "y": [PTOSIS]}, {}, meaning))

    assert found["x"].p_value == 1.0


def test_the_number_of_draws_bounds_the_p_value(meaning: Meaning) -> None:
    present = {"case": ASKED[:4], **{f"b{n}": [MYOPIA, ECZEMA, HEADACHE] for n in range(60)}}

    coarse = by_id(compare(ASKED, present, {}, meaning, n_draws=9))

    assert coarse["case"].p_value == pytest.approx(1 / 10)


PHENOPACKETS = Path(__file__).parents[2] / ".." / "shared" / "data" / "phenopackets"


def decoys(meaning: Meaning, n: int, seed: int) -> dict[str, list[str]]:
    """People of other diseases: ten features each of those that HPO annotates to one."""
    drawn = np.random.default_rng(seed)
    diseases = sorted(
        each.removeprefix("OMIM:")
        for each in hpo._brought(hpo.ANNOTATIONS)["diseases"]
        if each[:4] == "OMIM"
    )
    found = {}
    for disease in drawn.permutation(diseases):
        profile = sorted(t for t in hpo.profile(f"OMIM:{disease}") if t in meaning.hierarchy)
        if len(profile) >= 8:
            found[f"OMIM:{disease}"] = list(drawn.choice(profile, min(10, len(profile)), False))
        if len(found) == n:
            break
    return found


@pytest.mark.parametrize("name", ["mcahs1", "covid19"])
def test_half_of_a_phenopackets_features_find_the_case_among_other_diseases(
    meaning: Meaning, name: str
) -> None:
    path = PHENOPACKETS / f"{name}.json"
    if not path.exists():
        pytest.skip(f"{path.name} is not on this machine")
    told = json.loads(path.read_text())["phenotypicFeatures"]
    features = [each["type"]["id"] for each in told if each["type"]["id"].startswith("HP:")]

    found = compare(features[::2], {**decoys(meaning, 300, 7), name: features}, {}, meaning)

    assert found[0].individual_id == name
    assert found[0].score > found[1].score + 0.2
    assert found[0].p_value == pytest.approx(1 / 2001)


def test_an_imprecise_case_of_a_disease_is_found_among_others(meaning: Meaning) -> None:
    """Half of a disease's features, a third of them told as something wider, and three of other
    diseases; beside a person with one of its features alone. Of thirty such cases nearly all
    come first, and none after the lone feature.
    """
    drawn = np.random.default_rng(3)
    others = decoys(meaning, 150, 5)
    noise = sorted({term for terms in others.values() for term in terms})
    ranks = []
    for disease in list(others)[:30]:
        profile = sorted(t for t in hpo.profile(disease) if t in meaning.hierarchy)
        own = [str(term) for term in drawn.choice(profile, max(3, len(profile) // 2), False)]
        wider = [meaning.hierarchy.parents[t][0] if drawn.random() < 1 / 3 else t for t in own]
        case = [*wider, *(str(term) for term in drawn.choice(noise, 3, False))]
        cohort = {name: terms for name, terms in others.items() if name != disease}
        found = compare(profile, {**cohort, "case": case, "lone": [own[0]]}, {}, meaning, n_draws=1)
        ranked = [each.individual_id for each in found]
        assert ranked.index("case") < ranked.index("lone")
        ranks.append(ranked.index("case") + 1)

    assert np.mean(np.array(ranks) == 1) >= 0.8
    assert max(ranks) <= 15


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
