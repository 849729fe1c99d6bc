"""Results that are said by name: "Z = -13.687", "95% CI: 0.68-0.69", "p-value < 2.2e-16"."""

# ruff: noqa: E501  # words of one sort read better together
from __future__ import annotations

import re
from collections import Counter

from gdi_spe.disclosure.contents.words.dialects import names_a_result
from gdi_spe.disclosure.contents.words.fitting import OF_A_MODEL, is_score
from gdi_spe.disclosure.contents.words.vocabulary import PEOPLE, TRAIT

_VALUE = r"[<>≤≥~≈]?\s?[-+−]?(?:\d[\d,]*\.?\d*|\.\d+)(?:\s?[eE×x]\s?[-+−]?\d+)?%?"
_INTERVAL = re.compile(
    rf"\b(?:\d{{2}}(?:\.\d)?\s?%?\s?|percent )?(?:CI|CrI|confidence interval|credible interval)\b(?:\s?\d{{2}}%)?\s?[:=]?\s?[(\[]?{_VALUE}\s?(?:-|–|to|,|;)\s?{_VALUE}[)\]]?",
    re.IGNORECASE,
)
# A sign and a value; the name is what stands before it in the line.
_VALUED = re.compile(
    rf"[ \t]{{0,12}}(?:[:=][ \t]{{0,12}}|(?=[<>]))(?:np\.float64\()?(?P<value>{_VALUE})(?:\)(?=[,)]))?(?=[\s,;)\]]|\.?$|\.\s)(?:\s?\((?:SE|df|p|P)?\s?[=:<]?\s?{_VALUE}\))?",
    re.MULTILINE,
)
_NAME = re.compile(r"[A-Za-z][A-Za-z0-9 ._()²^-]*$")
_LONGEST_NAME, _MOST_CHARACTERS = 42, 20_000
_LAST = re.compile(r"[A-Za-z][\w.²^-]*\s*$")
_STATISTIC = re.compile(
    r"(?:p|q|z|t|f|w|u|v|d|h|r|df|dof|χ2|chi2?|chisq|x-squared|tau|rho|kappa|odds ratio|hazard ratio|risk ratio|or|hr|rr|irr|statistic|pvalue|p-?val(?:ue)?|p\.value|p adj\w*|auc|se|sd|aic|bic|loglik|c-?index|concordance|heritability|h2|lambda(?: gc)?|intercept|ratio|r2|r-squared|i2|rmse|mae|brier)",
    re.IGNORECASE,
)
_MOST_ALIKE = 20
_FEW_LETTERS, _MANY = 2, 1000


def without_results(text: str) -> str:
    """Return a text without the results that are said by name.

    TRUST: a name is one that statistics have, and no trait; counts of people stay where they are,
    and all of it is held to the rules for numbers beside. A name that is said again and again may
    be said of one person each time.
    """
    if len(text) > _MOST_CHARACTERS:
        return text
    text = _INTERVAL.sub(" ", text)
    said: Counter[str] = Counter()
    kept: list[str] = []
    end = 0
    for found in _VALUED.finditer(text):
        before = text[max(end, found.start() - _LONGEST_NAME) : found.start()]
        name = _NAME.search(before)
        known = name and (_result(name.group()) or _many(name.group(), found["value"]))
        if name and known:
            # The words before the one that names the result are left.
            kept += [text[end : found.start() - len(name.group().rstrip())], " "]
            kept[-2] += name.group().rstrip()[: -len(known)]
            end = found.end()
            said[known] += 1
    if max(said.values(), default=0) > _MOST_ALIKE:
        return text
    return "".join([*kept, text[end:]])


def _many(name: str, value: str) -> str:
    """Return a name if it counts people, and these are many."""
    bare = value.replace(",", "").strip()
    plain = re.sub(r"\W+", "_", name.strip()).lower()
    many = bare.isdecimal() and int(bare) >= _MANY and PEOPLE.fullmatch(plain)
    return name.strip() if many else ""


def _result(name: str) -> str:
    """Return the part of a name that is a statistic's: all of it, or its last word."""
    last = _LAST.search(name)
    for each in (name.strip(), last.group().strip() if last else ""):
        plain = re.sub(r"\W+", "_", each).strip("_").lower()
        if TRAIT.fullmatch(plain):
            return ""
        known = OF_A_MODEL.fullmatch(plain) or is_score(plain) or names_a_result(plain)
        # Of short names those alone that statistics have everywhere.
        if _STATISTIC.fullmatch(each) or (known and len(each) > _FEW_LETTERS):
            return each
    return ""
