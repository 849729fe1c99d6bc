"""What programs say of their own runs: times, memory, versions, files, numbers of blocks.

None of it is of people, however many numbers it has. A text is the log of a run if it says when
it ran, what it was called with and what it did; a line with a word for people keeps every number.
"""

# ruff: noqa: E501  # words of one sort read better together
from __future__ import annotations

import re
from collections import Counter

_MARKS = tuple(
    re.compile(pattern, re.MULTILINE | re.IGNORECASE)
    for pattern in (
        r"^\W*((start|begin\w*|analysis (started|beg[iu]n\w*)|beginning analysis|run)( time)?( at|:)|started )",
        r"\b(end time|elapsed|finished|total time|completed in|done in|run ?time|analysis finished|all done)\b",
        r"\b(version|copyright|licen[cs]e|compiled|\(c\) \d{4}|v\d+\.\d+)",
        r"^\W*(options?( in effect)?|call|command( line)?( options)?|arguments?|invoking command)\b.{0,20}:",
        r"^\W*(reading|read|writing|written|results? written|loaded|loading|processing|computing|after merging|fitting)\b",
    )
)
_LEAST_MARKS = 3
_PEOPLE = re.compile(
    r"sample|individual|people|person|participant|patient|proband|subject|case|control|carrier|donor|famil|male|sex\b|age\b|\biid\b|\bfid\b",
    re.IGNORECASE,
)
# Times, memory, shares of work, and numbers of what a run goes through.
_OF_WORK = re.compile(
    r"\(?\b\d[\d,.]{0,24}(e[-+]?\d+)?\s?(ms|msec|s|sec|secs|seconds?|min|mins|minutes?|h|hrs?|hours?|[kmgt]i?b|[kmg]b/s|cpus?|cores?|threads?|blocks?|chunks?|batch(es)?|steps?|iterations?|snps?|variants?|markers?|sites|genes|loci)\b\)?"
    r"|\b(block|chunk|batch|step|iteration|chromosome|chr|round|fold|thread|level)s?\s?\[?\d+(\s?/\s?\d+)?\]?"
    r"|\[\d+(/\d+| ?: ?[\d. ]{1,80})\]",
    re.IGNORECASE,
)
# Lists of files, and options with values, as a command has them.
_FILE = r"[\w+-]{1,60}([./][\w+-]{1,60}){1,10}"
_FILES = re.compile(rf"(?<![\w.,]){_FILE}(,{_FILE})*(?![\w.])")
_RULE = re.compile(r"^[\W_]{3,}$", re.MULTILINE)
_MOST_ALIKE = 60
_LEAST_LETTERS = 2


def is_log(text: str) -> bool:
    """Whether a text says of a run when it was, what it was called with, and what it did."""
    return sum(bool(mark.search(text)) for mark in _MARKS) >= _LEAST_MARKS and not _lists(text)


def _lists(text: str) -> bool:
    """Whether many lines are the same but for their numbers, and say nothing of the work.

    TRUST: a log may print what it found for each person, one a line.
    """
    alike = Counter(
        re.sub(r"[\d.,]+", "#", line.strip()) for line in text.split("\n") if re.search(r"\d", line)
    )
    told = [n for line, n in alike.items() if not _OF_WORK.search(line.replace("#", "1"))]
    return max(told, default=0) > _MOST_ALIKE


def without_run(text: str) -> str:
    """Return the lines of a log without what is only of the run; lines about people stay whole."""
    return _RULE.sub("", "\n".join(map(_without_work, text.split("\n"))))


def _without_work(line: str) -> str:
    if _PEOPLE.search(line):
        return _FILES.sub("file", line) if "," in line else line
    return _OF_WORK.sub("", _FILES.sub(_kept, line))


def _kept(found: re.Match[str]) -> str:
    """Return what is no file: a number has a point, but no letters."""
    return "file" if len(re.findall(r"[A-Za-z]", found[0])) >= _LEAST_LETTERS else found[0]
