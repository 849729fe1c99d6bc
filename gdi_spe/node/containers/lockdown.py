"""The lock-down of a workspace as data: one order in, one container's create request out.

This is the whole container policy. The Hub sends exactly this body, the helper compares it with
its own and creates the container from its own.
"""

from __future__ import annotations

import json
from typing import Any

from gdi_spe.node.containers import system_calls
from gdi_spe.node.containers.order import WORK, Mount, WorkspaceOrder

# The engine's API version that the body is written in and the helper answers in.
API_VERSION = "1.41"

NODE_LABEL = "gdi-spe.node"
WORKSPACE_LABEL = "gdi-spe.workspace"
START = "/opt/gdi-spe/start-workspace"
HOSTNAME = "workspace"

MIB = 1024 * 1024
HOME_MIB = 64
SHARED_MEMORY_MIB = 64


def seccomp_profile() -> str:
    """Return the seccomp profile as one line: what ``hub_config/seccomp.json`` says."""
    return json.dumps(system_calls.profile(), separators=(",", ":"))


def container_body(order: WorkspaceOrder, seccomp: str) -> dict[str, Any]:
    """Return the create request of a workspace's container, to the last field."""
    return {
        "Image": order.image,
        # TRUST: an own uid for each workspace, never 0, never another's.
        "User": f"{order.uid}:{order.uid}",
        "Hostname": HOSTNAME,
        "WorkingDir": WORK,
        "Entrypoint": [START],
        "Cmd": [order.base_url],
        "Env": [f"{name}={value}" for name, value in sorted(order.environment.items())],
        "Labels": labels(order),
        "AttachStdin": False,
        "AttachStdout": False,
        "AttachStderr": False,
        "OpenStdin": False,
        "Tty": False,
        "Healthcheck": {"Test": ["NONE"]},
        "HostConfig": _host_config(order, seccomp),
    }


def labels(order: WorkspaceOrder) -> dict[str, str]:
    """Return how a container is known as this node's, and as this workspace's."""
    node = order.container_name.removeprefix("gdi-spe-").removesuffix(f"-{order.wid}")
    return {NODE_LABEL: node, WORKSPACE_LABEL: order.wid}


def _host_config(order: WorkspaceOrder, seccomp: str) -> dict[str, Any]:
    return {
        **_privileges(seccomp),
        **_namespaces(),
        **_limits(order),
        # TRUST: mounts, never volumes: a missing source is an error, not a folder made by root.
        "Mounts": [_mount(mount) for mount in order.mounts],
        "Tmpfs": _memory_folders(order),
        "ShmSize": SHARED_MEMORY_MIB * MIB,
        # A container that ended is gone: it cannot be restarted with its old mounts.
        "AutoRemove": True,
        "RestartPolicy": {"Name": "no"},
        "LogConfig": {"Type": "json-file", "Config": {"max-size": "1m", "max-file": "2"}},
    }


def _privileges(seccomp: str) -> dict[str, Any]:
    # TRUST: what the kernel lets the workspace ask for.
    return {
        "Privileged": False,
        "ReadonlyRootfs": True,
        "CapDrop": ["ALL"],
        "SecurityOpt": ["no-new-privileges:true", f"seccomp={seccomp}"],
        "OomKillDisable": False,
        "OomScoreAdj": 500,
    }


def _namespaces() -> dict[str, Any]:
    # TRUST: no network at all; names resolve to nothing, and nothing of the host is shared.
    return {
        "NetworkMode": "none",
        "IpcMode": "private",
        "CgroupnsMode": "private",
        "Dns": ["127.0.0.1"],
        "DnsSearch": ["."],
        "ExtraHosts": [f"{HOSTNAME}:127.0.0.1"],
    }


def _limits(order: WorkspaceOrder) -> dict[str, Any]:
    limits = order.limits
    return {
        "PidsLimit": limits.max_processes,
        "Memory": limits.memory_mib * MIB,
        # Equal to Memory: no swap, so that no page of data reaches a disk.
        "MemorySwap": limits.memory_mib * MIB,
        "NanoCpus": int(limits.cpus * 1_000_000_000),
        "Ulimits": [
            {"Name": "nofile", "Soft": limits.open_files, "Hard": limits.open_files},
            {"Name": "core", "Soft": 0, "Hard": 0},
        ],
    }


def _memory_folders(order: WorkspaceOrder) -> dict[str, str]:
    owner = f"uid={order.uid},gid={order.uid},mode=700"
    return {
        # The JVM unpacks its native libraries here, so /tmp alone may hold programs.
        "/tmp": f"rw,nosuid,nodev,exec,size={order.limits.tmp_mib}m,mode=1777",  # noqa: S108
        "/home/spe": f"rw,nosuid,nodev,noexec,size={HOME_MIB}m,{owner}",
    }


def _mount(mount: Mount) -> dict[str, Any]:
    return {
        "Type": "bind",
        "Source": mount.source,
        "Target": mount.target,
        "ReadOnly": mount.read_only,
        # TRUST: read-only does not reach mounts below a mount, so none below are brought along.
        "BindOptions": {"Propagation": "rprivate", "NonRecursive": True},
    }
