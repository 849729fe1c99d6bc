"""The one place where our errors become HTTP answers."""

from __future__ import annotations

import logging

from pydantic import ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute

from gdi_spe.boundary.errors import SpeError

log = logging.getLogger(__name__)


def application(routes: list[BaseRoute]) -> Starlette:
    """Return an application that answers errors with a code and the public message alone."""
    handlers = {SpeError: _problem, ValidationError: _malformed, Exception: _unexpected}
    return Starlette(routes=routes, exception_handlers=handlers)  # type: ignore[arg-type]  # each handler takes its own error


async def _problem(_request: Request, error: SpeError) -> JSONResponse:
    log.info("%s: %s", error.code, error)
    return _answer(error.http_status, error.code, error.public_message)


async def _malformed(_request: Request, error: ValidationError) -> JSONResponse:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return _answer(400, "bad-input", f"{where}: {first['msg']}.")


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    log.exception("%s %s", request.method, request.url.path, exc_info=error)
    return _answer(500, SpeError.code, SpeError.public_message)


def _answer(status: int, code: str, message: str) -> JSONResponse:
    return JSONResponse({"code": code, "message": message}, status)
