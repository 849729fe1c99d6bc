"""Lines that a genome browser takes for itself, above regions."""

# ruff: noqa: E501  # words of one sort read better together
from __future__ import annotations

import re

# What a track looks like, and nothing besides; its name and description are read as words.
_TRACK = re.compile(
    r'track((?: (?:name|description)=(?:"[^"\t]{0,120}"|[\w.-]{1,60})'
    r"| (?:visibility|color|altColor|itemRgb|useScore|priority|type|autoScale|db|viewLimits|maxHeightPixels"
    r'|windowingFunction|group|alwaysZero|graphType|colorByStrand)="?[\w.,:-]{1,40}(?: [\d,]{3,14})?"?)*)[ ]?'
)
_SAID = re.compile(r'(?:name|description)=(?:"([^"]*)"|(\S+))')
_BROWSER = re.compile(
    r"browser (position [\w.]{1,20}:[\d,]{1,12}-[\d,]{1,12}|(hide|dense|pack|squish|full) [\w ]{1,60})"
)


def is_about_track(line: str) -> bool:
    """Whether a line is one that a genome browser takes for itself."""
    return bool(_TRACK.fullmatch(line) or _BROWSER.fullmatch(line))


def said_of_track(line: str) -> str:
    """Return the words in a line about a track; another line is returned as it is."""
    if not is_about_track(line):
        return line
    return ". ".join(named or bare for named, bare in _SAID.findall(line))
