"""The golden list: every route that a workspace's page may use, and who answers it.

What is not listed is refused. The list was observed in a browser; a test drives the page and
fails on a route that is new, and on one that is never used.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum

_KERNEL = r"/api/kernels/[0-9a-f-]{36}"


class By(Enum):
    """Who knows the answer."""

    GATEWAY = "gateway"  # its own copy; the container is not asked
    CONTAINER = "container"  # the container's, rebuilt and charged


@dataclass(frozen=True)
class Route:
    """One entry: methods, path below the workspace's address, and the handler's name."""

    methods: frozenset[str]
    pattern: re.Pattern[str]
    handler: str
    by: By
    # A page that a person may come to from elsewhere; everything else is asked by the page itself.
    is_page: bool = field(default=False)


def _route(methods: str, pattern: str, handler: str, by: By, *, is_page: bool = False) -> Route:
    return Route(frozenset(methods.split()), re.compile(pattern), handler, by, is_page)


# TRUST: the whole list; first match wins, no match is refused.
ROUTES = (
    _route("GET", r"/", "to_lab", By.GATEWAY, is_page=True),
    _route("GET", r"/oauth_callback", "finish_login", By.GATEWAY, is_page=True),
    _route("GET", r"/lab(/tree(/.*)?|/workspaces/.*)?", "lab_page", By.GATEWAY, is_page=True),
    _route("GET", r"/(lab/extensions|static|lab/api/themes)/.*", "static_file", By.GATEWAY),
    _route("GET", r"/kernelspecs/python3/logo-[\w-]+\.(svg|png)", "static_file", By.GATEWAY),
    _route("GET", r"/api", "api_version", By.GATEWAY),
    _route("GET", r"/api/kernelspecs", "kernelspecs", By.GATEWAY),
    _route("GET", r"/api/me", "me", By.GATEWAY),
    _route("GET", r"/api/status", "server_status", By.GATEWAY),
    _route("GET", r"/spe/banner\.js", "banner", By.GATEWAY),
    _route("GET", r"/api/spe/meter", "meter", By.GATEWAY),
    _route("GET", r"/lab/api/translations/?", "languages", By.GATEWAY),
    _route("GET", r"/lab/api/translations/\w{1,20}", "translation", By.GATEWAY),
    _route("GET", r"/lab/api/settings/?", "settings", By.GATEWAY),
    _route("GET PUT", r"/lab/api/settings/[\w@/:.-]{1,120}", "setting", By.GATEWAY),
    _route("GET PUT DELETE", r"/lab/api/workspaces/?[\w@:. -]{0,80}", "layouts", By.GATEWAY),
    _route("GET", r"/api/(nbconvert|terminals|config/\w{1,40})", "nothing", By.GATEWAY),
    _route("GET", r"/lab/api/listings/.*", "nothing", By.GATEWAY),
    _route("GET", r"/lab/api/build", "build", By.GATEWAY),
    _route("GET", r"/api/resolvePath", "absent", By.GATEWAY),
    _route("GET", r"/api/events/subscribe", "events", By.GATEWAY),
    _route("GET POST", r"/api/kernels", "kernels", By.CONTAINER),
    _route("GET DELETE", _KERNEL, "kernels", By.CONTAINER),
    _route("POST", _KERNEL + r"/(interrupt|restart)", "kernels", By.CONTAINER),
    _route("GET", _KERNEL + r"/channels", "channels", By.CONTAINER),
    _route("GET POST", r"/api/sessions", "sessions", By.CONTAINER),
    _route("GET PATCH DELETE", r"/api/sessions/[0-9a-f-]{36}", "sessions", By.CONTAINER),
    _route("GET POST DELETE", r"/api/contents/.*/checkpoints(/.*)?", "checkpoints", By.GATEWAY),
    _route("GET POST PUT PATCH DELETE", r"/api/contents(/.*)?", "contents", By.CONTAINER),
)

_FILES = re.compile(r"/(files|view|nbconvert|notebooks|edit|tree)(/.*)?")


def route_of(method: str, path: str) -> Route | None:
    """Find the entry of a request, None if it is not on the list."""
    for route in ROUTES:
        if method in route.methods and route.pattern.fullmatch(path):
            return route
    return None


def asks_for_a_file(path: str) -> bool:
    """Say whether a refused path would have opened or downloaded a file."""
    return _FILES.fullmatch(path) is not None
