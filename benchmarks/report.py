"""Tables for people, and the same figures for programs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from benchmarks import growth
from benchmarks.growth import Growth
from benchmarks.races import Outcome, Race

Sizes = Sequence[tuple[str, int, int]]
_MIB = 1 << 20


def head(told: Mapping[str, str], rounds: int, is_quick: bool) -> None:
    """Print what the figures belong to."""
    for name, text in told.items():
        print(f"{name:<12} {text}")
    print(f"{'rounds':<12} {rounds}, in turn; medians; peaks are the largest of all rounds")
    if is_quick:
        print("quick        starting weighs more on small files: the bars are for the full ones")


def show(race: Race) -> None:
    """Print one task's table."""
    print(f"\n[{race.task}] {race.title}")
    columns = f"{'wall s':>8} {'min':>8} {'max':>8} {'CPU s':>8} {'MiB':>7}"
    print(f"  {'':<44} {columns} {'x ours':>8} {'x CPU':>7}")
    for outcome in race.outcomes:
        print(_line(race, outcome), flush=True)
    if race.most_bytes is not None and not race.outcomes[0].problem:
        peak = race.outcomes[0].median.peak_bytes
        verdict = _verdict(peak <= race.most_bytes)
        print(
            f"  our peak {peak / _MIB:,.0f} MiB of at most {race.most_bytes // _MIB:,}: {verdict}"
        )
    if race.most_seconds is not None and not race.outcomes[0].problem:
        wall = race.outcomes[0].median.wall_seconds
        verdict = _verdict(wall <= race.most_seconds)
        print(f"  ours {wall:.2f} s of at most {race.most_seconds:g} s: {verdict}")


def _line(race: Race, outcome: Outcome) -> str:
    if outcome.problem:
        return f"  {outcome.name:<44} {outcome.problem}"
    spent, walls = outcome.median, [run.wall_seconds for run in outcome.runs]
    figures = f"{spent.wall_seconds:8.3f} {min(walls):8.3f} {max(walls):8.3f}"
    figures += f" {spent.cpu_seconds:8.3f} {spent.peak_bytes / _MIB:7,.0f}"
    ratio = race.ratio(outcome)
    told = f"  {outcome.name:<44} {figures} {_times(ratio, 8)} {_times(race.cpu_ratio(outcome), 7)}"
    if outcome.bar is not None:
        met = race.is_met(outcome)
        told += f"  bar {outcome.bar.times:g}x: {'not judged' if met is None else _verdict(met)}"
    return told


def _times(ratio: float | None, width: int) -> str:
    return f"{ratio:{width}.2f}" if ratio is not None else "-".rjust(width)


def show_sizes(sizes: Sizes) -> None:
    """Print the store's size beside the file's."""
    print("\n[size] Whole dataset folder, calls alone, beside the bgzipped file")
    print(f"  {'':<20} {'vcf.gz MB':>10} {'store MB':>10}")
    for name, vcf, store in sizes:
        verdict = f"bar smaller: {_verdict(store < vcf)}"
        print(f"  {name:<20} {vcf / 1e6:10.2f} {store / 1e6:10.2f}  {store / vcf:.2f}  {verdict}")


def show_growth(found: Sequence[Growth]) -> None:
    """Print how costs grow."""
    print("\n[growth] The library in a process that stays; seconds go with size to the exponent")
    told = growth.rows(found)
    widths = [max(len(row[column]) for row in told) for column in range(len(told[0]))]
    for row in told:
        print("  " + "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)))


def summary(races: Sequence[Race], sizes: Sizes, grown: Sequence[Growth]) -> None:
    """Print every bar that is not met, or that all are."""
    missed = [
        f"{race.task}, {outcome.name}: {race.ratio(outcome):.2f}x of {outcome.bar.times:g}x"
        for race in races
        for outcome in race.outcomes
        if outcome.bar is not None and race.is_met(outcome) is False
    ]
    missed += [
        f"{race.task}: {race.outcomes[0].median.peak_bytes / _MIB:,.0f} MiB"
        for race in races
        if race.most_bytes is not None
        and not race.outcomes[0].problem
        and race.outcomes[0].median.peak_bytes > race.most_bytes
    ]
    missed += [f"{each.task} along {each.along}" for each in grown if not each.is_met]
    missed += [
        f"{race.task}: {race.outcomes[0].median.wall_seconds:.2f} s"
        for race in races
        if race.most_seconds is not None
        and not race.outcomes[0].problem
        and race.outcomes[0].median.wall_seconds > race.most_seconds
    ]
    missed += [f"size of {name}" for name, vcf, store in sizes if store >= vcf]
    missed += [
        f"{race.task}, {outcome.name}: {outcome.problem}"
        for race in races
        for outcome in race.outcomes
        if outcome.problem
    ]
    print("\nNOT MET:" if missed else "\nNothing is amiss: every bar above is met.")
    for line in missed:
        print(f"  {line}")


def _verdict(is_met: bool) -> str:
    return "met" if is_met else "NOT MET"


def as_json(
    told: Mapping[str, str], races: Sequence[Race], sizes: Sizes, grown: Sequence[Growth]
) -> dict[str, Any]:
    """Return every figure of every run."""
    return {
        "about": dict(told),
        "races": [
            {
                "task": race.task,
                "title": race.title,
                "most_bytes": race.most_bytes,
                "most_seconds": race.most_seconds,
                "outcomes": [
                    {
                        **asdict(outcome),
                        "ratio": race.ratio(outcome),
                        "cpu_ratio": race.cpu_ratio(outcome),
                        "met": race.is_met(outcome),
                    }
                    for outcome in race.outcomes
                ],
            }
            for race in races
        ],
        "sizes": [{"file": name, "vcf_gz": vcf, "store": store} for name, vcf, store in sizes],
        "growth": [{**asdict(each), "exponent": each.exponent} for each in grown],
    }
