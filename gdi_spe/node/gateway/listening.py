"""Listening sockets that outlive the gateway: systemd's file-descriptor store.

While the gateway restarts, the sockets wait in the store and connections wait in their backlog,
so that nobody's page says that the server is gone. Without a store new sockets are made.
"""

from __future__ import annotations

import os
import socket
import struct
from collections.abc import Mapping
from pathlib import Path

_FIRST_INHERITED = 3
_BACKLOG = 128


class Store:
    """The descriptors that the service manager kept, and the way to give it new ones."""

    def __init__(self, notify_path: str, inherited: dict[str, int]) -> None:
        self._notify_path = notify_path
        self._inherited = inherited

    @classmethod
    def from_environment(cls, environment: Mapping[str, str], pid: int) -> Store:
        """Read sd_listen_fds(3)'s variables; those meant for another process are ignored."""
        names: list[str] = []
        if environment.get("LISTEN_PID", str(pid)) == str(pid):
            n_sockets = int(environment.get("LISTEN_FDS", "0"))
            names = environment.get("LISTEN_FDNAMES", "").split(":")[:n_sockets]
        inherited = {name: _FIRST_INHERITED + i for i, name in enumerate(names) if name}
        return cls(environment.get("NOTIFY_SOCKET", ""), inherited)

    def listen(self, name: str, path: Path, mode: int) -> socket.socket:
        """Return the kept socket of that name, or a new one at the path."""
        kept = self._take(name)
        if kept is not None and path.is_socket():
            return kept
        if kept is not None:
            kept.close()
        listening = listen_at(path, mode)
        self._tell(f"FDSTORE=1\nFDNAME={name}", listening.fileno())
        return listening

    def release(self, name: str) -> None:
        """Let the service manager forget a socket."""
        self._tell(f"FDSTOREREMOVE=1\nFDNAME={name}")

    def close_unclaimed(self) -> None:
        """Close what was kept for workspaces that are not there any more."""
        for name in list(self._inherited):
            unclaimed = self._take(name)
            if unclaimed is not None:
                unclaimed.close()
            self.release(name)

    def ready(self) -> None:
        """Say that the gateway serves."""
        self._tell("READY=1")

    def _take(self, name: str) -> socket.socket | None:
        number = self._inherited.pop(name, None)
        if number is None:
            return None
        kept = socket.socket(fileno=number)
        kept.setblocking(False)
        os.set_inheritable(number, False)
        return kept

    def _tell(self, text: str, descriptor: int | None = None) -> None:
        if not self._notify_path:
            return
        address = self._notify_path
        address = "\0" + address[1:] if address.startswith("@") else address
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as manager:
            manager.connect(address)
            socket.send_fds(manager, [text.encode()], [] if descriptor is None else [descriptor])


def listen_at(path: Path, mode: int) -> socket.socket:
    """Listen on a new unix socket at a path, in place of whatever was there."""
    path.unlink(missing_ok=True)
    listening = socket.socket(socket.AF_UNIX)
    listening.setblocking(False)
    listening.bind(str(path))
    path.chmod(mode)
    listening.listen(_BACKLOG)
    return listening


def peer_uid(connected: socket.socket) -> int:
    """Return the uid of the process at the other end of a unix socket."""
    size = struct.calcsize("3i")
    raw = connected.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, size)
    _pid, uid, _gid = struct.unpack("3i", raw)
    return int(uid)
