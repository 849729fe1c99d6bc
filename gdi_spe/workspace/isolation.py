"""Try what a workspace must not be able to do, and say what happened.

This report is for the researcher's interest. It is no evidence for the node: whoever could
break out could also write it. The node probes workspaces by itself, from outside.
"""

from __future__ import annotations

import os
import socket
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gdi_spe.workspace.showing import html_table

_SECONDS = 1.5
_NOTE = "This is no evidence for the node, which probes workspaces itself."


@dataclass(frozen=True)
class Attempt:
    """One thing that was tried."""

    what: str
    is_closed: bool
    detail: str


class IsolationReport:
    """What was tried and what came of it."""

    def __init__(self, attempts: list[Attempt]) -> None:
        self.attempts = tuple(attempts)

    @property
    def is_isolated(self) -> bool:
        """Whether everything that was tried failed, as it should."""
        return all(attempt.is_closed for attempt in self.attempts)

    def _rows(self) -> list[tuple[str, str, str]]:
        return [
            (attempt.what, "closed" if attempt.is_closed else "OPEN", attempt.detail)
            for attempt in self.attempts
        ]

    def __repr__(self) -> str:
        lines = [f"{state:<7} {what}: {detail}" for what, state, detail in self._rows()]
        return "\n".join([*lines, _NOTE])

    def _repr_html_(self) -> str:
        return html_table(("tried", "", "what happened"), self._rows(), caption=_NOTE)


def isolation_report() -> IsolationReport:
    """Really try to leave the workspace, and report.

    Returns
    -------
    A report: each attempt is closed or OPEN. It is no evidence for the node.

    Examples
    --------
    >>> import gdi_spe as spe
    >>> spe.isolation_report().is_isolated
    True
    """
    return IsolationReport([_try(what, attempt) for what, attempt in ATTEMPTS])


def _try(what: str, attempt: Callable[[], str]) -> Attempt:
    try:
        return Attempt(what, is_closed=False, detail=attempt())
    except Exception as error:
        return Attempt(what, is_closed=True, detail=f"{type(error).__name__}: {error}")


def _tcp(host: str, port: int) -> Callable[[], str]:
    def attempt() -> str:
        with socket.create_connection((host, port), timeout=_SECONDS):
            return f"connected to {host}:{port}"

    return attempt


def _udp() -> str:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.settimeout(_SECONDS)
        sender.connect(("192.0.2.1", 53))
        sender.send(b"\0" * 12)
    return "a datagram was accepted for sending"


def _dns() -> str:
    return f"resolved to {socket.gethostbyname('example.org')}"


def _interfaces() -> str:
    names = [name for _, name in socket.if_nameindex() if name != "lo"]
    if not names:
        raise OSError("no interface but lo")
    return f"interfaces {', '.join(names)}"


def _socket_of(family: str, kind: str) -> Callable[[], str]:
    def attempt() -> str:
        with socket.socket(getattr(socket, family), getattr(socket, kind)):
            return f"a {family} socket was made"

    return attempt


def _write(path: str) -> Callable[[], str]:
    def attempt() -> str:
        with tempfile.TemporaryFile(dir=path) as file:
            file.write(b"x")
        return f"{path} can be written"

    return attempt


def _cohort() -> str:
    folders = [path for path in Path("/cohorts").iterdir() if path.is_dir()]
    if not folders:
        raise FileNotFoundError("no cohort is mounted")
    return _write(str(folders[0]))()


def _docker() -> str:
    with socket.socket(socket.AF_UNIX) as caller:
        caller.connect("/var/run/docker.sock")
    return "the container engine answers"


def _other_processes() -> str:
    mine = os.getuid()
    others = [
        path.name
        for path in Path("/proc").iterdir()
        if path.name.isdigit() and path.stat().st_uid != mine
    ]
    if not others:
        raise PermissionError("no process of anybody else is seen")
    return f"{len(others)} processes of others are seen"


def _root() -> str:
    os.setuid(0)
    return "became root"


ATTEMPTS: tuple[tuple[str, Callable[[], str]], ...] = (
    ("network interfaces", _interfaces),
    ("TCP to an outside address", _tcp("192.0.2.1", 443)),
    ("TCP to the cloud's metadata", _tcp("169.254.169.254", 80)),
    ("TCP to a usual host address", _tcp("172.17.0.1", 22)),
    ("UDP to an outside address", _udp),
    ("resolving a name", _dns),
    ("raw socket", _socket_of("AF_INET", "SOCK_RAW")),
    ("packet socket", _socket_of("AF_PACKET", "SOCK_RAW")),
    ("vsock", _socket_of("AF_VSOCK", "SOCK_STREAM")),
    ("the container engine", _docker),
    ("writing to /", _write("/")),
    ("writing to /usr", _write("/usr")),
    ("writing to the cohort", _cohort),
    ("processes of others", _other_processes),
    ("becoming root", _root),
)
