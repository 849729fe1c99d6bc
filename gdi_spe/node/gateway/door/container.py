"""Answers of the container, rebuilt: kernels, sessions and contents. Each is charged."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from aiohttp import web

from gdi_spe.boundary.errors import Refused
from gdi_spe.node.gateway.door import answers, bodies_in
from gdi_spe.node.gateway.firewall import bodies, saved_outputs
from gdi_spe.node.gateway.firewall.budget import ANSWER_BYTES, digest_of
from gdi_spe.node.gateway.firewall.saved_outputs import Rebuilt
from gdi_spe.node.gateway.firewall.wire import Json, parse_json, to_json
from gdi_spe.node.gateway.upstream import UpstreamFailed
from gdi_spe.node.gateway.workspace import Workspace

_MAX_SMALL_BYTES = 2 << 20
_MAX_NOTEBOOK_BYTES = 24 << 20
_MAX_REQUEST_BYTES = 65_536


class BudgetSpent(Refused):
    """Nothing more of the container may be shown today."""

    code = "gateway-budget-spent"
    public_message = (
        "What may be shown of this workspace in a day is used up. Saving, running cells and export"
        " requests go on; outputs and new notebooks come back with the next day (UTC)."
    )


class FilesStayInside(Refused):
    """A file that is not a notebook was to be opened or downloaded."""

    code = "gateway-files-stay-inside"
    public_message = (
        "Files are not opened or downloaded here: data stay in the workspace. Read a file in a"
        " notebook; take results out by an export request (spe.export), on the export page."
    )


@dataclass(frozen=True)
class Question:
    """One request to the container, made by the gateway."""

    method: str
    path: str
    rebuild: Callable[[Any], Rebuilt]
    kind: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Json | None = None
    max_bytes: int = _MAX_SMALL_BYTES
    status: int = 200
    # The gateway's own words for a success, when nothing else may be said any more.
    constant: Json | None = None

    @property
    def name(self) -> str:
        """What the same question has in common with its repetition."""
        return f"{self.method} {self.path} {sorted(self.query.items())}"


async def ask(workspace: Workspace, question: Question) -> web.Response:
    """Ask the container and answer with what may be seen of its answer."""
    await workspace.wait_turn()
    budget = workspace.budget
    if budget.is_spent and question.constant is None and question.method != "DELETE":
        return _without_asking(workspace, question)
    try:
        raw = await workspace.upstream.fetch(
            question.method,
            question.path,
            query=question.query,
            body=None if question.body is None else to_json(question.body),
            max_bytes=question.max_bytes,
        )
        rebuilt = question.rebuild(parse_json(raw)) if raw else None
    except Refused as refusal:
        # TRUST: that it failed, and how, is the container's word as well.
        if budget.charge("http", ANSWER_BYTES, is_control=True):
            raise refusal
        raise UpstreamFailed from None
    return _charged(workspace, question, rebuilt)


def _charged(workspace: Workspace, question: Question, rebuilt: Rebuilt | None) -> web.Response:
    if rebuilt is None:
        workspace.budget.charge("http", ANSWER_BYTES, is_control=True)
        return answers.empty()
    body = to_json(rebuilt.body)
    is_same = workspace.answers.get(question.name) == body
    cost = ANSWER_BYTES if is_same else rebuilt.cost + ANSWER_BYTES
    digest = None if is_same else digest_of(b"http", body)
    if not workspace.budget.charge(question.kind, cost, digest, is_control=True):
        return _without_asking(workspace, question)
    if question.method == "GET" and len(body) <= _MAX_REQUEST_BYTES:
        workspace.remember_answer(question.name, body)
    return answers.raw_json(body, question.status)


def _without_asking(workspace: Workspace, question: Question) -> web.Response:
    """Answer with what was shown before, or in the gateway's words, or not at all."""
    known = workspace.answers.get(question.name)
    if question.method == "GET" and known is not None:
        return answers.raw_json(known, question.status)
    if question.constant is not None:
        return answers.json_answer(question.constant, question.status)
    raise BudgetSpent


def _whole(rule: Callable[[Any], Any]) -> Callable[[Any], Rebuilt]:
    """Charge all of what a rule lets through."""

    def rebuild(body: Any) -> Rebuilt:
        shown = rule(body)
        return Rebuilt(shown, len(to_json(shown)))

    return rebuild


async def kernels(workspace: Workspace, request: web.BaseRequest, path: str) -> web.Response:
    """List, start, restart, interrupt and stop kernels."""
    workspace.touch() if request.method != "GET" else None
    kernel_id = path.split("/")[3] if path.count("/") > 2 else ""
    rule = bodies.several(bodies.kernel)
    body, constant = None, None
    if request.method == "POST" and not kernel_id:
        body = bodies_in.kernel(await bodies_in.read_json(request, _MAX_REQUEST_BYTES))
    elif request.method == "POST":
        body, constant = {}, _constant_kernel(workspace, kernel_id)
    if path.endswith("/restart"):
        workspace.memory_of(kernel_id).restarted()
    question = Question(
        request.method,
        path,
        _whole(lambda found: rule(found, workspace.attached_at)),
        "kernels",
        body=body,
        status=201 if request.method == "POST" and not kernel_id else 200,
        constant=constant,
    )
    answer = await ask(workspace, question)
    if request.method == "DELETE":
        workspace.kernels.pop(kernel_id, None)
    return answer


def _constant_kernel(workspace: Workspace, kernel_id: str) -> Json:
    model = {"id": kernel_id, "name": "python3", "execution_state": "idle", "connections": 1}
    return bodies.kernel(model, workspace.attached_at)


async def sessions(workspace: Workspace, request: web.BaseRequest, path: str) -> web.Response:
    """List, open, rename and end the sessions of documents."""
    rule = bodies.several(bodies.session)
    body = None
    if request.method in ("POST", "PATCH"):
        given = await bodies_in.read_json(request, _MAX_REQUEST_BYTES)
        body = bodies_in.session(given, is_new=request.method == "POST")
    question = Question(
        request.method,
        path,
        _whole(lambda found: rule(found, workspace.attached_at)),
        "sessions",
        body=body,
        status=201 if request.method == "POST" else 200,
    )
    return await ask(workspace, question)


async def contents(workspace: Workspace, request: web.BaseRequest, path: str) -> web.Response:
    """List folders, open notebooks; save, bring in, rename and delete files."""
    where = path.removeprefix("/api/contents").strip("/")
    target = "/api/contents" + (f"/{bodies.path(where)}" if where else "")
    if request.method == "GET":
        return await ask(workspace, _opened(workspace, request, target))
    workspace.touch()
    body = await _brought(workspace, request)
    question = Question(
        request.method,
        target,
        _whole(bodies.entry),
        "contents",
        body=body,
        status=201 if request.method == "POST" else 200,
        constant=_constant_entry(workspace, where, body) if request.method == "PUT" else None,
    )
    return await ask(workspace, question)


def _opened(workspace: Workspace, request: web.BaseRequest, target: str) -> Question:
    asked = request.rel_url.query
    kind, has_content = asked.get("type", ""), asked.get("content", "1") != "0"
    # TRUST: what the kernel wrote to a file would leave here without being an output.
    if has_content and (kind == "file" or asked.get("format") in ("base64", "text")):
        raise FilesStayInside
    query = {"content": "1" if has_content else "0"}
    if kind in ("notebook", "directory", "file"):
        query["type"] = kind
    return Question(
        "GET",
        target,
        lambda body: _model(workspace, body, has_content=has_content),
        "contents",
        query=query,
        max_bytes=_MAX_NOTEBOOK_BYTES,
    )


def _model(workspace: Workspace, body: Any, *, has_content: bool) -> Rebuilt:
    """Choose by what the container says it is; a file's content never passes."""
    kind = body.get("type") if isinstance(body, dict) else None
    if not has_content:
        return _whole(bodies.entry)(body)
    if kind == "directory":
        return _whole(bodies.listing)(body)
    if kind == "notebook":
        return saved_outputs.rebuild(body, workspace.saved)
    raise FilesStayInside


async def _brought(workspace: Workspace, request: web.BaseRequest) -> Json | None:
    if request.method == "DELETE":
        return None
    given = await bodies_in.read_json(request, bodies_in.MAX_NOTEBOOK_BYTES)
    if request.method == "PATCH":
        return bodies_in.moved_entry(given)
    if request.method == "POST":
        return bodies_in.new_entry(given)
    entry = bodies_in.saved_entry(given)
    if entry["type"] == "notebook":
        saved_outputs.remember(entry["content"], workspace.saved)
    return entry


def _constant_entry(workspace: Workspace, where: str, body: Json | None) -> Json:
    now = bodies.instant(workspace.shared.clock.now())
    return bodies.entry({"path": where, "type": (body or {})["type"], "last_modified": now})
