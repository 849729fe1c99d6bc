# ruff: noqa: E501  # words of one sort read better together
"""What R's sessionInfo() lists of itself: packages with their versions, and the locale."""

from __future__ import annotations

import re

_BEGINS = re.compile(r"^(?:[#> ]*)R (?:version \d+\.\d+\.\d+|Under development)", re.MULTILINE)
_BASE = r"stats4?|graphics|grDevices|utils|datasets|methods|base|splines|parallel|tools|grid|tcltk|compiler"
_VERSION = r"\d{1,4}(?:[.-]\d{1,8}){1,4}"
_LINE = re.compile(
    rf"^[#> ]*\[ *\d{{1,3}}\](?:[ \t]+(?:[A-Za-z][A-Za-z0-9.]{{1,29}}_{_VERSION}|{_BASE}|LC_[A-Z]+=[\w.@-]{{0,24}}|LANG=\S{{0,24}}))+[ \t]*$",
    re.MULTILINE,
)
_HEADING = re.compile(
    r"^[#> ]*(?:locale|attached base packages|other attached packages|loaded via a namespace \(and not attached\)):[ \t]*$",
    re.MULTILINE,
)


def without_session(text: str) -> tuple[str, str]:
    """Take the packages of a session of R out of a text: what is left, and the names without numbers.

    TRUST: each word of such a line is a package with its version, a package of R itself or a locale;
    a line with anything else stays a part of the text. The names are still looked at by all rules.
    """
    if _BEGINS.search(text) is None:
        return text, ""
    lines = [found.group() for found in _LINE.finditer(text)]
    names = [re.sub(rf"^[#> ]*\[ *\d+\]|_{_VERSION}|LC_\S+|LANG=\S+", " ", line) for line in lines]
    return _HEADING.sub("", _LINE.sub("", text)), " ".join(" ".join(names).split())
