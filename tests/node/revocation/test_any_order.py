"""Whatever happens in whatever order: what runs could start now, and what could not has ended."""

from __future__ import annotations

import asyncio
import contextlib
import tempfile
from collections.abc import Callable
from pathlib import Path

from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from gdi_spe.boundary.errors import NotFound
from gdi_spe.node.containers import register
from gdi_spe.node.identity.grants import end_grant
from gdi_spe.node.identity.obligations import fulfil, keep_obligations, withdraw_fulfilment
from gdi_spe.node.identity.people import restore, suspend
from gdi_spe.node.projects import register as projects
from gdi_spe.node.projects.access import Access, may_open
from gdi_spe.node.projects.closures import close, reopen
from gdi_spe.node.projects.register import MoveRefused, Status
from gdi_spe.node.service.timers import enforce
from gdi_spe.node.settings import ObligationSettings
from tests.node.service.nodes import ADA, BOB, Office

TERMS = ObligationSettings(id="terms-1", kind="terms", title="Terms", valid_days=0.2)
Happens = Callable[[Session, Office, str, str], object]

EVENTS: dict[str, Happens] = {
    "suspend": lambda s, o, who, _: suspend(s, who, "why", "admin", o.at),
    "restore": lambda s, o, who, _: restore(s, who, "why", "admin", o.at),
    "project suspended": lambda s, o, _, slug: projects.move(
        s, slug, Status.SUSPENDED, "why", "admin", o.at
    ),
    "project resumed": lambda s, o, _, slug: projects.move(
        s, slug, Status.ACTIVE, "why", "admin", o.at
    ),
    "member removed": lambda s, o, who, slug: projects.remove_member(
        s, slug, who, "why", "admin", o.at
    ),
    "member added": lambda s, o, who, slug: projects.add_member(s, slug, who, "admin", o.at),
    "grant ended": lambda s, o, who, slug: end_grant(
        s, who, f"cohort-{slug[1]}", "why", "admin", o.at
    ),
    "node closed": lambda s, o, *_: close(s, "test-node", "why", "admin", o.at),
    "node reopened": lambda s, o, *_: reopen(s, "test-node", "why", "admin", o.at),
    "terms asked": lambda s, o, *_: keep_obligations(s, [TERMS], o.at),
    "terms asked no more": lambda s, o, *_: keep_obligations(s, [], o.at),
    "terms accepted": lambda s, o, who, _: fulfil(s, "terms-1", who, who, o.at),
    "terms withdrawn": lambda s, o, who, _: withdraw_fulfilment(
        s, "terms-1", who, "why", "admin", o.at
    ),
    "an hour passes": lambda s, o, *_: o.passes(hours=1),
}
STEP = st.tuples(
    st.sampled_from([*EVENTS, *["start"] * 6]),
    st.sampled_from([ADA, BOB]),
    st.sampled_from(["p1", "p2"]),
)


async def step(office: Office, what: str, person: str, slug: str) -> None:
    if what == "start":
        await starts_exactly_who_may(office, person, slug)
        return
    # What cannot happen from here (a project resumed that is not suspended) does not.
    with contextlib.suppress(NotFound, MoveRefused), office.database.write() as session:
        EVENTS[what](session, office, person, slug)


async def starts_exactly_who_may(office: Office, person: str, slug: str) -> None:
    with office.database.read() as session:
        answer = may_open(session, person, slug, office.at)
        aside = register.is_quarantined(session, person, slug)
    started = await office.asks_to_start(person, slug)

    expected = "work-quarantined" if aside else None
    if not isinstance(answer, Access):
        expected = answer.code
    assert started.json().get("code") == expected


def holds(office: Office) -> None:
    with office.database.read() as session:
        for workspace in register.live(session):
            answer = may_open(session, workspace.person, workspace.project, office.at)
            assert isinstance(answer, Access), (workspace.person, answer)
            assert workspace.valid_until is not None
            assert workspace.valid_until > office.at
    ended = [facts for *_, facts in office.events("revocation.enforced")]
    assert all(facts["latency_seconds"] >= 0 for facts in ended)


@settings(max_examples=25, deadline=None)
@given(steps=st.lists(STEP, min_size=4, max_size=20))
def test_what_runs_could_start_now_whatever_happened(steps: list[tuple[str, str, str]]) -> None:
    async def run(office: Office) -> None:
        for what, person, slug in steps:
            await step(office, what, person, slug)
            await enforce(office.node)
            holds(office)

    with tempfile.TemporaryDirectory() as folder:
        office = Office(Path(folder))
        try:
            asyncio.run(run(office))
        finally:
            office.database.close()
