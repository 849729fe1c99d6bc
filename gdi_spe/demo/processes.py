"""Start processes, wait until they answer, and end just those."""

from __future__ import annotations

import ctypes
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from gdi_spe.boundary.errors import Unavailable


class NotReady(Unavailable):
    """A process ended, or did not answer in time; its log says why."""

    code = "not-ready"

    def __init__(self, name: str, log: Path) -> None:
        tail = "\n".join(log.read_text(errors="replace").splitlines()[-15:])
        self.public_message = f"{name} did not come up; the end of {log}:\n{tail}"
        super().__init__(self.public_message)


@dataclass
class Processes:
    """The processes of one demo node, in the order in which they were started."""

    logs: Path
    environment: Mapping[str, str]
    _running: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)
    _ready: dict[str, Callable[[], bool]] = field(default_factory=dict)

    def begin(self, name: str, command: Sequence[str], is_ready: Callable[[], bool]) -> None:
        """Start one process; `wait` until it answers."""
        self.logs.mkdir(parents=True, exist_ok=True)
        with self._log(name).open("ab") as sink:
            self._running[name] = subprocess.Popen(
                command,
                stdin=subprocess.DEVNULL,
                stdout=sink,
                stderr=subprocess.STDOUT,
                env=dict(self.environment),
                start_new_session=True,
                preexec_fn=_end_with_parent,
            )
        self._ready[name] = is_ready

    def wait(self, name: str, seconds: float = 60) -> None:
        """Wait until a process answers."""
        process, is_ready = self._running[name], self._ready[name]
        end = time.monotonic() + seconds
        while not is_ready():
            if process.poll() is not None or time.monotonic() > end:
                raise NotReady(name, self._log(name))
            time.sleep(0.05)

    def _log(self, name: str) -> Path:
        return self.logs / f"{name}.log"

    def stop(self, name: str, seconds: float = 20) -> None:
        """End one process and what it started: asked first, then killed."""
        process = self._running.pop(name, None)
        if process is None:
            return
        for sign, patience in ((signal.SIGTERM, seconds), (signal.SIGKILL, 5)):
            _signal_group(process, sign)
            try:
                process.wait(patience)
                break
            except subprocess.TimeoutExpired:
                continue
        _signal_group(process, signal.SIGKILL)  # its session may have outlived it

    def run(self, name: str, command: Sequence[str], seconds: float = 60) -> str:
        """Run a command to its end and return what it printed; raises if it failed."""
        self.logs.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            env=dict(self.environment),
            timeout=seconds,
            check=False,
        )
        log = self._log(name)
        log.write_text(f"{done.stdout}{done.stderr}")
        if done.returncode != 0:
            raise NotReady(f"{name} (exit {done.returncode})", log)
        return done.stdout

    def kill(self, name: str) -> None:
        """End one process without asking, as a crash would."""
        process = self._running.pop(name)
        process.kill()
        process.wait()

    def stop_all(self) -> None:
        """End everything, the last started first."""
        for name in reversed(list(self._running)):
            self.stop(name)

    @property
    def running(self) -> frozenset[str]:
        """The names of what was started and not stopped."""
        return frozenset(self._running)

    def pid(self, name: str) -> int:
        """Return a running process's id."""
        return self._running[name].pid


def _signal_group(process: subprocess.Popen[bytes], sign: signal.Signals) -> None:
    try:
        os.killpg(process.pid, sign)
    except ProcessLookupError:
        return


def _end_with_parent() -> None:
    # prctl(PR_SET_PDEATHSIG): a demo that is killed leaves no process behind.
    ctypes.CDLL(None).prctl(1, signal.SIGTERM, 0, 0, 0)


def free_ports(n: int) -> list[int]:
    """Return ports of loopback that nobody listens on now."""
    sockets = [socket.socket() for _ in range(n)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def answers_tcp(port: int) -> Callable[[], bool]:
    """Return a check that somebody listens on a port."""

    def check() -> bool:
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", port)) == 0

    return check


def answers_unix(*paths: Path) -> Callable[[], bool]:
    """Return a check that somebody listens on every one of these sockets."""

    def check() -> bool:
        return all(_connects(path) for path in paths)

    return check


def _connects(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX) as one:
        return one.connect_ex(str(path)) == 0
