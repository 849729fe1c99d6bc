"""References: releases of outside knowledge that the admin adds, versioned and hashed."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from sqlalchemy import select
from sqlalchemy.orm import Session

from gdi_spe.boundary.errors import BadInput, Tampered
from gdi_spe.boundary.manifest import DatasetManifest, Reference
from gdi_spe.node.audit.log import Event, Fact, record
from gdi_spe.node.cohorts.tables import ReferenceRow
from gdi_spe.node.database.engine import Database
from gdi_spe.store.writing.folders import put_in_place, sha256_of, staged
from gdi_spe.terms import hpo
from gdi_spe.terms.references import Hierarchies

# What only reads files in is imported by the functions that do: a cohort is made without it.
if TYPE_CHECKING:
    from gdi_spe.node.cohorts.reference_kinds import Progress
    from gdi_spe.store.reading.genes import GeneIndex
    from gdi_spe.store.reading.normalise import Normaliser

ONTOLOGY, GTF, FASTA, STAR_ALLELES = "ontology", "gtf", "fasta", "star-alleles"
SCORE = "score"
# Of these each name is in use for itself, of the others one release an assembly.
_NAMED = (ONTOLOGY, SCORE)
_FOLDER = "references"


class ReferenceTampered(Tampered):
    """What the node keeps of a reference is not what it kept when it was added."""

    code = "reference-tampered"


@dataclass(frozen=True)
class AddedReference:
    """A reference on this node."""

    kind: str
    name: str
    release: str
    assembly: str
    sha256: str
    stored_sha256: str
    path: Path
    added_at: datetime

    def __str__(self) -> str:
        return f"{self.kind} {self.name} {self.release} ({self.sha256[:16]})"

    def to_manifest(self) -> Reference:
        """Return what a manifest tells of it."""
        return Reference.model_validate(
            {
                "kind": self.kind,
                "name": self.name,
                "version": self.release,
                "sha256": self.sha256,
                "assembly": self.assembly or None,
            }
        )

    def check(self) -> Path:
        """Hash again what the node keeps, and return where it is.

        Raises
        ------
        ReferenceTampered
            If it is not what it was when it was added.
        """
        # TRUST: what was hashed when it was added is what counts, not what lies there now.
        if not self.path.is_file() or sha256_of(self.path) != self.stored_sha256:
            raise ReferenceTampered(f"{self.path} is not the release that was added")
        return self.path


@dataclass(frozen=True)
class Coordinates:
    """The references that a dataset of one assembly is read with; None where none was added."""

    gtf: AddedReference | None
    fasta: AddedReference | None

    def normaliser(self, sources: Sequence[str]) -> Normaliser | None:
        """Return what checks and left-aligns the variants of some files, None without FASTA."""
        from gdi_spe.store.reading.normalise import Normaliser

        return None if self.fasta is None else Normaliser(self.fasta.path, sources)

    def genes(self) -> GeneIndex | None:
        """Return what finds genes by position, None without GTF."""
        from gdi_spe.store.reading.genes import GeneIndex

        return None if self.gtf is None else GeneIndex.read(self.gtf.check())

    def told(self, assembly: str) -> list[str]:
        """Say for the admin what a dataset is read with, and what is left undone without it."""
        with_fasta = f"REF checked and indels left-aligned against {self.fasta}"
        with_gtf = f"genes by position from {self.gtf}"
        return [
            with_fasta if self.fasta else f"indels as written: no FASTA of {assembly} was added",
            with_gtf if self.gtf else f"genes as annotated alone: no GTF of {assembly} was added",
        ]

    def to_manifest(self) -> tuple[Reference, ...]:
        """Return what a dataset's manifest tells of them."""
        return tuple(each.to_manifest() for each in (self.fasta, self.gtf) if each is not None)


def add(
    database: Database,
    home: Path,
    kind: str,
    file: Path,
    now: datetime,
    actor: str = "admin",
    assembly: str = "",
    progress: Progress = lambda _done, _of: None,
) -> AddedReference:
    """Add a release; from now on it is the one that counts under its kind, name and assembly.

    Parameters
    ----------
    database, home
        The node's.
    kind, file
        ``ontology``, ``gtf``, ``fasta``, ``star-alleles`` or ``score``, and a file of that kind.
    now, actor
        When, and on whose behalf.
    assembly
        For a GTF or FASTA that does not tell its own: GRCh37 or GRCh38.
    progress
        Called with how many bytes of the file were read, and how many it has.

    Raises
    ------
    BadInput
        If the file is not what ``kind`` says, or is of another assembly or of none that is known.
    """
    from gdi_spe.node.cohorts.reference_kinds import KINDS

    if kind not in KINDS:
        raise BadInput(f"unknown kind {kind!r}", remedy=f"One of {', '.join(KINDS)}")
    digest = _sha256_of(file)
    with database.read() as session:
        same = [r for r in every(session, home) if (r.kind, r.sha256) == (kind, digest)]
        in_use = current(session, home)
    kept = (
        same[-1] if same and _is_whole(same[-1]) and assembly in ("", same[-1].assembly) else None
    )
    if kept is not None and kept in in_use:
        return kept
    row = _row_of(kept, home) if kept else _bring_in(home, kind, file, digest, assembly, progress)
    row.added_at = now
    with database.write() as session:
        session.add(row)
        facts: dict[str, Fact] = {
            "name": row.name,
            "release": row.release,
            "assembly": row.assembly,
            "sha256": digest,
        }
        record(session, Event("reference.added", actor, f"{kind}:{row.name}", facts), now)
        return _added(home, row)


def current(session: Session, home: Path) -> tuple[AddedReference, ...]:
    """Return what is in use: the newest ontology of a name, and of other kinds of an assembly."""
    newest = {
        (r.kind, r.name if r.kind in _NAMED else "", r.assembly): r for r in every(session, home)
    }
    return tuple(newest[key] for key in sorted(newest))


def of_assembly(session: Session, home: Path, assembly: str) -> Coordinates:
    """Return the GTF and FASTA in use for an assembly; never those of another."""
    found = {r.kind: r for r in current(session, home) if r.assembly == assembly}
    return Coordinates(found.get(GTF), found.get(FASTA))


def ontologies(session: Session, home: Path) -> list[AddedReference]:
    """Return the newest release of each ontology."""
    return [found for found in current(session, home) if found.kind == ONTOLOGY]


def brought(session: Session, home: Path, assemblies: AbstractSet[str]) -> list[AddedReference]:
    """Return what comes with a cohort: the ontologies, and the star alleles of its assembly."""
    found = [r for r in current(session, home) if r.kind == STAR_ALLELES]
    return ontologies(session, home) + [r for r in found if r.assembly in assemblies]


def scores(session: Session, home: Path) -> tuple[Path, ...]:
    """Return the scoring files whose weights are public: the newest of each score."""
    # TRUST: what is released because it is in such a file is released because of these bytes.
    return tuple(each.check() for each in current(session, home) if each.kind == SCORE)


def shaping(
    known: Iterable[AddedReference], datasets: Iterable[DatasetManifest], hierarchies: Hierarchies
) -> tuple[Reference, ...]:
    """Return every release that a cohort's manifest names, each once, in one order.

    They are those that lie in it, what its datasets were read with, and the HPO of the
    library ``hpo3`` where the query was answered with it.
    """
    found = {each.to_manifest() for each in known}
    found |= {reference for manifest in datasets for reference in manifest.references}
    if hierarchies.used_library:
        digest, version = hpo.sha256(), hpo.ontology().version
        found.add(Reference(kind=ONTOLOGY, name=hpo.PREFIX, version=version, sha256=digest))
    return tuple(sorted(found, key=lambda each: (each.kind, each.name, each.version, each.sha256)))


def every(session: Session, home: Path) -> tuple[AddedReference, ...]:
    """Return all releases, oldest first."""
    rows = session.scalars(select(ReferenceRow).order_by(ReferenceRow.id)).all()
    return tuple(_added(home, row) for row in rows)


def _is_whole(kept: AddedReference) -> bool:
    return kept.path.is_file() and sha256_of(kept.path) == kept.stored_sha256


def _bring_in(
    home: Path, kind: str, file: Path, digest: str, assembly: str, progress: Progress
) -> ReferenceRow:
    """Let a reader write what is kept, and give the folder its place: whole or not at all."""
    root = home.resolve() / _FOLDER
    target = root / f"{digest[:16]}-{kind}"
    with staged(root) as staging:
        from gdi_spe.node.cohorts.reference_kinds import KINDS

        content = KINDS[kind](file, staging, assembly, progress)
        put_in_place(staging, target)
    return ReferenceRow(
        kind=kind,
        name=content.name[:64],
        release=content.release,
        assembly=content.assembly,
        sha256=digest,
        stored_sha256=sha256_of(target / content.file),
        file=f"{target.name}/{content.file}",
    )


def _row_of(kept: AddedReference, home: Path) -> ReferenceRow:
    """Return a new row for a release that is kept already and comes into use again."""
    return ReferenceRow(
        kind=kept.kind,
        name=kept.name,
        release=kept.release,
        assembly=kept.assembly,
        sha256=kept.sha256,
        stored_sha256=kept.stored_sha256,
        file=kept.path.relative_to(home.resolve() / _FOLDER).as_posix(),
    )


def _sha256_of(file: Path) -> str:
    try:
        return sha256_of(file)
    except OSError as error:
        raise BadInput(f"cannot be read ({error.strerror})", source=str(file)) from None


def _added(home: Path, row: ReferenceRow) -> AddedReference:
    return AddedReference(
        row.kind,
        row.name,
        row.release,
        row.assembly,
        row.sha256,
        row.stored_sha256,
        home.resolve() / _FOLDER / row.file,
        row.added_at,
    )
