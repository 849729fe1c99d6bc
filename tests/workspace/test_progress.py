"""Long work tells how far it has come, in few bytes, and ends cleanly when it is stopped."""

from __future__ import annotations

import io
import os
import pty
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from gdi_spe.workspace.cohort.opened import Cohort
from gdi_spe.workspace.progress import Screen, progress, screen

TRAIT = {f"P{number:02d}": float(number**2 % 7) for number in range(1, 13)}


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@dataclass
class Shown:
    """A line as a screen shows it."""

    stream: io.StringIO = field(default_factory=io.StringIO)

    @property
    def lines(self) -> list[str]:
        return [part.rstrip() for part in self.stream.getvalue().split("\r") if part.strip()]


def run(
    steps: int, seconds: float, total: int | None = None, every: float = 1.0
) -> tuple[Shown, Clock]:
    shown, clock = Shown(), Clock()
    on = Screen(shown.stream, every)
    with progress("association", steps if total is None else total, on=on, clock=clock) as advance:
        for _ in range(steps):
            clock.now += seconds / steps
            advance(1)
    return shown, clock


def test_work_of_less_than_a_second_shows_nothing() -> None:
    shown, _ = run(steps=100, seconds=0.9)

    assert shown.stream.getvalue() == ""


def test_the_line_changes_once_a_second_and_says_how_it_ended() -> None:
    shown, _ = run(steps=1000, seconds=10)

    assert 8 <= len(shown.lines) <= 11
    assert shown.lines[0].startswith("association ██░░")
    assert "10%, 9 s left" in shown.lines[0]
    assert shown.lines[-1] == "association: 1,000 done in 10 s"
    assert shown.stream.getvalue().endswith("\n")


def test_an_hour_costs_less_than_a_picture_of_the_budget() -> None:
    shown, _ = run(steps=100_000, seconds=300)

    assert len(shown.stream.getvalue().encode()) < 40_000


def test_more_steps_than_expected_stay_at_all_of_them() -> None:
    shown, _ = run(steps=100, seconds=10, total=10)

    assert all("100%" in line for line in shown.lines[2:-1])


def test_unknown_totals_are_counted() -> None:
    shown, clock = Shown(), Clock()
    with progress("export", None, on=Screen(shown.stream, 1.0), clock=clock) as advance:
        clock.now = 5
        advance(1200)

    assert shown.lines[0] == "export: 1,200 in 5 s"


def test_stopped_work_says_so_and_the_interrupt_goes_on() -> None:
    shown, clock = Shown(), Clock()

    def work() -> None:
        with progress("pca", 10, on=Screen(shown.stream, 1.0), clock=clock) as advance:
            clock.now = 3
            advance(5)
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        work()

    assert shown.lines[-1] == "pca: 5 stopped in 3 s"


def test_a_screen_that_is_gone_does_not_end_the_work() -> None:
    stream, clock = io.StringIO(), Clock()
    stream.close()

    with progress("pca", 10, on=Screen(stream, 1.0), clock=clock) as advance:
        clock.now = 3
        advance(5)

    assert clock.now == 3


def test_threads_may_advance_at_once() -> None:
    shown, clock = Shown(), Clock()
    with progress("kinship", 4000, on=Screen(shown.stream, 1.0), clock=clock) as advance:
        clock.now = 2

        def work(step: Callable[[int], None] = advance) -> None:
            for _ in range(1000):
                step(1)

        threads = [threading.Thread(target=work) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    assert shown.lines[-1] == "kinship: 4,000 done in 2 s"


def test_nothing_is_shown_where_nobody_watches() -> None:
    code = (
        "import time\n"
        "from gdi_spe.workspace.progress import progress\n"
        "with progress('association', 3) as advance:\n"
        "    time.sleep(1.1); advance(1)\n"
    )

    piped = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True)

    assert (piped.stdout, piped.stderr) == (b"", b"")
    assert screen() is None or sys.stderr.isatty()


def test_a_terminal_shows_the_line() -> None:
    code = (
        "import time\n"
        "from gdi_spe.workspace.progress import progress\n"
        "with progress('association', 3) as advance:\n"
        "    time.sleep(1.1); advance(1)\n"
    )
    own, others = pty.openpty()

    subprocess.run([sys.executable, "-c", code], stderr=others, check=True, cwd=Path.cwd())

    os.close(others)
    said = os.read(own, 4096).decode()
    os.close(own)
    assert "association ██████░" in said
    assert "association: 1 done in 1 s" in said


@pytest.mark.filterwarnings("ignore::UserWarning")
@pytest.mark.parametrize(
    ("what", "work"),
    [
        ("association", lambda cohort, place: cohort.association(TRAIT)),
        ("to_vcf", lambda cohort, place: cohort.to_vcf(place / "a.vcf")),
        ("to_pgen", lambda cohort, place: cohort.to_pgen(place / "a")),
    ],
)
def test_long_work_counts_every_variant(
    what: str,
    work: Callable[[Cohort, Path], object],
    cohort: Cohort,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    totals: dict[str, int | None] = {}
    steps: dict[str, list[int]] = {}

    @contextmanager
    def counted(name: str, total: int | None) -> Iterator[Callable[[int], None]]:
        totals[name] = total
        yield steps.setdefault(name, []).append

    monkeypatch.setattr("gdi_spe.workspace.asking.held.progress", counted)

    work(cohort, tmp_path)

    totals.pop("relatives", None)  # whom the model takes for strangers is looked at by itself
    assert totals == {what: cohort.folder.manifest.n_variants}
    assert sum(steps[what]) == cohort.folder.manifest.n_variants
