"""What the node process has in its hands."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from gdi_spe.boundary.policy import DisclosurePolicy, load_policy
from gdi_spe.node.containers.order import WorkspaceOrder
from gdi_spe.node.database.engine import Database
from gdi_spe.node.database.migrate import upgrade
from gdi_spe.node.identity.hints import Hints
from gdi_spe.node.identity.keys import KeySource, key_source_for
from gdi_spe.node.identity.obligations import keep_obligations
from gdi_spe.node.service.client import NodeClient
from gdi_spe.node.service.policy_in_force import adopt
from gdi_spe.node.service.policy_signature import check_signed
from gdi_spe.node.settings import Settings, load_settings


@dataclass(frozen=True)
class Gate:
    """The gateway's control socket, as revocation sees it."""

    client: NodeClient

    async def close_route(self, wid: str, why: str) -> None:
        """Refuse everything of this workspace and close what is open."""
        await self.client.delete(f"/workspaces/{wid}/route", {"why": why})


@dataclass(frozen=True)
class Helper:
    """The root helper's socket for the node process."""

    client: NodeClient

    async def prepare(self, order: WorkspaceOrder) -> None:
        """Give the helper the order, and let it make folders and the work volume."""
        await self.client.put(f"/orders/{order.wid}", order.model_dump(mode="json"))

    async def stop(self, wid: str, why: str) -> None:
        """Kill and remove the container, unmount its work volume."""
        await self.client.post(f"/workspaces/{wid}/stop", {"why": why})

    async def quarantine(self, wid: str) -> None:
        """Put a work volume aside, so that nothing mounts it."""
        await self.client.post(f"/workspaces/{wid}/quarantine")

    async def release(self, wid: str) -> None:
        """Let a work volume that was put aside be mounted again."""
        await self.client.post(f"/workspaces/{wid}/release")

    async def present(self) -> set[str]:
        """Return the workspaces that have a container, or an order for one."""
        return {row["wid"] for row in await self.client.get("/workspaces")}

    async def probe(self, wid: str) -> object:
        """Try every control of a running workspace from inside it."""
        return await self.client.post(f"/workspaces/{wid}/probe")


@dataclass(frozen=True)
class Node:
    """Settings, database, policy and the other processes; made once at start."""

    settings: Settings
    policy: DisclosurePolicy
    database: Database
    keys: KeySource
    gate: Gate
    helper: Helper
    now: Callable[[], datetime]
    hints: Hints = field(default_factory=Hints)

    @property
    def home(self) -> Path:
        """The node's home folder."""
        return self.settings.home

    def socket(self, role: str) -> Path:
        """Return the socket on which one role asks this process."""
        return self.settings.run_dir / "api" / f"{role}.sock"


def open_node(home: Path) -> Node:
    """Read and check everything that the node process needs; raises if any of it is wrong."""
    settings = load_settings(home)
    database = upgrade(Database(settings.database_url))
    policy = load_policy(home / "policy.toml")
    if settings.mode == "production":
        check_signed(home, policy)
    with database.write() as session:
        now = datetime.now(UTC)
        adopt(session, policy, now, needs_four_eyes=settings.needs_four_eyes)
        keep_obligations(session, settings.identity.obligations, now)
    return Node(
        settings=settings,
        policy=policy,
        database=database,
        keys=key_source_for(settings),
        gate=Gate(NodeClient(settings.run_dir / "gateway" / "ctl.sock", timeout_seconds=10)),
        helper=Helper(NodeClient(settings.run_dir / "helper" / "node.sock")),
        now=lambda: datetime.now(UTC),
    )
