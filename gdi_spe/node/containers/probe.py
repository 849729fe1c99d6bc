"""The node's own probe: what does a workspace's container really keep in?

Two witnesses, neither of them the workspace: the kernel and the engine seen from the host, and a
script that the node sends into the container. What is expected follows from the order. A control
that nobody reported on, or that was reported on twice, has failed.
"""

from __future__ import annotations

import json
import os
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.resources import files
from pathlib import Path
from typing import Any

from gdi_spe.node.containers.canary import Canary, host_addresses
from gdi_spe.node.containers.engine import Engine, EngineFailed
from gdi_spe.node.containers.lockdown import MIB, container_body, seccomp_profile
from gdi_spe.node.containers.order import WorkspaceOrder

PYTHON = "/opt/venv/bin/python"
NO_CAPABILITY = "0" * 16
NAMESPACES = ("ipc", "mnt", "net", "pid", "uts")

# Addresses that must lead nowhere; those of the host are found when the probe runs. The first
# three are kept free for documentation (RFC 5737, RFC 3849): nobody is disturbed.
ELSEWHERE = (("192.0.2.1", 443), ("198.51.100.7", 53), ("203.0.113.1", 80))
ELSEWHERE_V6 = (("2001:db8::1", 443), ("fd00:ec2::254", 80))
METADATA = (("169.254.169.254", 80), ("169.254.170.2", 80), ("168.63.129.16", 80))
HOST_PORTS = (22, 53, 80, 2375, 5432, 8081)

# TRUST: calls that must fail, and how: EPERM is the seccomp profile's own answer.
CALLS = {
    **dict.fromkeys(
        """
        ptrace process_vm_readv process_vm_writev pidfd_getfd kcmp mount umount2 pivot_root
        open_tree move_mount fsopen mount_setattr unshare setns keyctl add_key request_key bpf
        userfaultfd perf_event_open io_uring_setup open_by_handle_at init_module finit_module
        kexec_load quotactl syslog clone
        """.split(),  # noqa: SIM905  # read as a page
        "EPERM",
    ),
    "clone3": "ENOSYS",
}

# Controls that must find nothing at all.
NOTHING = """
tcp udp metadata ipv6 routes raw-sockets cohort-writes kernel-writes mount-flags engine-sockets
devices kernel-secrets secrets writable-folders privileged-files sockets node-code
outside:shared-namespaces outside:differences
""".split()  # noqa: SIM905  # read as a page

CAPABILITIES = ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb")
OWN_FOLDERS = ["/home/spe", "/home/spe/work", "/run/workspace", "/tmp"]  # noqa: S108  # inside


@dataclass(frozen=True)
class Line:
    """One control: what it should look like, and what it does."""

    control: str
    expected: str
    observed: str
    ok: bool

    def as_json(self) -> dict[str, Any]:
        """Return it for the wire."""
        return asdict(self)


@dataclass(frozen=True)
class Reach:
    """What the script inside reaches for."""

    tcp: Sequence[tuple[str, int]] = ELSEWHERE
    udp: Sequence[tuple[str, int]] = ELSEWHERE
    metadata: Sequence[tuple[str, int]] = METADATA
    ipv6: Sequence[tuple[str, int]] = ELSEWHERE_V6


def expected(order: WorkspaceOrder) -> dict[str, Any]:
    """Return what each control must show for this order."""
    uid, limits = order.uid, order.limits
    nobody_else = f"{uid} {uid} {uid} {uid}"
    process = {
        "Uid": nobody_else,
        "Gid": nobody_else,
        **dict.fromkeys(CAPABILITIES, NO_CAPABILITY),
        "NoNewPrivs": "1",
        "Seccomp": "2",
    }
    return {
        **{name: [] for name in NOTHING},
        **{f"call {name}": error for name, error in CALLS.items()},
        "dns": "not resolved",
        "name-servers": ["127.0.0.1"],
        "interfaces": ["lo"],
        "address-families": [1, 2, 10, 16],
        "own-folders": OWN_FOLDERS,
        "writable-mounts": OWN_FOLDERS,
        "cohorts": sorted(cohort.id for cohort in order.cohorts),
        "first-process": {**process, "Groups": str(uid)},
        "users": [uid],
        "limits": {
            "processes": str(limits.max_processes),
            "memory": str(limits.memory_mib * MIB),
            "files": str(limits.open_files),
            "core": "0",
        },
        "outside:process": process,
        "outside:interfaces": ["lo"],
        "outside:canary": 0,
    }


def judge(order: WorkspaceOrder, observed: Mapping[str, Any]) -> list[Line]:
    """Compare; a control without an observation has failed."""
    lines = []
    for control, wanted in sorted(expected(order).items()):
        # TRUST: equality alone is a pass; absence, an error's text or more than expected is not.
        ok = control in observed and observed[control] == wanted
        seen = _text(observed[control]) if control in observed else "no report"
        lines.append(Line(control, _text(wanted), seen[:400], ok))
    return lines


def probe(engine: Engine, order: WorkspaceOrder) -> list[Line]:
    """Try every control of a running workspace."""
    found = engine.inspect(order.container_name)
    if found is None or not found["State"]["Running"]:
        raise EngineFailed(f"{order.wid} does not run")
    hosts = host_addresses()
    with Canary(hosts) as canary:
        targets = [(host, port) for host in hosts for port in HOST_PORTS]
        reach = Reach(
            tcp=(*ELSEWHERE, *canary.targets, *targets), udp=(*ELSEWHERE, *canary.targets, *targets)
        )
        inside = look_inside(engine, order, reach)
        hits = canary.hits
    outside = look_from_outside(engine, found, order)
    return judge(order, {**inside, **outside, "outside:canary": hits})


def look_inside(engine: Engine, order: WorkspaceOrder, reach: Reach) -> dict[str, Any]:
    """Run the script in the container and read its report."""
    script = files(__package__).joinpath("probe_inside.py").read_text()
    nonce = secrets.token_hex(16)
    ask = json.dumps({"nonce": nonce, **asdict(reach)})
    program = (PYTHON, "-I", "-S", "-c", script, ask)
    ran = engine.run_inside(order.container_name, program, f"{order.uid}:{order.uid}")
    return report(ran.output, nonce)


def report(output: bytes, nonce: str) -> dict[str, Any]:
    """Read the script's lines; what is not one of its lines is left out."""
    observed: dict[str, Any] = {}
    for raw in output.splitlines():
        try:
            line = json.loads(raw)
        except (ValueError, RecursionError):
            continue
        # TRUST: a workspace can guess at lines, not at this run's nonce.
        if not isinstance(line, dict) or line.get("nonce") != nonce:
            continue
        control = str(line.get("control"))
        observed[control] = "REPORTED TWICE" if control in observed else line.get("observed")
    return observed


def look_from_outside(
    engine: Engine, found: Mapping[str, Any], order: WorkspaceOrder
) -> dict[str, Any]:
    """Ask the kernel and the engine, which the workspace cannot influence."""
    process = Path("/proc") / str(int(found["State"]["Pid"]))
    return {
        "outside:shared-namespaces": _shared_namespaces(process),
        "outside:process": _status(process),
        "outside:interfaces": _interfaces(process),
        "outside:differences": differences(found, order, engine.inspect_image(order.image)),
    }


def _shared_namespaces(process: Path) -> list[str]:
    def links(folder: Path) -> dict[str, str]:
        return {name: os.readlink(folder / "ns" / name) for name in NAMESPACES}

    theirs, ours = links(process), links(Path("/proc/self"))
    return [name for name in NAMESPACES if theirs[name] == ours[name]]


def _status(process: Path) -> dict[str, str]:
    keys = ("Uid", "Gid", *CAPABILITIES, "NoNewPrivs", "Seccomp")
    lines = (process / "status").read_text().splitlines()
    values = dict(line.split(":", 1) for line in lines if ":" in line)
    return {key: " ".join(values.get(key, "absent").split()) for key in keys}


def _interfaces(process: Path) -> list[str]:
    lines = (process / "net" / "dev").read_text().splitlines()[2:]
    return sorted(line.split(":")[0].strip() for line in lines)


def differences(
    found: Mapping[str, Any], order: WorkspaceOrder, image: Mapping[str, Any] | None
) -> list[str]:
    """Return the fields in which the running container is not the ordered one."""
    body = container_body(order, seccomp_profile())
    host = body.pop("HostConfig")
    config = {k: v for k, v in body.items() if k != "Env" and not k.startswith("Attach")}
    differing = [k for k, v in config.items() if found["Config"].get(k) != v]
    # The image has variables of its own (PATH, JAVA_HOME); whatever else is there was not ordered.
    of_image = ((image or {}).get("Config") or {}).get("Env") or ()
    if {*of_image, *body["Env"]} != {*(found["Config"]["Env"] or ()), *of_image}:
        differing.append("Env")
    differing += [k for k, v in host.items() if not _holds(found["HostConfig"].get(k), v)]
    extra = ("CapAdd", "Binds", "Devices", "VolumesFrom", "Links", "PortBindings", "GroupAdd")
    differing += [k for k in (*extra, "PidMode", "UTSMode") if found["HostConfig"].get(k)]
    return sorted(differing)


def _holds(seen: Any, ordered: Any) -> bool:
    """Say whether the engine's record holds what was ordered; it may add defaults to objects."""
    if isinstance(ordered, Mapping):
        return isinstance(seen, Mapping) and all(_holds(seen.get(k), v) for k, v in ordered.items())
    if isinstance(ordered, list):
        return (
            isinstance(seen, list)
            and len(seen) == len(ordered)
            and all(_holds(one, two) for one, two in zip(seen, ordered, strict=True))
        )
    return bool(seen == ordered) or (seen is None and not ordered)


def _text(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, sort_keys=True, default=str)
