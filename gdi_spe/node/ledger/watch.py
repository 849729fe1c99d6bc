"""Ask the ledger before a release, and tell it after: what do a cohort's numbers say together?"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gdi_spe.boundary.findings import Finding, Verdict
from gdi_spe.boundary.recipe import SideCar
from gdi_spe.node.ledger.claims import families_of, read_individuals, recount
from gdi_spe.node.ledger.differencing import NOT_BOUNDED, QuerySet, disclosed
from gdi_spe.node.ledger.memory import Ledger

_FIX = "Release one of the numbers only, or groups that differ by enough people."


@dataclass(frozen=True)
class Claimed:
    """A released or submitted file: its canonical bytes, and what is declared of it."""

    name: str
    canonical: bytes
    side_car: SideCar


@dataclass(frozen=True)
class Watch:
    """The ledger of one cohort version."""

    ledger: Ledger
    folder: Path

    def findings(
        self, files: Sequence[Claimed], minimum: int, waiting: Collection[str] = ()
    ) -> dict[str, list[Finding]]:
        """Return what the node's own count and the ledger say of each file.

        What is released counts, and what other requests that wait would release.
        """
        individuals = read_individuals(self.folder)
        n_people = individuals.num_rows
        earlier = self.ledger.recall(self._name(), n_people)
        # TRUST: of two requests that wait, each must be safe if the other leaves first.
        earlier += self.ledger.recall_waiting(self._name(), n_people, waiting)
        found: dict[str, list[Finding]] = {file.name: [] for file in files}
        new: list[QuerySet] = []
        for file in files:
            again = recount(file.name, file.canonical, file.side_car, individuals)
            if again.differs:
                found[file.name].append(_miscounted(file.name, again.differs))
            new += again.sets
        for each in disclosed(new, earlier, n_people, minimum, families_of(individuals)):
            for file in files:
                if any(label.startswith(f"{file.name}[") for label in each.releases):
                    found[file.name].append(
                        _not_bounded(file.name)
                        if each.how == NOT_BOUNDED
                        else _together(file.name, each.releases, each.n_people)
                    )
        return found

    def prepare(self, release: str, files: Sequence[Claimed]) -> int:
        """Keep the sets behind what may be released, apart; return how many there are."""
        individuals = read_individuals(self.folder)
        sets = [
            replace(each, label=f"{release}/{each.label}")
            for file in files
            for each in recount(file.name, file.canonical, file.side_car, individuals).sets
        ]
        if sets:
            self.ledger.prepare(self._name(), release, individuals.num_rows, sets)
        return len(sets)

    def _name(self) -> str:
        """Name the people of the cohort, in their order: sets of others mean other people."""
        ids = read_individuals(self.folder)["individual_id"].to_pylist()
        return hashlib.sha256("\n".join(map(str, ids)).encode()).hexdigest()[:32]


def _miscounted(name: str, rows: Sequence[str]) -> Finding:
    return Finding(
        rule="DIF302", severity=Verdict.REVIEW, part=name,
        why=f"The node counts otherwise in {len(rows):,} rows: {'; '.join(rows[:6])}.",
        fix="Export the table as the cohort gives it, or correct the columns and values declared.",
        evidence={"n_rows": len(rows)},
    )  # fmt: skip


def _together(name: str, releases: Sequence[str], n_people: int) -> Finding:
    return Finding(
        rule="DIF301", severity=Verdict.BLOCK, part=name,
        why="Together with "
        + "; ".join(releases[:6])
        + " its numbers give those of fewer people than the policy allows.",
        fix=_FIX, evidence={"n_releases": len(releases)},
    )  # fmt: skip


def _not_bounded(name: str) -> Finding:
    return Finding(
        rule="DIF303", severity=Verdict.REVIEW, part=name,
        why="What its numbers give away with those released before could not be worked out "
        "in the time there is.",
        fix="A reviewer compares it with earlier releases; fewer cells make it quick.",
        evidence={},
    )  # fmt: skip
