"""Terms and trainings: who has fulfilled which, and until when it counts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy.orm import Session

from gdi_spe.boundary.errors import BadInput, NotFound
from gdi_spe.node.database.engine import Base, Database
from gdi_spe.node.identity.obligations import (
    NotYoursToFulfil,
    duties_of,
    fulfil,
    keep_obligations,
    last_end,
    withdraw_fulfilment,
)
from gdi_spe.node.identity.tables import Fulfilment, Obligation, Person
from gdi_spe.node.settings import ObligationSettings

ADA = "u-ada"
TERMS = ObligationSettings(id="terms-1", kind="terms", title="Terms of use", valid_days=365)
TRAINING = ObligationSettings(id="course-1", kind="training", title="Course", valid_days=10)


@pytest.fixture
def session(database: Database, now: datetime) -> Iterator[Session]:
    tables: Any = [one.__table__ for one in (Obligation, Fulfilment)]
    Base.metadata.create_all(database.engine, tables=tables)
    with database.write() as session:
        session.add(
            Person(
                person=ADA, issuer="i", subject="ada", display_name="Ada", roles="[]",
                is_member=True, first_seen_at=now, last_seen_at=now,
            )
        )  # fmt: skip
        session.flush()
        keep_obligations(session, [TERMS, TRAINING], now)
        yield session


def until(session: Session, now: datetime) -> dict[str, datetime | None]:
    return {duty.id: duty.until for duty in duties_of(session, ADA, now)}


def test_nothing_is_fulfilled_before_somebody_says_so(session: Session, now: datetime) -> None:
    assert until(session, now) == {"terms-1": None, "course-1": None}


def test_what_is_fulfilled_counts_as_long_as_the_settings_say(
    session: Session, now: datetime
) -> None:
    fulfil(session, "terms-1", ADA, ADA, now)
    fulfil(session, "course-1", ADA, "admin", now, now + timedelta(days=3))

    ends = {"terms-1": now + timedelta(days=365), "course-1": now + timedelta(days=3)}
    assert until(session, now) == ends
    assert until(session, now + timedelta(days=3)) == {**ends, "course-1": None}
    assert last_end(session, ADA, now + timedelta(days=4)) == ends["course-1"]
    assert last_end(session, ADA, now) is None


def test_the_longest_fulfilment_counts(session: Session, now: datetime) -> None:
    fulfil(session, "course-1", ADA, "admin", now)
    fulfil(session, "course-1", ADA, "admin", now, now + timedelta(days=1))

    assert until(session, now)["course-1"] == now + timedelta(days=10)


def test_nobody_notes_a_training_of_their_own(session: Session, now: datetime) -> None:
    with pytest.raises(NotYoursToFulfil):
        fulfil(session, "course-1", ADA, ADA, now)

    assert until(session, now)["course-1"] is None


@pytest.mark.parametrize("days", [-1, 0, 11])
def test_an_end_beyond_what_the_settings_allow_is_refused(
    session: Session, now: datetime, days: int
) -> None:
    with pytest.raises(BadInput):
        fulfil(session, "course-1", ADA, "admin", now, now + timedelta(days=days))


def test_what_is_withdrawn_counts_no_longer(session: Session, now: datetime) -> None:
    fulfil(session, "terms-1", ADA, ADA, now)

    withdraw_fulfilment(session, "terms-1", ADA, "signed in error", "admin", now)

    assert until(session, now)["terms-1"] is None
    with pytest.raises(NotFound):
        withdraw_fulfilment(session, "terms-1", ADA, "again", "admin", now)


def test_what_the_settings_no_longer_name_is_nobodys_duty(session: Session, now: datetime) -> None:
    keep_obligations(session, [TRAINING], now)

    assert until(session, now) == {"course-1": None}
    with pytest.raises(NotFound):
        fulfil(session, "terms-1", ADA, ADA, now)


def test_a_duty_that_comes_back_is_fulfilled_as_it_was(session: Session, now: datetime) -> None:
    fulfil(session, "terms-1", ADA, ADA, now)
    keep_obligations(session, [], now)
    keep_obligations(session, [TERMS], now)

    assert until(session, now) == {"terms-1": now + timedelta(days=365)}
