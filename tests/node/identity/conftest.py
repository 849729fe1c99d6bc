import base64
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from gdi_spe.node.audit.tables import AuditEvent, AuditHead
from gdi_spe.node.database.engine import Base, Database
from gdi_spe.node.identity.clearinghouse import Decision, decide
from gdi_spe.node.identity.keys import FixedKeys
from gdi_spe.node.identity.tables import Grant, GrantSource, Person, PersonIdentity
from gdi_spe.node.identity.trust import Identity, Limits, Target, Trust, TrustedIssuer
from gdi_spe.node.settings import Settings

NOW = 1_800_000_000
BROKER = "https://idp.test/oidc/"
REMS = "https://idp.test/rems/"
EVIL = "https://idp.test/evil/"
SUB = "28f7bc3a2d32a4a7@lifescience-ri.eu"
VALUE = "https://gdi.test/datasets/D1"
SOURCE = "https://dac.test/dacs/1"
DATA = Path(__file__).parents[4] / "shared" / "data"


def b64(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def number(value: int) -> str:
    return b64(value.to_bytes((value.bit_length() + 7) // 8, "big"))


@dataclass
class Issuer:
    """An issuer with an RSA and an EC key, that signs whatever it is told to."""

    iss: str
    jku: str
    rsa_key: rsa.RSAPrivateKey
    ec_key: ec.EllipticCurvePrivateKey = field(
        default_factory=lambda: ec.generate_private_key(ec.SECP256R1())
    )

    def jwks(self) -> dict[str, Any]:
        public, point = self.rsa_key.public_key(), self.ec_key.public_key().public_numbers()
        numbers = public.public_numbers()
        return {
            "keys": [
                {
                    "kty": "RSA",
                    "kid": "k1",
                    "use": "sig",
                    "alg": "RS256",
                    "n": number(numbers.n),
                    "e": number(numbers.e),
                },
                {
                    "kty": "EC",
                    "kid": "k2",
                    "crv": "P-256",
                    "x": b64(point.x.to_bytes(32, "big")),
                    "y": b64(point.y.to_bytes(32, "big")),
                },
            ]
        }

    def sign(self, header: dict[str, Any], claims: dict[str, Any]) -> str:
        signed = ".".join(b64(json.dumps(part).encode()) for part in (header, claims))
        if header.get("alg") == "ES256":
            r, s = decode_dss_signature(self.ec_key.sign(signed.encode(), ec.ECDSA(SHA256())))
            signature = r.to_bytes(32, "big") + s.to_bytes(32, "big")
        else:
            signature = self.rsa_key.sign(signed.encode(), padding.PKCS1v15(), SHA256())
        return f"{signed}.{b64(signature)}"


@dataclass
class World:
    """Three issuers, two of them trusted, and a committee that grants one dataset."""

    issuers: dict[str, Issuer]
    trust: Trust
    user: Identity

    def visa(
        self,
        iss: str = REMS,
        header: dict[str, Any] | None = None,
        claims: dict[str, Any] | None = None,
        drop: tuple[str, ...] = (),
        **body: Any,
    ) -> str:
        """Sign a visa that grants D1, changed as told; None takes a claim out of the body."""
        issuer = self.issuers[iss]
        visa = {
            "type": "ControlledAccessGrants",
            "asserted": NOW - 100,
            "value": VALUE,
            "source": SOURCE,
            "by": "dac",
            **body,
        }
        whole: dict[str, Any] = {
            "iss": iss,
            "sub": SUB,
            "iat": NOW - 100,
            "exp": NOW + 3600,
            "ga4gh_visa_v1": {k: v for k, v in visa.items() if v is not None},
            **(claims or {}),
        }
        head: dict[str, Any] = {
            "typ": "vnd.ga4gh.visa+jwt",
            "alg": "RS256",
            "jku": issuer.jku,
            "kid": "k1",
            **(header or {}),
        }
        return issuer.sign(
            {k: v for k, v in head.items() if k not in drop},
            {k: v for k, v in whole.items() if k not in drop},
        )

    def affiliation(self, iss: str = BROKER, **more: Any) -> str:
        """Sign a visa about where the person works."""
        return self.visa(
            iss,
            **{
                "type": "AffiliationAndRole",
                "value": "faculty@uni.test",
                "source": "https://uni.test",
                "by": "so",
                **more,
            },
        )

    def link(self, *others: str, iss: str = BROKER, **more: Any) -> str:
        """Sign a visa that links the subject with others, each as ``sub,iss`` encoded."""
        return self.visa(
            iss,
            **{
                "type": "LinkedIdentities",
                "value": ";".join(others),
                "source": iss,
                "by": "system",
                **more,
            },
        )

    def keys(self) -> FixedKeys:
        return FixedKeys({issuer.jku: issuer.jwks() for issuer in self.issuers.values()})

    def decide(self, *passport: object, at: float = NOW, keys: Any = None) -> Decision:
        now = datetime.fromtimestamp(at, UTC)
        return decide(list(passport), self.user, self.trust, keys or self.keys(), now)

    def codes(self, *passport: object, at: float = NOW) -> list[str]:
        decision = self.decide(*passport, at=at)
        assert not decision.granted
        return [refusal.code for refusal in decision.refusals]


@pytest.fixture(scope="session")
def rsa_keys() -> list[rsa.RSAPrivateKey]:
    return [rsa.generate_private_key(65537, 2048) for _ in range(3)]


@pytest.fixture(scope="session")
def world(rsa_keys: list[rsa.RSAPrivateKey]) -> World:
    issuers = {
        iss: Issuer(iss, f"{iss}jwk", key)
        for iss, key in zip((BROKER, REMS, EVIL), rsa_keys, strict=True)
    }
    trust = Trust(
        issuers=(
            TrustedIssuer(BROKER, f"{BROKER}jwk", links_identities=True),
            TrustedIssuer(REMS, f"{REMS}jwk"),
        ),
        targets=(
            Target("D1", VALUE, frozenset({SOURCE})),
            Target("D2", "urn:d2", frozenset({SOURCE, "https://dac.test/dacs/2"})),
            Target("C1", "urn:c1", frozenset({SOURCE})),
        ),
        limits=Limits(max_visas=20),
    )
    return World(issuers, trust, Identity(BROKER, SUB))


@pytest.fixture
def now() -> datetime:
    return datetime.fromtimestamp(NOW, UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    database = Database(f"sqlite:///{tmp_path}/node.db")
    kept = (AuditEvent, AuditHead, Person, PersonIdentity, Grant, GrantSource)
    tables = [one.__table__ for one in kept]
    Base.metadata.create_all(database.engine, tables=tables)  # type: ignore[arg-type]
    yield database
    database.close()


MEMBERS = "urn:geant:gdi.test:group:spe#gdi.test"
REVIEWERS = "urn:geant:gdi.test:group:spe:reviewers#gdi.test"


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    (tmp_path / "keys").mkdir()
    (tmp_path / "keys" / "rems-key").write_text("secret\n")
    return Settings.model_validate(
        {
            "node_id": "GDI-XX",
            "title": "the node of XX",
            "mode": "development",
            "home": tmp_path,
            "run_dir": tmp_path / "run",
            "database_url": "sqlite://",
            "identity": {
                "issuer": BROKER,
                "hub_client_id": "hub",
                "web_client_id": "web",
                "member_group": MEMBERS,
                "reviewer_group": REVIEWERS,
                "admin_group": "urn:geant:gdi.test:group:spe:admins#gdi.test",
                "visa_issuers": [
                    {"iss": BROKER, "jku": f"{BROKER}jwk", "links_identities": True},
                    {"iss": REMS, "jku": f"{REMS}jwk"},
                ],
                "datasets": [
                    {"id": "D1", "visa_value": VALUE, "sources": [SOURCE]},
                    {"id": "D2", "visa_value": "urn:d2", "sources": [SOURCE]},
                ],
                "entitlements": [
                    {
                        "url": "https://rems.test/",
                        "source": SOURCE,
                        "api_key_file": "rems-key",
                    }
                ],
            },
            "hub": {"public_url": "http://h", "bind_url": "http://h", "proxy_api_port": 1},
            "web": {"public_url": "http://w", "bind_port": 1},
            "workspace": {"image": "sha256:" + "0" * 64},
        }
    )
