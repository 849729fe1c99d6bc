"""What was read of the sources, what was left out and why, for the admin to act upon."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from gdi_spe.boundary.errors import BadInput

REPORT_FILE = "phenotypes-report.json"
_N_EXAMPLES = 5


@dataclass
class Tally:
    """Reasons, how often each applied, and the first few records it applied to."""

    counts: Counter[str] = field(default_factory=Counter)
    examples: dict[str, list[str]] = field(default_factory=dict)

    def add(self, reason: str, where: object, n: int = 1) -> None:
        """Count a reason; the place is only rendered while it serves as an example."""
        self.counts[reason] += n
        examples = self.examples.setdefault(reason, [])
        if len(examples) < _N_EXAMPLES:
            examples.append(str(where))

    def told(self) -> list[dict[str, Any]]:
        """Return the reasons, the most frequent first."""
        return [
            {"reason": reason, "n": n, "examples": self.examples[reason]}
            for reason, n in self.counts.most_common()
        ]


@dataclass(frozen=True)
class Fault:
    """A value that is wrong: where it stands, and what is wrong with it."""

    kind: str
    why: str
    source: str
    line: int | None = None
    remedy: str = ""


@dataclass
class Findings:
    """The account of a reading.

    `left_out` has what is right but has no column; `faults` what is wrong and is refused unless
    the admin asked to go on without it; `contradictions` where records disagree, and then none
    of them is believed.
    """

    n_read: Counter[str] = field(default_factory=Counter)
    left_out: Tally = field(default_factory=Tally)
    faults: Tally = field(default_factory=Tally)
    contradictions: Tally = field(default_factory=Tally)
    first_fault: Fault | None = None

    def fault(self, fault: Fault) -> None:
        """Take down a wrong value; `refuse_faults` decides what comes of it."""
        self.first_fault = self.first_fault or fault
        place = fault.source if fault.line is None else f"{fault.source}, line {fault.line}"
        self.faults.add(fault.kind, f"{place}: {fault.why}")

    def refuse_faults(self) -> None:
        """Refuse the sources if anything in them is wrong, naming the first and counting all.

        Raises
        ------
        BadInput
            With the file and record of the first wrong value.
        """
        first = self.first_fault
        if first is None:
            return
        n_others = self.faults.counts.total() - 1
        others = f" (and {n_others:,} more: {self._kinds()})" if n_others else ""
        raise BadInput(
            f"{first.why}{others}",
            source=first.source,
            line=first.line,
            remedy=f"{first.remedy + '; or l' if first.remedy else 'L'}eave wrong values out, "
            "and have them listed, with --skip-faulty",
        )

    def _kinds(self) -> str:
        return ", ".join(f"{kind} {n:,}" for kind, n in self.faults.counts.most_common(5))

    def told(self) -> dict[str, Any]:
        """Return the account as it is kept and shown."""
        return {
            "read": dict(self.n_read),
            "left_out": self.left_out.told(),
            "faults": self.faults.told(),
            "contradictions": self.contradictions.told(),
        }


def write_report(folder: Path, findings: Findings) -> None:
    """Keep the account beside the dataset's tables; it names records and stays in the node."""
    text = json.dumps(findings.told(), indent=1, sort_keys=True, ensure_ascii=False)
    (folder / REPORT_FILE).write_text(text + "\n", encoding="utf-8")


def read_report(folder: Path) -> dict[str, Any] | None:
    """Return the account that lies beside a dataset's tables; older versions have none."""
    path = folder / REPORT_FILE
    if not path.is_file():
        return None
    told: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return told


def report_lines(told: dict[str, Any]) -> list[str]:
    """Return the account in sentences, a line a reason, with its first record."""
    lines = []
    for part, words in (
        ("faults", "wrong, left out"),
        ("contradictions", "contradictory"),
        ("left_out", "left out"),
    ):
        for each in told[part]:
            lines.append(f"{words}: {each['reason']} ({each['n']:,}), as in {each['examples'][0]}")
    return lines
