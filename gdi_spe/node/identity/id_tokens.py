"""The id_token of a log-in: who it is about, and whether it answers this very question.

OpenID Connect Core 1.0, 3.1.3.7 (ID Token Validation) and 12.2 (after a refresh); RFC 8725.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from typing import Any

import jwt

from gdi_spe.boundary.errors import Refused

_ALGORITHMS = ["RS256", "RS384", "RS512", "PS256", "ES256", "ES384"]
_LEEWAY_SECONDS = 30
_MAX_CHARACTERS = 65_536
_REQUIRED = ["iss", "sub", "aud", "exp", "iat"]


class IdTokenRefused(Refused):
    """The log-in service's id_token does not hold."""

    code = "id-token-refused"
    public_message = "The log-in service's answer does not hold. Please log in again."


class IdTokenKeyUnknown(IdTokenRefused):
    """It names a key that is not in the set; a set fetched anew may have it."""

    code = "id-token-key-unknown"


def read_id_token(
    id_token: object,
    key_set: Mapping[str, Any],
    issuer: str,
    client_id: str,
    nonce: str | None,
) -> dict[str, Any]:
    """Return the claims of an id_token that holds in every respect.

    ``nonce`` is what this log-in asked with; None after a refresh, where none was asked with.
    """
    if not isinstance(id_token, str) or len(id_token) > _MAX_CHARACTERS:
        raise IdTokenRefused("there is none")
    try:
        claims: dict[str, Any] = jwt.decode(
            id_token, key=_key(id_token, key_set), algorithms=_ALGORITHMS, audience=client_id,
            issuer=issuer, leeway=_LEEWAY_SECONDS, options={"require": _REQUIRED},
        )  # fmt: skip
    except (jwt.PyJWTError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise IdTokenRefused(f"{type(error).__name__}: {error}") from None
    if nonce is not None:
        _check_nonce(claims, nonce)
    # TRUST: OIDC Core 3.1.3.7: a token for several parties must have been given to this one.
    is_for_several = isinstance(claims["aud"], list) and len(claims["aud"]) > 1
    if claims.get("azp", None if is_for_several else client_id) != client_id:
        raise IdTokenRefused("it was given to another party")
    return claims


def _key(id_token: str, key_set: Mapping[str, Any]) -> jwt.PyJWK:
    kid = jwt.get_unverified_header(id_token).get("kid")
    keys = jwt.PyJWKSet.from_dict(dict(key_set)).keys
    known = [key for key in keys if key.public_key_use != "enc"]
    # TRUST: the algorithm is one of this list and fits the key; "none" and HMAC are not.
    named = [key for key in known if key.key_id == kid] if kid is not None else known
    if len(named) != 1:
        raise IdTokenKeyUnknown(f"{len(named)} keys go by {kid!r}")
    return named[0]


def _check_nonce(claims: Mapping[str, Any], nonce: str) -> None:
    given = claims.get("nonce")
    # TRUST: a token that was made for another log-in logs nobody in.
    if not isinstance(given, str) or not secrets.compare_digest(given.encode(), nonce.encode()):
        raise IdTokenRefused("its nonce is not this log-in's")
