"""Rules about small numbers in words: lists, and the leaves of trees."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.parts import Text
from gdi_spe.disclosure.contents.table import Table
from gdi_spe.disclosure.contents.words.prose import with_joined_thousands
from gdi_spe.disclosure.contents.words.vocabulary import PEOPLE, counts_things
from gdi_spe.disclosure.rules.rule import Hit, Judging, Rule

_LISTED = re.compile(
    r"^[ \t]*(?:[-*+•]|\d+[.)])?[^\n:]{1,80}:[ \t]*(?:n[ \t]*=[ \t]*)?"
    r"(?P<n>\d[\d,]*)[ \t]+(?:\w+[ \t]+)?"
    r"(?:carriers?|patients?|participants?|individuals?|people|persons?|cases?|probands?|deaths?"
    r"|women|men|males?|females?|children|families|homozygotes?|heterozygotes?|affected)\b",
    re.MULTILINE | re.IGNORECASE,
)
# Groups side by side, each with its number: "none: n = 1899; carriers: n = 12".
_BESIDE = re.compile(
    r"(?<![^\s(\[;,])(?P<label>[^\n:;()]{1,60}):[ \t]*n[ \t]*=[ \t]*"
    r"(?P<n>\d[\d,]*)(?![\d.])(?=[ \t]*[;,)\].\n]|[ \t]*$)",
    re.MULTILINE | re.IGNORECASE,
)
# Leaves as scikit-learn, partykit and rpart print them.
_LEAF = re.compile(
    r"(?:\bweights:\s*\[|\bvalue\s*[=:]\s*\[|\bsamples\s*=\s*|\[\d+\][^\n]{0,80}\(n\s*=\s*)"
    r"([\d., ]{1,60})"
)
_RPART = re.compile(r"node\), split, n\b")
# The people of a node stand before its deviance or loss, and what it predicts.
_RPART_NODE = re.compile(
    r"^\s*\d+\)\s+\S.{0,60}?\s(\d+)\s+[\d.]+\s+[-\w.]+(?=\s+\(|\s*\*|\s*$)", re.MULTILINE
)
_LONGEST = 200_000
_LEAST_LISTED = 2
_MOST_LABELS = 400


def small_counts_in_lists(part: Text, judging: Judging) -> Iterator[Hit]:
    """Find lines of a list that each count people, some of them few."""
    text = with_joined_thousands(part.text[:_LONGEST])
    listed = [_number(m) for m in _LISTED.finditer(text)]
    beside = [
        _number(m) for m in _BESIDE.finditer(text)
        if not _are_things(m["label"].lower().split())
    ]  # fmt: skip
    beside = beside if len(beside) >= _LEAST_LISTED else []
    counted = [*listed, *beside]
    few = [n for n in counted if 0 < n < judging.policy.counts.minimum]
    if few and len(counted) >= _LEAST_LISTED:
        why = (
            f"{len(few):,} of {len(counted):,} lines count fewer than "
            f"{judging.policy.counts.minimum} people."
        )
        yield Hit(why, {"n_lines": len(few)})


# "Site Kemi (n=1)" as a label; studies, loci and repeats are counted so as well.
_IN_A_LABEL = re.compile(
    r"\b[nN]\s?=\s?(?P<n>\d{1,3}(?:,\d{3})*)(?![\d.,]?\d)"
    r"(?!\s*(?:replicates?|studies|stud|snps?|variants?|genes"
    r"|loci|sites|models|traits|data|cohorts|sets|tissues|terms|probes|markers|folds|runs))"
)


def few_in_labels(table: Table, judging: Judging) -> Iterator[Hit]:
    """Find labels and heads of columns that say of few people what stands beside them."""
    said = [c.name for c in table.columns]
    said += [cell for c in table.labels if c.n_distinct <= _MOST_LABELS for cell in set(c.cells)]
    counted = [(label, _number(m)) for label in said
               for m in _IN_A_LABEL.finditer(with_joined_thousands(label))]  # fmt: skip
    few = [label for label, n in counted if 0 < n < judging.policy.counts.minimum]
    if few:
        why = f"{len(few):,} labels say that they are of few people: “{few[0][:60]}”."
        yield Hit(why, {"n_labels": len(few), "minimum": judging.policy.counts.minimum})


def _number(found: re.Match[str]) -> int:
    return int(found["n"].replace(",", ""))


def few_listed(part: Table | Text, judging: Judging) -> Iterator[Hit]:
    """Find few people in lines of a list, and in labels of a table."""
    if isinstance(part, Text):
        yield from small_counts_in_lists(part, judging)
    else:
        yield from few_in_labels(part, judging)


def _are_things(words: list[str]) -> bool:
    """Whether a label ends in things, as "novel loci" does; a group is named after one thing."""
    people = any(PEOPLE.fullmatch(word) for word in words)
    many = bool(words) and words[-1].endswith(("s", "loci"))
    return many and not people and counts_things(f"n_{words[-1]}")


def small_leaves(part: Text, judging: Judging) -> Iterator[Hit]:
    """Find leaves of decision trees that few people reach."""
    text = part.text[:_LONGEST]
    told = [m[1] for m in _LEAF.finditer(text)]
    if _RPART.search(text):
        told += [m[1] for m in _RPART_NODE.finditer(text)]
    numbers = [float(word) for each in told for word in re.findall(r"\d+(?:\.\d+)?", each)]
    few = [n for n in numbers if 0 < n < judging.policy.counts.minimum and n == int(n)]
    if few:
        why = f"{len(few):,} numbers in the leaves of a tree are of few people."
        yield Hit(why, {"n_cells": len(few), "minimum": judging.policy.counts.minimum})


RULES = (
    Rule(
        "TAB113", "Few people in a list", Verdict.BLOCK,
        "Merge groups until each has enough people, or leave the lines out.",
        (Table, Text), few_listed,
    ),
    Rule(
        "TAB114", "Few people in a leaf", Verdict.BLOCK,
        "Grow the tree with leaves that hold enough people, such as min_samples_leaf.",
        Text, small_leaves,
    ),
)  # fmt: skip
