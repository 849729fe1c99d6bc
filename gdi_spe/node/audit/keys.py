"""The node's signing key: it signs the audit log's anchors and the cohorts' manifests."""

from __future__ import annotations

import os
from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    PublicFormat,
    load_pem_private_key,
    load_pem_public_key,
)

from gdi_spe.boundary.errors import BadInput, Tampered

PRIVATE_NAME = "node-signing.key"
PUBLIC_NAME = "node-signing.pub"


def load_or_make_signing_key(home: Path) -> Ed25519PrivateKey:
    """Return the node's Ed25519 key, made at first use in ``$HOME/keys`` (0600).

    Raises
    ------
    Tampered
        If others than its owner may read the key, or it is no Ed25519 key.
    """
    path = home / "keys" / PRIVATE_NAME
    if not path.exists():
        pem = Ed25519PrivateKey.generate().private_bytes(
            Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
        )
        write_new_key(path, pem)
    # TRUST: a signing key that others could have read proves nothing.
    if path.stat().st_mode & 0o077:
        raise Tampered(f"{path} may be read by others than its owner")
    try:
        key = load_pem_private_key(path.read_bytes(), password=None)
    except ValueError as error:
        raise Tampered(f"{path} is not a PEM key: {error}") from None
    if not isinstance(key, Ed25519PrivateKey):
        raise Tampered(f"{path} is not an Ed25519 key")
    _publish(path.with_name(PUBLIC_NAME), key.public_key())
    return key


def load_public_key(path: Path) -> Ed25519PublicKey:
    """Read an Ed25519 public key in PEM, such as a copy that an auditor keeps."""
    try:
        key = load_pem_public_key(path.read_bytes())
    except (OSError, ValueError) as error:
        raise BadInput(f"no public key: {error}", source=str(path)) from None
    if not isinstance(key, Ed25519PublicKey):
        raise BadInput("not an Ed25519 public key", source=str(path))
    return key


def public_pem(key: Ed25519PublicKey) -> bytes:
    """Write a public key as PEM."""
    return key.public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)


def write_new_key(path: Path, text: bytes) -> None:
    """Write a key (0600) aside and link it in place; of two processes, one wins for both."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    try:
        os.link(aside, path)
    except FileExistsError:
        pass  # another process was first; its key is the node's key
    finally:
        aside.unlink()


def _publish(path: Path, key: Ed25519PublicKey) -> None:
    """Keep the public half beside the private one, for those who only verify."""
    pem = public_pem(key)
    if not path.exists() or path.read_bytes() != pem:
        aside = path.with_name(f".{path.name}.{os.getpid()}")
        aside.write_bytes(pem)
        aside.replace(path)
