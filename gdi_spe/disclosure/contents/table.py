"""A table as the rules see it: columns with canonical text and, where all cells are, numbers."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from gdi_spe.disclosure.contents.words.languages import in_english

# Characters that show nothing and can carry something: controls, formats, private use, surrogates.
INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\uffff\ue000-\uf8ff"
    "\U000e0000-\U000e0fff\U000f0000-\U0010ffff]"
)
NUMBER = re.compile(r"[+-]?(\d+(?:\.\d*)?|\.\d+)([eE][+-]?\d{1,4})?")
_PLAIN = re.compile(r"[!-~]+")
_INTEGER = re.compile(r"[+-]?\d{1,15}")
_MISSING = {"", "NA", "N/A", "NaN", "nan", "null", "None", "."}
# From so many rows on, numbers are read all at once.
_MANY = 2000
_LARGEST = 1e15
_EXACT_POWER = 22

# Markdown sets names in bold between stars.
_EMPHASIS = re.compile(r"(\*{1,3})(?=\S)([^*]+)\1")
_BESIDE = re.compile(r"\s*[(\[{][^)\]}]*[)\]}]?\s*$")
_JOINTS = re.compile(r"[\s.\-/\\:]+")
_SAME = {
    "p>|t|": "p_value", "p>|z|": "p_value", "pr(>|t|)": "p_value", "pr(>|z|)": "p_value",
    "pr(>chisq)": "p_value", "[0.025": "lower", "0.975]": "upper", "2.5%": "lower",
    "2.5 %": "lower",
    "97.5%": "upper", "97.5 %": "upper", "%": "percent", "std err": "std_err", "n (%)": "n_percent",
    "no.": "n", "[95% conf.": "lower", "interval]": "upper", "[95% conf": "lower",
    "confidence": "lower", "limits": "upper", "pr > chisq": "p_value", "pr > |t|": "p_value",
    "pr > |z|": "p_value", "pr > f": "p_value", "pr(>f)": "p_value", "pr(>chi)": "p_value",
    "pr(>|chi|)": "p_value", "p > |t|": "p_value", "p> |t|": "p_value", "p> |z|": "p_value",
    "p > |z|": "p_value", "std. err.": "std_err", "exp(-coef)": "ratio_inverse",
    "s.e.": "std_err", "sig.": "p_value", "sig": "p_value", "sig. (2-tailed)": "p_value",
    "(o-e)^2/e": "chi_sq", "(o-e)^2/v": "chi_sq_v", "0.95lcl": "lower", "0.95ucl": "upper",
    "lwr": "lower", "upr": "upper", "lower.cl": "lower", "upper.cl": "upper",
    "asymp.lcl": "lower", "asymp.ucl": "upper", "lower.hpd": "lower", "upper.hpd": "upper",
}  # fmt: skip


# What is left of "95% Wald" over "Confidence Limits".
_LIMITS = {
    "confidence": "lower", "wald_confidence": "lower", "limits": "upper", "wald_limits": "upper",
}  # fmt: skip
_WRITTEN = (
    # Letters that formulas have.
    *(
        (re.compile(letter), name)
        for letter, name in (
            ("[βΒ]", "beta"),
            ("[χΧ]", "chi"),
            ("[λΛ]", "lambda"),
            ("[ρ]", "rho"),
            ("[σ]", "sigma"),
        )
    ),
    # "Frequency (%)" is no count, and "Mutated (n)" is one.
    (
        re.compile(
            r"^(freq\w*|proportion|fraction|mutated|contribution|weight)\s*[(\[]\s*%\s*[)\]]$", re.I
        ),
        r"percent_\1",
    ),
    (re.compile(r"^(\w[\w ]*?)\s*[(\[](?:n|no\.?|N)[)\]]$"), r"n_\1"),
    # "Missing, n" and "Missing, %", as tables for papers have them.
    (re.compile(r"^(.+), (?:n|no\.?|N)$"), r"n_\1"),
    (re.compile(r"^(.+), %$"), r"percent_\1"),
    # "% of 1,184" says what it is a share of.
    (
        re.compile(
            r"^(?:%|percent|share)\s*(?:of|von|de|av|af|di)\s+(?:n\s*=\s*)?([\d,. ]+)$", re.I
        ),
        r"percent_of_\1",
    ),
    # PLINK's counts of genotypes, as in "C(HOM A1)".
    (re.compile(r"^C\(HOM A1\)$"), "n_hom_alt"),
    (re.compile(r"^C\(HOM A2\)$"), "n_hom_ref"),
    (re.compile(r"^C\(HET\)$"), "n_het"),
    (re.compile(r"^C\((HAP A\d|MISSING)\)$"), "n_missing"),
    (re.compile(r"^GVIF\^\(1/\(2\*Df\)\)$"), "gvif_adj"),
    (re.compile(r"exp\((coef|beta|b|est\w*)\)", re.IGNORECASE), "hr"),
    (re.compile(r"(se|std)\((coef|beta|b|est\w*)\)", re.IGNORECASE), "se"),
    (re.compile(r"-?log(2|10)?\(p\)", re.IGNORECASE), "log_p"),
    # The level of an interval is no share of people.
    (
        re.compile(
            r"\b\d{2}(\.\d)?\s*%\s*(?=ci|conf|$)|(?<=upper )\d{2}\s*%|(?<=lower )\d{2}\s*%",
            re.IGNORECASE,
        ),
        "",
    ),
)


def plain_name(name: str) -> str:
    """Return a column's name as rules know it: small letters, one joint, no unit in brackets."""
    name = _EMPHASIS.sub(r"\2", name)
    known = _SAME.get(name.strip().lower())
    if known is not None:
        return known
    for written, meant in _WRITTEN:
        # A name that is nothing but the level, as "25%", is a quantile.
        name = written.sub(meant, name).strip() or name
    bare = _BESIDE.sub("", name).strip() or name.strip()
    joined = _JOINTS.sub("_", bare.lower().replace("%", "_percent").replace("²", "2"))
    joined = re.sub(r"(?<=\d),(?=\d{3})", "", joined)
    plain = in_english(re.sub(r"_{2,}", "_", joined).strip("_") or joined)
    return _LIMITS.get(plain, plain)


class Column:
    """One column: distinct ``cells``, and ``codes`` that say which each row has; or numbers alone.

    A column of many numbers keeps those and spells out its cells only when they are asked for.
    """

    def __init__(
        self,
        name: str,
        cells: tuple[str, ...] = (),
        codes: NDArray[np.int32] | None = None,
        values: NDArray[np.float64] | None = None,
    ) -> None:
        self.name = name
        # Whether it is one of the parts that the cells of a column were taken apart into.
        self.is_part = False
        self._given = (cells, np.zeros(0, np.int32) if codes is None else codes)
        self._values = values

    @cached_property
    def plain(self) -> str:
        """The name without what programs write differently: "p.value" is "p_value"."""
        return plain_name(self.name)

    @cached_property
    def _coded(self) -> tuple[tuple[str, ...], NDArray[np.int32]]:
        if self._values is None:
            return self._given
        found, first, codes = np.unique(self._values, return_index=True, return_inverse=True)
        order = np.argsort(first)
        place = np.empty_like(order)
        place[order] = np.arange(order.size)
        cells = tuple(spelled(value) for value in found[order].tolist())
        return cells, place[codes.ravel()].astype(np.int32)

    @property
    def cells(self) -> tuple[str, ...]:
        """The different values, in the order in which rows first show them."""
        return self._coded[0]

    @property
    def codes(self) -> NDArray[np.int32]:
        """Which of the cells each row has."""
        return self._coded[1]

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return len(self._given[1] if self._values is None else self._values)

    @cached_property
    def numbers(self) -> NDArray[np.float64] | None:
        """The values as numbers, NaN where missing; None when a cell is something else."""
        if self._values is not None:
            return self._values
        values = _numbers_in(self.cells)
        if values is None or all(cell in _MISSING for cell in self.cells):
            return None
        return np.asarray(values, dtype=np.float64)[self.codes]

    @cached_property
    def is_integer(self) -> bool:
        """Whether every cell that has a value is a whole number."""
        if self._values is not None:
            finite = self._values[np.isfinite(self._values)]
            return bool((finite == np.rint(finite)).all())
        return self.numbers is not None and all(
            cell in _MISSING or float(cell).is_integer() for cell in self.cells
        )

    @cached_property
    def n_distinct(self) -> int:
        """Number of different values."""
        if self._values is None:
            return len(self.cells)
        return int(pc.count_distinct(pa.array(self._values), mode="all").as_py())

    @property
    def keys(self) -> NDArray[np.uint64]:
        """A number for each row that is the same where its cells are."""
        if self._values is not None:
            return self._values.view(np.uint64)
        return self.codes.astype(np.uint64)

    @property
    def n_missing(self) -> int:
        """Number of rows without a value."""
        if self._values is not None:
            return int(np.isnan(self._values).sum())
        missing = [i for i, cell in enumerate(self.cells) if cell in _MISSING]
        return int(np.isin(self.codes, missing).sum())

    def text(self, row: int) -> str:
        """Return one cell."""
        if self._values is not None:
            return spelled(float(self._values[row]))
        return self.cells[int(self.codes[row])]

    def texts(self) -> list[str]:
        """Return every row's cell."""
        cells = self.cells
        return [cells[code] for code in self.codes.tolist()]


@dataclass(frozen=True)
class Table:
    """A part of a file that is rows and columns."""

    path: str
    columns: tuple[Column, ...]
    # Numbers that stand in words: rules look at them, their meaning is in the words.
    is_quoted: bool = False
    # The public score that the header of a standard file says this is.
    source: str = ""

    @property
    def n_rows(self) -> int:
        """Number of rows."""
        return self.columns[0].n_rows if self.columns else 0

    @cached_property
    def labels(self) -> tuple[Column, ...]:
        """The columns that are not numbers."""
        return tuple(column for column in self.columns if column.numbers is None)

    def column(self, *names: str) -> Column | None:
        """Return the first column that has one of these plain names."""
        return next((c for c in self.columns if c.plain in names), None)

    def column_named(self, name: str) -> Column:
        """Return the column of exactly this name."""
        return next(column for column in self.columns if column.name == name)

    def label_of(self, row: int) -> str:
        """Say which row this is, for a person: its labels, or its number."""
        labels = [c.text(row) for c in (self.labels or self.columns[:1])[:4]]
        return ", ".join(label[:60] for label in labels if label) or f"row {row + 1}"


def column_of(name: str, array: pa.Array | pa.ChunkedArray, digits: int) -> Column:
    """Make a column with canonical cells from Arrow's strings."""
    values = _many_numbers(array, digits) if len(array) >= _MANY else None
    if values is not None:
        return Column(clean_text(name).strip(), values=values)
    encoded = pc.dictionary_encode(array)
    if isinstance(encoded, pa.ChunkedArray):
        encoded = encoded.combine_chunks()
    if len(array) >= _MANY and not encoded.null_count and _are_clean_words(encoded.dictionary):
        cells = tuple(encoded.dictionary.to_pylist())
        return Column(clean_text(name).strip(), cells, encoded.indices.to_numpy())
    cleaned = [canonical_cell(value or "", digits) for value in encoded.dictionary.to_pylist()]
    codes = pc.fill_null(encoded.indices, len(cleaned)).to_numpy(zero_copy_only=False)
    cleaned.append("")
    return _column(clean_text(name).strip(), cleaned, codes)


def _many_numbers(array: pa.Array | pa.ChunkedArray, digits: int) -> NDArray[np.float64] | None:
    """Read a long column of numbers at once; None if a cell is no number that can be kept so."""
    whole = None if array.null_count else _as_numbers(array)
    if whole is not None and np.isfinite(whole).all():
        values, n_missing = whole, 0
    else:
        missing = pc.is_in(array, value_set=pa.array(sorted(_MISSING)))
        filled = pc.if_else(missing, pa.scalar(None, pa.string()), array)
        some = _as_numbers(filled)
        if some is None:
            return None
        values, n_missing = some, filled.null_count
    finite = values[np.isfinite(values)]
    if finite.size + n_missing != values.size:
        return None
    # Long whole numbers are kept to the last digit, which a float does not.
    if not finite.size or np.abs(finite).max() >= _LARGEST:
        return None
    return rounded(values, digits)


def _as_numbers(array: pa.Array | pa.ChunkedArray) -> NDArray[np.float64] | None:
    """Return words as numbers, NaN for none; None if one is no number."""
    try:
        read = pc.cast(array, pa.float64())
    except pa.ArrowInvalid:
        return None
    return np.asarray(
        read.to_numpy(zero_copy_only=False) if isinstance(read, pa.Array) else read.to_numpy()
    )


def _are_clean_words(cells: pa.Array) -> bool:
    """Whether each cell is printable ASCII without a space and begins with a letter."""
    return bool(pc.all(pc.match_substring_regex(cells, r"^[A-Za-z][!-~]*$")).as_py())


def distinct_rows(columns: Sequence[Column]) -> int:
    """Return how many different rows some columns have together."""
    mixed = np.zeros(columns[0].n_rows, dtype=np.uint64)
    with np.errstate(over="ignore"):
        for column in columns:
            # A number of 64 bits stands for a row; two different rows never meet in practice.
            mixed = (mixed ^ column.keys) * np.uint64(0x9E3779B97F4A7C15)
            mixed ^= mixed >> np.uint64(29)
    return int(pc.count_distinct(pa.array(mixed)).as_py())


def rounded(values: NDArray[np.float64], digits: int) -> NDArray[np.float64]:
    """Round to significant digits; whole numbers are kept."""
    size = np.abs(values)
    with np.errstate(divide="ignore", invalid="ignore"):
        power = digits - 1 - np.floor(np.log10(size))
    fine = np.isfinite(power) & (power <= _EXACT_POWER)
    scale = 10.0 ** np.where(fine, np.maximum(power, 0), 0)
    # A whole number divided by an exact power of ten is the nearest float to that decimal.
    out = np.where(fine, np.rint(values * scale) / scale, values)
    out = np.where(values == np.rint(values), values, out)
    large = fine & (power < 0) & (values != np.rint(values))
    for place in np.flatnonzero(large | (~fine & np.isfinite(power))).tolist():
        out[place] = float(f"{values[place]:.{digits}g}")
    return np.asarray(out + 0.0)


def spelled(value: float) -> str:
    """Return the one spelling of a number; nothing for none."""
    if value != value:
        return ""
    return str(int(value)) if value.is_integer() and abs(value) < _LARGEST else repr(value)


def _column(name: str, cleaned: list[str], codes: NDArray[np.int32]) -> Column:
    """Merge values that became equal, in the order in which rows first show them."""
    order: dict[str, int] = {}
    used = np.unique(codes)
    mapping = np.zeros(len(cleaned), dtype=np.int32)
    for code in used.tolist():
        mapping[code] = order.setdefault(cleaned[code], len(order))
    return Column(name, tuple(order), mapping[codes])


def clean_text(text: str) -> str:
    """Return the text in NFC without characters that show nothing."""
    return INVISIBLE.sub("", unicodedata.normalize("NFC", text))


def canonical_cell(text: str, digits: int) -> str:
    """Return a cell's one spelling: clean, trimmed, numbers with the digits that policy allows."""
    if _PLAIN.fullmatch(text):  # most cells: nothing to clean
        return canonical_number(text, digits) if NUMBER.fullmatch(text) else text
    text = " ".join(clean_text(text.replace("\n", " ").replace("\t", " ")).split())
    return canonical_number(text, digits) if NUMBER.fullmatch(text) else text


def canonical_number(text: str, digits: int) -> str:
    """Return a number's one spelling; whole numbers of up to 15 digits are kept exactly."""
    if _INTEGER.fullmatch(text):
        return str(int(text))
    value = float(f"{float(text):.{digits}g}")
    return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)


def _numbers_in(cells: tuple[str, ...]) -> list[float] | None:
    """Return cells as numbers, or None as soon as one is something else."""
    values = []
    for cell in cells:
        value = _number(cell)
        if value is None:
            return None
        values.append(value)
    return values


def _number(cell: str) -> float | None:
    if cell in _MISSING:
        return float("nan")
    return float(cell) if NUMBER.fullmatch(cell) else None
