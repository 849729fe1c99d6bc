"""Every role against every act of the pages: what no table allows is refused and recorded."""

from __future__ import annotations

import itertools
import json
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import pytest

from gdi_spe.node.identity.people import username_of
from gdi_spe.node.identity.proposals import approve, propose
from gdi_spe.node.identity.roles import PERMISSIONS, UNBREAKABLE, Role, Verb
from gdi_spe.node.identity.tables import Person
from tests.node.service.nodes import ADA, BOB, ISSUER, Office

Act = Callable[[Office, str], Awaitable[httpx.Response]]
WHY = "the reason of it, in full"


def asks(method: str, path: str, body: Any = None) -> Act:
    async def act(office: Office, person: str) -> httpx.Response:
        headers = {"x-spe-person": person}
        wid = office.rows()[0].wid
        return await office.ask("web", method, path.format(wid=wid), body, headers=headers)

    return act


ACTS: dict[Verb, Act] = {
    Verb.KILL_SWITCH: asks("POST", "/v1/acts/kill-switch", {"project": "p1", "why": WHY}),
    Verb.STOP_WORKSPACE: asks("POST", "/v1/acts/stop/{wid}", {"why": WHY}),
    Verb.READ_AUDIT: asks("GET", "/v1/audit"),
    Verb.IMPORT_DATASET: asks(
        "POST", "/v1/proposals", {"verb": "import-dataset", "target": "D1", "why": WHY}
    ),
    Verb.DELETE_DATASET: asks(
        "POST", "/v1/proposals", {"verb": "delete-dataset", "target": "D1", "why": WHY}
    ),
    Verb.CHANGE_POLICY: asks(
        "POST", "/v1/proposals", {"verb": "change-policy", "target": "0" * 64, "why": WHY}
    ),
    Verb.BREAK_GLASS: asks(
        "POST", "/v1/proposals",
        {"verb": "break-glass", "target": "read-audit", "hours": 1, "why": WHY},
    ),
}  # fmt: skip


async def staffed(office: Office, *roles: str, sub: str = "kim") -> str:
    await office.starts(ADA)
    return member(office, sub, *roles)


def member(office: Office, sub: str, *roles: str) -> str:
    person = username_of(ISSUER, sub)
    with office.database.write() as session:
        session.add(
            Person(
                person=person, issuer=ISSUER, subject=sub, display_name=sub,
                roles=json.dumps(roles), is_member=False, first_seen_at=office.at,
                last_seen_at=office.at,
            )
        )  # fmt: skip
    return person


@pytest.mark.parametrize(("role", "verb"), [*itertools.product(Role, ACTS)])
async def test_each_role_does_what_the_table_allows_and_nothing_else(
    office: Office, role: Role, verb: Verb
) -> None:
    kim = await staffed(office, role)

    answer = await ACTS[verb](office, kim)

    assert (answer.status_code == 200) == (verb in PERMISSIONS[role]), answer.text
    if verb not in PERMISSIONS[role]:
        assert (answer.status_code, answer.json()["code"]) == (403, "role-refused")
        assert office.rows()[0].status == "running"


@pytest.mark.parametrize("verb", ACTS)
async def test_nobody_and_who_is_suspended_do_nothing(office: Office, verb: Verb) -> None:
    kim = await staffed(office, *Role)
    with office.database.write() as session:
        session.get_one(Person, kim).suspended_at = office.at

    assert (await ACTS[verb](office, kim)).status_code == 403
    assert (await ACTS[verb](office, "u-nobody")).status_code == 403
    assert (await ACTS[verb](office, "")).status_code == 401
    assert office.rows()[0].status == "running"


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.RESEARCHER])
async def test_no_duty_opens_a_workspace(office: Office, role: Role) -> None:
    kim = member(office, "kim", role)

    answer = await office.asks_to_start(kim)

    assert (answer.status_code, answer.json()["code"]) == (403, "no-member-of-the-node")
    shown = (await office.ask("hub", "GET", f"/v1/people/{kim}/projects")).json()
    assert shown["projects"] == []


async def test_a_refused_act_is_recorded_with_who_it_was(office: Office) -> None:
    kim = await staffed(office, Role.REVIEWER)

    await ACTS[Verb.KILL_SWITCH](office, kim)

    ((_, actor, resource, facts),) = office.events("act.refused")
    assert (actor, resource, facts) == (kim, "kill-switch", {"code": "role-refused"})


async def test_an_act_is_recorded_with_who_did_it(office: Office) -> None:
    kim = await staffed(office, Role.ADMIN)

    await ACTS[Verb.KILL_SWITCH](office, kim)

    assert office.events("kill-switch")[0][1] == kim
    assert office.events("project.suspended")[0][1] == kim
    assert office.rows()[0].status == "ended"


@pytest.mark.parametrize("verb", [verb for verb in Verb if verb in UNBREAKABLE])
async def test_no_glass_opens_what_no_emergency_opens(office: Office, verb: Verb) -> None:
    kim = await staffed(office, Role.ADMIN)
    body = {"verb": "break-glass", "target": verb, "hours": 1, "why": WHY}

    answer = await asks("POST", "/v1/proposals", body)(office, kim)

    assert answer.status_code == 400


async def test_a_broken_glass_lends_one_verb_to_one_person_for_its_time(office: Office) -> None:
    kim = await staffed(office, Role.STEWARD)
    lee = member(office, "lee", Role.ADMIN)
    with office.database.write() as session:
        glass = propose(session, kim, Verb.BREAK_GLASS, Verb.KILL_SWITCH, WHY, office.at, 1)
        number = glass.id
    assert (await ACTS[Verb.KILL_SWITCH](office, kim)).status_code == 403
    with office.database.write() as session:
        approve(session, number, lee, office.at)

    assert (await ACTS[Verb.READ_AUDIT](office, kim)).status_code == 403
    assert (await ACTS[Verb.READ_AUDIT](office, lee)).status_code == 403
    assert (await ACTS[Verb.KILL_SWITCH](office, kim)).status_code == 200
    office.passes(hours=1)
    assert (await ACTS[Verb.KILL_SWITCH](office, kim)).status_code == 403
    assert BOB not in [event[1] for event in office.events("kill-switch")]
