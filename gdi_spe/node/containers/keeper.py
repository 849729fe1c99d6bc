"""Keep the workspaces of one node: carry out orders, and nothing that is not in one."""

from __future__ import annotations

import logging
import re
import threading
from collections import defaultdict
from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from gdi_spe.boundary.errors import BadInput, NotFound, Refused
from gdi_spe.node.containers.engine import Engine
from gdi_spe.node.containers.lockdown import (
    NODE_LABEL,
    WORKSPACE_LABEL,
    container_body,
    seccomp_profile,
)
from gdi_spe.node.containers.order import (
    OrderRefused,
    Places,
    WorkspaceOrder,
    container_name,
    is_workspace_id,
    refusal,
)
from gdi_spe.node.containers.volumes import VolumeQuarantined, Volumes
from gdi_spe.node.settings import Settings

log = logging.getLogger(__name__)

_REFERENCE = re.compile(r"[a-z0-9-]{1,80}")


class BodyRefused(Refused):
    """The Hub asked for a container that no order describes."""

    code = "container-refused"
    public_message = "The container that was asked for is not the one that was ordered."


class Keeper:
    """The orders of one node and the containers made from them."""

    def __init__(
        self, settings: Settings, engine: Engine, volumes: Volumes, now: Callable[[], datetime]
    ) -> None:
        self.settings, self.engine, self.volumes, self.now = settings, engine, volumes, now
        self.node = settings.run_dir.name
        self._seccomp = seccomp_profile()
        self._orders: dict[str, WorkspaceOrder] = {}
        self._started: set[str] = set()
        self._locks: defaultdict[str, threading.RLock] = defaultdict(threading.RLock)
        self._folder = orders_folder(settings)

    def adopt(self) -> None:
        """Take up again what was running before this process started."""
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        kept = {path.stem: path for path in self._folder.glob("w*.json")}
        running = {wid: found["Id"] for wid, found in self._ours().items()}
        for wid, path in kept.items():
            self._orders[wid] = WorkspaceOrder.model_validate_json(path.read_bytes())
        self._started = set(running)
        for wid in running.keys() - kept.keys():
            # TRUST: without its order nobody knows until when it may run, so it does not.
            log.warning("removing %s, a container without an order", wid)
            self.engine.remove(running[wid])

    def put(self, order: WorkspaceOrder) -> None:
        """Accept an order: end what ran before, then make folders and the work volume."""
        refused = refusal(order, self.settings, self.now()) or self._uid_refusal(order)
        if refused is not None:
            log.warning("order refused: %s", refused)
            raise refused
        with self._locks[order.wid]:
            # TRUST: the second of two checks: what was put aside is not mounted, whoever orders it.
            if self.volumes.is_aside(self._places(order.wid)):
                raise VolumeQuarantined(order.wid)
            self.engine.remove(order.container_name)
            self.volumes.prepare(self._places(order.wid), order.uid, order.limits.work_mib)
            path = self._folder / f"{order.wid}.json"
            path.write_text(order.model_dump_json())
            path.chmod(0o600)
            self._orders[order.wid] = order

    def _uid_refusal(self, order: WorkspaceOrder) -> OrderRefused | None:
        # TRUST: a uid is one workspace's alone, or two workspaces could open each other's files.
        for other in list(self._orders.values()):
            if other.uid == order.uid and other.wid != order.wid:
                return OrderRefused(f"{order.wid}: uid {order.uid} belongs to {other.wid}")
        return None

    def order(self, wid: str) -> WorkspaceOrder:
        """Return a live order."""
        try:
            return self._orders[wid]
        except KeyError:
            raise NotFound("order", wid) from None

    def stop(self, wid: str) -> bool:
        """Kill and remove a workspace's container, unmount its folders and end its order."""
        wid = checked(wid)
        with self._locks[wid]:
            removed = self.engine.remove(container_name(self.settings, wid))
            self.volumes.release(self._places(wid))
            (self._folder / f"{wid}.json").unlink(missing_ok=True)
            self._orders.pop(wid, None)
            self._started.discard(wid)
            return removed

    def quarantine(self, wid: str) -> None:
        """End a workspace and put its work volume aside; again is harmless."""
        wid = checked(wid)
        with self._locks[wid]:
            self.stop(wid)
            self.volumes.put_aside(self._places(wid))

    def release(self, wid: str) -> None:
        """Let a work volume that was put aside be mounted again."""
        wid = checked(wid)
        with self._locks[wid]:
            self.volumes.take_back(self._places(wid))

    def stop_all(self) -> list[str]:
        """End every workspace of this node, and of no other."""
        found = set(self._ours()) | set(self._orders)
        for folder in (self._folder, self.settings.run_dir / "ws", self.settings.run_dir / "work"):
            found |= {path.stem for path in folder.glob("w*")}
        for wid in sorted(found):
            self.stop(wid)
        return sorted(found)

    def tidy(self) -> list[str]:
        """End what has outlived its order, and clean up after what is gone."""
        now, running = self.now(), self._ours()
        # TRUST: the last line of defence; it holds when the node process is down.
        overdue = {o.wid for o in list(self._orders.values()) if o.valid_until <= now}
        for wid in sorted(overdue):
            log.warning("%s outlived its order and is ended", wid)
        ended = sorted(overdue | (self._started - running.keys()))
        for wid in ended:
            self.stop(wid)
        return ended

    def workspaces(self) -> list[dict[str, Any]]:
        """Return each order and whether its container is there."""
        states = self._ours()
        return [
            {
                "wid": order.wid,
                "person": order.person,
                "project": order.project,
                "valid_until": order.valid_until.isoformat(),
                "container_id": states.get(order.wid, {}).get("Id"),
                "state": states.get(order.wid, {}).get("State", "absent"),
            }
            for order in list(self._orders.values())
        ]

    # What the Hub may ask, in the words of the container engine.

    def create(self, name: str, body: Mapping[str, Any]) -> str:
        """Create an ordered container; ``body`` must be what the order says, field by field."""
        order = self._named(name)
        with self._locks[order.wid]:
            expected = container_body(order, self._seccomp)
            # TRUST: a Hub gone wrong cannot ask for more than the node ordered for this name.
            if order.valid_until <= self.now() or without_empty(body) != without_empty(expected):
                log.warning("container refused: %s, asked for another body", name)
                raise BodyRefused(name)
            # TRUST: rebuilt, not forwarded: the engine gets our own body.
            return self.engine.create(name, expected)

    def _named(self, name: str) -> WorkspaceOrder:
        for order in list(self._orders.values()):
            if order.container_name == name:
                return order
        log.warning("container refused: nothing is ordered by the name %.80r", name)
        raise BodyRefused(name)

    def start(self, reference: str) -> None:
        """Start a container that was made from a live order."""
        found, order = self.found(reference)
        if order.valid_until <= self.now():
            raise BodyRefused(order.wid)
        self.engine.start(found["Id"])
        self._started.add(order.wid)

    def found(self, reference: str) -> tuple[dict[str, Any], WorkspaceOrder]:
        """Return one of our containers by id or name; another's does not exist."""
        if not _REFERENCE.fullmatch(reference):
            raise NotFound("container", reference[:80])
        found = self.engine.inspect(reference)
        labels = (found or {}).get("Config", {}).get("Labels") or {}
        order = self._orders.get(labels.get(WORKSPACE_LABEL, ""))
        # TRUST: label, name and order must agree; containers of others are answered with 404.
        if (
            found is None
            or order is None
            or labels.get(NODE_LABEL) != self.node
            or found.get("Name") != f"/{order.container_name}"
        ):
            raise NotFound("container", reference)
        return found, order

    def _ours(self) -> dict[str, dict[str, Any]]:
        """Return the containers that carry this node's label, by workspace."""
        found = self.engine.labelled(self.node)
        return {checked(str(one["Labels"].get(WORKSPACE_LABEL))): one for one in found}

    def _places(self, wid: str) -> Places:
        return Places.of(self.settings, wid)


def checked(wid: str) -> str:
    """Return a workspace id that is safe in paths and names, or refuse it."""
    if not is_workspace_id(wid):
        raise BadInput(f"{wid[:40]!r} is not a workspace's id")
    return wid


def without_empty(body: Mapping[str, Any]) -> dict[str, Any]:
    """Drop the fields that say nothing (null, false, zero, empty), here and in HostConfig."""
    stated = {key: value for key, value in body.items() if not _is_empty(value)}
    if isinstance(host := stated.get("HostConfig"), Mapping):
        stated["HostConfig"] = {key: value for key, value in host.items() if not _is_empty(value)}
    return stated


def _is_empty(value: Any) -> bool:
    return value is None or value is False or value in ("", 0, [], {})


def orders_folder(settings: Settings) -> Path:
    """Return where live orders are kept over a restart of the helper."""
    return settings.run_dir / "helper" / "orders"
