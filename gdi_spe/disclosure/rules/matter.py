"""Rules about data in the matter of something else: pictures, words, models."""

from __future__ import annotations

import re
from collections.abc import Iterator

from gdi_spe.boundary.findings import Verdict
from gdi_spe.disclosure.contents.parts import Picture, Text
from gdi_spe.disclosure.contents.table import Table
from gdi_spe.disclosure.rules.rule import Hit, Judging, Rule

# Values one after the other, with nothing but marks between them.
_VALUE = (
    r"(?:[-+]?\d+(?:\.\d*)?(?:[eE][-+]?\d+)?|'[^'\n]{0,24}'|\"[^\"\n]{0,24}\""
    r"|None|True|False|nan|NA)"
)
_LONG_RUN = re.compile(rf"(?<!\d)(?:{_VALUE}[\s,;\[\]()|]+){{40,}}")
_LEAST_NUMBERS = 30
# Two vectors of ten numbers or more and one length are columns; so are rows that SQL inserts.
_VECTOR = re.compile(
    r"[(\[]\s*(?:[-+]?\d+(?:\.\d+)?L?\s*,\s*){9,2000}[-+]?\d+(?:\.\d+)?L?\s*,?\s*[)\]]"
)
_NAMES = re.compile(
    r"[(\[]\s*(?:(?:'[^'\n]{0,24}'|\"[^\"\n]{0,24}\")\s*,\s*){9,2000}(?:'[^'\n]{0,24}'|\"[^\"\n]{0,24}\")\s*[)\]]"
)
# Dots of a drawing in LaTeX.
_DOT = re.compile(r"\(\s*-?\d+(?:\.\d+)?\s*,\s*-?\d+(?:\.\d+)?\s*\)\s*circle\b")
_LEAST_DOTS = 20
_INSERTED = re.compile(r"\bINSERT\s+INTO\b[^;\n]{0,200}\bVALUES\s*\(", re.IGNORECASE)
_LEAST_VECTORS = 2
_AT_RISK, _MOST_AT_RISK = (
    re.compile(r"\b(?:numbers?|n|people|patients) at risk\b", re.IGNORECASE),
    60,
)
_LEAST_INSERTED = 3
_TRAINING = re.compile(
    r"support_?vectors?_?|(x|y)_?train\w*|train(ing)?_?(x|y|data|set|samples|points|matrix)\w*|_?fit_(x|y)\w*|x_?fit\w*|exemplars?|prototypes"
    r"|inducing_?\w*|(?<=knn\.)x|neighbou?rs\w*|landmarks|anchors|samples|data_?points|observations|instances|dual_coef\w*|train_?data",
    re.IGNORECASE,
)


def picture_of_a_matrix(part: Picture, judging: Judging) -> Iterator[Hit]:
    """Find pictures whose pixels are cells of a matrix, or bytes."""
    seen = part.seen
    if seen is None or not seen.is_matrix:
        return
    why = (
        f"{seen.change_share:.0%} of neighbouring pixels differ between few colours, or all do: "
        "the pixels are data, not a figure."
    )
    evidence = {"change_share": round(seen.change_share, 3), "n_colours": seen.n_colours}
    # Marks of a compressed Manhattan plot change as often; what is seen of them tells.
    yield Hit(why, evidence, severity=Verdict.REVIEW if seen.may_be_noise else None)


def list_in_words(part: Text, judging: Judging) -> Iterator[Hit]:
    """Find long lists of values in words or code."""
    lengths = [m.group().count(",") + 1 for m in _VECTOR.finditer(part.text)]
    same = max((lengths.count(n) for n in set(lengths)), default=0)
    named = {m.group().count(",") + 1 for m in _NAMES.finditer(part.text)}
    if named & set(lengths):
        yield Hit("Columns of words and of numbers are written into code.", {"n_vectors": 2})
        return
    if (dots := len(_DOT.findall(part.text))) >= _LEAST_DOTS:
        yield Hit(f"It draws {dots:,} dots one by one.", {"n_values": dots})
        return
    if same >= _LEAST_VECTORS or len(_INSERTED.findall(part.text)) >= _LEAST_INSERTED:
        yield Hit("Columns or rows of values are written into code.", {"n_vectors": same})
        return
    found = [m.group() for m in _LONG_RUN.finditer(part.text)]
    if found and _is_at_risk(part):
        return
    if found and not part.path.startswith("letters"):
        n = sum(len(re.findall(r"(?<![\w'\"])\d+(?:\.\d+)?", run)) for run in found)
        if n >= _LEAST_NUMBERS:
            yield Hit(f"It lists {n:,} values one after the other.", {"n_values": n})


def _is_at_risk(part: Text) -> bool:
    """Whether a picture says that rows of counts are of people at risk; IMG103 finds few."""
    numbers = re.findall(
        r"(?<![\w.,])\d{1,3}(?:,\d{3})+(?![\d.])|(?<![\w.,])\d+(?![\d.])", part.text
    )
    told = part.path.endswith("picture labels") and _AT_RISK.search(part.text) is not None
    return told and len(numbers) <= _MOST_AT_RISK


def training_data(table: Table, judging: Judging) -> Iterator[Hit]:
    """Find models that keep the people they were fitted to."""
    *_, last = re.split(r"[.\[\]]+", table.path.rstrip("]"))
    names = [name for name in table.path.split(".") if _TRAINING.fullmatch(name.split("[")[0])]
    kept = [c.name for c in table.columns if _TRAINING.fullmatch(c.plain)]
    if table.path.startswith("json") and (names or kept) and table.n_rows > 1:
        why = f"“{(names or kept or [last])[0]}” keeps data that a model was fitted to: people's."
        yield Hit(why, {"n_rows": table.n_rows})


RULES = (
    Rule(
        "HID105", "Values in words", Verdict.BLOCK,
        "Export the values as a table of groups; leave data out of code and notebooks.",
        Text, list_in_words,
    ),
    Rule(
        "HID106", "Pixels that are data", Verdict.BLOCK,
        "Draw what the data show, with axes, instead of one pixel a value.",
        Picture, picture_of_a_matrix,
    ),
    Rule(
        "MOD101", "A model that keeps its training data", Verdict.BLOCK,
        "Export the coefficients of a model that does not keep the people it was fitted to.",
        Table, training_data,
    ),
)  # fmt: skip
