"""Rules about people who are called by their names: in a sentence, in a column, in a figure."""

# ruff: noqa: E501  # words of one sort read better together
from __future__ import annotations

import re
from collections.abc import Iterator

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.parts import Marks, Text
from gdi_spe.disclosure.contents.table import Table
from gdi_spe.disclosure.names.given import is_name, people_named
from gdi_spe.disclosure.rules.rule import Hit, Judging, Rule

_LOOKED_AT = 200_000
# Who does the work has a name in every report.
_AT_WORK = re.compile(
    r"\b(author\w*|by|contact\w*|analysts?|investigators?|statistician\w*|bioinformatician\w*|supervis\w*|reviewe\w*|maintain\w*|thank\w*|grateful"
    r"|acknowledg\w*|signed|committee|copyright|licen[cs]e|written|wrote|prepared|analy[sz]ed|analyses (of|by)|designed|performed|approved|contribut\w+|requested|led"
    r"|comput\w+|ran|lead|pi|prof\w*|curat\w*|editor\w*|et al|doi|journal|cite|citation|reference\w*|e-?mail|correspond\w*|department|created|project|submitted)\b|©",
    re.IGNORECASE,
)
_IN_THE_DATA = re.compile(
    r"\b(carri\w+|carrier\w*|variant|mutation|homozyg\w*|heterozyg\w*|patients?|proband|participants?|outlier\w*|diagnos\w*|died|exclud\w*|withdr\w*"
    r"|sampled?|affected|unaffected|donor|sick|ill|aged?|years? old|born|mother|father|son|daughter|sister|brother|related|relative|kinship|phenotype|genotype"
    r"|cancer|disease|index case|case|ldl|bmi|hba1c|treated|admitted|onset|symptom\w*|risk|score[ds]?|cohort|from|lives)\b",
    re.IGNORECASE,
)
_COLUMN_AT_WORK = re.compile(
    r"\w*(author|investigator|contact|curator|review|analyst|maintainer|submitter|owner|responsible|pi|editor|lead|created_by|source|reference|study|method|test)\w*",
    re.IGNORECASE,
)
_LEAST, _SHARE = 3, 0.6
_FEW_LETTERS = 3


def called_by_name(part: Text | Marks, judging: Judging) -> Iterator[Hit]:
    """Find sentences that call somebody by name: block what the data say of them."""
    words = (part.words if isinstance(part, Marks) else part.text)[:_LOOKED_AT]
    found = [(m, _sentence(words, m)) for m in people_named(words)]
    told = [m for m, said in found if _IN_THE_DATA.search(said) and not _AT_WORK.search(said)]
    if told:
        why = f"{len(told):,} names of people stand beside what is known of them."
        yield Hit(why, {"n_names": len(told)})
    elif any(not _AT_WORK.search(said) for _, said in found):
        yield Hit("It calls somebody by name.", {}, severity=Verdict.REVIEW)


def _sentence(text: str, found: re.Match[str]) -> str:
    """Return the sentence or line around a name, without the name."""
    before = re.split(
        r"[.!?;]\s+(?=[A-ZÀ-Þ])|\n", text[max(0, found.start() - 300) : found.start()]
    )[-1]
    after = re.split(r"[.!?;]\s+(?=[A-ZÀ-Þ])|\n|[.!?;]$", text[found.end() : found.end() + 300])[0]
    return f"{before} {after}"


def column_of_names(table: Table, judging: Judging) -> Iterator[Hit]:
    """Find a column whose cells are names of people, whatever it is called."""
    for column in table.labels:
        cells = sorted({cell for cell in column.cells[:2000] if len(cell) > _FEW_LETTERS - 1})
        if len(cells) < _LEAST or _COLUMN_AT_WORK.fullmatch(column.plain):
            continue
        named = sum(map(is_name, cells))
        if named >= max(_LEAST, _SHARE * len(cells)):
            why = f"{named:,} cells of “{column.name}” are names of people."
            yield Hit(why, {"n_names": named}, f"[column={column.name}]")


def headed_by_names(table: Table, judging: Judging) -> Iterator[Hit]:
    """Find columns that are headed by names of people: what stands below is theirs."""
    named = [c for c in table.columns if is_name(c.name.strip().title()) and c.numbers is not None]
    if len(named) >= _LEAST and len(named) >= _SHARE * (len(table.columns) - len(table.labels) - 3):
        yield Hit(f"{len(named):,} columns are headed by names of people.", {"n_names": len(named)})


def names_in_tables(table: Table, judging: Judging) -> Iterator[Hit]:
    """Find names of people as cells of a column or as its head."""
    yield from column_of_names(table, judging)
    yield from headed_by_names(table, judging)


RULES = (
    Rule(
        "PII123", "People called by name", Verdict.BLOCK,
        "Leave the names of people out; say who did the work in a line that says so.",
        (Text, Marks), called_by_name,
    ),
    Rule(
        "PII124", "A column of people's names", Verdict.BLOCK,
        "Leave the column out and give one row a group, with the number of people in it.",
        Table, names_in_tables,
    ),
)  # fmt: skip
