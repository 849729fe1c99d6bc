"""One word means one thing, and stands in one place, in every method of a cohort."""

from __future__ import annotations

import ast
import inspect
import textwrap
from collections.abc import Callable

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

# Pairs are asked from the bound up that those who are chosen stay below.
CHANGED = {"min_kinship=max_kinship"}


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


def renamed(method: Callable[..., object]) -> list[str]:
    """Return what a method calls by another word where it hands its arguments on."""
    function = ast.parse(textwrap.dedent(inspect.getsource(method))).body[0]
    own = set(inspect.signature(method).parameters)
    return [
        f"{given.arg}={given.value.id}"
        for call in ast.walk(function)
        if isinstance(call, ast.Call)
        for given in call.keywords
        if isinstance(given.value, ast.Name)
        and given.value.id in own
        and given.arg not in (None, given.value.id)
    ]


@pytest.mark.parametrize("name", METHODS)
def test_what_a_method_hands_on_keeps_its_word(name: str) -> None:
    assert set(renamed(getattr(Cohort, name))) <= CHANGED


def test_a_second_word_for_one_thing_is_noticed() -> None:
    class Worded:
        def asked(self, strata: str) -> dict[str, str]:
            return dict(within=strata, strata=strata)  # noqa: C408

    assert renamed(Worded.asked) == ["within=strata"]
