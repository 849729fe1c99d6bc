"""What the browser sends: read up to a bound, and made anew for the container."""

from __future__ import annotations

import base64
import binascii
import re
from typing import Any

from aiohttp import web

from gdi_spe.boundary.errors import BadInput, Refused
from gdi_spe.node.gateway.firewall import bodies
from gdi_spe.node.gateway.firewall.messages import one_of
from gdi_spe.node.gateway.firewall.wire import Json, parse_json

MAX_NOTEBOOK_BYTES = 16 << 20
MAX_TEXT_BYTES = 1 << 20
_EXTENSION = re.compile(r"\.?[a-z0-9]{1,8}")
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")


class TooLarge(Refused):
    """A body beyond its bound."""

    code = "gateway-too-large"
    http_status = 413
    public_message = "This is too large: a notebook may have 16 MiB, a text file 1 MiB."


class OnlyText(Refused):
    """An upload that is neither a notebook nor a text."""

    code = "gateway-only-text"
    public_message = "Only notebooks and text files (UTF-8, up to 1 MiB) can be brought in."


async def read(request: web.BaseRequest, max_bytes: int) -> bytes:
    """Read a body that may not be larger than so many bytes."""
    body = bytearray()
    async for chunk in request.content.iter_chunked(65_536):
        body += chunk
        if len(body) > max_bytes:
            raise TooLarge
    return bytes(body)


async def read_json(request: web.BaseRequest, max_bytes: int) -> Any:
    """Read a JSON body; an empty one is an empty object."""
    body = await read(request, max_bytes)
    return parse_json(body) if body else {}


def _object(body: Any) -> Json:
    if not isinstance(body, dict):
        raise BadInput("not a JSON object")
    return body


def kernel(body: Any) -> Json:
    """Ask for a kernel: there is one kind."""
    asked: Json = {"name": "python3"}
    if _object(body).get("path"):
        asked["path"] = bodies.path(body["path"])
    return asked


def session(body: Any, *, is_new: bool) -> Json:
    """Ask for a document's kernel, or for a change of it."""
    given = _object(body)
    asked: Json = {}
    if is_new or "path" in given:
        asked["path"] = bodies.path(given.get("path"))
        asked["name"] = asked["path"].rsplit("/", 1)[-1]
    if is_new or "type" in given:
        asked["type"] = one_of(given.get("type", "notebook"), "notebook", "console")
    wanted = given.get("kernel")
    if isinstance(wanted, dict):
        kernel_id = wanted.get("id")
        is_id = isinstance(kernel_id, str) and _UUID.fullmatch(kernel_id) is not None
        asked["kernel"] = {"id": kernel_id} if is_id else {"name": "python3"}
    elif is_new:
        asked["kernel"] = {"name": "python3"}
    return asked


def new_entry(body: Any) -> Json:
    """Ask for a new file, notebook or folder, or for a copy."""
    given = _object(body)
    if given.get("copy_from"):
        return {"copy_from": bodies.path(str(given["copy_from"]).strip("/"))}
    asked: Json = {"type": one_of(given.get("type", "file"), "file", "notebook", "directory")}
    extension = given.get("ext")
    if isinstance(extension, str) and _EXTENSION.fullmatch(extension):
        asked["ext"] = extension
    return asked


def saved_entry(body: Any) -> Json:
    """Bring in a notebook, a text, or make a folder; nothing else comes in."""
    given = _object(body)
    kind = one_of(given.get("type"), "file", "notebook", "directory")
    if kind == "directory":
        return {"type": kind}
    if kind == "notebook":
        return {"type": kind, "format": "json", "content": _object(given.get("content"))}
    if "chunk" in given:
        raise TooLarge
    return {"type": "file", "format": "text", "content": _text(given)}


def _text(given: Json) -> str:
    content = given.get("content")
    if not isinstance(content, str) or len(content) > 2 * MAX_TEXT_BYTES:
        raise TooLarge
    if given.get("format") == "base64":
        try:
            content = base64.b64decode(content, validate=False).decode("utf-8")
        except (binascii.Error, ValueError):
            raise OnlyText from None
    if "\x00" in content:
        raise OnlyText
    if len(content.encode("utf-8", "replace")) > MAX_TEXT_BYTES:
        raise TooLarge
    return content


def moved_entry(body: Any) -> Json:
    """Ask for another name."""
    return {"path": bodies.path(str(_object(body).get("path", "")).strip("/"))}
