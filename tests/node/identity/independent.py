"""Sign visas from a table of changes, knowing nothing of how the node reads them."""

import base64
import json
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes, hmac
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

NOW = 1_800_000_000
BROKER, REMS, EVIL = "https://aai.test/oidc/", "https://aai.test/rems/", "https://aai.test/evil/"
ME, OTHER = "c0ffee@lifescience-ri.eu", "local-7"
VALUE, SOURCE = "https://gdi.test/datasets/A", "https://dac.test/dacs/1"
VALUE_B, SOURCE_B = "https://gdi.test/datasets/B", "https://dac.test/dacs/2"
DOI = "https://doi.org/10.1038/s41431-018-0219-y"

DROP = object()
"""The value of a member that is to be taken out."""

_HASHES: dict[str, hashes.HashAlgorithm] = {
    "256": hashes.SHA256(), "384": hashes.SHA384(), "512": hashes.SHA512(),
}  # fmt: skip
_KEYS = {
    "broker-1": (BROKER, "rsa"), "rems-1": (REMS, "rsa"), "rems-2": (REMS, "rsa"),
    "rems-ec": (REMS, "ec"), "evil-1": (EVIL, "rsa"),
}  # fmt: skip


def base64url(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


@cache
def key(name: str) -> Any:
    if _KEYS[name][1] == "ec":
        return ec.generate_private_key(ec.SECP256R1())
    return rsa.generate_private_key(65537, 2048)


def jwk(name: str) -> dict[str, Any]:
    """Write the public half of a key as it stands in a key set."""
    numbers = key(name).public_key().public_numbers()
    if _KEYS[name][1] == "ec":
        x, y = (base64url(n.to_bytes(32, "big")) for n in (numbers.x, numbers.y))
        return {"kty": "EC", "crv": "P-256", "x": x, "y": y, "kid": name, "use": "sig"}
    n = base64url(numbers.n.to_bytes(256, "big"))
    return {"kty": "RSA", "n": n, "e": "AQAB", "kid": name, "alg": "RS256", "use": "sig"}


def key_sets() -> dict[str, Any]:
    """Write the key sets of all issuers, the untrusted one's too."""
    return {
        f"{iss}jwk": {"keys": [jwk(name) for name, (owner, _) in _KEYS.items() if owner == iss]}
        for iss in (BROKER, REMS, EVIL)
    }


def trust(**changes: Any) -> dict[str, Any]:
    """Write a trust file: two issuers, two datasets with a committee each."""
    return {
        "user": {"iss": BROKER, "sub": ME},
        "datasets": [
            {"id": "A", "visa_value": VALUE, "sources": [SOURCE]},
            {"id": "B", "visa_value": VALUE_B, "sources": [SOURCE_B]},
        ],
        "trusted_issuers": [{"iss": iss, "jku": f"{iss}jwk"} for iss in (BROKER, REMS)],
        "by": ["dac"],
        **changes,
    }


@dataclass(frozen=True)
class Visa:
    """A visa to be signed; ``signed_by`` names the key whether or not the header does."""

    iss: str = REMS
    signed_by: str = "rems-1"
    header: dict[str, Any] = field(default_factory=dict)
    claims: dict[str, Any] = field(default_factory=dict)
    body: dict[str, Any] = field(default_factory=dict)

    def parts(self) -> tuple[dict[str, Any], dict[str, Any]]:
        body = {
            "type": "ControlledAccessGrants", "value": VALUE, "source": SOURCE, "by": "dac",
            "asserted": NOW - 1000, **self.body,
        }  # fmt: skip
        claims = {
            "iss": self.iss, "sub": ME, "iat": NOW - 1000, "exp": NOW + 1000,
            "ga4gh_visa_v1": _kept(body), **self.claims,
        }  # fmt: skip
        header = {
            "typ": "vnd.ga4gh.visa+jwt", "alg": "RS256", "jku": f"{self.iss}jwk",
            "kid": self.signed_by, **self.header,
        }  # fmt: skip
        return _kept(header), _kept(claims)

    def token(self) -> str:
        header, claims = self.parts()
        return sign(json.dumps(header), json.dumps(claims), self.signed_by)


def _kept(members: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in members.items() if value is not DROP}


def sign(header: str, claims: str, signed_by: str) -> str:
    """Sign two texts as the header's own ``alg`` asks, however bad an idea that is."""
    parts = (text.encode("utf-8", "surrogateescape") for text in (header, claims))
    signed = ".".join(map(base64url, parts))
    alg = json.loads(header).get("alg")
    return f"{signed}.{base64url(_signature(signed.encode(), alg, key(signed_by)))}"


def _signature(data: bytes, alg: object, private: Any) -> bytes:
    if alg in ("none", "None", "NONE"):
        return b""
    digest = _HASHES.get(str(alg)[2:], hashes.SHA256())
    if isinstance(private, ec.EllipticCurvePrivateKey):
        r, s = decode_dss_signature(private.sign(data, ec.ECDSA(digest)))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")
    if str(alg).startswith("HS"):
        pem = private.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
        mac = hmac.HMAC(pem, digest)
        mac.update(data)
        return mac.finalize()
    if str(alg).startswith("PS"):
        return bytes(private.sign(data, padding.PSS(padding.MGF1(digest), 32), digest))
    return bytes(private.sign(data, padding.PKCS1v15(), digest))


# The visas of the table, by the changes that a row is about.


def cag(**body: Any) -> Visa:
    return Visa(body=body)


def claims(**changes: Any) -> Visa:
    return Visa(claims=changes)


def header(signed_by: str = "rems-1", **changes: Any) -> Visa:
    return Visa(signed_by=signed_by, header=changes)


def role(
    value: str = "faculty@uni.test", claims: dict[str, Any] | None = None, **body: Any
) -> Visa:
    """Say where the person works, as the broker signs it."""
    body = {"type": "AffiliationAndRole", "value": value, "source": "https://uni.test",
            "by": "so", **body}  # fmt: skip
    return Visa(BROKER, "broker-1", claims=claims or {}, body=body)


def status(**body: Any) -> Visa:
    return role(DOI, type="ResearcherStatus", **body)


def link(value: str, iss: str = BROKER, sub: str = ME, **body: Any) -> Visa:
    """Say that ``sub`` of ``iss`` is also who ``value`` lists."""
    signed_by = {BROKER: "broker-1", REMS: "rems-1", EVIL: "evil-1"}[iss]
    body = {"type": "LinkedIdentities", "value": value, "source": iss, "by": "system", **body}
    return Visa(iss, signed_by, claims={"sub": sub}, body=body)


def on(*clauses: dict[str, Any]) -> Visa:
    """Grant A on the condition that all of these clauses are met."""
    return cag(conditions=[list(clauses)])


def clause(**members: Any) -> dict[str, Any]:
    return {"type": "AffiliationAndRole", **members}
