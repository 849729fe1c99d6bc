"""White space that spells something is told; what programs and hands leave is not."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gdi_spe.disclosure.contents.parts import Opaque
from gdi_spe.disclosure.intake.canonical import canonicalise_bytes
from gdi_spe.disclosure.intake.form import Canonical
from gdi_spe.disclosure.intake.spacing import _may_end_in_blanks, hidden_spaces
from gdi_spe.disclosure.presets import policy_named

POLICY = policy_named("gdi-default")
GENES = [f"GENE{i},{300 + 7 * i},0.{100 + i}" for i in range(200)]
SENTENCE = "we fitted the same model in each of the sites and then took all together"


def form(text: str, name: str = "a.csv") -> Canonical:
    made = canonicalise_bytes(text.encode(), name, POLICY)
    assert isinstance(made, Canonical), made
    return made


def told(text: str, name: str = "a.csv") -> list[str]:
    return [part.what for part in form(text, name).parts if isinstance(part, Opaque)]


def tail(seed: int) -> str:
    return "".join(random.Random(seed).choices(" \t", k=24))


@pytest.mark.parametrize("ends", [tail, lambda i: " " * random.Random(i).randrange(4)])
def test_white_space_at_line_ends_that_spells_something_is_told_and_dropped(ends):
    rows = [f"{row}{ends(i)}" for i, row in enumerate(GENES)]
    text = "\n".join(("gene,carriers,p", *rows)) + "\n"

    made = form(text)

    assert any("line ends" in each for each in told(text))
    assert made.data == form("\n".join(("gene,carriers,p", *GENES)) + "\n").data


def test_line_endings_that_change_to_and_fro_are_told_and_two_files_put_together_are_not():
    odd = random.Random(4)
    mixed = "gene,carriers,p\n" + "".join(g + odd.choice(("\n", "\r\n")) for g in GENES)
    joined = "gene,carriers,p\n" + "".join(
        g + ("\n" if i < 90 else "\r\n") for i, g in enumerate(GENES)
    )

    assert any("line endings" in each for each in told(mixed))
    assert told(joined) == []


def test_doubled_gaps_within_sentences_are_told():
    odd = random.Random(4)
    lines = [
        "".join(w + odd.choice((" ", "  ")) for w in SENTENCE.split()).strip() + "." * (i % 3)
        for i in range(12)
    ]

    assert any("doubled" in each for each in told("\n".join(lines) + "\n", "a.txt"))


@pytest.mark.parametrize(
    "lines",
    [
        [f"{g} " for g in GENES],
        [f"{g}{i**3} " for i, g in enumerate(GENES)],
        [g.ljust(40) for g in GENES],
        [f"{g}\t" for g in GENES],
        [g + (" " if i % 40 == 7 else "") for i, g in enumerate(GENES)],
        [f"{SENTENCE}.  It held for all, as was said before in words." for _ in range(30)],
        [f"{SENTENCE}{'  ' if i % 2 else ''}" for i in range(200)],
    ],
    ids=[
        "one space",
        "one space after lines of all widths",
        "padded",
        "an empty cell",
        "a slip",
        "after full stops",
        "Markdown",
    ],
)
def test_spaces_that_programs_and_hands_leave_are_not_told(lines):
    assert told("\n".join(lines) + "\n", "a.txt") == []


def test_columns_set_apart_by_spaces_are_no_doubled_gaps():
    rows = [f"{'model fit of site':<24}  kept  by  the  rule  {i:>5}" for i in range(40)]

    assert told("\n".join(rows) + "\n", "a.txt") == []


@pytest.mark.parametrize("blank", ["", "\t", " \n", "\n \n"])
def test_a_file_of_blanks_holds_nothing(blank):
    assert hidden_spaces(blank) == ()


@given(st.lists(st.text("ab, \t\f\xa0", max_size=12), max_size=8), st.sampled_from(("\n", "\r\n")))
def test_a_text_is_taken_apart_where_a_line_ends_in_blanks_and_only_there(lines, ending):
    written = [line for line in lines if line.strip()]
    blank = [line[len(line.rstrip()) :] for line in written]

    told = _may_end_in_blanks(ending.join(written))

    assert told or all(set(tail) <= {"\t"} for tail in blank)
