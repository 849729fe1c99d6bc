"""Anchors: the chain's end, signed by the node, in a file beside the database.

A chain alone cannot show that its last records are missing. An anchor says which record the log
ended with at some instant, so that a log cut before it is found. Each anchor names the hash of
the anchor before it. Copies that an auditor keeps elsewhere show that the file itself was cut.
"""

from __future__ import annotations

import base64
import fcntl
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from gdi_spe.boundary.errors import BadInput, Tampered
from gdi_spe.node.audit.chain import GENESIS, canonical, instant_text
from gdi_spe.node.audit.keys import load_or_make_signing_key
from gdi_spe.node.audit.verify import Start, verify_from
from gdi_spe.node.database.engine import Database

# What is signed begins with this line, so that no other signature of the key can be an anchor.
DOMAIN = b"gdi-spe audit anchor 1\n"
_SIGNED = ("at", "hash", "previous", "seq")


@dataclass(frozen=True)
class Anchor:
    """One signed statement: at this instant, the log ended with this record."""

    seq: int
    hash: str
    at: str
    previous: str
    signature: str

    @property
    def signed_bytes(self) -> bytes:
        """The bytes that the signature is over."""
        return DOMAIN + canonical({name: getattr(self, name) for name in _SIGNED}).encode("ascii")

    @property
    def digest(self) -> str:
        """The name by which the next anchor refers to this one."""
        return hashlib.sha256(self.signed_bytes).hexdigest()

    def is_signed_by(self, key: Ed25519PublicKey) -> bool:
        """Verify the signature."""
        try:
            key.verify(base64.b64decode(self.signature, validate=True), self.signed_bytes)
        except (InvalidSignature, ValueError):
            return False
        return True

    def line(self) -> str:
        """Return the anchor as it stands in the file."""
        return canonical({name: getattr(self, name) for name in (*_SIGNED, "signature")})


def anchors_path(home: Path) -> Path:
    """Return where a node keeps its anchors."""
    return home / "audit" / "anchors.jsonl"


def read_anchors(path: Path) -> tuple[Anchor, ...]:
    """Read a file of anchors; none, where there is no file.

    Raises
    ------
    Tampered
        If a line is not an anchor. A last line without its end was never completed, and is left
        out.
    """
    if not path.exists():
        return ()
    lines = path.read_bytes().split(b"\n")[:-1]
    return tuple(_anchor(number, line, path) for number, line in enumerate(lines, start=1))


def anchor_head(database: Database, home: Path, now: datetime) -> Anchor | None:
    """Sign the end of the log; None if it is where the last anchor says.

    Raises
    ------
    Tampered
        If the records since the last anchor do not follow from it: such a log is never signed.
    """
    key = load_or_make_signing_key(home)
    path = anchors_path(home)
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
    with os.fdopen(descriptor, "rb+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        anchors = read_anchors(path)
        start = Start(anchors[-1].seq, anchors[-1].hash) if anchors else Start(0, GENESIS)
        with database.read() as session:
            verification = verify_from(session, start)
        # TRUST: the node never puts its name under a log that does not hold.
        if verification.problem is not None:
            raise Tampered(f"the audit log is not anchored: {verification.problem.text}")
        if verification.seq == start.seq:
            return None
        anchor = _sign(key, verification.seq, verification.hash, now, anchors)
        _append(file, anchor)
        return anchor


def _sign(key: Any, seq: int, last: str, now: datetime, anchors: tuple[Anchor, ...]) -> Anchor:
    previous = anchors[-1].digest if anchors else GENESIS
    unsigned = Anchor(seq, last, instant_text(now), previous, "")
    signature = base64.b64encode(key.sign(unsigned.signed_bytes)).decode("ascii")
    return Anchor(seq, last, unsigned.at, previous, signature)


def _append(file: Any, anchor: Anchor) -> None:
    """Write one whole line to the disk; what a crash left of another line is cut first."""
    whole = file.read()
    file.truncate(whole.rfind(b"\n") + 1)
    file.seek(0, os.SEEK_END)
    file.write(anchor.line().encode("ascii") + b"\n")
    file.flush()
    os.fsync(file.fileno())


def _anchor(number: int, line: bytes, path: Path) -> Anchor:
    try:
        values: Mapping[str, Any] = json.loads(line)
        anchor = Anchor(**values)
        # TRUST: only the one spelling that was written is an anchor.
        if not isinstance(anchor.seq, int) or anchor.line().encode("ascii") != line:
            raise ValueError("not the canonical spelling")
    except (ValueError, TypeError, RecursionError) as error:
        raise Tampered(f"{path}, line {number}: not an anchor: {error}") from None
    return anchor


def copied_anchors(path: Path) -> tuple[Anchor, ...]:
    """Read an auditor's own copy of the anchors, which must be there."""
    if not path.exists():
        raise BadInput("there are no anchors", source=str(path))
    return read_anchors(path)
