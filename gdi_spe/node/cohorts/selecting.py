"""Who is in a cohort: selected by its query, allowed by consent and by the conditions of use."""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from gdi_spe.boundary.errors import BadInput, Refused
from gdi_spe.node.cohorts import duo, references, seals
from gdi_spe.node.cohorts.consent import (
    SECONDARY_USE,
    Decision,
    excluded_by_reason,
    read_consent,
)
from gdi_spe.node.cohorts.tables import CohortApprovalRow
from gdi_spe.node.cohorts.versions import DatasetVersionRef
from gdi_spe.node.cohorts.writing import CONSENT_FILE
from gdi_spe.query.beacon import selecting as beacon
from gdi_spe.query.genotypes import UnknownGene
from gdi_spe.store.folder import DatasetFolder
from gdi_spe.terms.references import Hierarchies


class SamePerson(BadInput):
    """An individual is in two datasets of one cohort and would be counted twice."""

    code = "same-person"


class PurposeNotPermitted(Refused):
    """The conditions of a dataset do not allow what the cohort's project is for."""

    code = "purpose-not-permitted"

    def __init__(self, dataset_id: str, condition: duo.Use) -> None:
        self.public_message = (
            f"{dataset_id} may not be used for this cohort's purposes: its condition {condition} "
            f"({duo.TERMS[condition.code]}) is not met. Define the cohort with --purpose."
        )
        super().__init__(self.public_message)


class CommitteeNeeded(Refused):
    """A condition of a dataset that only its data access committee can find to be met."""

    code = "committee-needed"

    def __init__(self, dataset_id: str, condition: duo.Use) -> None:
        self.public_message = (
            f"{dataset_id} has the condition {condition} ({duo.TERMS[condition.code]}), which "
            "needs the data access committee. Record its decision by: gdi-spe cohort approve "
            f"ID --condition {condition} --why TEXT"
        )
        super().__init__(self.public_message)


@dataclass(frozen=True)
class Chosen:
    """The people taken from one dataset."""

    ref: DatasetVersionRef
    folder: DatasetFolder
    people: frozenset[str]


@dataclass(frozen=True)
class Question:
    """What decides who is in a cohort, besides the datasets."""

    query: Mapping[str, Any] | None
    purposes: tuple[str, ...]
    approved: frozenset[str]
    hierarchies: Hierarchies
    now: datetime


def approved_of(session: Session, cohort_id: str) -> frozenset[str]:
    """Return the conditions that the committee has found to be met by a cohort."""
    rows = select(CohortApprovalRow.condition).where(CohortApprovalRow.cohort_id == cohort_id)
    return frozenset(session.scalars(rows))


def sealed(home: Path, refs: Sequence[DatasetVersionRef]) -> list[DatasetFolder]:
    """Open datasets, if each is what was sealed."""
    for ref in refs:
        seals.check_quick(seals.opened(home, ref.seal, ref.signature), ref.path)
    return [DatasetFolder(ref.path) for ref in refs]


@contextmanager
def hierarchies_of(added: Sequence[references.AddedReference]) -> Iterator[Hierarchies]:
    """Show the ontologies of the node as one folder, each read when it is needed."""
    with tempfile.TemporaryDirectory() as folder:
        for reference in added:
            (Path(folder) / reference.path.name).symlink_to(reference.path)
        yield Hierarchies(Path(folder))


def choose(
    refs: Sequence[DatasetVersionRef], folders: Sequence[DatasetFolder], question: Question
) -> tuple[list[Chosen], dict[str, int]]:
    """Return the people of each dataset, and how many were left out by reason.

    Raises
    ------
    SamePerson
        If an individual is in two of the datasets.
    PurposeNotPermitted, CommitteeNeeded
        If a condition of a whole dataset is not met; one of a person leaves the person out.
    HierarchyMissing, UnknownGene
        If a part of the query cannot be answered.
    """
    chosen, excluded = allowed(refs, folders, question)
    _refuse_same_person(chosen)
    return chosen, excluded


def allowed(
    refs: Sequence[DatasetVersionRef], folders: Sequence[DatasetFolder], question: Question
) -> tuple[list[Chosen], dict[str, int]]:
    """Return who fits and may be used, whether or not somebody is in two datasets."""
    judge = _judge(question)
    for ref in refs:
        _refuse_purpose(ref, judge)
    chosen: list[Chosen] = []
    decisions: list[Decision] = []
    fit = fitting(folders, question.query, question.hierarchies)
    for ref, folder, people in zip(refs, folders, fit, strict=True):
        decided = _decisions(folder, people, question.now, judge)
        decisions += decided.values()
        chosen.append(Chosen(ref, folder, frozenset(p for p, d in decided.items() if d.is_in)))
    return chosen, excluded_by_reason(decisions)


def fitting(
    folders: Sequence[DatasetFolder], query: Mapping[str, Any] | None, hierarchies: Hierarchies
) -> list[frozenset[str]]:
    """Return whom the query selects in each dataset; everybody where there is none."""
    found: list[frozenset[str]] = []
    unknown: list[UnknownGene] = []
    for folder in folders:
        people = frozenset(folder.table("individuals")["individual_id"].to_pylist())
        try:
            if query is not None:
                people &= beacon.select(folder, query, hierarchies, is_strict=True)
        except UnknownGene as error:
            # A dataset without the gene has nobody who carries a variant in it; that no dataset
            # has it is a mistake in the query.
            unknown.append(error)
            people = frozenset()
        found.append(people)
    if folders and len(unknown) == len(folders):
        raise unknown[0]
    return found


# Returns the first condition of several that is not met.
Judge = Callable[[tuple[str, ...]], tuple[duo.Use, duo.Match] | None]


def _judge(question: Question) -> Judge:
    purposes = duo.purposes_of(question.purposes)

    @cache
    def kinds(term: str) -> frozenset[str]:
        asked = {purpose.of for purpose in purposes}
        # The same disease needs no hierarchy; a kind of it does.
        return frozenset({term}) if asked <= {term, ""} else question.hierarchies.expand(term)

    @cache
    def judge(conditions: tuple[str, ...]) -> tuple[duo.Use, duo.Match] | None:
        for condition in map(duo.read, conditions):
            found = duo.match(condition, purposes, kinds)
            # TRUST: a committee's word stands in for what a machine cannot see, never for a no.
            if found is duo.Match.COMMITTEE and str(condition) in question.approved:
                continue
            if found is not duo.Match.YES:
                return condition, found
        return None

    return judge


def _refuse_purpose(ref: DatasetVersionRef, judge: Judge) -> None:
    unmet = judge(ref.conditions)
    if unmet is None:
        return
    condition, found = unmet
    refusal = CommitteeNeeded if found is duo.Match.COMMITTEE else PurposeNotPermitted
    raise refusal(ref.dataset_id, condition)


def _decisions(
    folder: DatasetFolder, people: frozenset[str], now: datetime, judge: Judge
) -> dict[str, Decision]:
    # TRUST: an individual comes in by a consent that is valid now, or by the admin's waiver.
    if folder.manifest.consent.waived:
        return {person: Decision(True, "waived") for person in people}
    records = read_consent(folder.path / CONSENT_FILE)
    return {
        person: _conditioned(records.decide(person, SECONDARY_USE, now), judge) for person in people
    }


def _conditioned(decision: Decision, judge: Judge) -> Decision:
    """Leave out whose own conditions the project does not meet."""
    unmet = judge(decision.duo) if decision.is_in else None
    if unmet is None:
        return decision
    why = "committee" if unmet[1] is duo.Match.COMMITTEE else "purpose"
    return Decision(False, why, decision.duo)


def _refuse_same_person(chosen: Sequence[Chosen]) -> None:
    seen = Counter(person for part in chosen for person in part.people)
    twice = sorted(person for person, n in seen.items() if n > 1)
    if twice:
        raise SamePerson(
            f"{len(twice)} individuals are in two datasets of the cohort, {twice[0]!r} first",
            remedy="Ingest one of the datasets again without them",
        )
