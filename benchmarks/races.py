"""One task, several programs, in turn: what each took, whether it was right, and the bar."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from benchmarks.making.truth import WrongAnswer
from benchmarks.measuring import Failed, Spent, median


@dataclass(frozen=True)
class Bar:
    """What the store is asked for: to be so many times faster than this program."""

    times: float


@dataclass(frozen=True)
class Contender:
    """One way to do a task; the first of a race is ours."""

    name: str
    run: Callable[[], Spent]
    # Raises WrongAnswer, or does nothing; runs after the last round, on what that left.
    check: Callable[[], object]
    bar: Bar | None = None
    before: Callable[[], object] = lambda: None
    # Before the first round alone: what a session that stays has already seen.
    once: Callable[[], object] = lambda: None


@dataclass
class Outcome:
    """What one program took in every round, or why it has no time."""

    name: str
    bar: Bar | None
    runs: list[Spent] = field(default_factory=list)
    problem: str = ""

    @property
    def median(self) -> Spent:
        return median(self.runs)


@dataclass(frozen=True)
class Race:
    """A task with its contenders' outcomes, ours first."""

    task: str
    title: str
    outcomes: list[Outcome]
    # The peak that our process is allowed, if the task has one.
    most_bytes: int | None = None
    # The wall seconds that our program is allowed, if the task has a limit.
    most_seconds: float | None = None

    def ratio(self, outcome: Outcome) -> float | None:
        """Return how many times longer than ours a program took, by wall seconds."""
        ours = self.outcomes[0]
        if ours.problem or outcome.problem:
            return None
        return outcome.median.wall_seconds / ours.median.wall_seconds

    def cpu_ratio(self, outcome: Outcome) -> float | None:
        """Return how many times more CPU seconds than ours a program took."""
        if self.ratio(outcome) is None:
            return None
        return outcome.median.cpu_seconds / max(self.outcomes[0].median.cpu_seconds, 1e-3)

    def is_met(self, outcome: Outcome) -> bool | None:
        """Say whether a bar is met, None where there is none or nothing to judge by."""
        ratio = self.ratio(outcome)
        return None if ratio is None or outcome.bar is None else ratio >= outcome.bar.times


def race(
    task: str,
    title: str,
    contenders: Sequence[Contender],
    rounds: int,
    most_bytes: int | None = None,
    most_seconds: float | None = None,
) -> Race:
    """Run every contender in turn, several times over, then check what each has left."""
    outcomes = [Outcome(each.name, each.bar) for each in contenders]
    pairs = list(zip(contenders, outcomes, strict=True))
    for contender, outcome in pairs:
        _attempt(contender.once, outcome)
    for _ in range(rounds):
        for contender, outcome in pairs:
            if not outcome.problem:
                _run(contender, outcome)
    for contender, outcome in pairs:
        if not outcome.problem:
            _check(contender, outcome)
    return Race(task, title, outcomes, most_bytes, most_seconds)


def _run(contender: Contender, outcome: Outcome) -> None:
    def once_more() -> None:
        contender.before()
        outcome.runs.append(contender.run())

    _attempt(once_more, outcome)


def _attempt(do: Callable[[], object], outcome: Outcome) -> None:
    try:
        do()
    except Failed as error:
        outcome.problem = str(error)


def _check(contender: Contender, outcome: Outcome) -> None:
    # A wrong answer is never a fast one.
    try:
        contender.check()
    except WrongAnswer as error:
        outcome.problem = f"WRONG: {error}"
