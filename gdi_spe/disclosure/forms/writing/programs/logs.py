"""What programs write of themselves among lines: Snakemake's jobs, branches of decision trees."""

from __future__ import annotations

import re

from gdi_spe.disclosure.contents.table import Table
from gdi_spe.disclosure.contents.words.vocabulary import PEOPLE
from gdi_spe.disclosure.forms.tabular.cells import named_table

_BEGINS = re.compile(r"^Building DAG of jobs\.\.\.$", re.MULTILINE)
_JOBS = re.compile(
    r"^Job (?:stats|counts):\n[ \t]*job[ \t]+count(?:[ \t]+min threads[ \t]+max threads)?[ \t]*\n"
    r"[- \t]+\n(?P<rows>(?:[A-Za-z_]\w{0,60}(?:[ \t]+\d{1,7}){1,3}[ \t]*\n){1,500})",
    re.MULTILINE,
)
_RULE = re.compile(r"^(?:local)?(?:rule|checkpoint) (\w{1,60}):$", re.MULTILINE)
# Lines of which only numbers of jobs and threads, and times, are told.
_OF_A_JOB = re.compile(
    r"^(?:\[\w{3} \w{3} [ \d]\d \d\d:\d\d:\d\d \d{4}\]|Finished job(?:id:)? \d+\.?"
    r"|\d+ of \d+ steps \(\d{1,3}(?:\.\d+)?%\) done|Provided cores: \d+"
    r"|[ \t]+(?:jobid|threads|priority): \d+"
    r"|[ \t]+wildcards: chr(?:om|omosome)?=(?:chr)?(?:\d\d?|X|Y|MT?)"
    r"|[ \t]+resources: (?:[a-z_]{1,20}=(?:\d{1,7}|<TBD>|/tmp)(?:, |$)){1,10})$",
    re.MULTILINE,
)
# A branch or a leaf of a decision tree, as scikit-learn prints it.
_BRANCH = re.compile(r"[ \t]*(?:\|[ \t]+)*\|--- \S")
_LEAST_BRANCHES = 3


def without_jobs(text: str, path: str, digits: int) -> tuple[str, list[Table]]:
    """Take numbers of jobs out of a log of Snakemake: a table of steps, and what is left.

    It is one only if the numbers add up to its total, a job in it is run as a rule of the log, and
    no job has a name that counts of people have.
    """
    if _BEGINS.search(text) is None:
        return text, []
    tables = []
    for found in _JOBS.finditer(text):
        rows = [line.split()[:2] for line in found["rows"].splitlines()]
        if not _are_jobs(rows, set(_RULE.findall(text))):
            return text, []
        tables.append(named_table(f"{path}.jobs", ["term", "n_steps"], rows, digits))
    return _OF_A_JOB.sub("", _JOBS.sub("", text)), tables


def _are_jobs(rows: list[list[str]], run: set[str]) -> bool:
    *jobs, last = rows
    names = {name for name, _ in jobs}
    # TRUST: what is read as numbers of jobs is not held to the least number of people.
    return (
        last[0] == "total"
        and sum(int(n) for _, n in jobs) == int(last[1])
        and bool(names & run)
        and not any(PEOPLE.fullmatch(name) for name in names)
    )


def without_branches(text: str) -> tuple[str, str]:
    """Return a text without the lines of decision trees, and those lines: they are no table."""
    lines = text.split("\n")
    found = [bool(_BRANCH.match(line)) for line in lines]
    if sum(found) < _LEAST_BRANCHES:
        return text, ""
    left = [line for line, is_branch in zip(lines, found, strict=True) if not is_branch]
    return "\n".join(left), "\n".join(
        line for line, is_branch in zip(lines, found, strict=True) if is_branch
    )
