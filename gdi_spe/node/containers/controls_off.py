"""Each control switched off, one at a time: what proves that the probe would notice.

For tests and rehearsals alone. Nothing of the node's services imports this, the helper would
refuse every such body, and a rehearsal's container is nobody's workspace and holds no data.
"""

from __future__ import annotations

import copy
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from gdi_spe.node.containers.engine import Engine
from gdi_spe.node.containers.lockdown import MIB, container_body, seccomp_profile
from gdi_spe.node.containers.order import CohortFolder, Places, WorkspaceOrder, workspace_order
from gdi_spe.node.containers.probe import Line, probe
from gdi_spe.node.containers.volumes import Volumes
from gdi_spe.node.settings import Settings

Body = dict[str, Any]


@dataclass(frozen=True)
class Off:
    """A body with one control less, and the probe's lines that must turn red."""

    name: str
    change: Callable[[Body], None]
    noticed_by: frozenset[str]

    def body(self, ordered: Mapping[str, Any]) -> Body:
        """Return the ordered body without this control."""
        body = copy.deepcopy(dict(ordered))
        self.change(body)
        return body


def _set(field: str, value: Any) -> Callable[[Body], None]:
    """Return what sets a field of HostConfig."""

    def change(body: Body) -> None:
        body["HostConfig"][field] = value

    return change


def _bind(source: str, target: str, *, read_only: bool) -> Callable[[Body], None]:
    mount = {"Type": "bind", "Source": source, "Target": target, "ReadOnly": read_only}

    def change(body: Body) -> None:
        kept = [one for one in body["HostConfig"]["Mounts"] if one["Target"] != target]
        body["HostConfig"]["Mounts"] = [*kept, mount]

    return change


def _without_seccomp(body: Body) -> None:
    body["HostConfig"]["SecurityOpt"] = ["no-new-privileges:true", "seccomp=unconfined"]


def _with_new_privileges(body: Body) -> None:
    # Without no-new-privileges our profile cannot even be set up, so the engine's own is used.
    body["HostConfig"]["SecurityOpt"] = []


def _as_root(body: Body) -> None:
    body["User"] = "0:0"
    # Without capabilities root cannot use the folders of others; something else must run.
    body["Entrypoint"] = ["/opt/venv/bin/python", "-c", "import time; time.sleep(600)"]


def _with_the_hosts_name(body: Body) -> None:
    body["HostConfig"]["UTSMode"] = "host"
    del body["Hostname"]


def _with_more_memory(body: Body) -> None:
    body["HostConfig"]["Memory"] = body["HostConfig"]["MemorySwap"] = 2 * 1024 * MIB


def _with_secret(body: Body) -> None:
    body["Env"] = [*body["Env"], "JUPYTERHUB_API_TOKEN=0123456789abcdef"]


def _with_programs_at_home(body: Body) -> None:
    folders = body["HostConfig"]["Tmpfs"]
    folders["/home/spe"] = folders["/home/spe"].replace("noexec", "exec").replace("nosuid,", "")


def _with_core_files(body: Body) -> None:
    body["HostConfig"]["Ulimits"][1] = {"Name": "core", "Soft": MIB, "Hard": MIB}


# Calls that nothing but the seccomp profile stands in the way of.
SECCOMP_CALLS = """
ptrace process_vm_readv pidfd_getfd kcmp unshare keyctl userfaultfd io_uring_setup clone clone3
""".split()  # noqa: SIM905  # read as a page


def controls_off(dummy_socket: str, own_cohort: str, other_cohort: str) -> list[Off]:
    """Return every mutation; the three folders of the host are the test's own.

    Parameters
    ----------
    dummy_socket
        A file that stands for the engine's socket.
    own_cohort
        The folder of the cohort that is granted.
    other_cohort
        The folder of one that is not.
    """
    calls = {f"call {name}" for name in SECCOMP_CALLS}
    network = {"tcp", "udp", "metadata", "interfaces", "routes"}
    mounts = {"outside:differences"}
    table: list[tuple[str, Callable[[Body], None], set[str]]] = [
        ("bridge network", _set("NetworkMode", "bridge"), {*network, "outside:interfaces"}),
        ("host network", _set("NetworkMode", "host"), {*network, "outside:shared-namespaces"}),
        ("name server", _set("Dns", ["192.0.2.53"]), {"name-servers"}),
        ("writable root", _set("ReadonlyRootfs", False), {"writable-mounts", "writable-folders"}),
        ("capabilities", _set("CapDrop", []), {"first-process", "outside:process"}),
        ("new privileges", _with_new_privileges, {"first-process", "outside:process"}),
        ("seccomp", _without_seccomp, {*calls, "address-families", "first-process"}),
        ("root", _as_root, {"first-process", "outside:process", "users"}),
        ("engine socket", _bind(dummy_socket, "/var/run/docker.sock", read_only=False),
         {"engine-sockets", "sockets", *mounts}),
        ("another cohort", _bind(other_cohort, "/cohorts/OTHER", read_only=True),
         {"cohorts", *mounts}),
        ("writable cohort", _bind(own_cohort, "/cohorts/GDI-EE-COHORT-001", read_only=False),
         {"cohort-writes", "writable-mounts", *mounts}),
        ("secret", _with_secret, {"secrets"}),
        ("host's processes", _set("PidMode", "host"), {"users", "outside:shared-namespaces"}),
        ("host's memory", _set("IpcMode", "host"), {"outside:shared-namespaces"}),
        ("host's names", _with_the_hosts_name, {"outside:shared-namespaces"}),
        ("programs at home", _with_programs_at_home, {"mount-flags"}),
        ("process limit", _set("PidsLimit", 0), {"limits"}),
        ("memory limit", _with_more_memory, {"limits"}),
        ("core files", _with_core_files, {"limits"}),
        ("device", _set("Devices", [{"PathOnHost": "/dev/loop-control",
                                     "PathInContainer": "/dev/loop-control",
                                     "CgroupPermissions": "r"}]), {"devices"}),
    ]  # fmt: skip
    return [
        Off(name, change, frozenset(noticed | {"outside:differences"}))
        for name, change, noticed in table
    ]


# No workspace has this uid: they count up from the settings' first.
REHEARSAL_UID = 2_000_000_000


def rehearse(
    settings: Settings, engine: Engine, volumes: Volumes, off: Off, folder: Path, now: datetime
) -> list[Line]:
    """Probe a container of our own that lacks one control; nothing of it stays.

    Parameters
    ----------
    off
        The control that is missing.
    folder
        An empty folder; a cohort without data is made in it.
    """
    order = _rehearsal_order(settings, folder, now)
    places = Places.of(settings, order.wid)
    volumes.prepare(places, order.uid, order.limits.work_mib)
    try:
        body = off.body(container_body(order, seccomp_profile()))
        engine.start(engine.create(order.container_name, body))
        return probe(engine, order)
    finally:
        engine.remove(order.container_name)
        volumes.release(places)
        places.image.unlink(missing_ok=True)
        places.node.rmdir()


def _rehearsal_order(settings: Settings, folder: Path, now: datetime) -> WorkspaceOrder:
    person = f"u-{'0' * 20}"
    empty = folder / "cohort"
    empty.mkdir(exist_ok=True)
    empty.chmod(0o755)  # every uid may look: there is nothing in it
    return workspace_order(
        settings,
        wid=f"w{secrets.token_hex(5)}",
        person=person,
        project="rehearsal",
        uid=REHEARSAL_UID,
        base_url=f"/user/{person}/rehearsal/",
        cohorts=[CohortFolder("REHEARSAL", 1, empty)],
        valid_until=now + timedelta(minutes=10),
        budget_key="rehearsal",
    )
