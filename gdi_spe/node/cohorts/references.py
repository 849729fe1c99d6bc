"""References: releases of outside knowledge that the admin adds, versioned and hashed."""

from __future__ import annotations

import gzip
import os
import shutil
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from gdi_spe.boundary.errors import BadInput
from gdi_spe.boundary.manifest import Reference
from gdi_spe.node.audit.log import Event, record
from gdi_spe.node.cohorts.tables import ReferenceRow
from gdi_spe.store.writing.folders import sha256_of, sync
from gdi_spe.terms import obo
from gdi_spe.terms.codes import BY_SPELLING

ONTOLOGY, GTF = "ontology", "gtf"
KINDS = (ONTOLOGY, GTF)


@dataclass(frozen=True)
class AddedReference:
    """A reference on this node."""

    kind: str
    name: str
    release: str
    sha256: str
    path: Path
    added_at: datetime

    def to_manifest(self) -> Reference:
        """Return what a cohort's manifest tells of it."""
        return Reference(kind=self.kind, name=self.name, version=self.release, sha256=self.sha256)


def add(
    session: Session, home: Path, kind: str, file: Path, now: datetime, actor: str = "admin"
) -> AddedReference:
    """Add a release; from now on it is the one that counts under its name.

    Raises
    ------
    BadInput
        If the file is not what ``kind`` says.
    """
    name, release = _ontology(file) if kind == ONTOLOGY else _gtf(kind, file)
    digest = sha256_of(file)
    known = session.scalars(
        select(ReferenceRow).where(
            ReferenceRow.kind == kind, ReferenceRow.name == name, ReferenceRow.sha256 == digest
        )
    ).first()
    if known is not None and (home.resolve() / "references" / known.file).is_file():
        return _added(home, known)
    stored = _store(home, file, name, digest)
    row = ReferenceRow(
        kind=kind, name=name, release=release, sha256=digest, file=stored, added_at=now
    )
    session.add(row)
    facts = {"name": name, "release": release, "sha256": digest}
    record(session, Event("reference.added", actor, f"{kind}:{name}", facts), now)
    return _added(home, row)


def current(session: Session, home: Path) -> tuple[AddedReference, ...]:
    """Return the newest release of each name."""
    rows = session.scalars(select(ReferenceRow).order_by(ReferenceRow.id)).all()
    newest = {(row.kind, row.name): row for row in rows}
    return tuple(_added(home, newest[key]) for key in sorted(newest))


def every(session: Session, home: Path) -> tuple[AddedReference, ...]:
    """Return all releases, oldest first."""
    rows = session.scalars(select(ReferenceRow).order_by(ReferenceRow.id)).all()
    return tuple(_added(home, row) for row in rows)


def _added(home: Path, row: ReferenceRow) -> AddedReference:
    path = home.resolve() / "references" / row.file
    return AddedReference(row.kind, row.name, row.release, row.sha256, path, row.added_at)


def _ontology(file: Path) -> tuple[str, str]:
    prefix = BY_SPELLING[file.stem].prefix if file.stem in BY_SPELLING else file.stem.upper()
    if prefix not in BY_SPELLING:
        raise BadInput(
            "the file's name is not the prefix of a known code system",
            source=str(file),
            remedy="Name it as in MONDO.obo",
        )
    return prefix, obo.load(file, prefix).version or "unversioned"


def _gtf(kind: str, file: Path) -> tuple[str, str]:
    if kind != GTF:
        raise BadInput(f"unknown kind {kind!r}", remedy=f"One of {', '.join(KINDS)}")
    release = "unversioned"
    try:
        with gzip.open(file, "rt") if file.suffix == ".gz" else file.open() as lines:
            for number, line in enumerate(lines, start=1):
                if line.startswith("#"):
                    release = line.strip("#! \n") if number == 1 else release
                elif len(line.split("\t")) != 9:
                    raise BadInput("not nine columns", source=str(file), line=number)
                else:
                    return file.name.split(".")[0], release
    except (OSError, UnicodeDecodeError, EOFError) as error:
        raise BadInput(f"cannot be read ({error})", source=str(file)) from None
    raise BadInput("there are no features", source=str(file))


def _store(home: Path, file: Path, name: str, digest: str) -> str:
    suffix = "".join(file.suffixes[-2:]) if file.suffix == ".gz" else file.suffix
    folder = home.resolve() / "references" / digest[:16]
    folder.mkdir(parents=True, exist_ok=True, mode=0o755)
    aside = folder / f".{name}{suffix}.{os.getpid()}"
    shutil.copyfile(file, aside)
    aside.chmod(0o444)
    sync(aside)
    aside.replace(folder / f"{name}{suffix}")
    sync(folder)
    return f"{digest[:16]}/{name}{suffix}"
