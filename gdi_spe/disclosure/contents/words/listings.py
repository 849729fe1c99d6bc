"""Texts that programs write and that are no sentences: lists of public names, pins, structures.

Each has a grammar that its every line must fit; a line that does not makes it a text like others.
"""

# ruff: noqa: E501  # words of one sort read better together
from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from itertools import pairwise

from gdi_spe.disclosure.contents.words.dialects import names_a_result
from gdi_spe.disclosure.contents.words.numbering import names_a_person
from gdi_spe.disclosure.contents.words.vocabulary import TRAIT, is_public

_MOST_LINES = 500
_HEAD = re.compile(r"genes?(_?(symbol|name|id|list))?s?|symbols?|hgnc_symbol|ensembl\w*", re.I)
_SYMBOL = re.compile(r"[A-Z][A-Z0-9]{1,9}(-[A-Z0-9]{1,4}){0,2}|C\d{1,2}orf\d{1,3}")
# Families whose members have three digits and more.
_NUMBERED = re.compile(
    r"(ZNF|LINC|LOC|MIR|SNOR[AD]|KIAA|FAM|TMEM|CCDC|OR|RNU|TTC|GPR|KRT\w*|LRRC|ANKRD|DEFB|PRAMEF"
    r"|RN7S\w*|MT|KCN\w?|COL|ADAM(TS)?|CD|IL|CEP|NUP|PCDH\w*|TUB\w|DNAH|PPP\w*|RAB|SEC|TBC|UBE\w*|NLRP|PLA|GABR\w|CACN\w*|USP|SLC|TRIM|CXorf|LCN|RPS|RPL|SPATA|FBXO|WDR|ZFP|HLA|ABC\w|CYP\w*)\d{3,6}\w{0,4}"
)
_DIGITS = re.compile(r"\d{3}")
_VOWEL = re.compile(r"[AEIOUY]")
_PIN = re.compile(
    # TRUST: codes of people have several digits in a row.
    r"(?![A-Za-z0-9._-]*\d{3})[A-Za-z][A-Za-z0-9._-]{0,39}(\[[a-z,_-]{1,40}\])?"
    r"(\s*(==|>=|<=|~=|!=|=|<|>)\s*\d{1,4}([._+-]?(\d{1,6}|a|b|rc|post|dev|el)){0,6}\*?,?){0,3}"
    r"(\s*;\s*[a-z_]{2,30}\s*(==|>=|<|>|<=)\s*['\"][\w.]{1,12}['\"])?"
)
_OPTION = re.compile(r"--?(index-url|extra-index-url|find-links|editable|e|r|c)\b.{0,80}|")
# Names of columns with their types, as pandas, R and Arrow print them.
_TYPED = re.compile(
    r"(\d{1,4}\s+)?(?P<name>[A-Za-z_.][\w.%/ -]{0,40}?):?\s+(object|bool(ean)?|category|str(ing)?|double|logical|factor|character|integer|numeric|date32\[day\]"
    r"|u?[Ii]nt(8|16|32|64)?|[Ff]loat(16|32|64)?|datetime64\[\w{1,3}(, UTC)?\]|timestamp\[\w{1,3}\]|large_string|halffloat)",
)
_TYPES_END = re.compile(r"(Name: \w{0,30}, )?(dtype: object|Length: \d+, dtype: object)|[.\s]{3,}")
_ERRORS = re.compile(r"([\w./-]{1,60}:)?CV error \(K=\d{1,2}\): \d\.\d{2,6}")
_SPECTRUM_NAME = re.compile(r"eigen|\.eva(l|ls)$|scree|spectrum", re.I)
_SPECTRUM = re.compile(r"eigen_?val(ue)?s?|evals?", re.I)
# How many variants scores of linkage are of, as LDSC writes it beside them.
_SUMMED, _WHOLE = re.compile(r"\.l2\.M(_5_50)?$"), re.compile(r"\d{3,8}")
_NUMBER = re.compile(r"\d{1,7}(\.\d{1,8})?")
_MOST_VALUES, _LEAST_PINS = 50, 3
_STRUCT = re.compile(r"\b(Struct|dict|frozendict|Interval|Locus)\(|\)")
_FIELD = re.compile(r"(\w{1,40})\s*[=:]\s*(Struct\(|(?P<value>[-+]?\d[\d.eE+-]*))")
_PLAIN_FIELDS = re.compile(r"[\w\s=:,.()+-]*")
_COUNTED = re.compile(r"n_\w+|num_\w+|n|count\w*")
_MOST_OF_A_STEM = 20
_FEW = 10
_NAME = re.compile(r"[A-ZÀ-Þ][\w'-]{1,20}([ ,]+[A-ZÀ-Þ][\w'.-]{0,20}){0,2}")
_LEAST_NAMES = 5
_LEAST_ODD = 0.4


def is_listing(text: str, name: str = "") -> bool:
    """Whether a text is of a known grammar, so that it need not be made of words."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    # A comment is a sentence, which is read as one.
    if not lines or len(lines) > _MOST_LINES or any(line.startswith("#") for line in lines):
        return False
    grammars: tuple[Callable[[list[str]], bool], ...] = (
        are_pins,
        _are_errors,
        _are_genes,
        _are_types,
    )
    if _SUMMED.search(name) and len(lines) == 1 and _WHOLE.fullmatch(lines[0]):
        return True
    if _SPECTRUM_NAME.search(name) or _SPECTRUM.fullmatch(lines[0]):
        lines = lines[1:] if _SPECTRUM.fullmatch(lines[0]) else lines
        grammars = (*grammars, _are_eigenvalues)
    return any(fits(lines) for fits in grammars) or is_structure(text)


def are_pins(lines: list[str]) -> bool:
    """Whether each line names a package and its version; a version has few digits."""
    pins = [line for line in lines if not _OPTION.fullmatch(line)]
    versions = sum(bool(re.search(r"[=<>]\s*\d", line)) for line in pins)
    stems = Counter(re.sub(r"\d+", "#", re.split(r"[=<>~!]", pin)[0]) for pin in pins)
    # Names of packages have many stems; those that number people have one.
    if not pins or max(stems.values()) > max(_MOST_OF_A_STEM / 2, len(pins) // 4):
        return False
    return all(map(_PIN.fullmatch, pins)) and versions >= 0.5 * len(pins)


def _are_types(lines: list[str]) -> bool:
    """Whether each line is a column's name with its type; names of people are none."""
    found = [_TYPED.fullmatch(line) for line in lines if not _TYPES_END.fullmatch(line)]
    names = [each["name"] for each in found if each]
    if not names or len(names) < len(found) or any(map(names_a_person, names)):
        return False
    # A column a person has one stem and many numbers.
    stems = Counter(re.sub(r"\d+", "#", name) for name in names)
    return max(stems.values()) <= max(_MOST_OF_A_STEM, len(names) // 2)


def pins_and_comments(text: str) -> tuple[str, str]:
    """Return the lines that pin packages and the comments of a text that is of both alone."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    pins = [line for line in lines if not line.startswith("#")]
    if len(pins) < _LEAST_PINS or len(pins) > _MOST_LINES or not are_pins(pins):
        return "", ""
    return "\n".join(pins), "\n".join(line for line in lines if line.startswith("#"))


def _are_errors(lines: list[str]) -> bool:
    """Whether each line is the error of a number of ancestral populations."""
    return all(map(_ERRORS.fullmatch, lines))


def _are_genes(lines: list[str]) -> bool:
    """Whether each line is a gene's symbol, once, and together they look as genes do."""
    words = lines[1:] if _HEAD.fullmatch(lines[0]) else lines
    if len(words) == 1:
        words = re.split(r"[,;]\s*|\s+", words[0])
    return are_genes(words)


def are_genes(words: list[str]) -> bool:
    """Whether words are symbols of genes: not one series that is counted up, and no names.

    Most symbols have a digit or cannot be spoken; people's names do neither. What numbers people
    has one stem and many digits.
    """
    if len(words) < 2 or len(set(words)) != len(words):
        return False
    if all(map(is_public, words)):
        return True
    if not all(_SYMBOL.fullmatch(word) and may_be_gene(word) for word in words):
        return False
    # Codes of people are of one length; symbols are not.
    if len({len(word) for word in words}) < min(3, len(words) / 3):
        return False
    stems = {re.sub(r"\d.*", "", word) for word in words}
    odd = sum(bool(re.search(r"\d", word)) or not _is_spoken(word) for word in words)
    return len(stems) >= min(3, 0.5 * len(words)) and odd >= _LEAST_ODD * len(words)


def may_be_gene(word: str) -> bool:
    """Whether a word has no long number, or is of a family of genes that is numbered so."""
    return not _DIGITS.search(word) or bool(_NUMBERED.fullmatch(word))


def _is_spoken(word: str) -> bool:
    """Whether a word has vowels as names have: no run of three consonants, some vowel."""
    return bool(_VOWEL.search(word)) and not re.search(r"[^AEIOUY]{3}", word)


def _are_eigenvalues(lines: list[str]) -> bool:
    """Whether lines are a spectrum of eigenvalues."""
    return all(map(_NUMBER.fullmatch, lines)) and are_eigenvalues([float(each) for each in lines])


def are_eigenvalues(numbers: list[float]) -> bool:
    """Whether numbers are as eigenvalues are: few, positive, falling, and falling less and less."""
    if not 3 <= len(numbers) <= _MOST_VALUES:
        return False
    steps = [a - b for a, b in pairwise(numbers)]
    half = len(steps) // 2
    return min(steps) >= 0 and numbers[-1] > 0 and sum(steps[:half]) > 2 * sum(steps[half + 1 :])


def doubts_of_lists(text: str) -> Iterator[str]:
    """Yield why a person must read a list or a structure: names of people, or few of them."""
    lines = [line.strip() for line in text.split("\n") if line.strip()]
    if len(lines) >= _LEAST_NAMES and all(map(_NAME.fullmatch, lines)) and not are_genes(lines):
        yield "it is a list of names"
    if any("Struct(" in line and not is_structure(line) for line in lines):
        yield "it prints a structure that is not of results alone"


def is_structure(text: str) -> bool:
    """Whether a text is a printed structure of results: each field a statistic or a large count."""
    text = text.strip()
    if not _STRUCT.search(text) or not _PLAIN_FIELDS.fullmatch(text):
        return False
    fields = list(_FIELD.finditer(text))
    values = [found for found in fields if found["value"]]
    return bool(values) and all(_is_result(found) for found in values) and (
        text.count("=") + text.count(":") == len(fields)
    )  # fmt: skip


def _is_result(found: re.Match[str]) -> bool:
    """Whether a field is of many people: named as results are, and no count of few."""
    name, value = found[1], found["value"]
    if TRAIT.fullmatch(name):
        return False
    if _COUNTED.fullmatch(name):
        return value.isdecimal() and (int(value) >= _FEW)
    return names_a_result(name)
