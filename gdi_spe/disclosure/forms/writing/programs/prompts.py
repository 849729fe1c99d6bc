"""What somebody typed into R, Stata or Python, in the record of a session.

A command names no columns of what is printed below it, and is left to the words around tables.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

_TYPED = re.compile(r"(>|>>>|\.)\s+(?P<typed>[A-Za-z#(\[`\"'_.].*)|>\s*|>>>\s*")
_GOES_ON = re.compile(r"(\+|>|\.\.\.)\s+\S.*")
# How large something is: one whole number a side.
_ASKS_SIZE = re.compile(r"(dim|nrow|NROW|ncol|NCOL|length|nobs|count|len)\b")
_SIZE = re.compile(r"\s*(\[1\]\s+\d+(\s+\d+)?|\(?\d+(, \d+)?\)?|\d[\d,]*)\s*")
# How long a program ran, as SAS and R say.
_RAN = re.compile(r"\s*(real|(user |system )?cpu|elapsed) time\s+[\d:.]{1,12}( seconds)?\s*", re.I)
_CLOCK = re.compile(r"\s*user\s+system\s+elapsed\s*")
# What pandas says of each column of a table: how many have a value, and of which type.
_INFO = re.compile(r"\s*\d{1,3}\s+\S.{0,60}\s\d[\d,]* non-null\s+\w[\w\[\], ]*")
# How many rows a query gives, and how many columns of each type a table has.
_SUMMED = re.compile(
    r"\s*\(\d+ rows?\)\s*|\s*(character|numeric|factor|logical|Date|POSIXct|integer|double|list"
    r"|Number of columns)\s+\d{1,4}\s*"
)
_MARK = "typed:"
# Stands for a command that counts how many there are of each level.
COUNTS = "typed to count:"
_COUNTS = re.compile(r">\s+(print\()?(table|xtabs)\([^()]{1,80}\)\)?\s*")


def without_prompts(lines: list[str]) -> Iterator[str]:
    """Yield lines with a mark in the place of each command and of the sizes it asks for."""
    typed, was_command, is_clock = "", False, False
    for line in lines:
        if (
            is_clock
            or _SUMMED.fullmatch(line)
            or _INFO.fullmatch(line)
            or _RAN.fullmatch(line)
            or _CLOCK.fullmatch(line)
        ):
            is_clock = bool(_CLOCK.fullmatch(line))
            yield _MARK
            continue
        command = _TYPED.fullmatch(line.rstrip()) is not None
        if command:
            typed = line
        elif not (was_command and _GOES_ON.fullmatch(line)):
            command = bool(was_command and _ASKS_SIZE.search(typed) and _SIZE.fullmatch(line))
            was_command = False
            yield _MARK if command else line
            continue
        was_command = True
        yield COUNTS if _COUNTS.fullmatch(line) else _MARK
