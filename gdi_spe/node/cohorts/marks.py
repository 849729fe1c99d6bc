"""The marks of everybody's names in a cohort version, made with it and kept for the node alone.

With them an export is searched for the names of the cohort, plain, hashed and encoded, without
reading all of them again.
"""

from __future__ import annotations

import os
import re
import secrets
from pathlib import Path

import pyarrow as pa

from gdi_spe.disclosure.names.sieve import Sieve

# A name from outside is looked for if it is no word or number that anything else may be called.
_TELLING = re.compile(r"(?=.*[A-Za-z])(?=.*\d).{6,}", re.DOTALL)


def keep_marks(folder: Path, version: int, names: pa.Table, samples: pa.Table) -> Path:
    """Write the marks of a version's names: its pseudonyms, and the names people came with."""
    pseudonyms = {
        *names["pseudonym"].to_pylist(), *samples["individual_id"].to_pylist(),
        *samples["sample_id"].to_pylist(),
    }  # fmt: skip
    own = {name for name in names["individual_id"].to_pylist() if _TELLING.fullmatch(name)}
    sieve = Sieve.of(name for name in pseudonyms | own if name)
    return keep_apart(folder / f"{version}.sieve", sieve.to_bytes())


def marks_of(folder: Path) -> Path | None:
    """Return where the marks of a cohort version are, by its folder; None where it has none."""
    # TRUST: they lie where no workspace is given anything of: beside who is behind a pseudonym.
    home, opaque = folder.parents[2], folder.parent.name
    path = home / "pseudonyms" / opaque / f"{folder.name}.sieve"
    return path if path.is_file() else None


def keep_apart(path: Path, data: bytes) -> Path:
    """Write a file that only the node may read, whole or not at all."""
    aside = path.with_name(f".{secrets.token_hex(8)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    return path
