"""What a data access committee has decided, and the visas it signs: REMS' shapes, a file's state.

Source: REMS 2.x, ``GET /api/permissions``, ``/api/entitlements``, ``/api/jwk``; GA4GH Passport
1.2.1, ControlledAccessGrants.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa

from gdi_spe.boundary.errors import BadInput
from gdi_spe.demo.stand_ins import providers
from gdi_spe.demo.stand_ins.cast import BY_SUB, CAST

ALGORITHMS = ("RS256", "ES256")
# REMS signs visas without an end for a year.
_WITHOUT_END = timedelta(days=365)


@dataclass(frozen=True)
class Entitlement:
    """One grant: ``resource`` is the visa's value; instants are seconds since 1970."""

    application_id: int
    user: str
    resource: str
    start: int
    end: int | None = None
    algorithm: str = "RS256"

    def is_active(self, now: datetime) -> bool:
        """Say whether it holds at an instant, as REMS does: start <= now < end."""
        at = now.timestamp()
        return self.start <= at and (self.end is None or at < self.end)

    def as_json(self) -> dict[str, Any]:
        """Return it as REMS' entitlements API does."""
        member = BY_SUB.get(self.user)
        email = member.email if member else None
        name = member.name if member else self.user
        return {
            "resource": self.resource,
            "user": {"userid": self.user, "email": email, "name": name},
            "application-id": self.application_id,
            "start": _instant(self.start),
            "end": None if self.end is None else _instant(self.end),
            "mail": email,
        }


def _instant(seconds: int) -> str:
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%dT%H:%M:%S.000Z")


class Committee:
    """The decisions and the signing keys of a folder; safe for several threads of one process."""

    def __init__(self, state: Path, url: str) -> None:
        self._path = state / "committee" / "entitlements.json"
        self._url = url
        self._lock = threading.Lock()
        self._keys = {name: _key(state / "committee" / f"{name}.pem", name) for name in ALGORITHMS}

    def key_set(self) -> dict[str, Any]:
        """Return both public keys as a JWKS."""
        return {"keys": [_jwk(self._keys[name], name) for name in ALGORITHMS]}

    def entitlements(
        self,
        now: datetime,
        user: str | None = None,
        resource: str | None = None,
        *,
        expired: bool = False,
    ) -> list[Entitlement]:
        """Return what is granted; ``expired`` adds what was."""
        return [
            each
            for each in self._read()
            if user in (None, each.user)
            and resource in (None, each.resource)
            and (expired or each.is_active(now))
        ]

    def visas(self, user: str, now: datetime) -> list[str]:
        """Sign one visa for each current entitlement of a user."""
        return [self._sign(each, now) for each in self.entitlements(now, user)]

    def grant(
        self,
        user: str,
        resource: str,
        now: datetime,
        *,
        end: datetime | None = None,
        algorithm: str = "RS256",
    ) -> Entitlement:
        """Grant a resource to a user; a grant that holds already gets the new end.

        Raises
        ------
        BadInput
            If the algorithm is not one of ours, or the end is in the past.
        """
        if algorithm not in ALGORITHMS:
            raise BadInput(f"{algorithm!r} is not an algorithm for visas")
        if end is not None and end <= now:
            raise BadInput("the end of the grant has passed")
        with self._lock:
            known = self._read()
            granted = Entitlement(
                1 + max((each.application_id for each in known), default=0),
                user,
                resource,
                int(now.timestamp()),
                None if end is None else int(end.timestamp()),
                algorithm,
            )
            self._write([*_ended(known, user, resource, now), granted])
        return granted

    def withdraw(self, user: str, resource: str, now: datetime) -> bool:
        """End a grant now; say whether there was one."""
        with self._lock:
            known = self._read()
            ended = _ended(known, user, resource, now)
            self._write(ended)
        return ended != known

    def _sign(self, each: Entitlement, now: datetime) -> str:
        end = each.end or int((now + _WITHOUT_END).timestamp())
        visa = {
            "iss": self._url,
            "sub": each.user,
            "iat": int(now.timestamp()),
            "exp": end,
            "ga4gh_visa_v1": {
                "type": "ControlledAccessGrants",
                "value": each.resource,
                "source": providers.SOURCE,
                "by": "dac",
                "asserted": each.start,
            },
        }
        headers = {"kid": _kid(each.algorithm), "jku": f"{self._url}api/jwk", "typ": "JWT"}
        return jwt.encode(visa, self._keys[each.algorithm], each.algorithm, headers)

    def _read(self) -> list[Entitlement]:
        if not self._path.exists():
            return []
        return [Entitlement(**each) for each in json.loads(self._path.read_text())]

    def _write(self, entitlements: Iterable[Entitlement]) -> None:
        text = json.dumps([asdict(each) for each in entitlements], indent=1)
        providers.write_aside(self._path, text)


def grant_to_cast(committee: Committee, now: datetime) -> None:
    """Give the cast the grants that the story begins with."""
    for member in CAST:
        for cohort in member.cohorts:
            value = providers.visa_value(cohort)
            if not committee.entitlements(now, member.sub, value):
                committee.grant(member.sub, value, now, algorithm=member.algorithm)


def _ended(
    known: Iterable[Entitlement], user: str, resource: str, now: datetime
) -> list[Entitlement]:
    return [
        replace(each, end=int(now.timestamp()))
        if (each.user, each.resource) == (user, resource) and each.is_active(now)
        else each
        for each in known
    ]


def _kid(algorithm: str) -> str:
    return f"xx-dac-{algorithm.lower()}"


def _key(path: Path, algorithm: str) -> rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey:
    """Read a signing key, or make it once."""
    if not path.exists():
        made: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey = (
            rsa.generate_private_key(65537, 2048)
            if algorithm == "RS256"
            else ec.generate_private_key(ec.SECP256R1())
        )
        pem = made.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        providers.write_aside(path, pem.decode())
    key = serialization.load_pem_private_key(path.read_bytes(), None)
    if not isinstance(key, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
        raise BadInput("not an RSA or EC key", source=str(path))
    return key


def _jwk(key: rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey, algorithm: str) -> dict[str, Any]:
    kind = jwt.get_algorithm_by_name(algorithm)
    public: dict[str, Any] = json.loads(kind.to_jwk(key.public_key()))
    public.pop("key_ops", None)
    return public | {"kid": _kid(algorithm), "alg": algorithm, "use": "sig"}
