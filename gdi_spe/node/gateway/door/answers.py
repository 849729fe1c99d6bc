"""Answers to the browser: every header is the gateway's own."""

from __future__ import annotations

import html
from importlib.metadata import version
from pathlib import Path
from typing import Any

from aiohttp import web

from gdi_spe.boundary.errors import SpeError
from gdi_spe.node.gateway.firewall.wire import to_json

# TRUST: no script but the page's own files, nothing loaded from elsewhere, no frame, no form out.
# Lab compiles the schemas of its settings, which takes 'unsafe-eval'.
_LAB_POLICY = (
    "default-src 'none'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline';"
    " img-src 'self' data: blob:; font-src 'self' data:; connect-src 'self';"
    " worker-src 'self' blob:; frame-src 'none'; object-src 'none'; form-action 'self';"
    " base-uri 'none'; frame-ancestors 'none'"
)
_PLAIN_POLICY = (
    "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none';"
    " frame-ancestors 'none'"
)
_HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-DNS-Prefetch-Control": "off",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Server": "gdi-spe",
    # JupyterHub looks for it when it waits for a server to start.
    "X-JupyterHub-Version": version("jupyterhub"),
}
_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>{title}</title>{refresh}
<meta name="viewport" content="width=device-width,initial-scale=1">
<style>body{{font-family:sans-serif;max-width:36rem;margin:4rem auto;padding:0 1rem;
line-height:1.5}}</style></head>
<body><h1>{title}</h1><p>{text}</p><p><a href="/hub/home">Back to your projects</a></p>
</body></html>
"""


def headers(*, policy: str = _PLAIN_POLICY, cache: str = "no-store") -> dict[str, str]:
    """Return the headers of every answer."""
    return {**_HEADERS, "Content-Security-Policy": policy, "Cache-Control": cache}


def json_answer(body: Any, status: int = 200) -> web.Response:
    """Answer with JSON."""
    return raw_json(to_json(body), status)


def raw_json(body: bytes, status: int = 200) -> web.Response:
    """Answer with JSON that is serialised already."""
    return web.Response(
        body=body, status=status, headers={**headers(), "Content-Type": "application/json"}
    )


def empty() -> web.Response:
    """Answer that it is done."""
    return web.Response(status=204, headers=headers())


def problem(error: SpeError) -> web.Response:
    """Answer with what a person may know of an error, in the shape that Lab shows."""
    body = {"message": error.public_message, "reason": None, "code": error.code}
    return json_answer(body, error.http_status)


def lab(page: str) -> web.Response:
    """Answer with the Lab page."""
    return _html(page, 200, _LAB_POLICY)


def page(title: str, text: str, status: int, refresh: str = "") -> web.Response:
    """Answer with a plain page for a person; ``refresh`` leads on by itself."""
    leads = f'<meta http-equiv="refresh" content="0;url={html.escape(refresh)}">' if refresh else ""
    body = _PAGE.format(title=html.escape(title), text=html.escape(text), refresh=leads)
    return _html(body, status, _PLAIN_POLICY)


def redirect(to: str) -> web.Response:
    """Lead on to another address."""
    return web.Response(status=302, headers={**headers(), "Location": to})


def file(path: Path, kind: str) -> web.FileResponse:
    """Answer with a file of the golden copy."""
    described = {**headers(policy=_LAB_POLICY, cache="private, max-age=3600"), "Content-Type": kind}
    return web.FileResponse(path, headers=described)


def _html(body: str, status: int, policy: str) -> web.Response:
    described = {**headers(policy=policy), "Content-Type": "text/html; charset=utf-8"}
    return web.Response(body=body.encode(), status=status, headers=described)
