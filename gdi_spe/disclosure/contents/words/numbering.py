"""Labels that are numbered: which are of people, by the word before the number or by its run."""

# ruff: noqa: E501  # words of one sort read better together
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection
from itertools import pairwise

import pyarrow as pa
import pyarrow.compute as pc

from gdi_spe.disclosure.contents.table import Column
from gdi_spe.disclosure.contents.words.vocabulary import is_public

_WHO = r"i?id|fid|iid|eid|sid|pid|person|people|patient|participant|subject|subj|individual|indiv|proband|donor|respondent|member|row|obs|observation|record|usubjid|case_?id|sample_?id"
# "id1234", "factor(iid)17", "C(person)[T.88]", "d_row412", "r_subject[12,Intercept]".
_OF_A_PERSON = re.compile(
    rf"(?<![A-Za-z])(?:{_WHO})(?:_?(?:id|no|nr|num(?:ber)?))?(?:\)|\.f)?\s?[\[(:=_#.-]{{0,2}}(?:T\.)?\d{{2,14}}(?![\d.]*\s?(?:%|years?))",
    re.IGNORECASE,
)
# Nothing that names a person is without this, and it is looked for in a million cells at once.
_LIKELY = (
    rf"(?:{_WHO})(?:_?(?:id|no|nr|num(?:ber)?))?(?:\)|\.f)?\s?[\[(:=_#.-]{{0,2}}(?:T\.)?\d{{2}}"
)
_LONG = 10_000
_WHO_ALONE = re.compile(rf"(?:{_WHO})(?:_?(?:id|no|nr|num(?:ber)?))?", re.IGNORECASE)
# A code of a diagnosis is a letter and two digits, and components are counted.
_CODED_THING = re.compile(
    r"[A-Z]\d{2}(\.?\d{1,2})?|(PC|LD|MDS|UMAP|chr|Q|D|T|Factor|component)_?\d{1,2}", re.I
)
_DIGITS = re.compile(r"\d+")
_LEAST_SERIES = 31
_ONE_SERIES = re.compile(r"([A-Za-z]{0,16}[-_. ]?)\d{1,12}")
_LEAST_NUMBERED = 5
_CODE = re.compile(r"([A-Za-z]{1,16}[-_. ]?)(\d{1,12})")


def names_a_person(label: str) -> bool:
    """Whether a label is a word for one person, or for a row, with a number of two digits or more.

    Such terms are dummies or random effects of one person each.
    """
    return bool(_OF_A_PERSON.search(label)) and not is_public(label)


def named_people(column: Column) -> list[str]:
    """Return the different cells of a column that name a person; long columns are read at once."""
    cells = column.cells
    if len(cells) > _LONG:
        likely = pc.match_substring_regex(pa.array(cells), _LIKELY, ignore_case=True)
        cells = tuple(cells[i] for i in pc.indices_nonzero(likely).to_pylist())
    return [cell for cell in cells if names_a_person(cell)]


def is_who(label: str) -> bool:
    """Whether a label is nothing but a word for one person: the grouping of random effects."""
    return bool(_WHO_ALONE.fullmatch(label))


def counted_series(column: Column) -> str:
    """Return the stem of labels that count up in one series too long to be components or folds."""
    stems: dict[str, set[int]] = {}
    for cell in column.cells:
        digits = _DIGITS.findall(cell)
        if digits and not is_public(cell) and not _CODED_THING.fullmatch(cell):
            number = int(digits[-1][-15:])
            stems.setdefault(_DIGITS.sub("#", cell), set()).add(number)
    for stem, numbers in stems.items():
        if len(numbers) >= _LEAST_SERIES and max(numbers) - min(numbers) < 1.2 * len(numbers):
            return stem
    return ""


def are_one_series(labels: Collection[str]) -> bool:
    """Whether several labels are one word, or none, with a number each: "T0", "T1", "T2"."""
    stems = {found[1] for label in labels if (found := _ONE_SERIES.fullmatch(label))}
    all_numbered = all(map(_ONE_SERIES.fullmatch, labels))
    return len(labels) >= _LEAST_NUMBERED and all_numbered and len(stems) == 1


def has_codes(column: Column) -> bool:
    """Whether most cells are one word with different numbers, which do not count the rows.

    TRUST: whatever a list of regions is declared as, such names can be those of people.
    """
    if column.numbers is not None:
        return False
    found = [_CODE.fullmatch(cell) for cell in column.texts()]
    words = Counter(each.group(1).lower() for each in found if each)
    word, n = words.most_common(1)[0] if words else ("", 0)
    if n < 0.5 * column.n_rows or is_public(f"{word}1") or word.rstrip("-_. ") in ("chr", "chrom"):
        return False
    numbers = [int(each.group(2)) for each in found if each and each.group(1).lower() == word]
    return len(set(numbers)) > 1 and not all(a < b for a, b in pairwise(numbers))
