"""Start and stop workspaces as the node process orders; the Hub chooses nothing."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

from dockerspawner import DockerSpawner
from jupyterhub.spawner import SpawnException
from pydantic import ValidationError
from traitlets import Unicode

from gdi_spe.boundary.errors import NotFound, SpeError, Unavailable
from gdi_spe.boundary.identifiers import Slug
from gdi_spe.node.containers.lockdown import container_body, seccomp_profile
from gdi_spe.node.containers.order import WorkspaceOrder
from gdi_spe.node.service.client import NodeClient

LIVE = ("starting", "running")
SLUG = re.compile(Slug.__metadata__[0].pattern)  # type: ignore[attr-defined]  # of Annotated


class WorkspaceSpawner(DockerSpawner):  # type: ignore[misc]  # untyped base
    """One project's workspace of one person; its server name is the project's slug."""

    run_dir = Unicode(help="The folder of the node's sockets.").tag(config=True)

    wid = ""
    valid_until = ""
    _order: WorkspaceOrder | None = None

    @property
    def node(self) -> NodeClient:
        """The node process: decides."""
        return NodeClient(Path(self.run_dir) / "api" / "hub.sock")

    @property
    def gateway(self) -> NodeClient:
        """The gateway: opens and closes the workspace's only door."""
        return NodeClient(Path(self.run_dir) / "gateway" / "ctl.sock")

    def run_pre_spawn_hook(self) -> None:
        """Refuse what no page offers; forms and addresses can be bypassed, this cannot."""
        # TRUST: only a project's server, and nothing about it is chosen by who starts it.
        if not SLUG.fullmatch(self.name or ""):
            raise _refused("Choose a project: a workspace belongs to one.", "no-project")
        if self.user_options:
            self.orm_spawner.user_options = {}  # or JupyterHub would ask for them again next time
            raise _refused("A workspace has no options.", "options")

    def get_env(self) -> dict[str, str]:
        """Return what the order says: no token and no address of the Hub."""
        return dict(self._ordered().environment)

    async def start(self) -> str:
        """Order, open the door, create, start; return where the proxy finds the workspace."""
        self.run_pre_spawn_hook()
        try:
            order = await self._place_order()
            await self._register(order)
            await super().start()
            await self.gateway.put(f"/workspaces/{order.wid}/attach")
            await self.node.post(
                f"/v1/workspaces/{order.wid}/started", {"container_id": self.object_id}
            )
        except SpeError as error:
            raise _refused(error.public_message, error.code, error.http_status) from None
        socket = Path(self.run_dir) / "pub" / order.wid / "gw.sock"
        return "http+unix://" + quote(str(socket), safe="")

    async def _place_order(self) -> WorkspaceOrder:
        asked = {"username": self.user.name, "project": self.name}
        try:
            order = WorkspaceOrder.model_validate(await self.node.post("/v1/workspaces", asked))
        except ValidationError as error:
            self.log.error("the node process sent an order that cannot be read: %s", error)
            raise Unavailable from None
        whose = (order.person, order.project, order.base_url)
        # TRUST: an order for anybody else is not carried out, whoever mixed it up.
        if whose != (self.user.name, self.name, self.server.base_url):
            self.log.error("the node process sent the order of %s", order.wid)
            raise Unavailable
        self._order, self.wid, self.valid_until = order, order.wid, order.valid_until.isoformat()
        self.image, self.object_name = order.image, order.container_name
        return order

    async def _register(self, order: WorkspaceOrder) -> None:
        registration = {
            "wid": order.wid,
            "owner": order.person,
            "base_url": order.base_url,
            "api_token": self.api_token,
            "oauth_client_id": self.oauth_client_id,
        }
        await self.gateway.post("/workspaces", registration)

    def _ordered(self) -> WorkspaceOrder:
        if self._order is None:
            raise _refused("This workspace was not ordered.", "no-order")
        return self._order

    async def create_object(self) -> Any:
        """Ask the helper for exactly the ordered container."""
        order = self._ordered()
        body = container_body(order, seccomp_profile())
        return await self.docker("create_container_from_config", body, order.container_name)

    async def get_ip_and_port(self) -> tuple[str, int]:
        """Return a stand-in: the container has no address."""
        return ("unix", 0)

    async def stop(self, now: bool = False) -> None:
        """Close the door, then remove the container."""
        if self.wid:
            await self._tell_ended(self.wid, "stopped in the Hub")
        await super().stop(now)

    async def poll(self) -> int | str | None:
        """Say whether the workspace runs; one that the node has ended does not."""
        status: int | str | None = await super().poll() if self.object_id else 0
        if status is None and (why := await self._ended_why()):
            self.log.warning("stopping %s: %s", self._log_name, why)
            await self.stop(now=True)
            return 0
        if status is not None and self.wid:
            wid, self.wid = self.wid, ""
            await self._tell_ended(wid, "its container ended")
        return status

    async def _ended_why(self) -> str:
        """Return why a running container should not run, or nothing."""
        try:
            found = await self.node.get(f"/v1/workspaces/{self.wid}")
            return "" if found.get("status") in LIVE else f"the node says {found.get('status')}"
        except NotFound:
            return "the node does not know it"
        except SpeError as error:
            # TRUST: while the node process is away, the order's own end still holds.
            self.log.warning("the node process does not answer about %s: %s", self.wid, error)
            is_over = datetime.fromisoformat(self.valid_until) <= datetime.now(UTC)
            return "its time is over" if is_over else ""

    async def _tell_ended(self, wid: str, why: str) -> None:
        """Close the route and tell the node; neither may keep the container alive by failing."""
        try:
            await self.gateway.delete(f"/workspaces/{wid}/route", {"why": why})
        except SpeError as error:
            self.log.error("the route of %s could not be closed: %s", wid, error)
        try:
            await self.node.post(f"/v1/workspaces/{wid}/stopped", {"why": why})
        except SpeError as error:
            self.log.error("the end of %s could not be reported: %s", wid, error)

    def get_state(self) -> dict[str, Any]:
        """Remember the workspace over a restart of the Hub."""
        kept = {"wid": self.wid, "valid_until": self.valid_until} if self.wid else {}
        return {**super().get_state(), **kept}

    def load_state(self, state: dict[str, Any]) -> None:
        """Take up a workspace that was started before."""
        super().load_state(state)
        self.wid, self.valid_until = state.get("wid", ""), state.get("valid_until", "")

    def clear_state(self) -> None:
        """Forget it."""
        super().clear_state()
        self.wid = self.valid_until = self.object_id = ""
        self._order = None


def _refused(message: str, reason: str, status: int = 403) -> SpawnException:
    return SpawnException(message, reason=reason, status_code=status)
