"""Pseudonyms of people and samples inside a project."""

from __future__ import annotations

import base64
import hmac
import os
import secrets
from collections.abc import Iterable
from pathlib import Path

from gdi_spe.boundary.errors import Tampered

KEY_NAME = "pseudonyms.key"
_KEY_BYTES = 32


def load_or_make_key(home: Path) -> bytes:
    """Return the node's key for pseudonyms, made at first use in ``$HOME/keys`` (0600).

    Raises
    ------
    Tampered
        If others than its owner may read it, or it is not whole.
    """
    path = home / "keys" / KEY_NAME
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        aside = path.with_name(f".{KEY_NAME}.{secrets.token_hex(4)}")
        descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(_KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(aside, path)
        except FileExistsError:
            pass  # another process was first
        finally:
            aside.unlink()
    # TRUST: who has the key can find the person behind a pseudonym.
    if path.stat().st_mode & 0o077:
        raise Tampered(f"{path} may be read by others than its owner")
    key = path.read_bytes()
    if len(key) != _KEY_BYTES:
        raise Tampered(f"{path} is not a key of {_KEY_BYTES} bytes")
    return key


def pseudonym(key: bytes, kind: str, project: str, *names: str) -> str:
    """Return the name of an individual (``I``) or sample (``S``) inside a project.

    The same person has unrelated names in two projects, so that what leaves them cannot be
    joined.
    """
    # TRUST: each part's length is told, so that no two different tuples give the same text.
    parts = (kind, project, *names)
    text = b"".join(len(p.encode()).to_bytes(4, "big") + p.encode() for p in parts)
    digest = hmac.digest(key, text, "sha256")
    return f"{kind}-{base64.b32encode(digest[:10]).decode()}"  # ten bytes are sixteen letters


def individual_pseudonyms(home: Path, project: str, individuals: Iterable[str]) -> list[str]:
    """Return a project's names for individuals, in their order; only the node can."""
    key = load_or_make_key(home)
    return [pseudonym(key, "I", project, name) for name in individuals]
