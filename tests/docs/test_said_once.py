"""What a method of a cohort tells, the function under it does not tell again."""

from __future__ import annotations

import inspect
import pkgutil
import re
from collections.abc import Iterator
from importlib import import_module
from types import FunctionType

import gdi_spe.analysis
from gdi_spe.workspace.cohort.opened import Cohort

# So many words in a row are a sentence that somebody copied.
RUN = 16


def runs(text: str) -> set[tuple[str, ...]]:
    """Return every run of words of a docstring, its examples left out."""
    words = re.findall(r"\w+", text.partition("Examples\n")[0].lower())
    return {tuple(words[at : at + RUN]) for at in range(len(words) - RUN + 1)}


def functions() -> Iterator[tuple[str, str]]:
    """Yield each public function of the analyses and its docstring."""
    room = gdi_spe.analysis
    for found in pkgutil.walk_packages(room.__path__, f"{room.__name__}."):
        for name, thing in vars(import_module(found.name)).items():
            is_own = isinstance(thing, FunctionType) and thing.__module__ == found.name
            if is_own and name[0] != "_":
                yield f"{found.name}.{name}", inspect.getdoc(thing) or ""


def methods() -> Iterator[tuple[str, str]]:
    """Yield each method of a cohort and its docstring."""
    for name, method in inspect.getmembers(Cohort, inspect.isfunction):
        if name[0] != "_":
            yield name, inspect.getdoc(method) or ""


def test_no_sentence_stands_in_a_method_and_in_the_function_under_it() -> None:
    told = {name: runs(text) for name, text in methods()}

    twice = {
        (function, name)
        for function, text in functions()
        for name, known in told.items()
        if runs(text) & known
    }

    assert twice == set()


def test_no_method_sends_its_reader_to_a_function() -> None:
    sent = {name for name, text in methods() if "see `gdi_spe" in " ".join(text.lower().split())}

    assert sent == set()


def test_a_sentence_that_was_copied_is_noticed() -> None:
    sentence = (
        "Leave out variants whose rarer allele has fewer copies, or a smaller frequency, " * 2
    )

    assert runs(sentence.upper()) & runs(f"Something else. {sentence}")
