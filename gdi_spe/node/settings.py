"""One frozen Settings, read from ``node.toml`` and validated at start.

What a node needs and cannot assume has no default. A node in production refuses everything that
exists only for development: providers on loopback, plain http, development issuers.
"""

from __future__ import annotations

import hashlib
import tomllib
from pathlib import Path
from typing import Literal, Self
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, model_validator

from gdi_spe.boundary.errors import BadInput
from gdi_spe.boundary.identifiers import ResourceId
from gdi_spe.boundary.manifest import Frozen

Mode = Literal["development", "production"]


class VisaIssuer(Frozen):
    """An issuer whose visas count, and the one place its keys are fetched from."""

    iss: str
    jku: str
    # May this issuer assert that two identities are one person (LinkedIdentities)?
    links_identities: bool = False
    # Is a visa about the log-in service's own subject the user's when this issuer signed it?
    signs_broker_subjects: bool = True


class DatasetTrust(Frozen):
    """Which visa value means which dataset or cohort here, and whose word counts for it."""

    id: ResourceId
    visa_value: str
    sources: tuple[str, ...] = Field(min_length=1)
    by: tuple[str, ...] = ("dac",)


class EntitlementSource(Frozen):
    """A REMS whose entitlements are read back: the faster signal that a grant has ended."""

    url: str
    source: str
    api_key_file: str
    api_user: str = "gdi-spe"
    poll_seconds: float = Field(900, gt=0, le=900)
    # A file of keys/ with the secret by which this REMS's pushes are known; "" takes none.
    hint_secret_file: str = ""
    # Are its applications read too: members, purposes and ends become projects of this node?
    reads_applications: bool = False
    # Are a person's visas fetched from it at each log-in and poll, beside those of the passport?
    reads_permissions: bool = False


class ObligationSettings(Frozen):
    """What everybody who works here must have agreed to (terms) or learned (a training)."""

    id: str = Field(pattern=r"^[a-z][a-z0-9-]{0,29}$")
    kind: Literal["terms", "training"]
    title: str = Field(min_length=1, max_length=200)
    # Where it can be read.
    url: str = ""
    # How long it counts; after that it is due again, and access ends until then.
    valid_days: float = Field(365, gt=0, le=3660)


class IdentitySettings(Frozen):
    """LS AAI, or the development provider in its shapes."""

    issuer: str
    hub_client_id: str
    web_client_id: str
    # The secrets are in files of $GDI_SPE_HOME/keys, never in node.toml.
    hub_client_secret_file: str = "hub-client-secret"  # noqa: S105  # a file's name
    web_client_secret_file: str = "web-client-secret"  # noqa: S105  # a file's name
    required_acr: str = "https://refeds.org/profile/mfa"
    member_group: str
    reviewer_group: str
    admin_group: str
    auditor_group: str = ""
    steward_group: str = ""
    visa_issuers: tuple[VisaIssuer, ...]
    datasets: tuple[DatasetTrust, ...] = ()
    entitlements: tuple[EntitlementSource, ...] = ()
    max_visas: int = 200
    max_visa_bytes: int = 16_384
    max_clock_skew_seconds: int = Field(30, ge=0, le=300)
    # How long any assertion counts after it was made; None is as long as its visa says.
    max_authorization_days: float | None = Field(None, gt=0)
    # Claims in which the log-in service names other subjects of the same person.
    subject_claims: tuple[str, ...] = ("elixir_id", "voperson_id")
    # How a passport comes: as a claim of the userinfo, or by a token exchange (GA4GH AAI 1.2).
    passport_flow: Literal["userinfo", "exchange"] = "userinfo"
    # Only for "exchange": where the keys are with which the log-in service signs passports.
    passport_jku: str = ""
    obligations: tuple[ObligationSettings, ...] = ()


class HubSettings(Frozen):
    """Where researchers log in."""

    public_url: str
    bind_url: str
    proxy_api_port: int
    proxy_command: tuple[str, ...] = ("configurable-http-proxy",)


class WebSettings(Frozen):
    """Where exports are requested, reviewed and downloaded."""

    public_url: str
    bind_host: str = "127.0.0.1"
    bind_port: int


class WorkspaceSettings(Frozen):
    """The container of one member and project."""

    image: str = Field(pattern=r"^sha256:[0-9a-f]{64}$")
    memory_mib: int = Field(4096, ge=512)
    cpus: float = Field(2.0, gt=0)
    max_processes: int = Field(512, ge=64)
    tmp_mib: int = Field(1024, ge=64)
    work_mib: int = Field(1024, ge=16)
    open_files: int = Field(4096, ge=256)
    first_uid: int = Field(200_000, ge=1000)
    start_timeout_seconds: float = Field(60, gt=0)


class GatewaySettings(Frozen):
    """What may be seen of a workspace."""

    daily_budget_bytes: int = Field(8 * 1024 * 1024, gt=0)
    message_max_bytes: int = Field(2 * 1024 * 1024, gt=0)
    messages_per_second: int = Field(100, gt=0)
    requests_per_second: int = Field(40, gt=0)


class TimerSettings(Frozen):
    """How soon the node notices."""

    revocation_seconds: float = Field(2, gt=0, le=60)
    presence_seconds: float = Field(10, gt=0)
    anchor_seconds: float = Field(60, gt=0)
    renewal_seconds: float = Field(600, gt=0)
    identity_grace_seconds: float = Field(3600, ge=0)


class Peer(Frozen):
    """Another environment or office that is told when access ends for a cause."""

    url: str
    # A file of keys/ with the secret that signs what is told.
    secret_file: str


class RevocationSettings(Frozen):
    """What follows from an end of access, beyond the end itself; codes are those of refusals."""

    # Ends after which the work volume cannot be mounted until somebody has looked at it.
    quarantine: tuple[str, ...] = ("suspended", "project-suspended", "node-closed")
    # Ends that the peers are told of.
    tells: tuple[str, ...] = ("suspended", "project-suspended", "node-closed")
    peers: tuple[Peer, ...] = ()


class Settings(Frozen):
    """The whole configuration of a node."""

    node_id: ResourceId
    title: str
    mode: Mode
    home: Path
    run_dir: Path
    database_url: str
    identity: IdentitySettings
    hub: HubSettings
    web: WebSettings
    workspace: WorkspaceSettings
    gateway: GatewaySettings = GatewaySettings()
    timers: TimerSettings = TimerSettings()
    revocation: RevocationSettings = RevocationSettings()

    @model_validator(mode="after")
    def _an_exchange_has_keys(self) -> Self:
        if (self.identity.passport_flow == "exchange") != bool(self.identity.passport_jku):
            raise ValueError("identity.passport_jku belongs to passport_flow = 'exchange'")
        return self

    @model_validator(mode="after")
    def _production_has_no_toys(self) -> Self:
        # TRUST: only settings tell a development provider from LS AAI, so production refuses them.
        if self.mode == "production":
            urls = {
                "identity.issuer": self.identity.issuer,
                "hub.public_url": self.hub.public_url,
                "web.public_url": self.web.public_url,
                **({"identity.passport_jku": jku} if (jku := self.identity.passport_jku) else {}),
                **{f"visa issuer {i.iss}": i.jku for i in self.identity.visa_issuers},
                **{f"entitlements of {e.source}": e.url for e in self.identity.entitlements},
                **{f"peer {n}": peer.url for n, peer in enumerate(self.revocation.peers)},
            }
            for name, url in urls.items():
                if why := development_only(url):
                    raise ValueError(f"mode is production, but {name} {why}: {url}")
        return self

    @property
    def needs_four_eyes(self) -> bool:
        """Whether imports and deletions of datasets take two people: always in production."""
        return self.mode == "production"

    def key_path(self, name: str) -> Path:
        """Return a file of the node's keys folder."""
        return self.home / "keys" / name

    def secret(self, name: str) -> str:
        """Read one secret of the keys folder."""
        return self.key_path(name).read_text().strip()


def development_only(url: str) -> str | None:
    """Say why a URL cannot belong to a production node, or None."""
    parts = urlsplit(url)
    host = (parts.hostname or "").lower()
    if (
        host in {"localhost", "::1", "0.0.0.0"}  # noqa: S104  # recognised, not bound
        or host.startswith("127.")
        or host.endswith(".localhost")
    ):
        return "is on this machine"
    if parts.scheme != "https":
        return "is not https"
    return None


def run_dir_of(home: Path) -> Path:
    """Short, lower-case, outside the home: a socket's path has 108 bytes at most, no capitals."""
    return Path("/run/gdi-spe") / hashlib.sha256(str(home.resolve()).encode()).hexdigest()[:8]


def load_settings(home: Path) -> Settings:
    """Read ``node.toml`` of a node's home.

    Raises
    ------
    BadInput
        If the file is absent, not TOML, lacks a setting, has an unknown one, or asks production
        to trust a development provider.
    """
    path = home / "node.toml"
    try:
        values = tomllib.loads(path.read_text())
        values = {"home": home.resolve(), "run_dir": run_dir_of(home), **values}
        values.setdefault("database_url", f"sqlite:///{home.resolve()}/node.db")
        return Settings.model_validate(values)
    except FileNotFoundError:
        raise BadInput(
            "there is no node here", source=str(path), remedy="Copy hub_config/node.toml"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise BadInput(f"not TOML: {error}", source=str(path)) from None
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"]) or "node.toml"
        raise BadInput(f"{field}: {first['msg']}", source=str(path)) from None
