"""Every example of a docstring that researchers read runs, and says what it says."""

from __future__ import annotations

import ast
import doctest
import importlib.util
import inspect
import pkgutil
import shutil
import textwrap
import warnings
from collections.abc import Iterator
from contextlib import ExitStack
from importlib import import_module
from itertools import pairwise
from types import FunctionType, ModuleType
from typing import Any

import pandas as pd
import pytest

import gdi_spe as spe
from gdi_spe.boundary.cautions import Caution
from gdi_spe.demo.cohort import DemoCohort
from gdi_spe.workspace.asking.selection import Selection
from gdi_spe.workspace.cohort.opened import Cohort
from gdi_spe.workspace.surroundings import Surroundings

ROOMS = ("gdi_spe.workspace", "gdi_spe.analysis")


def modules() -> Iterator[ModuleType]:
    for room in map(import_module, ROOMS):
        yield room
        for found in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
            yield import_module(found.name)


def examples() -> dict[str, doctest.DocTest]:
    """Return the examples of each public function, class and module, by its name."""
    finder = doctest.DocTestFinder(exclude_empty=True)
    found = [test for module in modules() for test in finder.find(module, module.__name__)]
    return {
        test.name: test
        for test in found
        if test.examples and not any(part[:1] == "_" for part in test.name.split("."))
    }


EXAMPLES = examples()
SHOWN = {
    "display.width": 100,
    "display.max_columns": 20,
    "display.max_rows": 20,
    "display.max_colwidth": 40,
}


# What an example needs that is not on every machine; its lines end in a comment that names it.
MISSING = [
    name
    for name, is_here in (
        ("# Hail", importlib.util.find_spec("hail")),
        ("# plink2", shutil.which("plink2")),
        ("# bcftools", shutil.which("bcftools")),
    )
    if not is_here
]


def without_what_is_missing(test: doctest.DocTest) -> doctest.DocTest:
    for each in test.examples:
        if any(each.source.rstrip().endswith(name) for name in MISSING):
            each.options[doctest.SKIP] = True
    return test


def names_for(test: doctest.DocTest, cohort: Cohort) -> dict[str, Any]:
    """Return what an example may use: `spe`, `cohort`, and the function that it is of."""
    module, _, own = test.name.rpartition(".")
    known = vars(import_module(module)) if module.startswith("gdi_spe.analysis") else {}
    return {"spe": spe, "cohort": cohort, **{name: known[name] for name in (own,) if name in known}}


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_says_what_it_says(
    name: str, planted: DemoCohort, workspace: Surroundings
) -> None:
    import matplotlib.pyplot as plt

    test = without_what_is_missing(EXAMPLES[name])
    test.globs = names_for(test, spe.open_cohort(planted.path))
    runner = doctest.DocTestRunner(
        optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE, verbose=False
    )
    said: list[str] = []

    with ExitStack() as stack:
        stack.enter_context(pd.option_context(*(each for pair in SHOWN.items() for each in pair)))
        stack.enter_context(warnings.catch_warnings())
        warnings.simplefilter("ignore", Caution)
        failed, _ = runner.run(test, out=said.append, clear_globs=False)
    plt.close("all")

    assert not failed, "".join(said)


def researchers_names() -> dict[str, Any]:
    """Return everything public that a researcher calls, by the name it is called by."""
    found = {f"spe.{name}": getattr(spe, name) for name in spe.__all__}
    found |= {
        f"spe.{owner}.{name}": getattr(thing, name)
        for owner, thing in list(vars_of_modules(found))
        for name in thing.__all__
    }
    for kind in (Cohort, Selection):
        found |= {
            f"{kind.__name__}.{name}": inspect.getattr_static(kind, name)
            for name in dir(kind)
            if name[:1] != "_"
        }
    return {name: thing for name, thing in found.items() if is_told(thing)}


def vars_of_modules(found: dict[str, Any]) -> Iterator[tuple[str, ModuleType]]:
    for name, thing in found.items():
        if isinstance(thing, ModuleType):
            yield name.removeprefix("spe."), thing


def is_told(thing: object) -> bool:
    return isinstance(thing, FunctionType | property) or inspect.isclass(thing)


RESEARCHERS = researchers_names()


def sections(text: str) -> set[str]:
    """Return the headings of a NumPy docstring."""
    lines = text.splitlines()
    return {
        above.strip()
        for above, below in pairwise(lines)
        if below.strip() and set(below.strip()) == {"-"}
    }


def raises_itself(function: FunctionType) -> bool:
    tree = ast.parse(textwrap.dedent(inspect.getsource(function)))
    return any(isinstance(node, ast.Raise) and node.exc for node in ast.walk(tree))


def lacking(name: str) -> list[str]:
    """Return what a docstring lacks of the house style."""
    thing = RESEARCHERS[name]
    text = inspect.getdoc(thing) or ""
    summary = text.split("\n\n")[0]
    lacks = [] if summary.rstrip().endswith(".") else ["a summary of one sentence"]
    if isinstance(thing, property):
        return lacks
    wanted = {"Examples"}
    if isinstance(thing, FunctionType):
        arguments = [
            each for each in inspect.signature(thing).parameters if each not in ("self", "here")
        ]
        wanted |= {"Parameters"} if arguments else set()
        wanted |= {"Raises"} if raises_itself(thing) else set()
        # a procedure's annotation is the text "None"
        wanted |= (
            {"Returns"} if thing.__annotations__.get("return") not in ("None", None) else set()
        )
    lacks += sorted(wanted - sections(text))
    runs = any(">>>" in line and "+SKIP" not in line for line in text.splitlines())
    return lacks if runs or "Examples" in lacks else [*lacks, "an example that runs"]


@pytest.mark.parametrize("name", sorted(RESEARCHERS))
def test_what_researchers_call_is_told_in_the_house_style(name: str) -> None:
    assert lacking(name) == []


@pytest.mark.parametrize("name", sorted(RESEARCHERS))
def test_what_an_argument_means_is_told_where_it_is_given(name: str) -> None:
    text = inspect.getdoc(RESEARCHERS[name]) or ""
    told = text.partition("Parameters\n")[2].partition("Returns\n")[0]

    assert "gdi_spe.analysis" not in told


def test_no_example_is_skipped() -> None:
    skipped = {
        name for name, test in EXAMPLES.items() for each in test.examples if "+SKIP" in each.source
    }

    assert skipped == set()
