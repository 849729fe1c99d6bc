"""One visa: a signed string in, an assertion or the reason of its refusal out.

GA4GH Passport 1.2.1, Visa Format and Visa Object Claims; GA4GH AAI 1.2.1, Visa Document Token
Format and Signing Algorithms; RFC 7515, RFC 7519, RFC 8725.
"""

from __future__ import annotations

import base64
import hashlib
import json
import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from gdi_spe.node.identity.trust import Identity, no_duplicates

# Each code with the sentence that a researcher reads.
WHY = {
    "visa-malformed": "it is not a signed visa that can be read",
    "visa-too-large": "it is larger than this node reads",
    "passport-malformed": "the passport is not a list of visas",
    "passport-too-large": "the passport has more visas than this node reads",
    "algorithm-refused": "it is not signed with RS256 or ES256",
    "header-refused": "its header brings a key of its own or asks for something unknown",
    "type-of-token": "it is another kind of token",
    "key-set-missing": "it does not say where its issuer's keys are",
    "access-token": "it is an access token, which this node does not take as a visa",
    "claim-missing": "it lacks a claim that every visa has",
    "audience": "it was made for somebody else than data nodes",
    "issuer-untrusted": "this node does not trust who signed it",
    "key-set-untrusted": "its keys are not where this node trusts that issuer's keys to be",
    "keys-unavailable": "its issuer's keys cannot be had at the moment; log in again later",
    "key-unknown": "its issuer has no such key",
    "bad-signature": "its signature does not hold",
    "expired": "it has expired; ask for a new one",
    "not-yet-valid": "it is not valid yet",
    "visa-type": "it is of a kind that this node does not use",
    "by-missing": "it does not say who made the decision",
    "link-malformed": "its linked identities cannot be read",
    "link-untrusted": "this node does not let its issuer link identities",
    "subject": "it is about another identity than the one you logged in with",
    "value-unknown": "it is for something that this node does not hold under that exact name",
    "source-untrusted": "it does not come from the access committee responsible for this data",
    "by-untrusted": "it was not decided by a data access committee",
    "conditions-malformed": "its conditions cannot be read",
    "conditions-unmet": "its conditions are not met by your other visas",
    "passport-untrusted": "the passport was not made by this node's log-in service",
    "passport-subject": "the passport is about somebody else",
    "withdrawn": "the grant was withdrawn after it was signed; ask for a new one",
}

TYPES = frozenset(
    {
        "AffiliationAndRole",
        "AcceptedTermsAndPolicies",
        "ResearcherStatus",
        "ControlledAccessGrants",
        "LinkedIdentities",
    }
)
# Types whose ``by`` is REQUIRED (Passport 1.2.1, standard visa types).
_NEED_BY = frozenset({"AcceptedTermsAndPolicies", "ControlledAccessGrants"})
_TOKEN_TYPES = frozenset({"jwt", "vnd.ga4gh.visa+jwt"})
# A visa that carries a key, or names another place for one, tries to choose its own judge.
_FOREIGN_KEYS = ("jwk", "x5u", "x5c", "x5t", "x5t#S256")
_MAX_URL = 255
_MAX_INSTANT = 253_402_300_799  # the last second of the year 9999
_MAX_RSA_BITS = 16_384  # more would take the node's time, not the forger's
_BASE64URL = re.compile(r"[A-Za-z0-9_-]*\Z")


class VisaRefused(Exception):
    """This visa does not count; the code says why."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code, detail)
        self.code, self.detail = code, detail

    @property
    def why(self) -> str:
        """The sentence for the researcher."""
        sentence = WHY[self.code]
        return f"{sentence} ({self.detail})" if self.detail else sentence


@dataclass(frozen=True)
class SignedVisa:
    """A visa taken apart; nothing in it is believed yet."""

    header: Mapping[str, Any]
    claims: Mapping[str, Any]
    signed: bytes
    signature: bytes

    @property
    def iss(self) -> str:
        """Who claims to have signed it."""
        return text_claim(self.claims, "iss")

    @property
    def jku(self) -> str:
        """Where its header says that the keys are."""
        return text_claim(self.header, "jku", missing="key-set-missing")

    @property
    def kid(self) -> str:
        """Which of the keys it names."""
        return text_claim(self.header, "kid", missing="claim-missing")


@dataclass(frozen=True)
class Visa:
    """A visa whose signature, issuer and times hold: one assertion about one identity."""

    index: int
    identity: Identity
    type: str
    value: str
    source: str
    by: str | None
    issued: float
    expires: float
    # None where the claim is absent; an empty list is no condition, but not absent either.
    conditions: object | None
    sha256: str

    @property
    def is_conditional(self) -> bool:
        """Whether the claim is there at all (Passport 1.2.1, conditions)."""
        return self.conditions is not None


def fingerprint(jws: str) -> str:
    """Return the name under which a visa is remembered; the visa itself is not kept."""
    return hashlib.sha256(jws.encode("utf-8", "surrogatepass")).hexdigest()


def take_apart(jws: object, max_bytes: int) -> SignedVisa:
    """Split and decode a visa; check its header and that required claims are there."""
    token = read_token(jws, max_bytes, _TOKEN_TYPES, typ_if_absent="JWT")
    _check_claims(token.claims)
    return token


def read_token(
    jws: object, max_bytes: int, types: frozenset[str], typ_if_absent: str = ""
) -> SignedVisa:
    """Split and decode a compact JWS of one of these media types (RFC 7515 7.1)."""
    if not isinstance(jws, str):
        raise VisaRefused("visa-malformed", "not a string")
    if len(jws) > max_bytes:
        raise VisaRefused("visa-too-large")
    parts = jws.split(".")
    if len(parts) != 3:
        raise VisaRefused("visa-malformed", "not three parts")
    header, claims = (_json_object(_decoded(part)) for part in parts[:2])
    _check_header(header, types, typ_if_absent)
    for name in ("iss", "sub", "iat", "exp"):
        if name not in claims:
            raise VisaRefused("claim-missing", name)
    signed = f"{parts[0]}.{parts[1]}".encode("ascii")
    return SignedVisa(header, claims, signed, _decoded(parts[2]))


def check_signature(visa: SignedVisa, keys: Sequence[Mapping[str, Any]]) -> None:
    """Verify the signature with the one key that the visa names (RFC 7515 5.2)."""
    usable = [key for key in keys if _fits(key, visa.header["alg"])]
    if not usable:
        raise VisaRefused("key-unknown")
    # TRUST: two keys of one name and kind would let an issuer's mistake choose; refuse.
    if len(usable) > 1:
        raise VisaRefused("key-unknown", "several keys have this name")
    try:
        verify = _verify_rsa if visa.header["alg"] == "RS256" else _verify_ec
        verify(usable[0], visa.signature, visa.signed)
    except InvalidSignature:
        raise VisaRefused("bad-signature") from None
    except (ValueError, KeyError, TypeError):
        raise VisaRefused("key-unknown", "the key cannot be used") from None


def check_times(claims: Mapping[str, Any], now: float, skew: float) -> tuple[float, float]:
    """Return when a token was issued and when it expires, if it is valid now (RFC 7519 4.1)."""
    issued, expires = instant_claim(claims, "iat"), instant_claim(claims, "exp")
    # TRUST: no skew at the end: a grant never outlives its visa.
    if expires <= now:
        raise VisaRefused("expired")
    begins = instant_claim(claims, "nbf") if "nbf" in claims else issued
    if max(begins, issued) > now + skew:
        raise VisaRefused("not-yet-valid")
    return issued, expires


def read_assertion(
    visa: SignedVisa,
    index: int,
    jws: str,
    now: float,
    skew: float,
    max_seconds: float = math.inf,
) -> Visa:
    """Read the assertion of a visa whose signature holds, and check its times.

    ``max_seconds`` bounds how long any assertion counts after it was made (Passport 1.2.1, Visa
    Expiry: ``asserted + maxAuthzTTL``).
    """
    claims = visa.claims
    issued, expires = check_times(claims, now, skew)
    body = claims.get("ga4gh_visa_v1")
    if not isinstance(body, dict):
        raise VisaRefused("claim-missing", "ga4gh_visa_v1")
    asserted = instant_claim(body, "asserted")
    if asserted > now + skew:
        raise VisaRefused("not-yet-valid")
    expires = min(expires, asserted + max_seconds)
    if expires <= now:
        raise VisaRefused("expired", "it was asserted too long ago")
    kind = text_claim(body, "type")
    if kind not in TYPES:
        raise VisaRefused("visa-type")
    return Visa(
        index=index,
        identity=Identity(visa.iss, text_claim(claims, "sub")),
        type=kind,
        value=_value(body, kind),
        source=url_claim(body, "source"),
        by=_by(body, kind),
        issued=issued,
        expires=expires,
        conditions=_conditions(body),
        sha256=fingerprint(jws),
    )


def text_claim(claims: Mapping[str, Any], name: str, missing: str = "claim-missing") -> str:
    """Return a claim that must be a printable, non-empty string."""
    if name not in claims:
        raise VisaRefused(missing, name)
    value = claims[name]
    if not isinstance(value, str) or not value or not value.isprintable():
        raise VisaRefused("visa-malformed", name)
    return value


def url_claim(claims: Mapping[str, Any], name: str) -> str:
    """Return a URL claim: an opaque string of at most 255 characters, never fetched."""
    value = text_claim(claims, name)
    if len(value) > _MAX_URL:
        raise VisaRefused("visa-malformed", f"{name} is longer than {_MAX_URL} characters")
    return value


def instant_claim(claims: Mapping[str, Any], name: str) -> float:
    """Return a NumericDate that must be there (RFC 7519 2)."""
    if name not in claims:
        raise VisaRefused("claim-missing", name)
    value = claims[name]
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise VisaRefused("visa-malformed", name)
    # NaN is neither; an integer may be longer than any float, so it is bounded before it is one.
    if not 0 <= value < math.inf:
        raise VisaRefused("visa-malformed", name)
    return float(min(value, _MAX_INSTANT))


def _check_header(header: Mapping[str, Any], types: frozenset[str], typ_if_absent: str) -> None:
    # TRUST: the list of algorithms is ours, never the visa's (AAI 1.2.1; RFC 8725 3.1).
    if header.get("alg") not in ("RS256", "ES256"):
        raise VisaRefused("algorithm-refused")
    # RFC 7515 4.1.11: an extension that is critical and not understood refuses the whole token.
    if "crit" in header or any(name in header for name in _FOREIGN_KEYS):
        raise VisaRefused("header-refused")
    kind = header.get("typ", typ_if_absent)
    if not isinstance(kind, str):
        raise VisaRefused("visa-malformed", "typ")
    if kind.lower().removeprefix("application/") not in types:
        raise VisaRefused("type-of-token")


def _check_claims(claims: Mapping[str, Any]) -> None:
    scope = claims.get("scope", "")
    if not isinstance(scope, str):
        raise VisaRefused("visa-malformed", "scope")
    # AAI 1.2.1, Visa Issuers 1.1.6: a document token has no openid scope; access tokens as visas
    # are deprecated and would have to be polled, so they are not taken at all.
    if "openid" in scope.split():
        raise VisaRefused("access-token")
    if "aud" in claims:  # RFC 7519 4.1.3: not one of the named audience, so it must be rejected
        raise VisaRefused("audience")


def _value(body: Mapping[str, Any], kind: str) -> str:
    if kind == "LinkedIdentities":
        return text_claim(body, "value")
    value = url_claim(body, "value")
    if kind == "AffiliationAndRole" and "@" not in value:
        raise VisaRefused("visa-malformed", "value has no '@'")
    return value


def _by(body: Mapping[str, Any], kind: str) -> str | None:
    if "by" in body:
        return text_claim(body, "by")
    if kind in _NEED_BY:
        raise VisaRefused("by-missing")
    return None


def _conditions(body: Mapping[str, Any]) -> object | None:
    if "conditions" not in body:
        return None
    if body["conditions"] is None:
        raise VisaRefused("conditions-malformed", "null")
    found: object = body["conditions"]
    return found


def _decoded(text: str) -> bytes:
    """Decode base64url without padding; only the one canonical spelling of the bytes is read."""
    if not _BASE64URL.match(text):
        raise VisaRefused("visa-malformed", "not base64url")
    try:
        raw = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
    except ValueError:
        raise VisaRefused("visa-malformed", "not base64url") from None
    # TRUST: unused bits in the last character would give one signature two spellings.
    if base64.urlsafe_b64encode(raw).rstrip(b"=").decode("ascii") != text:
        raise VisaRefused("visa-malformed", "not canonical base64url")
    return raw


def _json_object(raw: bytes) -> Mapping[str, Any]:
    try:
        value = json.loads(
            raw.decode("utf-8"), object_pairs_hook=no_duplicates, parse_constant=_no_constant
        )
    except (ValueError, RecursionError):
        raise VisaRefused("visa-malformed", "not JSON") from None
    if not isinstance(value, dict):
        raise VisaRefused("visa-malformed", "not a JSON object")
    return value


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


def _fits(key: Mapping[str, Any], algorithm: str) -> bool:
    """Say whether a key was made for this algorithm and for signing (RFC 7517 4)."""
    kind = ("RSA", None) if algorithm == "RS256" else ("EC", "P-256")
    return (
        (key.get("kty"), key.get("crv")) == kind
        and key.get("use", "sig") == "sig"
        and key.get("alg", algorithm) == algorithm
        and _may_verify(key.get("key_ops", ["verify"]))
    )


def _may_verify(operations: object) -> bool:
    return isinstance(operations, list) and "verify" in operations


def _verify_rsa(key: Mapping[str, Any], signature: bytes, signed: bytes) -> None:
    modulus, exponent = _number(key["n"]), _number(key["e"])
    if modulus.bit_length() < 2048:  # RFC 7518 3.3
        raise ValueError("an RSA key of less than 2048 bits")
    if max(modulus, exponent).bit_length() > _MAX_RSA_BITS:
        raise ValueError("an RSA key that is too large")
    public = rsa.RSAPublicNumbers(exponent, modulus).public_key()
    public.verify(signature, signed, padding.PKCS1v15(), SHA256())


def _verify_ec(key: Mapping[str, Any], signature: bytes, signed: bytes) -> None:
    if len(signature) != 64:  # RFC 7518 3.4: r and s, 32 bytes each
        raise InvalidSignature
    numbers = ec.EllipticCurvePublicNumbers(_number(key["x"]), _number(key["y"]), ec.SECP256R1())
    r, s = (int.from_bytes(half, "big") for half in (signature[:32], signature[32:]))
    numbers.public_key().verify(encode_dss_signature(r, s), signed, ec.ECDSA(SHA256()))


def _number(text: Any) -> int:
    if not isinstance(text, str):
        raise ValueError("not a number of a key")
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), "big")
