"""Objects of a tree that each are one person: a sex, an age and more, and no count of people."""

# words of one sort read better together
from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from gdi_spe.disclosure.contents.words.vocabulary import PERSON_COLUMN, TRAIT

_SEX = re.compile(r"(\w+_)?(sex|gender)", re.IGNORECASE)
_SEXES = re.compile(
    r"f|m|female|male|woman|man|girl|boy|kvinna|nainen|frau|weiblich|männlich|xx|xy", re.IGNORECASE
)
# One of many: what a program shows first, last or furthest out.
_ONE = re.compile(
    r"(the_)?(first|last|head|tail|example\w*|sample_?row|row\w{0,4}|record|person|patient|participant|individual|proband|subject|donor|who|whom|holder|oldest|youngest"
    r"|outlier\w*|extreme\w*|max\w*|min\w*|top|worst|best|case|carrier|index_(case|patient)|observation|obs|influential\w*|leverage)(_\d+)?",
    re.IGNORECASE,
)
# Who is asked for, adjusted for or made up is nobody.
_OF_MANY = re.compile(
    r"(n|count\w*|mean\w*|sd|median\w*|percent|pct|events?|n_\w+|\w+_(n|count|mean|sd|median|percent|pct)|p_?value|beta|se|or|hr|ci\w*|estimate|rate|auc\w*|prevalence"
    r"|min|max|low\w*|upp\w*|missing|total|size|freq\w*)",
    re.IGNORECASE,
)
_ASKED = re.compile(
    r"filter|query|where|select|criteri|config|param|covariat|strat|formula|settings|exclu|threshold|reference|typical|average|profile|scenario|mapping|labels?|codes?|levels?"
    r"|dtypes?|schema|columns?|fields?|types?|units?|group|subset|cohort|adjust|model",
    re.IGNORECASE,
)
_CODED = re.compile(
    r"(dtype|int|float|str|object|bool|category|string|integer|number|boolean)\d{0,2}",
    re.IGNORECASE,
)
_LEAST_TRAITS = 2


def people_in(tree: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, list[str]]]:
    """Yield where an object of a tree is one person, and the names of what it tells of them."""
    if isinstance(tree, dict):
        told = _of_one(tree, path)
        if told:
            yield ".".join(path) or "json", told
        for name, value in tree.items():
            yield from people_in(value, (*path, str(name)))
    elif isinstance(tree, list):
        for value in tree[:1000]:
            yield from people_in(value, path)


def _of_one(node: dict[str, Any], path: tuple[str, ...]) -> list[str]:
    """Return the traits that an object gives one value each for, if they are one person's."""
    single = {str(k): v for k, v in node.items() if isinstance(v, (str, int, float)) and str(v)}
    if any(_OF_MANY.fullmatch(name) for name in node) or any(map(_ASKED.search, path)):
        return []
    traits = [k for k, v in single.items() if TRAIT.fullmatch(k) and _is_value(str(v))]
    if len(traits) < _LEAST_TRAITS:
        return []
    sex = [k for k in traits if _SEX.fullmatch(k) and _SEXES.fullmatch(str(single[k]).strip())]
    code = [k for k in single if PERSON_COLUMN.fullmatch(k) and re.search(r"\d", str(single[k]))]
    named = bool(path) and bool(_ONE.fullmatch(path[-1]))
    return traits if sex or code or (named and _tells_an_age(single)) else []


def _tells_an_age(single: dict[str, Any]) -> bool:
    return any(re.fullmatch(r"(\w+_)?(age|birth)(_\w+)?", name, re.IGNORECASE) for name in single)


def _is_value(value: str) -> bool:
    """Whether a value is one: no range, no bound, no name of a type or column, and short."""
    return (
        not re.search(r"\d\s?[-–]\s?\d|[<>≥≤+%~]|\bto\b", value)
        and not _CODED.fullmatch(value)
        and len(value) < 60
    )
