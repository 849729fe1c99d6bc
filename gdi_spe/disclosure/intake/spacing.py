"""White space that says something: at the ends of lines, in line endings, between words.

The canonical form drops what stands at the ends of lines, so nothing of it leaves; that somebody
wrote a message there is told all the same, as with characters that show nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from itertools import pairwise
from math import log2

from gdi_spe.disclosure.contents.parts import Opaque

_TAIL = re.compile(r"[ \t\f\v\xa0]+$")
_GAP = re.compile(r"(?<=[a-z,]) ( ?)(?=[a-z])")
_ENDING = re.compile(r"\r\n|\n|\r")
_DOUBLED = re.compile(r"  (?=[a-z])(?<=[a-z,]  )")
# What a line may end in, as `_TAIL` has it; tabs alone are empty cells.
_BLANKS = (" ", "\f", "\v", "\xa0")
# What is written by accident, or by programs that pad, is less.
_MOST_BITS = 128
_MOST_SWITCHES = 16
_LEAST_GAPS = 16
_LEAST_WORDS = 6


def hidden_spaces(text: str) -> tuple[Opaque, ...]:
    """Tell of white space that carries more than accidents and padding do.

    Parameters
    ----------
    text
        A file's text, with the line endings and spaces that it came with.
    """
    return tuple(Opaque("spaces", told) for told in _channels(text))


def _channels(text: str) -> Iterator[str]:
    switches = _switches(text)
    if switches >= _MOST_SWITCHES:
        yield f"line endings change {switches:,} times; a payload can be in them"
    # Long tables have neither blank; only what has one is taken apart into lines.
    ends, is_doubled = _may_end_in_blanks(text), "  " in text and bool(_DOUBLED.search(text))
    lines = _ENDING.split(text) if ends or is_doubled else []
    bits = _bits_at_ends(lines) if ends else 0
    if bits >= _MOST_BITS:
        yield f"white space at line ends can spell {bits:,} bits that nobody sees"
    doubled = _doubled_gaps(lines) if is_doubled else 0
    if doubled >= _LEAST_GAPS:
        yield f"{doubled:,} gaps between words are doubled and others not; a payload can be in them"


def _switches(text: str) -> int:
    """Return how often the line ending is another than that of the line before."""
    if "\r" not in text or text.count("\r\n") == text.count("\r") == text.count("\n"):
        return 0
    return sum(a != b for a, b in pairwise(_ENDING.findall(text)))


def _may_end_in_blanks(text: str) -> bool:
    """Whether some line ends in white space other than tabs alone."""
    ends = ("\n", "\r", "\t") if "\t" in text else ("\n", "\r")
    held = tuple(blank for blank in _BLANKS if blank in text)
    return text.endswith(_BLANKS) or any(f"{b}{end}" in text for b in held for end in ends)


def _bits_at_ends(lines: list[str]) -> int:
    """Return how many bits the white space at line ends can spell."""
    written = [line for line in lines if line.strip()]
    if not written:
        return 0
    tails = [_tail(line) for line in written]
    # Tabs alone are empty cells; lines padded to the width of their neighbours are a table.
    kept = ["" if set(t) == {"\t"} else t for t in _not_padding(written, tails)]
    mixed = sum(len(tail) for tail in kept if len(set(tail)) > 1)
    counted, all_of_them = Counter(kept), Counter(tails)
    # Two spaces break a line of Markdown; lines that all end alike say nothing.
    if counted.keys() <= {"", "  "} or len(all_of_them) == 1:
        return 0
    return max(mixed, min(_bits_of(counted), _bits_of(all_of_them)))


def _bits_of(counted: Counter[str]) -> int:
    n = counted.total()
    return int(-sum(k * log2(k / n) for k in counted.values()))


def _tail(line: str) -> str:
    found = _TAIL.search(line[len(line.rstrip()) :])
    return found.group() if found else ""


def _not_padding(lines: list[str], tails: list[str]) -> list[str]:
    """Return the ends of lines, empty where spaces pad a line to the width of one beside it."""
    widths = [len(line) for line in lines]
    beside = zip([-1, *widths[:-1]], widths, [*widths[1:], -1], strict=True)
    return [
        "" if set(tail) == {" "} and width in (before, after) else tail
        for tail, (before, width, after) in zip(tails, beside, strict=True)
    ]


def _doubled_gaps(lines: list[str]) -> int:
    """Return how many gaps within sentences are doubled, where as many are not.

    Lines set to one width, as for print, and columns have wider gaps as well; those do not count.
    """
    n_single = n_double = 0
    for before, line in zip(["", *lines[:-1]], lines, strict=True):
        gaps = _GAP.findall(line)
        justified = len(line.rstrip()) == len(before.rstrip())
        if len(gaps) < _LEAST_WORDS or "   " in line.strip() or justified:
            continue
        n_double += sum(map(bool, gaps))
        n_single += sum(not gap for gap in gaps)
    return n_double if n_single >= _LEAST_GAPS else 0
