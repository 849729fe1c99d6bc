"""The helper's two sockets, spoken to as the node process and the Hub speak to them."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import aiohttp
import docker
import pytest
from docker.errors import APIError

from gdi_spe.boundary.errors import Refused
from gdi_spe.node.containers.facade import hub_application
from gdi_spe.node.containers.helper import listening, node_application
from gdi_spe.node.containers.keeper import Keeper
from gdi_spe.node.containers.lockdown import API_VERSION, container_body, seccomp_profile
from gdi_spe.node.containers.order import WorkspaceOrder
from gdi_spe.node.service.client import NodeClient
from tests.node.containers.nodes import FakeEngine, changed


@pytest.fixture
async def node(keeper: Keeper) -> AsyncIterator[NodeClient]:
    socket = keeper.settings.run_dir / "helper" / "node.sock"
    async with listening(node_application(keeper), socket):
        yield NodeClient(socket)


@pytest.fixture
async def hub(keeper: Keeper) -> AsyncIterator[docker.APIClient]:
    socket = keeper.settings.run_dir / "helper" / "hub.sock"
    async with listening(hub_application(keeper), socket):
        client = docker.APIClient(f"unix://{socket}", version=API_VERSION)
        yield client
        client.close()


async def refused(call: Callable[..., Any], *arguments: Any, **named: Any) -> int:
    """Make a call of the Hub that must fail; return the status."""
    with pytest.raises(APIError) as caught:
        await asyncio.to_thread(call, *arguments, **named)
    return int(caught.value.status_code)


async def test_the_life_of_a_workspace(
    node: NodeClient, hub: docker.APIClient, order: WorkspaceOrder, fake_engine: FakeEngine
) -> None:
    body = container_body(order, seccomp_profile())

    await node.put(f"/orders/{order.wid}", order.model_dump(mode="json"))
    made = await asyncio.to_thread(hub.create_container_from_config, body, order.container_name)
    await asyncio.to_thread(hub.start, made["Id"])
    seen = await asyncio.to_thread(hub.inspect_container, order.container_name)
    (listed,) = await node.get("/workspaces")
    await asyncio.to_thread(hub.stop, made["Id"])

    assert seen["State"]["Running"]
    assert listed["wid"] == order.wid
    assert listed["state"] == "running"
    assert not fake_engine.containers
    assert await refused(hub.inspect_container, order.container_name) == 404
    assert await node.get("/workspaces") == []


async def test_the_hub_does_not_learn_what_the_engine_knows(
    node: NodeClient, hub: docker.APIClient, order: WorkspaceOrder
) -> None:
    await node.put(f"/orders/{order.wid}", order.model_dump(mode="json"))
    body = container_body(order, seccomp_profile())
    await asyncio.to_thread(hub.create_container_from_config, body, order.container_name)

    seen = await asyncio.to_thread(hub.inspect_container, order.container_name)

    assert "SECRET" not in json.dumps(seen)
    assert seen.keys() == {"Id", "Name", "State", "Config"}


async def test_a_privileged_container_is_refused(
    node: NodeClient, hub: docker.APIClient, order: WorkspaceOrder, fake_engine: FakeEngine
) -> None:
    await node.put(f"/orders/{order.wid}", order.model_dump(mode="json"))
    body = container_body(order, seccomp_profile())
    body["HostConfig"]["Privileged"] = True

    assert await refused(hub.create_container_from_config, body, order.container_name) == 403
    assert await refused(hub.create_container, "debian", name="x") == 403
    assert await refused(hub.create_container_from_config, {}, order.container_name) == 403
    assert not fake_engine.containers


async def test_every_other_call_of_the_engine_is_refused(hub: docker.APIClient) -> None:
    calls: list[tuple[Callable[..., Any], tuple[Any, ...]]] = [
        (hub.containers, ()),
        (hub.images, ()),
        (hub.info, ()),
        (hub.networks, ()),
        (hub.volumes, ()),
        (hub.create_volume, ("x",)),
        (hub.create_network, ("x",)),
        (hub.exec_create, ("x", "sh")),
        (hub.logs, ("x",)),
        (hub.pull, ("debian",)),
        (hub.get_archive, ("x", "/etc/passwd")),
        (hub.put_archive, ("x", "/", b"")),
        (hub.commit, ("x",)),
        (hub.update_container, ("x",)),
        (hub.rename, ("x", "y")),
        (hub.pause, ("x",)),
        (hub.restart, ("x",)),
        (hub.prune_containers, ()),
        (hub.inspect_swarm, ()),
    ]

    for call, arguments in calls:
        # Some look for the container first, and there is none by that name.
        assert await refused(call, *arguments) in {403, 404}, call


async def test_strangers_containers_are_answered_with_404(
    hub: docker.APIClient, fake_engine: FakeEngine
) -> None:
    stranger = fake_engine.add_stranger("postgres", {})

    for call in (hub.inspect_container, hub.start, hub.stop, hub.kill, hub.remove_container):
        assert await refused(call, stranger) == 404
        assert await refused(call, "postgres") == 404
    assert stranger in fake_engine.containers


async def test_the_hub_sees_one_image(hub: docker.APIClient, keeper: Keeper) -> None:
    image = keeper.settings.workspace.image

    assert (await asyncio.to_thread(hub.inspect_image, image))["Id"] == image
    assert await refused(hub.inspect_image, "debian") == 404


@pytest.mark.parametrize(
    "path",
    [
        "/containers/..%2f..%2fimages%2fjson",
        "/containers/x%2fy/json",
        "/v1.41/../containers/json",
        "/v9.999/containers/json",
        "/containers/json",
        "//containers/json",
    ],
)
async def test_a_path_cannot_be_bent(hub: docker.APIClient, keeper: Keeper, path: str) -> None:
    socket = str(keeper.settings.run_dir / "helper" / "hub.sock")
    async with (
        aiohttp.ClientSession(connector=aiohttp.UnixConnector(socket)) as session,
        session.get(aiohttp.client.URL(f"http://x{path}", encoded=True)) as reply,
    ):
        assert reply.status in {403, 404}


async def test_an_order_must_be_the_one_its_address_names(
    node: NodeClient, order: WorkspaceOrder
) -> None:
    with pytest.raises(Exception, match="bad-input"):
        await node.put("/orders/waaaaaaaaaa", order.model_dump(mode="json"))


async def test_a_refused_order_is_answered_without_its_reason(
    node: NodeClient, order: WorkspaceOrder
) -> None:
    with pytest.raises(Refused, match="order-refused") as caught:
        await node.put(f"/orders/{order.wid}", changed(order, uid=1000).model_dump(mode="json"))

    assert "uid" not in caught.value.public_message


@pytest.mark.parametrize("wid", ["..%2f..%2fetc", "W0123456789", "w012345678", "w0123456789%0a"])
async def test_a_path_is_not_stopped(node: NodeClient, wid: str) -> None:
    with pytest.raises(Exception, match="bad-input"):
        await node.post(f"/workspaces/{wid}/stop")


async def test_the_sockets_are_for_their_owner_alone(
    node: NodeClient, hub: docker.APIClient, keeper: Keeper
) -> None:
    folder = keeper.settings.run_dir / "helper"

    for name in ("node.sock", "hub.sock"):
        assert (folder / name).stat().st_mode & 0o777 == 0o600


async def test_the_node_process_puts_files_aside_and_gives_them_back(
    node: NodeClient, order: WorkspaceOrder
) -> None:
    body = order.model_dump(mode="json")
    await node.put(f"/orders/{order.wid}", body)

    await node.post(f"/workspaces/{order.wid}/quarantine")
    with pytest.raises(Refused) as caught:
        await node.put(f"/orders/{order.wid}", body)
    await node.post(f"/workspaces/{order.wid}/release")

    assert caught.value.code == "work-quarantined"
    assert (await node.put(f"/orders/{order.wid}", body)) == {"wid": order.wid}
