"""Give up what judging a file does not need, before the first hostile byte is read.

The node runs a check in a process of its own that calls `confine` first. Limits come from the
policy; what the kernel does not offer here is not faked: the returned list says what held.
"""

from __future__ import annotations

import ctypes
import os
import resource
import struct
import sys
from pathlib import Path
from typing import Any

_CLONE_NEWNET = 0x40000000
_CLONE_NEWIPC = 0x08000000
_PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS, _PR_CAPBSET_DROP = 4, 38, 24
_LAST_CAPABILITY = 63
# Numbers that belong to no account: those that systemd gives to services for their time.
_FIRST_USER, _N_USERS = 61184, 4000
_CAPABILITY_VERSION_3 = 0x20080522

# What no check has a reason to do.
_FORBIDDEN = (
    "socket.", "subprocess.Popen", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn",
    "os.spawn", "os.system", "os.kill", "os.symlink", "os.link", "os.chown", "os.remove",
    "os.rename", "pickle.find_class", "pty.spawn", "shutil.", "ftplib.", "http.client.",
    "smtplib.", "urllib.Request", "webbrowser.",
)  # fmt: skip


class Forbidden(BaseException):
    """A check tried what it has no reason to do; nothing inside may catch this by accident."""


def confine(memory_bytes: int, cpu_seconds: int, file_bytes: int, out: Path) -> list[str]:
    """Set limits, cut the network, drop privileges and forbid the rest; return what held."""
    _limit(resource.RLIMIT_AS, memory_bytes)
    _limit(resource.RLIMIT_CPU, cpu_seconds)
    _limit(resource.RLIMIT_FSIZE, file_bytes)
    _limit(resource.RLIMIT_NOFILE, 64)
    _limit(resource.RLIMIT_CORE, 0)
    held = ["limits"]
    libc = ctypes.CDLL(None, use_errno=True)
    # A namespace of its own has no network but a loopback that is down.
    if libc.unshare(_CLONE_NEWNET | _CLONE_NEWIPC) == 0:
        held.append("network")
    for capability in range(_LAST_CAPABILITY):
        libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)
    if _leave_root():
        held.append("user")
    libc.prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0:
        held.append("privileges")
    if _drop_capabilities(libc):
        held.append("capabilities")
    sys.addaudithook(_hook(out))
    return [*held, "hook"]


def _limit(what: int, value: int) -> None:
    _, hard = resource.getrlimit(what)
    bound = value if hard == resource.RLIM_INFINITY else min(value, hard)
    resource.setrlimit(what, (bound, bound))


def unprivileged_user() -> int | None:
    """Return the user that a check runs as when it is started by root; nothing where it is not."""
    return _FIRST_USER + os.getpid() % _N_USERS if os.geteuid() == 0 else None


def _leave_root() -> bool:
    """Become a user that owns nothing but the folder of this check.

    The folder's owner is that user: whoever started the check gave it to them.
    """
    if os.geteuid() != 0:
        return True
    owner = os.stat(".").st_uid
    # TRUST: as root, limits and permissions hold nothing back; better no check than such a one.
    if owner == 0:
        raise PermissionError("the folder of a check belongs to root")
    os.setgroups([])
    os.setresgid(owner, owner, owner)
    os.setresuid(owner, owner, owner)
    return os.getuid() == owner


def _drop_capabilities(libc: Any) -> bool:
    header = ctypes.create_string_buffer(struct.pack("=Ii", _CAPABILITY_VERSION_3, 0))
    none = ctypes.create_string_buffer(24)
    return bool(libc.capset(header, none) == 0)


def _hook(out: Path) -> Any:
    allowed = str(out.resolve()) + os.sep
    writing = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND

    def hook(event: str, arguments: tuple[Any, ...]) -> None:
        if event.startswith(_FORBIDDEN):
            raise Forbidden(event)
        if event == "open":
            path, _, flags = arguments
            # TRUST: a check writes its report and canonical bytes, and nothing else anywhere.
            if isinstance(flags, int) and flags & writing and not _inside(path, allowed):
                raise Forbidden("open for writing")

    return hook


def _inside(path: Any, allowed: str) -> bool:
    return isinstance(path, (str, os.PathLike)) and os.path.abspath(path).startswith(allowed)
