"""Listeners on the host's own addresses that must not be reached while a workspace is probed."""

from __future__ import annotations

import selectors
import socket
import threading
from collections.abc import Iterable
from types import TracebackType
from typing import Self

import psutil


def host_addresses() -> list[str]:
    """Return the host's addresses, loopback aside: a workspace has a loopback of its own."""
    found = [
        address.address
        for addresses in psutil.net_if_addrs().values()
        for address in addresses
        if address.family in (socket.AF_INET, socket.AF_INET6) and "%" not in address.address
    ]
    return sorted({one for one in found if not one.startswith("127.") and one != "::1"})


class Canary:
    """Counts who connects or sends; it never answers."""

    def __init__(self, hosts: Iterable[str]) -> None:
        self.hits = 0
        self.targets: list[tuple[str, int]] = []
        self._selector = selectors.DefaultSelector()
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._watch, daemon=True)
        for host in hosts:
            self._listen(host)

    def _listen(self, host: str) -> None:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        stream, datagram = socket.socket(family, 1), socket.socket(family, 2)
        try:
            stream.bind((host, 0))
            datagram.bind((host, stream.getsockname()[1]))
            stream.listen()
        except OSError:  # an address that is going, or a port that is taken for datagrams
            stream.close()
            datagram.close()
            return
        self.targets.append((host, stream.getsockname()[1]))
        for one in (stream, datagram):
            one.setblocking(False)
            self._selector.register(one, selectors.EVENT_READ)

    def _watch(self) -> None:
        while not self._done.is_set():
            for key, _ in self._selector.select(timeout=0.05):
                self._count(key.fileobj)  # type: ignore[arg-type]  # only sockets are registered

    def _count(self, listener: socket.socket) -> None:
        self.hits += 1
        try:
            if listener.type == socket.SOCK_STREAM:
                listener.accept()[0].close()
            else:
                listener.recv(1)
        except OSError:
            return

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        self._done.set()
        self._thread.join()
        for key in list(self._selector.get_map().values()):
            key.fileobj.close()  # type: ignore[union-attr]  # only sockets are registered
        self._selector.close()
