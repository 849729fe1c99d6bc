"""The container engine: the only code that talks to Docker."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import docker
from docker.errors import APIError, DockerException, NotFound
from docker.utils.socket import frames_iter

from gdi_spe.boundary.errors import Unavailable
from gdi_spe.node.containers.lockdown import NODE_LABEL

STOPPING_SECONDS = 10
OUTPUT_MAX_BYTES = 1_000_000


class EngineFailed(Unavailable):
    """The container engine does not answer, or could not do what it was asked."""

    code = "engine-failed"
    public_message = "The container engine could not do this; the operator has been told."


@dataclass(frozen=True)
class Ran:
    """What a program run inside a container said."""

    exit_code: int
    output: bytes


class Engine(Protocol):
    """What the node needs of a container engine, and no more."""

    def create(self, name: str, body: Mapping[str, Any]) -> str:
        """Create a container from the whole of its create request; return its id."""

    def start(self, container: str) -> None:
        """Start it."""

    def inspect(self, container: str) -> dict[str, Any] | None:
        """Return what the engine knows of it, or None if there is no such container."""

    def remove(self, container: str) -> bool:
        """Kill and remove it; False if it was not there."""

    def labelled(self, node: str) -> list[dict[str, Any]]:
        """Return this node's containers, running or not."""

    def run_inside(self, container: str, program: Sequence[str], user: str) -> Ran:
        """Run a program inside a running container and return what it said."""

    def inspect_image(self, image: str) -> dict[str, Any] | None:
        """Return what the engine knows of an image; nothing is ever pulled."""


class DockerEngine:
    """The engine of this machine, over its own socket."""

    def __init__(self, base_url: str = "unix:///var/run/docker.sock", timeout: float = 60) -> None:
        try:
            self._api = docker.APIClient(base_url=base_url, version="auto", timeout=timeout)
        except DockerException as error:
            raise EngineFailed(str(error)) from None

    def close(self) -> None:
        """Give back the connections."""
        self._api.close()

    def create(self, name: str, body: Mapping[str, Any]) -> str:
        """Create a container from the whole of its create request; return its id."""
        with _translated():
            return str(self._api.create_container_from_config(dict(body), name)["Id"])

    def start(self, container: str) -> None:
        """Start it."""
        with _translated():
            self._api.start(container)

    def inspect(self, container: str) -> dict[str, Any] | None:
        """Return what the engine knows of it, or None if there is no such container."""
        with _translated():
            try:
                found: dict[str, Any] = self._api.inspect_container(container)
            except NotFound:
                return None
            return found

    def remove(self, container: str) -> bool:
        """Kill and remove it; False if it was not there."""
        found = self.inspect(container)
        if found is None:
            return False
        with _translated():
            try:
                self._api.remove_container(found["Id"], force=True, v=True)
            except NotFound:
                return True
            except APIError as error:
                if error.status_code != 409:  # its own AutoRemove was faster
                    raise
        self._wait_gone(found["Id"])
        return True

    def _wait_gone(self, container: str) -> None:
        with _translated():
            try:
                self._api.wait(container, timeout=STOPPING_SECONDS, condition="removed")
            except NotFound:
                return

    def labelled(self, node: str) -> list[dict[str, Any]]:
        """Return this node's containers, running or not."""
        with _translated():
            filters = {"label": f"{NODE_LABEL}={node}"}
            found: list[dict[str, Any]] = self._api.containers(all=True, filters=filters)
            return found

    def run_inside(self, container: str, program: Sequence[str], user: str) -> Ran:
        """Run a program inside a running container and return what it said."""
        with _translated():
            made = self._api.exec_create(container, list(program), user=user, stdin=False)
            output = _bounded(self._api.exec_start(made["Id"], socket=True))
            code = self._api.exec_inspect(made["Id"])["ExitCode"]
            return Ran(-1 if code is None else int(code), output)

    def inspect_image(self, image: str) -> dict[str, Any] | None:
        """Return what the engine knows of an image; nothing is ever pulled."""
        with _translated():
            try:
                found: dict[str, Any] = self._api.inspect_image(image)
            except NotFound:
                return None
            return found


def _bounded(stream: Any) -> bytes:
    """Read all that a program says, and give up on one that does not stop."""
    output = b""
    try:
        for _, part in frames_iter(stream, tty=False):
            output += part
            if len(output) > OUTPUT_MAX_BYTES:
                raise EngineFailed("a program in a container does not stop talking")
    finally:
        stream._response.close()
        stream.close()
    return output


class _translated:  # noqa: N801  # reads as a word in 'with _translated():'
    """Turn the engine's errors into ours; their text goes to the log alone."""

    def __enter__(self) -> None:
        return None

    def __exit__(self, _kind: object, error: BaseException | None, _trace: object) -> None:
        if isinstance(error, DockerException | OSError):
            raise EngineFailed(str(error)) from error
