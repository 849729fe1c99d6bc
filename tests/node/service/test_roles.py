"""Each socket is one role; what goes wrong behind it stays behind it."""

from __future__ import annotations

import json

import pytest
from starlette.routing import Route

from gdi_spe.node.service.node import Node
from gdi_spe.node.service.process import ROLES
from tests.node.service.nodes import ADA, Office

SECRET = "/srv/node/keys: ada's visa"  # what an error of ours could hold


def _routes(node: Node, role: str) -> set[tuple[str, str]]:
    return {
        (method, route.path)
        for route in ROLES[role](node)
        if isinstance(route, Route)
        for method in route.methods or ()
        if method != "HEAD"
    }


@pytest.mark.parametrize("role", ROLES)
async def test_a_socket_serves_no_other_roles_routes(office: Office, role: str) -> None:
    own = _routes(office.node, role)
    foreign = set().union(*(_routes(office.node, other) for other in ROLES)) - own
    before = office.events()

    for method, path in sorted(foreign):
        path = path.format(wid="w0123456789", rid="e0", name="f", username=ADA, number="1")
        answer = await office.ask(role, method, path, json={})
        assert answer.status_code in (404, 405), (role, method, path)
        assert set(answer.json()) == {"code", "message"}

    assert len(foreign) > 10
    assert office.events() == before
    assert office.calls == []


@pytest.mark.parametrize(
    "body",
    [
        b"", b"{", b"[]", b"null", b"7", b"\xff\xfe", b'{"username": 1, "project": "p1"}',
        b'{"username": "u-x"}', b'{"username": "u-x", "project": "P 1"}',
        b'{"username": "u-x", "project": "p1", "image": "evil"}',
        b'{"username": "\\ud800", "project": "p1"}', b'{"username": ' + b"[" * 100_000,
    ],
)  # fmt: skip
async def test_a_malformed_body_is_refused_as_such(office: Office, body: bytes) -> None:
    before = office.events()

    answer = await office.ask("hub", "POST", "/v1/workspaces", content=body)

    assert (answer.status_code, answer.json()["code"]) == (400, "bad-input")
    assert office.events() == before


@pytest.mark.parametrize(
    ("role", "method", "path"),
    [
        ("hub", "POST", "/v1/logins"),
        ("hub", "POST", "/v1/workspaces/w0123456789/started"),
        ("hub", "POST", "/v1/workspaces/w0123456789/stopped"),
        ("gateway", "POST", "/v1/workspaces/w0123456789/display"),
        ("gateway", "POST", "/v1/workspaces/w0123456789/exports"),
        ("gateway", "PUT", "/v1/workspaces/w0123456789/exports/e0/files/f/side-car"),
        ("admin", "POST", "/v1/workspaces/w0123456789/stop"),
        ("admin", "POST", "/v1/kill-switch"),
        ("web", "POST", "/v1/people"),
    ],
)
async def test_every_body_is_read_by_the_same_rule(
    office: Office, role: str, method: str, path: str
) -> None:
    for body in (b"{", b"[]", b'{"unheard-of": 1}'):
        answer = await office.ask(role, method, path, content=body)
        assert (answer.status_code, answer.json()["code"]) == (400, "bad-input"), body

    assert office.calls == []


async def test_an_unknown_error_says_nothing_of_itself(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_of: object) -> None:
        raise RuntimeError(SECRET)

    monkeypatch.setattr("gdi_spe.node.service.hub_api.projects_of", fails)

    answer = await office.ask("hub", "GET", f"/v1/people/{ADA}/projects")

    assert answer.status_code == 500
    assert answer.json() == {
        "code": "internal",
        "message": "Something went wrong in the node; the operator has been told.",
    }
    assert SECRET not in answer.text


async def test_a_stored_order_that_cannot_be_read_is_the_nodes_own_fault(office: Office) -> None:
    wid = await office.starts()
    with office.database.write() as session:
        session.merge(office.row(wid)).order = json.dumps({"note": SECRET})

    answer = await office.ask("gateway", "GET", f"/v1/orders/{wid}")

    assert answer.status_code == 500
    assert SECRET not in answer.text


async def test_the_hub_reads_a_persons_projects(office: Office) -> None:
    answer = await office.ask("hub", "GET", f"/v1/people/{ADA}/projects")

    assert [one["slug"] for one in answer.json()["projects"]] == ["p1", "p2"]


async def test_a_log_in_without_the_members_group_is_answered_not_failed(office: Office) -> None:
    body = {"issuer": "https://elsewhere.example.org/", "userinfo": {"sub": "eve"}}

    answer = await office.ask("hub", "POST", "/v1/logins", body)

    assert answer.status_code == 200
    assert answer.json()["admitted"] is False


async def test_a_log_in_to_the_pages_that_is_refused_is_recorded(office: Office) -> None:
    body = {"issuer": "https://login.example.org/", "claims": {"sub": "ada"}}

    answer = await office.ask("web", "POST", "/v1/people", body)

    assert (answer.status_code, answer.json()["code"]) == (403, "mfa-missing")
    ((_, _, resource, facts),) = office.events("login.refused")
    assert (resource, facts["code"]) == ("pages", "mfa-missing")
