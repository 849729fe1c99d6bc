"""What a workspace holds on to when its access ends: handles, mappings, processes, files."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gdi_spe.node.containers.engine import DockerEngine
from gdi_spe.node.containers.keeper import Keeper
from gdi_spe.node.containers.order import Places, WorkspaceOrder
from gdi_spe.node.containers.volumes import VolumeQuarantined
from tests.node.containers.nodes import real_keeper, running

pytestmark = pytest.mark.engine

# A process that cannot be asked to go: it is nobody's child, ignores what can be ignored, and holds
# a file of the work volume open and mapped.
HOLDS_ON = """
import mmap, os, signal, time
if os.fork() == 0:
    os.setsid()
    if os.fork() == 0:
        for sign in range(1, 65):
            try:
                signal.signal(sign, signal.SIG_IGN)
            except (OSError, ValueError):
                pass
        path = "/home/spe/work/held"
        with open(path, "wb") as file:
            file.write(b"rows of people" * 1000)
        held = open(path, "rb")
        mapped = mmap.mmap(held.fileno(), 0, prot=mmap.PROT_READ)
        open("/home/spe/work/ready", "w").close()
        while True:
            mapped[:14]
            time.sleep(0.01)
os._exit(0)
"""


@pytest.fixture
def engine() -> Iterator[DockerEngine]:
    engine = DockerEngine()
    yield engine
    engine.close()


@pytest.fixture
def keeper(engine: DockerEngine, tmp_path: Path) -> Iterator[Keeper]:
    with real_keeper(tmp_path, engine) as keeper:
        yield keeper


def holders(path: Path) -> list[int]:
    """Return the host's processes that have a file of this file system mapped."""
    device = os.stat(path).st_dev
    wanted = f"{os.major(device):02x}:{os.minor(device):02x}"
    found = []
    for maps in Path("/proc").glob("[0-9]*/maps"):
        try:
            lines = maps.read_text().splitlines()
        except OSError:
            continue
        if any(len(line.split()) > 3 and line.split()[3] == wanted for line in lines):
            found.append(int(maps.parent.name))
    return found


def at_hold(keeper: Keeper, engine: DockerEngine) -> tuple[WorkspaceOrder, Places, list[int]]:
    """Return a workspace where a process holds on to a file."""
    order = running(keeper)
    places = Places.of(keeper.settings, order.wid)
    engine.run_inside(
        order.container_name, ["/opt/venv/bin/python", "-c", HOLDS_ON], f"{order.uid}:{order.uid}"
    )
    for _ in range(100):
        if (places.work / "ready").exists():
            break
        time.sleep(0.1)
    return order, places, holders(places.work)


def test_handles_and_mappings_die_with_their_process(keeper: Keeper, engine: DockerEngine) -> None:
    order, places, before = at_hold(keeper, engine)
    assert before

    keeper.stop(order.wid)

    assert [pid for pid in before if Path(f"/proc/{pid}").exists()] == []
    assert engine.inspect(order.container_name) is None
    assert not os.path.ismount(places.work)
    assert not os.path.ismount(places.run)


def test_files_put_aside_are_mounted_by_no_order_and_come_back_as_they_were(
    keeper: Keeper, engine: DockerEngine
) -> None:
    order, places, _ = at_hold(keeper, engine)

    keeper.quarantine(order.wid)

    with pytest.raises(VolumeQuarantined):
        keeper.put(order)
    assert not os.path.ismount(places.work)
    keeper.release(order.wid)
    keeper.put(order)
    assert (places.work / "held").read_bytes() == b"rows of people" * 1000
