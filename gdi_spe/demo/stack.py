"""A whole node on one machine: its processes, and the development providers beside it."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from gdi_spe.demo.processes import Processes, answers_tcp, answers_unix
from gdi_spe.node.settings import Settings, load_settings, run_dir_of

REPOSITORY = Path(__file__).resolve().parents[2]
# The gateway's own copies of what browsers load, taken from each image when it was built.
GOLDEN = REPOSITORY / ".cache" / "golden"


@dataclass(frozen=True)
class Ports:
    """Loopback ports of one demo."""

    hub: int
    proxy_api: int
    web: int
    identity_provider: int
    access_committee: int


@dataclass(frozen=True)
class Stack:
    """The processes of a node whose home has been prepared."""

    home: Path
    state: Path
    ports: Ports
    processes: Processes

    @classmethod
    def of(cls, home: Path, state: Path, ports: Ports) -> Stack:
        """Describe a node; nothing is started yet."""
        tools = f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}"
        keep = ("LANG", "LC_ALL", "HOME", "TMPDIR", "SSL_CERT_FILE")
        environment = {key: os.environ[key] for key in keep if key in os.environ}
        environment |= {"PATH": tools, "PYTHONUNBUFFERED": "1", "GDI_SPE_HOME": str(home)}
        return cls(home, state, ports, Processes(home / "logs", environment))

    @property
    def settings(self) -> Settings:
        """The node's settings, as its processes read them."""
        return load_settings(self.home)

    @property
    def run_dir(self) -> Path:
        """Where the node's sockets and mounts are while it runs."""
        return run_dir_of(self.home)

    def start_providers(self) -> None:
        """Start what stands for LS AAI and for a data access committee."""
        names = ("access_committee", "identity_provider")
        for name in names:
            self.begin_provider(name)
        for name in names:
            self.processes.wait(name)

    def begin_provider(self, name: str) -> None:
        """Start one of the two without waiting for it."""
        port = {
            "access_committee": self.ports.access_committee,
            "identity_provider": self.ports.identity_provider,
        }[name]
        command = [*_module(f"gdi_spe.demo.stand_ins.{name}"), "--port", str(port)]
        self.processes.begin(name, [*command, "--state", str(self.state)], answers_tcp(port))

    def start_node(self) -> None:
        """Start the node's own processes, each when those it asks are up."""
        together = ("helper", "serve", "gateway", "web")
        for name in together:
            self.begin(name)
        for name in together:
            self.processes.wait(name)
        self.start("hub")

    def begin(self, name: str) -> None:
        """Start one process of the node without waiting for it."""
        command, is_ready = self._part(name)
        self.processes.begin(name, command, is_ready)

    def start(self, name: str) -> None:
        """Start one process of the node and wait until it answers."""
        self.begin(name)
        self.processes.wait(name)

    def _part(self, name: str) -> tuple[list[str], Callable[[], bool]]:
        run = self.settings.run_dir
        home = ["--home", str(self.home)]
        config = str(REPOSITORY / "hub_config" / "jupyterhub_config.py")
        parts: dict[str, tuple[list[str], Callable[[], bool]]] = {
            "helper": (
                [*_module("gdi_spe.node.containers.helper"), *home],
                answers_unix(run / "helper" / "node.sock", run / "helper" / "hub.sock"),
            ),
            "serve": (
                [*_module("gdi_spe.node.cli.main"), *home, "serve"],
                answers_unix(*(run / "api" / f"{role}.sock" for role in ("hub", "web", "admin"))),
            ),
            "gateway": (
                [*_module("gdi_spe.node.gateway"), *home, "--golden", str(GOLDEN)],
                answers_unix(run / "gateway" / "ctl.sock"),
            ),
            "hub": (
                [*_module("jupyterhub"), "-f", config],
                _both(answers_tcp(self.ports.hub), answers_unix(run / "hub" / "hub.sock")),
            ),
            "web": ([*_module("gdi_spe.node.web"), *home], answers_tcp(self.ports.web)),
        }
        return parts[name]

    def stop(self) -> None:
        """End the node's workspaces and every process that was started here."""
        self.processes.stop("hub")
        self.processes.stop("gateway")
        self.remove_leftovers()
        self.processes.stop_all()
        shutil.rmtree(self.run_dir, ignore_errors=True)

    def remove_leftovers(self) -> None:
        """Remove containers and mounts of this node, and of no other."""
        command = [*_module("gdi_spe.node.containers.helper"), "--home", str(self.home)]
        self.processes.run("remove-all", [*command, "--remove-all"])


def _module(name: str) -> list[str]:
    return [sys.executable, "-m", name]


def _both(first: Callable[[], bool], second: Callable[[], bool]) -> Callable[[], bool]:
    return lambda: first() and second()
