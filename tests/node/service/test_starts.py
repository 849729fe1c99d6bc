"""What must be true before a workspace starts, and what an order holds."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select

from gdi_spe.node.containers.order import COHORTS as TARGET
from gdi_spe.node.containers.order import WorkspaceOrder, refusal
from gdi_spe.node.identity.grants import end_grant
from gdi_spe.node.identity.tables import Grant
from gdi_spe.node.projects import register as projects
from tests.node.service.nodes import ADA, BOB, COHORTS, Office, silent


async def test_without_a_grant_nothing_starts_and_the_refusal_is_recorded(office: Office) -> None:
    eve = office.add_person("eve", granted=False)

    answer = await office.asks_to_start(eve)

    assert (answer.status_code, answer.json()["code"]) == (403, "not-granted")
    ((_, actor, resource, facts),) = office.events("workspace.refused")
    assert (actor, resource, facts["code"]) == (eve, "p1", "not-granted")
    assert office.rows() == []
    assert office.calls == []
    with office.database.read() as session:
        assert projects.members_of(session, "p1") == []


async def test_a_project_that_is_not_there_is_refused_like_one_that_is_not_granted(
    office: Office,
) -> None:
    eve = office.add_person("eve", granted=False)

    answers = [await office.asks_to_start(eve, slug) for slug in ("p1", "no-such")]

    assert answers[0].status_code == answers[1].status_code == 403
    assert answers[0].json() == answers[1].json()


async def test_a_suspended_project_does_not_start(office: Office) -> None:
    with office.database.write() as session:
        projects.move(session, "p1", projects.Status.SUSPENDED, "audit", "admin", office.at)

    answer = await office.asks_to_start()

    assert (answer.status_code, answer.json()["code"]) == (403, "project-suspended")
    assert office.calls == []


def _change(office: Office) -> None:
    (office.folder("cohort-1") / "manifest.json").write_text('{"n_individuals": 8}')


def _add(office: Office) -> None:
    (office.folder("cohort-1") / "more.parquet").write_bytes(b"")


def _remove(office: Office) -> None:
    (office.folder("cohort-1") / "manifest.json").unlink()


@pytest.mark.parametrize("tamper", [_change, _add, _remove])
async def test_a_cohort_that_is_not_what_was_sealed_is_not_mounted(
    office: Office, tamper: Callable[[Office], None]
) -> None:
    tamper(office)

    answer = await office.asks_to_start()

    assert (answer.status_code, answer.json()["code"]) == (409, "cohort-tampered")
    assert str(office.node.home) not in answer.text
    ((_, actor, resource, facts),) = office.events("workspace.refused")
    assert (actor, resource, facts["code"]) == (ADA, "p1", "cohort-tampered")
    assert office.rows() == []
    assert office.calls == []


async def test_a_cohort_without_a_version_is_refused_and_recorded(office: Office) -> None:
    with office.database.write() as session:
        from gdi_spe.node.cohorts.tables import CohortVersionRow

        session.delete(session.get_one(CohortVersionRow, ("cohort-1", 1)))

    answer = await office.asks_to_start()

    assert (answer.status_code, answer.json()["code"]) == (403, "cohort-not-ready")
    assert "cohort-1" in office.events("workspace.refused")[0][3]["why"]


async def test_an_order_mounts_the_cohort_read_only_and_is_recorded(office: Office) -> None:
    answer = await office.asks_to_start()

    order = WorkspaceOrder.model_validate(answer.json())
    cohorts = [mount for mount in order.mounts if mount.target.startswith(TARGET)]
    assert [(m.source, m.target, m.read_only) for m in cohorts] == [
        (str(office.folder("cohort-1")), "/cohorts/cohort-1", True)
    ]
    # Nothing that the helper would refuse: its check is the outside truth.
    assert refusal(order, office.node.settings, office.at) is None
    assert office.helper.orders == [order]
    ((_, actor, resource, facts),) = office.events("workspace.ordered")
    assert (actor, resource) == (ADA, order.wid)
    assert (facts["cohorts"], facts["project"]) == ("cohort-1@1", "p1")
    assert office.row(order.wid).status == "starting"


async def test_the_same_member_and_project_are_the_same_workspace_for_ever(office: Office) -> None:
    first = (await office.asks_to_start()).json()
    await office.stops(first["wid"])
    office.passes(hours=1)

    again = (await office.asks_to_start()).json()

    assert (again["wid"], again["uid"]) == (first["wid"], first["uid"])


async def test_no_two_workspaces_share_an_id_or_a_uid(office: Office) -> None:
    who = [(person, slug) for person in (ADA, BOB) for slug in COHORTS]

    answers = await asyncio.gather(*(office.asks_to_start(*one) for one in who * 2))

    orders = [answer.json() for answer in answers]
    assert {answer.status_code for answer in answers} == {200}
    assert len({order["wid"] for order in orders}) == len(who)
    assert len({order["uid"] for order in orders}) == len(who)
    assert len({(order["wid"], order["uid"]) for order in orders}) == len(who)
    assert min(order["uid"] for order in orders) >= 200_000


async def test_a_helper_that_does_not_answer_starts_nothing(office: Office) -> None:
    office.helper.fails = silent()

    answer = await office.asks_to_start()

    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert office.rows()[0].status == "starting"


async def test_an_ended_workspace_has_no_order(office: Office) -> None:
    wid = await office.starts()
    assert (await office.ask("gateway", "GET", f"/v1/orders/{wid}")).status_code == 200

    await office.stops(wid)

    assert (await office.ask("gateway", "GET", f"/v1/orders/{wid}")).status_code == 404
    assert (await office.ask("gateway", "GET", f"/v1/workspaces/{wid}/self")).status_code == 404
    assert (await office.ask("gateway", "GET", "/v1/orders/w0000000000")).status_code == 404


async def test_what_ended_while_it_started_stays_ended(office: Office) -> None:
    wid = (await office.asks_to_start()).json()["wid"]
    await office.stops(wid)

    answer = await office.ask(
        "hub", "POST", f"/v1/workspaces/{wid}/started", {"container_id": "c" * 12}
    )

    assert answer.status_code == 204
    status = (await office.ask("hub", "GET", f"/v1/workspaces/{wid}")).json()
    assert (status["status"], status["why"]) == ("ended", "stopped in the Hub")
    assert office.events("workspace.started") == []


async def test_a_grant_that_ended_after_a_stop_refuses_the_next_start(office: Office) -> None:
    wid = await office.starts()
    await office.stops(wid)
    with office.database.write() as session:
        end_grant(session, ADA, "cohort-1", "over", "admin", office.at)

    answer = await office.asks_to_start()

    assert answer.status_code == 403
    assert office.row(wid).status == "ended"


async def test_a_restart_on_another_day_is_charged_to_the_same_budget(office: Office) -> None:
    first = (await office.asks_to_start()).json()
    await office.stops(first["wid"])
    with office.database.write() as session:
        for grant in session.scalars(select(Grant)):
            grant.until += timedelta(days=2)
    office.passes(days=1)

    again = (await office.asks_to_start()).json()

    assert again["budget_key"] == first["budget_key"] == first["wid"]
