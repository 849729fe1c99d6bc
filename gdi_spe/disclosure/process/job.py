"""One check as the node orders it, and what comes back: files in a folder, JSON beside them."""

from __future__ import annotations

from pathlib import Path

from gdi_spe.boundary.findings import RequestReport
from gdi_spe.boundary.identifiers import FileName, Sha256
from gdi_spe.boundary.manifest import Frozen
from gdi_spe.boundary.policy import DisclosurePolicy
from gdi_spe.disclosure.evidence.context import CheckContext


class JobFile(Frozen):
    """A file to judge: its bytes' place, and the name it was given."""

    name: FileName
    path: Path


class Job(Frozen):
    """What to judge, by which policy, knowing what."""

    files: tuple[JobFile, ...]
    policy: DisclosurePolicy
    context: CheckContext


class CanonicalFile(Frozen):
    """Canonical bytes in the output folder."""

    name: str
    canonical_name: FileName
    media_type: str
    sha256: Sha256
    place: int
    # Whether its one table lies beside it as CSV, for the node to count again.
    has_table: bool = False


class Outcome(Frozen):
    """What the check found and wrote."""

    report: RequestReport
    canonical: tuple[CanonicalFile, ...]
    held: tuple[str, ...] = ()
