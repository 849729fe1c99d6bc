"""What a hostile workspace would try against its walls, on the real engine."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from gdi_spe.node.containers.canary import Canary, host_addresses
from gdi_spe.node.containers.controls_off import Off, controls_off, rehearse
from gdi_spe.node.containers.engine import DockerEngine
from gdi_spe.node.containers.keeper import Keeper
from gdi_spe.node.containers.lockdown import container_body, seccomp_profile
from gdi_spe.node.containers.order import WorkspaceOrder
from gdi_spe.node.containers.probe import (
    ELSEWHERE,
    ELSEWHERE_V6,
    METADATA,
    Line,
    Reach,
    look_inside,
    probe,
)
from tests.node.containers.nodes import cohort_folder, order_of, real_keeper, running

pytestmark = pytest.mark.engine

OFF = [off.name for off in controls_off("", "", "")]


@pytest.fixture(scope="module")
def engine() -> Iterator[DockerEngine]:
    engine = DockerEngine()
    yield engine
    engine.close()


@pytest.fixture(scope="module")
def keeper(engine: DockerEngine, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Keeper]:
    with real_keeper(tmp_path_factory.mktemp("node"), engine) as keeper:
        yield keeper


@pytest.fixture
def workspace(keeper: Keeper) -> Iterator[WorkspaceOrder]:
    order = running(keeper)
    yield order
    keeper.stop(order.wid)


def inside(engine: DockerEngine, order: WorkspaceOrder, program: str) -> tuple[int, str]:
    """Run a researcher's program in the workspace."""
    argv = ("/opt/venv/bin/python", "-c", program)
    ran = engine.run_inside(order.container_name, argv, f"{order.uid}:{order.uid}")
    return ran.exit_code, ran.output.decode()


def red(lines: list[Line]) -> dict[str, str]:
    return {
        line.control: f"{line.observed} instead of {line.expected}" for line in lines if not line.ok
    }


def test_every_control_holds(engine: DockerEngine, workspace: WorkspaceOrder) -> None:
    lines = probe(engine, workspace)

    assert red(lines) == {}
    assert len(lines) > 50


@pytest.mark.parametrize("name", OFF)
def test_the_probe_notices_a_control_that_is_off(
    engine: DockerEngine,
    keeper: Keeper,
    tmp_path: Path,
    name: str,
    request: pytest.FixtureRequest,
) -> None:
    if "network" in name:
        request.getfixturevalue("elsewhere")  # what is reached for must not leave this machine
    order = order_of(keeper.settings, valid_until=datetime.now(UTC) + timedelta(hours=1))
    keeper.put(order)
    off = mutation(name, keeper, tmp_path)
    made = engine.create(order.container_name, off.body(container_body(order, seccomp_profile())))
    engine.start(made)

    try:
        noticed = red(probe(engine, order))
    finally:
        keeper.stop(order.wid)

    assert off.noticed_by <= noticed.keys()


def mutation(name: str, keeper: Keeper, folder: Path) -> Off:
    dummy = folder / "dummy.sock"
    with socket.socket(socket.AF_UNIX) as one:
        one.bind(str(dummy))
    own = cohort_folder(keeper.settings.home).folder
    own.chmod(0o777)
    other = cohort_folder(folder, "OTHER", "c99").folder
    return {off.name: off for off in controls_off(str(dummy), str(own), str(other))}[name]


@pytest.fixture
def elsewhere() -> Iterator[str]:
    """The world beyond this machine: every address that the probe reaches for, in a namespace.

    Whatever a container with a network sends to them ends there.
    """
    if shutil.which("ip") is None:
        pytest.skip("there is no ip program")
    number = os.getpid() % 10_000
    name, near, far = f"gdi-spe-{number}", f"gdispe{number}a", f"gdispe{number}b"
    here, there = "198.51.100.6", "198.51.100.7"
    ip("netns", "add", name)
    try:
        ip("link", "add", near, "type", "veth", "peer", "name", far, "netns", name)
        ip("addr", "add", f"{here}/31", "dev", near)
        ip("link", "set", near, "up")
        ip("-n", name, "addr", "add", f"{there}/31", "dev", far)
        ip("-n", name, "link", "set", far, "up")
        ip("-n", name, "link", "set", "lo", "up")
        ip("-n", name, "route", "add", "default", "via", here)
        for address, _ in {*ELSEWHERE, *METADATA} - {(there, 53)}:
            ip("-n", name, "addr", "add", f"{address}/32", "dev", "lo")
            ip("route", "replace", f"{address}/32", "via", there, "dev", near)
        for address, _ in ELSEWHERE_V6:
            ip("-6", "route", "replace", "blackhole", f"{address}/128")
        yield name
    finally:
        for address, _ in ELSEWHERE_V6:
            gone = ["ip", "-6", "route", "delete", "blackhole", f"{address}/128"]
            subprocess.run(gone, capture_output=True, check=False)
        # A namespace goes some time after its name; its link goes at once.
        subprocess.run(["ip", "link", "delete", near], capture_output=True, check=False)
        ip("netns", "delete", name)


def ip(*arguments: str) -> None:
    subprocess.run(["ip", *arguments], check=True, capture_output=True)


LISTENER = """
import socket, sys
one = socket.socket(); one.bind(("198.51.100.7", 443)); one.listen(); print("up", flush=True)
one.settimeout(float(sys.argv[1]))
try:
    one.accept(); print("REACHED")
except TimeoutError:
    print("silence")
"""


@pytest.mark.parametrize(("network", "heard"), [("none", "silence"), ("bridge", "REACHED")])
def test_a_machine_beyond_is_reached_only_when_there_is_a_network(
    engine: DockerEngine, keeper: Keeper, elsewhere: str, network: str, heard: str
) -> None:
    order = order_of(keeper.settings, valid_until=datetime.now(UTC) + timedelta(hours=1))
    keeper.put(order)
    body = container_body(order, seccomp_profile())
    body["HostConfig"]["NetworkMode"] = network
    engine.start(engine.create(order.container_name, body))
    command = ["ip", "netns", "exec", elsewhere, "python3", "-c", LISTENER, "6"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as listener:
        assert listener.stdout is not None
        assert listener.stdout.readline() == "up\n"
        try:
            observed = look_inside(engine, order, Reach(tcp=[("198.51.100.7", 443)]))
        finally:
            keeper.stop(order.wid)
        said = listener.stdout.read().strip()

    assert said == heard
    assert bool(observed["tcp"]) == (heard == "REACHED")


def test_the_hosts_own_addresses_hear_nothing(
    engine: DockerEngine, workspace: WorkspaceOrder
) -> None:
    with Canary(host_addresses()) as canary:
        observed = look_inside(engine, workspace, Reach(tcp=canary.targets, udp=canary.targets))
        time.sleep(0.3)

    assert canary.targets
    assert observed["tcp"] == observed["udp"] == []
    assert canary.hits == 0


def test_the_work_volume_is_full_at_its_size_and_outlives_the_container(
    engine: DockerEngine, keeper: Keeper
) -> None:
    order = running(keeper)
    fill = (
        "import errno\n"
        "open('/home/spe/work/kept.txt', 'w').write('mine')\n"
        "try:\n"
        "    with open('/home/spe/work/big', 'wb') as f:\n"
        "        for _ in range(64): f.write(b'x' * 2**20); f.flush()\n"
        "except OSError as e: print(errno.errorcode[e.errno])\n"
    )

    _, said = inside(engine, order, fill)
    keeper.stop(order.wid)
    image = keeper.settings.home / "workspaces" / f"{order.wid}.ext4"

    assert said == "ENOSPC\n"
    assert image.stat().st_size == order.limits.work_mib * 2**20
    assert (
        str(image) not in subprocess.run(["losetup", "-a"], capture_output=True, text=True).stdout
    )
    assert str(keeper.settings.run_dir) not in Path("/proc/mounts").read_text()

    again = running(keeper)
    code, said = inside(engine, again, "print(open('/home/spe/work/kept.txt').read())")
    keeper.stop(again.wid)
    assert (code, said) == (0, "mine\n")


def test_the_socket_folder_cannot_fill_the_host(
    engine: DockerEngine, workspace: WorkspaceOrder
) -> None:
    program = (
        "import errno\n"
        "try:\n"
        "    with open('/run/workspace/big', 'wb', buffering=0) as f:\n"
        "        for _ in range(8): f.write(b'x' * 2**20)\n"
        "except OSError as e: print(errno.errorcode[e.errno])\n"
    )

    assert inside(engine, workspace, program) == (0, "ENOSPC\n")


def test_a_program_in_the_work_folder_does_not_run(
    engine: DockerEngine, workspace: WorkspaceOrder
) -> None:
    program = (
        "import os, shutil, subprocess\n"
        "shutil.copy('/bin/true', '/home/spe/work/t'); os.chmod('/home/spe/work/t', 0o4755)\n"
        "try: subprocess.run(['/home/spe/work/t']); print('ran')\n"
        "except PermissionError: print('refused')\n"
    )

    assert inside(engine, workspace, program) == (0, "refused\n")


def test_a_fork_bomb_meets_its_limit(engine: DockerEngine, workspace: WorkspaceOrder) -> None:
    program = (
        "import os, time\n"
        "n = 0\n"
        "try:\n"
        "    while n < 1000:\n"
        "        if os.fork() == 0: time.sleep(5); os._exit(0)\n"
        "        n += 1\n"
        "except BlockingIOError: print('limit', n < 128)\n"
    )

    assert inside(engine, workspace, program) == (0, "limit True\n")


def test_the_nodes_side_of_the_product_is_not_in_the_image(
    engine: DockerEngine, workspace: WorkspaceOrder
) -> None:
    code, said = inside(engine, workspace, "import gdi_spe; import gdi_spe.node")

    assert code != 0
    assert "No module named 'gdi_spe.node'" in said


def test_an_ended_workspace_is_gone_with_its_processes(
    engine: DockerEngine, keeper: Keeper
) -> None:
    order = running(keeper)
    found: dict[str, Any] | None = engine.inspect(order.container_name)
    assert found is not None
    process = Path("/proc") / str(found["State"]["Pid"])
    assert process.exists()

    assert keeper.stop(order.wid)

    assert engine.inspect(order.container_name) is None
    assert not process.exists()
    assert not keeper.stop(order.wid)


def test_a_rehearsal_notices_and_leaves_nothing(
    engine: DockerEngine, keeper: Keeper, tmp_path: Path
) -> None:
    off = mutation("bridge network", keeper, tmp_path)

    lines = rehearse(keeper.settings, engine, keeper.volumes, off, tmp_path, datetime.now(UTC))

    assert off.noticed_by <= red(lines).keys()
    assert engine.labelled(keeper.node) == []
    assert "rehearsal" not in "".join(p.name for p in keeper.settings.home.rglob("*"))
    assert not list((keeper.settings.run_dir / "work").iterdir())
