"""The door: who passes, which routes there are, and what ends a workspace."""

from __future__ import annotations

import asyncio
import json
import os
import socket
import time
from datetime import timedelta
from typing import Any

import aiohttp
import pytest

from gdi_spe.boundary.errors import Refused
from gdi_spe.node.gateway.__main__ import gateway_of
from gdi_spe.node.gateway.door.door import _HANDLERS
from gdi_spe.node.gateway.door.routes import ROUTES
from gdi_spe.node.gateway.listening import Store
from gdi_spe.node.gateway.registry import Order, Registration
from gdi_spe.node.gateway.service import disagreement
from gdi_spe.node.gateway.upstream import NotTheSocket, Pinned
from gdi_spe.node.gateway.workspace import Pace


def test_every_route_has_a_handler_and_every_handler_a_route() -> None:
    assert {route.handler for route in ROUTES} == set(_HANDLERS)


# log-in


async def test_without_a_log_in_a_page_leads_to_the_hub_and_a_request_is_refused(
    house: Any,
) -> None:
    status, headers, _ = await house.ask("GET", "/lab")
    assert status == 302
    assert headers["Location"].startswith("/hub/api/oauth2/authorize?")
    assert "X-JupyterHub-Version" in headers
    status, _, body = await house.ask("GET", "/api/kernels")
    assert status == 403
    assert json.loads(body)["code"] == "gateway-log-in"


async def test_the_owner_gets_the_page(house: Any) -> None:
    await house.log_in()

    status, headers, body = await house.ask("GET", "/lab")

    assert status == 200
    assert b"main.0123456789abcdef.js" in body
    policy = headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe-inline' 'unsafe-eval'" not in policy
    assert b"<script>" not in body


async def test_after_the_log_in_the_page_that_was_asked_for_opens(house: Any) -> None:
    asked = await house.begin_log_in("/lab/tree/a b&c.ipynb")

    _, _, body = await house.ask("GET", f"/oauth_callback?code=abc&state={asked['state']}")

    base = house.workspace.registration.base_url
    assert f'content="0;url={base}lab/tree/a%20b%26c.ipynb"'.encode() in body


async def test_the_cookie_is_a_name_and_out_of_reach(house: Any) -> None:
    asked = await house.begin_log_in()
    path = f"/oauth_callback?code=abc&state={asked['state']}"
    _, headers, _ = await house.ask("GET", path)

    (cookie,) = [c for c in headers.getall("Set-Cookie") if c.startswith("gdi-spe-login")]
    for part in ("HttpOnly", "SameSite=Strict", f"Path={house.workspace.registration.base_url}"):
        assert part in cookie
    assert "token" not in cookie
    assert house.hub.forms[0]["code_verifier"]
    assert house.hub.forms[0]["client_secret"] == "token-of-the-server"


async def test_another_person_does_not_pass_not_even_an_admin(house: Any) -> None:
    house.hub.people["token-of-admin"] = "admin"
    house.hub.next_token = "token-of-admin"
    asked = await house.begin_log_in()

    status, _, _ = await house.ask("GET", f"/oauth_callback?code=abc&state={asked['state']}")

    assert status == 403
    assert (await house.ask("GET", "/api/kernels"))[0] == 403


@pytest.mark.parametrize("state", ["", "wrong", "é" * 50])
async def test_a_log_in_with_another_state_is_refused(house: Any, state: str) -> None:
    await house.begin_log_in()

    status, _, _ = await house.ask("GET", f"/oauth_callback?code=abc&state={state}")

    assert status == 403
    assert house.hub.forms == []


async def test_a_log_in_that_another_browser_began_is_refused(house: Any) -> None:
    asked = await house.begin_log_in()
    house.cookies.clear()

    status, _, _ = await house.ask("GET", f"/oauth_callback?code=abc&state={asked['state']}")

    assert status == 403


async def test_a_log_in_is_used_once_and_not_too_late(house: Any) -> None:
    asked = await house.begin_log_in()
    path = f"/oauth_callback?code=abc&state={asked['state']}"
    house.time.pass_by(601)
    assert (await house.ask("GET", path))[0] == 403
    house.time.pass_by(-601)
    assert (await house.ask("GET", path))[0] == 403


async def test_a_guessed_cookie_does_not_pass(house: Any) -> None:
    house.cookies["gdi-spe-login"] = "x" * 43

    assert (await house.ask("GET", "/api/kernels"))[0] == 403


async def test_a_token_that_the_hub_withdrew_ends_the_log_in_within_a_minute(house: Any) -> None:
    await house.log_in()
    house.hub.people.clear()
    assert (await house.ask("GET", "/api/me"))[0] == 200

    house.time.pass_by(61)

    assert (await house.ask("GET", "/api/me"))[0] == 403


async def test_while_the_hub_is_down_a_log_in_goes_on_for_a_bounded_time(house: Any) -> None:
    await house.log_in()
    house.hub.is_down = True
    house.time.pass_by(600)
    assert (await house.ask("GET", "/api/me"))[0] == 200
    kept, house.cookies = house.cookies, {}
    asked = await house.begin_log_in()
    assert (await house.ask("GET", f"/oauth_callback?code=a&state={asked['state']}"))[0] == 503
    house.cookies = kept

    house.workspace.update(
        house.workspace.order.model_copy(update={"valid_until": house.time.at + timedelta(days=1)})
    )
    house.time.pass_by(3600)

    assert (await house.ask("GET", "/api/me"))[0] == 403


# whose request


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example", "Sec_Fetch_Site": "cross-site"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "same-site"},
        {"Origin": "", "Sec_Fetch_Site": ""},
    ],
)
async def test_what_another_sites_page_asks_is_refused(house: Any, headers: dict[str, str]) -> None:
    await house.log_in()

    status, answered, body = await house.ask("POST", "/api/kernels", body={}, **headers)

    assert status == 403
    assert b"own page" in body
    assert "Access-Control-Allow-Origin" not in answered
    assert house.evil.asked == []


# routes


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/files/a.csv"),
        ("GET", "/files/a.csv?download=1"),
        ("GET", "/view/x.html"),
        ("GET", "/nbconvert/html/x.ipynb?download=true"),
        ("POST", "/nbconvert/html"),
        ("POST", "/api/nbconvert/html"),
        ("GET", "/api/terminals/1"),
        ("POST", "/api/terminals"),
        ("GET", "/terminals/websocket/1"),
        ("GET", "/proxy/8080/"),
        ("GET", "/metrics"),
        ("POST", "/api/shutdown"),
        ("PUT", "/api/config/notebook"),
        ("GET", "/lsp/ws/pylsp"),
        ("GET", "/api/spec.yaml"),
        ("GET", "/lab/api/extensions"),
        ("GET", "/lab/../../../etc/passwd"),
        ("GET", "/static/%2e%2e/%2e%2e/outside.txt"),
        ("GET", "/api/contents/%252e%252e/x"),
        ("GET", "/api/contents//etc"),
        ("TRACE", "/lab"),
        ("DELETE", "/lab"),
    ],
)
async def test_what_is_not_on_the_list_is_refused(house: Any, method: str, path: str) -> None:
    await house.log_in()

    async with house.browser.request(
        method,
        aiohttp.client.URL(house.url(path), encoded=True),
        headers=house.headers(),
        allow_redirects=False,
    ) as answered:
        assert answered.status in (403, 404)
        assert answered.content_type == "application/json"
        assert "SECRET" not in await answered.text()
    assert house.evil.asked == []


@pytest.mark.parametrize(
    "path",
    [
        "/files/a.csv",
        "/api/contents/a.csv?type=file&content=1",
        "/api/contents/a.csv?content=1&format=base64",
    ],
)
async def test_who_wants_a_file_is_told_of_the_export_page(house: Any, path: str) -> None:
    await house.log_in()

    status, _, body = await house.ask("GET", path)

    assert status == 403
    assert b"export" in body


async def test_another_workspaces_address_is_not_served(house: Any) -> None:
    async with house.browser.get("http://spe.test/user/u-bob/demo/lab") as answered:
        assert answered.status == 404


async def test_settings_and_layouts_are_kept_by_the_gateway(house: Any) -> None:
    await house.log_in()
    name = "/lab/api/settings/@jupyterlab/demo:plugin"
    assert (await house.ask("PUT", name, body={"raw": '{"a":1}'}))[0] == 204
    assert (await house.ask("PUT", "/lab/api/workspaces/default", body={"data": {"x": 1}}))[
        0
    ] == 204

    assert json.loads((await house.ask("GET", name))[2])["raw"] == '{"a":1}'
    layout = json.loads((await house.ask("GET", "/lab/api/workspaces/default"))[2])
    assert layout["data"] == {"x": 1}
    listed = json.loads((await house.ask("GET", "/lab/api/settings"))[2])
    assert [item["raw"] for item in listed["settings"]] == ['{"a":1}']
    assert house.evil.asked == []


@pytest.mark.parametrize(
    "body",
    [
        {"type": "file", "format": "base64", "content": "/9j/4AAQSkZJRgABAQ=="},
        {"type": "file", "format": "text", "content": "a\x00b"},
        {"type": "file", "format": "text", "content": "x" * 1_100_000},
        {"type": "file", "format": "base64", "content": "YQ==", "chunk": 1},
        {"type": "device"},
        {"type": "notebook", "content": "x"},
        [1],
    ],
)
async def test_only_text_and_notebooks_come_in(house: Any, body: Any) -> None:
    await house.log_in()

    assert (await house.ask("PUT", "/api/contents/a.txt", body=body))[0] in (400, 403, 413)
    assert house.evil.asked == []


async def test_a_text_comes_in_and_a_hidden_name_does_not(house: Any, wire: Any) -> None:
    await house.log_in()
    at = "2026-11-22T00:00:00Z"
    house.evil.body = wire.http({"path": "a.txt", "type": "file", "last_modified": at})
    body = {"type": "file", "format": "base64", "content": "YWJj"}

    assert (await house.ask("PUT", "/api/contents/a.txt", body=body))[0] == 200
    assert json.loads(house.evil.received[-1])["content"] == "abc"
    assert (await house.ask("PUT", "/api/contents/.bashrc", body=body))[0] == 403
    assert len(house.evil.asked) == 1


# the end


async def test_after_its_end_nobody_passes_though_hub_and_node_are_down(house: Any) -> None:
    await house.log_in()
    house.hub.is_down = house.node.is_down = True
    async with house.channels() as channels:
        house.time.pass_by(3601)
        message = await asyncio.wait_for(channels.receive(), 5)

        assert message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED)
    status, _, body = await house.ask("GET", "/lab", Sec_Fetch_Mode="navigate")
    assert status == 403
    assert b"the grant for its cohort has ended" in body


async def test_a_closed_route_ends_every_socket_at_once(house: Any) -> None:
    await house.log_in()
    async with house.channels() as channels, house.control() as control:
        url = f"http://ctl/workspaces/{house.workspace.wid}/route"
        async with control.delete(url, json={"why": "the grant was <withdrawn>."}) as answered:
            assert answered.status == 200

        message = await asyncio.wait_for(channels.receive(), 2)
        assert message.type is aiohttp.WSMsgType.CLOSE
        status, _, body = await house.ask("GET", "/lab", Sec_Fetch_Mode="navigate")
        assert (status, b"&lt;withdrawn&gt;" in body) == (403, True)
        assert (await house.ask("POST", "/api/kernels", body={}))[0] == 403
        async with control.get("http://ctl/workspaces") as answered:
            (told,) = (await answered.json())["workspaces"]
        assert told["n_sockets"] == 0
        assert told["closed_why"]


async def test_the_nodes_no_closes_the_route(house: Any) -> None:
    house.node.order = {**house.node.order, "wid": "w00000000bb"}

    await house.gateway._ask_orders()

    assert house.workspace.closed_why


async def test_a_later_end_is_taken_from_the_node(house: Any) -> None:
    later = house.time.at + timedelta(days=1)
    house.node.order["valid_until"] = later.isoformat()

    await house.gateway._ask_orders()

    assert house.workspace.order.valid_until == later


async def test_what_was_shown_is_reported_again_until_the_node_hears_it(house: Any) -> None:
    house.workspace.budget.charge("stream", 500)
    house.node.is_down = True
    await house.gateway._report()
    house.node.is_down = False

    await house.gateway._report()

    assert house.node.shown == [{"stream": {"n": 1, "bytes": 500}}]


# registration


@pytest.mark.parametrize(
    ("hub", "node"),
    [
        ({"owner": "u-mallory"}, {}),
        ({}, {"owner": "u-mallory"}),
        ({"base_url": "/user/u-mallory/demo/"}, {}),
        ({}, {"project": "other"}),
    ],
)
async def test_the_hub_cannot_name_another_owner_than_the_node(
    house: Any, hub: dict[str, str], node: dict[str, str]
) -> None:
    registration = house.workspace.registration.model_copy(update=hub)
    order = house.workspace.order.model_copy(update=node)

    assert isinstance(disagreement(registration, order), Refused)
    assert disagreement(house.workspace.registration, house.workspace.order) is None


async def test_the_control_socket_says_what_is_wrong_with_a_registration(house: Any) -> None:
    async with house.control() as control:
        async with control.post("http://ctl/workspaces", json={"wid": "../x"}) as answered:
            assert answered.status == 400
        async with control.delete("http://ctl/workspaces/w0000000009/route") as answered:
            assert answered.status == 404
    mode = (house.run_dir / "gateway/ctl.sock").stat().st_mode
    assert mode & 0o777 == 0o600


async def test_an_image_without_a_golden_copy_is_not_opened(house: Any) -> None:
    house.node.order["image"] = "sha256:" + "1" * 64
    async with house.control() as control:
        body = house.workspace.registration.model_dump()
        async with control.post("http://ctl/workspaces", json=body) as answered:
            assert answered.status == 503


# pace


async def test_a_large_message_makes_the_next_one_wait() -> None:
    pace, begun = Pace(100, 1, time.monotonic), time.monotonic()

    await pace.take(20)
    assert time.monotonic() - begun < 0.1
    await pace.take()

    assert time.monotonic() - begun > 0.15


# restart


async def test_a_restart_keeps_workspace_log_in_and_budget(house: Any, wire: Any) -> None:
    await house.log_in()
    house.workspace.budget.charge("stream", 5000)
    used = house.workspace.budget.used_bytes
    await house.gateway.stop()

    async with gateway_of(house.settings, house.golden, Store("", {}), house.clock) as again:
        assert again.workspace(house.workspace.wid).budget.used_bytes >= used
        house.evil.body = wire.http([wire.kernel_model])
        assert (await house.ask("GET", "/api/kernels"))[0] == 200


async def test_after_a_restart_only_the_same_socket_is_the_workspaces(
    house: Any, wire: Any
) -> None:
    await house.log_in()
    house.evil.body = wire.http([wire.kernel_model])
    await house.evil.stop()
    house.evil.path.rename(house.evil.path.with_name("old.sock"))
    await house.evil.start()
    os.chown(house.evil.path, house.workspace.order.uid, -1)
    await house.gateway.stop()

    async with gateway_of(house.settings, house.golden, Store("", {}), house.clock) as again:
        assert again.workspace(house.workspace.wid).closed_why
        assert (await house.ask("GET", "/api/kernels"))[0] == 403


async def test_a_closed_route_stays_closed_over_a_restart(house: Any) -> None:
    await house.gateway.close_route(house.workspace.wid, "it was stopped.")
    await house.gateway.stop()

    async with gateway_of(house.settings, house.golden, Store("", {}), house.clock):
        assert (await house.ask("GET", "/lab"))[0] == 403


# the socket


def test_a_link_at_the_sockets_place_is_not_followed(house_path: Any) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(house_path / "other.sock"))
        (house_path / "jupyter.sock").symlink_to(house_path / "other.sock")

        with pytest.raises(NotTheSocket):
            Pinned(house_path / "jupyter.sock", os.getuid(), None)


def test_a_socket_of_another_uid_or_a_file_is_not_the_workspaces(house_path: Any) -> None:
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(house_path / "jupyter.sock"))
        with pytest.raises(NotTheSocket):
            Pinned(house_path / "jupyter.sock", os.getuid() + 1, None)
    (house_path / "file").touch()
    with pytest.raises(NotTheSocket):
        Pinned(house_path / "file", os.getuid(), None)


async def test_a_socket_that_is_replaced_while_connected_changes_nothing(
    house: Any, wire: Any
) -> None:
    await house.log_in()
    house.evil.body = wire.http([wire.kernel_model])
    old = house.evil.path.with_name("old.sock")
    house.evil.path.rename(old)
    impostor = type(house.evil)(house.evil.path, body=wire.http([{"x": wire.secret}]))
    await impostor.start()

    status, _, body = await house.ask("GET", "/api/kernels")

    assert (status, json.loads(body)[0]["id"]) == (200, wire.kernel)
    assert impostor.asked == []
    await impostor.stop()


def test_an_order_may_name_its_owner_as_person() -> None:
    order = {
        "wid": "w00000000aa",
        "uid": 1,
        "person": "u-1",
        "project": "demo",
        "image": "sha256:" + "0" * 64,
        "valid_until": "2026-11-22T00:00:00Z",
        "budget_key": "k",
        "budget_bytes": 1,
        "mounts": [],
    }

    assert Order.model_validate(order).owner == "u-1"


def test_a_registration_with_an_odd_address_is_refused() -> None:
    given = {
        "wid": "w00000000aa",
        "owner": "u-1",
        "api_token": "x" * 20,
        "oauth_client_id": "c",
    }
    for base_url in ("/user/u-1/demo/../x/", "//evil/x/", "/user/u-1/demo", "/a b/c/d/"):
        with pytest.raises(ValueError, match="base_url"):
            Registration.model_validate({**given, "base_url": base_url})
