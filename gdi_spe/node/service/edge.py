"""The one place where our errors become HTTP answers."""

from __future__ import annotations

import logging
from typing import TypeVar

from pydantic import BaseModel, ValidationError
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import BaseRoute

from gdi_spe.boundary.errors import BadInput, NotFound, SpeError

log = logging.getLogger(__name__)

Body = TypeVar("Body", bound=BaseModel)


def application(routes: list[BaseRoute]) -> Starlette:
    """Return an application that answers errors with a code and the public message alone."""
    handlers = {SpeError: _problem, HTTPException: _no_route, Exception: _unexpected}
    return Starlette(routes=routes, exception_handlers=handlers)  # type: ignore[arg-type]  # each handler takes its own error


async def body_of(request: Request, model: type[Body]) -> Body:
    """Read a request's body as what it must be, or refuse it."""
    try:
        return model.model_validate_json(await request.body())
    except ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"]) or "the body"
        raise BadInput(f"{where}: {first['msg']}") from None


async def _problem(_request: Request, error: SpeError) -> JSONResponse:
    log.info("%s: %s", error.code, error)
    return _answer(error.http_status, error.code, error.public_message)


async def _no_route(_request: Request, error: HTTPException) -> JSONResponse:
    return _answer(error.status_code, NotFound.code, error.detail)


async def _unexpected(request: Request, error: Exception) -> JSONResponse:
    log.exception("%s %s", request.method, request.url.path, exc_info=error)
    return _answer(500, SpeError.code, SpeError.public_message)


def _answer(status: int, code: str, message: str) -> JSONResponse:
    return JSONResponse({"code": code, "message": message}, status)
