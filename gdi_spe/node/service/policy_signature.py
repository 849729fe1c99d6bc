"""The policy's signature: ``policy.toml.sig`` beside it, made by the node's own key."""

from __future__ import annotations

import base64
import os
from pathlib import Path

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import ValidationError

from gdi_spe.boundary.errors import BadInput, Tampered
from gdi_spe.boundary.manifest import Frozen
from gdi_spe.boundary.policy import DisclosurePolicy
from gdi_spe.node.audit.keys import load_or_make_signing_key

NAME = "policy.toml.sig"


class PolicyNotSigned(Tampered):
    """The policy is not the one that was signed; run `gdi-spe policy sign`."""

    code = "policy-not-signed"


class SignedPolicy(Frozen):
    """Which policy was signed, and the signature."""

    name: str
    version: int
    sha256: str
    signature: str

    def is_signed_by(self, key: Ed25519PublicKey) -> bool:
        """Whether the key made this signature."""
        try:
            signature = base64.b64decode(self.signature, validate=True)
            key.verify(signature, _text(self.name, self.version, self.sha256))
        except (ValueError, InvalidSignature):
            return False
        return True


def sign_policy(home: Path, policy: DisclosurePolicy) -> SignedPolicy:
    """Sign a policy with the node's key, and keep the signature beside it.

    Raises
    ------
    BadInput
        If another policy was signed with this version or a later one: each has a number of its own.
    """
    key = load_or_make_signing_key(home)
    before = signature_of(home)
    if (
        before
        and before.is_signed_by(key.public_key())
        and before.sha256 != policy.sha256
        and policy.version <= before.version
    ):
        raise BadInput(
            f"version {before.version} of the policy is signed already and was another one",
            source=str(home / "policy.toml"), remedy=f"Give it version {before.version + 1}",
        )  # fmt: skip
    text = _text(policy.name, policy.version, policy.sha256)
    signature = base64.b64encode(key.sign(text)).decode("ascii")
    signed = SignedPolicy(
        name=policy.name, version=policy.version, sha256=policy.sha256, signature=signature
    )
    aside = home / f".{NAME}.{os.getpid()}"
    aside.write_text(signed.model_dump_json(indent=1) + "\n")
    aside.replace(home / NAME)
    return signed


def signature_of(home: Path) -> SignedPolicy | None:
    """Return what is kept beside the policy, or None if nothing is, or it cannot be read."""
    try:
        return SignedPolicy.model_validate_json((home / NAME).read_bytes())
    except (OSError, ValidationError):
        return None


def is_signed(home: Path, policy: DisclosurePolicy) -> bool:
    """Whether the node's key signed this very policy."""
    signed = signature_of(home)
    if signed is None or (signed.name, signed.version) != (policy.name, policy.version):
        return False
    key = load_or_make_signing_key(home).public_key()
    return signed.sha256 == policy.sha256 and signed.is_signed_by(key)


def check_signed(home: Path, policy: DisclosurePolicy) -> None:
    """Raise unless the node's key signed this very policy.

    Raises
    ------
    PolicyNotSigned
        If there is no signature, it is of another policy, or another key made it.
    """
    # TRUST: whoever can write the policy's file cannot by that alone make thresholds of it.
    if not is_signed(home, policy):
        raise PolicyNotSigned(f"{home / 'policy.toml'} has no signature of this node")


def _text(name: str, version: int, sha256: str) -> bytes:
    """Return what is signed; the first line keeps it from being taken for something else."""
    return f"gdi-spe policy\n{name}\n{version}\n{sha256}\n".encode()
