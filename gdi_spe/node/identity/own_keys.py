"""Secrets that the node makes for itself: one a line, the newest first."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from gdi_spe.boundary.errors import BadInput
from gdi_spe.node.settings import Settings

# So many are kept: a log-in is encrypted anew with the first at each refresh, hours apart at most.
KEPT = 3


def made_keys(settings: Settings, name: str) -> list[str]:
    """Return the keys of a file of the keys folder; the first is made if there is none."""
    path = settings.key_path(name)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    if not path.exists():
        _write(path, [secrets.token_hex(32)], only_new=True)
    keys = path.read_text().split()
    if not keys or not all(_is_key(key) for key in keys):
        raise BadInput("not keys of 64 hexadecimal digits", source=str(path))
    return keys


def rotate_keys(settings: Settings, name: str) -> int:
    """Put a new key before the others, forget the oldest, and return how many there are now."""
    keys = [secrets.token_hex(32), *made_keys(settings, name)][:KEPT]
    _write(settings.key_path(name), keys, only_new=False)
    return len(keys)


def _is_key(text: str) -> bool:
    return len(text) == 64 and all(digit in "0123456789abcdef" for digit in text)


def _write(path: Path, keys: list[str], *, only_new: bool) -> None:
    """Write them whole or not at all, readable by the owner alone."""
    aside = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write("\n".join(keys) + "\n")
        file.flush()
        os.fsync(file.fileno())
    try:
        if only_new:  # two processes that start together must agree on one
            os.link(aside, path)
            aside.unlink()
        else:
            aside.replace(path)
    except FileExistsError:
        aside.unlink()
