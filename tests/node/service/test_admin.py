"""What the node's operator can ask."""

from __future__ import annotations

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
        (step, wid) for step in ("route", "container") for wid in wids
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
