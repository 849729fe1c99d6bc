"""New versions of the cohorts that people have left: by withdrawal, or because a consent ended."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import pyarrow.parquet as pq
from sqlalchemy.orm import Session

from gdi_spe.boundary.errors import Refused, SpeError, Tampered, Unavailable
from gdi_spe.boundary.policy import CohortPolicy
from gdi_spe.node.audit.log import Event, record
from gdi_spe.node.cohorts import definitions, materialise, references, rules, selecting, versions
from gdi_spe.node.cohorts.comparing import CohortWaits, names_path
from gdi_spe.node.cohorts.definitions import Cohort
from gdi_spe.node.cohorts.writing import AlreadyWriting
from gdi_spe.node.database.engine import Database

RENEWED, WAITS, ENDED, LATER = "renewed", "waits", "ended", "later"
# What passes by itself, or by an admin's hand: tried again with the next look.
_TRIED_AGAIN = (AlreadyWriting, materialise.DatasetChanged, Tampered, Unavailable)


@dataclass(frozen=True)
class Renewal:
    """What became of a cohort that people have left; how many they are is not told."""

    cohort_id: str
    outcome: str
    version: int | None = None
    due_at: datetime | None = None
    why: str = ""


def renew(
    database: Database, home: Path, now: datetime, actor: str = "node"
) -> tuple[Renewal, ...]:
    """Make the versions that are due; a cohort that nobody has left is not touched.

    Where no new version can be made, because too few are left say, the old one ends all the same.
    """
    home = home.resolve()
    with database.read() as session:
        cohorts = definitions.every(session)
    looked = (_looked_at(database, home, cohort, now, actor) for cohort in cohorts)
    return tuple(renewal for renewal in looked if renewal is not None)


def _looked_at(
    database: Database, home: Path, cohort: Cohort, now: datetime, actor: str
) -> Renewal | None:
    """Renew one cohort if people have left it; what goes wrong with it holds back no other."""
    try:
        with database.read() as session:
            if not _is_outdated(session, home, cohort, now):
                return None
        made = materialise.materialise(database, home, cohort.id, now, actor)
        return Renewal(cohort.id, RENEWED, made.version)
    except CohortWaits as waits:
        return Renewal(cohort.id, WAITS, due_at=waits.due_at, why=waits.code)
    except _TRIED_AGAIN as error:
        return Renewal(cohort.id, LATER, why=error.code)
    except SpeError as error:
        # TRUST: that no new version can be made is no reason to go on with the old one.
        end(database, home, cohort, error.code, now, actor)
        return Renewal(cohort.id, ENDED, why=error.code)


def _is_outdated(session: Session, home: Path, cohort: Cohort, now: datetime) -> bool:
    """Say whether somebody is in a cohort's newest version who may be in no new one."""
    row = versions.latest_row(session, cohort.id)
    if row is None or row.ended_at is not None or cohort.retired_at is not None:
        return False
    path = names_path(home, cohort.opaque, row.version)
    # TRUST: without the list of who is in it nobody can say that all of them still may be.
    if not path.is_file():
        return True
    held = pq.read_table(path, columns=["dataset_id", "individual_id"]).to_pylist()
    people: dict[str, set[str]] = {}
    for each in held:
        people.setdefault(each["dataset_id"], set()).add(each["individual_id"])
    refs = [versions.current_dataset(session, home, name) for name in sorted(people)]
    approved = selecting.approved_of(session, cohort.id)
    with selecting.hierarchies_of(references.ontologies(session, home)) as hierarchies:
        question = selecting.Question(None, cohort.definition.purposes, approved, hierarchies, now)
        folders = selecting.sealed(home, refs)
        try:
            chosen, _ = selecting.allowed(refs, folders, question)
        except Refused:
            return True
    return any(people[part.ref.dataset_id] - part.people for part in chosen)


def end(
    database: Database, home: Path, cohort: Cohort, why: str, now: datetime, actor: str
) -> None:
    """End every version of a cohort that people have left and that has no successor."""
    until = now + keeping(rules.cohort_policy(home))
    with database.write() as session:
        rows = versions.standing_rows(session, cohort.id)
        versions.end_versions(session, rows, versions.PEOPLE_LEFT, now, until)
        record(session, Event("cohort.ended", actor, cohort.id, {"why": why}), now)


def keeping(policy: CohortPolicy | None) -> timedelta:
    """Return how long a workspace may go on with a version that people have left."""
    return timedelta(days=policy.old_version_days if policy is not None else 0)
