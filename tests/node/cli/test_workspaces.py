from __future__ import annotations

import asyncio
import json
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from gdi_spe.boundary.errors import BadInput, SpeError
from gdi_spe.node.cli.context import Cli
from gdi_spe.node.cli.workspaces import ControlsFailed, NotGone, workspace
from tests.node.containers.nodes import ROOT
from tests.node.hub.stand_ins import StandIn

WID = "w0123456789"


@pytest.fixture
def home(tmp_path: Path) -> Path:
    text = (ROOT / "hub_config" / "node.toml").read_text()
    (tmp_path / "node.toml").write_text(f'run_dir = "{tmp_path}/run"\n{text}')
    return tmp_path


@pytest.fixture
def node(home: Path) -> Iterator[StandIn]:
    """The node process's admin socket, in a thread: the command has a loop of its own."""
    one, ready, done = StandIn(), threading.Event(), threading.Event()

    async def listen() -> None:
        async with one.listening(home / "run" / "api" / "admin.sock"):
            ready.set()
            await asyncio.to_thread(done.wait)

    thread = threading.Thread(target=asyncio.run, args=(listen(),))
    thread.start()
    ready.wait(10)
    yield one
    done.set()
    thread.join()
    shutil.rmtree(home / "run")


def run(home: Path, *arguments: str, as_json: bool = False) -> str:
    result = CliRunner().invoke(workspace, arguments, obj=Cli(home, as_json), standalone_mode=False)
    if result.exception is not None:
        raise result.exception
    return result.output


def test_workspaces_are_listed(home: Path, node: StandIn) -> None:
    row = {
        "wid": WID,
        "person": "u-1",
        "project": "ryr1",
        "status": "running",
        "why": "",
        "valid_until": None,
    }
    node.answer("/v1/workspaces", [row])

    assert WID in run(home, "list")
    assert json.loads(run(home, "list", as_json=True)) == [row]


def test_a_stop_names_its_reason(home: Path, node: StandIn) -> None:
    node.answer(f"/v1/workspaces/{WID}/stop", {"gone": True})

    run(home, "stop", WID, "--why", "asked for")

    assert node.asked == [("POST", f"/v1/workspaces/{WID}/stop", {"why": "asked for"})]


def test_a_workspace_that_is_not_gone_is_an_error(home: Path, node: StandIn) -> None:
    node.answer(f"/v1/workspaces/{WID}/stop", {"gone": False})
    node.answer("/v1/kill-switch", {WID: False, "w9876543210": True})

    with pytest.raises(NotGone, match=WID):
        run(home, "stop", WID, "--why", "x")
    with pytest.raises(NotGone, match=WID):
        run(home, "kill-switch", "--why", "x", "--yes")


def test_a_control_that_gives_way_fails_the_probe(home: Path, node: StandIn) -> None:
    line: dict[str, Any] = {"control": "tcp", "expected": "[]", "observed": "[]", "ok": True}
    node.answer(f"/v1/workspaces/{WID}/probe", {"ok": True, "controls": [line]})
    assert "ok" in run(home, "probe", WID)

    node.answer(f"/v1/workspaces/{WID}/probe", {"ok": True, "controls": [{**line, "ok": False}]})
    with pytest.raises(ControlsFailed, match="tcp"):
        run(home, "probe", WID)

    node.answer(f"/v1/workspaces/{WID}/probe", {"ok": True, "controls": []})
    with pytest.raises(ControlsFailed):
        run(home, "probe", WID)


@pytest.mark.parametrize("wid", ["../x", "w1", "W0123456789"])
def test_a_path_is_not_asked_for(home: Path, node: StandIn, wid: str) -> None:
    with pytest.raises(BadInput):
        run(home, "stop", wid, "--why", "x")

    assert node.asked == []


def test_a_node_that_does_not_run_is_said_so(home: Path) -> None:
    with pytest.raises(SpeError, match="does not answer"):
        run(home, "list")
