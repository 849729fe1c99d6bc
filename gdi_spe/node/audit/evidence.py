"""The evidence: everything an auditor needs to verify the log without this product.

A zip of the records as JSON lines, the anchors, the node's public key, an explanation, and a
script of the standard library alone that does what the explanation says.
"""

from __future__ import annotations

import zipfile
from pathlib import Path

from sqlalchemy.orm import Session

from gdi_spe.node.audit.anchor import anchors_path
from gdi_spe.node.audit.chain import canonical
from gdi_spe.node.audit.keys import PUBLIC_NAME
from gdi_spe.node.audit.verify import rows

_EPOCH = (1980, 1, 1, 0, 0, 0)
_TEXTS = Path(__file__).parent / "evidence_texts"


def write_evidence(session: Session, home: Path, target: Path) -> int:
    """Write the evidence to a zip file, which appears only when it is whole; return its records."""
    aside = target.with_name(f".{target.name}.part")
    n_records = 0
    with zipfile.ZipFile(aside, "w", zipfile.ZIP_DEFLATED) as archive:
        with archive.open(_entry("events.jsonl"), "w", force_zip64=True) as file:
            for row in rows(session, 0):
                file.write(canonical(row).encode("ascii") + b"\n")
                n_records += 1
        anchors = anchors_path(home)
        _put(archive, "anchors.jsonl", anchors.read_bytes() if anchors.exists() else b"")
        _put(archive, PUBLIC_NAME, (home / "keys" / PUBLIC_NAME).read_bytes())
        for text in sorted(_TEXTS.iterdir()):
            if text.is_file():
                _put(archive, text.name, text.read_bytes())
    aside.replace(target)
    return n_records


def _put(archive: zipfile.ZipFile, name: str, body: bytes) -> None:
    archive.writestr(_entry(name), body)


def _entry(name: str) -> zipfile.ZipInfo:
    """Name an entry without an instant: the same log gives the same bytes."""
    entry = zipfile.ZipInfo(name, _EPOCH)
    entry.compress_type = zipfile.ZIP_DEFLATED
    entry.external_attr = 0o644 << 16
    return entry
