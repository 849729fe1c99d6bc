"""The HTTP bodies of Jupyter's REST API, rebuilt: kernels, sessions, listings, notebooks."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime
from typing import Any

from gdi_spe.boundary.errors import Refused
from gdi_spe.node.gateway.firewall.messages import STATES, number, one_of, text
from gdi_spe.node.gateway.firewall.wire import Json

MAX_LISTED = 500
_MAX_KERNELS = 20
_MAX_PATH = 240
_UUID = re.compile(r"[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_NAME = re.compile(r"[\w()+=,@-][\w .()+=,@-]{0,79}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d")


class NotInShape(Refused):
    """A body of the container that is not in the shape that Jupyter gives it."""

    code = "gateway-not-in-shape"


def instant(at: datetime) -> str:
    """Write an instant as Jupyter does."""
    return at.strftime("%Y-%m-%dT%H:%M:%S.000000Z")


def kernel(body: Any, now: datetime) -> Json:
    """Rebuild one kernel; its last activity is the gateway's clock."""
    _need(isinstance(body, dict), "kernel")
    return {
        "id": _uuid(body.get("id")),
        "name": one_of(body.get("name"), "python3"),
        "last_activity": instant(now),
        "execution_state": one_of(body.get("execution_state"), *STATES),
        "connections": number(body.get("connections"), 0, 9),
    }


def session(body: Any, now: datetime) -> Json:
    """Rebuild one session: a document and its kernel."""
    _need(isinstance(body, dict), "session")
    kind, where = one_of(body.get("type"), "notebook", "console"), path(body.get("path"))
    name = text(body.get("name"), 80)
    running = body.get("kernel")
    rebuilt: Json = {
        "id": _uuid(body.get("id")),
        "path": where,
        "name": name if _NAME.fullmatch(name) else "",
        "type": kind,
        "kernel": kernel(running, now) if running else None,
    }
    return {**rebuilt, "notebook": {"path": where, "name": ""}} if kind == "notebook" else rebuilt


def several(rule: Callable[[Any, datetime], Json]) -> Callable[[Any, datetime], Any]:
    """Make of the rule for one the rule for one or a list."""

    def rebuild(body: Any, now: datetime) -> Any:
        if isinstance(body, list):
            return [rule(item, now) for item in body[:_MAX_KERNELS]]
        return rule(body, now)

    return rebuild


def path(value: Any) -> str:
    """Return a relative path of plain names; none may be hidden."""
    _need(isinstance(value, str) and 0 < len(value) <= _MAX_PATH, "path")
    _need(all(_NAME.fullmatch(part) for part in value.split("/")), "path")
    return str(value)


def entry(body: Any) -> Json:
    """Rebuild what is said of one file, without its content."""
    _need(isinstance(body, dict), "entry")
    where = path(body["path"]) if body.get("path") else ""
    modified = text(body.get("last_modified"), 19)
    _need(_INSTANT.fullmatch(modified) is not None, "instant")
    return {
        "name": where.rsplit("/", 1)[-1],
        "path": where,
        "type": one_of(body.get("type"), "file", "notebook", "directory"),
        "created": f"{modified}Z",
        "last_modified": f"{modified}Z",
        "size": None,
        "writable": True,
        "mimetype": None,
        "content": None,
        "format": None,
        "hash": None,
        "hash_algorithm": None,
    }


def listing(body: Any) -> Json:
    """Rebuild a folder's listing; names that are not plain are not shown."""
    found = body.get("content") if isinstance(body, dict) else None
    _need(isinstance(found, list), "listing")
    return {**entry(body), "format": "json", "content": _entries(found)}


def _entries(found: Any) -> list[Json]:
    entries: list[Json] = []
    for item in found[:MAX_LISTED]:
        try:
            entries.append(entry(item))
        except Refused:
            continue
    return entries


def _uuid(value: Any) -> str:
    _need(isinstance(value, str) and _UUID.fullmatch(value) is not None, "id")
    return str(value)


def _need(holds: bool, what: str) -> None:
    if not holds:
        raise NotInShape(what)
