"""The node's Crypt4GH key: who submits genotypes encrypts them for its public half."""

from __future__ import annotations

from pathlib import Path

from gdi_spe.boundary.errors import Tampered
from gdi_spe.node.audit.keys import write_new_key
from gdi_spe.store.reading.encrypted import Crypt4ghKey

PRIVATE_NAME = "crypt4gh.sec"


def find_crypt4gh_key(home: Path) -> Crypt4ghKey | None:
    """Return the node's key, or None where none has been made.

    Raises
    ------
    Tampered
        If others than its owner may read it.
    """
    path = home / "keys" / PRIVATE_NAME
    if not path.exists():
        return None
    # TRUST: what is encrypted for a key that others could have read is no secret.
    if path.stat().st_mode & 0o077:
        raise Tampered(f"{path} may be read by others than its owner")
    return Crypt4ghKey.load(path)


def load_or_make_crypt4gh_key(home: Path) -> Crypt4ghKey:
    """Return the node's key, made at first use in ``$HOME/keys`` (0600)."""
    found = find_crypt4gh_key(home)
    if found is not None:
        return found
    write_new_key(home / "keys" / PRIVATE_NAME, Crypt4ghKey.generate().private_text().encode())
    made = find_crypt4gh_key(home)
    if made is None:
        raise Tampered(f"{PRIVATE_NAME} vanished as it was made")
    return made
