"""Tables of models side by side, as stargazer, esttab and modelsummary write them.

Each model is a column; a term's error stands below its estimate, or beside it in brackets; below
all terms stand the number of people and how well the model fits.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace

import pyarrow as pa

from gdi_spe.disclosure.contents.table import Column, Table, column_of
from gdi_spe.disclosure.contents.words.fitting import OF_A_MODEL, SCORE

_DIGITS = 15
_NUMBER = r"[-+−]?(?:\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?:[eE][-+]?\d{1,3})?"
_STARS = r"\s*[$^{}]*[*†‡+]{0,4}[$^{}]*"
_ESTIMATE = re.compile(rf"({_NUMBER}){_STARS}")
_ERROR = re.compile(rf"[(\[]\s*({_NUMBER})\s*(?:(?:,|;|to|–|—|-)\s*({_NUMBER})\s*)?[)\]]{_STARS}")
_BOTH = re.compile(rf"{_ESTIMATE.pattern}\s*{_ERROR.pattern}")
_STARRED = re.compile(rf"{_NUMBER}\s*[$^{{}}]*[*†‡]{{1,4}}[$^{{}}]*")
_DEGREES = re.compile(
    rf"({_NUMBER}){_STARS}\s*\(\s*df\s*=\s*(?:\d[\d,]*\s*;\s*)?(\d[\d,]*)\s*\)", re.IGNORECASE
)
# How many people a model was fitted to.
_PEOPLE = re.compile(
    r"(n|no\.?|num\.?|number)?\s*(of\s+)?(obs\w*\.?|observations|participants|individuals|people"
    r"|subjects|patients)|n|sample size|n \(\w+\)",
    re.IGNORECASE,
)
_FIT = re.compile(
    r"(adj\w*\.?|pseudo|multiple|within|marginal|conditional|mcfadden'?s?)?\s*"
    r"(r-?\s?(2|²|sq\w*\.?)|r\^2)(\s*(tjur|nagelkerke|adj\w*\.?|within|marg\w*\.?|cond\w*\.?))?"
    r"|aicc?|bic|log[.\s-]*lik\w*\.?|rmse|f([\s-]*(stat\w*|value))?|deviance|icc|sigma|ll"
    r"|(residual\s+)?std\.?\s*err\w*\.?|residual std\. error|chi-?2|wald( test)?|lr( test)?"
    r"|(score \(logrank\) |likelihood ratio )?test|concordance|c-index|tau00|σ2|τ00\s*\w*",
    re.IGNORECASE,
)
_NOTES = re.compile(
    r"notes?:?|standard errors? in (parentheses|brackets)|.*\bp\s*<\s*0?\.\d+.*", re.IGNORECASE
)
NOTHING = {"", "-", "–", "—", "NA", "."}
_NUMBERED = re.compile(r"\(\d{1,2}\)|(model|m) ?\d{1,2}", re.IGNORECASE)
_YES_NO = re.compile(r"yes|no|✓|x|", re.IGNORECASE)
_MOST_MODELS = 12
_MOST_ROWS = 400
_LEAST_PAIRS = 2
_LEAST_COLUMNS = 3


@dataclass
class _Models:
    """What is read so far: terms by model, and what stands below them."""

    terms: list[tuple[str, int, str, list[str]]] = field(default_factory=list)
    below: dict[str, list[str]] = field(default_factory=dict)
    n_pairs: int = 0


def with_footers(table: Table) -> Table:
    """Return a model without the rows below its terms that are of all of it, as columns.

    sjPlot and gtsummary write the number of people once, over all columns.
    """
    if len(table.columns) < _LEAST_COLUMNS or not 3 <= table.n_rows <= _MOST_ROWS:
        return table
    rows = [list(cells) for cells in zip(*(c.texts() for c in table.columns), strict=True)]
    kept = len(rows)
    while kept > 1 and _is_footer(rows[kept - 1]):
        kept -= 1
    names = [c.plain for c in table.columns]
    is_model = any(re.search(r"(^|_)(ci|p|p_value|std_err\w*)$", name) for name in names)
    if kept == len(rows) or not is_model:
        return table
    columns = [
        column_of(c.name, pa.array([row[i] for row in rows[:kept]]), _DIGITS)
        for i, c in enumerate(table.columns)
    ]
    for place, (label, value, *_) in enumerate(rows[kept:]):
        people = _PEOPLE.fullmatch(label)
        for i, number in enumerate(re.findall(_NUMBER, value)):
            name = "n_people" if people and not i else f"statistic {place}{i}"
            columns.append(column_of(name, pa.array([_plain(number)] * kept), _DIGITS))
    return replace(table, columns=tuple(columns))


def _is_footer(row: list[str]) -> bool:
    label, *cells = row
    named = [each.strip() for each in label.split(" / ")]
    known = all(_PEOPLE.fullmatch(each) or _FIT.fullmatch(each) for each in named)
    same = len({cell for cell in cells if cell not in NOTHING}) == 1
    return known and same and re.fullmatch(rf"[\s/]*({_NUMBER}[\s/]*)+", cells[0]) is not None


def with_models(table: Table) -> Table:
    """Return one row a term and model, if a table is of models side by side; else the table.

    TRUST: every cell must be an estimate, its error, what a fit is told by, or a word for yes or
    no; a table with any other number is judged as it stands.
    """
    if not 2 <= len(table.columns) <= _MOST_MODELS + 1 or not 3 <= table.n_rows <= _MOST_ROWS:
        return table
    columns = [c.texts() for c in table.columns]
    rows = [list(cells) for cells in zip(*columns, strict=True)]
    if table.columns[0].numbers is not None or not any(
        _STARRED.fullmatch(cell) or _ERROR.fullmatch(cell) for row in rows for cell in row[1:]
    ):
        return table
    found = _read(rows)
    if found is None or found.n_pairs < _LEAST_PAIRS:
        return table
    return replace(table, columns=_columns(found, [c.name for c in table.columns[1:]]))


def _read(rows: list[list[str]]) -> _Models | None:
    found = _Models()
    for place, (label, *cells) in enumerate(rows):
        if not _take(found, label.strip(" $"), cells, is_first=not found.terms, place=place):
            return None
    return found


def _take(found: _Models, label: str, cells: list[str], is_first: bool, place: int) -> bool:
    """Take one row for what it is; False if it is nothing that belongs to models."""
    filled = {i: cell for i, cell in enumerate(cells) if cell not in NOTHING}
    if not filled or _NOTES.fullmatch(label) or (not label and all(map(_is_note, cells))):
        return not any(re.search(r"\d{2}", c) and not _NOTES.fullmatch(c) for c in cells)
    if _PEOPLE.fullmatch(label) or _FIT.fullmatch(label) or _is_fit(label):
        return _take_below(found, label, cells)
    if not label and found.terms and all(map(_ERROR.fullmatch, filled.values())):
        return _take_errors(found, filled)
    if label and all(_ESTIMATE.fullmatch(c) or _BOTH.fullmatch(c) for c in filled.values()):
        _take_terms(found, label, filled)
        return True
    words = not any(re.search(r"\d", cell) for cell in filled.values())
    numbered = all(map(_NUMBERED.fullmatch, filled.values()))
    marks = all(map(_YES_NO.fullmatch, filled.values()))
    return (is_first and place < 4 and (words or numbered)) or marks


def _is_note(cell: str) -> bool:
    return cell in NOTHING or bool(_NOTES.fullmatch(cell))


def _is_fit(label: str) -> bool:
    plain = re.sub(r"[\s.\-]+", "_", label.lower()).strip("_")
    return bool(OF_A_MODEL.fullmatch(plain) or SCORE.fullmatch(plain)) and len(plain) > 1


def _take_below(found: _Models, label: str, cells: list[str]) -> bool:
    name = "n_people" if _PEOPLE.fullmatch(label) else f"statistic {len(found.below)}"
    if name in found.below:
        name = f"n_{len(found.below)}"
    values, degrees = [], []
    for cell in cells:
        with_df = _DEGREES.fullmatch(cell)
        told = with_df or _ESTIMATE.fullmatch(cell)
        if cell not in NOTHING and not told:
            return False
        values.append(told[1] if told else "")
        degrees.append(with_df[2] if with_df else "")
    found.below[name] = [value.replace(",", "") for value in values]
    if any(degrees):
        _take_degrees(found, [each.replace(",", "") for each in degrees])
    return True


def _take_degrees(found: _Models, degrees: list[str]) -> None:
    """Keep the fewest degrees of freedom that are told of each model."""
    before = found.below.get("df_resid", degrees)
    pairs = zip(before, degrees, strict=True)
    found.below["df_resid"] = [min(filter(None, pair), key=float, default="") for pair in pairs]


def _take_errors(found: _Models, filled: dict[int, str]) -> bool:
    """Put errors, or the limits of an interval, beside the estimates right above them."""
    last = found.terms[-1][0]
    above = {model: row for term, model, _, row in found.terms[-_MOST_MODELS:] if term == last}
    if not set(filled) <= set(above):
        return False
    for model, cell in filled.items():
        told = _ERROR.fullmatch(cell)
        assert told is not None  # noqa: S101  # each is an error
        above[model] += [each for each in told.groups() if each]
        found.n_pairs += 1
    return True


def _take_terms(found: _Models, label: str, filled: dict[int, str]) -> None:
    for model, cell in filled.items():
        both = _BOTH.fullmatch(cell)
        told = both or _ESTIMATE.fullmatch(cell)
        assert told is not None  # noqa: S101  # each is an estimate
        found.terms.append((label, model, told[1], [g for g in told.groups()[1:] if g]))
        found.n_pairs += both is not None


def _plain(number: str) -> str:
    return number.replace("−", "-").replace(",", "")


def _columns(found: _Models, names: list[str]) -> tuple[Column, ...]:
    """Return the columns of terms, models, estimates, errors and what stands below each model."""
    deepest = max(len(told) for *_, told in found.terms)
    numbered = [f"se_{i}" for i in range(deepest)]
    errors = {1: ["std_err"], 2: ["lower", "upper"]}.get(deepest, numbered)
    told = {
        "term": [term for term, *_ in found.terms],
        "model": [f"{model + 1} {names[model]}".strip() for _, model, *_ in found.terms],
        "estimate": [_plain(value) for *_, value, _ in found.terms],
    }
    for i, name in enumerate(errors):
        told[name] = [_plain(row[i]) if i < len(row) else "" for *_, row in found.terms]
    for name, cells in found.below.items():
        told[name] = [cells[model] for _, model, *_ in found.terms]
    return tuple(column_of(name, pa.array(cells), _DIGITS) for name, cells in told.items())
