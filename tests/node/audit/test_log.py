import json
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from gdi_spe.boundary.errors import Tampered
from gdi_spe.node.audit.log import Event, record
from gdi_spe.node.audit.tables import AuditEvent, AuditHead
from gdi_spe.node.audit.verify import verify
from gdi_spe.node.database.engine import Base, Database


def events(database: Database) -> list[AuditEvent]:
    with database.read() as session:
        return list(session.scalars(select(AuditEvent).order_by(AuditEvent.seq)))


def test_each_record_names_the_hash_of_the_one_before(database: Database, now: datetime) -> None:
    with database.write() as session:
        for n in range(3):
            record(session, Event("grant.made", "u-1", "D1", {"n": n}), now)

    first, second, third = events(database)

    assert [first.seq, second.seq, third.seq] == [1, 2, 3]
    assert first.previous_hash == "0" * 64
    assert (second.previous_hash, third.previous_hash) == (first.hash, second.hash)


def test_a_record_is_undone_with_what_it_records(database: Database, now: datetime) -> None:
    def act_and_fail() -> None:
        with database.write() as session:
            record(session, Event("grant.made", "u-1", "D1"), now)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        act_and_fail()

    assert events(database) == []


def test_what_cannot_be_recorded_does_not_happen(database: Database, now: datetime) -> None:
    def act() -> None:
        with database.write() as session:
            record(session, Event("grant.made", "u-1", "D1"), now)
            record(session, Event("grant.made", "u-1", "D1", {"x": float("nan")}), now)

    with pytest.raises(ValueError, match="JSON"):
        act()

    assert events(database) == []


@pytest.mark.parametrize(
    "event",
    [
        Event("Grant Made", "u-1", "D1"),
        Event("grant\nmade", "u-1", "D1"),
        Event("", "u-1", "D1"),
        Event("grant.made", "u" * 2000, "D1"),
        Event("grant.made", "u-1", "D" * 2000),
        Event("grant.made", "u-1", "D1", {"why": "x" * 70_000}),
    ],
)
def test_an_event_that_does_not_fit_is_refused(
    database: Database, now: datetime, event: Event
) -> None:
    with pytest.raises(ValueError, match=r"event|large"), database.write() as session:
        record(session, event, now)


def test_a_naive_instant_is_refused(database: Database) -> None:
    with pytest.raises(ValueError, match="naive"), database.write() as session:
        record(session, Event("grant.made", "u-1", "D1"), datetime(2026, 1, 1))


def test_instants_are_written_in_utc_whatever_zone_they_came_in(database: Database) -> None:
    zone = timezone(timedelta(hours=2))

    with database.write() as session:
        record(session, Event("node.started", "node", "n"), datetime(2026, 1, 1, 1, tzinfo=zone))

    assert events(database)[0].at == "2025-12-31T23:00:00.000000Z"


def test_a_log_whose_head_was_removed_takes_no_more_records(
    database: Database, now: datetime
) -> None:
    with database.write() as session:
        record(session, Event("node.started", "node", "n"), now)
    with database.write() as session:
        session.execute(delete(AuditHead))

    with pytest.raises(Tampered), database.write() as session:
        record(session, Event("node.stopped", "node", "n"), now)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(actor=st.text(max_size=80), resource=st.text(max_size=80), why=st.text(max_size=200))
def test_no_name_can_forge_a_line_or_move_a_cursor(
    database: Database, now: datetime, actor: str, resource: str, why: str
) -> None:
    with database.write() as session:
        record(session, Event("export.submitted", actor, resource, {"why": why}), now)

    last = events(database)[-1]

    for text in (last.actor, last.resource, last.facts):
        assert text.isascii()
        assert text == "" or text.isprintable()
    assert json.loads(f'"{last.actor}"') == actor
    assert json.loads(last.facts) == {"why": why}
    with database.read() as session:
        assert verify(session, ()).holds


def test_the_tables_are_those_of_the_contract() -> None:
    assert {"audit_events", "audit_head"} <= set(Base.metadata.tables)
