"""A change of consent makes new versions of the datasets it touches."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from sqlalchemy import select
from sqlalchemy.orm import Session

from gdi_spe.boundary.errors import BadInput
from gdi_spe.node.cohorts import pedigree, seals
from gdi_spe.node.cohorts.consent import (
    SECONDARY_USE,
    ConsentRecords,
    Statement,
    read_consent,
    to_csv,
)
from gdi_spe.node.cohorts.ingest import publish_dataset
from gdi_spe.node.cohorts.renewal import Renewal, renew
from gdi_spe.node.cohorts.tables import DatasetRow
from gdi_spe.node.cohorts.versions import DatasetVersionRef, current_dataset
from gdi_spe.node.cohorts.writing import CONSENT_FILE, writing
from gdi_spe.node.database.engine import Database
from gdi_spe.store.folder import DatasetFolder
from gdi_spe.store.germline import samples_from
from gdi_spe.store.schemas import PERSON_TABLES
from gdi_spe.store.writing import folders
from gdi_spe.store.writing.subset import write_without


class NobodyConcerned(BadInput):
    """A consent file that speaks of nobody whom this node holds."""

    code = "nobody-concerned"


@dataclass(frozen=True)
class ConsentChange:
    """What a consent file changed."""

    # (dataset, new version, how many individuals it no longer holds)
    datasets: tuple[tuple[str, int, int], ...]
    # What became of the cohorts that people have left.
    cohorts: tuple[Renewal, ...]
    n_unknown: int


def apply(
    database: Database, home: Path, file: Path, now: datetime, actor: str = "admin"
) -> ConsentChange:
    """Take new statements in; who has refused or withdrawn leaves the dataset, and its cohorts.

    Each dataset gets its new version at once. A cohort that people have left gets its own at
    once, or when policy lets it.

    Raises
    ------
    BadInput
        If the file is not understood.
    NobodyConcerned
        If none of its individuals is in a dataset here.
    """
    told = read_consent(file)
    home = home.resolve()
    with database.read() as session:
        refs = _current(session, home)
    made: list[tuple[str, int, int]] = []
    seen: set[str] = set()
    for ref in refs:
        seals.check_quick(seals.opened(home, ref.seal, ref.signature), ref.path)
        folder = DatasetFolder(ref.path)
        here = frozenset(folder.table("individuals")["individual_id"].to_pylist())
        own = [s for s in told.statements if s.subject_id in here]
        seen |= {s.subject_id for s in own}
        if own:
            made.append(_renew(database, home, ref, folder, own, now, actor))
    unknown = {s.subject_id for s in told.statements} - seen
    if not made:
        raise NobodyConcerned("none of these individuals is in a dataset here", source=str(file))
    return ConsentChange(tuple(made), renew(database, home, now, actor), len(unknown))


def _current(session: Session, home: Path) -> list[DatasetVersionRef]:
    rows = session.scalars(select(DatasetRow).order_by(DatasetRow.id)).all()
    return [current_dataset(session, home, row.id) for row in rows if row.retired_at is None]


def _renew(
    database: Database,
    home: Path,
    ref: DatasetVersionRef,
    folder: DatasetFolder,
    statements: Iterable[Statement],
    now: datetime,
    actor: str,
) -> tuple[str, int, int]:
    path = folder.path / CONSENT_FILE
    earlier = read_consent(path).statements if path.is_file() else ()
    records = ConsentRecords.of(dict.fromkeys((*earlier, *statements)))
    people = folder.table("individuals")["individual_id"].to_pylist()
    stay = {p for p in people if not _has_left(records, p, now)}
    with (
        writing(home, ref.dataset_id),
        folders.staged(home / "datasets") as staging,
    ):
        n_variants, n_samples = _write(staging, folder, stay, records)
        draft = folder.manifest.model_copy(
            update={
                "consent": folder.manifest.consent.model_copy(
                    update={"purpose": SECONDARY_USE, "records_sha256": records.sha256()}
                ),
                "n_individuals": len(stay),
                "n_samples": n_samples,
                "n_variants": n_variants,
                "members": folders.members_of(staging),
            }
        )
        version = publish_dataset(database, home, staging, draft, now, actor, "consent")
    return ref.dataset_id, version, len(people) - len(stay)


def _has_left(records: ConsentRecords, person: str, now: datetime) -> bool:
    # TRUST: who said no is no longer held; who is merely unknown is kept out by each cohort.
    return records.decide(person, SECONDARY_USE, now).why in ("refused", "withdrawn")


def _write(
    staging: Path, folder: DatasetFolder, stay: set[str], records: ConsentRecords
) -> tuple[int, int]:
    kept = pa.array(sorted(stay), pa.string())
    tables = {
        name: table.filter(pc.is_in(table["individual_id"], value_set=kept))
        for name, table in ((name, folder.table(name)) for name in PERSON_TABLES)
    }
    tables["pedigree"] = pedigree.restricted(tables["pedigree"], stay)
    columns = np.array(sorted(tables["samples"]["sample_index"].to_pylist()), np.int64)
    order = tables["samples"].sort_by("sample_index")
    renumbered = pa.array(range(len(columns)), pa.int32())
    tables["samples"] = order.set_column(0, order.schema.field("sample_index"), renumbered)
    for name, table in tables.items():
        folders.write_table(staging, name, table)
    (staging / CONSENT_FILE).write_bytes(to_csv(records.statements))
    samples = samples_from(tables["samples"], tables["individuals"])
    return write_without(staging, folder, columns, samples), len(columns)
