"""What a program spends: wall seconds, CPU seconds of it and its children, peak memory."""

from __future__ import annotations

import json
import os
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

REPOSITORY = Path(__file__).resolve().parents[1]
_LAUNCH = Path(__file__).with_name("launch.py")


class Failed(Exception):
    """A program ended with an error, or cannot be had here."""


@dataclass(frozen=True)
class Spent:
    """What one run took; the peak is that of the largest process."""

    wall_seconds: float
    cpu_seconds: float
    peak_bytes: int


def run(*words: object) -> Spent:
    """Run a program to its end."""
    # What others have left to be written is not this program's to wait for.
    os.sync()
    with tempfile.NamedTemporaryFile() as errors:
        launched = subprocess.run(
            [sys.executable, "-I", "-S", str(_LAUNCH), errors.name, *map(str, words)],
            cwd=REPOSITORY,
            capture_output=True,
            text=True,
            check=False,
        )
        told = Path(errors.name).read_text(errors="replace")
    if launched.returncode:
        raise Failed(f"{words[0]}: {launched.stderr.strip().splitlines()[-1]}")
    wall, cpu, peak, code = launched.stdout.split()
    if int(code):
        raise Failed(f"{words[0]} ended with {code}: {told.strip()[-300:]}")
    return Spent(float(wall), float(cpu), int(peak) * 1024)


def printed(*words: object) -> str:
    """Return what a program prints; not measured."""
    done = subprocess.run([str(word) for word in words], capture_output=True, text=True, check=True)
    return done.stdout


class Session:
    """A program that stays: it gets one JSON line an order and answers with what it spent."""

    def __init__(self, *words: object) -> None:
        # Its log goes to a file: a pipe that nobody empties would stop it.
        self._log = tempfile.TemporaryFile()  # noqa: SIM115  # closed with the session
        self._process = subprocess.Popen(
            [str(word) for word in words],
            cwd=REPOSITORY,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self._log,
            text=True,
        )

    def ask(self, **order: object) -> dict[str, Any]:
        """Give an order and wait for its answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        try:
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise Failed(self._last_words()) from None
        for line in self._process.stdout:
            if line.startswith('{"answer"'):
                answer: dict[str, Any] = json.loads(line)["answer"]
                return answer
        raise Failed(self._last_words())

    def run(self, **order: object) -> Spent:
        """Give an order whose answer is what it spent."""
        os.sync()
        answer = self.ask(**order)
        return Spent(answer["wall_seconds"], answer["cpu_seconds"], answer["peak_bytes"])

    def close(self) -> None:
        """End the program."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        self._process.wait(timeout=60)
        self._log.close()

    def _last_words(self) -> str:
        self._log.seek(0)
        return self._log.read().decode(errors="replace").strip()[-400:] or "it ended early"


def median(runs: Sequence[Spent]) -> Spent:
    """Return the median of each figure on its own; of peaks the highest."""
    return Spent(
        statistics.median(each.wall_seconds for each in runs),
        statistics.median(each.cpu_seconds for each in runs),
        max(each.peak_bytes for each in runs),
    )
