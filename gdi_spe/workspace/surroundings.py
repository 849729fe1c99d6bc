"""Where a workspace finds its cohorts, its node and its outbox: the environment is read here."""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from gdi_spe.boundary.manifest import CohortManifest
    from gdi_spe.boundary.policy import DisclosurePolicy


@dataclass(frozen=True)
class Surroundings:
    """The places of one workspace."""

    cohorts: Path
    node_socket: Path
    outbox: Path
    policy: str

    @property
    def kept(self) -> Path:
        """Where files made of a cohort for other programs are kept, beside the outbox."""
        return self.outbox.parent / ".kept"

    def load_policy(self) -> DisclosurePolicy:
        """Return the policy to warn by; the node decides by its own, whatever this one says."""
        from gdi_spe.disclosure.presets import policy_named

        beside = self.node_socket.parent / "policy.toml"
        return policy_named(str(beside) if beside.is_file() else self.policy)


def surroundings(environment: Mapping[str, str] | None = None) -> Surroundings:
    """Read the places from the environment, with those of a workspace where it is silent."""
    told = os.environ if environment is None else environment
    return Surroundings(
        cohorts=Path(told.get("GDI_SPE_COHORTS", "/cohorts")),
        node_socket=Path(told.get("GDI_SPE_NODE_SOCKET", "/run/node/node.sock")),
        outbox=Path(told.get("GDI_SPE_OUTBOX", "/home/spe/work/outbox")),
        policy=told.get("GDI_SPE_POLICY", "gdi-default"),
    )


def kept_place(manifest: CohortManifest, kept: Path) -> Path:
    """Return where files made of this version of a cohort are kept; those of others go."""
    own = kept / str(manifest.cohort_id).replace("/", "-")
    place = own / f"v{manifest.version}-{manifest.sha256[:12]}"
    for old in own.glob("v*"):
        if old != place:
            shutil.rmtree(old, ignore_errors=True)
    place.mkdir(parents=True, exist_ok=True, mode=0o700)
    return place
