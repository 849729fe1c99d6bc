"""The firewall of one kernel: what it was asked, and what of its answers may be seen.

A kernel's memory is shared by all its sockets; a view is one socket's share of the talk.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any
from uuid import uuid4

from gdi_spe.boundary.errors import Refused
from gdi_spe.node.gateway.firewall.budget import ANSWER_BYTES, REPEAT_BYTES, Budget, digest_of
from gdi_spe.node.gateway.firewall.messages import (
    OUTPUTS,
    REQUESTS,
    RULES,
    Context,
    text,
)
from gdi_spe.node.gateway.firewall.wire import Json, Message, to_json

_MAX_ASKED = 512
_MAX_PASSED = 4096
_MAX_CODE_CHARACTERS = 65_536
_MAX_REASONS = 200
_BARE_ID = re.compile(r"[0-9a-f]{32}|[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_HEADER_FIELDS = ("msg_id", "msg_type", "username", "session", "date", "version")
_BARE_ID_BYTES = 16
_UNASKED_SECONDS = 1.0
_UNASKED_SECONDS_WHEN_SPENT = 10.0
_MIB = 1 << 20


@dataclass(frozen=True)
class Asked:
    """One request of the browser, as the gateway remembers it."""

    header: Json
    code: str = ""
    execution_count: int = 0
    # False after a restart of the gateway: the id is then the kernel's word, and is charged.
    is_known: bool = True

    @property
    def id(self) -> str:
        """The request's message id."""
        return str(self.header["msg_id"])


@dataclass
class KernelMemory:
    """What the gateway knows of one kernel."""

    budget: Budget
    key: bytes
    max_message_bytes: int
    now: Callable[[], datetime]
    asked: dict[str, Asked] = field(default_factory=dict)
    dropped: dict[str, int] = field(default_factory=dict)
    n_executed: int = 0
    # The last cell that was sent: where a notice goes when a frame does not even say its parent.
    last_executed: Asked | None = None

    def from_browser(self, message: Message) -> Message | None:
        """Rebuild a request for the kernel and remember it; None if a browser may not ask it."""
        fields = REQUESTS.get((message.channel, message.type))
        request_id = message.header.get("msg_id")
        if fields is None or not isinstance(request_id, str) or not 0 < len(request_id) <= 128:
            self.drop(f"browser {message.channel}")
            return None
        header = {name: text(message.header.get(name), 128) for name in _HEADER_FIELDS}
        content = {name: message.content[name] for name in fields if name in message.content}
        if message.type == "execute_request":
            content["user_expressions"] = {}
        self._remember(message.type, header, content)
        return Message(message.channel, header, {}, content)

    def restarted(self) -> None:
        """Count executions from one again: the kernel behind this memory is a new one."""
        self.n_executed = 0

    def drop(self, why: str) -> None:
        """Count a message that does not pass."""
        self.dropped[why] = self.dropped.get(why, 0) + 1
        if len(self.dropped) > _MAX_REASONS:
            self.dropped.pop(next(iter(self.dropped)))

    def _remember(self, kind: str, header: Json, content: Json) -> None:
        code = ""
        if kind == "execute_request":
            code = text(content.get("code"), _MAX_CODE_CHARACTERS + 1)
            code = code if len(code) <= _MAX_CODE_CHARACTERS else ""
            if content.get("store_history", True) and not content.get("silent", False):
                self.n_executed += 1
        asked = Asked(header, code, self.n_executed)
        self.asked[asked.id] = asked
        if kind == "execute_request":
            self.last_executed = asked
        if len(self.asked) > _MAX_ASKED:
            self.asked.pop(next(iter(self.asked)))


@dataclass
class View:
    """One socket's view of a kernel."""

    memory: KernelMemory
    monotonic: Callable[[], float]
    passed: dict[tuple[str, str], None] = field(default_factory=dict)
    unasked_at: float = float("-inf")

    @property
    def budget(self) -> Budget:
        """The budget that every view of this workspace shares."""
        return self.memory.budget

    def to_browser(self, message: Message) -> list[Message]:
        """Rebuild what may be seen of a kernel's message: nothing, the message, or a notice."""
        try:
            return self._rebuilt(message)
        except Refused as refusal:
            self.memory.drop(f"{message.channel}: {refusal.code}")
        return []

    def withheld(self) -> list[Message]:
        """Say in the running cell that something too large to be read was withheld."""
        asked = self.memory.last_executed
        return self._notice(asked, "it is too large") if asked else []

    def _rebuilt(self, message: Message) -> list[Message]:
        rule = RULES.get((message.channel, message.type))
        asked = self._request_of(message)
        if rule is None or (message.channel != "iopub" and asked is None):
            self.memory.drop(f"{message.channel}: no rule" if rule is None else "not asked")
            return []
        if message.oversize_bytes:
            return self._oversize(message, asked)
        context = Context(self.memory.key, asked.code if asked else "")
        content, cost = rule(message.content, context)
        if not self._is_due(message.type, content, asked):
            self.memory.drop(f"{message.type} again")
            return []
        if asked and not asked.is_known:
            cost += _BARE_ID_BYTES
        return self._charged(message, asked, content, cost)

    def _request_of(self, message: Message) -> Asked | None:
        """Find the request that a message answers, by its id alone."""
        request_id = message.parent_header.get("msg_id")
        if not isinstance(request_id, str):
            return None
        known = self.memory.asked.get(request_id)
        if known or not _BARE_ID.fullmatch(request_id):
            return known
        header = {
            "msg_id": request_id,
            "msg_type": "execute_request",
            "username": "",
            "session": "",
            "version": "5.3",
        }
        return Asked(header, is_known=False)

    def _is_due(self, kind: str, content: Json, asked: Asked | None) -> bool:
        """Pass busy, idle and each reply once a request, other states at a slow pace."""
        is_once = kind in ("execute_input", "input_request") or kind.endswith("_reply")
        state = str(content.get("execution_state", ""))
        if kind == "status":
            is_once = state in ("busy", "idle") and asked is not None and asked.is_known
            if not is_once:
                return self._is_unasked_due()
        if not is_once or asked is None or kind == "input_request":
            return True
        name = (asked.id, kind + state)
        if name in self.passed:
            return False
        self.passed[name] = None
        if len(self.passed) > _MAX_PASSED:
            self.passed.pop(next(iter(self.passed)))
        return True

    def _is_unasked_due(self) -> bool:
        pause = _UNASKED_SECONDS
        if self.budget.is_output_spent:
            pause = _UNASKED_SECONDS_WHEN_SPENT
        if self.monotonic() - self.unasked_at < pause:
            return False
        self.unasked_at = self.monotonic()
        return True

    def _charged(
        self, message: Message, asked: Asked | None, content: Json, cost: int
    ) -> list[Message]:
        is_output = message.type in OUTPUTS
        if cost > self.memory.max_message_bytes:
            return self._oversize(replace(message, oversize_bytes=cost), asked)
        # TRUST: once outputs are over, no byte of an answer is the kernel's choice any more.
        if self.budget.is_output_spent and not is_output:
            return self._constant(message, asked)
        # A code that the gateway itself replays says nothing; how often it is asked for does.
        digest = _digest(message.type, content) if cost > REPEAT_BYTES else None
        if self.budget.charge(message.type, cost + ANSWER_BYTES, digest, is_control=not is_output):
            return [self._message(message.channel, message.type, asked, content)]
        self.memory.drop(f"{message.type} over budget")
        if is_output:
            return self._notice(asked, self._spent_why()) if asked else []
        return self._constant(message, asked)

    def _constant(self, message: Message, asked: Asked | None) -> list[Message]:
        """Answer in the gateway's own words, so that cells can end and kernels restart."""
        content: Json | None = None
        count = asked.execution_count if asked else 0
        if message.type == "status":
            content = _constant_status(message.content, asked)
        elif asked is None or not asked.is_known:
            content = None
        elif message.type == "execute_reply":
            content = {"status": "ok", "payload": [], "user_expressions": {}}
            content["execution_count"] = count
        elif message.type == "execute_input":
            content = {"code": asked.code, "execution_count": count}
        elif message.type in _CONSTANT_ANSWERS:
            content, _ = RULES[(message.channel, message.type)]({}, Context(self.memory.key))
        if content is None:
            self.memory.drop(f"{message.type} over budget")
            return []
        return [self._message(message.channel, message.type, asked, content)]

    def _oversize(self, message: Message, asked: Asked | None) -> list[Message]:
        self.memory.drop(f"{message.type} too large")
        if asked is None or message.type not in OUTPUTS:
            return []
        limit = self.memory.max_message_bytes / _MIB
        size = message.oversize_bytes / _MIB
        return self._notice(asked, f"it is {size:.1f} MiB, one output may have {limit:.1f} MiB")

    def _spent_why(self) -> str:
        limit, ends = self.budget.limit_bytes / _MIB, self.budget.ends_at
        return (
            f"the budget of {limit:.1f} MiB that may be shown of this workspace in a day"
            f" does not hold it; the next day's begins at {ends:%Y-%m-%d %H:%M} UTC"
        )

    def _notice(self, asked: Asked, why: str) -> list[Message]:
        """Say once a cell why something is missing from it."""
        name = (asked.id, "notice")
        if name in self.passed or (not asked.is_known and self.budget.is_output_spent):
            return []
        self.passed[name] = None
        if self.budget.is_output_spent:
            why = self._spent_why()
        else:
            self.budget.charge("notice", REPEAT_BYTES, is_control=True)
        said = f"Output withheld: {why}. Results leave through an export request (spe.export)."
        data = {"text/plain": said, "text/html": f"<pre><b>{said}</b></pre>"}
        content: Json = {"data": data, "metadata": {}, "transient": {}}
        return [self._message("iopub", "display_data", asked, content)]

    def _message(self, channel: str, kind: str, asked: Asked | None, content: Json) -> Message:
        header = {
            "msg_id": uuid4().hex,
            "msg_type": kind,
            "username": "",
            "session": "gateway",
            "date": self.memory.now().strftime("%Y-%m-%dT%H:%M:%SZ"),
            "version": "5.3",
        }
        return Message(channel, header, asked.header if asked else {}, content)


# Replies that say the same for every kernel, or nothing but that it did what it was told.
_CONSTANT_ANSWERS = frozenset(
    {
        "kernel_info_reply",
        "history_reply",
        "comm_info_reply",
        "interrupt_reply",
        "shutdown_reply",
    }
)


def _constant_status(content: Json, asked: Asked | None) -> Json | None:
    state = content.get("execution_state")
    is_answer = asked is not None and asked.is_known and state in ("busy", "idle")
    is_end = state in ("restarting", "autorestarting", "dead")
    return {"execution_state": state} if is_answer or is_end else None


def _digest(kind: str, content: Any) -> bytes:
    return digest_of(kind.encode(), to_json(content))
