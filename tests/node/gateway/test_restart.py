"""A restart of the gateway: sockets wait in the service manager's store, budgets never shrink."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from gdi_spe.node.gateway.listening import Store, listen_at, peer_uid
from gdi_spe.node.gateway.registry import Registry


class Manager:
    """Stands for systemd: keeps the descriptors that it is sent, by name."""

    def __init__(self, path: Path) -> None:
        self.path, self.kept = path, dict[str, int]()
        self.said: list[str] = []
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.settimeout(0.2)

    def hear(self) -> None:
        while True:
            try:
                data, descriptors, _, _ = socket.recv_fds(self._socket, 4096, 4)
            except TimeoutError:
                return
            told = dict(line.split("=", 1) for line in data.decode().splitlines())
            self.said.append(data.decode())
            if "FDSTORE" in told:
                self.kept[told["FDNAME"]] = descriptors[0]
            if "FDSTOREREMOVE" in told and told["FDNAME"] in self.kept:
                os.close(self.kept.pop(told["FDNAME"]))

    def close(self) -> None:
        self._socket.close()
        for descriptor in self.kept.values():
            os.close(descriptor)


@pytest.fixture
def manager(house_path: Path) -> Iterator[Manager]:
    manager = Manager(house_path / "notify.sock")
    yield manager
    manager.close()


def test_a_connection_waits_while_the_gateway_restarts(manager: Manager, house_path: Path) -> None:
    path = house_path / "gw.sock"
    before = Store(str(manager.path), {}).listen("w1.pub", path, 0o600)
    manager.hear()
    before.close()

    with socket.socket(socket.AF_UNIX) as browser:
        browser.connect(str(path))
        after = Store(str(manager.path), dict(manager.kept)).listen("w1.pub", path, 0o600)
        manager.kept.clear()
        accepted, _ = after.accept()

        accepted.sendall(b"hello")
        assert browser.recv(5) == b"hello"
        accepted.close()
        after.close()


def test_a_socket_that_nobody_wants_is_given_up(manager: Manager, house_path: Path) -> None:
    listening = Store(str(manager.path), {}).listen("w1.pub", house_path / "gw.sock", 0o600)
    manager.hear()
    store = Store(str(manager.path), {"w1.pub": os.dup(manager.kept["w1.pub"])})

    store.close_unclaimed()

    manager.hear()
    assert manager.kept == {}
    listening.close()


def test_descriptors_for_another_process_are_not_taken() -> None:
    environment = {"LISTEN_PID": "1", "LISTEN_FDS": "1", "LISTEN_FDNAMES": "w1.pub"}

    assert Store.from_environment(environment, 2)._inherited == {}
    assert Store.from_environment({**environment, "LISTEN_PID": "2"}, 2)._inherited == {"w1.pub": 3}


def test_a_new_socket_takes_the_place_of_what_was_there(house_path: Path) -> None:
    path = house_path / "gw.sock"
    path.write_text("x")

    with listen_at(path, 0o640) as listening, socket.socket(socket.AF_UNIX) as client:
        client.connect(str(path))
        assert path.stat().st_mode & 0o777 == 0o640
        accepted, _ = listening.accept()
        assert peer_uid(accepted) == os.getuid()
        accepted.close()


NODE_TOML = """
node_id = "TEST"
title = "Test"
mode = "development"
[identity]
issuer = "http://127.0.0.1:1"
hub_client_id = "hub"
web_client_id = "web"
member_group = "m"
reviewer_group = "r"
admin_group = "a"
visa_issuers = []
[hub]
public_url = "http://127.0.0.1:1"
bind_url = "http://127.0.0.1:1"
proxy_api_port = 1
[web]
public_url = "http://127.0.0.1:1"
bind_port = 1
[workspace]
image = "sha256:0000000000000000000000000000000000000000000000000000000000000000"
"""


def start(home: Path, **environment: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "gdi_spe.node.gateway", "--home", str(home)]
    return subprocess.Popen(command, env={**os.environ, **environment}, stderr=subprocess.DEVNULL)


def wait_until(holds: Any, seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)


def test_the_process_starts_is_killed_and_starts_again(house_path: Path, manager: Manager) -> None:
    (house_path / "node.toml").write_text(f'run_dir = "{house_path}/run"\n{NODE_TOML}')
    control = house_path / "run" / "gateway" / "ctl.sock"
    first = start(house_path, NOTIFY_SOCKET=str(manager.path))
    wait_until(control.is_socket)
    registry = Registry(house_path / "gateway.db")
    registry.store_used_bytes("k", "2026-11-22", 500)
    first.send_signal(signal.SIGKILL)
    first.wait(10)
    control.unlink()

    second = start(house_path, NOTIFY_SOCKET=str(manager.path))
    wait_until(control.is_socket)
    second.terminate()

    assert second.wait(20) == 0
    assert registry.used_bytes("k", "2026-11-22") == 500
    registry.close()
    manager.hear()
    assert any("READY=1" in said for said in manager.said)


def test_without_settings_the_process_says_so_and_ends(house_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-m", "gdi_spe.node.gateway", "--home", str(house_path)],
        capture_output=True,
        text=True,
    )

    assert ended.returncode == 3
    assert "node.toml" in ended.stderr
