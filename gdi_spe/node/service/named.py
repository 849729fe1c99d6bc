"""Whom the web process names, and as whom the node takes them."""

from __future__ import annotations

from starlette.requests import Request

from gdi_spe.boundary.errors import Refused
from gdi_spe.node.airlock.people import Actor, actor_of
from gdi_spe.node.identity.people import roles_of
from gdi_spe.node.service.node import Node


class NobodyNamed(Refused):
    """The web process did not say who asks."""

    code = "nobody-named"
    http_status = 401
    public_message = "Log in first."


def actor_named(node: Node, request: Request) -> Actor:
    """Return who asks, with the roles that the node knows of them now."""
    person = request.headers.get("x-spe-person", "")
    if not person:
        raise NobodyNamed
    with node.database.read() as session:
        return actor_of(session, person, roles_of(session, person))
