"""What the two development providers and the node must agree on, in one file.

``STATE/providers.json`` holds addresses, clients and secrets; the access committee keeps its
keys and grants beside it.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import asdict, dataclass, field
from pathlib import Path

from gdi_spe.boundary.errors import BadInput

FILE = "providers.json"
# What a committee's visa says, and who says it.
SOURCE = "https://dac.gdi-xx.example/dacs/XX-DAC-001"
_VALUE = "https://node.gdi-xx.example/{}/{}"


def _secret() -> str:
    return secrets.token_urlsafe(24)


@dataclass(frozen=True)
class Client:
    """A client of the identity provider."""

    id: str
    redirect_uris: tuple[str, ...]
    secret: str = field(default_factory=_secret)


@dataclass(frozen=True)
class Providers:
    """Where both providers listen, and the secrets that they ask for."""

    identity_provider_port: int
    access_committee_port: int
    clients: tuple[Client, ...] = ()
    # The node's and the broker's key, which may read; and the key that may grant and withdraw.
    api_key: str = field(default_factory=_secret)
    admin_key: str = field(default_factory=_secret)

    @property
    def issuer(self) -> str:
        """The identity provider's issuer: on this machine, which production refuses."""
        return f"http://localhost:{self.identity_provider_port}"

    @property
    def committee(self) -> str:
        """The access committee's address, as REMS writes its own: with a slash at the end."""
        return f"http://localhost:{self.access_committee_port}/"

    @property
    def jku(self) -> str:
        """Where the access committee publishes its keys."""
        return f"{self.committee}api/jwk"

    def write(self, state: Path) -> None:
        """Write the file, readable by its owner alone."""
        write_aside(state / FILE, json.dumps(asdict(self), indent=1))


def load(state: Path) -> Providers:
    """Read what ``node_toml`` wrote.

    Raises
    ------
    BadInput
        If it is not there, or is something else.
    """
    path = state / FILE
    try:
        values = json.loads(path.read_text(encoding="utf-8"))
        clients = tuple(
            Client(each["id"], tuple(each["redirect_uris"]), each["secret"])
            for each in values.pop("clients")
        )
        return Providers(clients=clients, **values)
    except (OSError, ValueError, TypeError, KeyError, AttributeError) as error:
        raise BadInput(
            f"no development providers here: {error}",
            source=str(path),
            remedy="Write a node home with python -m gdi_spe.demo.stand_ins.node_toml first",
        ) from None


def visa_value(resource_id: str) -> str:
    """Return the ``value`` that a visa for a dataset or cohort of the demo has."""
    kind = "cohorts" if "COHORT" in resource_id else "datasets"
    return _VALUE.format(kind, resource_id)


def write_aside(path: Path, text: str) -> None:
    """Write a private file whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    aside = path.with_name(f".{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    descriptor = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
