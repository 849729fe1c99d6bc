"""What the node says of this workspace: until when, and what is left to be shown today."""

from __future__ import annotations

from typing import Any

from gdi_spe.boundary.errors import SpeError
from gdi_spe.workspace.surroundings import Surroundings

# A summary waits no longer for the node.
_SECONDS = 5.0


def told_by_node(here: Surroundings) -> dict[str, Any]:
    """Return the node's words; nothing outside a workspace, or where it does not answer."""
    if not here.node_socket.exists():
        return {}
    # HTTP is loaded where there is a node to speak with.
    from gdi_spe.workspace.node_socket import ask

    try:
        answer = ask(here.node_socket, "GET", "/v1/self", seconds=_SECONDS)
    except SpeError:
        return {}
    return answer if isinstance(answer, dict) else {}


def limits(told: dict[str, Any]) -> list[str]:
    """Return until when the workspace is, and how much of today's display is used."""
    parts = []
    if told.get("valid_until"):
        parts.append(f"workspace until {told['valid_until']}")
    display = told.get("display") or {}
    if display.get("budget_bytes"):
        used, budget = display.get("used_bytes", 0), display["budget_bytes"]
        parts.append(f"{used:,} of {budget:,} bytes shown today")
    return parts
