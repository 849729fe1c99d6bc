"""Ask the ledger before a release, and tell it after: what do a cohort's numbers say together?"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from gdi_spe.boundary.findings import Finding, Verdict
from gdi_spe.boundary.recipe import SideCar
from gdi_spe.node.ledger.claims import Recount, recount
from gdi_spe.node.ledger.cohort import Cohort
from gdi_spe.node.ledger.differencing import NOT_BOUNDED, Disclosed, QuerySet, disclosed_beside
from gdi_spe.node.ledger.memory import Ledger
from gdi_spe.node.ledger.people import People, people_of

_FIX = "Release one of the numbers only, or groups that differ by enough people."
_SHOWN = 6


@dataclass(frozen=True)
class Claimed:
    """A released or submitted file: its table as CSV, if it has one, and what is declared of it."""

    name: str
    table: bytes | None
    side_car: SideCar


@dataclass(frozen=True)
class Watch:
    """The ledger beside one cohort version."""

    ledger: Ledger
    folder: Path

    @cached_property
    def cohort(self) -> Cohort:
        """The cohort version whose people are counted."""
        return Cohort(self.folder)

    @cached_property
    def people(self) -> People:
        """Its people among those of the project."""
        project = self.cohort.project
        folder = self.ledger.of_project(project)
        people = people_of(folder, project, self.folder, self.cohort.names)
        cohort = hashlib.sha256("\n".join(self.cohort.names).encode()).hexdigest()[:32]
        self.ledger.adopt(cohort, project, people.places, people.n_people)
        return people

    def findings(
        self, files: Sequence[Claimed], minimum: int, waiting: Collection[str] = ()
    ) -> dict[str, list[Finding]]:
        """Return what the node's own count and the ledger say of each file.

        What is released counts, and what other requests that wait would release.
        """
        found: dict[str, list[Finding]] = {file.name: [] for file in files}
        counted = {file.name: self._recount(file) for file in files}
        for name, again in counted.items():
            if again.differs:
                found[name].append(_miscounted(name, again.differs))
            if again.why_not and _claims(next(f for f in files if f.name == name)):
                found[name].append(_not_counted(name, again.why_not))
        new = [each for again in counted.values() for each in self._sets(again)]
        if not new:
            return found
        known = self.ledger.known(self.cohort.project, self.people.family)
        # TRUST: of two requests that wait, each must be safe if the other leaves first.
        waits = self.ledger.recall_waiting(self.cohort.project, self.people.n_people, waiting)
        known = known.and_these(waits)
        for each in disclosed_beside(known, new, minimum):
            for name in found:
                if any(label.startswith(f"{name}[") for label in each.releases):
                    found[name].append(self._told(name, each, minimum))
        for name, again in counted.items():
            found[name] += self._made_again(name, self._sets(again), known.sets, found[name])
        return found

    def prepare(self, release: str, files: Sequence[Claimed]) -> int:
        """Keep the sets behind what may be released, apart; return how many there are."""
        sets = [
            QuerySet(f"{release}/{s.label}", s.members, s.step, s.told, s.origin)
            for file in files
            for s in self._sets(self._recount(file))
        ]
        if sets:
            # A release of several cohorts of one project is one record: the later adds to it.
            project, n_people = self.cohort.project, self.people.n_people
            before = self.ledger.recall_waiting(project, n_people, [release])
            mine = [each for each in before if not each.origin.startswith(self._version)]
            self.ledger.prepare(project, release, n_people, [*mine, *sets])
        return len(sets)

    @property
    def _version(self) -> str:
        return f"{self.cohort.id} {self.cohort.version} "

    def _recount(self, file: Claimed) -> Recount:
        meant = file.side_car.cohort or (
            file.side_car.recipe.cohort_id if file.side_car.recipe else self.cohort.id
        )
        if meant != self.cohort.id:
            return Recount()  # the watch of that cohort counts it
        return recount(file.name, file.table, file.side_car, self.cohort)

    def _sets(self, again: Recount) -> list[QuerySet]:
        return [
            QuerySet(
                cell.name, self.people.packed(cell.mask), again.step,
                int(cell.told) if again.step else 0, self._version + cell.where,
            )
            for cell in again.cells if cell.mask.any()
        ]  # fmt: skip

    def _told(self, name: str, each: Disclosed, minimum: int) -> Finding:
        if each.how == NOT_BOUNDED:
            return _not_bounded(name)
        then = _other_versions(each.origins, self._version)
        if then:
            return _few_changed(name, then, self.cohort.version, minimum)
        return _together(name, each.releases)

    def _made_again(
        self, name: str, new: Sequence[QuerySet], before: Sequence[QuerySet], so_far: list[Finding]
    ) -> Iterator[Finding]:
        """Say so where numbers were released of another version, and enough people changed."""
        if any(finding.severity is Verdict.BLOCK for finding in so_far):
            return
        groups = {each.origin.removeprefix(self._version) for each in new}
        then = {
            _version_of(each.origin) for each in before
            if _group_of(each.origin) in groups and not each.origin.startswith(self._version)
        }  # fmt: skip
        if then:
            yield _made_of(name, sorted(then), self.cohort.version)


def _claims(file: Claimed) -> bool:
    return bool(file.side_car.by or file.side_car.where or file.side_car.selection)


# --- an origin: "cohort version group" ----------------------------------------------------------


def _group_of(origin: str) -> str:
    return origin.split(" ", 2)[2] if origin.count(" ") >= 2 else ""


def _version_of(origin: str) -> int:
    return int(origin.split(" ", 2)[1])


def _other_versions(origins: Sequence[str], mine: str) -> list[int]:
    """Return of which other versions the same groups are that a difference is of."""
    groups = {_group_of(origin) for origin in origins if origin.startswith(mine)}
    others = [o for o in origins if o and not o.startswith(mine)]
    if not groups or not others or any(_group_of(other) not in groups for other in others):
        return []
    return sorted({_version_of(other) for other in others})


# --- findings -----------------------------------------------------------------------------------


def _finding(
    rule: str, severity: Verdict, name: str, why: str, fix: str, **evidence: int
) -> Finding:
    return Finding(rule=rule, severity=severity, part=name, why=why, fix=fix, evidence=evidence)


def _miscounted(name: str, rows: Sequence[str]) -> Finding:
    why = f"The node counts otherwise in {len(rows):,} rows: {'; '.join(rows[:_SHOWN])}."
    fix = "Export the table as the cohort gives it, or correct the columns and values declared."
    return _finding("DIF302", Verdict.REVIEW, name, why, fix, n_rows=len(rows))


def _not_counted(name: str, why_not: str) -> Finding:
    why = f"It says which people its numbers are of, but the node cannot count them: {why_not}."
    fix = "Name columns of the cohort's individuals that the table has, or a selection of it."
    return _finding("DIF304", Verdict.REVIEW, name, why, fix)


def _together(name: str, releases: Sequence[str]) -> Finding:
    told = "; ".join(releases[:_SHOWN])
    why = f"Together with {told} its numbers give those of fewer people than the policy allows."
    return _finding("DIF301", Verdict.BLOCK, name, why, _FIX, n_releases=len(releases))


def _not_bounded(name: str) -> Finding:
    why = (
        "What its numbers give away with those released before could not be worked out in the time "
        "there is."
    )
    fix = "A reviewer compares it with earlier releases; fewer cells make it quick."
    return _finding("DIF303", Verdict.REVIEW, name, why, fix)


def _few_changed(name: str, then: Sequence[int], now: int, minimum: int) -> Finding:
    why = (
        f"The same numbers were released of version {_listed(then)} of the cohort, and this is "
        f"version {now}. Fewer than {minimum} people joined or left the groups between the two, so "
        "the difference of the numbers describes them."
    )
    fix = (
        "Keep the numbers that were released, or wait for a version that more people have joined "
        "or left; rounding both hides the difference."
    )
    return _finding("DIF305", Verdict.BLOCK, name, why, fix, n_versions=len(then))


def _made_of(name: str, then: Sequence[int], now: int) -> Finding:
    why = (
        f"The same numbers were released of version {_listed(then)} of the cohort, made again of "
        f"version {now}; each differs by nobody or by enough people."
    )
    return _finding("DIF305", Verdict.PASS, name, why, "", n_versions=len(then))


def _listed(versions: Sequence[int]) -> str:
    return " and ".join(map(str, versions))
