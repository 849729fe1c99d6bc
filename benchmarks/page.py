"""The figures of a run in the documentation: written there by the run itself, never by hand."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path

from benchmarks import growth
from benchmarks.growth import Growth
from benchmarks.races import Outcome, Race
from benchmarks.report import Sizes

_MIB = 1 << 20
_BEGIN, _END = "<!-- figures: written by make bench -->", "<!-- end of figures -->"


def write(
    path: Path,
    told: Mapping[str, str],
    rounds: int,
    races: Sequence[Race],
    sizes: Sizes,
    grown: Sequence[Growth],
) -> None:
    """Put a run's figures between the marks of a page.

    Tasks that this run left out keep the figures of the run that measured them, below its own.
    """
    lines = [*_about(told, rounds), ""]
    for race in races:
        lines += [f"**{race.task}.** {race.title}.", "", *_table(race), ""]
    if sizes:
        lines += ["**size.** Whole dataset folder, calls alone.", "", *_sizes(sizes), ""]
    if grown:
        lines += ["**growth.** The library in a process that stays, at three sizes.", ""]
        lines += [*_grown(grown), ""]
    text = path.read_text(encoding="utf-8")
    before, rest = text.split(_BEGIN)
    former, after = rest.split(_END)
    kept = _kept(former.strip(), {race.task for race in races} | _others(sizes, grown))
    written = "\n".join([_BEGIN, "", *lines, *kept, _END])
    path.write_text(before + written + after, encoding="utf-8")


def _others(sizes: Sizes, grown: Sequence[Growth]) -> set[str]:
    return {name for name, found in (("size", sizes), ("growth", grown)) if found}


def _kept(former: str, measured: set[str]) -> list[str]:
    """Return the figures of former runs that this one did not make, each under its own run."""
    kept: list[str] = []
    for run in re.split(r"^(?=Measured with )", former, flags=re.MULTILINE)[1:]:
        about, *tasks = re.split(r"^(?=\*\*[\w-]+\.\*\*)", run, flags=re.MULTILINE)
        left = [task for task in tasks if task[2 : task.index(".**")] not in measured]
        if left:
            kept += [about.strip(), ""]
            kept += [line for task in left for line in (task.strip(), "")]
    return kept


def _grown(grown: Sequence[Growth]) -> list[str]:
    head, *rows = growth.rows(grown)
    lines = [f"| {' | '.join(head)} |", "|" + "---|" * len(head)]
    return lines + [f"| {' | '.join(row)} |" for row in rows]


def _about(told: Mapping[str, str], rounds: int) -> list[str]:
    facts = "; ".join(f"{name}: {text}" for name, text in told.items())
    return [f"Measured with {rounds} rounds. {facts}."]


def _table(race: Race) -> list[str]:
    lines = [
        "| Program | wall s | smallest | largest | CPU s | peak MiB | x ours | bar |",
        "|---|---|---|---|---|---|---|---|",
    ]
    lines += [_row(race, outcome) for outcome in race.outcomes]
    return lines


def _row(race: Race, outcome: Outcome) -> str:
    if outcome.problem:
        return f"| {outcome.name} | {outcome.problem.replace('|', '/')} | | | | | | |"
    spent, walls = outcome.median, [run.wall_seconds for run in outcome.runs]
    ratio = race.ratio(outcome)
    figures = f"{_shown(spent.wall_seconds)} | {_shown(min(walls))} | {_shown(max(walls))}"
    figures += f" | {spent.cpu_seconds:.2f} | {spent.peak_bytes / _MIB:,.0f}"
    figures += f" | {f'{ratio:.2f}' if ratio else '-'}"
    return f"| {outcome.name} | {figures} | {_bar(race, outcome)} |"


def _shown(seconds: float) -> str:
    return f"{seconds:.2f}" if seconds >= 1 else f"{seconds:.3f}"


def _bar(race: Race, outcome: Outcome) -> str:
    told = []
    if outcome.bar is not None:
        told.append(f"{outcome.bar.times:g}x {_verdict(race.is_met(outcome))}")
    if race.most_bytes is not None and outcome is race.outcomes[0]:
        is_met = outcome.median.peak_bytes <= race.most_bytes
        told.append(f"{race.most_bytes // _MIB:,} MiB {_verdict(is_met)}")
    if race.most_seconds is not None and outcome is race.outcomes[0]:
        is_met = outcome.median.wall_seconds <= race.most_seconds
        told.append(f"{race.most_seconds:g} s {_verdict(is_met)}")
    return ", ".join(told)


def _verdict(is_met: bool | None) -> str:
    return "not judged" if is_met is None else "met" if is_met else "NOT MET"


def _sizes(sizes: Sizes) -> list[str]:
    lines = ["| File | vcf.gz MB | store MB | bar |", "|---|---|---|---|"]
    for name, vcf, store in sizes:
        verdict = _verdict(store < vcf)
        lines.append(f"| {name} | {vcf / 1e6:.2f} | {store / 1e6:.2f} | smaller: {verdict} |")
    return lines
