from __future__ import annotations

import json
from typing import Any

import pytest

from gdi_spe.node.containers import system_calls
from gdi_spe.node.containers.lockdown import container_body, seccomp_profile
from gdi_spe.node.containers.order import WorkspaceOrder
from tests.node.containers.nodes import ROOT


@pytest.fixture
def body(order: WorkspaceOrder) -> dict[str, Any]:
    return container_body(order, seccomp_profile())


def test_the_kept_profile_is_the_one_that_is_used() -> None:
    kept = (ROOT / "hub_config" / "seccomp.json").read_text()

    assert kept == system_calls.text()
    assert json.loads(kept) == json.loads(seccomp_profile())


@pytest.mark.parametrize(
    "call",
    [
        "ptrace",
        "process_vm_readv",
        "process_vm_writev",
        "pidfd_getfd",
        "mount",
        "umount2",
        "unshare",
        "setns",
        "bpf",
        "keyctl",
        "add_key",
        "request_key",
        "userfaultfd",
        "perf_event_open",
        "io_uring_setup",
        "io_uring_enter",
        "io_uring_register",
        "open_by_handle_at",
        "init_module",
        "kexec_load",
        "pivot_root",
        "chroot",
        "fsopen",
        "move_mount",
        "reboot",
        "swapon",
    ],
)
def test_a_dangerous_call_is_not_on_the_list(call: str) -> None:
    named = {name for rule in system_calls.profile()["syscalls"] for name in rule["names"]}

    assert call not in named


def test_what_is_not_listed_is_refused() -> None:
    profile = system_calls.profile()

    assert profile["defaultAction"] == "SCMP_ACT_ERRNO"
    assert {rule["action"] for rule in profile["syscalls"]} == {"SCMP_ACT_ALLOW", "SCMP_ACT_ERRNO"}


def test_a_socket_has_one_of_four_families() -> None:
    rules = [r for r in system_calls.profile()["syscalls"] if r["names"] == ["socket"]]

    assert [rule["args"][0]["value"] for rule in rules] == [1, 2, 10, 16]
    assert all(rule["args"][0]["op"] == "SCMP_CMP_EQ" for rule in rules)


def test_clone_makes_no_namespace_and_clone3_does_not_exist() -> None:
    rules = {r["names"][0]: r for r in system_calls.profile()["syscalls"] if len(r["names"]) == 1}

    assert rules["clone"]["args"][0]["value"] == 0x7E020000
    assert rules["clone"]["args"][0]["op"] == "SCMP_CMP_MASKED_EQ"
    assert rules["clone3"] == {"names": ["clone3"], "action": "SCMP_ACT_ERRNO", "errnoRet": 38}


def test_the_container_has_no_network_no_privilege_and_no_swap(body: dict[str, Any]) -> None:
    host = body["HostConfig"]

    assert host["NetworkMode"] == "none"
    assert host["ReadonlyRootfs"] is True
    assert host["CapDrop"] == ["ALL"]
    assert host["Privileged"] is False
    assert host["SecurityOpt"][0] == "no-new-privileges:true"
    assert json.loads(host["SecurityOpt"][1].removeprefix("seccomp=")) == system_calls.profile()
    assert host["MemorySwap"] == host["Memory"] == 1024 * 1024 * 1024
    assert host["PidsLimit"] == 128
    assert host["AutoRemove"] is True
    assert {"Name": "core", "Soft": 0, "Hard": 0} in host["Ulimits"]


def test_the_container_runs_as_its_own_uid_by_image_id(
    body: dict[str, Any], order: WorkspaceOrder
) -> None:
    assert body["User"] == f"{order.uid}:{order.uid}"
    assert order.uid != 0
    assert body["Image"].startswith("sha256:")


def test_nothing_secret_is_told(body: dict[str, Any]) -> None:
    text = json.dumps({**body, "HostConfig": None}).upper()

    for word in ("TOKEN", "SECRET", "JUPYTERHUB", "PASSWORD"):
        assert word not in text


def test_every_mount_is_a_lone_bind(body: dict[str, Any]) -> None:
    mounts = body["HostConfig"]["Mounts"]

    assert {m["Type"] for m in mounts} == {"bind"}
    assert all(
        m["BindOptions"] == {"Propagation": "rprivate", "NonRecursive": True} for m in mounts
    )
    assert [m["Target"] for m in mounts if not m["ReadOnly"]] == [
        "/run/workspace",
        "/home/spe/work",
    ]
    assert "Binds" not in body["HostConfig"]


def test_the_whole_body_is_this(body: dict[str, Any]) -> None:
    """A change of any field is a change of this list, seen in review."""
    assert sorted(body) == (
        [
            "AttachStderr",
            "AttachStdin",
            "AttachStdout",
            "Cmd",
            "Entrypoint",
            "Env",
            "Healthcheck",
            "HostConfig",
            "Hostname",
            "Image",
            "Labels",
            "OpenStdin",
            "Tty",
            "User",
            "WorkingDir",
        ]
    )
    assert sorted(body["HostConfig"]) == (
        [
            "AutoRemove",
            "CapDrop",
            "CgroupnsMode",
            "Dns",
            "DnsSearch",
            "ExtraHosts",
            "IpcMode",
            "LogConfig",
            "Memory",
            "MemorySwap",
            "Mounts",
            "NanoCpus",
            "NetworkMode",
            "OomKillDisable",
            "OomScoreAdj",
            "PidsLimit",
            "Privileged",
            "ReadonlyRootfs",
            "RestartPolicy",
            "SecurityOpt",
            "ShmSize",
            "Tmpfs",
            "Ulimits",
        ]
    )
