"""Print a story step by step, with its evidence; stop at the step that failed."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from gdi_spe.boundary.errors import SpeError


class StepFailed(SpeError):
    """What the story promised was not seen."""

    code = "demo-step-failed"

    def __init__(self, why: str) -> None:
        self.public_message = why
        super().__init__(why)


@dataclass(frozen=True)
class Step:
    """One step: what it promises, and the function that shows it."""

    title: str
    show: Callable[[], None]


def tell(steps: Sequence[Step], say: Callable[[str], None] = print) -> None:
    """Run every step in order; an error names the step it came from."""
    for number, step in enumerate(steps, 1):
        begun = time.monotonic()
        say(f"\n{number:>2}. {step.title}")
        try:
            step.show()
        except Exception as error:
            raise StepFailed(f"step {number} ({step.title}) failed: {error}") from error
        say(f"    done in {time.monotonic() - begun:.1f} s")


def evidence(text: str) -> None:
    """Print one line of evidence."""
    for line in text.splitlines():
        print(f"    {line}", flush=True)


def expect(holds: bool, what: str) -> None:
    """Print what was seen, or stop the story."""
    if not holds:
        raise StepFailed(f"not seen: {what}")
    evidence(f"seen: {what}")
