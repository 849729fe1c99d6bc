"""The node's own manifest of a folder: signed, with what a quick check compares.

The public manifest in the folder holds nothing that varies with people outside the cohort; this
one, kept in the database, has instants, exclusion counts, and size, time and inode of each file.
"""

from __future__ import annotations

import stat
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from pydantic import Field, ValidationError

from gdi_spe.boundary.errors import Tampered
from gdi_spe.boundary.manifest import Frozen, Member, canonical_json
from gdi_spe.node.audit.keys import load_or_make_signing_key
from gdi_spe.store.writing.folders import sha256_of


class CohortTampered(Tampered):
    """A dataset's or cohort's folder is not what the node sealed."""

    code = "cohort-tampered"


class SealedFile(Frozen):
    """One file as it lay there when it was sealed."""

    sha256: str
    size: int
    mtime_ns: int
    # Time of the last change of content or facts; unlike mtime nobody can set it.
    ctime_ns: int
    inode: int


class Seal(Frozen):
    """What the node knows about one version of a dataset or cohort."""

    resource: str
    version: int
    path: str
    sealed_at: datetime
    # How many individuals were left out, by reason: never shown to researchers.
    excluded: dict[str, int] = Field(default_factory=dict)
    notes: tuple[str, ...] = ()
    files: dict[str, SealedFile]


@dataclass(frozen=True)
class Told:
    """What is said of a version besides its files."""

    excluded: Mapping[str, int] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    # Hashes that the same process took of these files a moment ago.
    hashes: Mapping[str, Member] = field(default_factory=dict)


def seal(
    home: Path,
    folder: Path,
    resource: str,
    version: int,
    now: datetime,
    told: Told | None = None,
) -> tuple[str, str]:
    """Hash a folder in its place; return the node's manifest and its signature."""
    told = told or Told()
    made = Seal(
        resource=resource,
        version=version,
        path=str(folder),
        sealed_at=now,
        excluded=dict(told.excluded),
        notes=told.notes,
        files={name: _sealed(folder / name, told.hashes.get(name)) for name in _names(folder)},
    )
    text = canonical_json(made)
    return text.decode(), load_or_make_signing_key(home).sign(text).hex()


def opened(home: Path, text: str, signature: str) -> Seal:
    """Return the node's manifest, if the node's key signed it.

    Raises
    ------
    CohortTampered
        If it did not.
    """
    # TRUST: what the database says about a folder counts only with the node's signature.
    try:
        key = load_or_make_signing_key(home).public_key()
        key.verify(bytes.fromhex(signature), text.encode())
        return Seal.model_validate_json(text)
    except (InvalidSignature, ValueError, ValidationError):
        raise CohortTampered("the signature of a manifest is not the node's") from None


def check_quick(found: Seal, folder: Path) -> None:
    """Compare names, sizes, times and inodes: what changed since the full hashing is refused.

    Raises
    ------
    CohortTampered
        Naming the first file that differs.
    """
    # TRUST: no file more, none less, none touched; content is compared by `check_content`.
    if found.path != str(folder):
        raise CohortTampered(f"{folder} is not where {found.resource} was sealed")
    names = _names(folder)
    if names != sorted(found.files):
        odd = sorted(set(names) ^ set(found.files))
        raise CohortTampered(f"{folder}: {odd[0]} was added or removed")
    for name, file in found.files.items():
        if _facts(folder / name) != (file.size, file.mtime_ns, file.ctime_ns, file.inode):
            raise CohortTampered(f"{folder / name} is not the file that was sealed")


def check_content(found: Seal, folder: Path) -> None:
    """Hash every file again.

    Raises
    ------
    CohortTampered
        Naming the first file that differs.
    """
    check_quick(found, folder)
    _check_bytes(found, folder)


def _check_bytes(found: Seal, folder: Path) -> None:
    for name, file in found.files.items():
        if sha256_of(folder / name) != file.sha256:
            raise CohortTampered(f"{folder / name} has other bytes than when it was sealed")


def seal_again(home: Path, found: Seal, folder: Path) -> tuple[str, str]:
    """Seal the same bytes where they lie now; what else was sealed stays.

    Raises
    ------
    CohortTampered
        Naming the first file that is not there, is new, is a link or has other bytes.
    """
    # TRUST: place, time and inode may have changed with a restore; names and bytes must not.
    if odd := sorted(set(_names(folder)) ^ set(found.files)):
        raise CohortTampered(f"{folder}: {odd[0]} was added or removed")
    for name in found.files:
        if not stat.S_ISREG((folder / name).lstat().st_mode):
            raise CohortTampered(f"{folder / name} is no file")
    facts = {name: _sealed(folder / name, None) for name in found.files}
    for name, file in found.files.items():
        if facts[name].sha256 != file.sha256:
            raise CohortTampered(f"{folder / name} has other bytes than when it was sealed")
    made = found.model_copy(update={"path": str(folder), "files": facts})
    text = canonical_json(made)
    return text.decode(), load_or_make_signing_key(home).sign(text).hex()


def _names(folder: Path) -> list[str]:
    # A link counts as a file: none was sealed, so one that appears is noticed.
    paths = (p for p in folder.rglob("*") if p.is_symlink() or not p.is_dir())
    return sorted(path.relative_to(folder).as_posix() for path in paths)


def _facts(path: Path) -> tuple[int, int, int, int]:
    facts = path.lstat()
    return facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns, facts.st_ino


def _sealed(path: Path, known: Member | None) -> SealedFile:
    size, mtime_ns, ctime_ns, inode = _facts(path)
    is_known = known is not None and known.size == size
    digest = known.sha256 if known is not None and is_known else sha256_of(path)
    return SealedFile(sha256=digest, size=size, mtime_ns=mtime_ns, ctime_ns=ctime_ns, inode=inode)
