"""A Passport JWT, as a token exchange gives it: checked as a whole before its visas are looked at.

GA4GH AAI 1.2.1, Passport Format and Conformance for Passport Clearinghouses 2.2; Passport 1.2.1,
General Requirements 8.1: a passport that fails its checks ends the request.
"""

from __future__ import annotations

from datetime import datetime

from gdi_spe.node.identity.keys import KeySource
from gdi_spe.node.identity.trust import Identity, Limits
from gdi_spe.node.identity.visas import (
    SignedVisa,
    VisaRefused,
    check_signature,
    check_times,
    read_token,
)

_TYPES = frozenset({"vnd.ga4gh.passport+jwt"})
_MAX_BYTES = 4 * 1024 * 1024


def open_passport(
    jws: object,
    user: Identity,
    jku: str,
    client_id: str,
    keys: KeySource,
    limits: Limits,
    now: datetime,
) -> object:
    """Return the visas of a passport that the log-in service made about this user.

    Raises
    ------
    VisaRefused
        If it is another kind of token, of another issuer, about another person, not for this
        client, expired, or not signed with a key of the set at ``jku``.
    KeysUnavailable
        If nobody can say that now.
    """
    passport = read_token(jws, min(_MAX_BYTES, limits.max_visas * limits.max_visa_bytes), _TYPES)
    _check_claims(passport, user, jku, client_id)
    check_signature(passport, keys.keys(jku, passport.kid, now))
    check_times(passport.claims, now.timestamp(), limits.max_clock_skew_seconds)
    return passport.claims.get("ga4gh_passport_v1")


def _check_claims(passport: SignedVisa, user: Identity, jku: str, client_id: str) -> None:
    # TRUST: before anything is fetched: one issuer, and keys of one place, whatever the token says.
    if passport.iss != user.iss or passport.header.get("jku", jku) != jku:
        raise VisaRefused("passport-untrusted")
    # TRUST: somebody else's passport is not opened, however well it is signed.
    if passport.claims["sub"] != user.sub:
        raise VisaRefused("passport-subject")
    audience = passport.claims.get("aud", client_id)
    if client_id not in (audience if isinstance(audience, list) else [audience]):
        raise VisaRefused("audience")
