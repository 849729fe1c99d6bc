"""How long after an event the workspaces are gone: real containers, the real clock, no Hub.

    python benchmarks/revocation_latency.py --workspaces 20 --out table.md

Every process of a node runs but the Hub, whose part (log-ins, starts) this script plays; so all
that is measured holds with the Hub stopped. For each event, ``--workspaces`` containers run
JupyterLab when it happens. The clock runs from the instant from which the node can know; a
container is gone when the engine no longer lists it.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx

from gdi_spe.boundary.errors import SpeError
from gdi_spe.demo.making import make
from gdi_spe.demo.operator import Operator
from gdi_spe.demo.stack import Stack
from gdi_spe.demo.stand_ins import providers
from gdi_spe.demo.stand_ins.access_committee import CommitteeClient
from gdi_spe.demo.stand_ins.cast import MEMBERS, MULTI_FACTOR
from gdi_spe.demo.synthetic.truth import COHORTS
from gdi_spe.node.audit.tables import AuditEvent
from gdi_spe.node.containers.lockdown import container_body, seccomp_profile
from gdi_spe.node.containers.order import WorkspaceOrder
from gdi_spe.node.database.engine import Database
from gdi_spe.node.service.client import NodeClient

COHORT = COHORTS[0].id
PROJECT = COHORT.lower()
PATIENCE_SECONDS = 120.0
POLL_SECONDS = 0.1
OBLIGATION = '\n[[identity.obligations]]\nid = "terms-1"\nkind = "terms"\ntitle = "Terms of use"\n'


@dataclass
class Started:
    """One researcher at work."""

    sub: str
    person: str
    wid: str


@dataclass
class Row:
    """One event's latencies."""

    event: str
    known: str
    seconds: list[float] = field(default_factory=list)

    def line(self) -> str:
        """Return the row of the table: with 20 workspaces the 99th percentile is the longest."""
        middle, longest = statistics.median(self.seconds), max(self.seconds)
        return (
            f"| {self.event} | {self.known} | {len(self.seconds)} | {middle:.1f} | {longest:.1f} |"
        )


HEAD = (
    "| Event | clock runs from | workspaces | median, s | p99 = longest, s |\n|---|---|---|---|---|"
)


class Rehearsal:
    """A node whose Hub is this script."""

    def __init__(self, stack: Stack, operator: Operator, n_workspaces: int) -> None:
        self.stack, self.operator, self.n = stack, operator, n_workspaces
        run = stack.settings.run_dir
        self.hub = NodeClient(run / "api" / "hub.sock")
        self.admin = NodeClient(run / "api" / "admin.sock", 120)
        self.gateway = NodeClient(run / "gateway" / "ctl.sock", 90)
        self.helper = run / "helper" / "hub.sock"
        self.committee = CommitteeClient.of(stack.state)
        self.known = providers.load(stack.state)
        self.database = Database(stack.settings.database_url)
        self._round = 0

    async def team(self, end: datetime | None = None) -> list[Started]:
        """Let as many people as there are workspaces come in and start."""
        self._round += 1
        subs = [f"r{self._round}-{n:02}@lifescience-ri.eu" for n in range(self.n)]
        begun = time.monotonic()
        people = []
        for sub in subs:
            await asyncio.to_thread(self.committee.grant, sub, COHORT, end=end)
            person = await self.log_in(sub)
            self.operator.command("grants", "fulfil", person, "terms-1", say=False)
            people.append(person)
        turns = asyncio.Semaphore(2)

        async def one(sub: str, person: str) -> Started:
            async with turns:
                return Started(sub, person, await self.start(person))

        team = await asyncio.gather(*(one(*each) for each in zip(subs, people, strict=True)))
        print(f"# {len(team)} workspaces run after {time.monotonic() - begun:.0f} s", flush=True)
        return list(team)

    async def log_in(self, sub: str, visas: list[str] | None = None) -> str:
        """Log somebody in as the Hub would."""
        if visas is None:
            headers = {"x-rems-api-key": self.known.api_key, "x-rems-user-id": "broker"}
            url = f"{self.known.committee}api/permissions/{quote(sub)}"
            visas = httpx.get(url, headers=headers).raise_for_status().json()["ga4gh_passport_v1"]
        userinfo = {
            "sub": sub, "acr": MULTI_FACTOR, "eduperson_entitlement": [MEMBERS],
            "ga4gh_passport_v1": visas,
        }  # fmt: skip
        asked = {"issuer": self.known.issuer, "userinfo": userinfo}
        return str((await self.hub.post("/v1/logins", asked))["username"])

    async def start(self, person: str) -> str:
        """Start a workspace as the Hub's spawner would."""
        asked = {"username": person, "project": PROJECT}
        order = WorkspaceOrder.model_validate(await self.hub.post("/v1/workspaces", asked))
        await self.gateway.post(
            "/workspaces",
            {
                "wid": order.wid, "owner": person, "base_url": order.base_url,
                "api_token": "token-of-a-rehearsal", "oauth_client_id": "rehearsal",
            },
        )  # fmt: skip
        transport = httpx.AsyncHTTPTransport(uds=str(self.helper))
        async with httpx.AsyncClient(transport=transport, base_url="http://e", timeout=90) as http:
            body = container_body(order, seccomp_profile())
            named = {"name": order.container_name}
            made = await http.post("/containers/create", params=named, json=body)
            container = made.raise_for_status().json()["Id"]
            (await http.post(f"/containers/{container}/start")).raise_for_status()
        await self.gateway.put(f"/workspaces/{order.wid}/attach")
        await self.hub.post(f"/v1/workspaces/{order.wid}/started", {"container_id": container})
        return order.wid

    async def refused(self, person: str) -> str:
        """Try to start again; return the refusal."""
        try:
            await self.hub.post("/v1/workspaces", {"username": person, "project": PROJECT})
        except SpeError as error:
            return error.code
        raise AssertionError(f"{person} could start again")

    async def gone(self, team: list[Started], since: float) -> list[float]:
        """Wait until the engine lists none of them; return when each was gone."""
        left, seconds = {one.wid for one in team}, []
        while left:
            there = await asyncio.to_thread(self.listed)
            now = time.time()
            seconds += [now - since] * len(left - there)
            left &= there
            if now - since > PATIENCE_SECONDS:
                raise AssertionError(f"still there after {PATIENCE_SECONDS} s: {sorted(left)}")
            await asyncio.sleep(POLL_SECONDS)
        return seconds

    def listed(self) -> set[str]:
        """Return the workspaces whose container the engine knows."""
        label = f"gdi-spe.node={self.stack.run_dir.name}"
        words = ["docker", "ps", "-a", "--filter", f"label={label}", "--format", "{{.Names}}"]
        done = subprocess.run(words, capture_output=True, text=True, check=True)
        return {name.rpartition("-")[2] for name in done.stdout.split()}

    async def check_closed(self, team: list[Started]) -> None:
        """See that routes are closed and that nobody starts again."""
        for one in team:
            socket = self.stack.run_dir / "pub" / one.wid / "gw.sock"
            transport = httpx.AsyncHTTPTransport(uds=str(socket))
            async with httpx.AsyncClient(transport=transport, base_url="http://w") as http:
                answer = await http.get(f"/user/{one.person}/{PROJECT}/lab")
            if answer.status_code not in (403, 404):
                raise AssertionError(f"{one.wid} still answers {answer.status_code}")

    async def check_recorded(self, team: list[Started]) -> None:
        """See that each end is in the audit log, with its latency."""
        wids, deadline = {one.wid for one in team}, time.monotonic() + 15
        found: dict[str, Any] = {}
        while set(found) != wids:
            if time.monotonic() > deadline:
                raise AssertionError(f"no event of {sorted(wids - set(found))}")
            await asyncio.sleep(0.5)
            with self.database.read() as session:
                rows = session.query(AuditEvent).filter_by(kind="revocation.enforced").all()
                found = {r.resource: json.loads(r.facts) for r in rows if r.resource in wids}
        if any(facts["latency_seconds"] > 60 for facts in found.values()):
            raise AssertionError("the node's own record is of more than a minute")

    async def measured(
        self, row: Row, team: list[Started], happens: Callable[[], Awaitable[float | None]]
    ) -> Row:
        """Let something happen to a team and measure its end."""
        since = time.time()
        known = await happens()
        row.seconds += await self.gone(team, since if known is None else known)
        await self.check_closed(team)
        if "serve" in self.stack.processes.running:
            await self.check_recorded(team)
        print(row.line(), flush=True)
        return row


async def rehearse(it: Rehearsal) -> list[Row]:
    """Measure every event."""
    stages = (expiries, revoked_by_rems, of_a_quarter_each, switches, data_retired)
    return [row for stage in stages for row in await stage(it)]


async def expiries(it: Rehearsal) -> list[Row]:
    """Let visas run out, with the node process there and without it."""
    rows = []
    for is_up, what in (
        (True, "a visa expires"),
        (False, "a visa expires while node process and Hub are down"),
    ):
        # An end is known from the start; so that all have time to come up, it is minutes away.
        end = datetime.now(UTC).replace(microsecond=0) + timedelta(seconds=30 + 8 * it.n)
        team = await it.team(end)

        async def at_its_end(end: datetime = end, is_up: bool = is_up) -> float:
            await asyncio.sleep(max(0.0, end.timestamp() - time.time() - 5))
            if not is_up:
                await asyncio.to_thread(it.stack.processes.kill, "serve")
            await asyncio.sleep(max(0.0, end.timestamp() - time.time()))
            return end.timestamp()

        rows.append(await it.measured(Row(what, "the visa's `exp`"), team, at_its_end))
    await asyncio.to_thread(it.stack.start, "serve")
    return rows


async def revoked_by_rems(it: Rehearsal) -> list[Row]:
    """Let the committee withdraw everything, without a push."""
    team = await it.team()

    async def withdrawn() -> None:
        for one in team:
            await asyncio.to_thread(it.committee.withdraw, one.sub, COHORT)

    known = "the first decision there (read every 5 s, no push)"
    return [await it.measured(Row("REMS revokes", known), team, withdrawn)]


async def of_a_quarter_each(it: Rehearsal) -> list[Row]:
    """Let four events come to a quarter of one team each."""
    team = await it.team()
    quarter = max(1, it.n // 4)

    async def removed(one: Started) -> None:
        await command(it, "project", "remove-member", PROJECT, one.person, "--why", "left")

    async def unfulfilled(one: Started) -> None:
        await command(it, "grants", "unfulfil", one.person, "terms-1", "--why", "withdrawn")

    async def token_refused(one: Started) -> None:
        await it.hub.post(f"/v1/people/{one.person}/login-ended", {"why": "token-refused"})

    async def visa_gone(one: Started) -> None:
        await it.log_in(one.sub, [])

    rows = []
    for number, (what, known, happens) in enumerate(
        (
            ("a member is removed by the node", "the first of the commands", removed),
            ("terms or training are withdrawn", "the first of the commands", unfulfilled),
            ("the provider refuses the token", "the Hub's poll", token_refused),
            ("a visa is gone from the passport", "the Hub's poll", visa_gone),
        )
    ):
        part = team[number * quarter : (number + 1) * quarter]

        async def to_each(
            part: list[Started] = part, happens: Callable[[Started], Awaitable[None]] = happens
        ) -> None:
            for one in part:
                await happens(one)

        if part:
            rows.append(await it.measured(Row(what, known), part, to_each))
    for one in team[4 * quarter :]:
        await it.admin.post(f"/v1/workspaces/{one.wid}/stop", {"why": "the round is over"})
    return rows


async def switches(it: Rehearsal) -> list[Row]:
    """Throw the kill switch three ways, and undo it."""
    team = await it.team()

    async def one_by_one() -> None:
        await asyncio.gather(*(switch(it, person=one.person) for one in team))

    row = Row("kill switch, each person by name", "the first command")
    rows = [await it.measured(row, team, one_by_one)]
    assert await it.refused(team[0].person) == "suspended"

    team = await it.team()
    row = Row("kill switch, one project", "the command")
    rows.append(await it.measured(row, team, lambda: switch(it, project=PROJECT)))
    assert await it.refused(team[0].person) == "project-suspended"
    await command(it, "project", "resume", PROJECT, "--why", "the round is over")

    team = await it.team()
    row = Row("kill switch, the whole node", "the command")
    rows.append(await it.measured(row, team, lambda: switch(it)))
    assert await it.refused(team[0].person) == "node-closed"
    await it.admin.post("/v1/reopen", {"why": "the round is over"})
    return rows


async def data_retired(it: Rehearsal) -> list[Row]:
    """Take a dataset out of use."""
    team = await it.team()

    async def retired() -> None:
        await command(it, "dataset", "retire", COHORTS[0].datasets[0], "--why", "recalled")

    what = "data are taken out of use (a version that ends at once)"
    return [await it.measured(Row(what, "the command"), team, retired)]


async def command(it: Rehearsal, *words: str) -> None:
    """Run one command of the operator."""
    await asyncio.to_thread(it.operator.command, *words, say=False)


async def switch(it: Rehearsal, **what: str) -> None:
    """Throw the kill switch."""
    await it.admin.post("/v1/kill-switch", {"why": "a rehearsal", **what})


def main(arguments: list[str] | None = None) -> int:
    """Measure, print the table, and fail if a workspace outlives a minute."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--workspaces", type=int, default=20)
    parser.add_argument("--out", type=Path)
    chosen = parser.parse_args(arguments)
    folder = Path(tempfile.mkdtemp(prefix="gdi-spe-latency-"))
    made = make(folder)
    try:
        made.operator.make_cohorts(made.synthetic)
        with (folder / "node" / "node.toml").open("a") as file:
            file.write(OBLIGATION)
        made.stack.start_providers()
        for name in ("helper", "serve", "gateway"):
            made.stack.start(name)
        rows = asyncio.run(rehearse(Rehearsal(made.stack, made.operator, chosen.workspaces)))
    finally:
        made.stack.stop()
        shutil.rmtree(folder)
    table = "\n".join([HEAD, *(row.line() for row in rows)])
    print(table)
    if chosen.out:
        chosen.out.write_text(f"{table}\n")
    return int(max(max(row.seconds) for row in rows) > 60)


if __name__ == "__main__":
    raise SystemExit(main())
