"""The container is fully hostile: what of its bytes reaches the browser, one test an attack."""

from __future__ import annotations

import asyncio
import gzip
import io
import json
import struct
import zlib
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import pytest

SECRET = "SECRET-0123456789"
KERNEL = "11111111-2222-3333-4444-555555555555"


@pytest.fixture
async def inside(house: Any) -> Any:
    await house.log_in()
    return house


def model(wire: Any) -> Any:
    return wire.http([wire.kernel_model])


# HTTP


async def test_nothing_of_status_line_or_headers_passes(inside: Any, wire: Any) -> None:
    headers = f"X-A: {SECRET}\r\nSet-Cookie: a={SECRET}\r\nETag: {SECRET}\r\n".encode()
    inside.evil.body = wire.http(
        [{**wire.kernel_model, "x": SECRET}], status=f"200 {SECRET}", headers=headers
    )

    status, answered, body = await inside.ask("GET", "/api/kernels")

    assert status == 200
    assert SECRET not in f"{answered}{body!r}"


async def _endless(writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
    while True:
        writer.write(b"10000;" + SECRET.encode() + b"\r\n" + b"x" * 65_536 + b"\r\n")
        await writer.drain()


def _hostile(wire: Any, name: str) -> bytes | Callable[..., Awaitable[None]]:
    deep = b"[" * 100_000 + b"]" * 100_000
    bomb = gzip.compress(b" " * 50_000_000)
    cases: dict[str, Any] = {
        "header of 1 MB": wire.http([], headers=b"X: " + b"a" * 1_000_000 + b"\r\n"),
        "many headers": wire.http([], headers=b"X: aaaaaaaaaaa\r\n" * 100_000),
        "redirect": wire.http(b"", status="302 Found", headers=b"Location: http://e/S\r\n"),
        "teapot": wire.http(SECRET.encode(), status=f"418 {SECRET}"),
        "error page": wire.http(SECRET.encode(), status="500 x"),
        "forbidden": wire.http(SECRET.encode(), status="403 x"),
        "gzip": wire.http(bomb, headers=b"Content-Encoding: gzip\r\n"),
        "endless": _endless,
        "deep": wire.http(deep),
        "huge number": wire.http(b"9" * 1_000_000),
        "not a number": wire.http(b'[{"connections": NaN}]'),
        "page": wire.http(f"<script>{SECRET}</script>".encode()),
        "wrong kernel": wire.http([{**wire.kernel_model, "name": SECRET}]),
        "wrong id": wire.http([{**wire.kernel_model, "id": SECRET}]),
        "no http": SECRET.encode() + b"\r\n\r\n",
        "nothing": b"",
        "short": wire.http([])[:-1],
        "strings": wire.http(SECRET.encode()),
    }
    return cases[name]  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    "name",
    [
        "header of 1 MB",
        "many headers",
        "redirect",
        "teapot",
        "error page",
        "forbidden",
        "gzip",
        "endless",
        "deep",
        "huge number",
        "not a number",
        "page",
        "wrong kernel",
        "wrong id",
        "no http",
        "nothing",
        "short",
        "strings",
    ],
)
async def test_an_answer_that_no_jupyter_gives_becomes_a_plain_error_and_is_charged(
    inside: Any, wire: Any, name: str
) -> None:
    inside.evil.body = _hostile(wire, name)
    used = inside.workspace.budget.used_bytes

    status, headers, body = await inside.ask("GET", "/api/kernels")

    assert status in (403, 502)
    assert SECRET not in f"{headers}{body!r}"
    assert len(body) < 300
    assert inside.workspace.budget.used_bytes - used >= 2
    inside.evil.body = model(wire)
    assert (await inside.ask("GET", "/api/kernels"))[0] == 200


async def test_a_second_answer_in_the_same_bytes_is_not_seen(inside: Any, wire: Any) -> None:
    inside.evil.body = wire.http([wire.kernel_model], close=False) + wire.http([SECRET])
    await inside.ask("GET", "/api/kernels")
    inside.evil.body = model(wire)

    _, _, body = await inside.ask("GET", "/api/kernels")

    assert SECRET.encode() not in body


async def test_the_same_answer_again_costs_two_bytes(inside: Any, wire: Any) -> None:
    inside.evil.body = model(wire)
    await inside.ask("GET", "/api/kernels")
    used = inside.workspace.budget.used_bytes

    await inside.ask("GET", "/api/kernels")

    assert inside.workspace.budget.used_bytes == used + 2


async def test_a_files_content_does_not_pass_whatever_it_is_called(inside: Any, wire: Any) -> None:
    at = "2026-11-22T00:00:00Z"
    stolen = {"path": "a.ipynb", "type": "file", "last_modified": at, "content": SECRET}
    inside.evil.body = wire.http({**stolen, "format": "text"})

    status, _, body = await inside.ask("GET", "/api/contents/a.ipynb?content=1")

    assert status == 403
    assert SECRET.encode() not in body


async def test_outputs_that_the_browser_did_not_save_are_not_in_a_notebook(
    inside: Any, wire: Any
) -> None:
    output = {"output_type": "stream", "name": "stdout", "text": SECRET}
    cell = {
        "cell_type": "code",
        "id": SECRET,
        "source": "1",
        "metadata": {"x": SECRET},
        "outputs": [output],
    }
    at = f"2026-11-22T00:00:00{SECRET}"
    content = {"cells": [cell], "metadata": {"x": SECRET}}
    inside.evil.body = wire.http(
        {"path": "n.ipynb", "type": "notebook", "last_modified": at, "content": content}
    )

    status, _, body = await inside.ask("GET", "/api/contents/n.ipynb?type=notebook&content=1")

    assert status == 200
    assert SECRET.encode() not in body


async def test_outputs_that_the_browser_saved_are_in_the_notebook_again(
    inside: Any, wire: Any
) -> None:
    output = {"output_type": "stream", "name": "stdout", "text": "seen before"}
    cell = {"cell_type": "code", "id": "a", "source": "1", "metadata": {}, "outputs": [output]}
    content = {"cells": [cell], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}
    saved = {"path": "n.ipynb", "type": "notebook", "last_modified": "2026-11-22T00:00:00Z"}
    inside.evil.body = wire.http(saved)
    assert (
        await inside.ask(
            "PUT", "/api/contents/n.ipynb", body={"type": "notebook", "content": content}
        )
    )[0] == 200
    inside.evil.body = wire.http({**saved, "content": content})
    used = inside.workspace.budget.used_bytes

    _, _, body = await inside.ask("GET", "/api/contents/n.ipynb?type=notebook&content=1")

    assert json.loads(body)["content"]["cells"][0]["outputs"] == [output]
    assert inside.workspace.budget.used_bytes - used <= 8


async def test_when_all_is_spent_the_container_is_not_asked_and_saving_goes_on(
    inside: Any, wire: Any
) -> None:
    inside.evil.body = model(wire)
    _, _, known = await inside.ask("GET", "/api/kernels")
    inside.workspace.budget.used_bytes = inside.workspace.budget.limit_bytes
    n_asked = len(inside.evil.asked)

    assert (await inside.ask("GET", "/api/kernels"))[2] == known
    status, _, body = await inside.ask("GET", "/api/contents")
    assert (status, b"used up" in body) == (403, True)
    assert len(inside.evil.asked) == n_asked
    at = f"2026-11-22T00:00:00{SECRET}"
    inside.evil.body = wire.http({"path": "other.txt", "type": "file", "last_modified": at})
    saved = {"type": "file", "format": "text", "content": "x"}
    status, _, body = await inside.ask("PUT", "/api/contents/a.txt", body=saved)
    assert (status, json.loads(body)["path"]) == (200, "a.txt")
    n_asked = len(inside.evil.asked)
    assert (await inside.ask("POST", "/api/sessions", body={"path": "a.ipynb"}))[0] == 403
    assert len(inside.evil.asked) == n_asked


# WebSocket


async def received(house: Any, *frames: bytes, is_v1: bool = True, n: int = 1) -> list[Any]:
    """Return what a browser gets of the frames, and the close that ends it."""
    house.evil.frames = frames
    got = []
    async with house.channels(is_v1=is_v1) as channels:
        while len(got) < n:
            message = await asyncio.wait_for(channels.receive(), 5)
            got.append(message)
            if message.type in (aiohttp.WSMsgType.CLOSE, aiohttp.WSMsgType.CLOSED):
                got[-1] = (message.data, message.extra, channels.close_code)
                break
    return got


def good(wire: Any) -> bytes:
    content = {"name": "stdout", "text": "fine", "x": SECRET}
    return wire.frame(2, wire.v1("iopub", "stream", content))  # type: ignore[no-any-return]


@pytest.mark.parametrize("is_v1", [True, False])
async def test_a_message_is_rebuilt_in_either_protocol(inside: Any, wire: Any, is_v1: bool) -> None:
    (message,) = await received(inside, good(wire), is_v1=is_v1)

    data = message.data if isinstance(message.data, bytes) else message.data.encode()
    assert b"fine" in data
    assert SECRET.encode() not in data
    assert isinstance(message.data, bytes) is is_v1


@pytest.mark.parametrize(
    "bad",
    [
        lambda w: w.frame(2, w.v1("iopub", "stream", {}, gap=SECRET.encode())),
        lambda w: w.frame(2, w.v1("iopub", "stream", {}, tail=SECRET.encode())),
        lambda w: w.frame(9, SECRET.encode()) + w.frame(10, SECRET.encode()),
        lambda w: w.frame(2, w.v1("iopub", "stream", b"[" * 200_000 + b"]" * 200_000)),
        lambda w: w.frame(2, w.v1("iopub", "display_data", b'{"data":{"text/plain":NaN}}')),
        lambda w: w.frame(2, w.v1("iopub", "stream", [SECRET])),
        lambda w: w.frame(2, w.v1("iopub", "display_data", {"data": [SECRET]})),
        lambda w: w.frame(2, w.v1("iopub", "comm_open", {"data": SECRET})),
        lambda w: w.frame(2, w.v1("shell", "execute_reply", {"status": "ok"}, to=SECRET)),
        lambda w: w.frame(2, w.v1(SECRET, "stream", {"name": "stdout", "text": SECRET})),
    ],
    ids=[
        "gap",
        "tail",
        "ping and pong",
        "deep",
        "not a number",
        "list",
        "bundle",
        "comm",
        "not asked",
        "channel",
    ],
)
async def test_a_bad_frame_is_left_out_and_the_next_one_passes(
    inside: Any, wire: Any, bad: Callable[[Any], bytes]
) -> None:
    (message,) = await received(inside, bad(wire), good(wire))

    assert b"fine" in message.data
    assert SECRET.encode() not in message.data


@pytest.mark.parametrize(
    "end",
    [
        lambda w: w.frame(8, struct.pack(">H", 4321) + SECRET.encode()),
        lambda w: w.frame(1, SECRET.encode()),
        lambda w: w.frame(3, SECRET.encode()),
        lambda w: w.frame(2, zlib.compress(SECRET.encode())[2:-4], first_byte=0xC2),
    ],
    ids=["close code and reason", "text", "opcode", "compressed"],
)
async def test_a_socket_ends_with_the_same_words_whatever_ended_it(
    inside: Any, wire: Any, end: Callable[[Any], bytes]
) -> None:
    (closed,) = await received(inside, end(wire))

    assert closed == (1000, "", 1000)


async def test_a_message_in_pieces_is_put_together(inside: Any, wire: Any) -> None:
    whole = wire.v1("iopub", "stream", {"name": "stdout", "text": "fine"})
    pieces = wire.frame(2, whole[:20], first_byte=0x02) + wire.frame(0, whole[20:])

    (message,) = await received(inside, pieces)

    assert b"fine" in message.data


async def test_a_frame_too_large_to_be_read_ends_in_a_notice(inside: Any, wire: Any) -> None:
    memory = inside.workspace.memory_of(KERNEL)
    header = {"msg_id": "a1", "msg_type": "execute_request"}
    from gdi_spe.node.gateway.firewall.wire import Message

    memory.from_browser(Message("shell", header, {}, {"code": "1"}))
    big = b"\x82\x7f" + struct.pack(">Q", 70_000_000) + b"x" * 100_000

    (message,) = await received(inside, big)

    assert b"too large" in message.data


async def test_a_kernel_gets_the_request_without_what_it_need_not_know(
    inside: Any, wire: Any
) -> None:
    async with inside.channels(is_v1=False) as channels:
        header = {"msg_id": "m1", "msg_type": "execute_request", "session": "s", "x": SECRET}
        text = {"channel": "shell", "header": header, "parent_header": {"x": SECRET}}
        text |= {"metadata": {"x": SECRET}, "content": {"code": "1+1", "x": SECRET}}
        await channels.send_str(json.dumps({**text, "buffers": [SECRET]}))
        await channels.send_str(json.dumps({**text, "channel": "control"}))
        for _ in range(100):
            if inside.evil.received:
                break
            await asyncio.sleep(0.02)

    (sent,) = inside.evil.received
    mask = sent[4:8] if sent[1] & 127 == 126 else sent[2:6]
    start = 8 if sent[1] & 127 == 126 else 6
    plain = bytes(byte ^ mask[i % 4] for i, byte in enumerate(sent[start:]))
    assert b"1+1" in plain
    assert SECRET.encode() not in plain


async def test_the_name_of_the_browsers_session_stays_outside(inside: Any, wire: Any) -> None:
    await received(inside, good(wire))
    await received(inside, good(wire))

    first, second = (head.partition(b"\r\n")[0] for head in inside.evil.asked[-2:])
    assert first == second
    assert b"session_id=s1" not in first
    for head in inside.evil.asked:
        assert b"Cookie" not in head
        assert b"gdi-spe-login" not in head


async def test_a_flood_of_output_does_not_hold_up_another_request(inside: Any, wire: Any) -> None:
    output = {"name": "stdout", "text": "x" * 200}
    flood = wire.frame(2, wire.v1("iopub", "stream", output)) * 3000
    inside.evil.frames = (flood,)
    async with inside.channels() as channels:
        await channels.receive()
        status, _, _ = await asyncio.wait_for(inside.ask("GET", "/api/me"), 2)

    assert status == 200


# node.sock


async def say(house: Any, method: str, path: str, data: bytes | None = None) -> tuple[int, Any]:
    """Speak as the workspace does."""
    where = house.gateway.node_folder(house.workspace.wid) / "node.sock"
    connector = aiohttp.UnixConnector(str(where))
    async with (
        aiohttp.ClientSession(connector=connector) as workspace,
        workspace.request(
            method, f"http://node{path}", data=None if data is None else io.BytesIO(data)
        ) as answered,
    ):
        return answered.status, await answered.json()


@pytest.fixture
def as_workspace(monkeypatch: pytest.MonkeyPatch, house: Any) -> Any:
    from gdi_spe.node.gateway import node_socket

    monkeypatch.setattr(node_socket, "peer_uid", lambda _: house.workspace.order.uid)
    return house


async def test_another_uid_on_the_nodes_socket_is_refused(
    house: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from gdi_spe.node.gateway import node_socket

    monkeypatch.setattr(node_socket, "peer_uid", lambda _: house.workspace.order.uid + 1)

    assert (await say(house, "GET", "/v1/self"))[0] == 403
    assert house.node.asked == []


async def test_a_request_is_passed_on_under_the_workspaces_own_name(as_workspace: Any) -> None:
    data = bytes(range(256)) * 4000
    path = "/v1/exports/e0123456789ab/files/a.csv"

    status, answered = await say(as_workspace, "PUT", path, data)

    wid = as_workspace.workspace.wid
    assert status == 200
    assert answered["asked"] == f"/v1/workspaces/{wid}/exports/e0123456789ab/files/a.csv"
    assert as_workspace.node.asked == [("PUT", answered["asked"], data)]


async def test_the_meter_is_put_into_what_a_workspace_hears_of_itself(as_workspace: Any) -> None:
    as_workspace.workspace.budget.charge("stream", 77)

    _, answered = await say(as_workspace, "GET", "/v1/self")

    assert answered["display"] == {"used_bytes": 77, "budget_bytes": 1 << 20}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/orders/w00000000bb"),
        ("GET", "/v1/workspaces/w00000000bb/self"),
        ("POST", "/v1/workspaces/w00000000aa/display"),
        ("GET", "/v1/exports/../orders/w00000000bb"),
        ("GET", "/v1/exports/e0123456789ab%2f..%2f..%2forders"),
        ("PUT", "/v1/exports/e0123456789ab/files/..%2fx"),
        ("PUT", "/v1/exports/e0123456789ab/files/.x"),
        ("DELETE", "/v1/exports/e0123456789ab"),
        ("GET", "/"),
    ],
)
async def test_nothing_but_the_list_goes_through_the_nodes_socket(
    as_workspace: Any, method: str, path: str
) -> None:
    where = as_workspace.gateway.node_folder(as_workspace.workspace.wid) / "node.sock"
    reader, writer = await asyncio.open_unix_connection(str(where))
    writer.write(f"{method} {path} HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n".encode())

    line = await reader.readline()

    writer.close()
    assert line.split()[1] in (b"404", b"403")
    assert as_workspace.node.asked == []


async def test_too_large_a_body_is_cut_off(
    as_workspace: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = "/v1/exports/e0123456789ab/files/a.csv/side-car"

    assert (await say(as_workspace, "PUT", path, b"x" * 300_000))[0] in (413, 503)


async def test_the_words_of_export_requests_are_counted_and_come_to_an_end(
    as_workspace: Any,
) -> None:
    words = json.dumps({"title": "t", "justification": "x" * 200_000}).encode()

    answered = [(await say(as_workspace, "POST", "/v1/exports", words))[0] for _ in range(6)]

    assert answered[-1] == 429
    passed_on = [body for _method, _path, body in as_workspace.node.asked]
    assert sum(map(len, passed_on)) < 1 << 20
    assert len(passed_on) == answered.count(200) > 0
    # What is shown in the browser is another matter, and goes on.
    assert as_workspace.workspace.budget.used_bytes == 0


async def test_what_a_check_found_counts_and_stops_the_next_one(as_workspace: Any) -> None:
    budget = as_workspace.workspace.words
    path = "/v1/exports/e0123456789ab/submit"

    assert (await say(as_workspace, "POST", path, b"{}"))[0] == 200
    assert budget.used_bytes > len(path) + 2
    budget.charge_shown("export", 1 << 30)

    assert budget.is_output_spent
    assert (await say(as_workspace, "POST", path, b"{}"))[0] == 429
    assert (await say(as_workspace, "GET", "/v1/exports"))[0] == 200


async def test_after_the_end_the_nodes_socket_is_closed_too(as_workspace: Any) -> None:
    await as_workspace.gateway.close_route(as_workspace.workspace.wid, "it was stopped.")

    with pytest.raises(aiohttp.ClientConnectorError):
        await say(as_workspace, "GET", "/v1/self")
    assert as_workspace.node.asked == []


async def test_a_connection_to_the_nodes_socket_ends_in_the_middle_of_what_it_sends(
    as_workspace: Any,
) -> None:
    wid = as_workspace.workspace.wid
    where = as_workspace.gateway.node_folder(wid) / "node.sock"
    reader, writer = await asyncio.open_unix_connection(str(where))
    path = "/v1/exports/e0123456789ab/files/table.csv"
    writer.write(f"PUT {path} HTTP/1.1\r\nHost: node\r\nContent-Length: 1000\r\n\r\nab".encode())
    await writer.drain()
    await asyncio.sleep(0.2)

    await as_workspace.gateway.close_route(wid, "it was stopped.")

    async with asyncio.timeout(5):
        assert b" 200 " not in await reader.read()
    writer.close()


async def test_the_folder_of_the_nodes_socket_can_be_passed_but_not_listed(house: Any) -> None:
    folder = house.gateway.node_folder(house.workspace.wid)

    assert folder.stat().st_mode & 0o777 == 0o711
    assert (folder / "node.sock").stat().st_mode & 0o777 == 0o666
