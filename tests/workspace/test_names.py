"""One word means one thing, and stands in one place, in every method of a cohort."""

from __future__ import annotations

import inspect

import pytest

from gdi_spe.workspace.cohort.opened import Cohort

METHODS = {
    name: [each for each in inspect.signature(method).parameters.values() if each.name != "self"]
    for name, method in inspect.getmembers(Cohort, inspect.isfunction)
    if name[0] != "_"
}
# What narrows a question down, in the order in which it stands behind what is asked about.
NARROWING = ("by", "region", "gene", "consequence")
# Words that were two words for one thing, and the one that stayed.
OTHERWISE = {
    "genes": "gene", "samples": "individuals", "people": "individuals", "affected": "individuals",
    "within": "strata", "population": "by", "alpha": "max_p_value", "maf": "min_allele_frequency",
}  # fmt: skip


@pytest.mark.parametrize("name", METHODS)
def test_a_thing_has_one_word(name: str) -> None:
    used = {each.name for each in METHODS[name]} & OTHERWISE.keys()

    assert {word: OTHERWISE[word] for word in used} == {}


@pytest.mark.parametrize("name", METHODS)
def test_what_is_asked_about_comes_first_and_what_narrows_it_down_in_one_order(name: str) -> None:
    optional = [
        each.name
        for each in METHODS[name]
        if each.kind is each.POSITIONAL_OR_KEYWORD and each.default is not each.empty
    ]

    narrowing = [word for word in optional if word in NARROWING]

    assert narrowing == sorted(narrowing, key=NARROWING.index)
    assert optional[len(optional) - len(narrowing) :] == narrowing


@pytest.mark.parametrize("name", METHODS)
def test_people_are_always_named(name: str) -> None:
    people = ("individuals", "controls", "unaffected", "prefer", "unrelated")

    by_place = [
        each.name for each in METHODS[name] if each.name in people and each.kind is not
        each.KEYWORD_ONLY
    ]  # fmt: skip

    assert by_place == []
