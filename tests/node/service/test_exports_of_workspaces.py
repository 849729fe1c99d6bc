"""What a workspace may ask on its own socket, and that it reaches its own requests alone."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest

from gdi_spe.boundary.policy import load_policy
from gdi_spe.disclosure.engine import request_report
from gdi_spe.disclosure.evidence.context import CheckContext
from gdi_spe.disclosure.process.job import Outcome
from gdi_spe.disclosure.process.sandbox import Checked
from gdi_spe.node.airlock.tables import ExportFile
from gdi_spe.node.cohorts import references
from gdi_spe.node.service.edge import application
from gdi_spe.node.service.process import ROLES
from tests.node.service.nodes import ADA, BOB, REPOSITORY, Office

DRAFT = {"title": "Table 2", "justification": "for the paper"}


@contextmanager
def _no_canonical_form(files: Mapping[str, Path], *_of: object) -> Iterator[Checked]:
    """Stand in for the confined check: these files have no form of their own."""
    judged = request_report([], load_policy(REPOSITORY / "hub_config" / "policy.toml"))
    yield Checked(Outcome(report=judged, canonical=()), Path())


@pytest.fixture(autouse=True)
def quick_check(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gdi_spe.node.airlock.desk.check_confined", _no_canonical_form)


async def _drafted(office: Office, wid: str) -> str:
    answer = await office.ask("gateway", "POST", f"/v1/workspaces/{wid}/exports", DRAFT)
    assert answer.status_code == 201
    return str(answer.json()["id"])


async def test_a_workspaces_requests_do_not_exist_for_another(office: Office) -> None:
    own, other = await office.starts(ADA), await office.starts(BOB)
    rid = await _drafted(office, own)
    theirs = f"/v1/workspaces/{other}/exports"

    asked = [
        await office.ask("gateway", "GET", f"{theirs}/{rid}"),
        await office.ask("gateway", "PUT", f"{theirs}/{rid}/files/t.csv", content=b"a"),
        await office.ask("gateway", "PUT", f"{theirs}/{rid}/files/t.csv/side-car", {}),
        await office.ask("gateway", "POST", f"{theirs}/{rid}/submit"),
    ]
    invented = await office.ask("gateway", "GET", f"{theirs}/e000000000000")

    assert [answer.status_code for answer in asked[:3]] == [404, 404, 404]
    assert asked[0].text.replace(rid, "") == invented.text.replace("e000000000000", "")
    assert asked[3].status_code != 200
    assert (await office.ask("gateway", "GET", theirs)).json() == []
    mine = await office.ask("gateway", "GET", f"/v1/workspaces/{own}/exports")
    assert [one["id"] for one in mine.json()] == [rid]
    assert mine.json()[0]["status"] == "draft"


async def test_the_same_persons_other_workspace_is_another(office: Office) -> None:
    first, second = await office.starts(ADA, "p1"), await office.starts(ADA, "p2")
    rid = await _drafted(office, first)

    answer = await office.ask("gateway", "GET", f"/v1/workspaces/{second}/exports/{rid}")

    assert answer.status_code == 404


async def test_an_ended_workspace_changes_nothing_any_more(office: Office) -> None:
    wid = await office.starts()
    rid = await _drafted(office, wid)
    files = f"/v1/workspaces/{wid}/exports/{rid}/files/t.csv"
    assert (await office.ask("gateway", "PUT", files, content=b"a")).status_code == 200
    assert (await office.ask("gateway", "PUT", f"{files}/side-car", {})).status_code == 204
    await office.stops(wid)
    before = office.events()

    refused = [
        await office.ask("gateway", "POST", f"/v1/workspaces/{wid}/exports", DRAFT),
        await office.ask("gateway", "PUT", files, content=b"b"),
        await office.ask("gateway", "PUT", f"{files}/side-car", {}),
        await office.ask("gateway", "POST", f"/v1/workspaces/{wid}/exports/{rid}/submit"),
    ]

    assert [answer.status_code for answer in refused] == [404, 404, 404, 404]
    assert office.events() == before


async def test_a_file_on_its_way_when_the_workspace_ends_is_not_kept(office: Office) -> None:
    wid = await office.starts()
    rid = await _drafted(office, wid)

    async def body() -> AsyncIterator[bytes]:
        yield b"one"
        await office.stops(wid)
        yield b"two"

    path = f"/v1/workspaces/{wid}/exports/{rid}/files/t.csv"
    answer = await office.ask("gateway", "PUT", path, content=body())

    assert answer.status_code == 404
    with office.database.read() as session:
        assert session.query(ExportFile).count() == 0
    assert [p for p in (office.node.home / "exports").rglob("*") if p.is_file()] == []


async def test_what_was_shown_is_recorded_under_the_workspaces_person(office: Office) -> None:
    wid = await office.starts()
    body = {"kinds": {"stream": {"n": 2, "bytes": 40}}}

    answer = await office.ask("gateway", "POST", f"/v1/workspaces/{wid}/display", body)

    assert answer.status_code == 204
    facts = {"stream.n": 2, "stream.bytes": 40}
    assert office.events("display.shown") == [("display.shown", ADA, wid, facts)]


async def test_a_workspace_learns_its_own_project_and_end(office: Office) -> None:
    wid = await office.starts()

    told = (await office.ask("gateway", "GET", f"/v1/workspaces/{wid}/self")).json()

    assert told["project"] == {"slug": "p1", "title": "P1"}
    assert [cohort["id"] for cohort in told["cohorts"]] == ["cohort-1"]
    assert told["valid_until"] == "2026-11-22T20:00:00+00:00"


async def test_checks_that_take_long_leave_the_node_free(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    running, most, lock = 0, 0, threading.Lock()

    @contextmanager
    def slow(files: Mapping[str, Path], *_of: object) -> Iterator[Checked]:
        nonlocal running, most
        with lock:
            running += 1
            most = max(most, running)
        time.sleep(0.05)
        with lock:
            running -= 1
        with _no_canonical_form(files) as checked:
            yield checked

    monkeypatch.setattr("gdi_spe.node.airlock.desk.check_confined", slow)
    wid = await office.starts()
    files = f"/v1/workspaces/{wid}/exports/{await _drafted(office, wid)}/files"
    behind = httpx.ASGITransport(application(ROLES["gateway"](office.node)))
    async with httpx.AsyncClient(transport=behind, base_url="http://node") as client:
        sent = [client.put(f"{files}/t{i}.csv", content=b"a") for i in range(8)]
        answers = await asyncio.gather(*sent)

    assert {answer.status_code for answer in answers} == {200}
    assert most == 2


async def test_a_submission_is_checked_with_the_scores_that_the_node_has(
    office: Office, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "PGS000018.txt"
    file.write_text("###PGS CATALOG SCORING FILE\n#pgs_id=PGS000018\nrsID\teffect_weight\nrs1\t1\n")
    home = office.node.home
    added = references.add(office.database, home, "score", file, office.at)
    asked: list[CheckContext] = []

    @contextmanager
    def noting(
        files: Mapping[str, Path], policy: object, context: CheckContext, *_of: object
    ) -> Iterator[Checked]:
        asked.append(context)
        with _no_canonical_form(files) as checked:
            yield checked

    monkeypatch.setattr("gdi_spe.node.airlock.desk.check_confined", noting)
    monkeypatch.setattr(
        "gdi_spe.node.service.gateway_api.cohorts_context", lambda _: CheckContext(n_individuals=9)
    )
    wid = await office.starts(ADA)
    rid = await _drafted(office, wid)
    path = f"/v1/workspaces/{wid}/exports/{rid}"
    await office.ask("gateway", "PUT", f"{path}/files/t.csv", content=b"a")

    await office.ask("gateway", "POST", f"{path}/submit")

    assert asked[-1].public_scores == (added.path,)
