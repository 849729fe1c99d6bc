"""What the node's operator can ask."""

from __future__ import annotations

import pytest

from gdi_spe.node.identity.people import restore
from tests.node.service.nodes import ADA, BOB, Office, silent


async def test_the_kill_switch_ends_everything_and_is_recorded_first(office: Office) -> None:
    wids = [await office.starts(ADA), await office.starts(BOB)]

    answer = await office.ask("admin", "POST", "/v1/kill-switch", {"why": "incident 7"})

    assert answer.json() == dict.fromkeys(wids, True)
    assert [office.row(wid).status for wid in wids] == ["ended", "ended"]
    kinds = [kind for kind, *_ in office.events()]
    assert kinds.index("kill-switch") < kinds.index("revocation.enforced")
    assert office.events("kill-switch")[0][3] == {"why": "incident 7", "workspaces": 2}


async def test_the_kill_switch_says_what_it_could_not_end(office: Office) -> None:
    wids = [await office.starts(ADA), await office.starts(BOB)]
    office.helper.fails = office.gate.fails = silent()
    office.calls.clear()

    answer = await office.ask("admin", "POST", "/v1/kill-switch", {"why": "incident 7"})

    assert answer.json() == dict.fromkeys(wids, False)
    assert sorted(call[:2] for call in office.calls) == sorted(
        (step, wid) for step in ("route", "container", "quarantine") for wid in wids
    )


async def test_one_workspace_is_stopped_and_the_others_are_not(office: Office) -> None:
    one, other = await office.starts(ADA), await office.starts(BOB)

    answer = await office.ask("admin", "POST", f"/v1/workspaces/{one}/stop", {"why": "update"})

    assert answer.json() == {"gone": True}
    assert (office.row(one).status, office.row(other).status) == ("ended", "running")
    assert office.events("workspace.stop-asked")[0][3] == {"why": "update"}


async def test_an_unknown_workspace_is_neither_stopped_nor_recorded(office: Office) -> None:
    before = office.events()

    answer = await office.ask("admin", "POST", "/v1/workspaces/w0000000000/stop", {"why": "x"})

    assert answer.status_code == 404
    assert office.calls == []
    assert office.events() == before


async def test_the_list_says_who_works_on_what(office: Office) -> None:
    wid = await office.starts(ADA)

    (row,) = (await office.ask("admin", "GET", "/v1/workspaces")).json()

    assert (row["wid"], row["person"], row["project"]) == (wid, ADA, "p1")
    assert (row["status"], row["started_at"]) == ("running", "2026-11-22T12:00:00+00:00")


async def test_a_node_that_was_closed_starts_nothing_until_it_is_reopened(office: Office) -> None:
    await office.ask("admin", "POST", "/v1/kill-switch", {"why": "incident 7"})

    refused = await office.asks_to_start()
    again = await office.ask("admin", "POST", "/v1/reopen", {"why": "all clear"})
    twice = await office.ask("admin", "POST", "/v1/reopen", {"why": "all clear"})

    assert (refused.status_code, refused.json()["code"]) == (403, "node-closed")
    assert (again.status_code, twice.status_code) == (200, 404)
    assert (await office.asks_to_start()).status_code == 200
    assert [kind for kind, *_ in office.events() if kind.startswith("node.")] == [
        "node.closed",
        "node.reopened",
    ]


async def test_the_kill_switch_of_one_person_or_project_spares_the_others(office: Office) -> None:
    ada, bob = await office.starts(ADA), await office.starts(BOB, "p2")

    answer = await office.ask("admin", "POST", "/v1/kill-switch", {"person": "ada", "why": "x"})
    refused = await office.asks_to_start(ADA, "p2")

    assert answer.json() == {ada: True}
    assert office.row(bob).status == "running"
    assert refused.json()["code"] == "suspended"

    answer = await office.ask("admin", "POST", "/v1/kill-switch", {"project": "p2", "why": "x"})

    assert answer.json() == {bob: True}
    assert (await office.asks_to_start(BOB, "p2")).json()["code"] == "project-suspended"
    assert (await office.asks_to_start(BOB, "p1")).status_code == 200


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"person": "nobody"}, 404),
        ({"project": "p9"}, 404),
        ({"person": "a", "project": "p1"}, 400),
    ],
)
async def test_a_kill_switch_for_nobody_does_nothing(
    office: Office, body: dict[str, str], status: int
) -> None:
    wid = await office.starts(ADA)

    answer = await office.ask("admin", "POST", "/v1/kill-switch", {"why": "x", **body})

    assert answer.status_code == status
    assert office.row(wid).status == "running"
    assert office.events("kill-switch") == []


async def test_files_put_aside_are_given_back_by_the_operator_alone(office: Office) -> None:
    wid = await office.starts(ADA)
    await office.ask("admin", "POST", "/v1/kill-switch", {"why": "incident 7"})
    await office.ask("admin", "POST", "/v1/reopen", {"why": "all clear"})

    refused = await office.asks_to_start()
    path = f"/v1/workspaces/{wid}/release"
    given_back = await office.ask("admin", "POST", path, {"why": "looked at"})

    assert ("quarantine", wid) in office.calls
    assert refused.json()["code"] == "work-quarantined"
    assert given_back.status_code == 200
    assert (await office.asks_to_start()).status_code == 200
    assert [kind for kind, *_ in office.events() if "quarantined" in kind] == [
        "workspace.quarantined",
        "workspace.unquarantined",
    ]
    assert (await office.ask("admin", "POST", path, {"why": "again"})).status_code == 404


async def test_a_start_is_refused_although_the_helper_could_not_put_files_aside(
    office: Office,
) -> None:
    await office.starts(ADA)
    office.helper.fails = silent()
    await office.ask("admin", "POST", "/v1/kill-switch", {"person": "ada", "why": "x"})
    office.helper.fails = None
    with office.database.write() as session:
        restore(session, ADA, "all clear", "admin", office.at)

    assert (await office.asks_to_start()).json()["code"] == "work-quarantined"


async def test_a_silence_of_the_log_in_service_is_kept_until_it_answers(office: Office) -> None:
    for answers in (False, False, True):
        await office.ask("hub", "POST", "/v1/provider", {"answers": answers})
        office.passes(minutes=5)

    assert [kind for kind, *_ in office.events() if kind.startswith("provider.")] == [
        "provider.silent",
        "provider.answers",
    ]
