"""Reports of annotation: sections below titles, each a list of sorts with how many variants.

What a section counts its title says, and one section at least shows it: its rows are consequences
or types of variants, as public terms have them. A title or a row with a word for people is no
section about variants, whatever stands beside it.
"""

# ruff: noqa: E501  # words of one sort read better together
from __future__ import annotations

import re

from gdi_spe.disclosure.contents.parts import Part, Text
from gdi_spe.disclosure.contents.rows.things import names_sorts
from gdi_spe.disclosure.contents.table import NUMBER, Table
from gdi_spe.disclosure.forms.tabular.cells import named_table

_TITLE = re.compile(r"\[(?P<a>[A-Z][\w ()/%.,:'-]{2,70})\]|#{1,3} (?P<b>[A-Z][\w ()/%.,:'-]{2,70})")
_COMMA = re.compile(r"\s*,\s*")
_COUNT = re.compile(r"counts?|n|number|total|variants?", re.IGNORECASE)
_SHARE = re.compile(r"percent(age)?|%|pct|share|fraction", re.IGNORECASE)
_OF_VARIANTS = re.compile(
    r"variant|consequence|effect|impact|sift|polyphen|transition|transversion|ts/tv|insertion|deletion"
    r"|indel|snp|base change|codon|amino|region|chromosome|protein|functional class|quality|substitution",
    re.IGNORECASE,
)
_OF_PEOPLE = re.compile(
    r"sample|individual|patient|person|people|participant|carrier|case|control|subject|(?<!splice_)(?<!splice )donor"
    r"|proband|genotype|hom|het\b|famil|sex\b|male",
    re.IGNORECASE,
)
_OF_RUN = re.compile(
    r"\b(run|general|summary table|command|software|version|input)\b", re.IGNORECASE
)
_LEAST_SECTIONS = 2
# The paths of its tables begin so; the shape of them is known by this.
PATH = "report"


def report_of(text: str, digits: int) -> tuple[tuple[Part, ...], str] | None:
    """Return the tables of a report by section with its words, and all that is neither.

    A text that is no report gives None.
    """
    sections = _sections(text)
    if len(sections) < _LEAST_SECTIONS:
        return None
    tables: list[Table] = []
    words: list[str] = []
    rest: list[str] = []
    for title, lines in sections:
        rows = [_cells(line) for line in lines if line.strip()]
        table = _table(title, rows, f"{PATH}.{len(tables) + 1}", digits)
        if table is not None:
            tables.append(table)
        elif _OF_RUN.search(title):
            words += [title, *lines, ""]
        else:
            rest += [title, *lines, ""]
    if not any(names_sorts(table.columns[0]) for table in tables):
        return None
    return (*tables, Text("words", "\n".join(words), is_alone=False)), "\n".join(rest)


def _sections(text: str) -> list[tuple[str, list[str]]]:
    """Return titles with the lines below them; none where a line stands above the first."""
    found: list[tuple[str, list[str]]] = []
    for line in text.split("\n"):
        title = _TITLE.fullmatch(line.strip())
        if title:
            found.append((title["a"] or title["b"], []))
        elif found:
            found[-1][1].append(line)
        elif line.strip():
            return []
    return found


def _cells(line: str) -> list[str]:
    """Return the cells of a line; what is a percentage its column says."""
    cells = line.split("\t") if "\t" in line else _COMMA.split(line)
    return [cell.strip().removesuffix("%").rstrip() for cell in cells]


def _table(title: str, rows: list[list[str]], path: str, digits: int) -> Table | None:
    """Return a section about variants as a table; None where it is words, or of people."""
    said = " ".join([title, *(row[0] for row in rows if row)])
    if not _OF_VARIANTS.search(title) or _OF_PEOPLE.search(said):
        return None
    names, body = _named(rows)
    # A line of its own below a table, as a ratio is, has fewer cells: one a name and a number.
    if not body or any(len(row) != len(names) for row in body):
        return None
    numbers = all(_is_number(cell) for row in body for cell in row[1:])
    return named_table(path, names, body, digits) if numbers else None


def _is_number(cell: str) -> bool:
    return bool(NUMBER.fullmatch(cell)) or cell in ("", "NA", "-", ".")


def _named(rows: list[list[str]]) -> tuple[list[str], list[list[str]]]:
    """Return the names of columns, counts known as such, and the rows; odd last rows put in line."""
    width = max((len(row) for row in rows), default=0)
    headed = bool(rows) and not any(map(_is_number, rows[0][1:]))
    head = rows[0] if headed else ["sort", *["n"] * (width - 1)]
    body = [_in_line(row, len(head)) for row in (rows[1:] if headed else rows)]
    names = ["sort", *(_meant(name) for name in head[1:])]
    return names, body


def _in_line(row: list[str], width: int) -> list[str]:
    """Return a name and its only number with empty cells up to the width of the rows above."""
    return [*row, *[""] * (width - len(row))] if len(row) == min(2, width) else row


def _meant(name: str) -> str:
    if _SHARE.fullmatch(name):
        return "percent_of_variants"
    return "n_variants" if _COUNT.fullmatch(name) else f"n_variants {name}"


def is_section(table: Table) -> bool:
    """Whether a table is a section about variants of a report."""
    return table.path.startswith(f"{PATH}.")


def belongs_to_section(name: str) -> bool:
    """Whether a column is what each section has."""
    return name == "sort" or name.startswith(("n_variants", "percent_of_variants"))
