"""Answers that the gateway knows itself: the container is not asked, so none of it can speak."""

from __future__ import annotations

import mimetypes
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import WSMsgType, web

from gdi_spe.boundary.errors import NotFound, Refused
from gdi_spe.boundary.expiry import warning_of
from gdi_spe.node.gateway.door import answers
from gdi_spe.node.gateway.door.bodies_in import read_json
from gdi_spe.node.gateway.firewall.bodies import instant
from gdi_spe.node.gateway.firewall.wire import Json
from gdi_spe.node.gateway.workspace import Workspace

_MAX_PREFERENCE_BYTES = 262_144
_MAX_PREFERENCES = 60
_MAX_SOCKETS = 16
_BANNER = Path(__file__).with_name("banner.js")
_ENGLISH = {"en": {"displayName": "English", "nativeName": "English"}}


class TooManySockets(Refused):
    """More connections than a person's tabs need."""

    code = "gateway-too-many-sockets"
    http_status = 429
    public_message = "Too many open connections; close some tabs."


async def to_lab(workspace: Workspace, _request: web.BaseRequest, _path: str) -> web.Response:
    """Lead to the Lab page."""
    return answers.redirect(f"{workspace.registration.base_url}lab")


async def finish_login(workspace: Workspace, request: web.BaseRequest, _path: str) -> web.Response:
    """Finish a log-in.

    The page leads on by itself instead of by a redirect: the cookie is for this site's own
    navigations only, and a redirect would still belong to the site where the log-in was done.
    """
    logins = workspace.shared.logins
    name, to = await logins.finish(workspace.registration, request)
    answer = answers.page("Opening your workspace", "One moment.", 200, refresh=to)
    logins.set_cookie(answer, workspace.registration, name)
    return answer


async def lab_page(workspace: Workspace, _request: web.BaseRequest, path: str) -> web.Response:
    """Answer with the Lab page."""
    workspace.touch()
    tree = path.removeprefix("/lab/tree/") if path.startswith("/lab/tree/") else ""
    layout = path.removeprefix("/lab/workspaces/").split("/")[0] if "/workspaces/" in path else ""
    registration = workspace.registration
    page = workspace.golden.page(
        registration.base_url, registration.owner, tree=tree, layout=layout or "default"
    )
    return answers.lab(page)


async def static_file(
    workspace: Workspace, _request: web.BaseRequest, path: str
) -> web.StreamResponse:
    """Answer with a file of the image."""
    found = workspace.golden.static_file(path)
    if found is None:
        raise NotFound("file", path.rsplit("/", 1)[-1][:80])
    kind = mimetypes.guess_type(found.name)[0] or "application/octet-stream"
    return answers.file(found, kind)


async def api_version(_w: Workspace, _request: web.BaseRequest, _path: str) -> web.Response:
    """Answer with a version that says nothing of the container's."""
    return answers.json_answer({"version": "2.0.0"})


async def kernelspecs(workspace: Workspace, _request: web.BaseRequest, _path: str) -> web.Response:
    """Answer with the one kernel that there is."""
    logos = f"{workspace.registration.base_url}kernelspecs/python3"
    spec = {
        "argv": ["python", "-m", "ipykernel_launcher", "-f", "{connection_file}"],
        "env": {},
        "display_name": "Python 3 (ipykernel)",
        "language": "python",
        "interrupt_mode": "signal",
        "metadata": {"debugger": False},
    }
    resources = {
        "logo-svg": f"{logos}/logo-svg.svg",
        "logo-64x64": f"{logos}/logo-64x64.png",
        "logo-32x32": f"{logos}/logo-32x32.png",
    }
    python3 = {"name": "python3", "spec": spec, "resources": resources}
    return answers.json_answer({"default": "python3", "kernelspecs": {"python3": python3}})


async def me(workspace: Workspace, _request: web.BaseRequest, _path: str) -> web.Response:
    """Answer with whose workspace it is."""
    owner = workspace.registration.owner
    identity = {
        "username": owner,
        "name": owner,
        "display_name": owner,
        "initials": None,
        "avatar_url": None,
        "color": None,
    }
    return answers.json_answer({"identity": identity, "permissions": {}})


async def server_status(workspace: Workspace, _r: web.BaseRequest, _path: str) -> web.Response:
    """Answer with nothing but that the door is open."""
    at = instant(workspace.attached_at)
    body = {"connections": 0, "kernels": 0, "started": at, "last_activity": at}
    return answers.json_answer(body)


async def banner(_w: Workspace, _request: web.BaseRequest, _path: str) -> web.StreamResponse:
    """Answer with the script that warns before the workspace ends."""
    return answers.file(_BANNER, "text/javascript")


async def meter(workspace: Workspace, _request: web.BaseRequest, _path: str) -> web.Response:
    """Answer with how much may still be shown today, and what has used the rest."""
    budget = workspace.budget
    kinds = {kind: {"n": n, "bytes": size} for kind, (n, size) in budget.by_kind.items()}
    return answers.json_answer(
        {
            "used_bytes": budget.used_bytes,
            "budget_bytes": budget.limit_bytes,
            "is_spent": budget.is_output_spent,
            "resets_at": instant(budget.ends_at),
            "valid_until": instant(workspace.order.valid_until.astimezone(UTC)),
            "warning": warning_of(workspace.order.valid_until, datetime.now(UTC)),
            "kinds": kinds,
            "dropped": _dropped(workspace),
        }
    )


def _dropped(workspace: Workspace) -> dict[str, int]:
    """Add up what did not pass, by reason; the reasons are the gateway's words."""
    totals: dict[str, int] = {}
    for memory in workspace.kernels.values():
        for why, n in memory.dropped.items():
            totals[why] = totals.get(why, 0) + n
    return totals


async def languages(_w: Workspace, _request: web.BaseRequest, _path: str) -> web.Response:
    """Answer with the languages of the page."""
    return answers.json_answer({"data": _ENGLISH, "message": ""})


async def translation(_w: Workspace, _request: web.BaseRequest, _path: str) -> web.Response:
    """Answer with no translation: the page is in English."""
    return answers.json_answer({"data": {}, "message": ""})


async def settings(workspace: Workspace, request: web.BaseRequest, _path: str) -> web.Response:
    """Answer with the settings of the page, the person's own changes among them."""
    own = workspace.preferences.get("settings", {})
    found = [_with_own(item, own) for item in workspace.golden.settings.values()]
    if request.rel_url.query.get("ids_only") == "true":
        found = [{"id": item["id"]} for item in found]
    return answers.json_answer({"settings": found})


async def setting(workspace: Workspace, request: web.BaseRequest, path: str) -> web.Response:
    """Give or keep the settings of one extension of the page."""
    name = path.removeprefix("/lab/api/settings/")
    known = workspace.golden.settings.get(name)
    if known is None:
        raise NotFound("setting", name)
    own = workspace.preferences.setdefault("settings", {})
    if request.method == "PUT":
        body = await read_json(request, _MAX_PREFERENCE_BYTES)
        raw = body.get("raw") if isinstance(body, dict) else None
        _keep_preference(workspace, "settings", name, raw if isinstance(raw, str) else "{}")
        return answers.empty()
    return answers.json_answer(_with_own(known, own))


async def layouts(workspace: Workspace, request: web.BaseRequest, path: str) -> web.Response:
    """Give, keep or forget how the page was arranged."""
    kept = workspace.preferences.get("layouts", {})
    name = path.removeprefix("/lab/api/workspaces").strip("/")
    if not name:
        listed = {"ids": list(kept), "values": list(kept.values())}
        return answers.json_answer({"workspaces": listed})
    if request.method == "PUT":
        body = await read_json(request, _MAX_PREFERENCE_BYTES)
        _keep_preference(workspace, "layouts", name, body if isinstance(body, dict) else {})
        return answers.empty()
    if request.method == "DELETE":
        _keep_preference(workspace, "layouts", name, None)
        return answers.empty()
    return answers.json_answer(kept.get(name) or {"data": {}, "metadata": {"id": name}})


def _with_own(item: Json, own: Json) -> Json:
    return {**item, "raw": own[item["id"]]} if item["id"] in own else item


def _keep_preference(workspace: Workspace, kind: str, name: str, value: Any) -> None:
    """Store one of the browser's own values, of a bounded number."""
    kept = dict(workspace.preferences.get(kind, {}))
    kept.pop(name, None)
    if value is not None:
        kept[name] = value
    while len(kept) > _MAX_PREFERENCES:
        kept.pop(next(iter(kept)))
    workspace.preferences = {**workspace.preferences, kind: kept}
    workspace.shared.registry.keep_preferences(workspace.wid, workspace.preferences)


async def nothing(_w: Workspace, _request: web.BaseRequest, _path: str) -> web.Response:
    """Answer with an empty list of what is not offered."""
    return answers.json_answer({})


async def build(_w: Workspace, _request: web.BaseRequest, _path: str) -> web.Response:
    """Answer that the page needs no building."""
    return answers.json_answer({"status": "stable", "message": ""})


async def absent(_w: Workspace, _request: web.BaseRequest, _path: str) -> web.Response:
    """Answer that there is no such thing."""
    raise NotFound("path", "")


async def checkpoints(_w: Workspace, request: web.BaseRequest, path: str) -> web.Response:
    """Say that there are no checkpoints: none is made, none can be gone back to."""
    if request.method == "GET":
        return answers.json_answer([])
    if request.method == "POST" and path.endswith("/checkpoints"):
        now = instant(datetime.now(UTC))
        return answers.json_answer({"id": "checkpoint", "last_modified": now}, 201)
    if request.method == "DELETE":
        return answers.empty()
    raise NotFound("checkpoint", "")


async def events(
    workspace: Workspace, request: web.BaseRequest, _path: str
) -> web.WebSocketResponse:
    """Hold a socket that says nothing: refused, the page would ask for ever."""
    if len(workspace.sockets) >= _MAX_SOCKETS:
        raise TooManySockets
    socket = web.WebSocketResponse(heartbeat=30, timeout=1, max_msg_size=4096)
    await socket.prepare(request)
    workspace.sockets.add(socket)
    try:
        async for message in socket:
            if message.type not in (WSMsgType.TEXT, WSMsgType.BINARY):
                break
    finally:
        workspace.sockets.discard(socket)
    return socket
