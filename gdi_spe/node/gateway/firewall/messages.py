"""One rule for each type of message: what of its content may pass, and what that costs.

A rule builds a new content from named fields and never copies one it does not name. Whatever has
no rule, and every field that no rule reads, is gone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from hashlib import blake2b
from typing import Any

from gdi_spe.boundary.errors import Refused
from gdi_spe.node.gateway.firewall import display
from gdi_spe.node.gateway.firewall.wire import Json

_MAX_COUNT = 99_999
_MAX_TRACEBACK = (64, 16_384)
_MAX_MATCHES = (50, 128)
_MAX_INSPECTION = 8_192
_MAX_PAGE = 65_536

STATES = frozenset({"busy", "idle", "starting", "restarting", "autorestarting", "dead", "unknown"})


class UnknownValue(Refused):
    """A field whose value is not one of the few it may have."""

    code = "gateway-unknown-value"


@dataclass(frozen=True)
class Context:
    """What the gateway knows itself of the request that a message answers."""

    key: bytes
    code: str = ""


Content = tuple[Json, int]
Rule = Callable[[Json, Context], Content]

# The same for every kernel: what a kernel says about itself would be a free channel.
KERNEL_INFO: Json = {
    "status": "ok",
    "protocol_version": "5.3",
    "implementation": "ipython",
    "implementation_version": "9",
    "banner": "Python",
    "help_links": [],
    "supported_features": [],
    "language_info": {
        "name": "python",
        "version": "3.11",
        "mimetype": "text/x-python",
        "codemirror_mode": {"name": "ipython", "version": 3},
        "pygments_lexer": "ipython3",
        "nbconvert_exporter": "python",
        "file_extension": ".py",
    },
}


def text(value: Any, max_characters: int) -> str:
    """Return a text of bounded length, nothing for anything else."""
    return value[:max_characters] if isinstance(value, str) else ""


def number(value: Any, low: int, high: int) -> int:
    """Return a whole number within bounds, the lower one for anything else."""
    if isinstance(value, bool) or not isinstance(value, int):
        return low
    return min(high, max(low, value))


def one_of(value: Any, *allowed: str) -> str:
    """Return the value if it is one of the few, refuse it otherwise."""
    if not isinstance(value, str) or value not in allowed:
        raise UnknownValue("value")
    return value


def n_bytes(value: str) -> int:
    """Say what a text weighs once it is encoded."""
    return len(value.encode("utf-8", "replace"))


def _status(content: Json, _context: Context) -> Content:
    return {"execution_state": one_of(content.get("execution_state"), *STATES)}, 1


def _execute_input(content: Json, context: Context) -> Content:
    # TRUST: the code is the gateway's copy of what the browser sent, never the kernel's.
    return {"code": context.code, "execution_count": _count(content)}, 3


def _stream(content: Json, _context: Context) -> Content:
    shown = text(content.get("text"), 1 << 30)
    return {"name": one_of(content.get("name"), "stdout", "stderr"), "text": shown}, n_bytes(shown)


def _display(content: Json, context: Context) -> Content:
    data, cost = display.bundle(content.get("data", {}))
    sizes, size_cost = _image_sizes(content.get("metadata"))
    transient = _transient(content.get("transient"), context.key)
    return {"data": data, "metadata": sizes, "transient": transient}, cost + size_cost


def _transient(value: Any, key: bytes) -> Json:
    """Replace the display id by its keyed hash: the same display stays the same, nothing more."""
    display_id = text(value.get("display_id"), 64) if isinstance(value, dict) else ""
    if not display_id:
        return {}
    name = blake2b(display_id.encode("utf-8", "replace"), digest_size=16, key=key)
    return {"display_id": name.hexdigest()}


def _image_sizes(metadata: Any) -> Content:
    """Keep the size at which a figure is drawn."""
    sizes: Json = {}
    for kind in ("image/png", "image/jpeg"):
        size = metadata.get(kind) if isinstance(metadata, dict) else None
        if isinstance(size, dict) and (sides := {"width", "height"} & set(size)):
            sizes[kind] = {side: number(size[side], 1, 4000) for side in sorted(sides)}
    return sizes, 4 * len(sizes)


def _execute_result(content: Json, context: Context) -> Content:
    shown, cost = _display(content, context)
    return {**shown, "execution_count": _count(content)}, cost + 3


def _error(content: Json, _context: Context) -> Content:
    name, value = text(content.get("ename"), 200), text(content.get("evalue"), 4096)
    most, long = _MAX_TRACEBACK
    lines = content.get("traceback")
    lines = [text(line, long) for line in lines[:most]] if isinstance(lines, list) else []
    cost = sum(n_bytes(part) + 1 for part in (name, value, *lines))
    return {"ename": name, "evalue": value, "traceback": lines}, cost


def _clear_output(content: Json, _context: Context) -> Content:
    return {"wait": content.get("wait") is True}, 1


def _execute_reply(content: Json, _context: Context) -> Content:
    status = one_of(content.get("status"), "ok", "error", "aborted", "abort")
    payload, cost = _pages(content.get("payload"))
    reply: Json = {
        "status": status,
        "execution_count": _count(content),
        "payload": payload,
        "user_expressions": {},
    }
    if status == "error":
        # The error message on iopub carries the text, and pays for it.
        reply.update(ename="", evalue="", traceback=[])
    return reply, cost + 4


def _pages(payload: Any) -> tuple[list[Json], int]:
    """Keep the text of one page (``name?`` shows it); no other payload may act on the page."""
    for item in payload[:1] if isinstance(payload, list) else []:
        if isinstance(item, dict) and item.get("source") == "page":
            data, cost = display.text_bundle(item.get("data"), _MAX_PAGE)
            return [{"source": "page", "data": data, "start": 0}], cost
    return [], 0


def _kernel_info_reply(_content: Json, _context: Context) -> Content:
    return KERNEL_INFO, 0


def _complete_reply(content: Json, _context: Context) -> Content:
    most, long = _MAX_MATCHES
    found = content.get("matches")
    matches = [text(match, long) for match in found[:most]] if isinstance(found, list) else []
    reply = {
        "status": one_of(content.get("status"), "ok", "error"),
        "matches": matches,
        "cursor_start": number(content.get("cursor_start"), 0, 9999),
        "cursor_end": number(content.get("cursor_end"), 0, 9999),
        "metadata": {},
    }
    return reply, 4 + sum(n_bytes(match) + 1 for match in matches)


def _inspect_reply(content: Json, _context: Context) -> Content:
    data, cost = display.text_bundle(content.get("data"), _MAX_INSPECTION)
    status = one_of(content.get("status"), "ok", "error")
    is_found = content.get("found") is True
    return {"status": status, "found": is_found, "data": data, "metadata": {}}, cost + 1


def _history_reply(_content: Json, _context: Context) -> Content:
    return {"status": "ok", "history": []}, 0


def _is_complete_reply(content: Json, _context: Context) -> Content:
    status = one_of(content.get("status"), "complete", "incomplete", "invalid", "unknown")
    return {"status": status, "indent": " " * len(text(content.get("indent"), 16))}, 1


def _comm_info_reply(_content: Json, _context: Context) -> Content:
    return {"status": "ok", "comms": {}}, 0


def _input_request(content: Json, _context: Context) -> Content:
    prompt = text(content.get("prompt"), 200)
    return {"prompt": prompt, "password": content.get("password") is True}, n_bytes(prompt) + 1


def _ok(_content: Json, _context: Context) -> Content:
    return {"status": "ok"}, 1


def _shutdown_reply(content: Json, _context: Context) -> Content:
    return {"status": "ok", "restart": content.get("restart") is True}, 1


def _count(content: Json) -> int:
    return number(content.get("execution_count"), 0, _MAX_COUNT)


# TRUST: the whole list of what a kernel may send. No comm_*, no debug_*, nothing new.
RULES: dict[tuple[str, str], Rule] = {
    ("iopub", "status"): _status,
    ("iopub", "execute_input"): _execute_input,
    ("iopub", "stream"): _stream,
    ("iopub", "display_data"): _display,
    ("iopub", "update_display_data"): _display,
    ("iopub", "execute_result"): _execute_result,
    ("iopub", "error"): _error,
    ("iopub", "clear_output"): _clear_output,
    ("iopub", "shutdown_reply"): _shutdown_reply,
    ("shell", "execute_reply"): _execute_reply,
    ("shell", "kernel_info_reply"): _kernel_info_reply,
    ("shell", "complete_reply"): _complete_reply,
    ("shell", "inspect_reply"): _inspect_reply,
    ("shell", "history_reply"): _history_reply,
    ("shell", "is_complete_reply"): _is_complete_reply,
    ("shell", "comm_info_reply"): _comm_info_reply,
    ("control", "shutdown_reply"): _shutdown_reply,
    ("control", "interrupt_reply"): _ok,
    ("control", "kernel_info_reply"): _kernel_info_reply,
    ("stdin", "input_request"): _input_request,
}

# Types that a person looks at: when one is withheld, a notice says so in the cell.
OUTPUTS = frozenset({"stream", "display_data", "update_display_data", "execute_result", "error"})

# TRUST: what a browser may ask a kernel, and the fields it may say it with. No comm, no debugger.
REQUESTS: dict[tuple[str, str], tuple[str, ...]] = {
    ("shell", "execute_request"): (
        "code",
        "silent",
        "store_history",
        "allow_stdin",
        "stop_on_error",
    ),
    ("shell", "kernel_info_request"): (),
    ("shell", "complete_request"): ("code", "cursor_pos"),
    ("shell", "inspect_request"): ("code", "cursor_pos", "detail_level"),
    ("shell", "history_request"): ("output", "raw", "hist_access_type", "n"),
    ("shell", "is_complete_request"): ("code",),
    ("shell", "comm_info_request"): (),
    ("control", "shutdown_request"): ("restart",),
    ("control", "interrupt_request"): (),
    ("control", "kernel_info_request"): (),
    ("stdin", "input_reply"): ("value", "status"),
}
