"""Rules about small numbers that are said: in sentences, in words for numbers, as fractions."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.parts import Text
from gdi_spe.disclosure.contents.roles import Role, is_about_variants, with_role
from gdi_spe.disclosure.contents.table import Column, Table
from gdi_spe.disclosure.contents.words.vocabulary import PEOPLE
from gdi_spe.disclosure.rules.rule import Hit, Judging, Rule

_WORDS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen "
    "fifteen sixteen seventeen eighteen nineteen"
)
_NUMERALS = {word: n for n, word in enumerate(_WORDS.split())}
_NUMERAL = rf"(?P<n>\d{{1,3}}|{'|'.join(_NUMERALS)})"
_WHO = (
    r"(?:patients?|participants?|individuals?|people|persons?|carriers?|women|woman|men|man|boys?"
    r"|girls?|children|child|probands?|subjects?|donors?|males?|females?|homozygotes?"
    r"|heterozygotes?|affected|cases)"
)
# What is told of them: what they carry, what happened to them.
_DID = (
    r"(?:carr(?:y|ied|ies)|harbou?r(?:s|ed)?|h[ae]d|have|has|developed|died|presented|suffered"
    r"|(?:was|were)\s+(?:homozygous|heterozygous|hemizygous|affected|diagnosed|carriers?|compound)"
    r"|with\s+(?:the\s+|an?\s+)?(?:[\w.:>-]+\s+){0,2}(?:variant|mutation|deletion|duplication))"
)
_SENTENCE = re.compile(
    rf"(?<![\w.,%-]){_NUMERAL}\s+(?:[\w-]+\s+){{0,2}}?{_WHO}\s+(?:also\s+|both\s+|each\s+)?{_DID}\b",
    re.IGNORECASE,
)
_BRACKETED = re.compile(
    rf"\b{_WHO}\s*(?:[\w-]+\s+)?\(\s*n\s*=\s*(?P<n>\d{{1,3}})\s*\)", re.IGNORECASE
)
# Who was left out of a study is told by every paper, and where the lowest number begins.
_LEFT_OUT = re.compile(
    r"exclu|remov|withdr|fail|drop|outlier|duplicate|missing|quality|\bQC\b|consent|lost to|merged"
    r"|would|for example|suppos|imagin|simulat|et al|previous|literature|reported (?:by|in)",
    re.IGNORECASE,
)
_BOUND = re.compile(
    r"(?:least|most|than|every|each|per|or|to|of|minimum(?: of)?|[≥≤<>=])\s*$", re.IGNORECASE
)
_SIDE_BY_SIDE = re.compile(
    r"(?<![\w.,%-])(?P<n>\d[\d,]{0,8})(?:\s?/\s?\d[\d,]{0,8})?\s+(?:women|men|males|females|boys|girls|carriers|cases"
    r"|controls|deaths|patients|participants|homozygotes|heterozygotes)\b",
    re.IGNORECASE,
)
# A name that ends in a number: "Figure 2", "type 2", "phase 3", "grade 4".
_NUMBERED = re.compile(
    r"(?:figure|fig|table|type|phase|grade|stage|class|step|arm|model|wave|panel|tier|section|part"
    r"|chapter|ε|apoe|version|chromosome|chr|group|cluster|level|visit)s?\.?\s*$",
    re.IGNORECASE,
)
_LEAST_COUNTED = 3
_MOST_CELLS, _LEAST_WHOLE = 500, 20
_LONGEST = 200_000
_FREEDOM = re.compile(
    r"\bdf_?resid(?:uals?)?\s*[:=]\s*(?P<a>\d{1,6})\b"
    r"|\bresid(?:uals?)?[ ._]*(?:df|d\.f\.|degrees of freedom)\s*[:=]\s*(?P<b>\d{1,6})\b"
    r"|(?<![\d,.])(?P<c>\d{1,6})\s+residual\s+(?:degrees of freedom|df)\b"
    r"|\bresidual (?:standard error|deviance):[^\n]{0,40}\bon (?P<d>\d{1,6}) degrees",
    re.IGNORECASE,
)
_FRACTION = re.compile(r"(\d{1,7})\s*(?:/|of|out of)\s*(\d{1,9})")
_NO_FRACTION = re.compile(
    r".*(alleles?|ref|alt|genotype|date|month|blood|bp|ratio|page|exon|gt|visual|diplotype).*|ad|dp"
)


def few_in_sentences(part: Text | Table, judging: Judging) -> Iterator[Hit]:
    """Find sentences that tell of a few people what they carry or what happened to them."""
    minimum = judging.policy.counts.minimum
    if part.path.startswith("letters"):
        return
    text = part.text if isinstance(part, Text) else _words_of(part)
    n, beside = 0, list[int]()
    for sentence in re.split(r"(?<=[.!?])\s+|\n", text[:_LONGEST]):
        if _LEFT_OUT.search(sentence):
            continue
        found = [*_SENTENCE.finditer(sentence), *_BRACKETED.finditer(sentence)]
        n += sum(
            0 < _number(m["n"]) < minimum and not _is_named(sentence[: m.start()]) for m in found
        )
        beside += _side_by_side(sentence)
    few = sum(0 < each < minimum for each in beside)
    n += few if len(beside) >= _LEAST_COUNTED or few >= 2 else 0
    if n:
        why = f"{n:,} times it tells of fewer than {minimum} people what they have."
        yield Hit(why, {"n_cells": n, "minimum": minimum})


def _words_of(table: Table) -> str:
    """Return the names of columns and the cells of words, a line each."""
    cells = (cell for c in table.labels for cell in c.cells[:_MOST_CELLS] if " " in cell)
    return "\n".join([*(c.name for c in table.columns[:_MOST_CELLS]), *cells])


def _number(word: str) -> int:
    return int(word) if word.isdigit() else _NUMERALS[word.lower()]


def _is_named(before: str) -> bool:
    """Whether a number is a bound, or belongs to a name: "at least 5", "type 2"."""
    return bool(_BOUND.search(before) or _NUMBERED.search(before))


def _side_by_side(sentence: str) -> list[int]:
    """Return the numbers of people that a sentence has beside each other."""
    return [
        int(m["n"].replace(",", ""))
        for m in _SIDE_BY_SIDE.finditer(sentence)
        if not _is_named(sentence[: m.start()])
    ]


def few_degrees_said(part: Text, judging: Judging) -> Iterator[Hit]:
    """Find models that say they have few residual degrees of freedom."""
    least = judging.policy.statistics.degrees_of_freedom
    told = [int(next(filter(None, m.groups()))) for m in _FREEDOM.finditer(part.text[:_LONGEST])]
    few = [n for n in told if n < least]
    if few:
        why = f"{len(few):,} models say that fewer than {least} degrees of freedom are left."
        yield Hit(why, {"n_cells": len(few), "minimum": least})


def counts_as_words(table: Table, judging: Judging) -> Iterator[Hit]:
    """Find numbers of people that are written as words, or as fractions."""
    minimum = judging.policy.counts.minimum
    if is_about_variants(table) or table.n_rows > _LONGEST:
        return
    results = bool(with_role(table, Role.P, Role.EFFECT))
    for column in table.labels:
        counted = _in_words(column) + ([] if results else _in_fractions(column))
        few = [n for n in counted if 0 < n < minimum]
        if few:
            why = (
                f"“{column.name}” counts fewer than {minimum} people in words or fractions, "
                f"{len(few):,} times."
            )
            yield Hit(why, {"n_cells": len(few), "minimum": minimum}, f"[column={column.name}]")


def _in_words(column: Column) -> list[int]:
    """Return the numbers that cells of a column of people are words for."""
    if not PEOPLE.fullmatch(column.plain):
        return []
    words = (cell.lower() for cell in column.cells)
    return [_NUMERALS[word] for word in words if word in _NUMERALS]


def _in_fractions(column: Column) -> list[int]:
    """Return how many of how many people each cell says, if all say so: "4/4120", "4 of 4120"."""
    if _NO_FRACTION.fullmatch(column.plain):
        return []
    found = [_FRACTION.fullmatch(cell) for cell in column.cells[:_MOST_CELLS] if cell]
    parts = [(int(m[1]), int(m[2])) for m in found if m is not None]
    if len(parts) < len(found) or not all(a <= b and b >= _LEAST_WHOLE for a, b in parts):
        return []
    return [a for a, _ in parts]


RULES = (
    Rule(
        "TAB115", "Few people in a sentence", Verdict.BLOCK,
        "Say it of groups of enough people, or say that there were few without a number.",
        (Text, Table), few_in_sentences,
    ),
    Rule(
        "TAB116", "Few degrees of freedom, as said", Verdict.BLOCK,
        "Fit fewer parameters, or more people.",
        Text, few_degrees_said,
    ),
    Rule(
        "TAB117", "Few people in words or fractions", Verdict.BLOCK,
        "Merge groups until each has enough people, or leave the rows out.",
        Table, counts_as_words,
    ),
)  # fmt: skip
