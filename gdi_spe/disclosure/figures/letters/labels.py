"""Numbers that a drawing writes beside what it shows: those of ticks, and those of people."""

from __future__ import annotations

import re
from collections import Counter

_NUMBER = re.compile(r"\d[\d,]*")
_LEAST_RUN, _LEAST_FROM_START = 4, 3
_MOST_AXES = 4


def labelled_numbers(text: str) -> list[int]:
    """Return the whole numbers that stand alone and are of no axis."""
    words = [w.strip() for w in re.split(r"\n| {2,}| , ", text)]
    found = Counter(int(w.replace(",", "")) for w in words if _NUMBER.fullmatch(w))
    for _ in range(_MOST_AXES):
        run = _longest_run(sorted(found))
        if not run:
            break
        found -= Counter(run)
    return sorted(found.elements())


def _longest_run(numbers: list[int]) -> list[int]:
    """Return the longest even run, as ticks are; short ones begin at nothing or at one."""
    known, best = set(numbers), list[int]()
    for start in numbers:
        for second in numbers:
            step = second - start
            if step <= 0 or start - step in known:
                continue
            run = [start]
            while run[-1] + step in known:
                run.append(run[-1] + step)
            least = _LEAST_FROM_START if start == 0 or (start, step) == (1, 1) else _LEAST_RUN
            if len(run) >= least and len(run) > len(best):
                best = run
    return best
